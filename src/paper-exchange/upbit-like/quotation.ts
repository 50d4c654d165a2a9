import { Decimal } from '../../kernel/decimal.ts';
import type { ExchangeCore } from '../core/exchange-core.ts';
import { QUOTE_ASSET } from '../core/listings.ts';
import type { Level } from '../market/book.ts';
import { type Candle, DAY_MINUTES, MINUTE_MS } from '../market/candles.ts';
import type { PublicTrade } from '../market/market.ts';
import { seoulClock, utcClock, type Wire } from '../wire-format.ts';
import { assetOf, marketOf } from './markets.ts';
import type { Query } from './request.ts';

const CANDLE_UNITS: ReadonlySet<number> = new Set([1, 3, 5, 10, 15, 30, 60, 240]);
const CANDLES_MAX = 200;
const TRADES_MAX = 500;
/** The year's extremes are taken from the last four weeks: a generated past is cheap, but not a year of it at a first request. */
const EXTREMES_DAYS = 28;
const ZERO = new Decimal(0);
const CHANGE_RATE_DECIMAL_PLACES = 10;

/** A book with so many levels a side, the shorter side filled up with zeros. */
export function bookFields(
  asset: string,
  book: { readonly bids: readonly Level[]; readonly asks: readonly Level[]; readonly changedAtMs: number },
  levels: number,
): { readonly [field: string]: Wire } {
  const [bids, asks] = [book.bids.slice(0, levels), book.asks.slice(0, levels)];
  return {
    market: marketOf(asset),
    timestamp: book.changedAtMs,
    total_ask_size: total(book.asks),
    total_bid_size: total(book.bids),
    orderbook_units: Array.from({ length: Math.max(bids.length, asks.length) }, (_, index) => ({
      ask_price: asks[index]?.price ?? ZERO,
      bid_price: bids[index]?.price ?? ZERO,
      ask_size: asks[index]?.quantity ?? ZERO,
      bid_size: bids[index]?.quantity ?? ZERO,
    })),
  };
}

/** GET /v1/ticker and /v1/ticker/all. */
export function listTickers(core: ExchangeCore, query: Query): Wire {
  return core.run((nowMs) => askedAssets(core, query).map((asset) => tickerFields(core, asset, nowMs)));
}

function tickerFields(core: ExchangeCore, asset: string, nowMs: number): Wire {
  const { today, previousClose, last24Hours } = core.market.summary(asset, nowMs);
  const [trade] = core.market.trades(asset, nowMs, 1);
  const days = core.market.candles(asset, DAY_MINUTES, nowMs + 1, EXTREMES_DAYS, nowMs);
  const highest = days.reduce((best, day) => (day.high.isGreaterThan(best.high) ? day : best), today);
  const lowest = days.reduce((best, day) => (day.low.isLessThan(best.low) ? day : best), today);
  const price = core.market.lastPrice(asset, nowMs);
  const change = price.minus(previousClose);
  const rate = change.div(previousClose).decimalPlaces(CHANGE_RATE_DECIMAL_PLACES, Decimal.ROUND_HALF_UP);
  const tradedAtMs = trade?.tradedAtMs ?? nowMs;
  const [utc, seoul] = [utcClock(tradedAtMs), seoulClock(tradedAtMs)];
  return {
    market: marketOf(asset),
    trade_date: compactDate(utc),
    trade_time: compactTime(utc),
    trade_date_kst: compactDate(seoul),
    trade_time_kst: compactTime(seoul),
    trade_timestamp: tradedAtMs,
    opening_price: today.open,
    high_price: today.high,
    low_price: today.low,
    trade_price: price,
    prev_closing_price: previousClose,
    change: change.isZero() ? 'EVEN' : change.isGreaterThan(0) ? 'RISE' : 'FALL',
    change_price: change.abs(),
    change_rate: rate.abs(),
    signed_change_price: change,
    signed_change_rate: rate,
    trade_volume: trade?.quantity ?? ZERO,
    acc_trade_price: today.funds,
    acc_trade_price_24h: last24Hours.funds,
    acc_trade_volume: today.volume,
    acc_trade_volume_24h: last24Hours.volume,
    highest_52_week_price: highest.high,
    highest_52_week_date: utcClock(highest.openedAtMs).slice(0, 10),
    lowest_52_week_price: lowest.low,
    lowest_52_week_date: utcClock(lowest.openedAtMs).slice(0, 10),
    timestamp: nowMs,
  };
}

/** GET /v1/trades/ticks: the newest trades of the rest of the world within one day, in UTC: today, or so many days ago. */
export function listTrades(core: ExchangeCore, query: Query): Wire {
  return core.run((nowMs) => {
    const asset = askedAsset(core, query);
    const wanted = askedCount(query, 1, TRADES_MAX);
    const dayMs = DAY_MINUTES * MINUTE_MS;
    const dayStartMs = (Math.floor(nowMs / dayMs) - daysAgo(query)) * dayMs;
    const trades = core.market.trades(asset, Math.min(nowMs, dayStartMs + dayMs - 1), wanted, dayStartMs);
    if (trades.length === 0) return [];
    const { previousClose } = core.market.summary(asset, nowMs);
    return trades.map((trade) => tradeFields(asset, trade, previousClose));
  });
}

