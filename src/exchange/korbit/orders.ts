import { type Clock, pause } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { LookUp, OpenOrder, SellAnswer, SellOrder, VenueOrder } from '../port.ts';
import { type RequestParameters, whyUnavailable } from '../venue-connection.ts';
import type { KorbitConnection } from './connection.ts';
import { HISTORY_MARGIN_MS, HISTORY_MS, readHistory } from './history.ts';
import { judgeSell, ORDER_NOT_FOUND, TRY_AGAIN } from './judgement.ts';
import { assetOf, heard, type OrderDetail, type OwnTrade, openOrderRows, orderDetail, orderRows, ownTradeRows } from './wire.ts';

/**
 * Korbit publishes no step of quantities. Its books, and the examples of its documents, have eight decimals; that it takes eight is
 * not confirmed, and of more nothing is known.
 */
export const QUANTITY_DECIMAL_PLACES = 8;
const IDENTIFIER = /^[0-9a-zA-Z.:_-]{1,36}$/;

const TIME_IN_FORCE = { immediate_or_cancel: 'ioc', post_only: 'po' } as const;
/** An order is over in any other state; `filled` says so too, however little of it was (docs, Get Order; the venue's own client). */
const OPEN_STATES: ReadonlySet<string> = new Set(['pending', 'open', 'partiallyFilled']);
const CLOSED_STATES: ReadonlySet<string> = new Set(['filled', 'canceled', 'partiallyFilledCanceled', 'expired']);

const OPEN_PAGE = 1_000;
/** How far our clock and Korbit's may differ when a list is asked for by time. */
const CLOCK_TOLERANCE_MS = 60_000;
/** A cancellation that comes while the order is being processed is asked for again, so often and after so long. */
const CANCEL_ATTEMPTS = 4;
const CANCEL_PAUSE_MS = 250;

/**
 * One limit order. Korbit's price protection (`pp`, off unless asked for) is left off: it would add a second limit, so many percent from
 * the middle of the book at that moment, that nobody decided on and that in a thin book lies beyond any bid. The limit price is the
 * guard: whoever decides on the order has held it against references before.
 */
