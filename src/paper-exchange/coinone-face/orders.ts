import type { ExchangeCore } from '../core/exchange-core.ts';
import type { Order, Side, Terms } from '../core/orders.ts';
import { COINONE_ERRORS, refusalError } from './errors.ts';
import { activeFields, cancelledFields, detailFields, tradeFields, typeOf } from './order-fields.ts';
import { listedAsset } from './public-routes.ts';
import {
  activeParameters,
  checkSpan,
  decimalOf,
  type OrderParameters,
  orderName,
  orderParameters,
  type Parameters,
  pageOf,
  pairParameters,
  parameters,
  tradeHistory,
} from './request.ts';
import { type Fields, success } from './wire.ts';

/** Letters small (docs.coinone.co.kr, order-detail). */
const IDENTIFIER = /^[a-z0-9._-]{1,150}$/;

/** POST /v2.1/order. The answer names the order and nothing that came of it. */
export function createOrder(core: ExchangeCore, accountId: string, given: Parameters): { order: Order; answer: Fields } {
  const asked = parameters(orderParameters, given);
  const side = asked.side === 'SELL' ? 'sell' : asked.side === 'BUY' ? 'buy' : undefined;
  if (side === undefined) throw COINONE_ERRORS.parameter();
  const terms = orderTerms(asked, side);
  const asset = listedAsset(core, asked.quote_currency ?? '', asked.target_currency ?? '');
  const reference = asked.user_order_id ?? undefined;
  if (reference !== undefined && !IDENTIFIER.test(reference)) throw COINONE_ERRORS.invalidIdentifier();
  const placed = core.placeOrder({ accountId, asset, side, terms, reference, origin: 'interface' });
  if ('code' in placed) throw refusalError(placed);
  return { order: placed, answer: success({ order_id: placed.orderId }) };
}

/**
 * A limit order rests; only at once takes a market order, a sell down to its `limit_price` where it has one. Orders with a trigger, and a
 * bound for a market buy, are not offered.
 */
function orderTerms(asked: OrderParameters, side: Side): Terms {
  const [price, quantity, bound] = [decimalOf(asked.price), decimalOf(asked.qty), decimalOf(asked.limit_price)];
  if (asked.type === 'LIMIT') {
    if (price === undefined) throw COINONE_ERRORS.priceNeeded();
    if (quantity === undefined) throw COINONE_ERRORS.quantityNeeded();
    if (asked.post_only === undefined || asked.post_only === null) throw COINONE_ERRORS.postOnlyNeeded();
    return { kind: 'limit', price, quantity, execution: asked.post_only ? 'post_only' : 'rest' };
  }
  if (asked.type !== 'MARKET') throw COINONE_ERRORS.orderType();
  if (side === 'sell') {
    if (quantity === undefined) throw COINONE_ERRORS.quantityNeeded();
    if (bound === undefined) return { kind: 'market_sell', quantity };
    return { kind: 'limit', price: bound, quantity, execution: 'immediate_or_cancel' };
  }
  const budget = decimalOf(asked.amount);
  if (budget === undefined) throw COINONE_ERRORS.amountNeeded();
  if (bound !== undefined) throw COINONE_ERRORS.invalidOrder();
  return { kind: 'market_buy', budget };
}

/** POST /v2.1/order/detail. */
export function orderDetail(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return core.run(() => success({ order: detailFields(findOrder(core, accountId, given), core.rules.feeRate) }));
}

/** POST /v2.1/order/cancel. It may still be filled until it takes effect. */
export function cancelOrder(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  const order = core.run(() => findOrder(core, accountId, given));
  if (!core.requestCancel(order)) throw order.state === 'filled' ? COINONE_ERRORS.alreadyTraded() : COINONE_ERRORS.alreadyCanceled();
  return success(cancelledFields(order, core.rules.feeRate, core.nowMs));
}

/** POST /v2.1/order/cancel/all: of one market. */
export function cancelAll(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  const pair = parameters(pairParameters, given);
  const asset = listedAsset(core, pair.quote_currency ?? '', pair.target_currency ?? '');
  const open = core.run(() => core.shownOrders(accountId).filter((order) => order.asset === asset && order.state === 'open'));
  const cancelled = open.filter((order) => core.requestCancel(order));
  return success({ canceled_count: cancelled.length, total_order_count: open.length });
}

/** POST /v2.1/order/active_orders: of one market or of all, newest first. */
export function activeOrders(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return core.run(() => {
    const { order_type, ...pair } = parameters(activeParameters, given);
    const asset = pairAsset(core, pair);
    const types = order_type ?? [];
    const open = core
      .shownOrders(accountId)
      .filter((order) => order.state === 'open' && (asset === undefined || order.asset === asset))
      .filter((order) => types.length === 0 || types.includes(typeOf(order)));
    return success({ active_orders: open.toReversed().map((order) => activeFields(order, core.rules.feeRate)) });
  });
}

/** POST /v2.1/order/completed_orders: the trades of one market, newest first. */
export function completedOrders(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  const { quote_currency, target_currency } = parameters(tradeHistory, given);
  if ((quote_currency ?? '') === '' || (target_currency ?? '') === '') throw COINONE_ERRORS.parameter();
  return allCompletedOrders(core, accountId, given);
}

/** POST /v2.1/order/completed_orders/all: of every market. */
export function allCompletedOrders(core: ExchangeCore, accountId: string, given: Parameters): Fields {
  return core.run((nowMs) => {
    const asked = parameters(tradeHistory, given);
    checkSpan(asked, nowMs);
    const asset = pairAsset(core, asked);
    const trades = core
      .shownOrders(accountId)
      .filter((order) => asset === undefined || order.asset === asset)
      .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
      .filter(({ fill }) => fill.filledAtMs >= asked.from_ts && fill.filledAtMs <= asked.to_ts)
      .sort((a, b) => a.fill.filledAtMs - b.fill.filledAtMs)
      .reverse();
    const page = pageOf(trades, asked.size, asked.to_trade_id, ({ fill }) => fill.fillId);
    return success({ completed_orders: page.map(({ order, fill }) => tradeFields(order, fill, core.rules.feeRate)) });
  });
}

/** Undefined where no pair is named. A market that has closed still has its past. */
function pairAsset(core: ExchangeCore, pair: { quote_currency?: string | null | undefined; target_currency?: string | null | undefined }) {
  if ((pair.target_currency ?? '') === '') return undefined;
  const asset = (pair.target_currency ?? '').toUpperCase();
  if ((pair.quote_currency ?? '').toUpperCase() !== core.rules.quoteAsset) throw COINONE_ERRORS.unknownPair();
  if (!core.market.has(asset)) throw COINONE_ERRORS.unknownCurrency();
  return asset;
}

/** By exactly one of the two names, in the market of the order. */
function findOrder(core: ExchangeCore, accountId: string, given: Parameters): Order {
  const { order_id, user_order_id, ...pair } = parameters(orderName, given);
  const [orderId, reference] = [order_id ?? '', user_order_id ?? ''];
  if ((orderId === '') === (reference === '')) throw COINONE_ERRORS.oneIdentifier();
  const asset = pairAsset(core, pair);
  if (asset === undefined) throw COINONE_ERRORS.parameter();
  const order = core.shownOrder(accountId, orderId === '' ? { reference } : { orderId });
  if (order?.asset !== asset) throw COINONE_ERRORS.orderNotFound();
  return order;
}