/** A trade as it is listed. */
export function tradeFields(asset: string, trade: PublicTrade, previousClose: Decimal): Wire {
  return {
    market: marketOf(asset),
    trade_date_utc: utcClock(trade.tradedAtMs).slice(0, 10),
    trade_time_utc: utcClock(trade.tradedAtMs).slice(11, 19),
    timestamp: trade.tradedAtMs,
    trade_price: trade.price,
    trade_volume: trade.quantity,
    prev_closing_price: previousClose,
    change_price: trade.price.minus(previousClose),
    ask_bid: trade.takerSide === 'buy' ? 'BID' : 'ASK',
    sequential_id: trade.sequence,
  };
}

/** GET /v1/candles/minutes/{unit}. `zone` is that of a `to` without an offset, as `Z` or `+09:00`. */
export function listMinuteCandles(core: ExchangeCore, query: Query, unitText: string, zone: string): Wire {
  const unit = Number(unitText);
  if (!CANDLE_UNITS.has(unit)) throw query.errors.quotationParameter();
  return core.run((nowMs) => {
    const asset = askedAsset(core, query);
    const candles = core.market.candles(asset, unit, endOf(query, nowMs, zone), askedCount(query, 1, CANDLES_MAX), nowMs);
    return candles.map((candle) => ({ ...candleFields(asset, candle), unit }));
  });
}

/** GET /v1/candles/days: days from 09:00 to 09:00 in Seoul. */
export function listDayCandles(core: ExchangeCore, query: Query, zone: string): Wire {
  return core.run((nowMs) => {
    const asset = askedAsset(core, query);
    const wanted = askedCount(query, 1, CANDLES_MAX);
    const candles = core.market.candles(asset, DAY_MINUTES, endOf(query, nowMs, zone), wanted + 1, nowMs);
    return candles.slice(0, wanted).map((candle, index) => {
      const previousClose = candles[index + 1]?.close ?? candle.open;
      const change = candle.close.minus(previousClose);
      const rate = change.div(previousClose).decimalPlaces(CHANGE_RATE_DECIMAL_PLACES, Decimal.ROUND_HALF_UP);
      return { ...candleFields(asset, candle), prev_closing_price: previousClose, change_price: change, change_rate: rate };
    });
  });
}

function candleFields(asset: string, candle: Candle): { readonly [field: string]: Wire } {
  return {
    market: marketOf(asset),
    candle_date_time_utc: utcClock(candle.openedAtMs).slice(0, 19),
    candle_date_time_kst: seoulClock(candle.openedAtMs).slice(0, 19),
    opening_price: candle.open,
    high_price: candle.high,
    low_price: candle.low,
    trade_price: candle.close,
    timestamp: candle.lastTradedAtMs,
    candle_acc_trade_price: candle.funds,
    candle_acc_trade_volume: candle.volume,
  };
}

function askedAsset(core: ExchangeCore, query: Query): string {
  const market = query.get('market');
  if (market === undefined) throw query.errors.quotationMissing();
  return listedAsset(core, market, query);
}

/** `markets` as a list with commas, or every market of the quote currency asked for. */
export function askedAssets(core: ExchangeCore, query: Query): readonly string[] {
  const currencies = query.get('quote_currencies');
  if (currencies !== undefined) return currencies.split(',').includes(QUOTE_ASSET) ? core.tradedAssets() : [];
  const markets = query.get('markets');
  if (markets === undefined || markets === '') throw query.errors.quotationMissing();
  return markets.split(',').map((market) => listedAsset(core, market, query));
}

function listedAsset(core: ExchangeCore, market: string, query: Query): string {
  const asset = assetOf(market);
  if (asset === undefined || !core.isTraded(asset)) throw query.errors.quotationNotFound();
  return asset;
}

/** More than the maximum is cut in silence, as Upbit does. */
export function askedCount(query: Query, fallback: number, max: number): number {
  const text = query.get('count');
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw query.errors.quotationParameter();
  return Math.min(Number(text), max);
}

function daysAgo(query: Query): number {
  const text = query.get('days_ago');
  if (text === undefined || text === '') return 0;
  if (!/^[1-7]$/.test(text)) throw query.errors.quotationParameter();
  return Number(text);
}

/** `to` is exclusive. */
function endOf(query: Query, nowMs: number, zone: string): number {
  const text = query.get('to');
  if (text === undefined || text === '') return nowMs + 1;
  const iso = text.replace(' ', 'T');
  const endMs = Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(iso) ? iso : `${iso}${zone}`);
  if (Number.isNaN(endMs)) throw query.errors.quotationParameter();
  return Math.min(endMs, nowMs + MINUTE_MS);
}

function total(levels: readonly Level[]): Decimal {
  return levels.reduce((sum, level) => sum.plus(level.quantity), ZERO);
}

function compactDate(clock: string): string {
  return clock.slice(0, 10).replaceAll('-', '');
}

function compactTime(clock: string): string {
  return clock.slice(11, 19).replaceAll(':', '');
}
