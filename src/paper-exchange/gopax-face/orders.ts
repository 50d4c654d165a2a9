import { z } from 'zod';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order, OrderRequest, Side, Terms } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { GOPAX_ERRORS, refusalError } from './errors.ts';
import { acceptedFields, EXECUTIONS, orderFields, orderIdOf, statusOf, tradeFields, tradeIdOf } from './order-fields.ts';
import { assetOfPair } from './quotation.ts';
import type { Query } from './request.ts';
import { PAST_ORDERS_SHOWN_MS, pairOf } from './venue-rules.ts';

const SECOND_MS = 1_000;
const MONTH_MS = 30 * 86_400_000;
const TRADES_MAX = 100;
/** More orders than this are told in pages only. */
const ORDERS_MAX = 3_000;
const ORDER_STATUSES: ReadonlySet<string> = new Set(['placed', 'cancelled', 'completed', 'updated', 'reserved']);
const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,20}$/;

/** Numbers are taken as JSON numbers, as the documents show them, and as strings, as ccxt's former class sent them. */
const figure = z.union([z.string(), z.number().transform((number) => new Decimal(String(number)).toFixed())]).optional();
const orderBody = z.object({
  clientOrderId: z.string().optional(),
  tradingPairName: z.string().optional(),
  side: z.string().optional(),
  type: z.string().optional(),
  price: figure,
  stopPrice: figure,
  amount: figure,
  protection: z.string().default('no'),
  timeInForce: z.string().default('gtc'),
});
type OrderBody = z.infer<typeof orderBody>;

/** POST /orders. The answer shows the order as it was accepted; what came of it is read afterwards. */
export function createOrder(core: ExchangeCore, accountId: string, body: unknown): { order: Order; answer: Wire } {
  const parsed = orderBody.safeParse(body);
  if (!parsed.success) throw GOPAX_ERRORS.unparsableBody();
  const request = orderRequest(core, accountId, parsed.data);
  const placed = core.placeOrder(request);
  if (!('code' in placed)) return { order: placed, answer: acceptedFields(placed) };
  const { reference } = request;
  const known = reference === undefined ? undefined : core.orders.findByReference(accountId, reference);
  throw refusalError(placed, pairOf(request.asset), reference ?? '', known?.state === 'open');
}

/** True for an order that may be sent only twice a second. */
export function isFillOrKill(body: unknown): boolean {
  return orderBody.safeParse(body).data?.timeInForce === 'fok';
}

function orderRequest(core: ExchangeCore, accountId: string, body: OrderBody): OrderRequest {
  const { tradingPairName: pair, side, clientOrderId: reference } = body;
  if (pair === undefined) throw GOPAX_ERRORS.invalidPair();
  if (side !== 'buy' && side !== 'sell') throw GOPAX_ERRORS.invalidSide();
  const asset = assetOfPair(core, pair);
  if (reference !== undefined && !CLIENT_ORDER_ID.test(reference)) throw GOPAX_ERRORS.invalidClientOrderId(reference);
  return { accountId, asset, side, terms: orderTerms(body, side), reference, origin: 'interface' };
}

/** A time in force of an order at the market is ignored. Stop orders are not offered. */
function orderTerms(body: OrderBody, side: Side): Terms {
  const execution = EXECUTIONS[body.timeInForce];
  if (execution === undefined) throw GOPAX_ERRORS.invalidTimeInForce();
  if (body.protection !== 'yes' && body.protection !== 'no') throw GOPAX_ERRORS.invalidProtection();
  if (body.stopPrice !== undefined) throw GOPAX_ERRORS.invalidOptions();
  const quantity = decimal(body.amount);
  if (quantity === undefined) throw GOPAX_ERRORS.invalidAmount();
  if (body.type === 'market') return side === 'sell' ? { kind: 'market_sell', quantity } : { kind: 'market_buy', budget: quantity };
  if (body.type !== 'limit') throw GOPAX_ERRORS.invalidType();
  const isImmediate = execution === 'immediate_or_cancel' || execution === 'fill_or_kill';
  if (isImmediate && body.protection === 'yes') throw GOPAX_ERRORS.invalidOptions();
  const price = decimal(body.price);
  if (price === undefined) throw GOPAX_ERRORS.invalidPrice();
  return { kind: 'limit', price, quantity, execution };
}

function decimal(text: string | undefined): Decimal | undefined {
  return text !== undefined && isPlainDecimal(text) ? new Decimal(text) : undefined;
}

/** GET /orders/{id}. */
export function getOrder(core: ExchangeCore, accountId: string, id: string): Wire {
  return core.run((nowMs) => orderFields(orderById(core, accountId, id, nowMs)));
}

