import type { Currencies, Dict, Int, Market, OHLCV, OrderBook, Str, Strings, Ticker, Tickers, Trade } from 'ccxt';
import { CoinoneParser } from './coinone-parser.ts';
import { errors, Precise, roundedToTick } from './library.ts';

const BOOK_SIZES = [5, 10, 15, 16];
const TRADE_SIZES = [10, 50, 100, 150, 200];
const CANDLES_MAX = 500;
const CANDLES_USUAL = 200;

/** Coinone's public interface 2.0. Answers to all, no key needed. */
export class CoinoneMarketData extends CoinoneParser {
  /** @see https://docs.coinone.co.kr/reference/currencies */
  override async fetchCurrencies(params: Dict = {}): Promise<Currencies> {
    const response = await this.v2PublicGetCurrencies(params);
    return this.parseCurrencies(this.safeList(response, 'currencies', []));
  }

  /** @see https://docs.coinone.co.kr/reference/markets */
  override async fetchMarkets(params: Dict = {}): Promise<Market[]> {
    const response = await this.v2PublicGetMarketsQuoteCurrency(this.extend({ quote_currency: 'KRW' }, params));
    return this.parseMarkets(this.safeList(response, 'markets', []));
  }

  /**
   * The price steps of one market, by price. There is no call for all markets at once, so they are read when first needed and kept with
   * the market until markets are loaded anew.
   * @see https://docs.coinone.co.kr/reference/range-unit
   */
  async loadPriceRanges(symbol: string): Promise<Dict[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const known = this.safeList(market['info'], 'range_price_units');
    if (known !== undefined) return known;
    const response = await this.v2PublicGetRangeUnitsQuoteCurrencyTargetCurrency(this.pairOf(market));
    const ranges = this.safeList(response, 'range_price_units', []);
    market['info'] = this.extend(market['info'], { range_price_units: ranges });
    return ranges;
  }

  /** Exact and by the range that the price is in; by the market's step at its present price while no ranges are loaded. */
  override priceToPrecision(symbol: Str, price: unknown): Str {
    const text = this.numberToString(price);
    if (text === undefined) return undefined;
    const market = this.market(symbol);
    const ranges = this.safeList(market['info'], 'range_price_units', [
      { range_min: '0', price_unit: this.numberToString(market['precision']['price']) },
    ]);
    const rows = ranges.flatMap((range: Dict) => {
      const tick = this.safeString(range, 'price_unit');
      return tick === undefined ? [] : [{ from: this.safeString(range, 'range_min', '0'), tick }];
    });
    const rounded = roundedToTick(text, rows);
    if (Precise.stringLe(rounded, '0')) {
      throw new errors.InvalidOrder(`${this.id} price of ${market['symbol']} must be at least one price unit, got ${text}`);
    }
    return rounded;
  }

  /** @see https://docs.coinone.co.kr/reference/orderbook */
  override async fetchOrderBook(symbol: string, limit: Int = undefined, params: Dict = {}): Promise<OrderBook> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request = this.extend(this.pairOf(market), sizeFor(limit, BOOK_SIZES));
    const response = await this.v2PublicGetOrderbookQuoteCurrencyTargetCurrency(this.extend(request, params));
    const timestamp = this.safeInteger(response, 'timestamp');
    const book = this.parseOrderBook(response, market['symbol'], timestamp, 'bids', 'asks', 'price', 'qty');
    book['nonce'] = this.safeInteger(response, 'id');
    return book;
  }

  /** @see https://docs.coinone.co.kr/reference/tickers */
  override async fetchTickers(symbols: Strings = undefined, params: Dict = {}): Promise<Tickers> {
    await this.loadMarkets();
    const response = await this.v2PublicGetTickerNewQuoteCurrency(this.extend({ quote_currency: 'KRW' }, params));
    return this.parseTickers(this.safeList(response, 'tickers', []), this.marketSymbols(symbols));
  }

  /** @see https://docs.coinone.co.kr/reference/ticker */
  override async fetchTicker(symbol: string, params: Dict = {}): Promise<Ticker> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const response = await this.v2PublicGetTickerNewQuoteCurrencyTargetCurrency(this.extend(this.pairOf(market), params));
    return this.parseTicker(this.safeDict(this.safeList(response, 'tickers', []), 0, {}), market);
  }

  /** @see https://docs.coinone.co.kr/reference/recent-completed-orders */
  override async fetchTrades(symbol: string, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Trade[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request = this.extend(this.pairOf(market), sizeFor(limit, TRADE_SIZES));
    const response = await this.v2PublicGetTradesQuoteCurrencyTargetCurrency(this.extend(request, params));
    return this.parseTrades(this.safeList(response, 'transactions', []), market, since, limit);
  }

  /**
   * Coinone is asked for so many candles up to one; whether that one is among them is not documented, so one more is asked for.
   * @param params.until timestamp in ms of the latest candle
   * @see https://docs.coinone.co.kr/reference/chart
   */
  override async fetchOHLCV(
    symbol: string,
    timeframe = '1m',
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<OHLCV[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const size = Math.min((limit ?? CANDLES_USUAL) + 1, CANDLES_MAX);
    const afterSince =
      since === undefined ? undefined : Math.min(since + size * this.parseTimeframe(timeframe) * 1_000, this.milliseconds());
    const request = {
      ...this.pairOf(market),
      interval: this.safeString(this.timeframes, timeframe, timeframe),
      size,
      timestamp: this.safeInteger(params, 'until', afterSince),
    };
    const response = await this.v2PublicGetChartQuoteCurrencyTargetCurrency(this.extend(request, this.omit(params, 'until')));
    return this.parseOHLCVs(this.safeList(response, 'chart', []), market, timeframe, since, limit);
  }

  pairOf(market: Market): Dict {
    return market === undefined ? {} : { quote_currency: market['quoteId'], target_currency: market['baseId'] };
  }
}

/** Coinone takes a few sizes only: the smallest that holds so many, or the largest. */
function sizeFor(limit: Int, sizes: readonly number[]): Dict {
  return limit === undefined ? {} : { size: sizes.find((size) => size >= limit) ?? sizes.at(-1) };
}
