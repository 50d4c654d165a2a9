import type { Scope } from '../core/api-keys.ts';
import { UPBIT_ERRORS } from '../upbit-like/errors.ts';
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
import { forbidden, type PrivateRoute, quotation, type Route, reading } from '../upbit-like/routes.ts';
import { UPBIT_TRANSFERS } from './funds.ts';
import { UPBIT_ORDERS } from './order-fields.ts';
import { cancelOrder, createOrder, listClosedOrders, listOpenOrders, listOrdersByIds } from './orders.ts';
import { listBooks, listInstruments, listMarkets } from './quotation.ts';
import type { RateGroup } from './rate-limit.ts';

/** Of a `to` that names none. */
const TIME_ZONE = 'Z';
const LIMIT_TYPES = ['limit', 'limit_fok', 'limit_ioc', 'limit_post_only'];
const everything = () => true;

/** Any key may ask what its scope allows; only orders are counted by themselves. */
function asking(scope: Scope | undefined, answer: Parameters<typeof reading>[2]): PrivateRoute<RateGroup> {
  return reading('default', scope, answer);
}

/** Withdrawing and depositing. */
const FORBIDDEN = forbidden('default' as const, UPBIT_ERRORS);

const ROUTES: Readonly<Record<string, Route<RateGroup>>> = {
  'GET /v1/market/all': quotation('market', ({ core, marketEvents }, query) => listMarkets(core, query, marketEvents)),
  'GET /v1/orderbook': quotation('orderbook', ({ core }, query) => listBooks(core, query)),
  'GET /v1/orderbook/instruments': quotation('orderbook', ({ core }, query) => listInstruments(core, query)),
  'GET /v1/ticker': quotation('ticker', ({ core }, query) => listTickers(core, query)),
  'GET /v1/ticker/all': quotation('ticker', ({ core }, query) => listTickers(core, query)),
  'GET /v1/trades/ticks': quotation('crix-trades', ({ core }, query) => listTrades(core, query)),
  'GET /v1/candles/days': quotation('candles', ({ core }, query) => listDayCandles(core, query, TIME_ZONE)),
  'GET /v1/accounts': asking('view_account', ({ core }, accountId) => listAccounts(core, accountId)),
  'GET /v1/orders/chance': asking('view_orders', ({ core }, accountId, query) => orderChance(core, accountId, query, LIMIT_TYPES)),
  'GET /v1/order': asking('view_orders', ({ core }, accountId, query) => getOrder(core, accountId, query, UPBIT_ORDERS)),
  'GET /v1/orders/open': asking('view_orders', ({ core }, accountId, query) => listOpenOrders(core, accountId, query)),
  'GET /v1/orders/closed': asking('view_orders', ({ core }, accountId, query) => listClosedOrders(core, accountId, query)),
  'GET /v1/orders/uuids': asking('view_orders', ({ core }, accountId, query) => listOrdersByIds(core, accountId, query)),
  'DELETE /v1/order': asking('make_orders', ({ core }, accountId, query) => cancelOrder(core, accountId, query)),
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
  'GET /v1/deposits': asking('view_deposits', ({ core }, accountId, query) =>
    listDeposits(core, accountId, query, UPBIT_TRANSFERS, everything),
  ),
  'GET /v1/deposit': asking('view_deposits', ({ core }, accountId, query) => getDeposit(core, accountId, query, UPBIT_TRANSFERS)),
  'GET /v1/deposits/coin_addresses': asking('view_deposits', ({ core }, accountId) => listDepositAddresses(core, accountId)),
  'GET /v1/deposits/coin_address': asking('view_deposits', ({ core }, accountId, query) => getDepositAddress(core, accountId, query)),
  'GET /v1/withdraws': asking('view_withdrawals', ({ core }, accountId, query) =>
    listWithdrawals(core, accountId, query, UPBIT_TRANSFERS, everything),
  ),
  'GET /v1/withdraw': asking('view_withdrawals', ({ core }, accountId, query) => getWithdrawal(core, accountId, query, UPBIT_TRANSFERS)),
  'GET /v1/status/wallet': asking(undefined, ({ core }) => listWalletStates(core)),
  'GET /v1/api_keys': asking(undefined, ({ keys }, accountId) => listApiKeys(keys.ofAccount(accountId))),
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
  if (unit !== undefined) return quotation('candles', ({ core }, query) => listMinuteCandles(core, query, unit, TIME_ZONE));
  return Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
}
