import type { VenueWithdrawal } from '../database/generated/client.ts';
import type { Transaction, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { accountPlace, ledgerAmount } from '../venue/ledger-asset.ts';
import { missingAt } from '../venue/unexplained.ts';

/** Whose sub-account of *to be recovered* a withdrawal's loss is. */
export function lossSubject(withdrawalRowId: number): string {
  return `venue_withdrawal:${withdrawalRowId}`;
}

/** Likewise of a shortage that was explained as taken from nobody. */
export function shortageLossSubject(explanationId: number): string {
  return `balance_explanation:${explanationId}`;
}

/** What of a withdrawal's loss is still to be recovered: all of it, less what has come back. Zero while no loss is booked. */
export async function openLoss(reader: Pick<Transaction, '$queryRaw'>, withdrawal: VenueWithdrawal): Promise<Decimal> {
  const { id, asset, venueAccountId: accountId } = withdrawal;
  return openLossOf(reader, { subject: lossSubject(id), asset, accountId });
}

/** What of one sub-account of *to be recovered* is still open. */
export async function openLossOf(
  reader: Pick<Transaction, '$queryRaw'>,
  { subject, asset, accountId }: { readonly subject: string; readonly asset: string; readonly accountId: number },
): Promise<Decimal> {
  const [open] = await balances(reader, { chart: CHART.withdrawnUninstructed, asset, subject, place: accountPlace(accountId) });
  return new Decimal(open?.balance ?? '0');
}

/**
 * Takes back what is still booked as the loss of a withdrawal that has found its explanation. The account must be locked. Error:
 * `CONFLICT` when the city has made it good meanwhile: that would stand there twice.
 */
export async function takeLossBack(work: Work, withdrawal: VenueWithdrawal): Promise<void> {
  const { id, asset, venueAccountId: accountId } = withdrawal;
  const loss = await openLoss(work.tx, withdrawal);
  if (loss.isZero()) return;
  const missing = await missingAt(work.tx, accountId, asset);
  if (missing.isLessThan(loss)) {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${id} left ${loss.toFixed()} ${asset} to be recovered, but only ${missing.toFixed()} is missing at account ${accountId}: the city has made good the rest. Have that decision reversed first.`,
      { facts: { loss: loss.toFixed(), missing: missing.toFixed() } },
    );
  }
  const { venueCode } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: accountId } });
  const amount = ledgerAmount(venueCode, asset, loss);
  const place = accountPlace(accountId);
  await post(
    work,
    entry({
      key: `withdrawal:${accountId}:${withdrawal.withdrawalId}:explained`,
      kind: 'withdrawal_explained',
      occurredOn: seoulDay(work.at),
      cause: `venue_withdrawal:${id}`,
      memo: '',
    })
      .debit(CHART.unexplained, { subject: '', place }, amount)
      .credit(CHART.withdrawnUninstructed, { subject: lossSubject(id), place }, amount)
      .build(),
  );
}
