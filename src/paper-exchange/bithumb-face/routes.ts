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
} from '../upbit-like/funds.ts';
import { getOrder, orderChance } from '../upbit-like/orders.ts';
import { listDayCandles, listMinuteCandles, listTickers, listTrades } from '../upbit-like/quotation.ts';
import type { RateWords } from '../upbit-like/rate-limit.ts';
import { forbidden, quotation, type Route, reading } from '../upbit-like/routes.ts';
import { BITHUMB_ERRORS } from './errors.ts';
import { BITHUMB_TRANSFERS, COINS, WON } from './funds.ts';
import { BITHUMB_ORDERS, cancelOrder, createOrder, listClosedOrders, listOrders, listPendingOrders } from './orders.ts';
import { listAlarms, listBooks, listMarkets } from './quotation.ts';

/** Bithumb's groups (apidocs.bithumb.com, API 요청 수 제한 안내), all counted by address. */
const PUBLIC_GROUPS = ['candle', 'orderbook', 'ticker', 'trade', 'service'] as const;
type RateGroup = (typeof PUBLIC_GROUPS)[number] | 'order' | 'cancel' | 'private';

export const BITHUMB_RATES: RateWords<RateGroup> = {
  errors: BITHUMB_ERRORS,
  limitOf: (group, limits) => {
    if (group === 'order') return limits.ordersPerSecond;
    return PUBLIC_GROUPS.some((name) => name === group) ? limits.quotationPerSecond : limits.defaultPerSecond;
  },
  headers: (_group, limit, remaining) => ({ Ratelimit: `limit=${limit}, remaining=${remaining}, reset=1` }),
};

/** Of a `to` that names none: Korean time, where Upbit's is UTC. */
const TIME_ZONE = '+09:00';
const LIMIT_TYPES = ['limit'];
const FORBIDDEN = forbidden('private' as const, BITHUMB_ERRORS);

const ROUTES: Readonly<Record<string, Route<RateGroup>>> = {
  'GET /v1/market/all': quotation('service', ({ core, marketEvents }, query) => listMarkets(core, query, marketEvents)),
  'GET /v1/market/virtual_asset_warning': quotation('service', ({ core, marketEvents }) => listAlarms(core, marketEvents)),
  'GET /v1/orderbook': quotation('orderbook', ({ core }, query) => listBooks(core, query)),
  'GET /v1/ticker': quotation('ticker', ({ core }, query) => listTickers(core, query)),
  'GET /v1/trades/ticks': quotation('trade', ({ core }, query) => listTrades(core, query)),
  'GET /v1/candles/days': quotation('candle', ({ core }, query) => listDayCandles(core, query, TIME_ZONE)),
  'GET /v1/accounts': reading('private', 'view_account', ({ core }, accountId) => listAccounts(core, accountId)),
  'GET /v1/orders/chance': reading('private', 'view_orders', ({ core }, accountId, query) =>
    orderChance(core, accountId, query, LIMIT_TYPES),
  ),
  'GET /v1/order': reading('private', 'view_orders', ({ core }, accountId, query) => getOrder(core, accountId, query, BITHUMB_ORDERS)),
  'GET /v1/orders': reading('private', 'view_orders', ({ core }, accountId, query) => listOrders(core, accountId, query)),
  'GET /v2/orders/pending': reading('private', 'view_orders', ({ core }, accountId, query) => listPendingOrders(core, accountId, query)),
  'GET /v2/orders/history': reading('private', 'view_orders', ({ core }, accountId, query) => listClosedOrders(core, accountId, query)),
  'DELETE /v2/order': reading('cancel', 'make_orders', ({ core }, accountId, query) => cancelOrder(core, accountId, query)),
  'POST /v2/orders': {
    access: 'private',
    group: 'order',
    scope: 'make_orders',
    placesOrder: true,
    answer: ({ core }, key, _query, body) => {
      const { placed, answer } = createOrder(core, key.accountId, body);
      return { status: 201, body: answer, ...(placed === undefined ? {} : { placed }) };
    },
  },
  'GET /v1/deposits': reading('private', 'view_deposits', ({ core }, accountId, query) =>
    listDeposits(core, accountId, query, BITHUMB_TRANSFERS, COINS),
  ),
  'GET /v1/deposits/krw': reading('private', 'view_deposits', ({ core }, accountId, query) =>
    listDeposits(core, accountId, query, BITHUMB_TRANSFERS, WON),
  ),
  'GET /v1/deposit': reading('private', 'view_deposits', ({ core }, accountId, query) =>
    getDeposit(core, accountId, query, BITHUMB_TRANSFERS),
  ),
  'GET /v1/deposits/coin_addresses': reading('private', 'view_deposits', ({ core }, accountId) => listDepositAddresses(core, accountId)),
  'GET /v1/deposits/coin_address': reading('private', 'view_deposits', ({ core }, accountId, query) =>
    getDepositAddress(core, accountId, query),
  ),
  'GET /v1/withdraws': reading('private', 'view_withdrawals', ({ core }, accountId, query) =>
    listWithdrawals(core, accountId, query, BITHUMB_TRANSFERS, COINS),
  ),
  'GET /v1/withdraws/krw': reading('private', 'view_withdrawals', ({ core }, accountId, query) =>
    listWithdrawals(core, accountId, query, BITHUMB_TRANSFERS, WON),
  ),
  'GET /v1/withdraw': reading('private', 'view_withdrawals', ({ core }, accountId, query) =>
    getWithdrawal(core, accountId, query, BITHUMB_TRANSFERS),
  ),
  'GET /v1/status/wallet': reading('private', undefined, ({ core }) => listWalletStates(core)),
  'GET /v1/api_keys': reading('private', undefined, ({ keys }, accountId) => listApiKeys(keys.ofAccount(accountId))),
  'POST /v1/withdraws/coin': FORBIDDEN,
  'POST /v1/withdraws/krw': FORBIDDEN,
  'POST /v1/deposits/krw': FORBIDDEN,
  'POST /v1/deposits/generate_coin_address': FORBIDDEN,
};

const MINUTE_CANDLES = /^GET \/v1\/candles\/minutes\/(\d{1,3})$/;

/** The route of a method and path, or undefined. */
export function findRoute(method: string, path: string): Route<RateGroup> | undefined {
  const name = `${method} ${path}`;
  const unit = MINUTE_CANDLES.exec(name)?.[1];
  if (unit !== undefined) return quotation('candle', ({ core }, query) => listMinuteCandles(core, query, unit, TIME_ZONE));
  return Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
}
