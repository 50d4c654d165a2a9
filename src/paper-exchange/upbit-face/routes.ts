import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketEvent } from '../core/market-events.ts';
import type { Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import type { Authentication } from './authentication.ts';
import { UPBIT_ERRORS } from './errors.ts';
import {
  getDeposit,
  getDepositAddress,
  getWithdrawal,
  listAccounts,
  listApiKeys,
  listDepositAddresses,
  listDeposits,
  listWalletStates,
  listWithdrawals,
} from './funds.ts';
import { cancelOrder, createOrder, getOrder, listClosedOrders, listOpenOrders, listOrdersByIds, orderChance } from './orders.ts';
import { listBooks, listDayCandles, listInstruments, listMarkets, listMinuteCandles, listTickers, listTrades } from './quotation.ts';
import type { RateGroup } from './rate-limit.ts';
import type { Query } from './request.ts';

/** What the routes work on. */
export interface FaceContext {
  readonly core: ExchangeCore;
  readonly authentication: Authentication;
  readonly keys: ApiKeys;
  readonly marketEvents: ReadonlyMap<string, MarketEvent>;
}

export interface Answer {
  readonly status: number;
  readonly body: Wire;
  /** The order this request placed. */
  readonly placed?: Order;
}

export interface PublicRoute {
  readonly access: 'public';
  readonly group: RateGroup;
  readonly answer: (context: FaceContext, query: Query) => Wire;
}

export interface PrivateRoute {
  readonly access: 'private';
  readonly group: RateGroup;
  /** Undefined where any key will do. */
  readonly scope: Scope | undefined;
  readonly placesOrder: boolean;
  readonly answer: (context: FaceContext, key: ApiKey, query: Query, body: unknown) => Answer;
}

export type Route = PublicRoute | PrivateRoute;

function quotation(group: RateGroup, answer: PublicRoute['answer']): PublicRoute {
  return { access: 'public', group, answer };
}

function reading(scope: Scope | undefined, answer: (context: FaceContext, accountId: string, query: Query) => Wire): PrivateRoute {
  return {
    access: 'private',
    group: 'default',
    scope,
    placesOrder: false,
    answer: (context, key, query) => ({ status: 200, body: answer(context, key.accountId, query) }),
  };
}

/** Withdrawing and depositing need rights that keys for this exchange are never given. */
const FORBIDDEN: PrivateRoute = {
  access: 'private',
  group: 'default',
  scope: undefined,
  placesOrder: false,
  answer: () => {
    throw UPBIT_ERRORS.outOfScope();
  },
};

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v1/market/all': quotation('market', ({ core, marketEvents }, query) => listMarkets(core, query, marketEvents)),
  'GET /v1/orderbook': quotation('orderbook', ({ core }, query) => listBooks(core, query)),
  'GET /v1/orderbook/instruments': quotation('orderbook', ({ core }, query) => listInstruments(core, query)),
  'GET /v1/ticker': quotation('ticker', ({ core }, query) => listTickers(core, query)),
  'GET /v1/ticker/all': quotation('ticker', ({ core }, query) => listTickers(core, query)),
  'GET /v1/trades/ticks': quotation('crix-trades', ({ core }, query) => listTrades(core, query)),
  'GET /v1/candles/days': quotation('candles', ({ core }, query) => listDayCandles(core, query)),
  'GET /v1/accounts': reading('view_account', ({ core }, accountId) => listAccounts(core, accountId)),
  'GET /v1/orders/chance': reading('view_orders', ({ core }, accountId, query) => orderChance(core, accountId, query)),
  'GET /v1/order': reading('view_orders', ({ core }, accountId, query) => getOrder(core, accountId, query)),
  'GET /v1/orders/open': reading('view_orders', ({ core }, accountId, query) => listOpenOrders(core, accountId, query)),
  'GET /v1/orders/closed': reading('view_orders', ({ core }, accountId, query) => listClosedOrders(core, accountId, query)),
  'GET /v1/orders/uuids': reading('view_orders', ({ core }, accountId, query) => listOrdersByIds(core, accountId, query)),
  'DELETE /v1/order': reading('make_orders', ({ core }, accountId, query) => cancelOrder(core, accountId, query)),
  'POST /v1/orders': {
    access: 'private',
    group: 'order',
    scope: 'make_orders',
    placesOrder: true,
    answer: ({ core }, key, _query, body) => {
      const { order, answer } = createOrder(core, key.accountId, body);
      return { status: 201, body: answer, placed: order };
    },
  },
  'GET /v1/deposits': reading('view_deposits', ({ core }, accountId, query) => listDeposits(core, accountId, query)),
  'GET /v1/deposit': reading('view_deposits', ({ core }, accountId, query) => getDeposit(core, accountId, query)),
  'GET /v1/deposits/coin_addresses': reading('view_deposits', ({ core }, accountId) => listDepositAddresses(core, accountId)),
  'GET /v1/deposits/coin_address': reading('view_deposits', ({ core }, accountId, query) => getDepositAddress(core, accountId, query)),
  'GET /v1/withdraws': reading('view_withdrawals', ({ core }, accountId, query) => listWithdrawals(core, accountId, query)),
  'GET /v1/withdraw': reading('view_withdrawals', ({ core }, accountId, query) => getWithdrawal(core, accountId, query)),
  'GET /v1/status/wallet': reading(undefined, ({ core }) => listWalletStates(core)),
  'GET /v1/api_keys': reading(undefined, ({ keys }, accountId) => listApiKeys(keys.ofAccount(accountId))),
  'POST /v1/withdraws/coin': FORBIDDEN,
  'POST /v1/withdraws/krw': FORBIDDEN,
  'POST /v1/deposits/krw': FORBIDDEN,
  'POST /v1/deposits/generate_coin_address': FORBIDDEN,
};

const MINUTE_CANDLES = /^GET \/v1\/candles\/minutes\/(\d{1,3})$/;

/** The route of a method and path, or undefined. */
export function findRoute(method: string, path: string): Route | undefined {
  const name = `${method} ${path}`;
  const unit = MINUTE_CANDLES.exec(name)?.[1];
  if (unit !== undefined) return quotation('candles', ({ core }, query) => listMinuteCandles(core, query, unit));
  return Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
}
