import type { Clock } from '../../kernel/clock.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { LookUp, OpenOrder, SellAnswer, SellOrder, VenueOrder } from '../port.ts';
import { type RequestParameters, whyUnavailable } from '../venue-connection.ts';
import type { ClientOrderIds } from './client-order-id.ts';
import type { GopaxConnection } from './connection.ts';
import { readFills } from './fills.ts';
import { judgeSell, saysNotFound } from './judgement.ts';
import { assetOf, cancelled, isOpenState, openOrderRow, orderRow, orderRows, type SellOrderDetail, sellOrder } from './wire.ts';

/** GOPAX's word for each time in force. */
const TIME_IN_FORCE = { immediate_or_cancel: 'ioc', post_only: 'po' } as const;
const ORDER_PAGE = 1_000;
/** How far our clock and the venue's may differ when a list is asked for by time. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * An order that is over is shown for ten minutes, by its id as in the list (gopax.github.io/API; an hour until 24 February 2021, which
 * ccxt's former class still went by). An IOC order is over as soon as it was sent. A minute less, for clocks and the way.
 */
export const ORDER_SHOWN_MS = 9 * 60_000;

/** One account's orders: the line, the names that GOPAX knows them by, and the clock. */
export interface OrderDesk {
  readonly connection: GopaxConnection;
  readonly ids: ClientOrderIds;
  readonly clock: Clock;
}

/**
 * Figures go as JSON strings, as ccxt's former class sent them, which GOPAX had certified: a JSON number would have to be a floating-point
 * one here. `protection` is off, since it cannot go with IOC and the limit is protection enough.
 */
export async function sell({ connection, ids }: OrderDesk, order: SellOrder): Promise<SellAnswer> {
  const asset = assetOf(order.symbol);
  const { identifier, quantity, limitPrice } = order;
  if (quantity.asset !== asset || limitPrice.asset !== asset) {
    throw new CheongsanError('INPUT_INVALID', `${quantity.asset} at a price of ${limitPrice.asset} cannot be sold as ${order.symbol}.`);
  }
  if (!quantity.isPositive()) throw new CheongsanError('INPUT_INVALID', `GOPAX sells positive quantities, got ${quantity}.`);
  if (identifier === '') throw new CheongsanError('INPUT_INVALID', 'An order needs an identifier.');
  const outcome = await connection.call('newOrder', {
    tradingPairName: order.symbol,
    side: 'sell',
    type: 'limit',
    price: limitPrice.toString(),
    amount: quantity.toString(),
    timeInForce: TIME_IN_FORCE[order.timeInForce],
    protection: 'no',
    clientOrderId: ids.of(identifier),
  });
  return judgeSell(outcome);
}

export async function lookUp(desk: OrderDesk, identifier: string): Promise<LookUp> {
  const clientOrderId = desk.ids.of(identifier);
  const outcome = await desk.connection.call('order', { clientOrderId });
  if (saysNotFound(outcome)) return { kind: 'not_found' };
  if (outcome.kind !== 'answered') return { kind: 'unavailable', reason: whyUnavailable(outcome) };
  return found(desk, outcome.body, { identifier, clientOrderId });
}

/**
 * Waiting orders and those that ended within the last ten minutes are one list, so that none slips between two. Of longer ago nothing can
 * be said: then a search that finds nothing is `unavailable`.
 */
export async function searchOrders(desk: OrderDesk, sought: { identifier: string; symbol: string; since: Date }): Promise<LookUp> {
  const clientOrderId = desk.ids.of(sought.identifier);
  assetOf(sought.symbol);
  try {
    const list = listOrders(desk.connection, sought.symbol, {
      includePast: true,
      sinceMs: sought.since.getTime() - CLOCK_TOLERANCE_MS,
    });
    for await (const row of list) {
      if (row.clientOrderId === clientOrderId) return await found(desk, row.body, { identifier: sought.identifier, clientOrderId });
    }
  } catch (error) {
    if (isTroubleOfTheVenue(error)) return { kind: 'unavailable', reason: error.message };
    throw error;
  }
  if (desk.clock.now().getTime() - sought.since.getTime() <= ORDER_SHOWN_MS) return { kind: 'not_found' };
  return { kind: 'unavailable', reason: 'GOPAX lists orders that are over for ten minutes only' };
}

