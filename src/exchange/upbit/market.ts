import type { ZodType } from 'zod';
import { Price } from '../../kernel/money.ts';
import { MarketRows } from '../market-rows.ts';
import type { Market, MarketFlag, OrderBook, SellingTerms } from '../port.ts';
import { readTermsWithoutTicks, toOrderBook } from '../upbit-like/market.ts';
import { assetOf, bookRow, namedRows } from '../upbit-like/wire.ts';
import type { RequestParameters } from '../venue-connection.ts';
import { UPBIT, type UpbitConnection, type UpbitEndpoint } from './connection.ts';
import { instrumentRow, type MarketEvent, marketRows } from './wire.ts';

const BOOK_LEVELS = 30;

/** Won markets only. */
export async function readMarkets(connection: UpbitConnection): Promise<Market[]> {
  const rows = await connection.read('markets', marketRows, { is_details: true });
  return rows
    .filter((row) => row.market.startsWith('KRW-'))
    .map((row) => ({
      asset: assetOf(row.market, UPBIT),
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
  const asset = assetOf(symbol, UPBIT);
  const [terms, { tick_size: tick }] = await Promise.all([
    readTermsWithoutTicks(connection, UPBIT, { symbol, sellType: 'limit_ioc' }),
    instruments.of(symbol),
  ]);
  return { ...terms, ticks: [{ from: Price.of(asset, '0'), tick: Price.of(asset, tick) }] };
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
  assetOf(symbol, UPBIT);
  return toOrderBook(symbol, UPBIT, await books.of(symbol));
}
