import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { AssetWallet, Balance, Deposit, DepositAddress, KeyFacts, Withdrawal } from '../port.ts';
import type { GopaxConnection } from './connection.ts';
import { assetRows, balanceRows, depositAddressRows, type TransferRow, transferRows } from './wire.ts';

const TRANSFER_PAGE = 20;
const SECOND_MS = 1_000;
const QUOTE_ASSET = 'KRW';

/** What is on its way out is as little to be sold as what an order holds. */
export async function readBalances(connection: GopaxConnection): Promise<Balance[]> {
  const rows = await connection.read('balances', balanceRows);
  return rows.map(({ asset, avail, hold, pendingWithdrawal }) => ({
    asset,
    free: avail,
    locked: new Decimal(hold).plus(pendingWithdrawal).toFixed(),
  }));
}

/** GOPAX tells of no asset whether its wallet works: it does by notice. */
export async function readWalletStates(connection: GopaxConnection): Promise<AssetWallet[]> {
  const rows = await connection.read('assets', assetRows);
  return rows.filter(({ id }) => id !== QUOTE_ASSET).map(({ id }) => ({ asset: id, state: 'unknown' }));
}

/** Whether coins came over a chain or from another account of GOPAX is not told, nor over which network. */
export async function readDeposits(connection: GopaxConnection, since: Date): Promise<Deposit[]> {
  const rows = await readTransfers(connection, DEPOSIT_TYPES, since);
  return rows.map((row) => {
    const state = DEPOSIT_STATES.get(row.status) ?? 'pending';
    return {
      depositId: row.id,
      asset: row.asset,
      quantity: row.netAmount,
      network: undefined,
      transactionId: row.txId,
      route: 'unknown',
      state,
      statusWord: row.status,
      createdAt: row.reviewStartedAt,
      creditedAt: state === 'credited' ? (row.completedAt ?? undefined) : undefined,
    };
  });
}

export async function readWithdrawals(connection: GopaxConnection, since: Date): Promise<Withdrawal[]> {
  const rows = await readTransfers(connection, WITHDRAWAL_TYPES, since);
  return rows.map((row) => {
    const state = WITHDRAWAL_STATES.get(row.status) ?? 'pending';
    return {
      withdrawalId: row.id,
      asset: row.asset,
      quantity: row.netAmount,
      fee: row.feeAmount ?? '0',
      network: undefined,
      transactionId: row.txId,
      state,
      statusWord: row.status,
      createdAt: row.reviewStartedAt,
      doneAt: state === 'done' ? (row.completedAt ?? undefined) : undefined,
    };
  });
}

const DEPOSIT_TYPES: ReadonlySet<string> = new Set(['crypto_deposit', 'fiat_deposit']);
const WITHDRAWAL_TYPES: ReadonlySet<string> = new Set(['crypto_withdrawal', 'fiat_withdrawal']);

/** Words not listed here are on the way (`reviewing`, `processing`) or new, which is no reason to credit or give up. */
const DEPOSIT_STATES: ReadonlyMap<string, Deposit['state']> = new Map([
  ['completed', 'credited'],
  ['rejected', 'refused'],
  ['failed', 'refused'],
]);
const WITHDRAWAL_STATES: ReadonlyMap<string, Withdrawal['state']> = new Map([
  ['completed', 'done'],
  ['rejected', 'failed'],
  ['failed', 'failed'],
]);

/**
 * Rows of these types that began at or after an instant, oldest first. GOPAX tells whole seconds, so the whole second counts. It lists both
 * directions together, twenty at most; further back leads `before`, whose second is asked for again, so that none of it is passed over.
 * Of a second with twenty or more no way leads to the others: they are left out, and what they brought or took shows as a difference
 * between the books and the balance, which a person explains. What lies before that second is read all the same.
 */
async function readTransfers(connection: GopaxConnection, types: ReadonlySet<string>, since: Date): Promise<TransferRow[]> {
  const fromMs = Math.floor(since.getTime() / SECOND_MS) * SECOND_MS;
  const byId = new Map<string, TransferRow>();
  let beforeMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const rows = await connection.read('transfers', transferRows, {
      limit: TRANSFER_PAGE,
      ...(Number.isFinite(beforeMs) ? { before: beforeMs } : {}),
    });
    const isKnown = rows.every(({ id }) => byId.has(id));
    for (const row of rows) byId.set(row.id, row);
    const oldestMs = Math.min(...rows.map((row) => row.reviewStartedAt.getTime()));
    if (rows.length < TRANSFER_PAGE || oldestMs < fromMs) break;
    const nextMs = isKnown ? oldestMs : oldestMs + SECOND_MS;
    if (nextMs >= beforeMs) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `GOPAX repeats its deposits and withdrawals; they cannot be read to the end.`);
    }
    beforeMs = nextMs;
  }
  return [...byId.values()]
    .filter((row) => types.has(row.type) && row.reviewStartedAt.getTime() >= fromMs)
    .sort((a, b) => a.reviewStartedAt.getTime() - b.reviewStartedAt.getTime() || Number(a.id) - Number(b.id));
}

/**
 * GOPAX lists addresses without telling on which network they are, and coins sent over another one are lost: none is offered. A person
 * takes them from the site. The list is read all the same, so that a key that may not see it is noticed.
 */
export async function readDepositAddresses(connection: GopaxConnection): Promise<DepositAddress[]> {
  await connection.read('depositAddresses', depositAddressRows);
  return [];
}

/** GOPAX tells nothing of a key, though each ends a year after it was issued. */
export const UNTOLD_KEY: KeyFacts = { permissions: undefined, expiresAt: undefined, boundAddresses: undefined };
