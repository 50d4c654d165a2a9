import { z } from 'zod';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { Order, OrderRequest, Side, Terms } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { refusalError, UPBIT_ERRORS } from './errors.ts';
import { acceptedFields, EXECUTIONS, listFields, orderFields, STATE_WORDS, tradeFields } from './order-fields.ts';
import type { Query } from './request.ts';
import { assetOf, marketOf } from './venue-rules.ts';

const DAY_MS = 86_400_000;
const CLOSED_WINDOW_MS = 7 * DAY_MS;
const CLOSED_LIMIT_MAX = 1_000;
const LIST_LIMIT = 100;

/** Numbers come as text; a client that sends JSON numbers is understood as Upbit understands it. */
const figure = z.union([z.string(), z.number().transform(String)]).nullish();
const orderBody = z.object({
  market: z.string().optional(),
  side: z.string().optional(),
  ord_type: z.string().optional(),
  volume: figure,
  price: figure,
  time_in_force: z.string().nullish(),
  identifier: z.string().nullish(),
});
type OrderBody = z.infer<typeof orderBody>;

/** POST /v1/orders. The answer shows the order as it was accepted; what came of it is read afterwards. */
export function createOrder(core: ExchangeCore, accountId: string, body: unknown): { order: Order; answer: Wire } {
  const parsed = orderBody.safeParse(body);
  if (!parsed.success) throw UPBIT_ERRORS.invalidParameter();
  const request = orderRequest(accountId, parsed.data);
  const placed = core.placeOrder(request);
  if ('code' in placed) throw refusalError(placed, request.side, marketOf(request.asset), request.terms.kind === 'market_sell');
  return { order: placed, answer: acceptedFields(placed, core.rules.feeRate) };
}

function orderRequest(accountId: string, body: OrderBody): OrderRequest {
  const { market, side: sideWord, ord_type: type } = body;
  if (market === undefined) throw UPBIT_ERRORS.missing('market');
  const side = sideWord === 'ask' ? 'sell' : sideWord === 'bid' ? 'buy' : undefined;
  if (side === undefined) throw UPBIT_ERRORS.missing('side');
  if (type === undefined) throw UPBIT_ERRORS.missing('ord_type');
  const asset = assetOf(market);
  if (asset === undefined) throw UPBIT_ERRORS.marketNotFound(market);
  const reference = body.identifier ?? undefined;
  return { accountId, asset, side, terms: orderTerms(body, side, type), reference, origin: 'interface' };
}

function orderTerms(body: OrderBody, side: Side, type: string): Terms {
  const price = amount(body.price);
  const quantity = amount(body.volume);
  const word = body.time_in_force ?? undefined;
  if (type === 'limit') {
    const execution = word === undefined ? 'rest' : EXECUTIONS[word];
    if (execution === undefined) throw UPBIT_ERRORS.invalidTimeInForce();
    if (price === undefined || quantity === undefined) throw UPBIT_ERRORS.createOrder(side);
    return { kind: 'limit', price, quantity, execution };
  }
  if (type !== 'market' && type !== 'price') {
    throw type === 'best' ? UPBIT_ERRORS.orderTypeNotSupported() : UPBIT_ERRORS.invalidValue('ord_type');
  }
  if (word !== undefined) throw UPBIT_ERRORS.invalidTimeInForce();
  if (type === 'market' && side === 'sell' && quantity !== undefined && price === undefined) return { kind: 'market_sell', quantity };
  if (type === 'price' && side === 'buy' && price !== undefined && quantity === undefined) return { kind: 'market_buy', budget: price };
  throw UPBIT_ERRORS.createOrder(side);
}

function amount(text: string | null | undefined): Decimal | undefined {
  if (text === null || text === undefined) return undefined;
  if (!isPlainDecimal(text)) throw UPBIT_ERRORS.invalidParameter();
  return new Decimal(text);
}

/** GET /v1/order. A uuid beside an identifier wins. */
export function getOrder(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const order = findOrder(core, accountId, query);
    return { ...orderFields(order, core.rules.feeRate), trades: order.fills.map((fill) => tradeFields(order, fill)) };
  });
}

/** DELETE /v1/order. The answer shows the order as it was when the request to cancel arrived; it may still be filled until it takes effect. */
export function cancelOrder(core: ExchangeCore, accountId: string, query: Query): Wire {
  const before = core.run(() => {
    const order = findOrder(core, accountId, query);
    return { order, fields: orderFields(order, core.rules.feeRate) };
  });
  if (!core.requestCancel(before.order)) throw UPBIT_ERRORS.orderNotFound();
  return before.fields;
}

/** GET /v1/orders/open. */
export function listOpenOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const states = query.someOf('state', 'states', ['wait', 'watch']) ?? ['wait'];
    const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT);
    const page = query.count('page', 1, Number.MAX_SAFE_INTEGER);
    const orders = states.includes('wait') ? selectOrders(core, accountId, query, (order) => order.state === 'open') : [];
    return orders.slice((page - 1) * limit, page * limit).map((order) => listFields(order, core.rules.feeRate));
  });
}

