import { z } from 'zod';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { Order, OrderRequest, Side, Terms } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';
import type { LikeError, LikeErrors } from './errors.ts';
import { accountFields } from './funds.ts';
import { assetOf, marketOf } from './markets.ts';
import { EXECUTIONS, type OrderWords, orderFields, tradeFields } from './order-fields.ts';
import type { Query } from './request.ts';

const DAY_MS = 86_400_000;
const CLOSED_WINDOW_MS = 7 * DAY_MS;

/** How a venue is told of orders and asked for them. */
export interface OrderRequestWords extends OrderWords {
  readonly errors: LikeErrors;
  /** The field of a new order that names its type. */
  readonly typeField: string;
  /** The answer to who asks for an order that was taken in and is not to be seen yet. */
  hidden(): LikeError;
}

/** Numbers come as text; a client that sends JSON numbers is understood as Upbit understands it. */
const figure = z.union([z.string(), z.number().transform(String)]).nullish();
const orderBody = z.object({
  market: z.string().optional(),
  side: z.string().optional(),
  type: z.string().optional(),
  volume: figure,
  price: figure,
  time_in_force: z.string().nullish(),
  reference: z.string().nullish(),
});
type OrderBody = z.infer<typeof orderBody>;

/** What the body of a new order asks for. Errors: `LikeError` 400 for what cannot be meant. */
export function readOrderRequest(accountId: string, body: Readonly<Record<string, unknown>>, words: OrderRequestWords): OrderRequest {
  const { errors, typeField, referenceField } = words;
  const parsed = orderBody.safeParse({ ...body, type: body[typeField], reference: body[referenceField] });
  if (!parsed.success) throw errors.invalidParameter();
  const { market, side: sideWord, type, reference } = parsed.data;
  if (market === undefined) throw errors.missing('market');
  const side = sideWord === 'ask' ? 'sell' : sideWord === 'bid' ? 'buy' : undefined;
  if (side === undefined) throw errors.missing('side');
  if (type === undefined) throw errors.missing(typeField);
  const asset = assetOf(market);
  if (asset === undefined) throw errors.marketNotFound(market);
  const terms = orderTerms(parsed.data, side, type, words);
  return { accountId, asset, side, terms, reference: reference ?? undefined, origin: 'interface' };
}

function orderTerms(body: OrderBody, side: Side, type: string, { errors, typeField }: OrderRequestWords): Terms {
  const price = amount(body.price, errors);
  const quantity = amount(body.volume, errors);
  const word = body.time_in_force ?? undefined;
  if (type === 'limit') {
    const execution = word === undefined ? 'rest' : EXECUTIONS[word];
    if (execution === undefined) throw errors.invalidTimeInForce();
    if (price === undefined || quantity === undefined) throw errors.createOrder(side);
    return { kind: 'limit', price, quantity, execution };
  }
  if (type !== 'market' && type !== 'price') {
    throw type === 'best' ? errors.orderTypeNotSupported() : errors.invalidValue(typeField);
  }
  if (word !== undefined) throw errors.invalidTimeInForce();
  if (type === 'market' && side === 'sell' && quantity !== undefined && price === undefined) return { kind: 'market_sell', quantity };
  if (type === 'price' && side === 'buy' && price !== undefined && quantity === undefined) return { kind: 'market_buy', budget: price };
  throw errors.createOrder(side);
}

function amount(text: string | null | undefined, errors: LikeErrors): Decimal | undefined {
  if (text === null || text === undefined) return undefined;
  if (!isPlainDecimal(text)) throw errors.invalidParameter();
  return new Decimal(text);
}

/** GET /v1/order. A uuid beside a reference wins. */
export function getOrder(core: ExchangeCore, accountId: string, query: Query, words: OrderRequestWords): Wire {
  return core.run(() => {
    const order = findOrder(core, accountId, { orderId: query.get('uuid'), reference: query.get(words.referenceField) }, words);
    return { ...orderFields(order, core.rules.feeRate, words), trades: order.fills.map((fill) => tradeFields(order, fill)) };
  });
}

/** The order that is named, as the account is shown it. Errors: `LikeError` 404, or as of `hidden`. */
export function findOrder(
  core: ExchangeCore,
  accountId: string,
  { orderId, reference }: { readonly orderId: string | undefined; readonly reference: string | undefined },
  { errors, hidden }: OrderRequestWords,
): Order {
  if (orderId === undefined && reference === undefined) throw errors.invalidParameter();
  const order = core.shownOrder(accountId, orderId === undefined ? { reference: reference ?? '' } : { orderId });
  if (order !== undefined) return order;
  const taken = orderId === undefined ? core.orders.findByReference(accountId, reference ?? '') : core.orders.find(orderId);
  throw taken?.accountId === accountId ? hidden() : errors.orderNotFound();
}

/** GET /v1/orders/chance. `limitTypes` are the words for limit orders. */
export function orderChance(core: ExchangeCore, accountId: string, query: Query, limitTypes: readonly string[]): Wire {
  return core.run(() => {
    const market = query.get('market');
    if (market === undefined) throw query.errors.missing('market');
    const asset = assetOf(market);
    if (asset === undefined || !core.isTraded(asset)) throw query.errors.marketNotFound(market);
    const { feeRate, minimumOrder, maximumOrder } = core.rules;
    const fee = feeRate.toFixed();
    return {
      bid_fee: fee,
      ask_fee: fee,
      maker_bid_fee: fee,
      maker_ask_fee: fee,
      market: {
        id: market,
        name: `${asset}/${QUOTE_ASSET}`,
        order_types: ['limit'],
        order_sides: ['ask', 'bid'],
        bid_types: [...limitTypes, 'price'],
        ask_types: [...limitTypes, 'market'],
        bid: { currency: QUOTE_ASSET, min_total: minimumOrder.toFixed() },
        ask: { currency: asset, min_total: minimumOrder.toFixed() },
        max_total: maximumOrder.toFixed(),
        state: 'active',
      },
      bid_account: accountFields(core, accountId, QUOTE_ASSET),
      ask_account: accountFields(core, accountId, asset),
    };
  });
}

/** An account's orders that fit, newest first unless the query says otherwise. */
export function selectOrders(core: ExchangeCore, accountId: string, query: Query, fits: (order: Order) => boolean): Order[] {
  const market = query.get('market');
  const direction = query.oneOf('order_by', ['asc', 'desc'], 'desc');
  const orders = core.shownOrders(accountId).filter((order) => (market === undefined || marketOf(order.asset) === market) && fits(order));
  return direction === 'asc' ? orders : orders.reverse();
}

/** The window that is asked for, of seven days at most. Error: `LikeError` 400. */
export function closedWindow(query: Query, nowMs: number): { startMs: number; endMs: number } {
  const start = instant(query, 'start_time');
  const end = instant(query, 'end_time');
  if (start !== undefined && end !== undefined && (end - start > CLOSED_WINDOW_MS || end < start)) throw query.errors.invalidParameter();
  const endMs = end ?? (start === undefined ? nowMs : start + CLOSED_WINDOW_MS);
  return { startMs: start ?? endMs - CLOSED_WINDOW_MS, endMs };
}

/** ISO 8601 with an offset, or milliseconds of thirteen digits. */
function instant(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  if (/^\d{13}$/.test(text)) return Number(text);
  const isIso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const parsed = isIso ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(parsed)) throw query.errors.invalidParameter();
  return parsed;
}
