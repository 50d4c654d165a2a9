import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order, OrderRequest, Terms } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { KORBIT_ERRORS, refusalError } from './errors.ts';
import { EXECUTIONS, orderFields, statusOf, tradeFields } from './order-fields.ts';
import type { Parameters } from './parameters.ts';
import { assetOf, HISTORY_MS, UNFILLED_KEPT_MS } from './venue-rules.ts';

const CLIENT_ORDER_ID = /^[0-9a-zA-Z.:_-]{1,36}$/;
const LIST_LIMIT = 500;
const LIST_LIMIT_MAX = 1_000;

/** POST /v2/orders: only the order's id, before anything of what becomes of it. */
export function createOrder(core: ExchangeCore, accountId: string, form: Parameters): { order: Order; data: Wire } {
  const placed = core.placeOrder(orderRequest(accountId, form));
  if ('code' in placed) throw refusalError(placed);
  return { order: placed, data: { orderId: placed.sequence } };
}

function orderRequest(accountId: string, form: Parameters): OrderRequest {
  const asset = assetOf(form.required('symbol'));
  if (asset === undefined) throw KORBIT_ERRORS.market();
  const side = form.oneOf('side', ['buy', 'sell']);
  const reference = form.get('clientOrderId');
  if (side === undefined || (reference !== undefined && !CLIENT_ORDER_ID.test(reference))) throw KORBIT_ERRORS.badRequest();
  return { accountId, asset, side, terms: orderTerms(form, side), reference, origin: 'interface' };
}

/** Orders of type `best` and price protection are not offered here. */
function orderTerms(form: Parameters, side: OrderRequest['side']): Terms {
  const type = form.oneOf('orderType', ['limit', 'market']);
  const word = form.oneOf('timeInForce', ['gtc', 'ioc', 'fok', 'po']);
  const [price, quantity, budget] = [form.figure('price'), form.figure('qty'), form.figure('amt')];
  if (form.get('pp') === 'true' || form.get('bestNth') !== undefined) throw KORBIT_ERRORS.badRequest();
  if (type === 'limit' && price !== undefined && quantity !== undefined && budget === undefined) {
    return { kind: 'limit', price, quantity, execution: EXECUTIONS[word ?? 'gtc'] };
  }
  if (type === 'market' && price === undefined && (word ?? 'ioc') === 'ioc') {
    if (side === 'sell' && quantity !== undefined && budget === undefined) return { kind: 'market_sell', quantity };
    if (side === 'buy' && budget !== undefined && quantity === undefined) return { kind: 'market_buy', budget };
  }
  throw KORBIT_ERRORS.badRequest();
}

/** GET /v2/orders: by exactly one of the two names. */
export function getOrder(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return core.run((nowMs) => {
    const order = shownOrder(core, accountId, query);
    if (order === undefined || isForgotten(order, nowMs)) throw KORBIT_ERRORS.orderNotFound();
    return orderFields(order);
  });
}

function isForgotten(order: Order, nowMs: number): boolean {
  const status = statusOf(order);
  return (status === 'canceled' || status === 'expired') && nowMs - (order.closedAtMs ?? nowMs) >= UNFILLED_KEPT_MS;
}

/**
 * DELETE /v2/orders: heard, no more; the order may still be filled until it takes effect. One that was accepted and is not shown yet is
 * being processed.
 */
export function cancelOrder(core: ExchangeCore, accountId: string, query: Parameters): undefined {
  const order = core.run(() => shownOrder(core, accountId, query));
  if (order === undefined) throw isHidden(core, accountId, query) ? KORBIT_ERRORS.tryAgain() : KORBIT_ERRORS.orderNotFound();
  if (core.requestCancel(order)) return undefined;
  const status = statusOf(order);
  if (status === 'filled') throw KORBIT_ERRORS.alreadyFilled();
  throw status === 'expired' ? KORBIT_ERRORS.alreadyExpired() : KORBIT_ERRORS.alreadyCanceled();
}

function shownOrder(core: ExchangeCore, accountId: string, query: Parameters): Order | undefined {
  const asset = query.asset(core);
  const [orderId, reference] = [query.whole('orderId'), query.get('clientOrderId')];
  if ((orderId === undefined) === (reference === undefined)) throw KORBIT_ERRORS.badRequest();
  const order =
    reference === undefined
      ? core.shownOrders(accountId).find(({ sequence }) => sequence === orderId)
      : core.shownOrder(accountId, { reference });
  return order?.asset === asset ? order : undefined;
}

function isHidden(core: ExchangeCore, accountId: string, query: Parameters): boolean {
  const [orderId, reference] = [query.whole('orderId'), query.get('clientOrderId')];
  return core.orders
    .ofAccount(accountId)
    .some((order) => (reference === undefined ? order.sequence === orderId : order.reference === reference));
}

/** GET /v2/openOrders, newest first. */
export function listOpenOrders(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return core.run(() => {
    const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT_MAX);
    const open = ordersOf(core, accountId, query).filter((order) => order.state === 'open');
    return open.reverse().slice(0, limit).map(orderFields);
  });
}

/** GET /v2/allOrders: every state, newest first, of 36 hours. */
export function listAllOrders(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return core.run((nowMs) => {
    const isWithin = spanOf(query, nowMs);
    const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT_MAX);
    const orders = ordersOf(core, accountId, query).filter((order) => isWithin(order.createdAtMs));
    return orders.reverse().slice(0, limit).map(orderFields);
  });
}

/** GET /v2/myTrades: likewise, by the instant of the trade. */
export function listOwnTrades(core: ExchangeCore, accountId: string, query: Parameters): Wire {
  return core.run((nowMs) => {
    const isWithin = spanOf(query, nowMs);
    const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT_MAX);
    return ordersOf(core, accountId, query)
      .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
      .filter(({ fill }) => isWithin(fill.filledAtMs))
      .sort((a, b) => b.fill.filledAtMs - a.fill.filledAtMs)
      .slice(0, limit)
      .map(({ order, fill }) => tradeFields(order, fill));
  });
}

/** Oldest first. */
function ordersOf(core: ExchangeCore, accountId: string, query: Parameters): Order[] {
  const asset = query.asset(core);
  return core.shownOrders(accountId).filter((order) => order.asset === asset);
}

/** From `startTime`, inclusive and within 36 hours, to `endTime`, exclusive. */
function spanOf(query: Parameters, nowMs: number): (instantMs: number) => boolean {
  const fromMs = Math.max(query.whole('startTime') ?? 0, nowMs - HISTORY_MS);
  const toMs = query.whole('endTime') ?? Number.POSITIVE_INFINITY;
  return (instantMs) => instantMs >= fromMs && instantMs < toMs;
}