/** Everything that waits, stop orders among them. */
export async function readOpenOrders({ connection, ids }: OrderDesk, symbol: string): Promise<OpenOrder[]> {
  const asset = assetOf(symbol);
  const open: OpenOrder[] = [];
  for await (const { body } of listOrders(connection, symbol, { includePast: false, sinceMs: undefined })) {
    const row = connection.parse('orders', openOrderRow, body);
    // The amounts of a purchase at the market are won.
    const countsCoins = row.type === 'limit' || row.side === 'sell';
    open.push({
      orderId: row.id,
      identifier: row.clientOrderId === undefined ? undefined : ids.identifierOf(row.clientOrderId),
      symbol,
      side: row.side,
      limitPrice: row.type === 'limit' && row.price !== undefined ? Price.of(asset, row.price) : undefined,
      remainingQuantity: countsCoins && row.remaining !== undefined ? CoinAmount.of(asset, row.remaining) : undefined,
      createdAt: row.createdAt,
    });
  }
  return open.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

/** Answers when GOPAX has heard it. Errors as of any reading call; the outcome is read by `lookUp`. */
export async function cancel({ connection, ids }: OrderDesk, identifier: string): Promise<void> {
  await connection.read('cancelOrder', cancelled, { clientOrderId: ids.of(identifier) });
}

/** An order that is over is settled only once the trades that are listed add up to what left the account. */
async function found({ connection }: OrderDesk, body: unknown, { identifier, clientOrderId }: Sought): Promise<LookUp> {
  const parsed = sellOrder.safeParse(body);
  if (!parsed.success) return { kind: 'unavailable', reason: 'the answer cannot be read' };
  const detail = parsed.data;
  if (detail.clientOrderId !== clientOrderId) return { kind: 'unavailable', reason: 'the answer is about another order' };
  const order = toVenueOrder(detail, identifier);
  const { executedQuantity, isOpen } = order;
  if (contradictsItself(detail, order)) return { kind: 'unavailable', reason: 'the figures of the answer contradict each other' };
  if (executedQuantity.isZero()) return { kind: 'found', order };
  try {
    const fills = await readFills(connection, order);
    const filled = CoinAmount.sum(
      executedQuantity.asset,
      fills.map((fill) => fill.quantity),
    );
    if (isOpen || filled.equals(executedQuantity)) return { kind: 'found', order: { ...order, fills } };
    return { kind: 'unavailable', reason: `trades add up to ${filled} of ${executedQuantity} executed so far` };
  } catch (error) {
    if (isTroubleOfTheVenue(error)) return { kind: 'unavailable', reason: error.message };
    throw error;
  }
}

/** Executed is what left the account: `remaining` is what waits in the book, and nobody has seen what it says of an order that was cancelled. */
function toVenueOrder(detail: SellOrderDetail, identifier: string): VenueOrder {
  const asset = assetOf(detail.tradingPairName);
  const { baseGross, quoteGross, quoteNet } = detail.balanceChange;
  const isOpen = isOpenState(detail.status);
  return {
    orderId: detail.id,
    identifier,
    symbol: detail.tradingPairName,
    quantity: CoinAmount.of(asset, detail.amount),
    executedQuantity: CoinAmount.of(asset, baseGross).negated(),
    remainingQuantity: isOpen ? CoinAmount.of(asset, detail.remaining) : CoinAmount.zero(asset),
    // Since November 2022 fees are paid in won, so what arrived is less by them.
    paidFee: VenueWon.of('gopax', quoteGross).minus(VenueWon.of('gopax', quoteNet)),
    isOpen,
    statusWord: detail.status,
    fills: [],
    createdAt: detail.createdAt,
  };
}

function contradictsItself(detail: SellOrderDetail, { quantity, executedQuantity, isOpen }: VenueOrder): boolean {
  if (executedQuantity.isNegative() || executedQuantity.isMoreThan(quantity)) return true;
  const notWaiting = quantity.minus(CoinAmount.of(quantity.asset, detail.remaining));
  const isCleared = !isOpen && notWaiting.equals(quantity);
  return !isCleared && !notWaiting.equals(executedQuantity);
}

function isTroubleOfTheVenue(error: unknown): error is CheongsanError {
  return error instanceof CheongsanError && (error.code === 'EXCHANGE_UNAVAILABLE' || error.code === 'EXCHANGE_REFUSED');
}

interface Sought {
  readonly identifier: string;
  readonly clientOrderId: string;
}

interface ListedOrder {
  readonly clientOrderId: string | undefined;
  readonly body: unknown;
}

/** From the oldest on, each once. A full page is continued from its newest order, whose instant is asked for again. */
async function* listOrders(
  connection: GopaxConnection,
  symbol: string,
  { includePast, sinceMs }: { includePast: boolean; sinceMs: number | undefined },
): AsyncGenerator<ListedOrder> {
  const seen = new Set<string>();
  let fromMs = sinceMs;
  for (;;) {
    const parameters: RequestParameters = {
      ...(includePast ? { includePast } : {}),
      tradingPairName: symbol,
      ...(fromMs === undefined ? {} : { since: fromMs }),
      limit: ORDER_PAGE,
    };
    const bodies = await connection.read('orders', orderRows, parameters);
    const rows = bodies.map((body) => ({ body, ...connection.parse('orders', orderRow, body) }));
    const knownBefore = seen.size;
    for (const row of rows) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      yield { clientOrderId: row.clientOrderId, body: row.body };
    }
    if (rows.length < ORDER_PAGE) return;
    if (seen.size === knownBefore) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `GOPAX repeats ${ORDER_PAGE} orders of ${symbol}; the rest cannot be asked for.`);
    }
    fromMs = Math.max(...rows.map((row) => row.createdAt.getTime()));
  }
}
