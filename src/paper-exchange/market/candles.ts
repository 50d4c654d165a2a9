import { Decimal } from '../../kernel/decimal.ts';
import type { TickTable } from '../core/trading-rules.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;
export const DAY_MINUTES = 1_440;
/** Decimals of a quoted volume. */
const VOLUME_DECIMAL_PLACES = 8;

/**
 * One minute of one market. These are measurements of a market, not anybody's money, hence plain numbers; they become exact
 * decimals on ticks when they are quoted.
 */
export interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Where the market's prices come from. Minutes are counted since 1970; a minute without trade has no bar. */
export interface MarketSource {
  readonly assets: readonly string[];
  bar(asset: string, minute: number): Bar | undefined;
}

/** Bars put together, with the won that changed hands at their closes. */
export interface CandleSum extends Bar {
  readonly funds: number;
  readonly lastMinute: number;
}

/** A candle as quoted: prices on ticks, volumes with eight decimals. */
export interface Candle {
  readonly openedAtMs: number;
  readonly lastTradedAtMs: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
  readonly funds: Decimal;
}

export function minuteOf(instantMs: number): number {
  return Math.floor(instantMs / MINUTE_MS);
}

/** A bar joined to what came before it; `minute` is the bar's. */
export function extend(sum: CandleSum | undefined, bar: Bar, minute: number): CandleSum {
  const funds = bar.volume * bar.close;
  if (sum === undefined) return { ...bar, funds, lastMinute: minute };
  return {
    open: sum.open,
    high: Math.max(sum.high, bar.high),
    low: Math.min(sum.low, bar.low),
    close: bar.close,
    volume: sum.volume + bar.volume,
    funds: sum.funds + funds,
    lastMinute: minute,
  };
}

/** One stretch of time joined to the one before it; either may be without trade. */
export function join(earlier: CandleSum | undefined, later: CandleSum | undefined): CandleSum | undefined {
  if (earlier === undefined || later === undefined) return earlier ?? later;
  return {
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume + later.volume,
    funds: earlier.funds + later.funds,
    lastMinute: later.lastMinute,
  };
}

/** A measured number as an exact decimal; fifteen digits are what a double carries. */
function exact(measured: number): Decimal {
  return new Decimal(measured.toPrecision(15));
}

export function quotePrice(measured: number, ticks: TickTable): Decimal {
  return ticks.nearest(exact(measured));
}

export function quoteVolume(measured: number): Decimal {
  return exact(measured).decimalPlaces(VOLUME_DECIMAL_PLACES, Decimal.ROUND_DOWN);
}

/** `nowMs` bounds the time of the last trade of a candle that is still growing. */
export function quoteCandle(sum: CandleSum, openedAtMs: number, nowMs: number, ticks: TickTable): Candle {
  return {
    openedAtMs,
    lastTradedAtMs: Math.min(nowMs, (sum.lastMinute + 1) * MINUTE_MS - 1),
    open: quotePrice(sum.open, ticks),
    high: quotePrice(sum.high, ticks),
    low: quotePrice(sum.low, ticks),
    close: quotePrice(sum.close, ticks),
    volume: quoteVolume(sum.volume),
    funds: quoteVolume(sum.funds),
  };
}