export async function sell(connection: KorbitConnection, order: SellOrder): Promise<SellAnswer> {
  const asset = assetOf(order.symbol);
  const { identifier, quantity, limitPrice } = order;
  if (quantity.asset !== asset || limitPrice.asset !== asset) {
    throw new CheongsanError('INPUT_INVALID', `${quantity.asset} at a price of ${limitPrice.asset} cannot be sold as ${order.symbol}.`);
  }
  if (!quantity.isPositive() || !quantity.roundTo(QUANTITY_DECIMAL_PLACES, 'down').equals(quantity)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Korbit is sold positive quantities of at most ${QUANTITY_DECIMAL_PLACES} decimals, got ${quantity}.`,
    );
  }
  if (!IDENTIFIER.test(identifier)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `An identifier is 1 to 36 letters, digits, ".", ":", "_" or "-", got ${JSON.stringify(identifier)}.`,
    );
  }
  const outcome = await connection.call('newOrder', {
    symbol: order.symbol,
    side: 'sell',
    orderType: 'limit',
    price: limitPrice.toString(),
    qty: quantity.toString(),
    timeInForce: TIME_IN_FORCE[order.timeInForce],
    clientOrderId: identifier,
  });
  return judgeSell(outcome);
}

export function lookUp(connection: KorbitConnection, clock: Clock, identifier: string, symbol: string): Promise<LookUp> {
  assetOf(symbol);
  return readOrder(connection, clock, { by: { clientOrderId: identifier }, identifier, symbol });
}

/**
 * Walks the open orders, then all orders: one that closes meanwhile is met in the latter, which hold every state. They reach back 36
 * hours and no further, so that a search from before then can find an order but never exclude it.
 */
export async function searchOrders(
  connection: KorbitConnection,
  clock: Clock,
  sought: { identifier: string; symbol: string; since: Date },
): Promise<LookUp> {
  const { identifier, symbol } = sought;
  assetOf(symbol);
  const fromMs = reachable(sought.since.getTime() - CLOCK_TOLERANCE_MS, clock);
  try {
    const lists = [
      () => readOpen(connection, symbol),
      () =>
        readHistory(connection, {
          endpoint: 'allOrders',
          schema: orderRows,
          symbol,
          fromMs,
          instantOf: (row) => row.createdAt,
          idOf: (row) => row.orderId,
        }),
    ];
    for (const list of lists) {
      const row = (await list()).find(({ clientOrderId }) => clientOrderId === identifier);
      if (row === undefined) continue;
      const detail = await readOrder(connection, clock, { by: { orderId: row.orderId }, identifier, symbol });
      return detail.kind === 'not_found' ? { kind: 'unavailable', reason: `order ${row.orderId} is listed but not readable` } : detail;
    }
  } catch (error) {
    if (isVenues(error)) return { kind: 'unavailable', reason: error.message };
    throw error;
  }
  return fromMs === undefined ? { kind: 'unavailable', reason: 'the list of orders reaches back 36 hours only' } : { kind: 'not_found' };
}

/** `pending` orders, which are not in the book yet, are not among them. */
export async function readOpenOrders(connection: KorbitConnection, symbol: string): Promise<OpenOrder[]> {
  const asset = assetOf(symbol);
  const rows = await readOpen(connection, symbol);
  return rows
    .map(({ orderId, clientOrderId, side, price, qty, filledQty, createdAt }) => ({
      orderId,
      identifier: clientOrderId,
      symbol,
      side,
      limitPrice: price === undefined ? undefined : Price.of(asset, price),
      remainingQuantity: qty === undefined ? undefined : CoinAmount.of(asset, qty).minus(CoinAmount.of(asset, filledQty)),
      createdAt,
    }))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

/** One page: an account may have 100 open orders in a market today (the venue's own client). */
async function readOpen(connection: KorbitConnection, symbol: string) {
  const rows = await connection.read('openOrders', openOrderRows, { symbol, limit: OPEN_PAGE });
  if (rows.length < OPEN_PAGE) return rows;
  throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Korbit lists ${OPEN_PAGE} open orders of ${symbol}; the rest cannot be asked for.`);
}

interface OrderQuestion {
  readonly by: RequestParameters;
  readonly identifier: string;
  readonly symbol: string;
}

/**
 * An order, and its trades from the list of trades. The order itself is up to date, the list late by seconds; so an order that is over
 * is known only once its trades add up, and never when they are older than the list reaches back.
 */
async function readOrder(connection: KorbitConnection, clock: Clock, { by, identifier, symbol }: OrderQuestion): Promise<LookUp> {
  const outcome = await connection.call('order', { symbol, ...by });
  if (outcome.kind === 'rejected' && outcome.status < 500 && outcome.venueCode === ORDER_NOT_FOUND) return { kind: 'not_found' };
  if (outcome.kind !== 'answered') return { kind: 'unavailable', reason: whyUnavailable(outcome) };
  const parsed = orderDetail.safeParse(outcome.body);
  if (!parsed.success) return { kind: 'unavailable', reason: 'the answer cannot be read' };
  const detail = parsed.data;
  if (detail.clientOrderId !== identifier || detail.symbol !== symbol) {
    return { kind: 'unavailable', reason: 'the answer is about another order' };
  }
  if (!OPEN_STATES.has(detail.status) && !CLOSED_STATES.has(detail.status)) {
    return { kind: 'unavailable', reason: `nobody has read up the state ${JSON.stringify(detail.status)}` };
  }
  try {
    return foundOrder(detail, identifier, await tradesOf(connection, clock, detail));
  } catch (error) {
    if (isVenues(error)) return { kind: 'unavailable', reason: error.message };
    throw error;
  }
}

