import type { ZodType } from 'zod';
import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import { MarketRows } from '../market-rows.ts';
import type { BookLevel, Market, MarketFlag, OrderBook, SellingTerms } from '../port.ts';
import type { RequestParameters } from '../venue-connection.ts';
import type { UpbitConnection, UpbitEndpoint } from './connection.ts';
import { QUANTITY_DECIMAL_PLACES } from './orders.ts';
import { assetOf, bookRow, instrumentRow, type MarketEvent, marketRows, namedRows, orderChance } from './wire.ts';

const BOOK_LEVELS = 30;

/** Won markets only. */
export async function readMarkets(connection: UpbitConnection): Promise<Market[]> {
  const rows = await connection.read('markets', marketRows, { is_details: true });
  return rows
    .filter((row) => row.market.startsWith('KRW-'))
    .map((row) => ({
      asset: assetOf(row.market),
      symbol: row.market,
      flags: row.market_event === undefined ? [] : flagsOf(row.market_event),
    }));
}

/**
 * `market_event.warning` is 유의, each word under `caution` a kind of 주의 (docs.upbit.com, trading pairs). Upbit shows no 위험 today:
 * any further event that is on is taken for it, since nobody has read up what it means, except one whose name says that support ends.
 * Of that Upbit tells by notice, and this list may never.
 */
function flagsOf(event: MarketEvent): MarketFlag[] {
  const { warning, caution, ...others } = event;
  const flags: MarketFlag[] = [];
  const further = Object.entries(others).filter(([, value]) => isOn(value));
  if (further.some(([name]) => ENDING.test(name))) flags.push('delisting');
  if (further.some(([name]) => !ENDING.test(name))) flags.push('danger');
  if (warning) flags.push('warning');
  if (isOn(caution)) flags.push('caution');
  return flags;
}

const ENDING = /delist|terminat/i;

function isOn(event: unknown): boolean {
  return event === true || event === 'true' || (typeof event === 'object' && event !== null && Object.values(event).some(isOn));
}

/**
 * Upbit tells one tick per market, the one at its present price, and no table. Each tick is a multiple of the next
 * smaller one, so a price that fits this tick also fits below; it may not fit above the next boundary.
 */
export async function readSellingTerms(connection: UpbitConnection, instruments: Instruments, symbol: string): Promise<SellingTerms> {
  const asset = assetOf(symbol);
  const [chance, { tick_size: tick }] = await Promise.all([
    connection.read('orderChance', orderChance, { market: symbol }),
    instruments.of(symbol),
  ]);
  const { order_sides, ask_types, state, ask, max_total } = chance.market;
  return {
    symbol,
    takerFeeRate: Rate.of(chance.ask_fee),
    makerFeeRate: Rate.of(chance.maker_ask_fee ?? chance.ask_fee),
    minimumOrder: VenueWon.of('upbit', ask.min_total),
    maximumOrder: VenueWon.of('upbit', max_total),
    quantityDecimalPlaces: QUANTITY_DECIMAL_PLACES,
    ticks: [{ from: Price.of(asset, '0'), tick: Price.of(asset, tick) }],
    acceptsOrders: state === 'active' && order_sides.includes('ask') && ask_types.includes('limit_ioc'),
  };
}

/** Books of several markets, those asked for at the same time in one request. */
export function booksOf(connection: UpbitConnection) {
  return rowsOf(connection, 'orderBook', bookRow, { count: BOOK_LEVELS });
}

/** Price steps of several markets likewise. */
export function instrumentsOf(connection: UpbitConnection) {
  return rowsOf(connection, 'instruments', instrumentRow);
}

function rowsOf<Row>(connection: UpbitConnection, endpoint: UpbitEndpoint, row: ZodType<Row>, parameters: RequestParameters = {}) {
  return new MarketRows({
    ask: (symbols) => connection.read(endpoint, namedRows, { markets: symbols.join(','), ...parameters }),
    read: (answer) => connection.parse(endpoint, row, answer),
  });
}

type Books = ReturnType<typeof booksOf>;
type Instruments = ReturnType<typeof instrumentsOf>;

export async function readOrderBook(books: Books, symbol: string): Promise<OrderBook> {
  const asset = assetOf(symbol);
  const book = await books.of(symbol);
  const levels = (side: readonly { price: string; size: string }[]): BookLevel[] =>
    side
      .map(({ price, size }) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, size) }))
      // Levels come in pairs; a side with fewer levels is filled up with a price of zero.
      .filter((level) => !level.price.isZero());
  return {
    symbol,
    asset,
    bids: levels(book.orderbook_units.map((unit) => ({ price: unit.bid_price, size: unit.bid_size }))),
    asks: levels(book.orderbook_units.map((unit) => ({ price: unit.ask_price, size: unit.ask_size }))),
    changedAt: book.timestamp,
  };
}
