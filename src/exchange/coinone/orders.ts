import type { Clock } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { LookUp, OpenOrder, SellAnswer, SellOrder, VenueOrder } from '../port.ts';
import { whyUnavailable } from '../venue-connection.ts';
import type { CoinoneConnection } from './connection.ts';
import { readFills } from './fills.ts';
import { judgeSell, ORDER_NOT_FOUND } from './judgement.ts';
import { activeOrders, assetOf, heard, type OrderDetail, orderDetail, pairOf, symbolOf } from './wire.ts';

/** Coinone takes no capitals (docs.coinone.co.kr, order-detail). */
const IDENTIFIER = /^[a-z0-9._-]{1,150}$/;

/**
 * What orders need beside the connection. `identifiers`: those of orders that were accepted or looked up, by Coinone's id, since Coinone
 * repeats the identifier in no documented answer. After a restart an order of ours is therefore nobody's in `openOrders` until it has been
 * looked up once.
 */
export interface OrderDesk {
  readonly connection: CoinoneConnection;
  readonly clock: Clock;
  readonly identifiers: Map<string, string>;
}

/**
 * A limit order of Coinone's rests whatever is left of it. What takes at once is a market order with a `limit_price`: it trades down to
 * that price and its rest is cancelled (docs.coinone.co.kr, place-order and order-detail: `CANCELED_LIMIT_PRICE_EXCEED`).
 */
export async function sell({ connection, identifiers }: OrderDesk, order: SellOrder): Promise<SellAnswer> {
  const asset = assetOf(order.symbol);
  const { identifier, quantity, limitPrice } = order;
  if (quantity.asset !== asset || limitPrice.asset !== asset) {
    throw new CheongsanError('INPUT_INVALID', `${quantity.asset} at a price of ${limitPrice.asset} cannot be sold as ${order.symbol}.`);
  }
  // A market order without a bound would sell at any price.
  if (!quantity.isPositive() || limitPrice.isZero()) {
    throw new CheongsanError('INPUT_INVALID', `A sell needs more than nothing and a price, got ${quantity} at ${limitPrice}.`);
  }
  if (!IDENTIFIER.test(identifier)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `An identifier is 1 to 150 small letters, digits, "-", "_" or ".", got ${JSON.stringify(identifier)}.`,
    );
  }
  const common = { side: 'SELL', ...pairOf(order.symbol), qty: quantity.toString(), user_order_id: identifier };
  const answer = judgeSell(
    await connection.call(
      'newOrder',
      order.timeInForce === 'immediate_or_cancel'
        ? { ...common, type: 'MARKET', limit_price: limitPrice.toString() }
        : { ...common, type: 'LIMIT', price: limitPrice.toString(), post_only: true },
    ),
  );
  if (answer.kind === 'accepted') identifiers.set(answer.orderId, identifier);
  return answer;
}

/** By identifier. What a look-up finds is remembered until it is over. */
export async function lookUp(desk: OrderDesk, identifier: string, symbol: string): Promise<LookUp> {
  const outcome = await desk.connection.call('orderDetail', { ...pairOf(symbol), user_order_id: identifier });
  if (outcome.kind === 'rejected' && outcome.status < 500 && outcome.venueCode === ORDER_NOT_FOUND) return { kind: 'not_found' };
  if (outcome.kind !== 'answered') return { kind: 'unavailable', reason: whyUnavailable(outcome) };
  const parsed = orderDetail.safeParse(outcome.body);
  if (!parsed.success) return { kind: 'unavailable', reason: 'the answer cannot be read' };
  const { order: detail } = parsed.data;
  const isAnother = (detail.user_order_id ?? identifier) !== identifier || detail.side !== 'SELL' || symbolOf(detail) !== symbol;
  if (isAnother) return { kind: 'unavailable', reason: 'the answer is about another order' };
  const found = await withFills(desk, detail, identifier).catch((error: unknown): LookUp => {
    if (isOfVenue(error)) return { kind: 'unavailable', reason: error.message };
    throw error;
  });
  if (found.kind === 'found') {
    if (found.order.isOpen) desk.identifiers.set(found.order.orderId, identifier);
    else desk.identifiers.delete(found.order.orderId);
  }
  return found;
}

