import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { Order, Terms } from '../core/orders.ts';
import { type DeskPart, type DeskParts, iso } from './desk-parts.ts';
import type { Checked, Result } from './operations.ts';

/** Orders placed by hand, and the book of all orders. */
export function orderOperations({ core }: DeskParts): DeskPart<'placeOrder' | 'cancelOrder' | 'orders'> {
  return {
    placeOrder: (checked) => {
      const { accountId, asset, side } = checked;
      const placed = core.placeOrder({ accountId, asset, side, terms: termsOf(checked), reference: undefined, origin: 'person' });
      if ('code' in placed) {
        throw new CheongsanError('CONFLICT', `The paper exchange refuses the order: ${placed.code}.`, { facts: { refusal: placed.code } });
      }
      return orderView(placed);
    },
    cancelOrder: ({ orderId }) => {
      const order = core.orders.find(orderId);
      if (order === undefined) throw new CheongsanError('NOT_FOUND', `The paper exchange has no order ${orderId}.`);
      return { cancelled: core.cancelOrder(order) };
    },
    orders: ({ accountId }) =>
      core.run(() => (accountId === undefined ? core.orders.all() : core.orders.ofAccount(accountId)).map(orderView)),
  };
}

function termsOf({ side, price, quantity, budget, execution }: Checked['placeOrder']): Terms {
  if (price !== undefined && quantity !== undefined && budget === undefined) {
    return { kind: 'limit', price: new Decimal(price), quantity: new Decimal(quantity), execution };
  }
  if (side === 'sell' && quantity !== undefined && price === undefined && budget === undefined) {
    return { kind: 'market_sell', quantity: new Decimal(quantity) };
  }
  if (side === 'buy' && budget !== undefined && price === undefined && quantity === undefined) {
    return { kind: 'market_buy', budget: new Decimal(budget) };
  }
  throw new CheongsanError('INPUT_INVALID', 'An order needs price and quantity, or only a quantity to sell, or only a budget to buy.');
}

function orderView(order: Order): Result['placeOrder'] {
  const { terms } = order;
  return {
    orderId: order.orderId,
    accountId: order.accountId,
    identifier: order.reference ?? null,
    origin: order.origin,
    asset: order.asset,
    side: order.side,
    state: order.state,
    price: terms.kind === 'limit' ? terms.price.toFixed() : null,
    quantity: terms.kind === 'market_buy' ? null : terms.quantity.toFixed(),
    executedQuantity: order.executedQuantity.toFixed(),
    executedFunds: order.executedFunds.toFixed(),
    paidFee: order.paidFee.toFixed(),
    createdAt: iso(order.createdAtMs),
    fills: order.fills.map((fill) => ({
      fillId: fill.fillId,
      price: fill.price.toFixed(),
      quantity: fill.quantity.toFixed(),
      funds: fill.funds.toFixed(),
      fee: fill.fee.toFixed(),
      filledAt: iso(fill.filledAtMs),
    })),
  };
}
