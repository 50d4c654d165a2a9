import { Decimal } from '../../kernel/decimal.ts';
import { crosses } from './matching.ts';
import type { Order, Side } from './orders.ts';

/** A resting order as far as the queue is concerned. */
export type RestingOrder = Pick<Order, 'orderId' | 'side' | 'sequence'> & {
  readonly price: Decimal;
  readonly remaining: Decimal;
  readonly queueAhead: Decimal;
};

/** What one trade of the market means for a resting order: the queue before it moves on, and perhaps it is reached. */
export interface Advance {
  readonly orderId: string;
  readonly queueAhead: Decimal;
  readonly filled: Decimal;
}

const NOTHING = new Decimal(0);

/**
 * Lets a trade of the rest of the world meet the orders of one side that rest at its price or better. Through a price everything
 * that stood before the order there is gone; at the price the market's own orders that were there first trade first, then the
 * customers' in the order of their arrival. No more is filled than was traded.
 */
export function advance(
  side: Side,
  traded: { readonly price: Decimal; readonly quantity: Decimal },
  orders: readonly RestingOrder[],
): Advance[] {
  let left = traded.quantity;
  return orders
    .filter((order) => order.side === side && crosses(side, order.price, traded.price))
    .sort((a, b) => bestFirst(side, a.price, b.price) || a.sequence - b.sequence)
    .map((order) => {
      const isThrough = !order.price.isEqualTo(traded.price);
      const passed = isThrough ? order.queueAhead : Decimal.min(order.queueAhead, left);
      const reachable = isThrough ? left : left.minus(passed);
      const filled = Decimal.min(order.remaining, reachable);
      left = left.minus(filled);
      return { orderId: order.orderId, queueAhead: isThrough ? NOTHING : order.queueAhead.minus(passed), filled };
    });
}

/** The better price, for whoever trades against it, first. */
function bestFirst(side: Side, a: Decimal, b: Decimal): number {
  return (side === 'sell' ? 1 : -1) * (a.comparedTo(b) ?? 0);
}
