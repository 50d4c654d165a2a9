import { Decimal } from '../../kernel/decimal.ts';
import type { Execution, Order } from '../core/orders.ts';
import { seoulTime, seoulTimeFine, type Wire } from '../wire-format.ts';
import { marketOf } from './markets.ts';

/** `time_in_force` words; an order that rests has none. */
export const EXECUTIONS: Readonly<Record<string, Execution>> = { ioc: 'immediate_or_cancel', fok: 'fill_or_kill', post_only: 'post_only' };
/** How a venue shows orders. */
export interface OrderWords {
  /** The parameter, and the field, of the client's own reference. */
  readonly referenceField: string;
  state(order: Order): string;
  /** Fields that the other does not show. */
  further(order: Order): Fields;
}

export type Fields = { readonly [field: string]: Wire | undefined };

/** An order as it is shown everywhere. */
export function orderFields(order: Order, feeRate: Decimal, words: OrderWords): Fields {
  const { terms } = order;
  const unexecuted = unexecutedOf(order, feeRate);
  return {
    market: marketOf(order.asset),
    uuid: order.orderId,
    side: order.side === 'sell' ? 'ask' : 'bid',
    ord_type: terms.kind === 'limit' ? 'limit' : terms.kind === 'market_sell' ? 'market' : 'price',
    price: terms.kind === 'limit' ? terms.price.toFixed() : terms.kind === 'market_buy' ? terms.budget.toFixed() : undefined,
    state: words.state(order),
    created_at: seoulTime(order.createdAtMs),
    volume: terms.kind === 'market_buy' ? undefined : terms.quantity.toFixed(),
    remaining_volume: unexecuted.volume?.toFixed(),
    executed_volume: order.executedQuantity.toFixed(),
    reserved_fee: order.reservedFee.toFixed(),
    remaining_fee: unexecuted.fee.toFixed(),
    paid_fee: order.paidFee.toFixed(),
    locked: unexecuted.locked.toFixed(),
    trades_count: order.fills.length,
    time_in_force: terms.kind === 'limit' ? executionWord(terms.execution) : undefined,
    [words.referenceField]: order.reference,
    ...words.further(order),
  };
}

/** What a cancelled order left unexecuted is shown on, and its part of the lock, although nothing is locked any more. */
function unexecutedOf(order: Order, feeRate: Decimal): { volume: Decimal | undefined; fee: Decimal; locked: Decimal } {
  const { terms } = order;
  const zero = new Decimal(0);
  if (terms.kind === 'market_buy') {
    const funds = terms.budget.minus(order.executedFunds);
    return { volume: undefined, fee: funds.times(feeRate), locked: funds.times(feeRate.plus(1)) };
  }
  const volume = terms.quantity.minus(order.executedQuantity);
  if (order.side === 'sell') return { volume, fee: zero, locked: volume };
  const funds = terms.kind === 'limit' ? terms.price.times(volume) : zero;
  return { volume, fee: funds.times(feeRate), locked: funds.times(feeRate.plus(1)) };
}

/** One fill; `trend` tells which side's arrival caused it. */
export function tradeFields(order: Order, fill: Order['fills'][number]): Fields {
  return {
    market: marketOf(order.asset),
    uuid: fill.fillId,
    price: fill.price.toFixed(),
    volume: fill.quantity.toFixed(),
    funds: fill.funds.toFixed(),
    trend: fill.takerSide === 'buy' ? 'up' : 'down',
    created_at: seoulTimeFine(fill.filledAtMs),
    side: order.side === 'sell' ? 'ask' : 'bid',
  };
}

function executionWord(execution: Execution): string | undefined {
  return Object.entries(EXECUTIONS).find(([, value]) => value === execution)?.[0];
}