async function tradesOf(
  connection: KorbitConnection,
  clock: Clock,
  { orderId, symbol, filledQty, createdAt }: OrderDetail,
): Promise<OwnTrade[]> {
  if (CoinAmount.of(assetOf(symbol), filledQty).isZero()) return [];
  const rows = await readHistory(connection, {
    endpoint: 'ownTrades',
    schema: ownTradeRows,
    symbol,
    fromMs: reachable(createdAt.getTime(), clock),
    instantOf: (row) => row.tradedAt,
    // Both sides of a trade with oneself bear the same id.
    idOf: (row) => `${row.tradeId}/${row.orderId}`,
  });
  return rows.filter((row) => row.orderId === orderId).sort((a, b) => a.tradedAt.getTime() - b.tradedAt.getTime());
}

/** Undefined when the lists do not surely reach back so far. */
function reachable(fromMs: number, clock: Clock): number | undefined {
  return clock.now().getTime() - fromMs < HISTORY_MS - HISTORY_MARGIN_MS ? fromMs : undefined;
}

function foundOrder(detail: OrderDetail, identifier: string, trades: readonly OwnTrade[]): LookUp {
  const asset = assetOf(detail.symbol);
  const quantity = CoinAmount.of(asset, detail.qty);
  const executedQuantity = CoinAmount.of(asset, detail.filledQty);
  const isOpen = OPEN_STATES.has(detail.status);
  const listed = CoinAmount.sum(
    asset,
    trades.map((trade) => CoinAmount.of(asset, trade.qty)),
  );
  if (!isOpen && !listed.equals(executedQuantity)) {
    return { kind: 'unavailable', reason: `trades add up to ${listed} of ${executedQuantity} executed so far` };
  }
  // The documents leave the fee out of what a trade always tells: a trade without one cost none, as all do while Korbit takes no fees.
  const strange = trades.find(({ feeCurrency, feeQty = '0' }) => feeQty !== '0' && feeCurrency !== 'krw');
  if (strange !== undefined) return { kind: 'unavailable', reason: `the fee of trade ${strange.tradeId} is not in won` };
  const order: VenueOrder = {
    orderId: detail.orderId,
    identifier,
    symbol: detail.symbol,
    quantity,
    executedQuantity,
    remainingQuantity: isOpen ? quantity.minus(executedQuantity) : CoinAmount.zero(asset),
    paidFee: VenueWon.sum(
      'korbit',
      trades.map((trade) => VenueWon.of('korbit', trade.feeQty ?? '0')),
    ),
    isOpen,
    statusWord: detail.status,
    fills: trades.map((trade) => ({
      tradeId: `${detail.symbol}-${trade.tradeId}`,
      quantity: CoinAmount.of(asset, trade.qty),
      price: Price.of(asset, trade.price),
      proceeds: VenueWon.of('korbit', trade.amt),
      filledAt: trade.tradedAt,
    })),
    createdAt: detail.createdAt,
  };
  return { kind: 'found', order };
}

/** Answers when Korbit has heard it. Errors as of any reading call, `EXCHANGE_UNAVAILABLE` also while it cannot be cancelled yet. */
export async function cancel(connection: KorbitConnection, identifier: string, symbol: string): Promise<void> {
  assetOf(symbol);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await connection.read('cancelOrder', heard, { symbol, clientOrderId: identifier });
      return;
    } catch (error) {
      if (!isVenues(error) || error.facts['venueCode'] !== TRY_AGAIN) throw error;
      if (attempt === CANCEL_ATTEMPTS) {
        throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Korbit is still processing an order of ${symbol}; cancel it again later.`, {
          facts: error.facts,
        });
      }
      await pause(CANCEL_PAUSE_MS);
    }
  }
}

function isVenues(error: unknown): error is CheongsanError {
  return error instanceof CheongsanError && (error.code === 'EXCHANGE_UNAVAILABLE' || error.code === 'EXCHANGE_REFUSED');
}
