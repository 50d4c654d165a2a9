import type { Transaction } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { accountPlace } from './ledger-asset.ts';

/** What stands on *unexplained* for an asset at an account, debits less credits: zero while everything there has its reason. */
export async function unexplainedAt(reader: Pick<Transaction, '$queryRaw'>, accountId: number, asset: string): Promise<Decimal> {
  const [row] = await balances(reader, { chart: CHART.unexplained, asset, subject: '', place: accountPlace(accountId) });
  return new Decimal(row?.balance ?? '0');
}

/** The first withdrawal of an asset that nobody instructed and that the venue has under way; its loss is booked only once it is done. */
export async function leavingAt(
  reader: Pick<Transaction, 'venueWithdrawal'>,
  accountId: number,
  asset: string,
): Promise<number | undefined> {
  const where = { venueAccountId: accountId, asset, matchedTo: null, state: 'pending' };
  return (await reader.venueWithdrawal.findFirst({ where, orderBy: { id: 'asc' }, select: { id: true } }))?.id;
}

/** How much of an asset the books hold for somebody that the account does not have; zero when nothing is missing. */
export async function missingAt(reader: Pick<Transaction, '$queryRaw'>, accountId: number, asset: string): Promise<Decimal> {
  return Decimal.max((await unexplainedAt(reader, accountId, asset)).negated(), 0);
}
