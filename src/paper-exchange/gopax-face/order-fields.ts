import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { Execution, Fill, Order } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import { pairOf } from './venue-rules.ts';

/** `timeInForce` words. */
export const EXECUTIONS: Readonly<Record<string, Execution>> = {
  gtc: 'rest',
  po: 'post_only',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
};

/** Room for the trades of one order within the numbers of trades. */
const TRADES_AN_ORDER = 100_000;
const ZERO = new Decimal(0);

type Fields = { readonly [field: string]: Wire | undefined };

/** Orders are numbered, here as at GOPAX. */
export function orderIdOf(order: Order): string {
  return String(order.sequence);
}

/** The answer to a new order shows it as it was accepted: nothing has traded yet. */
export function acceptedFields(order: Order): Fields {
  return orderFields({
    ...order,
    state: 'open',
    closedAtMs: undefined,
    executedQuantity: ZERO,
    executedFunds: ZERO,
    paidFee: ZERO,
    fills: [],
  });
}

/** Figures are JSON numbers. `remaining` of a purchase at the market counts won, as its amount does. */
export function orderFields(order: Order): Fields {
  const { terms } = order;
  const amount = terms.kind === 'market_buy' ? terms.budget : terms.quantity;
  const done = terms.kind === 'market_buy' ? order.executedFunds : order.executedQuantity;
  const updatedAtMs = order.closedAtMs ?? order.fills.at(-1)?.filledAtMs;
  return {
    id: orderIdOf(order),
    clientOrderId: order.reference,
    status: statusOf(order),
    forcedCompletionReason: wasCutShort(order) ? 'timeInForce' : undefined,
    tradingPairName: pairOf(order.asset),
    side: order.side,
    type: terms.kind === 'limit' ? 'limit' : 'market',
    price: terms.kind === 'limit' ? terms.price : undefined,
    amount,
    remaining: amount.minus(done),
    protection: 'no',
    timeInForce: terms.kind === 'limit' ? timeInForceOf(terms.execution) : 'gtc',
    createdAt: iso(order.createdAtMs),
    updatedAt: updatedAtMs === undefined ? undefined : iso(updatedAtMs),
    balanceChange: balanceChangeOf(order),
  };
}

export function statusOf(order: Order): string {
  if (order.state === 'filled') return 'completed';
  if (order.state === 'cancelled') return 'cancelled';
  return order.executedQuantity.isZero() ? 'placed' : 'updated';
}

/** Ended at its arrival, before it was filled, by what its time in force demands; whatever word is shown for it. */
function wasCutShort({ state, terms, executedQuantity, closedAtMs, createdAtMs }: Order): boolean {
  if (state === 'open' || terms.kind !== 'limit' || terms.execution === 'rest') return false;
  return closedAtMs === createdAtMs && executedQuantity.isLessThan(terms.quantity);
}

/** What was given and what a fee took has a minus; fees are paid in won on both sides. */
function balanceChangeOf(order: Order): Fields {
  const isSale = order.side === 'sell';
  const base = isSale ? order.executedQuantity.negated() : order.executedQuantity;
  const quote = isSale ? order.executedFunds : order.executedFunds.negated();
  const feeOf = (isTaking: boolean): Decimal =>
    order.fills.reduce((sum, fill) => (isTaker(order, fill) === isTaking ? sum.minus(fill.fee) : sum), ZERO);
  return {
    baseGross: base,
    baseFee: { taking: 0, making: 0 },
    baseNet: base,
    quoteGross: quote,
    quoteFee: { taking: feeOf(true), making: feeOf(false) },
    quoteNet: quote.minus(order.paidFee),
  };
}

/** Numbered by order, so that a trade keeps its number whatever comes later. */
export function tradeIdOf(order: Order, index: number): number {
  return order.sequence * TRADES_AN_ORDER + index;
}

export function tradeFields(order: Order, fill: Fill, tradeId: number): Fields {
  return {
    id: tradeId,
    orderId: order.sequence,
    baseAmount: fill.quantity,
    quoteAmount: fill.funds,
    fee: fill.fee,
    price: fill.price,
    timestamp: iso(fill.filledAtMs),
    side: order.side,
    feeAsset: QUOTE_ASSET,
    tradingPairName: pairOf(order.asset),
    position: isTaker(order, fill) ? 'taker' : 'maker',
  };
}

function isTaker(order: Order, fill: Fill): boolean {
  return fill.takerSide === order.side;
}

function timeInForceOf(execution: Execution): string | undefined {
  return Object.entries(EXECUTIONS).find(([, value]) => value === execution)?.[0];
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
