import { createHash } from 'node:crypto';
import type { ApiKey } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Transfer } from '../core/transfers.ts';
import type { SiteAddress } from '../venue-face.ts';
import { seoulTime, utcClock, type Wire } from '../wire-format.ts';
import type { Query } from './request.ts';

const LIST_LIMIT = 100;
/** A venue's words for transfers. */
export interface TransferWords {
  /** Every state that a list may be asked for. */
  readonly depositStates: readonly string[];
  readonly withdrawalStates: readonly string[];
  depositState(transfer: Transfer): string;
  withdrawalState(transfer: Transfer): string;
  transactionType(transfer: Transfer): string | null;
  /** As it is shown; null for won, and where a move within the venue shows none. */
  network(transfer: Transfer): string | null;
}

/** Which transfers a list holds. */
export type Among = (transfer: Transfer) => boolean;

type Direction = 'deposit' | 'withdraw';

/** GET /v1/accounts: won always, coins that are held. */
export function listAccounts(core: ExchangeCore, accountId: string): Wire {
  return core.run(() => {
    const held = [...core.shownBalances(accountId)]
      .filter(([asset, balance]) => asset !== QUOTE_ASSET && balance.free.plus(balance.locked).isGreaterThan(0))
      .map(([asset]) => asset);
    return [QUOTE_ASSET, ...held].map((asset) => accountFields(core, accountId, asset));
  });
}

/** One currency of an account, as accounts and orders/chance show it. Average buying prices are not kept. */
export function accountFields(core: ExchangeCore, accountId: string, asset: string): { readonly [field: string]: Wire } {
  const balance = core.shownBalances(accountId).get(asset);
  return {
    currency: asset,
    balance: balance?.free.toFixed() ?? '0',
    locked: balance?.locked.toFixed() ?? '0',
    avg_buy_price: '0',
    avg_buy_price_modified: true,
    unit_currency: QUOTE_ASSET,
  };
}

/** GET /v1/deposits. */
export function listDeposits(core: ExchangeCore, accountId: string, query: Query, words: TransferWords, among: Among): Wire {
  return core.run(() => {
    const state = askedState(query, words.depositStates);
    const fits: Among = (transfer) => among(transfer) && (state === undefined || words.depositState(transfer) === state);
    return select('deposit', core.transfers.into(accountId), query, fits).map((transfer) => depositFields(transfer, words));
  });
}

/** GET /v1/deposit: by uuid or txid, or the newest. */
export function getDeposit(core: ExchangeCore, accountId: string, query: Query, words: TransferWords): Wire {
  return core.run(() => {
    const found = findOne('deposit', core.transfers.into(accountId), query);
    if (found === undefined) throw query.errors.depositNotFound();
    return depositFields(found, words);
  });
}

/** GET /v1/withdraws. */
export function listWithdrawals(core: ExchangeCore, accountId: string, query: Query, words: TransferWords, among: Among): Wire {
  return core.run(() => {
    const state = askedState(query, words.withdrawalStates);
    const fits: Among = (transfer) => among(transfer) && (state === undefined || words.withdrawalState(transfer) === state);
    return select('withdraw', core.transfers.outOf(accountId), query, fits).map((transfer) => withdrawalFields(transfer, words));
  });
}

/** GET /v1/withdraw: by uuid or txid, or the newest. */
export function getWithdrawal(core: ExchangeCore, accountId: string, query: Query, words: TransferWords): Wire {
  return core.run(() => {
    const found = findOne('withdraw', core.transfers.outOf(accountId), query);
    if (found === undefined) throw query.errors.withdrawalNotFound();
    return withdrawalFields(found, words);
  });
}

function askedState(query: Query, states: readonly string[]): string | undefined {
  const [first] = states;
  return query.get('state') === undefined || first === undefined ? undefined : query.oneOf('state', states, first);
}

/** GET /v1/deposits/coin_addresses: one address an asset, the same for ever. */
export function listDepositAddresses(core: ExchangeCore, accountId: string): Wire {
  return core.market.assets.map((asset) => addressFields(accountId, asset));
}

/** GET /v1/deposits/coin_address. */
export function getDepositAddress(core: ExchangeCore, accountId: string, query: Query): Wire {
  const asset = query.get('currency');
  const netType = query.get('net_type');
  if (asset === undefined) throw query.errors.missing('currency');
  if (!core.market.has(asset) || netType !== listingOf(asset).network.netType) throw query.errors.addressNotFound();
  return addressFields(accountId, asset);
}

