import type { ZodType } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import type { AssetWallet, Balance, Deposit, DepositAddress, KeyFacts, WalletState, Withdrawal } from '../port.ts';
import type { Dialect, Line } from './dialect.ts';
import { accountRows, apiKeyRows, type DepositRow, depositAddressRows, type WithdrawalRow, walletRows } from './wire.ts';

const TRANSFER_PAGE = 100;

export async function readBalances(line: Line<'accounts'>): Promise<Balance[]> {
  const rows = await line.read('accounts', accountRows);
  return rows.map((row) => ({ asset: row.currency, free: row.balance, locked: row.locked }));
}

/** `pending` for a word that `states` does not list: it is on the way or new, which is no reason to credit or give up. */
export function toDeposit(row: DepositRow, states: ReadonlyMap<string, Deposit['state']>): Deposit {
  const state = states.get(row.state.toUpperCase()) ?? 'pending';
  return {
    depositId: row.uuid,
    asset: row.currency,
    quantity: row.amount,
    network: row.net_type ?? undefined,
    transactionId: row.txid ?? undefined,
    route: depositRoute(row.currency, row.transaction_type ?? undefined),
    state,
    statusWord: row.state,
    createdAt: row.created_at,
    creditedAt: state === 'credited' ? (row.done_at ?? undefined) : undefined,
  };
}

/** `internal` is a move between two accounts of the venue; `default` is anything else, for won a bank transfer. */
function depositRoute(currency: string, transactionType: string | undefined): Deposit['route'] {
  if (transactionType === 'internal') return 'internal';
  return transactionType === 'default' && currency !== 'KRW' ? 'on_chain' : 'unknown';
}

/** `pending` for a word that `states` does not list. */
export function toWithdrawal(row: WithdrawalRow, states: ReadonlyMap<string, Withdrawal['state']>): Withdrawal {
  const state = states.get(row.state.toUpperCase()) ?? 'pending';
  return {
    withdrawalId: row.uuid,
    asset: row.currency,
    quantity: row.amount,
    fee: row.fee,
    network: row.net_type ?? undefined,
    transactionId: row.txid ?? undefined,
    state,
    statusWord: row.state,
    createdAt: row.created_at,
    doneAt: state === 'done' ? (row.done_at ?? undefined) : undefined,
  };
}

interface Ways {
  readonly deposits: boolean;
  readonly withdrawals: boolean;
}

/** The words of both (docs.upbit.com, wallet status). A network that is `unsupported` moves nothing. */
const WALLET_WAYS: ReadonlyMap<string, Ways> = new Map([
  ['working', { deposits: true, withdrawals: true }],
  ['deposit_only', { deposits: true, withdrawals: false }],
  ['withdraw_only', { deposits: false, withdrawals: true }],
  ['paused', { deposits: false, withdrawals: false }],
  ['unsupported', { deposits: false, withdrawals: false }],
]);

/** Each network of an asset is told by itself; what one of them can do the asset can. It may be some minutes old. */
export async function readWalletStates(line: Line<'walletStates'>): Promise<AssetWallet[]> {
  const rows = await line.read('walletStates', walletRows);
  const byAsset = new Map<string, (Ways | undefined)[]>();
  for (const { currency, wallet_state } of rows) {
    const known = byAsset.get(currency) ?? [];
    byAsset.set(currency, [...known, WALLET_WAYS.get(wallet_state)]);
  }
  return [...byAsset].map(([asset, networks]) => ({ asset, state: walletState(networks) }));
}

function walletState(networks: readonly (Ways | undefined)[]): WalletState {
  const deposits = networks.some((ways) => ways?.deposits === true);
  const withdrawals = networks.some((ways) => ways?.withdrawals === true);
  if (deposits && withdrawals) return 'working';
  if (networks.includes(undefined)) return 'unknown';
  if (deposits) return 'deposits_only';
  return withdrawals ? 'withdrawals_only' : 'halted';
}

/** An address that is still being made, or whose network is not told, is not offered: coins sent there could be lost. */
export async function readDepositAddresses(line: Line<'depositAddresses'>): Promise<DepositAddress[]> {
  const rows = await line.read('depositAddresses', depositAddressRows);
  return rows.flatMap((row) => {
    const { net_type: network, deposit_address: address } = row;
    if (network === null || network === undefined || address === null || address === undefined) return [];
    return [{ asset: row.currency, network, address, secondaryAddress: row.secondary_address ?? undefined }];
  });
}

/**
 * Rows created at or after an instant, oldest first. Whole seconds are told, so the whole second counts. The newest are listed
 * first, in pages; what arrives while we read pushes rows to the next page, where they are met a second time and counted once.
 */
export async function newestBack<Row extends { uuid: string; created_at: Date }, Endpoint extends string>(
  line: Line<Endpoint>,
  { title }: Dialect,
  endpoint: Endpoint,
  schema: ZodType<Row[]>,
  since: Date,
): Promise<Row[]> {
  const fromMs = Math.floor(since.getTime() / 1_000) * 1_000;
  const byId = new Map<string, Row>();
  for (let page = 1; ; page += 1) {
    const rows = await line.read(endpoint, schema, { limit: TRANSFER_PAGE, page, order_by: 'desc' });
    const knownBefore = byId.size;
    for (const row of rows) byId.set(row.uuid, row);
    if (rows.length < TRANSFER_PAGE || rows.some((row) => row.created_at.getTime() < fromMs)) break;
    if (byId.size === knownBefore) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `${title} repeats page ${page} of ${endpoint}; the list cannot be read to its end.`);
    }
  }
  const newestFirst = [...byId.values()].filter((row) => row.created_at.getTime() >= fromMs);
  return oldestFirst(newestFirst.reverse());
}

/** A stable sort: rows of the same second stay in the order in which they came. */
export function oldestFirst<Row extends { created_at: Date }>(rows: Row[]): Row[] {
  return rows.sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
}

/** When a key ends is told, and neither what it may do nor where it is bound to. */
export async function readKeyFacts(line: Line<'apiKeys'>, accessKey: string): Promise<KeyFacts> {
  const keys = await line.read('apiKeys', apiKeyRows);
  const expiresAt = keys.find((key) => key.access_key === accessKey)?.expire_at;
  return { permissions: undefined, expiresAt, boundAddresses: undefined };
}