/** GET /v1/orders/closed: by creation time within at most seven days. */
export function listClosedOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run((nowMs) => {
    const states = query.someOf('state', 'states', ['done', 'cancel']) ?? ['done', 'cancel'];
    const limit = query.count('limit', LIST_LIMIT, CLOSED_LIMIT_MAX);
    const { startMs, endMs } = closedWindow(query, nowMs);
    const orders = selectOrders(core, accountId, query, (order) => {
      const word = STATE_WORDS[order.state];
      return word !== 'wait' && states.includes(word) && order.createdAtMs >= startMs && order.createdAtMs <= endMs;
    });
    return orders.slice(0, limit).map((order) => listFields(order, core.rules.feeRate));
  });
}

/** GET /v1/orders/uuids: up to 100 orders by uuid or identifier. */
export function listOrdersByIds(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const uuids = query.list('uuids');
    const identifiers = query.list('identifiers');
    const given = uuids.length + identifiers.length;
    if (given === 0 || given > LIST_LIMIT || (uuids.length > 0 && identifiers.length > 0)) throw UPBIT_ERRORS.invalidParameter();
    const isAsked = (order: Order): boolean =>
      uuids.includes(order.orderId) || (order.reference !== undefined && identifiers.includes(order.reference));
    return selectOrders(core, accountId, query, isAsked).map((order) => listFields(order, core.rules.feeRate));
  });
}

/** GET /v1/orders/chance. */
export function orderChance(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const market = query.get('market');
    if (market === undefined) throw UPBIT_ERRORS.missing('market');
    const asset = assetOf(market);
    if (asset === undefined || !core.market.has(asset)) throw UPBIT_ERRORS.marketNotFound(market);
    const { feeRate, minimumOrder, maximumOrder } = core.rules;
    const fee = feeRate.toFixed();
    const limits = ['limit', 'limit_fok', 'limit_ioc', 'limit_post_only'];
    return {
      bid_fee: fee,
      ask_fee: fee,
      maker_bid_fee: fee,
      maker_ask_fee: fee,
      market: {
        id: market,
        name: `${asset}/${QUOTE_ASSET}`,
        order_types: ['limit'],
        order_sides: ['ask', 'bid'],
        bid_types: [...limits, 'price'],
        ask_types: [...limits, 'market'],
        bid: { currency: QUOTE_ASSET, min_total: minimumOrder.toFixed() },
        ask: { currency: asset, min_total: minimumOrder.toFixed() },
        max_total: maximumOrder.toFixed(),
        state: 'active',
      },
      bid_account: accountFields(core, accountId, QUOTE_ASSET),
      ask_account: accountFields(core, accountId, asset),
    };
  });
}

/** One currency of an account, as /v1/accounts and /v1/orders/chance show it. Average buying prices are not kept. */
export function accountFields(core: ExchangeCore, accountId: string, asset: string): { readonly [field: string]: Wire } {
  const balance = core.accounts.balance(accountId, asset);
  return {
    currency: asset,
    balance: balance.free.toFixed(),
    locked: balance.locked.toFixed(),
    avg_buy_price: '0',
    avg_buy_price_modified: true,
    unit_currency: QUOTE_ASSET,
  };
}

function findOrder(core: ExchangeCore, accountId: string, query: Query): Order {
  const uuid = query.get('uuid');
  const identifier = query.get('identifier');
  if (uuid === undefined && identifier === undefined) throw UPBIT_ERRORS.invalidParameter();
  const order = uuid === undefined ? core.orders.findByReference(accountId, identifier ?? '') : core.orders.find(uuid);
  if (order === undefined || order.accountId !== accountId) throw UPBIT_ERRORS.orderNotFound();
  return order;
}

/** An account's orders that fit, newest first unless the query says otherwise. */
function selectOrders(core: ExchangeCore, accountId: string, query: Query, fits: (order: Order) => boolean): Order[] {
  const market = query.get('market');
  const direction = query.oneOf('order_by', ['asc', 'desc'], 'desc');
  const orders = core.orders
    .ofAccount(accountId)
    .filter((order) => (market === undefined || marketOf(order.asset) === market) && fits(order));
  return direction === 'asc' ? orders : orders.reverse();
}

function closedWindow(query: Query, nowMs: number): { startMs: number; endMs: number } {
  const start = instant(query, 'start_time');
  const end = instant(query, 'end_time');
  if (start !== undefined && end !== undefined && (end - start > CLOSED_WINDOW_MS || end < start)) throw UPBIT_ERRORS.invalidParameter();
  const endMs = end ?? (start === undefined ? nowMs : start + CLOSED_WINDOW_MS);
  return { startMs: start ?? endMs - CLOSED_WINDOW_MS, endMs };
}

/** ISO 8601 with an offset, or milliseconds of thirteen digits. */
function instant(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  if (/^\d{13}$/.test(text)) return Number(text);
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const parsed = isIso ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(parsed)) throw UPBIT_ERRORS.invalidParameter();
  return parsed;
}
