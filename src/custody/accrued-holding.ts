import { appendAudit } from '../audit/append.ts';
import type { BalanceExplanation } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { CoinAmount } from '../kernel/money.ts';
import type { Accrual } from './explanation-owners.ts';

/**
 * The holding that takes a part of what accrued. A case that has none of that asset is given one: a seizure covers the fruits of what was
 * seized (LTCA 46), so nothing was demanded of it and it has come. It stands where the coins that bore it stand, under the same account of
 * the taxpayer's. The case must be locked.
 */
export async function takingHolding(
  work: Work,
  { id, venueAccountId, asset }: BalanceExplanation,
  { accrual, quantity }: { readonly accrual: Accrual; readonly quantity: CoinAmount },
): Promise<number> {
  const { caseId, bearerId } = accrual;
  if (accrual.holdingId !== undefined) return accrual.holdingId;
  const { accountReference } = await work.tx.holding.findUniqueOrThrow({ where: { id: bearerId }, select: { accountReference: true } });
  const { id: holdingId } = await work.tx.holding.create({
    data: {
      caseId,
      asset,
      venueAccountId,
      accountReference,
      seizedQuantity: quantity.toString(),
      demandedQuantity: 0,
      state: 'received',
      stateSince: work.at,
    },
  });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'holding.accrued',
    subject: `holding:${holdingId}`,
    payload: { explanationId: id, bearerId, asset, quantity: quantity.toString() },
  });
  return holdingId;
}
