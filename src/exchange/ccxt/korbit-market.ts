import type { Currencies, Dict, Int, Market, OHLCV, OrderBook, Strings, Ticker, Tickers, Trade } from 'ccxt';
import { KorbitParsing } from './korbit-parsing.ts';
import { errors } from './library.ts';

const CANDLES_A_CALL = 200;

/** What Korbit shows to everybody. */
export class KorbitMarket extends KorbitParsing {
  /** Without the price steps, which are asked for market by market: `loadTickSizes`. */
  override async fetchMarkets(params: Dict = {}): Promise<Market[]> {
    await this.ensureTimeDifference();
    const response = await this.publicGetCurrencyPairs(params);
    return this.parseMarkets(this.safeList(response, 'data', []));
  }

  override async fetchCurrencies(params: Dict = {}): Promise<Currencies> {
    const response = await this.publicGetCurrencies(params);
    return this.parseCurrencies(this.safeList(response, 'data', []));
  }

  /** Always thirty levels a side, unless `params.level` groups them. `timestamp` is when the book last changed, days ago on a stopped market. */
  override async fetchOrderBook(symbol: string, limit: Int = undefined, params: Dict = {}): Promise<OrderBook> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const response = await this.publicGetOrderbook(this.extend({ symbol: market.id }, params));
    //
    //     {"success":true,"data":{"timestamp":1708057740895,"bids":[{"price":"73303000","qty":"0.00898326"}],"asks":[{"price":"73304000","qty":"0.00985212"}]}}
    //
    const data = this.safeDict(response, 'data', {});
    const book = this.parseOrderBook(data, market.symbol, this.safeInteger(data, 'timestamp'), 'bids', 'asks', 'price', 'qty');
    if (limit !== undefined) {
      book.bids = book.bids.slice(0, limit);
      book.asks = book.asks.slice(0, limit);
    }
    return book;
  }

  override async fetchTicker(symbol: string, params: Dict = {}): Promise<Ticker> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const response = await this.publicGetTickers(this.extend({ symbol: market.id }, params));
    const ticker = this.safeDict(this.safeList(response, 'data', []), 0);
    // An unknown market is an empty success.
    if (ticker === undefined) throw new errors.BadSymbol(`${this.id} has no ticker of ${symbol}`);
    return this.parseTicker(ticker, market);
  }

  override async fetchTickers(symbols: Strings = undefined, params: Dict = {}): Promise<Tickers> {
    await this.loadMarkets();
    const request = symbols === undefined ? {} : { symbol: symbols.map((symbol) => this.market(symbol).id).join(',') };
    const response = await this.publicGetTickers(this.extend(request, params));
    return this.parseTickers(this.safeList(response, 'data', []), symbols);
  }

  /** The newest ones; `since` filters them here. */
  override async fetchTrades(symbol: string, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Trade[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request: Dict = { symbol: market.id };
    if (limit !== undefined) request['limit'] = Math.min(limit, 500);
    const response = await this.publicGetTrades(this.extend(request, params));
    return this.parseTrades(this.safeList(response, 'data', []), market, since, limit);
  }

  /** Of a span of time the venue gives the newest bars, so a span from `since` on is ended where its bars are enough. */
  override async fetchOHLCV(
    symbol: string,
    timeframe = '1m',
    since: Int = undefined,
    limit: Int = undefined,
    params: Dict = {},
  ): Promise<OHLCV[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const bars = Math.min(limit ?? CANDLES_A_CALL, CANDLES_A_CALL);
    const request: Dict = { symbol: market.id, interval: this.safeString(this.timeframes, timeframe, timeframe), limit: bars };
    const until = this.safeInteger(params, 'until');
    if (since !== undefined) {
      request['start'] = since;
      request['end'] = this.sum(since, bars * this.parseTimeframe(timeframe) * 1_000);
    }
    if (until !== undefined) request['end'] = until;
    const response = await this.publicGetCandles(this.extend(request, this.omit(params, 'until')));
    return this.parseOHLCVs(this.safeList(response, 'data', []), market, timeframe, since, limit);
  }
}
