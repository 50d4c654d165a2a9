import type { ApiKey, Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketEvent } from '../core/market-events.ts';
import type { Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { GOPAX_ERRORS } from './errors.ts';
import { getBalance, listBalances, listDepositAddresses, listTransfers } from './funds.ts';
import {
  cancelOrder,
  cancelOrderByClientId,
  createOrder,
  getOrder,
  getOrderByClientId,
  isFillOrKill,
  listOrders,
  listOwnTrades,
} from './orders.ts';
import { getBook, getTicker, listAssets, listCandles, listCautions, listPairs, listTickSizes, listTrades } from './quotation.ts';
import type { NarrowGroup } from './rate-limit.ts';
import type { Query } from './request.ts';

/** What the routes work on. */
export interface FaceContext {
  readonly core: ExchangeCore;
  readonly marketEvents: ReadonlyMap<string, MarketEvent>;
}

/** A request as a route sees it; `name` is the changing part of the path, if it has one. */
export interface Asked {
  readonly query: Query;
  readonly body: unknown;
  readonly name: string;
}

export interface Answer {
  readonly body: Wire;
  /** The order this request placed. */
  readonly placed?: Order;
}

export interface PublicRoute {
  readonly access: 'public';
  readonly narrow: NarrowGroup | undefined;
  readonly answer: (context: FaceContext, asked: Asked) => Wire;
}

export interface PrivateRoute {
  readonly access: 'private';
  readonly placesOrder: boolean;
  /** Undefined where any key will do. */
  readonly scope: Scope | undefined;
  readonly narrow: (asked: Asked) => NarrowGroup | undefined;
  readonly answer: (context: FaceContext, key: ApiKey, asked: Asked) => Answer;
}

export type Route = PublicRoute | PrivateRoute;

function open(answer: PublicRoute['answer'], narrow?: NarrowGroup): PublicRoute {
  return { access: 'public', narrow, answer };
}

function own(
  scope: Scope,
  answer: (core: ExchangeCore, accountId: string, asked: Asked) => Wire,
  narrow: PrivateRoute['narrow'] = () => undefined,
): PrivateRoute {
  return {
    access: 'private',
    placesOrder: false,
    scope,
    narrow,
    answer: ({ core }, key, asked) => ({ body: answer(core, key.accountId, asked) }),
  };
}

const NEW_ORDER: PrivateRoute = {
  access: 'private',
  placesOrder: true,
  scope: 'make_orders',
  narrow: ({ body }) => (isFillOrKill(body) ? 'fill_or_kill' : 'order'),
  answer: ({ core }, key, { body }) => {
    const { order, answer } = createOrder(core, key.accountId, body);
    return { body: answer, placed: order };
  },
};

/** Withdrawing needs a right that keys for this exchange are never given. */
const WITHDRAWAL: PrivateRoute = {
  access: 'private',
  placesOrder: false,
  scope: undefined,
  narrow: () => undefined,
  answer: () => {
    throw GOPAX_ERRORS.notAllowed();
  },
};

/** `*` is the changing part of a path. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /time': open(({ core }) => ({ serverTime: core.nowMs })),
  'GET /assets': open(({ core }) => listAssets(core)),
  'GET /trading-pairs': open(({ core }) => listPairs(core)),
  'GET /trading-pairs/cautions': open(({ core, marketEvents }, { query }) => listCautions(core, query, marketEvents)),
  'GET /trading-pairs/*/price-tick-size': open(({ core }, { name }) => listTickSizes(core, name)),
  'GET /trading-pairs/*/book': open(({ core }, { name, query }) => getBook(core, name, query), 'book'),
  'GET /trading-pairs/*/ticker': open(({ core }, { name }) => getTicker(core, name)),
  'GET /trading-pairs/*/candles': open(({ core }, { name, query }) => listCandles(core, name, query)),
  'GET /trading-pairs/*/trades': open(({ core }, { name, query }) => listTrades(core, name, query)),
  'GET /balances': own('view_account', (core, accountId) => listBalances(core, accountId)),
  'GET /balances/*': own('view_account', (core, accountId, { name }) => getBalance(core, accountId, name)),
  'GET /orders': own('view_orders', (core, accountId, { query }) => listOrders(core, accountId, query)),
  'GET /orders/*': own('view_orders', (core, accountId, { name }) => getOrder(core, accountId, name)),
  'GET /orders/clientOrderId/*': own('view_orders', (core, accountId, { name }) => getOrderByClientId(core, accountId, name)),
  'DELETE /orders/*': own('make_orders', (core, accountId, { name }) => cancelOrder(core, accountId, name)),
  'DELETE /orders/clientOrderId/*': own('make_orders', (core, accountId, { name }) => cancelOrderByClientId(core, accountId, name)),
  'POST /orders': NEW_ORDER,
  'GET /trades': own(
    'view_orders',
    (core, accountId, { query }) => listOwnTrades(core, accountId, query),
    ({ query }) => (query.is('deepSearch') ? 'deep_search' : 'trades'),
  ),
  'GET /deposit-withdrawal-status': own('view_deposits', (core, accountId, { query }) => listTransfers(core, accountId, query)),
  'GET /crypto-deposit-addresses': own('view_deposits', (core, accountId) => listDepositAddresses(core, accountId)),
  'POST /withdrawals': WITHDRAWAL,
};

/** Where the changing part may be: the second of the path's parts, or its last. */
const CHANGING = [/^(\/trading-pairs\/)([^/]+)(\/[a-z-]+)$/, /^(\/orders\/clientOrderId\/|\/orders\/|\/balances\/)([^/]+)()$/];

/** The route of a method and path with the changing part of it, or undefined. */
export function findRoute(method: string, path: string): { readonly route: Route; readonly name: string } | undefined {
  const fixed = ROUTES[`${method} ${path}`];
  if (fixed !== undefined && !path.includes('*')) return { route: fixed, name: '' };
  for (const pattern of CHANGING) {
    const [, before, name, after] = pattern.exec(path) ?? [];
    const route = ROUTES[`${method} ${before}*${after}`];
    if (name !== undefined && route !== undefined) return { route, name };
  }
  return undefined;
}
