import type { ZodType } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { LookUp, OpenOrder, SellAnswer, SellOrder, VenueOrder } from '../port.ts';
import { type RequestParameters, whyUnavailable } from '../venue-connection.ts';
import type { UpbitConnection } from './connection.ts';
import { judgeSell, ORDER_NOT_FOUND } from './judgement.ts';
import { acceptedOrder, assetOf, type OrderDetail, openOrderRows, orderDetail, orderRows } from './wire.ts';

/** Decimals of a quantity at Upbit, which cuts off what is beyond (docs.upbit.com, order questions). */
export const QUANTITY_DECIMAL_PLACES = 8;
/** Upbit allows 64 characters. No other signs, since the request's signature is taken over the text as it stands. */
const IDENTIFIER = /^[A-Za-z0-9_-]{1,64}$/;

/** Upbit's word for each time in force. */
const TIME_IN_FORCE = { immediate_or_cancel: 'ioc', post_only: 'post_only' } as const;

const CLOSED_WINDOW_MS = 7 * 86_400_000;
const CLOSED_PAGE = 1_000;
const OPEN_PAGE = 100;
/** How far our clock and Upbit's may differ when a list is asked for by time. */
const CLOCK_TOLERANCE_MS = 60_000;

export async function sell(connection: UpbitConnection, order: SellOrder): Promise<SellAnswer> {
  const asset = assetOf(order.symbol);
  const { identifier, quantity, limitPrice } = order;
  if (quantity.asset !== asset || limitPrice.asset !== asset) {
    throw new CheongsanError('INPUT_INVALID', `${quantity.asset} at a price of ${limitPrice.asset} cannot be sold as ${order.symbol}.`);
  }
  if (!quantity.isPositive() || !quantity.roundTo(QUANTITY_DECIMAL_PLACES, 'down').equals(quantity)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Upbit sells positive quantities of at most ${QUANTITY_DECIMAL_PLACES} decimals, got ${quantity}.`,
    );
  }
  if (!IDENTIFIER.test(identifier)) {
    throw new CheongsanError('INPUT_INVALID', `An identifier is 1 to 64 letters, digits, "-" or "_", got ${JSON.stringify(identifier)}.`);
  }
  const outcome = await connection.call('newOrder', {
    market: order.symbol,
    side: 'ask',
    volume: quantity.toString(),
    price: limitPrice.toString(),
    ord_type: 'limit',
    time_in_force: TIME_IN_FORCE[order.timeInForce],
    identifier,
  });
  return judgeSell(outcome);
}

export function lookUp(connection: UpbitConnection, identifier: string): Promise<LookUp> {
  return readOrder(connection, { identifier }, identifier);
}

/**
 * Walks the open list, then the done, then the cancelled list: an order that closes meanwhile is met in a later one.
 * Closed orders are asked for in windows of seven days, oldest first; a full page is continued from its last order.
 */
export async function searchOrders(
  connection: UpbitConnection,
  clock: Clock,
  sought: { identifier: string; symbol: string; since: Date },
): Promise<LookUp> {
  const fromMs = sought.since.getTime() - CLOCK_TOLERANCE_MS;
  const untilMs = clock.now().getTime() + CLOCK_TOLERANCE_MS;
  try {
    const lists = [
      openOrders(connection, orderRows, sought.symbol, 'wait'),
      closedOrders(connection, { symbol: sought.symbol, state: 'done', fromMs, untilMs }),
      closedOrders(connection, { symbol: sought.symbol, state: 'cancel', fromMs, untilMs }),
    ];
    for (const list of lists) {
      for await (const row of list) {
        if (row.identifier !== sought.identifier) continue;
        const detail = await readOrder(connection, { uuid: row.uuid }, sought.identifier);
        return detail.kind === 'not_found' ? { kind: 'unavailable', reason: `order ${row.uuid} is listed but not readable` } : detail;
      }
    }
    return { kind: 'not_found' };
  } catch (error) {
    if (error instanceof CheongsanError && (error.code === 'EXCHANGE_UNAVAILABLE' || error.code === 'EXCHANGE_REFUSED')) {
      return { kind: 'unavailable', reason: error.message };
    }
    throw error;
  }
}

/** Everything that waits: `wait` in the book, `watch` for a trigger. */
export async function readOpenOrders(connection: UpbitConnection, symbol: string): Promise<OpenOrder[]> {
  const asset = assetOf(symbol);
  const byId = new Map<string, OpenOrder>();
  for (const state of ['wait', 'watch'] as const) {
    for await (const row of openOrders(connection, openOrderRows, symbol, state)) {
      byId.set(row.uuid, {
        orderId: row.uuid,
        identifier: row.identifier ?? undefined,
        symbol,
        side: row.side === 'ask' ? 'sell' : 'buy',
        // A market buy names the won it spends where others name their price.
        limitPrice: row.price === undefined || row.ord_type === 'price' ? undefined : Price.of(asset, row.price),
        remainingQuantity: row.remaining_volume === undefined ? undefined : CoinAmount.of(asset, row.remaining_volume),
        createdAt: row.created_at,
      });
    }
  }
  return [...byId.values()].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

async function* openOrders<Row>(connection: UpbitConnection, schema: ZodType<Row[]>, symbol: string, state: 'wait' | 'watch') {
  for (let page = 1; ; page += 1) {
    const rows = await connection.read('openOrders', schema, { market: symbol, state, page, limit: OPEN_PAGE, order_by: 'asc' });
    yield* rows;
    if (rows.length < OPEN_PAGE) return;
  }
}

async function* closedOrders(
  connection: UpbitConnection,
  list: { symbol: string; state: 'done' | 'cancel'; fromMs: number; untilMs: number },
) {
  let { fromMs } = list;
  while (fromMs <= list.untilMs) {
    const window = { start_time: fromMs, end_time: fromMs + CLOSED_WINDOW_MS };
    const rows = await connection.read('closedOrders', orderRows, {
      market: list.symbol,
      state: list.state,
      ...window,
      limit: CLOSED_PAGE,
      order_by: 'asc',
    });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < CLOSED_PAGE) {
      fromMs = window.end_time;
    } else if (last.created_at.getTime() > fromMs) {
      fromMs = last.created_at.getTime();
    } else {
      throw new CheongsanError(
        'EXCHANGE_UNAVAILABLE',
        `Upbit lists ${CLOSED_PAGE} or more orders of ${list.symbol} within one second; the rest cannot be asked for.`,
      );
    }
  }
}

async function readOrder(connection: UpbitConnection, by: RequestParameters, identifier: string): Promise<LookUp> {
  const outcome = await connection.call('order', by);
  if (outcome.kind === 'rejected' && outcome.status === 404 && outcome.venueCode === ORDER_NOT_FOUND) return { kind: 'not_found' };
  if (outcome.kind !== 'answered') return { kind: 'unavailable', reason: whyUnavailable(outcome) };
  const parsed = orderDetail.safeParse(outcome.body);
  if (!parsed.success) return { kind: 'unavailable', reason: 'the answer cannot be read' };
  if ((parsed.data.identifier ?? identifier) !== identifier) return { kind: 'unavailable', reason: 'the answer is about another order' };
  const order = toVenueOrder(parsed.data, identifier);
  const filled = CoinAmount.sum(
    order.executedQuantity.asset,
    order.fills.map((fill) => fill.quantity),
  );
  if (!order.isOpen && !filled.equals(order.executedQuantity)) {
    return { kind: 'unavailable', reason: `trades add up to ${filled} of ${order.executedQuantity} executed so far` };
  }
  return { kind: 'found', order };
}

function toVenueOrder(detail: OrderDetail, identifier: string): VenueOrder {
  const asset = assetOf(detail.market);
  const isOpen = detail.state !== 'done' && detail.state !== 'cancel';
  return {
    orderId: detail.uuid,
    identifier,
    symbol: detail.market,
    quantity: CoinAmount.of(asset, detail.volume),
    executedQuantity: CoinAmount.of(asset, detail.executed_volume),
    // A partly filled IOC order ends as `cancel` with the cancelled rest still in `remaining_volume`; nothing is locked any more.
    remainingQuantity: isOpen ? CoinAmount.of(asset, detail.remaining_volume) : CoinAmount.zero(asset),
    paidFee: VenueWon.of('upbit', detail.paid_fee),
    isOpen,
    statusWord: detail.state,
    fills: detail.trades.map((trade) => ({
      tradeId: trade.uuid,
      quantity: CoinAmount.of(asset, trade.volume),
      price: Price.of(asset, trade.price),
      proceeds: VenueWon.of('upbit', trade.funds),
      filledAt: trade.created_at,
    })),
    createdAt: detail.created_at,
  };
}

/** Answers when Upbit has heard it. Errors as of any reading call; the outcome is read by `lookUp`. */
export async function cancel(connection: UpbitConnection, identifier: string): Promise<void> {
  await connection.read('cancelOrder', acceptedOrder, { identifier });
}
