import type { ZodType } from 'zod';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { LookUp, OpenOrder, SellOrder, VenueOrder } from '../port.ts';
import { type RequestParameters, whyUnavailable } from '../venue-connection.ts';
import type { Dialect, Line } from './dialect.ts';
import { assetOf, type ListedOrder, type OrderDetail, openOrderRows, orderDetail } from './wire.ts';

/** Decimals of a quantity; Upbit cuts off what is beyond (docs.upbit.com, order questions). */
export const QUANTITY_DECIMAL_PLACES = 8;
export const ORDER_NOT_FOUND = 'order_not_found';

const CLOSED_WINDOW_MS = 7 * 86_400_000;
const CLOSED_PAGE = 1_000;
const OPEN_PAGE = 100;
/** How far our clock and the venue's may differ when a list is asked for by time. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Error: `INPUT_INVALID` for an order that cannot be meant. No other signs, since the request's signature is taken over the text. */
export function checkSell(order: SellOrder, dialect: Dialect, identifierLengthMax: number): void {
  const asset = assetOf(order.symbol, dialect);
  const { identifier, quantity, limitPrice } = order;
  if (quantity.asset !== asset || limitPrice.asset !== asset) {
    throw new CheongsanError('INPUT_INVALID', `${quantity.asset} at a price of ${limitPrice.asset} cannot be sold as ${order.symbol}.`);
  }
  if (!quantity.isPositive() || !quantity.roundTo(QUANTITY_DECIMAL_PLACES, 'down').equals(quantity)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `${dialect.title} sells positive quantities of at most ${QUANTITY_DECIMAL_PLACES} decimals, got ${quantity}.`,
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(identifier) || identifier.length > identifierLengthMax) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `An identifier is 1 to ${identifierLengthMax} letters, digits, "-" or "_", got ${JSON.stringify(identifier)}.`,
    );
  }
}

/** Each venue's word for a time in force. */
export const TIME_IN_FORCE = { immediate_or_cancel: 'ioc', post_only: 'post_only' } as const;

/** The order of an identifier, by itself or by the venue's id of a row that named it. */
export async function readOrder(line: Line<'order'>, dialect: Dialect, identifier: string, uuid?: string): Promise<LookUp> {
  const by: RequestParameters = uuid === undefined ? { [dialect.identifierParameter]: identifier } : { uuid };
  const outcome = await line.call('order', by);
  if (outcome.kind === 'rejected' && outcome.status === 404 && outcome.venueCode === ORDER_NOT_FOUND) return { kind: 'not_found' };
  if (outcome.kind !== 'answered') return { kind: 'unavailable', reason: whyUnavailable(outcome) };
  const parsed = orderDetail.safeParse(outcome.body);
  if (!parsed.success) return { kind: 'unavailable', reason: 'the answer cannot be read' };
  const named = parsed.data.identifier ?? parsed.data.client_order_id ?? identifier;
  if (named !== identifier) return { kind: 'unavailable', reason: 'the answer is about another order' };
  const order = toVenueOrder(parsed.data, dialect, identifier);
  const filled = CoinAmount.sum(
    order.executedQuantity.asset,
    order.fills.map((fill) => fill.quantity),
  );
  if (!order.isOpen && !filled.equals(order.executedQuantity)) {
    return { kind: 'unavailable', reason: `trades add up to ${filled} of ${order.executedQuantity} executed so far` };
  }
  return { kind: 'found', order };
}

function toVenueOrder(detail: OrderDetail, dialect: Dialect, identifier: string): VenueOrder {
  const asset = assetOf(detail.market, dialect);
  const isOpen = detail.state !== 'done' && detail.state !== 'cancel';
  return {
    orderId: detail.uuid,
    identifier,
    symbol: detail.market,
    quantity: CoinAmount.of(asset, detail.volume),
    executedQuantity: CoinAmount.of(asset, detail.executed_volume),
    // A partly filled IOC order ends as `cancel` at Upbit and as `done` at Bithumb, with the cancelled rest still in `remaining_volume`;
    // nothing is locked any more.
    remainingQuantity: isOpen ? CoinAmount.of(asset, detail.remaining_volume) : CoinAmount.zero(asset),
    paidFee: VenueWon.of(dialect.venue, detail.paid_fee),
    isOpen,
    statusWord: detail.state,
    fills: detail.trades.map((trade) => ({
      tradeId: trade.uuid,
      quantity: CoinAmount.of(asset, trade.volume),
      price: Price.of(asset, trade.price),
      proceeds: VenueWon.of(dialect.venue, trade.funds),
      filledAt: trade.created_at,
    })),
    createdAt: detail.created_at,
  };
}

/** Walks lists one after the other for a row that names the identifier, and reads that order; `not_found` once all are read. */
export async function searchLists(
  lists: readonly AsyncIterable<ListedOrder>[],
  identifier: string,
  readListed: (uuid: string) => Promise<LookUp>,
): Promise<LookUp> {
  try {
    for (const list of lists) {
      for await (const row of list) {
        if (row.identifier !== identifier) continue;
        const detail = await readListed(row.uuid);
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
export async function readOpenOrders(line: Line<'openOrders'>, dialect: Dialect, symbol: string): Promise<OpenOrder[]> {
  const asset = assetOf(symbol, dialect);
  const byId = new Map<string, OpenOrder>();
  for (const state of ['wait', 'watch'] as const) {
    for await (const row of openOrders(line, openOrderRows, symbol, state)) {
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

export async function* openOrders<Row>(line: Line<'openOrders'>, schema: ZodType<Row[]>, symbol: string, state: 'wait' | 'watch') {
  for (let page = 1; ; page += 1) {
    const rows = await line.read('openOrders', schema, { market: symbol, state, page, limit: OPEN_PAGE, order_by: 'asc' });
    yield* rows;
    if (rows.length < OPEN_PAGE) return;
  }
}

/** What a list of orders that are over is asked for. */
export interface ClosedList {
  readonly symbol: string;
  readonly state: 'done' | 'cancel';
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The window of a search, wider than it by what clocks may differ. */
export function searchWindow(since: Date, now: Date): { readonly fromMs: number; readonly untilMs: number } {
  return { fromMs: since.getTime() - CLOCK_TOLERANCE_MS, untilMs: now.getTime() + CLOCK_TOLERANCE_MS };
}

/** Closed orders are asked for in windows of seven days, oldest first; a full page is continued from its last order. */
export async function* closedOrders<Row extends ListedOrder>(
  line: Line<'closedOrders'>,
  { title }: Dialect,
  schema: ZodType<Row[]>,
  list: ClosedList,
) {
  let { fromMs } = list;
  while (fromMs <= list.untilMs) {
    const window = { start_time: fromMs, end_time: fromMs + CLOSED_WINDOW_MS };
    const rows = await line.read('closedOrders', schema, {
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
        `${title} lists ${CLOSED_PAGE} or more orders of ${list.symbol} within one second; the rest cannot be asked for.`,
      );
    }
  }
}
