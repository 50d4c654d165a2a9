import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order } from '../core/orders.ts';
import { marketOf } from '../upbit-like/markets.ts';
import { orderFields } from '../upbit-like/order-fields.ts';
import { closedWindow, findOrder, readOrderRequest, selectOrders } from '../upbit-like/orders.ts';
import type { Query } from '../upbit-like/request.ts';
import type { Wire } from '../wire-format.ts';
import { refusalError } from './errors.ts';
import { acceptedFields, listFields, STATE_WORDS, UPBIT_ORDERS } from './order-fields.ts';

const CLOSED_LIMIT_MAX = 1_000;
const LIST_LIMIT = 100;

/** POST /v1/orders. The answer shows the order as it was accepted; what came of it is read afterwards. */
export function createOrder(
  core: ExchangeCore,
  accountId: string,
  body: Readonly<Record<string, unknown>>,
): { order: Order; answer: Wire } {
  const request = readOrderRequest(accountId, body, UPBIT_ORDERS);
  const placed = core.placeOrder(request);
  if ('code' in placed) throw refusalError(placed, request.side, marketOf(request.asset), request.terms.kind === 'market_sell');
  return { order: placed, answer: acceptedFields(placed, core.rules.feeRate) };
}

/** DELETE /v1/order. The answer shows the order as it was when the request to cancel arrived; it may still be filled until it takes effect. */
export function cancelOrder(core: ExchangeCore, accountId: string, query: Query): Wire {
  const before = core.run(() => {
    const named = { orderId: query.get('uuid'), reference: query.get('identifier') };
    const order = findOrder(core, accountId, named, UPBIT_ORDERS);
    return { order, fields: orderFields(order, core.rules.feeRate, UPBIT_ORDERS) };
  });
  if (!core.requestCancel(before.order)) throw query.errors.orderNotFound();
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
    if (given === 0 || given > LIST_LIMIT || (uuids.length > 0 && identifiers.length > 0)) throw query.errors.invalidParameter();
    const isAsked = (order: Order): boolean =>
      uuids.includes(order.orderId) || (order.reference !== undefined && identifiers.includes(order.reference));
    return selectOrders(core, accountId, query, isAsked).map((order) => listFields(order, core.rules.feeRate));
  });
}