/** GET /orders/clientOrderId/{id}. */
export function getOrderByClientId(core: ExchangeCore, accountId: string, id: string): Wire {
  return core.run((nowMs) => orderFields(orderByClientId(core, accountId, id, nowMs)));
}

/** DELETE /orders/{id}. Answers that it was heard; the order may still be filled until it takes effect. */
export function cancelOrder(core: ExchangeCore, accountId: string, id: string): Wire {
  const order = core.run((nowMs) => orderById(core, accountId, id, nowMs));
  if (!core.requestCancel(order)) throw GOPAX_ERRORS.noSuchOrder(id);
  return {};
}

/** DELETE /orders/clientOrderId/{id}. */
export function cancelOrderByClientId(core: ExchangeCore, accountId: string, id: string): Wire {
  const order = core.run((nowMs) => orderByClientId(core, accountId, id, nowMs));
  if (!core.requestCancel(order)) throw GOPAX_ERRORS.noSuchClientOrder(id);
  return {};
}

function orderById(core: ExchangeCore, accountId: string, id: string, nowMs: number): Order {
  const order = core.shownOrders(accountId).find((candidate) => orderIdOf(candidate) === id);
  if (order === undefined || !isShown(order, nowMs)) throw GOPAX_ERRORS.noSuchOrder(id);
  return order;
}

function orderByClientId(core: ExchangeCore, accountId: string, id: string, nowMs: number): Order {
  const order = core.shownOrder(accountId, { reference: id });
  if (order === undefined || !isShown(order, nowMs)) throw GOPAX_ERRORS.noSuchClientOrder(id);
  return order;
}

function isShown(order: Order, nowMs: number): boolean {
  return order.closedAtMs === undefined || nowMs - order.closedAtMs < PAST_ORDERS_SHOWN_MS;
}

/** GET /orders: those that wait, and with `includePast` those that are over and still shown; from the oldest on. */
export function listOrders(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run((nowMs) => {
    const pair = query.get('tradingPairName');
    const status = query.get('status');
    if (status !== undefined && !ORDER_STATUSES.has(status)) throw GOPAX_ERRORS.invalidStatus();
    const since = query.whole('since') ?? 0;
    const asset = pair === undefined ? undefined : assetOfPair(core, pair);
    const orders = core
      .shownOrders(accountId)
      .filter(
        (order) =>
          (order.state === 'open' || (query.is('includePast') && isShown(order, nowMs))) &&
          (asset === undefined || order.asset === asset) &&
          (status === undefined || statusOf(order) === status) &&
          sinceOf(order, query.is('filterByUpdatedAt')) >= since,
      );
    const limit = query.whole('limit');
    if (limit === undefined && orders.length > ORDERS_MAX) throw GOPAX_ERRORS.paginationRequired();
    const chosen = limit === undefined ? orders : query.is('tail') ? orders.slice(-limit) : orders.slice(0, limit);
    return chosen.map((order) => orderFields(order));
  });
}

function sinceOf(order: Order, byUpdate: boolean): number {
  return byUpdate ? (order.closedAtMs ?? order.fills.at(-1)?.filledAtMs ?? order.createdAtMs) : order.createdAtMs;
}

/** GET /trades: the account's own, the highest number first; those of more than a month ago with `deepSearch` only. */
export function listOwnTrades(core: ExchangeCore, accountId: string, query: Query): Wire {
  return core.run((nowMs) => {
    const pair = query.get('tradingPairName');
    const asset = pair === undefined ? undefined : assetOfPair(core, pair);
    const fromMs = Math.max((query.whole('after') ?? 0) * SECOND_MS, query.is('deepSearch') ? 0 : nowMs - MONTH_MS);
    const beforeMs = (query.whole('before') ?? Number.POSITIVE_INFINITY) * SECOND_MS;
    const [latestmin, pastmax] = [query.whole('latestmin') ?? -1, query.whole('pastmax') ?? Number.POSITIVE_INFINITY];
    return core
      .shownOrders(accountId)
      .filter((order) => asset === undefined || order.asset === asset)
      .flatMap((order) => order.fills.map((fill, index) => ({ order, fill, tradeId: tradeIdOf(order, index) })))
      .filter(({ fill, tradeId }) => tradeId > latestmin && tradeId < pastmax && fill.filledAtMs >= fromMs && fill.filledAtMs < beforeMs)
      .sort((a, b) => b.tradeId - a.tradeId)
      .slice(0, query.limit(TRADES_MAX))
      .map(({ order, fill, tradeId }) => tradeFields(order, fill, tradeId));
  });
}
