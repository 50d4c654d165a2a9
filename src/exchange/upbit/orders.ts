import type { Clock } from '../../kernel/clock.ts';
import type { LookUp, SellAnswer, SellOrder } from '../port.ts';
import { checkSell, closedOrders, openOrders, readOrder, searchLists, searchWindow, TIME_IN_FORCE } from '../upbit-like/orders.ts';
import { UPBIT, type UpbitConnection } from './connection.ts';
import { judgeSell } from './judgement.ts';
import { acceptedOrder, orderRows } from './wire.ts';

const IDENTIFIER_LENGTH_MAX = 64;

export async function sell(connection: UpbitConnection, order: SellOrder): Promise<SellAnswer> {
  checkSell(order, UPBIT, IDENTIFIER_LENGTH_MAX);
  const outcome = await connection.call('newOrder', {
    market: order.symbol,
    side: 'ask',
    volume: order.quantity.toString(),
    price: order.limitPrice.toString(),
    ord_type: 'limit',
    time_in_force: TIME_IN_FORCE[order.timeInForce],
    identifier: order.identifier,
  });
  return judgeSell(outcome);
}

export function lookUp(connection: UpbitConnection, identifier: string): Promise<LookUp> {
  return readOrder(connection, UPBIT, identifier);
}

/** Walks the open list, then the done, then the cancelled list: an order that closes meanwhile is met in a later one. */
export function searchOrders(
  connection: UpbitConnection,
  clock: Clock,
  { identifier, symbol, since }: { identifier: string; symbol: string; since: Date },
): Promise<LookUp> {
  const window = searchWindow(since, clock.now());
  const lists = [
    openOrders(connection, orderRows, symbol, 'wait'),
    closedOrders(connection, UPBIT, orderRows, { symbol, state: 'done', ...window }),
    closedOrders(connection, UPBIT, orderRows, { symbol, state: 'cancel', ...window }),
  ];
  return searchLists(lists, identifier, (uuid) => readOrder(connection, UPBIT, identifier, uuid));
}

/** Answers when Upbit has heard it. Errors as of any reading call; the outcome is read by `lookUp`. */
export async function cancel(connection: UpbitConnection, identifier: string): Promise<void> {
  await connection.read('cancelOrder', acceptedOrder, { identifier });
}
