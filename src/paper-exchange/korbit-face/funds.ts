import { createHash } from 'node:crypto';
import type { ApiKey, Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { listingOf, QUOTE_ASSET } from '../core/listings.ts';
import type { Transfer } from '../core/transfers.ts';
import type { SiteAddress } from '../venue-face.ts';
import type { Wire } from '../wire-format.ts';
import { keyTypeOf } from './authentication.ts';
import { KORBIT_ERRORS } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { assetOf, currencyOf, symbolOf } from './venue-rules.ts';

const LIST_LIMIT_MAX = 100;
const KEY_LIFE_MS = 365 * 86_400_000;
const PERMISSIONS: Readonly<Record<Scope, string>> = {
  view_account: 'readBalances',
  view_orders: 'readOrders',
  make_orders: 'writeOrders',
  view_deposits: 'readDeposits',
  view_withdrawals: 'readWithdrawals',
};

/** GET /v2/balance: won always, coins that are held. Average buying prices are not kept. */
export function listBalances(core: ExchangeCore, accountId: string): Wire {
  return core.run(() => {
    const balances = core.shownBalances(accountId);
    const held = [...balances].filter(([asset, { free, locked }]) => asset !== QUOTE_ASSET && free.plus(locked).isGreaterThan(0));
    return [QUOTE_ASSET, ...held.map(([asset]) => asset)].map((asset) => {
      const balance = balances.get(asset);
      return {
        currency: currencyOf(asset),
        balance: balance?.free.plus(balance.locked).toFixed() ?? '0',
        available: balance?.free.toFixed() ?? '0',
        tradeInUse: balance?.locked.toFixed() ?? '0',
        withdrawalInUse: '0',
        avgPrice: '0',
      };
    });
  });
}

/** GET /v2/tradingFeePolicy: of the markets asked for, or of all. */
export function listFees(core: ExchangeCore, query: Parameters): Wire {
  const asked = query.get('symbol')?.split(',').map(assetOf) ?? core.market.assets;
  const rate = core.rules.feeRate.toFixed();
  const won = currencyOf(QUOTE_ASSET);
  return asked.map((asset) => {
    if (asset === undefined || !core.market.has(asset)) throw KORBIT_ERRORS.market();
    return { symbol: symbolOf(asset), buyFeeCurrency: won, sellFeeCurrency: won, maxFeeRate: rate, takerFeeRate: rate, makerFeeRate: rate };
  });
}

/** GET /v2/currentKeyInfo: keys for this exchange are bound to no address. */
export function keyInfo(key: ApiKey): Wire {
  return {
    apiKey: key.accessKey,
    type: keyTypeOf(key.secretKey),
    permissions: key.scopes.map((scope) => PERMISSIONS[scope]),
    whitelist: '',
    allowedAccountSeqs: [1],
    expiration: key.expiresAt.getTime(),
    status: 'activated',
    label: key.accountId,
    createdAt: key.expiresAt.getTime() - KEY_LIFE_MS,
  };
}

/** GET /v2/coin/depositAddresses: one address an asset, the same for ever. */
export function listDepositAddresses(core: ExchangeCore, accountId: string): Wire {
  return core.market.assets.map((asset) => addressFields(accountId, asset));
}

/** GET /v2/coin/depositAddress. */
export function getDepositAddress(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  const asset = query.coin(core);
  if ((query.get('network') ?? listingOf(asset).network.netType) !== listingOf(asset).network.netType) throw KORBIT_ERRORS.badRequest();
  return addressFields(accountId, asset);
}

/** GET /v2/coin/recentDeposits, newest first, as are all of these. */
export function listCoinDeposits(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  const asset = query.coin(core);
  return recent(core, query, () => core.transfers.into(accountId), asset).map((transfer) => ({
    ...coinFields(transfer),
    status: transfer.doneAtMs === undefined ? 'pending' : 'done',
    address: addressFields(accountId, asset).address,
    secondaryAddress: addressFields(accountId, asset).secondaryAddress ?? null,
  }));
}

/** GET /v2/coin/recentWithdrawals. */
export function listCoinWithdrawals(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return recent(core, query, () => core.transfers.outOf(accountId), query.coin(core)).map((transfer) => ({
    ...coinFields(transfer),
    status: withdrawalStatus(transfer),
    fee: transfer.fee.toFixed(),
    address: addressFields(transfer.to, transfer.asset).address,
    secondaryAddress: null,
  }));
}

/** GET /v2/krw/recentDeposits. */
export function listWonDeposits(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  const type = query.get('includeAll') === 'true' ? 'general' : undefined;
  return recent(core, query, () => core.transfers.into(accountId), QUOTE_ASSET).map((transfer) => ({
    ...transferFields(transfer),
    type,
    status: transfer.doneAtMs === undefined ? 'processing' : 'done',
  }));
}

/** GET /v2/krw/recentWithdrawals. */
export function listWonWithdrawals(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return recent(core, query, () => core.transfers.outOf(accountId), QUOTE_ASSET).map((transfer) => ({
    ...transferFields(transfer),
    status: withdrawalStatus(transfer),
    fee: transfer.fee.toFixed(),
  }));
}

function recent(core: ExchangeCore, query: Parameters, transfers: () => readonly Transfer[], asset: string): Transfer[] {
  const limit = query.count('limit', LIST_LIMIT_MAX, LIST_LIMIT_MAX);
  const ofAsset = core.run(transfers).filter((transfer) => transfer.asset === asset);
  return ofAsset.reverse().slice(0, limit);
}

function transferFields(transfer: Transfer): { readonly [field: string]: Wire } {
  return { id: transfer.sequence, quantity: transfer.quantity.toFixed(), createdAt: transfer.createdAtMs };
}

function coinFields(transfer: Transfer): { readonly [field: string]: Wire } {
  return {
    ...transferFields(transfer),
    currency: currencyOf(transfer.asset),
    network: transfer.network ?? null,
    transactionHash: transfer.transactionId,
  };
}

function withdrawalStatus(transfer: Transfer): 'processing' | 'done' {
  return transfer.doneAtMs === undefined ? 'processing' : 'done';
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

function addressFields(accountId: string, asset: string) {
  const { address, secondaryAddress } = depositAddress(accountId, asset);
  const { netType } = listingOf(asset).network;
  return { currency: currencyOf(asset), network: netType, address, secondaryAddress: secondaryAddress ?? undefined };
}
