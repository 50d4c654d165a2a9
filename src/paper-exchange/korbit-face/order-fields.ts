import { QUOTE_ASSET } from '../core/listings.ts';
import type { Execution, Fill, Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { currencyOf, symbolOf } from './venue-rules.ts';

export const EXECUTIONS: Readonly<Record<'gtc' | 'ioc' | 'fok' | 'po', Execution>> = {
  gtc: 'rest',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
  po: 'post_only',
};
/** An order has fewer fills than this. */
const FILLS_MAX = 1_000_000;

type StatusWord = 'open' | 'partiallyFilled' | 'filled' | 'canceled' | 'partiallyFilledCanceled' | 'expired';

/**
 * Korbit's word for what became of an order. One that returned its rest instead of resting is `filled`, however little of it was; one of
 * which that left nothing filled is `expired`, and so is one that should only make, would have taken, and so ended as it came.
 */
export function statusOf(order: Order): StatusWord {
  const isFilledInPart = order.executedQuantity.isGreaterThan(0);
  if (order.state === 'open') return isFilledInPart ? 'partiallyFilled' : 'open';
  if (order.state === 'filled') return 'filled';
  const execution = order.terms.kind === 'limit' ? order.terms.execution : 'immediate_or_cancel';
  if (execution === 'immediate_or_cancel' || execution === 'fill_or_kill') return isFilledInPart ? 'filled' : 'expired';
  if (execution === 'post_only' && order.closedAtMs === order.createdAtMs) return 'expired';
  return isFilledInPart ? 'partiallyFilledCanceled' : 'canceled';
}

/** An order as Korbit shows it everywhere. Ids are numbers; absent members do not apply. */
export function orderFields(order: Order): { readonly [field: string]: Wire | undefined } {
  const { terms, fills } = order;
  const isFilled = order.executedQuantity.isGreaterThan(0);
  const execution = terms.kind === 'limit' ? terms.execution : 'immediate_or_cancel';
  return {
    orderId: order.sequence,
    clientOrderId: order.reference,
    symbol: symbolOf(order.asset),
    orderType: terms.kind === 'limit' ? 'limit' : 'market',
    side: order.side,
    timeInForce: Object.entries(EXECUTIONS).find(([, value]) => value === execution)?.[0],
    price: terms.kind === 'limit' ? terms.price.toFixed() : undefined,
    qty: terms.kind === 'market_buy' ? undefined : terms.quantity.toFixed(),
    amt: terms.kind === 'market_buy' ? terms.budget.toFixed() : undefined,
    filledQty: order.executedQuantity.toFixed(),
    filledAmt: order.executedFunds.toFixed(),
    avgPrice: isFilled ? order.executedFunds.div(order.executedQuantity).toFixed() : undefined,
    createdAt: order.createdAtMs,
    lastFilledAt: fills.at(-1)?.filledAtMs,
    status: statusOf(order),
  };
}

/** One fill in the list of the account's own trades. */
export function tradeFields(order: Order, fill: Fill): { readonly [field: string]: Wire } {
  return {
    symbol: symbolOf(order.asset),
    tradeId: order.sequence * FILLS_MAX + order.fills.indexOf(fill) + 1,
    orderId: order.sequence,
    side: order.side,
    price: fill.price.toFixed(),
    qty: fill.quantity.toFixed(),
    amt: fill.funds.toFixed(),
    tradedAt: fill.filledAtMs,
    isTaker: fill.takerSide === order.side,
    feeCurrency: currencyOf(QUOTE_ASSET),
    feeQty: fill.fee.toFixed(),
  };
}
