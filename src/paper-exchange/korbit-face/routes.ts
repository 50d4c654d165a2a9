import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, Scope } from '../core/api-keys.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { MarketEvent } from '../core/market-events.ts';
import type { Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import type { Authentication } from './authentication.ts';
import { KORBIT_ERRORS } from './errors.ts';
import {
  getDepositAddress,
  keyInfo,
  listBalances,
  listCoinDeposits,
  listCoinWithdrawals,
  listDepositAddresses,
  listFees,
  listWonDeposits,
  listWonWithdrawals,
} from './funds.ts';
import { cancelOrder, createOrder, getOrder, listAllOrders, listOpenOrders, listOwnTrades } from './orders.ts';
import type { Parameters } from './parameters.ts';
import {
  getBook,
  listAlerts,
  listCandles,
  listCurrencies,
  listNotices,
  listPairs,
  listTickers,
  listTickSizes,
  listTrades,
  serverTime,
} from './quotation.ts';
import type { RateGroup } from './rate-limit.ts';

/** What the routes work on. */
export interface FaceContext {
  readonly core: ExchangeCore;
  /** The venue's own, which may be wrong. */
  readonly clock: Clock;
  readonly authentication: Authentication;
  readonly marketEvents: ReadonlyMap<string, MarketEvent>;
}

export interface Answer {
  /** Undefined for an answer that only says that it was heard. */
  readonly data: Wire | undefined;
  /** The order this request placed. */
  readonly placed?: Order;
}

export interface PublicRoute {
  readonly group: 'public';
  readonly answer: (context: FaceContext, parameters: Parameters) => Wire;
}

export interface PrivateRoute {
  readonly group: Exclude<RateGroup, 'public'>;
  /** Undefined where any key will do. */
  readonly scope: Scope | undefined;
  readonly answer: (context: FaceContext, key: ApiKey, parameters: Parameters) => Answer;
}

export type Route = PublicRoute | PrivateRoute;

function quotation(answer: PublicRoute['answer']): PublicRoute {
  return { group: 'public', answer };
}

function reading(
  group: PrivateRoute['group'],
  scope: Scope,
  answer: (core: ExchangeCore, accountId: string, parameters: Parameters) => Wire | undefined,
): PrivateRoute {
  return { group, scope, answer: ({ core }, key, parameters) => ({ data: answer(core, key.accountId, parameters) }) };
}

/** Withdrawing and depositing need permissions that keys for this exchange are never given. */
const FORBIDDEN: PrivateRoute = {
  group: 'funds',
  scope: undefined,
  answer: () => {
    throw KORBIT_ERRORS.permission();
  },
};

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v2/time': quotation(({ clock }) => serverTime(clock)),
  'GET /v2/currencyPairs': quotation(({ core }) => listPairs(core)),
  'GET /v2/tickSizePolicy': quotation(({ core }, query) => listTickSizes(core, query)),
  'GET /v2/orderbook': quotation(({ core }, query) => getBook(core, query)),
  'GET /v2/tickers': quotation(({ core }, query) => listTickers(core, query)),
  'GET /v2/trades': quotation(({ core }, query) => listTrades(core, query)),
  'GET /v2/candles': quotation(({ core }, query) => listCandles(core, query)),
  'GET /v2/currencies': quotation(({ core }) => listCurrencies(core)),
  'GET /v2/marketAlerts': quotation(({ core, marketEvents }) => listAlerts(core, marketEvents)),
  'GET /v2/notices': quotation(({ core, marketEvents }) => listNotices(core, marketEvents)),
  'POST /v2/orders': {
    group: 'order',
    scope: 'make_orders',
    answer: ({ core }, key, form) => {
      const { order, data } = createOrder(core, key.accountId, form);
      return { data, placed: order };
    },
  },
  'DELETE /v2/orders': reading('cancel', 'make_orders', cancelOrder),
  'GET /v2/orders': reading('private', 'view_orders', getOrder),
  'GET /v2/openOrders': reading('private', 'view_orders', listOpenOrders),
  'GET /v2/allOrders': reading('private', 'view_orders', listAllOrders),
  'GET /v2/myTrades': reading('private', 'view_orders', listOwnTrades),
  'GET /v2/tradingFeePolicy': reading('private', 'view_orders', (core, _accountId, query) => listFees(core, query)),
  'GET /v2/balance': reading('private', 'view_account', listBalances),
  'GET /v2/currentKeyInfo': { group: 'private', scope: undefined, answer: (_context, key) => ({ data: keyInfo(key) }) },
  'GET /v2/coin/depositAddresses': reading('funds', 'view_deposits', listDepositAddresses),
  'GET /v2/coin/depositAddress': reading('funds', 'view_deposits', getDepositAddress),
  'GET /v2/coin/recentDeposits': reading('funds', 'view_deposits', listCoinDeposits),
  'GET /v2/coin/recentWithdrawals': reading('funds', 'view_withdrawals', listCoinWithdrawals),
  'GET /v2/krw/recentDeposits': reading('funds', 'view_deposits', listWonDeposits),
  'GET /v2/krw/recentWithdrawals': reading('funds', 'view_withdrawals', listWonWithdrawals),
  'POST /v2/coin/depositAddress': FORBIDDEN,
  'POST /v2/coin/withdrawal': FORBIDDEN,
  'DELETE /v2/coin/withdrawal': FORBIDDEN,
  'POST /v2/krw/sendKrwDepositPush': FORBIDDEN,
  'POST /v2/krw/sendKrwWithdrawalPush': FORBIDDEN,
};

/** The route of a method and path, or undefined. */
export function findRoute(method: string, path: string): Route | undefined {
  const name = `${method} ${path}`;
  return Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
}
