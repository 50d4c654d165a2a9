import type { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { TradingRules } from '../core/trading-rules.ts';
import { type Book, makeBook } from './book.ts';
import {
  type Candle,
  type CandleSum,
  DAY_MINUTES,
  extend,
  type MarketSource,
  MINUTE_MS,
  minuteOf,
  quoteCandle,
  quotePrice,
  quoteVolume,
} from './candles.ts';

/** How far back the last trade is looked for: longer than any recorded gap, shorter than for ever. */
const SILENCE_MINUTES_MAX = 14 * DAY_MINUTES;
const AVERAGE_MINUTES = 60;
const BOOKS_KEPT = 64;
const CANDLES_SCANNED_MAX = 20_000;
const DAYS_KEPT = 2_000;
const TRADES_PER_BAR = 4;

/** A trade of the rest of the world, as the public list shows it. */
export interface PublicTrade {
  readonly tradedAtMs: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly takerSide: 'buy' | 'sell';
  /** Rises with time, unique in its market. */
  readonly sequence: bigint;
}

/** The opening price of the Korean exchanges' day, what came since, and the last 24 hours. */
export interface DaySummary {
  readonly today: Candle;
  readonly previousClose: Decimal;
  readonly last24Hours: { readonly funds: Decimal; readonly volume: Decimal };
}

/**
 * The market as anybody sees it at an instant: nothing later than that instant goes into any answer. Of the minute under way
 * only its opening price is known, and its volume in proportion to the time passed. Books are those of `makeBook`, one a
 * minute; in a minute without trade the book of the last traded minute still stands.
 */
export class Market {
  readonly assets: readonly string[];
  readonly #source: MarketSource;
  readonly #seed: string;
  readonly #rules: TradingRules;
  readonly #books = new Map<string, Book>();
  readonly #days = new Map<string, CandleSum | undefined>();

  constructor(source: MarketSource, seed: string, rules: TradingRules) {
    this.assets = source.assets;
    this.#source = source;
    this.#seed = seed;
    this.#rules = rules;
  }

  has(asset: string): boolean {
    return this.assets.includes(asset);
  }

  /** The latest minute with a trade, not after the one given. Error: `NOT_FOUND` when the market has been silent for two weeks. */
  lastTradedMinute(asset: string, minute: number): number {
    for (let candidate = minute; candidate > minute - SILENCE_MINUTES_MAX; candidate--) {
      if (this.#source.bar(asset, candidate) !== undefined) return candidate;
    }
    throw new CheongsanError('NOT_FOUND', `The market has no price of ${asset} within two weeks before ${iso(minute * MINUTE_MS)}.`);
  }

  /** The price at which a minute opened, unrounded; undefined when nothing was traded in it. */
  openingOf(asset: string, minute: number): number | undefined {
    return this.#source.bar(asset, minute)?.open;
  }

  lastPrice(asset: string, atMs: number): Decimal {
    const minute = this.lastTradedMinute(asset, minuteOf(atMs));
    const bar = this.#barAt(asset, minute, atMs);
    return quotePrice(bar?.close ?? 0, this.#rules.ticksOf(asset));
  }

  book(asset: string, atMs: number): Book {
    const minute = this.lastTradedMinute(asset, minuteOf(atMs));
    const key = `${asset}/${minute}`;
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const book = makeBook({
      seed: this.#seed,
      asset,
      minute,
      price: this.openingOf(asset, minute) ?? 0,
      averageVolume: this.#averageVolume(asset, minute),
      ticks: this.#rules.ticksOf(asset),
      levels: this.#rules.bookLevels,
    });
    if (this.#books.size >= BOOKS_KEPT) this.#books.clear();
    this.#books.set(key, book);
    return book;
  }

  /**
   * Up to `count` candles of `unitMinutes` (a divisor or multiple of a day, counted from midnight UTC) that opened before
   * `beforeMs`, newest first. Periods without trade have none.
   */
  candles(asset: string, unitMinutes: number, beforeMs: number, count: number, nowMs: number): Candle[] {
    const candles: Candle[] = [];
    const unitMs = unitMinutes * MINUTE_MS;
    const lastOpeningMs = (Math.ceil(Math.min(beforeMs, nowMs + 1) / unitMs) - 1) * unitMs;
    for (let scanned = 0; candles.length < count && scanned < CANDLES_SCANNED_MAX; scanned++) {
      const openedAtMs = lastOpeningMs - scanned * unitMs;
      const sum = this.#sum(asset, minuteOf(openedAtMs), unitMinutes, nowMs);
      if (sum !== undefined) candles.push(quoteCandle(sum, openedAtMs, nowMs, this.#rules.ticksOf(asset)));
      else if (scanned * unitMinutes > SILENCE_MINUTES_MAX && candles.length === 0) break;
    }
    return candles;
  }

  summary(asset: string, nowMs: number): DaySummary {
    const [today, yesterday] = this.candles(asset, DAY_MINUTES, nowMs + 1, 2, nowMs);
    if (today === undefined) throw new CheongsanError('NOT_FOUND', `The market has no price of ${asset} at ${iso(nowMs)}.`);
    const last24 = this.#sum(asset, minuteOf(nowMs) - DAY_MINUTES + 1, DAY_MINUTES, nowMs);
    return {
      today,
      previousClose: (yesterday ?? today).close,
      last24Hours: { funds: quoteVolume(last24?.funds ?? 0), volume: quoteVolume(last24?.volume ?? 0) },
    };
  }

  /** The newest trades of the rest of the world: four a traded minute, at its open, its extremes and its close. */
  trades(asset: string, nowMs: number, count: number): PublicTrade[] {
    const trades: PublicTrade[] = [];
    for (let minute = minuteOf(nowMs); trades.length < count; minute--) {
      minute = this.lastTradedMinute(asset, minute);
      trades.push(...this.#tradesOf(asset, minute).filter((trade) => trade.tradedAtMs <= nowMs));
    }
    return trades.slice(0, count);
  }

  #tradesOf(asset: string, minute: number): PublicTrade[] {
    const bar = this.#source.bar(asset, minute);
    if (bar === undefined) return [];
    const extremes = bar.close >= bar.open ? [bar.low, bar.high] : [bar.high, bar.low];
    const prices = [bar.open, ...extremes, bar.close];
    return prices
      .map((price, index) => ({
        tradedAtMs: minute * MINUTE_MS + (index * MINUTE_MS) / TRADES_PER_BAR,
        price: quotePrice(price, this.#rules.ticksOf(asset)),
        quantity: quoteVolume(bar.volume / TRADES_PER_BAR),
        takerSide: price >= (prices[index - 1] ?? bar.open) ? ('buy' as const) : ('sell' as const),
        sequence: BigInt(minute * MINUTE_MS) * 10_000n + BigInt(index),
      }))
      .reverse();
  }

  /** Whole past days are summed once. */
  #sum(asset: string, fromMinute: number, minutes: number, nowMs: number): CandleSum | undefined {
    const isWholePastDay = minutes === DAY_MINUTES && fromMinute % DAY_MINUTES === 0 && (fromMinute + minutes) * MINUTE_MS <= nowMs;
    if (!isWholePastDay) return this.#add(asset, fromMinute, minutes, nowMs);
    const key = `${asset}/${fromMinute}`;
    if (!this.#days.has(key)) {
      if (this.#days.size >= DAYS_KEPT) this.#days.clear();
      this.#days.set(key, this.#add(asset, fromMinute, minutes, nowMs));
    }
    return this.#days.get(key);
  }

  #add(asset: string, fromMinute: number, minutes: number, nowMs: number): CandleSum | undefined {
    let sum: CandleSum | undefined;
    const endMinute = Math.min(fromMinute + minutes, minuteOf(nowMs) + 1);
    for (let minute = fromMinute; minute < endMinute; minute++) {
      const bar = this.#barAt(asset, minute, nowMs);
      if (bar !== undefined) sum = extend(sum, bar, minute);
    }
    return sum;
  }

  #barAt(asset: string, minute: number, nowMs: number): ReturnType<MarketSource['bar']> {
    const bar = this.#source.bar(asset, minute);
    const passed = (nowMs - minute * MINUTE_MS) / MINUTE_MS;
    if (bar === undefined || passed >= 1) return bar;
    return { open: bar.open, high: bar.open, low: bar.open, close: bar.open, volume: bar.volume * Math.max(0, passed) };
  }

  #averageVolume(asset: string, minute: number): number {
    let volume = 0;
    for (let offset = 1; offset <= AVERAGE_MINUTES; offset++) volume += this.#source.bar(asset, minute - offset)?.volume ?? 0;
    return volume > 0 ? volume / AVERAGE_MINUTES : (this.#source.bar(asset, minute)?.volume ?? 0) / AVERAGE_MINUTES;
  }
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
