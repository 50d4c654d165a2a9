import type { Clock } from '../../kernel/clock.ts';
import type { LookUp, SellAnswer, SellOrder } from '../port.ts';
import { checkSell, closedOrders, openOrders, readOrder, searchLists, searchWindow, TIME_IN_FORCE } from '../upbit-like/orders.ts';
import type { ListedOrder } from '../upbit-like/wire.ts';
import { BITHUMB, type BithumbConnection } from './connection.ts';
import { judgeSell } from './judgement.ts';
import { acceptedOrder, closedOrderRows, openOrderRows } from './wire.ts';

/** Letters, digits, hyphen and underscore (apidocs.bithumb.com, 주문 요청). */
const IDENTIFIER_LENGTH_MAX = 36;

/**
 * ccxt's `createOrder` is never used: it rounds prices to four significant digits and quantities to four decimals, and drops a time in
 * force that is not written in capitals, so that an immediate order would rest. The endpoint itself wants the words in small letters.
 */
export async function sell(connection: BithumbConnection, order: SellOrder): Promise<SellAnswer> {
  checkSell(order, BITHUMB, IDENTIFIER_LENGTH_MAX);
  const outcome = await connection.call('newOrder', {
    market: order.symbol,
    side: 'ask',
    order_type: 'limit',
    price: order.limitPrice.toString(),
    volume: order.quantity.toString(),
    time_in_force: TIME_IN_FORCE[order.timeInForce],
    client_order_id: order.identifier,
  });
  return judgeSell(outcome);
}

/** 422 `order_not_ready`, an order taken in and not to be seen yet, is `unavailable` as whatever else is no answer. */
export function lookUp(connection: BithumbConnection, identifier: string): Promise<LookUp> {
  return readOrder(connection, BITHUMB, identifier);
}

/**
 * Walks the open list, then the done, then the cancelled list. Bithumb's documents do not say that the rows of a list name the
 * `client_order_id`. Where none of them does, a search that finds nothing proves nothing and says so.
 */
export async function searchOrders(
  connection: BithumbConnection,
  clock: Clock,
  { identifier, symbol, since }: { identifier: string; symbol: string; since: Date },
): Promise<LookUp> {
  const window = searchWindow(since, clock.now());
  const seen = { rows: 0, named: 0 };
  const lists = [
    openOrders(connection, openOrderRows, symbol, 'wait'),
    closedOrders(connection, BITHUMB, closedOrderRows, { symbol, state: 'done', ...window }),
    closedOrders(connection, BITHUMB, closedOrderRows, { symbol, state: 'cancel', ...window }),
  ].map((list) => counted(list, seen));
  const found = await searchLists(lists, identifier, (uuid) => readOrder(connection, BITHUMB, identifier, uuid));
  if (found.kind !== 'not_found' || seen.rows === 0 || seen.named > 0) return found;
  return { kind: 'unavailable', reason: `none of ${seen.rows} listed orders names a client_order_id, so the lists prove nothing` };
}

async function* counted(list: AsyncIterable<ListedOrder>, seen: { rows: number; named: number }) {
  for await (const row of list) {
    seen.rows += 1;
    if (typeof row.identifier === 'string') seen.named += 1;
    yield row;
  }
}

/** Answers when Bithumb has taken the request in. Errors as of any reading call; the outcome is read by `lookUp`. */
export async function cancel(connection: BithumbConnection, identifier: string): Promise<void> {
  await connection.read('cancelOrder', acceptedOrder, { client_order_id: identifier });
}
