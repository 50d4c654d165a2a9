import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';
import type { Fill, VenueOrder } from '../port.ts';
import type { GopaxConnection } from './connection.ts';
import { type TradeRow, tradeRows } from './wire.ts';

const TRADE_PAGE = 100;
const SECOND_MS = 1_000;

/**
 * An order's trades, oldest first, from the account's list: there is no question for those of one order. They are read from the second
 * before the order on, newest first, page by page until they add up; trades of more than a month ago would not be among them.
 * Errors as of any reading call.
 */
export async function readFills(
  connection: GopaxConnection,
  order: Pick<VenueOrder, 'orderId' | 'symbol' | 'createdAt' | 'executedQuantity'>,
): Promise<Fill[]> {
  const { asset } = order.executedQuantity;
  const after = Math.floor(order.createdAt.getTime() / SECOND_MS) - 1;
  const seen = new Map<string, TradeRow>();
  let page = {};
  for (;;) {
    const rows = await connection.read('trades', tradeRows, { tradingPairName: order.symbol, after, limit: TRADE_PAGE, ...page });
    const knownBefore = seen.size;
    for (const row of rows) seen.set(row.id, row);
    const fills = [...seen.values()].filter((row) => row.orderId === order.orderId).map((row) => toFill(asset, row));
    const filled = CoinAmount.sum(
      asset,
      fills.map((fill) => fill.quantity),
    );
    if (rows.length < TRADE_PAGE || filled.equals(order.executedQuantity)) {
      return fills.sort((a, b) => a.filledAt.getTime() - b.filledAt.getTime() || compareIds(a.tradeId, b.tradeId));
    }
    if (seen.size === knownBefore) {
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `GOPAX repeats the trades of ${order.symbol}; they cannot be read to the end.`);
    }
    page = { pastmax: [...seen.keys()].sort(compareIds)[0] };
  }
}

/** Ids are whole numbers that rise, of any length. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

function toFill(asset: string, row: TradeRow): Fill {
  return {
    tradeId: row.id,
    quantity: CoinAmount.of(asset, row.baseAmount),
    price: Price.of(asset, row.price),
    proceeds: VenueWon.of('gopax', row.quoteAmount),
    filledAt: row.timestamp,
  };
}