/**
 * Coinone has no list that an identifier could be searched in: its open orders and its trades do not tell whose they are, and an order that
 * was cancelled without a trade is in neither. The look-up itself is the proof: it asks all orders of the account by an identifier that
 * is unique over all markets and never used again, its states include every end an order can have, and no age limit is stated
 * (docs.coinone.co.kr, order-detail). So `104` says that there is none, wherever a list might have held it.
 */
export function searchOrders(desk: OrderDesk, identifier: string, symbol: string): Promise<LookUp> {
  return lookUp(desk, identifier, symbol);
}

async function withFills(desk: OrderDesk, detail: OrderDetail, identifier: string): Promise<LookUp> {
  const asset = detail.target_currency;
  const executed = CoinAmount.of(asset, detail.executed_qty);
  const fills = await readFills(desk, detail);
  const filled = CoinAmount.sum(
    asset,
    fills.map((fill) => fill.quantity),
  );
  const isOpen = isOpenStill(detail);
  const isComplete = filled.equals(executed);
  // Of an open order trades may still be on their way into the list, but none that the order itself does not know of.
  if (!isComplete && (!isOpen || filled.isMoreThan(executed))) {
    return { kind: 'unavailable', reason: `trades add up to ${filled} of ${executed} executed so far` };
  }
  const quantity = CoinAmount.of(asset, detail.original_qty);
  const order: VenueOrder = {
    orderId: detail.order_id,
    identifier,
    symbol: symbolOf(detail),
    quantity,
    executedQuantity: executed,
    remainingQuantity: isOpen ? leftOf(detail, quantity, executed) : CoinAmount.zero(asset),
    paidFee: VenueWon.of('coinone', detail.fee),
    isOpen,
    statusWord: detail.status,
    fills,
    createdAt: detail.ordered_at,
  };
  return { kind: 'found', order };
}

/**
 * Words of orders that are over: `FILLED`, `CANCELED` and, of market orders, `CANCELED_NO_ORDER`, `CANCELED_LIMIT_PRICE_EXCEED` and
 * `CANCELED_UNDER_PRODUCT_UNIT`, which may all have traded in part. `PARTIALLY_CANCELED` is a word for two: with something left it rests.
 * A word that nobody has read up is no end.
 */
function isOpenStill({ status, remain_qty }: OrderDetail): boolean {
  if (status === 'FILLED' || status.startsWith('CANCELED') || status === 'NOT_TRIGGERED_CANCELED') return false;
  return !status.endsWith('PARTIALLY_CANCELED') || !(remain_qty === undefined || /^0(?:\.0*)?$/.test(remain_qty));
}

function leftOf({ remain_qty, canceled_qty }: OrderDetail, quantity: CoinAmount, executed: CoinAmount): CoinAmount {
  if (remain_qty !== undefined) return CoinAmount.of(quantity.asset, remain_qty);
  return quantity.minus(executed).minus(CoinAmount.of(quantity.asset, canceled_qty ?? '0'));
}

/** Answers when Coinone has heard it. Errors as of any reading call; the outcome is read by `lookUp`. */
export async function cancel({ connection }: OrderDesk, identifier: string, symbol: string): Promise<void> {
  await connection.read('cancelOrder', heard, { ...pairOf(symbol), user_order_id: identifier });
}

/** Limit orders and those that wait for a trigger; market orders do not rest. Coinone answers with all of a market at once. */
export async function readOpenOrders({ connection, identifiers }: OrderDesk, symbol: string): Promise<OpenOrder[]> {
  const asset = assetOf(symbol);
  const { active_orders: rows } = await connection.read('activeOrders', activeOrders, pairOf(symbol));
  return rows
    .filter((row) => symbolOf(row) === symbol)
    .map((row) => ({
      orderId: row.order_id,
      identifier: row.user_order_id ?? identifiers.get(row.order_id),
      symbol,
      side: row.side === 'SELL' ? ('sell' as const) : ('buy' as const),
      limitPrice: row.price === undefined ? undefined : Price.of(asset, row.price),
      remainingQuantity: row.remain_qty === undefined ? undefined : CoinAmount.of(asset, row.remain_qty),
      createdAt: row.ordered_at,
    }))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function isOfVenue(error: unknown): error is CheongsanError {
  return error instanceof CheongsanError && (error.code === 'EXCHANGE_UNAVAILABLE' || error.code === 'EXCHANGE_REFUSED');
}
