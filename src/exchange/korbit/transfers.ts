import type { ZodType } from 'zod';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Balance, Deposit, DepositAddress, Withdrawal } from '../port.ts';
import type { RequestParameters } from '../venue-connection.ts';
import type { KorbitConnection } from './connection.ts';
import { addressRows, balanceRows, coinDepositRows, coinWithdrawalRows, wonDepositRows, wonWithdrawalRows } from './wire.ts';

const WON = 'KRW';
const TRANSFER_PAGE = 100;

/** What is there and not free is locked, whatever by: orders, withdrawals, or what Korbit may add. */
export async function readBalances(connection: KorbitConnection): Promise<Balance[]> {
  const rows = await connection.read(
    'balances',
    balanceRows.refine((all) => all.every(({ balance, available }) => new Decimal(balance).isGreaterThanOrEqualTo(available))),
  );
  return rows.map(({ currency, balance, available }) => ({
    asset: currency.toUpperCase(),
    free: available,
    locked: new Decimal(balance).minus(available).toFixed(),
  }));
}

/** Addresses that exist; Korbit makes one when the account's owner asks for it. */
export async function readDepositAddresses(connection: KorbitConnection): Promise<DepositAddress[]> {
  const rows = await connection.read('depositAddresses', addressRows);
  return rows.map(({ currency, network, address, secondaryAddress }) => ({
    asset: currency.toUpperCase(),
    network,
    address,
    secondaryAddress: secondaryAddress === '' ? undefined : secondaryAddress,
  }));
}

/** `actionRequired` and `reviewing` wait for a person. Words not listed here are on the way or new, which is no reason to credit or give up. */
const DEPOSIT_STATES: ReadonlyMap<string, Deposit['state']> = new Map([
  ['done', 'credited'],
  ['refunded', 'refused'],
  ['canceled', 'refused'],
  ['failed', 'refused'],
]);

/**
 * Korbit tells neither when a deposit was credited nor whether it came from another of its accounts. Won is listed with interest and
 * rewards (`includeAll`), since they too change the balance.
 */
export async function readDeposits(connection: KorbitConnection, since: Date): Promise<Deposit[]> {
  const assets = await movedAssets(connection);
  const [won, ...coins] = await Promise.all([
    newest(connection, { endpoint: 'wonDeposits', schema: wonDepositRows, asked: { includeAll: true } }, since),
    ...assets.map(async (asset) => {
      const asked = { currency: asset.toLowerCase() };
      const rows = await newest(connection, { endpoint: 'coinDeposits', schema: coinDepositRows, asked }, since);
      return rows.map((row) => ({ ...depositOf(asset, row), network: row.network, transactionId: row.transactionHash }));
    }),
  ]);
  const ofWon = won.map((row) => {
    const kind = row.type === undefined || row.type === 'general' ? '' : `${row.type}-`;
    return { ...depositOf(WON, row), depositId: `krw-${kind}${row.id}`, network: undefined, transactionId: undefined };
  });
  return inOrder([...coins.flat(), ...ofWon]);
}

function depositOf(asset: string, { id, status, quantity, createdAt }: TransferRow) {
  return {
    // The documents ask for currency and id together, so that an id may be unique within its currency only.
    depositId: `${asset.toLowerCase()}-${id}`,
    asset,
    quantity,
    route: 'unknown',
    state: DEPOSIT_STATES.get(status) ?? 'pending',
    statusWord: status,
    createdAt,
    creditedAt: undefined,
  } as const;
}

const WITHDRAWAL_STATES: ReadonlyMap<string, Withdrawal['state']> = new Map([
  ['done', 'done'],
  ['canceled', 'failed'],
  ['failed', 'failed'],
]);

/** The quantity is what went out, without the fee. */
export async function readWithdrawals(connection: KorbitConnection, since: Date): Promise<Withdrawal[]> {
  const assets = await movedAssets(connection);
  const [won, ...coins] = await Promise.all([
    newest(connection, { endpoint: 'wonWithdrawals', schema: wonWithdrawalRows, asked: {} }, since),
    ...assets.map(async (asset) => {
      const asked = { currency: asset.toLowerCase() };
      const rows = await newest(connection, { endpoint: 'coinWithdrawals', schema: coinWithdrawalRows, asked }, since);
      return rows.map((row) => ({ ...withdrawalOf(asset, row), network: row.network, transactionId: row.transactionHash }));
    }),
  ]);
  const ofWon = won.map((row) => ({ ...withdrawalOf(WON, row), network: undefined, transactionId: undefined }));
  return inOrder([...coins.flat(), ...ofWon]);
}

function withdrawalOf(asset: string, { id, status, quantity, fee, createdAt }: TransferRow & { readonly fee: string }) {
  return {
    withdrawalId: `${asset.toLowerCase()}-${id}`,
    asset,
    quantity,
    fee,
    state: WITHDRAWAL_STATES.get(status) ?? 'pending',
    statusWord: status,
    createdAt,
    doneAt: undefined,
  };
}

/**
 * Coins that can have come or gone: those with an address, without which none arrive from outside, and those that are there. Korbit lists
 * deposits and withdrawals currency by currency, five requests a second.
 */
async function movedAssets(connection: KorbitConnection): Promise<string[]> {
  const [addresses, balances] = await Promise.all([readDepositAddresses(connection), readBalances(connection)]);
  const held = balances.filter(({ free, locked }) => !new Decimal(free).plus(locked).isZero());
  const assets = new Set([...addresses, ...held].map(({ asset }) => asset));
  assets.delete(WON);
  return [...assets].sort();
}

interface TransferRow {
  readonly id: string;
  readonly status: string;
  readonly quantity: string;
  readonly createdAt: Date;
}

interface TransferList<Row> {
  readonly endpoint: 'coinDeposits' | 'coinWithdrawals' | 'wonDeposits' | 'wonWithdrawals';
  readonly schema: ZodType<Row[]>;
  readonly asked: RequestParameters;
}

/** Korbit gives the newest hundred and no way further back: when all of them are recent, some that are wanted may be out of reach. */
async function newest<Row extends TransferRow>(
  connection: KorbitConnection,
  { endpoint, schema, asked }: TransferList<Row>,
  since: Date,
): Promise<Row[]> {
  const rows = await connection.read(endpoint, schema, { ...asked, limit: TRANSFER_PAGE });
  const wanted = rows.filter((row) => row.createdAt >= since);
  if (wanted.length === TRANSFER_PAGE) {
    throw new CheongsanError(
      'EXCHANGE_UNAVAILABLE',
      `Korbit lists ${TRANSFER_PAGE} ${endpoint} of ${asked['currency'] ?? 'krw'} and no more; those before cannot be read. Ask more often.`,
    );
  }
  return wanted;
}

/** Oldest first; what bears the same instant keeps its order. */
function inOrder<Row extends { readonly createdAt: Date }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}
