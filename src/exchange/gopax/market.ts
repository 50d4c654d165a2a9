import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../kernel/money.ts';
import { MarketRows } from '../market-rows.ts';
import type { BookLevel, Market, MarketFlag, OrderBook, SellingTerms } from '../port.ts';
import type { GopaxConnection } from './connection.ts';
import { assetOf, type BookEntry, book, type CautionRow, cautionRows, pairRow, pairRows, ticker, tickRows } from './wire.ts';

/** Fifty levels a side; more is the whole book, with orders of years. */
const BOOK_LEVEL = 2;
const QUOTE_ASSET = 'KRW';
const CAUTION_LEVEL = 1;
const WARNING_LEVEL = 2;

/** Won markets only. What is listed is traded: GOPAX tells nothing else. Of an announced end it tells by notice alone. */
export async function readMarkets(connection: GopaxConnection): Promise<Market[]> {
  const [pairs, cautions] = await Promise.all([
    connection.read('tradingPairs', pairRows),
    connection.read('cautions', cautionRows, { showActive: true }),
  ]);
  const byName = new Map(cautions.map((row) => [row.name, row]));
  return pairs
    .filter((pair) => pair.quoteAsset === QUOTE_ASSET)
    .map(({ name }) => {
      const caution = byName.get(name);
      return { asset: assetOf(name), symbol: name, flags: caution === undefined ? [] : flagsOf(caution) };
    });
}

/** The kinds of event that the documents name, some of them no longer in use: each a kind of 주의. */
const KNOWN_EVENTS: ReadonlySet<string> = new Set([
  'isPriceChange',
  'isMonopolyBuy',
  'isLowLiquidity',
  'isSoarTradingVolume',
  'isSoarDepositAmount',
  'isGlobalPriceDifference',
  'isMonopolyTrading',
]);
const ENDING = /delist|terminat/i;

/**
 * `alertLevel` 1 is 주의 and 2 is 경고; it can stay for a day after the last event has passed (gopax.github.io/API, cautions). A higher
 * level, or an event that is on and whose name nobody has read up, is taken for 위험, except one whose name says that support ends.
 */
function flagsOf({ alertLevel, ...members }: CautionRow): MarketFlag[] {
  const events = Object.keys(members).filter((name) => members[name] === true);
  const further = events.filter((name) => !KNOWN_EVENTS.has(name));
  const flags: MarketFlag[] = [];
  if (further.some((name) => ENDING.test(name))) flags.push('delisting');
  if (alertLevel > WARNING_LEVEL || further.some((name) => !ENDING.test(name))) flags.push('danger');
  if (alertLevel === WARNING_LEVEL) flags.push('warning');
  if (alertLevel === CAUTION_LEVEL || events.length > further.length) flags.push('caution');
  return flags;
}

/** GOPAX lists all pairs at once or none: whoever asks at the same time shares the answer. */
export function pairsOf(connection: GopaxConnection) {
  return new MarketRows({
    ask: async () => (await connection.read('tradingPairs', pairRows)).map((row) => ({ ...row, market: row.name })),
    read: (row) => connection.parse('tradingPairs', pairRow, row),
  });
}

type Pairs = ReturnType<typeof pairsOf>;

/** Price steps first: a pair that is not listed is refused there by name. */
export async function readSellingTerms(connection: GopaxConnection, pairs: Pairs, symbol: string): Promise<SellingTerms> {
  const asset = assetOf(symbol);
  const steps = await connection.read('tickSizes', tickRows, { tradingPair: symbol });
  const pair = await pairs.of(symbol);
  return {
    symbol,
    takerFeeRate: rateOf(pair.takerFeePercent),
    makerFeeRate: rateOf(pair.makerFeePercent),
    minimumOrder: await minimumOf(connection, symbol, pair.restApiOrderAmountMin.limitAsk),
    maximumOrder: undefined,
    quantityDecimalPlaces: pair.baseAssetScale,
    ticks: steps
      .map(({ startPrice, tickSize }) => ({ from: Price.of(asset, startPrice), tick: Price.of(asset, tickSize) }))
      .sort((a, b) => b.from.compare(a.from)),
    acceptsOrders: true,
  };
}

function rateOf(percent: string): Rate {
  return Rate.of(new Decimal(percent).shiftedBy(-2));
}

/**
 * The minimum of a limit sell. In September 2026 it was in won; one in coins, as that of a sell at the market is, is worth what they cost at
 * the lowest ask or last traded at, whichever is more, so that an order below that price and worth so much has so many coins.
 */
async function minimumOf(connection: GopaxConnection, symbol: string, { amount, unit }: { amount: string; unit: string }) {
  const asset = assetOf(symbol);
  if (unit === QUOTE_ASSET) return VenueWon.of('gopax', amount);
  if (unit !== asset) {
    throw new CheongsanError(
      'EXCHANGE_UNAVAILABLE',
      `GOPAX states the minimum of ${symbol} in ${JSON.stringify(unit)}, which is neither won nor ${asset}. Check whether its format changed.`,
    );
  }
  const { price, ask } = await connection.read('ticker', ticker, { tradingPair: symbol });
  return CoinAmount.of(asset, amount).costAt(Price.of(asset, price).larger(Price.of(asset, ask)), 'gopax');
}

/**
 * A book of GOPAX has no time of its own, but each level tells when it last changed: the newest of them is when the book did, as far as
 * can be seen; a level that went away leaves nothing. A book without levels is as old as can be.
 */
export async function readOrderBook(connection: GopaxConnection, symbol: string): Promise<OrderBook> {
  const asset = assetOf(symbol);
  const { bid, ask } = await connection.read('orderBook', book, { tradingPair: symbol, level: BOOK_LEVEL });
  const levels = (side: readonly BookEntry[]): BookLevel[] =>
    side.map(([, price, quantity]) => ({ price: Price.of(asset, price), quantity: CoinAmount.of(asset, quantity) }));
  const changedMs = [...bid, ...ask].map(([, , , changedAt]) => changedAt.getTime());
  return {
    symbol,
    asset,
    bids: levels(bid).sort((a, b) => b.price.compare(a.price)),
    asks: levels(ask).sort((a, b) => a.price.compare(b.price)),
    changedAt: new Date(Math.max(0, ...changedMs)),
  };
}
