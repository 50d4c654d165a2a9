import type { Deposit, Withdrawal } from '../port.ts';
import { newestBack, toDeposit, toWithdrawal } from '../upbit-like/transfers.ts';
import { depositRows, withdrawalRows } from '../upbit-like/wire.ts';
import { UPBIT, type UpbitConnection } from './connection.ts';

/** Words not listed here are on the way (`PROCESSING`, `TRAVEL_RULE_SUSPECTED`) or new. */
const DEPOSIT_STATES: ReadonlyMap<string, Deposit['state']> = new Map([
  ['ACCEPTED', 'credited'],
  ['CANCELLED', 'refused'],
  ['REJECTED', 'refused'],
  ['REFUNDING', 'refused'],
  ['REFUNDED', 'refused'],
]);

const WITHDRAWAL_STATES: ReadonlyMap<string, Withdrawal['state']> = new Map([
  ['DONE', 'done'],
  ['FAILED', 'failed'],
  ['CANCELLED', 'failed'],
  ['REJECTED', 'failed'],
]);

export async function readDeposits(connection: UpbitConnection, since: Date): Promise<Deposit[]> {
  const rows = await newestBack(connection, UPBIT, 'deposits', depositRows, since);
  return rows.map((row) => toDeposit(row, DEPOSIT_STATES));
}

export async function readWithdrawals(connection: UpbitConnection, since: Date): Promise<Withdrawal[]> {
  const rows = await newestBack(connection, UPBIT, 'withdrawals', withdrawalRows, since);
  return rows.map((row) => toWithdrawal(row, WITHDRAWAL_STATES));
}
