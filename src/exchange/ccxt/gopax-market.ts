import type { Currencies, Dict, Int, List, Market, OHLCV, OrderBook, Strings, Ticker, Tickers, Trade } from 'ccxt';
import { GopaxParsing } from './gopax-parsing.ts';

const CANDLES_A_CALL = 1_024;
const TRADES_A_CALL = 100;
const SECOND_MS = 1_000;

/** What GOPAX shows to everybody. */
export class GopaxMarket extends GopaxParsing {
  /** What is traded now. Without the price steps, which are asked for market by market: `loadTickSizes`. */
  override async fetchMarkets(params: Dict = {}): Promise<Market[]> {
    await this.ensureTimeDifference();
    return this.parseMarkets(await this.publicGetTradingPairs(params));
  }

  override async fetchCurrencies(params: Dict = {}): Promise<Currencies> {
    return this.parseCurrencies(await this.publicGetAssets(params));
  }

  /** `limit` chooses the smallest of the venue's books that holds so many: the best, fifty levels, or all. */
  override async fetchOrderBook(symbol: string, limit: Int = undefined, params: Dict = {}): Promise<OrderBook> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request: Dict = { tradingPair: market.id };
    if (limit !== undefined && limit <= 50) request['level'] = limit === 1 ? 1 : 2;
    const response = await this.publicGetTradingPairsTradingPairBook(this.extend(request, params));
    //
    //     {"sequence":110815766,"ask":[["110815528",12371000,0.808,"1601030126425"]],"bid":[["108223577",11870000,0.72446908,"1600956121521"]]}
    //
    // No column counts orders, and ccxt would take the amount for one.
    const noCount = 'none';
    const book = this.parseOrderBook(response, market.symbol, undefined, 'bid', 'ask', 1, 2, noCount);
    book.nonce = this.safeInteger(response, 'sequence');
    if (limit !== undefined) {
      book.bids = book.bids.slice(0, limit);
      book.asks = book.asks.slice(0, limit);
    }
    return book;
  }

  override async fetchTicker(symbol: string, params: Dict = {}): Promise<Ticker> {
    await this.loadMarkets();
    const market = this.market(symbol);
    return this.parseTicker(await this.publicGetTradingPairsTradingPairTicker(this.extend({ tradingPair: market.id }, params)), market);
  }

  /** The venue keeps the rows of markets that ended; they are left out. */
  override async fetchTickers(symbols: Strings = undefined, params: Dict = {}): Promise<Tickers> {
    await this.loadMarkets();
    const response = await this.publicGetTickers(params);
    const traded = response.filter((ticker) => (this.safeString(ticker, 'tradingPairName') ?? '') in (this.markets_by_id ?? {}));
    return this.parseTickers(traded, symbols);
  }

  override async fetchTrades(symbol: string, since: Int = undefined, limit: Int = undefined, params: Dict = {}): Promise<Trade[]> {
    await this.loadMarkets();
    const market = this.market(symbol);
    const request: Dict = { tradingPair: market.id };
    if (since !== undefined) request['after'] = Math.floor(since / SECOND_MS);
    if (limit !== undefined) request['limit'] = Math.min(limit, TRADES_A_CALL);
    const response = await this.publicGetTradingPairsTradingPairTrades(this.extend(request, params));
    return this.parseTrades(response, market, since, limit);
  }

  override parseOHLCV(ohlcv: List): OHLCV {
    //
    //     [1601032200000,12353000,12361000,12361000,12353000,0.5902] : start, low, high, open, close, volume
    //
    return [
      this.safeInteger(ohlcv, 0),
      this.safeNumber(ohlcv, 3),
      this.safeNumber(ohlcv, 2),
      this.safeNumber(ohlcv, 1),
      this.safeNumber(ohlcv, 4),
      this.safeNumber(ohlcv, 5),
    ];
  }

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
    const spanMs = bars * this.parseTimeframe(timeframe) * SECOND_MS;
    const until = this.safeInteger(params, 'until');
    const end = until ?? (since === undefined ? this.nonce() : since + spanMs);
    const request: Dict = {
      tradingPair: market.id,
      interval: this.safeString(this.timeframes, timeframe, timeframe),
      start: since ?? end - spanMs,
      end,
      limit: bars,
    };
    const response = await this.publicGetTradingPairsTradingPairCandles(this.extend(request, this.omit(params, 'until')));
    return this.parseOHLCVs(response, market, timeframe, since, limit);
  }
}
