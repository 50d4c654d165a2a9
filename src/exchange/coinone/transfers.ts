import type { ZodType } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import { type Balance, type Deposit, type DepositAddress, type KeyFacts, UNTOLD_NETWORK, type Withdrawal } from '../port.ts';
import type { CoinoneConnection } from './connection.ts';
import { readHistory, spansOf } from './history.ts';
import { balances, coinTransfers, depositAddresses, type Transfer, wonTransfers } from './wire.ts';

/** Both parts of an asset: Coinone calls what its orders lock `limit`. */
export async function readBalances(connection: CoinoneConnection): Promise<Balance[]> {
  const answer = await connection.read('balances', balances);
  return answer.balances.map((row) => ({ asset: row.currency, free: row.available, locked: row.limit }));
}

/**
 * Coinone tells neither the network of a deposit nor whether it came from within, and no time but that of its creation. Of a portfolio other
 * than the first it tells nothing: error `EXCHANGE_REFUSED` (315).
 */
export async function readDeposits(connection: CoinoneConnection, clock: Clock, since: Date): Promise<Deposit[]> {
  const rows = await readTransfers(connection, clock, { isDeposit: true, since });
  return rows.map((row) => ({
    depositId: row.id,
    asset: row.currency,
    quantity: row.amount,
    network: undefined,
    transactionId: row.txid,
    route: 'unknown',
    state: DEPOSIT_STATES.get(row.status) ?? 'pending',
    statusWord: row.status,
    confirmations: row.confirmations,
    createdAt: row.created_at,
    creditedAt: undefined,
  }));
}

/** Words not listed here are on the way (`DEPOSIT_WAIT`, `DEPOSIT_PROCESSING`) or new, which is no reason to credit or give up. */
const DEPOSIT_STATES: ReadonlyMap<string, Deposit['state']> = new Map([
  ['DEPOSIT_SUCCESS', 'credited'],
  ['DEPOSIT_COMPLETE', 'credited'],
  ['DEPOSIT_FAIL', 'refused'],
  ['DEPOSIT_FAILED', 'refused'],
  ['DEPOSIT_REFUND', 'refused'],
  ['DEPOSIT_REJECT', 'refused'],
]);

export async function readWithdrawals(connection: CoinoneConnection, clock: Clock, since: Date): Promise<Withdrawal[]> {
  const rows = await readTransfers(connection, clock, { isDeposit: false, since });
  return rows.map((row) => ({
    withdrawalId: row.id,
    asset: row.currency,
    quantity: row.amount,
    fee: row.fee ?? '0',
    network: undefined,
    transactionId: row.txid,
    state: WITHDRAWAL_STATES.get(row.status) ?? 'pending',
    statusWord: row.status,
    createdAt: row.created_at,
    doneAt: undefined,
  }));
}

/** `WITHDRAWAL_REGISTER`, `_WAIT` and `_PROCESSING` are on the way. */
const WITHDRAWAL_STATES: ReadonlyMap<string, Withdrawal['state']> = new Map([
  ['WITHDRAWAL_SUCCESS', 'done'],
  ['WITHDRAWAL_COMPLETE', 'done'],
  ['WITHDRAWAL_FAIL', 'failed'],
  ['WITHDRAWAL_FAILED', 'failed'],
  ['WITHDRAWAL_REFUND', 'failed'],
  ['WITHDRAWAL_REFUND_FAIL', 'failed'],
  ['REFUND_COMPLETE', 'failed'],
]);

interface Asked {
  readonly isDeposit: boolean;
  readonly since: Date;
}

/** Coins and won, oldest first, created at or after an instant. */
async function readTransfers(connection: CoinoneConnection, clock: Clock, asked: Asked): Promise<Transfer[]> {
  const [coins, won] = await Promise.all([
    readList(connection, clock, { ...asked, endpoint: 'coinHistory', schema: coinTransfers }),
    readList(connection, clock, { ...asked, endpoint: 'wonHistory', schema: wonTransfers }),
  ]);
  return [...coins, ...won].sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
}

interface AskedList extends Asked {
  readonly endpoint: 'coinHistory' | 'wonHistory';
  readonly schema: ZodType<Transfer[]>;
}

async function readList(
  connection: CoinoneConnection,
  clock: Clock,
  { endpoint, schema, isDeposit, since }: AskedList,
): Promise<Transfer[]> {
  const fromMs = since.getTime();
  // Times to come are refused, so what was created just now by a clock ahead of ours is asked for as far as that is known.
  const toMs = Math.max(fromMs, clock.now().getTime() + Math.max(0, connection.clockSkewMs ?? 0));
  const list = {
    name: isDeposit ? 'deposits' : 'withdrawals',
    ask: (question: { size: number; from_ts: number; to_ts: number }, beforeId: string | undefined) =>
      connection.read(endpoint, schema, { is_deposit: isDeposit, ...question, ...(beforeId === undefined ? {} : { to_id: beforeId }) }),
    idOf: (row: Transfer) => row.id,
    at: (row: Transfer) => row.created_at,
  };
  const newestFirst: Transfer[] = [];
  for await (const row of readHistory(list, spansOf({ fromMs, toMs }))) {
    if (row.created_at >= since) newestFirst.push(row);
  }
  // Reversed before a stable sort: rows of one instant stay in the order in which they came.
  return newestFirst.reverse();
}

/** Coinone tells one address an asset, without its network (docs.coinone.co.kr, virtual-asset-deposit-address). */
export async function readDepositAddresses(connection: CoinoneConnection): Promise<DepositAddress[]> {
  const answer = await connection.read('depositAddresses', depositAddresses);
  return answer.deposit_addresses.flatMap(({ currency: asset, address, secondary_address: secondaryAddress }) =>
    address === undefined ? [] : [{ asset, network: UNTOLD_NETWORK, address, secondaryAddress }],
  );
}

/** Coinone tells nothing of the key that asks: everything stands as it was declared. */
export async function readKeyFacts(): Promise<KeyFacts> {
  return { permissions: undefined, expiresAt: undefined, boundAddresses: undefined };
}
