import { Decimal } from '../../kernel/decimal.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { Order } from '../core/orders.ts';
import type { Fields } from './wire.ts';

/** Decimals of an average price. */
const AVERAGE_DECIMAL_PLACES = 8;

/** A sell with a `limit_price` is a market order; what rests is a limit order. */
export function typeOf({ terms }: Order): 'LIMIT' | 'MARKET' {
  return terms.kind === 'limit' && (terms.execution === 'rest' || terms.execution === 'post_only') ? 'LIMIT' : 'MARKET';
}

/** Words of docs.coinone.co.kr, order-detail. A limit order that was filled in part and cancelled is `PARTIALLY_CANCELED` with nothing left. */
function statusOf(order: Order): string {
  if (order.state === 'filled') return 'FILLED';
  const isPart = order.executedQuantity.isGreaterThan(0);
  if (order.state === 'open') return isPart ? 'PARTIALLY_FILLED' : 'LIVE';
  if (typeOf(order) === 'LIMIT') return isPart ? 'PARTIALLY_CANCELED' : 'CANCELED';
  if (order.terms.kind === 'market_buy') return 'CANCELED_UNDER_PRODUCT_UNIT';
  return order.terms.kind === 'limit' ? 'CANCELED_LIMIT_PRICE_EXCEED' : 'CANCELED_NO_ORDER';
}

interface Quantities {
  readonly original: Decimal | undefined;
  readonly remaining: Decimal | undefined;
  readonly cancelled: Decimal | undefined;
}

function quantitiesOf(order: Order): Quantities {
  if (order.terms.kind === 'market_buy') return { original: undefined, remaining: undefined, cancelled: undefined };
  const { quantity } = order.terms;
  const left = quantity.minus(order.executedQuantity);
  const isOpen = order.state === 'open';
  return { original: quantity, remaining: isOpen ? left : new Decimal(0), cancelled: isOpen ? new Decimal(0) : left };
}

function averageOf(order: Order): string {
  if (order.executedQuantity.isZero()) return '0';
  return order.executedFunds.div(order.executedQuantity).decimalPlaces(AVERAGE_DECIMAL_PLACES).toFixed();
}

function changedAtMs(order: Order): number {
  return Math.max(order.createdAtMs, order.closedAtMs ?? 0, order.fills.at(-1)?.filledAtMs ?? 0);
}

/** What look-up and list show alike. */
function commonFields(order: Order, feeRate: Decimal): Fields {
  const { original, cancelled } = quantitiesOf(order);
  return {
    order_id: order.orderId,
    type: typeOf(order),
    quote_currency: QUOTE_ASSET,
    target_currency: order.asset,
    side: order.side === 'sell' ? 'SELL' : 'BUY',
    fee: order.paidFee.toFixed(),
    fee_rate: order.executedQuantity.isZero() ? '0.0' : feeRate.toFixed(),
    average_executed_price: averageOf(order),
    ordered_at: order.createdAtMs,
    price: typeOf(order) === 'LIMIT' && order.terms.kind === 'limit' ? order.terms.price.toFixed() : null,
    original_qty: original?.toFixed() ?? null,
    executed_qty: order.executedQuantity.toFixed(),
    canceled_qty: cancelled?.toFixed() ?? null,
    is_triggered: null,
    trigger_price: null,
  };
}

/** POST /v2.1/order/detail. The client's own identifier is not shown, nor are the trades. */
export function detailFields(order: Order, feeRate: Decimal): Fields {
  const isMarket = typeOf(order) === 'MARKET';
  const budget = order.terms.kind === 'market_buy' ? order.terms.budget : undefined;
  return {
    ...commonFields(order, feeRate),
    status: statusOf(order),
    updated_at: changedAtMs(order),
    remain_qty: isMarket ? null : (quantitiesOf(order).remaining?.toFixed() ?? null),
    limit_price: isMarket && order.terms.kind === 'limit' ? order.terms.price.toFixed() : null,
    traded_amount: budget === undefined ? null : order.executedFunds.toFixed(),
    original_amount: budget?.toFixed() ?? null,
    canceled_amount: budget?.minus(order.executedFunds).toFixed() ?? null,
  };
}

/** A row of POST /v2.1/order/active_orders. */
export function activeFields(order: Order, feeRate: Decimal): Fields {
  return { ...commonFields(order, feeRate), remain_qty: quantitiesOf(order).remaining?.toFixed() ?? null };
}

/** POST /v2.1/order/cancel: the order as it is once the cancellation was heard; its times are in seconds, unlike everywhere else. */
export function cancelledFields(order: Order, feeRate: Decimal, nowMs: number): Fields {
  const { original, remaining, cancelled } = quantitiesOf(order);
  return {
    order_id: order.orderId,
    price: order.terms.kind === 'limit' ? order.terms.price.toFixed() : null,
    qty: cancelled?.toFixed() ?? null,
    remain_qty: remaining?.toFixed() ?? null,
    side: order.side === 'sell' ? 'SELL' : 'BUY',
    original_qty: original?.toFixed() ?? null,
    traded_qty: order.executedQuantity.toFixed(),
    canceled_qty: cancelled?.toFixed() ?? null,
    fee: order.paidFee.toFixed(),
    fee_rate: feeRate.toFixed(),
    avg_price: averageOf(order),
    canceled_at: Math.floor(nowMs / 1_000),
    ordered_at: Math.floor(order.createdAtMs / 1_000),
  };
}

/** A row of POST /v2.1/order/completed_orders: one trade, so an order may come several times. */
export function tradeFields(order: Order, fill: Order['fills'][number], feeRate: Decimal): Fields {
  return {
    trade_id: fill.fillId,
    order_id: order.orderId,
    quote_currency: QUOTE_ASSET,
    target_currency: order.asset,
    order_type: typeOf(order),
    is_ask: order.side === 'sell',
    is_maker: fill.takerSide !== order.side,
    price: fill.price.toFixed(),
    qty: fill.quantity.toFixed(),
    timestamp: fill.filledAtMs,
    fee_rate: feeRate.toFixed(),
    fee: fill.fee.toFixed(),
    fee_currency: QUOTE_ASSET,
  };
}
