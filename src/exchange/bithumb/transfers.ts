import type { Deposit, Withdrawal } from '../port.ts';
import { newestBack, oldestFirst, toDeposit, toWithdrawal } from '../upbit-like/transfers.ts';
import { depositRows, withdrawalRows } from '../upbit-like/wire.ts';
import { BITHUMB, type BithumbConnection } from './connection.ts';

/**
 * Coins (`DEPOSIT_…`, `REQUESTED_…`, `REFUNDING_…`, `REFUNDED_…`) and won (apidocs.bithumb.com, 코인·원화 입금 리스트 조회). What is being
 * examined is on its way; so is, for a person to ask about, a return that was called off (`…_CANCELLED`, `REFUNDING_…_REJECTED`). ccxt
 * and older documents spell `CANCELED` too.
 */
const DEPOSIT_STATES: ReadonlyMap<string, Deposit['state']> = new Map([
  ['DEPOSIT_ACCEPTED', 'credited'],
  ['ACCEPTED', 'credited'],
  ['DEPOSIT_CANCELLED', 'refused'],
  ['CANCELLED', 'refused'],
  ['CANCELED', 'refused'],
  ['REQUESTED_ADMIN_REJECTED', 'refused'],
  ['REFUNDING_PENDING', 'refused'],
  ['REFUNDING_PROCESSING', 'refused'],
  ['REFUNDING_ACCEPTED', 'refused'],
  ['REFUNDED_PROCESSING', 'refused'],
  ['REFUNDED_ACCEPTED', 'refused'],
]);

const WITHDRAWAL_STATES: ReadonlyMap<string, Withdrawal['state']> = new Map([
  ['DONE', 'done'],
  ['CANCELLED', 'failed'],
  ['CANCELED', 'failed'],
]);

/** Coins and won are listed apart, and their numbers may meet: those of won are told as such. */
function wonId<Row extends { uuid: string }>(row: Row): Row {
  return { ...row, uuid: `KRW-${row.uuid}` };
}

export async function readDeposits(connection: BithumbConnection, since: Date): Promise<Deposit[]> {
  const [coins, won] = await Promise.all([
    newestBack(connection, BITHUMB, 'coinDeposits', depositRows, since),
    newestBack(connection, BITHUMB, 'wonDeposits', depositRows, since),
  ]);
  return oldestFirst([...coins, ...won.map(wonId)]).map((row) => toDeposit(row, DEPOSIT_STATES));
}

export async function readWithdrawals(connection: BithumbConnection, since: Date): Promise<Withdrawal[]> {
  const [coins, won] = await Promise.all([
    newestBack(connection, BITHUMB, 'coinWithdrawals', withdrawalRows, since),
    newestBack(connection, BITHUMB, 'wonWithdrawals', withdrawalRows, since),
  ]);
  return oldestFirst([...coins, ...won.map(wonId)]).map((row) => toWithdrawal(row, WITHDRAWAL_STATES));
}
