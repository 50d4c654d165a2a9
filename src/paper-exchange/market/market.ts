import type { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import type { TradingRules } from '../core/trading-rules.ts';
import { type Book, makeBook } from './book.ts';
import {
  type Bar,
  type Candle,
  type CandleSum,
  DAY_MINUTES,
  extend,
  HOUR_MINUTES,
  join,
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
/** Of each asset; more than two years. */
const HOURS_KEPT = 20_000;
const TRADES_PER_BAR = 4;
const TRADE_INTERVAL_MS = MINUTE_MS / TRADES_PER_BAR;

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
 * The market as anybody sees it at an instant: nothing later than that instant goes into any answer. A traded minute consists of four
 * trades of a quarter of its volume, at its open, its extremes and its close, a quarter of a minute apart; the minute under way of
 * those that have come. Books are those of `makeBook`, one a minute; in a minute without trade the book of the last traded minute
 * still stands.
 */
export class Market {
  readonly assets: readonly string[];
  readonly #source: MarketSource;
  readonly seed: string;
  readonly #rules: TradingRules;
  readonly #books = new Map<string, Book>();
  readonly #hours = new Map<string, Map<number, CandleSum | undefined>>();

  constructor(source: MarketSource, seed: string, rules: TradingRules) {
    this.assets = source.assets;
    this.#source = source;
    this.seed = seed;
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

  /** The price of the newest trade. Error as of `lastTradedMinute`. */
  lastPrice(asset: string, atMs: number): Decimal {
    const bar = this.#barAt(asset, this.lastTradedMinute(asset, minuteOf(atMs)), atMs);
    return quotePrice(bar?.close ?? 0, this.#rules.ticksOf(asset));
  }

  /** The lowest and the highest trade of a whole minute, on ticks; undefined when nothing was traded in it. */
  extremesOf(asset: string, minute: number): { readonly low: Decimal; readonly high: Decimal } | undefined {
    const bar = this.#source.bar(asset, minute);
    const ticks = this.#rules.ticksOf(asset);
    return bar === undefined ? undefined : { low: quotePrice(bar.low, ticks), high: quotePrice(bar.high, ticks) };
  }

  book(asset: string, atMs: number): Book {
    const minute = this.lastTradedMinute(asset, minuteOf(atMs));
    const key = `${asset}/${minute}`;
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const book = makeBook({
      seed: this.seed,
      asset,
      minute,
      price: this.#source.bar(asset, minute)?.open ?? 0,
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

  /** The newest trades of the rest of the world between two instants, both inclusive, newest first. */
  trades(asset: string, untilMs: number, count: number, fromMs = Number.NEGATIVE_INFINITY): PublicTrade[] {
    const trades: PublicTrade[] = [];
    const firstMinute = Math.max(minuteOf(fromMs), minuteOf(untilMs) - SILENCE_MINUTES_MAX);
    for (let minute = minuteOf(untilMs); trades.length < count && minute >= firstMinute; minute--) {
      const within = this.tradesOf(asset, minute).filter(({ tradedAtMs }) => tradedAtMs >= fromMs && tradedAtMs <= untilMs);
      trades.push(...within.reverse());
    }
    return trades.slice(0, count);
  }

  /** The trades of a whole minute, in their order. */
  tradesOf(asset: string, minute: number): PublicTrade[] {
    const bar = this.#source.bar(asset, minute);
    if (bar === undefined) return [];
    const prices = pricesOf(bar);
    return prices.map((price, index) => ({
      tradedAtMs: minute * MINUTE_MS + index * TRADE_INTERVAL_MS,
      price: quotePrice(price, this.#rules.ticksOf(asset)),
      quantity: quoteVolume(bar.volume / TRADES_PER_BAR),
      takerSide: price >= (prices[index - 1] ?? bar.open) ? 'buy' : 'sell',
      sequence: BigInt(minute * MINUTE_MS) * 10_000n + BigInt(index),
    }));
  }

  /** Whole hours that are over are summed once. */
  #sum(asset: string, fromMinute: number, minutes: number, nowMs: number): CandleSum | undefined {
    if (fromMinute % HOUR_MINUTES !== 0 || minutes % HOUR_MINUTES !== 0) return this.#add(asset, fromMinute, minutes, nowMs);
    let sum: CandleSum | undefined;
    for (let minute = fromMinute; minute < fromMinute + minutes; minute += HOUR_MINUTES) {
      const isOver = (minute + HOUR_MINUTES) * MINUTE_MS <= nowMs;
      sum = join(sum, isOver ? this.#wholeHour(asset, minute) : this.#add(asset, minute, HOUR_MINUTES, nowMs));
    }
    return sum;
  }

  #wholeHour(asset: string, fromMinute: number): CandleSum | undefined {
    const known = this.#hours.get(asset);
    const hours = known === undefined || known.size >= HOURS_KEPT ? new Map<number, CandleSum | undefined>() : known;
    if (hours !== known) this.#hours.set(asset, hours);
    if (!hours.has(fromMinute)) hours.set(fromMinute, this.#add(asset, fromMinute, HOUR_MINUTES, Number.POSITIVE_INFINITY));
    return hours.get(fromMinute);
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

  /** Of the minute under way what has been traded so far. */
  #barAt(asset: string, minute: number, nowMs: number): Bar | undefined {
    const bar = this.#source.bar(asset, minute);
    const passedMs = nowMs - minute * MINUTE_MS;
    if (bar === undefined || passedMs >= MINUTE_MS) return bar;
    if (passedMs < 0) return undefined;
    const prices = pricesOf(bar).slice(0, 1 + Math.floor(passedMs / TRADE_INTERVAL_MS));
    return {
      open: bar.open,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? bar.open,
      volume: (bar.volume * prices.length) / TRADES_PER_BAR,
    };
  }

  #averageVolume(asset: string, minute: number): number {
    let volume = 0;
    for (let offset = 1; offset <= AVERAGE_MINUTES; offset++) volume += this.#source.bar(asset, minute - offset)?.volume ?? 0;
    return volume > 0 ? volume / AVERAGE_MINUTES : (this.#source.bar(asset, minute)?.volume ?? 0) / AVERAGE_MINUTES;
  }
}

/** Of its trades, in their order: through the nearer extreme first. */
function pricesOf(bar: Bar): readonly number[] {
  const extremes = bar.close >= bar.open ? [bar.low, bar.high] : [bar.high, bar.low];
  return [bar.open, ...extremes, bar.close];
}

function iso(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
