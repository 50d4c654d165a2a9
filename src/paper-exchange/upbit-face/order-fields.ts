import { Decimal } from '../../kernel/decimal.ts';
import type { Order } from '../core/orders.ts';
import { UPBIT_ERRORS } from '../upbit-like/errors.ts';
import { type Fields, orderFields } from '../upbit-like/order-fields.ts';
import type { OrderRequestWords } from '../upbit-like/orders.ts';

/** A partly filled order whose rest was cancelled is `cancel`: what happened is told by its volumes, never by this word. */
export const STATE_WORDS = { open: 'wait', filled: 'done', cancelled: 'cancel' } as const;

export const UPBIT_ORDERS: OrderRequestWords = {
  errors: UPBIT_ERRORS,
  typeField: 'ord_type',
  referenceField: 'identifier',
  state: ({ state }) => STATE_WORDS[state],
  hidden: () => UPBIT_ERRORS.orderNotFound(),
  further: () => ({ prevented_volume: '0', prevented_locked: '0' }),
};

/** Upbit answers before it matches: nothing executed yet, everything still locked. */
export function acceptedFields(order: Order, feeRate: Decimal): Fields {
  const zero = new Decimal(0);
  const atFirst: Order = { ...order, state: 'open', executedQuantity: zero, executedFunds: zero, paidFee: zero, fills: [] };
  return orderFields(atFirst, feeRate, UPBIT_ORDERS);
}

/** The lists show the traded won beside. */
export function listFields(order: Order, feeRate: Decimal): Fields {
  return { ...orderFields(order, feeRate, UPBIT_ORDERS), executed_funds: order.executedFunds.toFixed() };
}