/** GET /v1/status/wallet. */
export function listWalletStates(core: ExchangeCore): Wire {
  return core.run((nowMs) =>
    core.market.assets.map((asset) => {
      const { network } = listingOf(asset);
      const wallet = core.transfers.wallet(asset);
      const isPaused = wallet.depositsHalted && wallet.withdrawalsHalted;
      const blockHeight = Math.floor(nowMs / network.blockMs);
      const blockMs = blockHeight * network.blockMs;
      return {
        currency: asset,
        wallet_state: isPaused ? 'paused' : wallet.depositsHalted ? 'withdraw_only' : wallet.withdrawalsHalted ? 'deposit_only' : 'working',
        block_state: isPaused ? 'inactive' : 'normal',
        block_height: blockHeight,
        block_updated_at: `${utcClock(blockMs)}+00:00`,
        block_elapsed_minutes: Math.floor((nowMs - blockMs) / 60_000),
        net_type: network.netType,
        network_name: network.networkName,
      };
    }),
  );
}

/** GET /v1/api_keys. */
export function listApiKeys(keys: readonly ApiKey[]): Wire {
  return keys.map((key) => ({ access_key: key.accessKey, expire_at: seoulTime(key.expiresAt.getTime()) }));
}

function depositFields(transfer: Transfer, words: TransferWords): Wire {
  return { ...transferFields('deposit', transfer, words), state: words.depositState(transfer), fee: '0' };
}

function withdrawalFields(transfer: Transfer, words: TransferWords): Wire {
  const fields = transferFields('withdraw', transfer, words);
  return { ...fields, state: words.withdrawalState(transfer), fee: transfer.fee.toFixed(), is_cancelable: false };
}

/** The two ends of an internal move are two records, each with its own uuid. */
function transferFields(direction: Direction, transfer: Transfer, words: TransferWords): { readonly [field: string]: Wire } {
  return {
    type: direction,
    uuid: uuidOf(direction, transfer),
    currency: transfer.asset,
    net_type: words.network(transfer),
    txid: transfer.transactionId,
    created_at: seoulTime(transfer.createdAtMs),
    done_at: transfer.doneAtMs === undefined ? null : seoulTime(transfer.doneAtMs),
    amount: transfer.quantity.toFixed(),
    transaction_type: words.transactionType(transfer),
  };
}

function uuidOf(direction: Direction, transfer: Transfer): string {
  if (direction === 'deposit') return transfer.transferId;
  const hex = createHash('sha256').update(`${direction}/${transfer.transferId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A page of transfers, newest first unless the query says otherwise. `from` continues after that uuid's time, `to` before it. */
function select(direction: Direction, transfers: readonly Transfer[], query: Query, fits: (transfer: Transfer) => boolean): Transfer[] {
  const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT);
  const page = query.count('page', 1, Number.MAX_SAFE_INTEGER);
  const newestFirst = query.oneOf('order_by', ['asc', 'desc'], 'desc') === 'desc';
  const asset = query.get('currency');
  const [uuids, txids] = [query.list('uuids'), query.list('txids')];
  const uuid = (transfer: Transfer): string => uuidOf(direction, transfer);
  const cursor = (name: string): number | undefined => transfers.find((transfer) => uuid(transfer) === query.get(name))?.sequence;
  const [after, before] = [cursor('from') ?? Number.NEGATIVE_INFINITY, cursor('to') ?? Number.POSITIVE_INFINITY];
  const chosen = transfers.filter(
    (transfer) =>
      (asset === undefined || transfer.asset === asset) &&
      (uuids.length === 0 || uuids.includes(uuid(transfer))) &&
      (txids.length === 0 || txids.includes(transfer.transactionId)) &&
      transfer.sequence > after &&
      transfer.sequence < before &&
      fits(transfer),
  );
  if (newestFirst) chosen.reverse();
  return chosen.slice((page - 1) * limit, page * limit);
}

function findOne(direction: Direction, transfers: readonly Transfer[], query: Query): Transfer | undefined {
  const [uuid, txid, asset] = [query.get('uuid'), query.get('txid'), query.get('currency')];
  const fits = (transfer: Transfer): boolean =>
    (uuid === undefined || uuidOf(direction, transfer) === uuid) &&
    (txid === undefined || transfer.transactionId === txid) &&
    (asset === undefined || transfer.asset === asset);
  return transfers.findLast(fits);
}

/** Looks like an address of its chain at a glance, and is none. */
export function depositAddress(accountId: string, asset: string): SiteAddress {
  const { network } = listingOf(asset);
  const hex = createHash('sha256').update(`address/${accountId}/${network.netType}`).digest('hex');
  return {
    address: network.netType === 'ETH' ? `0x${hex.slice(0, 40)}` : `paper${hex.slice(0, 32)}`,
    secondaryAddress: network.hasSecondaryAddress ? String(Number.parseInt(hex.slice(0, 7), 16)) : null,
  };
}

function addressFields(accountId: string, asset: string): { readonly [field: string]: Wire | undefined } {
  const { address, secondaryAddress } = depositAddress(accountId, asset);
  const { netType } = listingOf(asset).network;
  return { currency: asset, net_type: netType, deposit_address: address, secondary_address: secondaryAddress };
}
