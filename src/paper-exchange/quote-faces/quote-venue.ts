import type { Decimal } from '../../kernel/decimal.ts';
import { SeededRandom } from '../../kernel/random.ts';
import type { TradingRules } from '../core/trading-rules.ts';
import type { Level } from '../market/book.ts';
import { type Bar, HOUR_MINUTES, type MarketSource, MINUTE_MS } from '../market/candles.ts';
import { Market, type PublicTrade } from '../market/market.ts';

/** Other won venues of which there are quotations, and nothing else. */
export const QUOTE_VENUES = ['bithumb', 'coinone'] as const;
export type QuoteVenueName = (typeof QUOTE_VENUES)[number];

/** Share of the exchange's own turnover that is traded there, and levels a side of a shown book. */
const CHARACTERS: Readonly<Record<QuoteVenueName, { readonly volumeShare: number; readonly bookLevels: number }>> = {
  bithumb: { volumeShare: 0.5, bookLevels: 30 },
  coinone: { volumeShare: 0.08, bookLevels: 15 },
};
/** Standard deviation of what its prices differ by, from hour to hour and from minute to minute. */
const HOURLY_DEVIATION = 0.0006;
const MINUTE_DEVIATION = 0.0002;

/** What goes wrong on demand. */
export interface QuoteFault {
  /** Share by which all its prices lie beside the market. */
  readonly shift: number;
  /** Book and trades stand still as they were at this instant. */
  readonly staleSinceMs: number | undefined;
  readonly isDown: boolean;
}

/** The same market with a small deviation of its own, and less traded. */
class DeviatingSource implements MarketSource {
  readonly assets: readonly string[];
  readonly #source: MarketSource;
  readonly #seed: string;
  readonly #volumeShare: number;

  constructor(source: MarketSource, seed: string, volumeShare: number) {
    this.assets = source.assets;
    this.#source = source;
    this.#seed = seed;
    this.#volumeShare = volumeShare;
  }

  bar(asset: string, minute: number): Bar | undefined {
    const bar = this.#source.bar(asset, minute);
    if (bar === undefined) return undefined;
    const byHour = new SeededRandom(this.#seed, 'hour', asset, Math.floor(minute / HOUR_MINUTES)).normal();
    const byMinute = new SeededRandom(this.#seed, 'minute', asset, minute).normal();
    const factor = 1 + HOURLY_DEVIATION * byHour + MINUTE_DEVIATION * byMinute;
    return {
      open: bar.open * factor,
      high: bar.high * factor,
      low: bar.low * factor,
      close: bar.close * factor,
      volume: bar.volume * this.#volumeShare,
    };
  }
}

/** Book and trades of another venue, as anybody sees them there. A pure function of seed, coin and time but for its faults. */
export class QuoteVenue {
  readonly assets: readonly string[];
  readonly #market: Market;
  readonly #rules: TradingRules;
  #fault: QuoteFault = { shift: 0, staleSinceMs: undefined, isDown: false };

  constructor(name: QuoteVenueName, source: MarketSource, seed: string, rules: TradingRules) {
    const { volumeShare, bookLevels } = CHARACTERS[name];
    const ownSeed = `${seed}/${name}`;
    this.assets = source.assets;
    this.#rules = { ...rules, bookLevels };
    this.#market = new Market(new DeviatingSource(source, ownSeed, volumeShare), ownSeed, this.#rules);
  }

  get isDown(): boolean {
    return this.#fault.isDown;
  }

  setFault(fault: QuoteFault): void {
    this.#fault = fault;
  }

  book(asset: string, nowMs: number): { readonly bids: readonly Level[]; readonly asks: readonly Level[]; readonly changedAtMs: number } {
    const atMs = this.#asOf(nowMs);
    const { bids, asks, minute } = this.#market.book(asset, atMs);
    const shifted = (levels: readonly Level[]) => levels.map(({ price, quantity }) => ({ price: this.#shift(asset, price), quantity }));
    return { bids: shifted(bids), asks: shifted(asks), changedAtMs: Math.min(atMs, (minute + 1) * MINUTE_MS - 1) };
  }

  /** Newest first. */
  trades(asset: string, nowMs: number, count: number): PublicTrade[] {
    return this.#market.trades(asset, this.#asOf(nowMs), count).map((trade) => ({ ...trade, price: this.#shift(asset, trade.price) }));
  }

  #asOf(nowMs: number): number {
    return Math.min(nowMs, this.#fault.staleSinceMs ?? nowMs);
  }

  #shift(asset: string, price: Decimal): Decimal {
    const { shift } = this.#fault;
    return shift === 0 ? price : this.#rules.ticksOf(asset).nearest(price.times(1 + shift));
  }
}

export type QuoteVenues = Readonly<Record<QuoteVenueName, QuoteVenue>>;

export function quoteVenues(source: MarketSource, seed: string, rules: TradingRules): QuoteVenues {
  return {
    bithumb: new QuoteVenue('bithumb', source, seed, rules),
    coinone: new QuoteVenue('coinone', source, seed, rules),
  };
}
