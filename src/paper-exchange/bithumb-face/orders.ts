import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order } from '../core/orders.ts';
import { type Fields, orderFields } from '../upbit-like/order-fields.ts';
import { closedWindow, findOrder, type OrderRequestWords, readOrderRequest, selectOrders } from '../upbit-like/orders.ts';
import type { Query } from '../upbit-like/request.ts';
import { seoulTime, seoulTimeFine, type Wire } from '../wire-format.ts';
import { BITHUMB_ERRORS, orderNotReady, refusalError } from './errors.ts';

const LIST_LIMIT = 100;
const CLOSED_LIMIT_MAX = 1_000;
const REFERENCE = /^[A-Za-z0-9_-]+$/;
const STATES = ['wait', 'watch', 'done', 'cancel'] as const;
const CLOSED_STATES = ['done', 'cancel'] as const;

/** An immediate order that was filled in part is `done`, whatever was cancelled of it (apidocs.bithumb.com, 주문 요청). */
function stateOf({ state, terms, executedQuantity }: Order): (typeof STATES)[number] {
  if (state === 'open') return 'wait';
  const isImmediate = terms.kind === 'limit' && terms.execution === 'immediate_or_cancel';
  return state === 'filled' || (isImmediate && executedQuantity.isGreaterThan(0)) ? 'done' : 'cancel';
}

export const BITHUMB_ORDERS: OrderRequestWords = {
  errors: BITHUMB_ERRORS,
  typeField: 'order_type',
  referenceField: 'client_order_id',
  state: stateOf,
  hidden: orderNotReady,
  further: (order) => ({
    executed_funds: order.executedFunds.toFixed(),
    stp_type: 'cancel_taker',
    cancel_type: stateOf(order) === 'cancel' ? (rested(order) ? 'user' : 'tif_cancel') : undefined,
  }),
};

function rested({ terms }: Order): boolean {
  return terms.kind === 'limit' && terms.execution === 'rest';
}

/**
 * POST /v2/orders: only that it was taken in. A `client_order_id` that was used before is answered with its order, and none is placed
 * (github.com/bithumb-official/bithumb-ai-trade-kit, order commands); Bithumb's documents say no more than that it keeps orders from
 * being placed twice.
 */
export function createOrder(
  core: ExchangeCore,
  accountId: string,
  body: Readonly<Record<string, unknown>>,
): { placed: Order | undefined; answer: Wire } {
  const request = readOrderRequest(accountId, body, BITHUMB_ORDERS);
  const { reference, side } = request;
  if (reference !== undefined && !REFERENCE.test(reference)) throw BITHUMB_ERRORS.invalidParameter();
  const placed = core.placeOrder(request);
  if (!('code' in placed)) return { placed, answer: acceptedFields(placed) };
  const known = placed.code === 'reference_used' ? core.orders.findByReference(accountId, reference ?? '') : undefined;
  if (known === undefined) throw refusalError(placed, side);
  return { placed: undefined, answer: acceptedFields(known) };
}

function acceptedFields(order: Order): Wire {
  const { market, side, ord_type, stp_type } = orderFields(order, order.reservedFee, BITHUMB_ORDERS);
  return { ...takenIn(order), market, side, order_type: ord_type, stp_type };
}

function takenIn(order: Order): Fields {
  return { order_id: order.orderId, client_order_id: order.reference, created_at: seoulTime(order.createdAtMs) };
}

/** DELETE /v2/order: only that the request to cancel was taken in; the order may still be filled until it takes effect. */
export function cancelOrder(core: ExchangeCore, accountId: string, query: Query): Wire {
  const named = { orderId: query.get('order_id'), reference: query.get('client_order_id') };
  const order = core.run(() => findOrder(core, accountId, named, BITHUMB_ORDERS));
  if (!core.requestCancel(order)) throw query.errors.orderNotFound();
  return takenIn(order);
}

/** GET /v1/orders: a page of orders of these states, or of these ids. */
export function listOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const states = query.someOf('state', 'states', STATES) ?? ['wait'];
    if (states.includes('watch') && states.length > 1) throw query.errors.invalidParameter();
    const [uuids, references] = [query.list('uuids'), query.list('client_order_ids')];
    if (uuids.length > LIST_LIMIT || references.length > LIST_LIMIT) throw query.errors.invalidParameter();
    const limit = query.count('limit', LIST_LIMIT, LIST_LIMIT);
    const page = query.count('page', 1, Number.MAX_SAFE_INTEGER);
    const isNamed = ({ orderId, reference }: Order): boolean =>
      uuids.length > 0 ? uuids.includes(orderId) : references.length === 0 || (reference !== undefined && references.includes(reference));
    const orders = selectOrders(core, accountId, query, (order) => states.includes(stateOf(order)) && isNamed(order));
    return orders.slice((page - 1) * limit, page * limit).map((order) => orderFields(order, core.rules.feeRate, BITHUMB_ORDERS));
  });
}

/** GET /v2/orders/pending. Nobody here waits for a trigger. */
export function listPendingOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run(() => {
    const state = query.oneOf('state', ['wait', 'watch'], 'wait');
    return pageOf(
      core,
      query,
      LIST_LIMIT,
      selectOrders(core, accountId, query, (order) => stateOf(order) === state),
    );
  });
}

/** GET /v2/orders/history: by creation time within at most seven days. */
export function listClosedOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run((nowMs) => {
    const states: readonly string[] = query.someOf('state', 'states', CLOSED_STATES) ?? CLOSED_STATES;
    const { startMs, endMs } = closedWindow(query, nowMs);
    const fits = (order: Order): boolean => states.includes(stateOf(order)) && order.createdAtMs >= startMs && order.createdAtMs <= endMs;
    return pageOf(core, query, CLOSED_LIMIT_MAX, selectOrders(core, accountId, query, fits));
  });
}

/** A page of version 2, in its words; `next_key` says where the next begins and means nothing to anybody else. */
function pageOf(core: ExchangeCore, query: Query, limitMax: number, orders: readonly Order[]): Wire {
  const limit = query.count('limit', LIST_LIMIT, limitMax);
  const from = pageStart(query);
  const rows = orders.slice(from, from + limit).map((order) => {
    const { uuid, ord_type, ...fields } = orderFields(order, core.rules.feeRate, BITHUMB_ORDERS);
    return { ...fields, order_id: uuid, order_type: ord_type, created_at: seoulTimeFine(order.createdAtMs) };
  });
  const next = from + limit;
  return { data: rows, next_key: next < orders.length ? Buffer.from(`from:${next}`).toString('base64') : null };
}

function pageStart(query: Query): number {
  const key = query.get('next_key');
  if (key === undefined) return 0;
  const from = /^from:(\d{1,9})$/.exec(Buffer.from(key, 'base64').toString('utf8'))?.[1];
  if (from === undefined) throw query.errors.invalidParameter();
  return Number(from);
}
