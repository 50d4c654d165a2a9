import type { CoinTransfer } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { addDays, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { transferDailyLimits } from '../policy/definitions/custody.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import { quantityOf } from './transfer-posting.ts';

/** What may leave an account of one asset in one day. */
export interface DailyLimit {
  readonly krw: Won;
  /** Undefined where the city has set none for this asset. */
  readonly units: CoinAmount | undefined;
}

/** Why coins may not leave today, undefined when they may. Without a price and without a limit in units nothing can be counted. */
export function limitBreach(
  limit: DailyLimit,
  leaving: { readonly quantity: CoinAmount; readonly worth: Won | undefined },
): 'units' | 'krw' | 'worth_unknown' | undefined {
  if (limit.units !== undefined && leaving.quantity.isMoreThan(limit.units)) return 'units';
  if (leaving.worth === undefined) return limit.units === undefined ? 'worth_unknown' : undefined;
  return leaving.worth.isMoreThan(limit.krw) ? 'krw' : undefined;
}

/**
 * Refuses a transfer with which more would leave the account today (Seoul) than the city allows of this asset; what was instructed
 * today counts, whether it was sent or not, unless it has failed. The account must be locked until the instruction is committed.
 * Errors: `TRANSFER_LIMIT_REACHED`, `TRANSFER_WORTH_UNKNOWN`.
 */
export async function assertWithinDailyLimit(work: Work, transfer: CoinTransfer): Promise<void> {
  const { venueAccountId, asset } = transfer;
  const today = seoulDay(work.at);
  const instructed = await work.tx.coinTransfer.findMany({
    where: {
      venueAccountId,
      asset,
      id: { not: transfer.id },
      state: { in: ['instructed', 'done'] },
      instructedAt: { gte: startOfDay(today), lt: startOfDay(addDays(today, 1)) },
    },
  });
  const quantity = CoinAmount.sum(asset, [...instructed, transfer].map(quantityOf));
  const { krw, units } = (await readPolicy(work.tx)).get(transferDailyLimits, today);
  const ofAsset = units[asset];
  const limit = { krw, units: ofAsset === undefined ? undefined : CoinAmount.of(asset, ofAsset) };
  const breach = limitBreach(limit, { quantity, worth: await lastWorth(work.tx, quantity) });
  if (breach === undefined) return;
  const facts = {
    accountId: venueAccountId,
    asset,
    quantity: quantity.toString(),
    limitUnits: limit.units?.toString() ?? null,
    limitKrw: krw.toString(),
  };
  if (breach === 'worth_unknown') {
    throw new CheongsanError(
      'TRANSFER_WORTH_UNKNOWN',
      `${asset} was never valued and has no daily limit in units; nothing says how much may leave.`,
      { facts },
    );
  }
  throw new CheongsanError(
    'TRANSFER_LIMIT_REACHED',
    `With transfer ${transfer.id}, ${quantity.toString()} ${asset} would leave account ${venueAccountId} today, more than its limit in ${breach === 'units' ? 'units' : 'won'}.`,
    { facts },
  );
}
