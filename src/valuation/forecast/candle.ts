/*
 * Statistics of prices. Nothing here is money that anybody owns or is owed, so figures are plain numbers; what is sold, at which price
 * and for how much stays in the types of kernel/money.ts.
 */

/** One bar of a market, or of part of it. Prices are in won per unit, the volume in units. */
export interface Candle {
  /** Beginning of the bar. */
  readonly startMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** A return, and the beginning of the bar in which it came about. */
export interface BarReturn {
  readonly startMs: number;
  readonly value: number;
}

/**
 * Logarithmic returns from close to close. One that spans missing bars is left out: maintenance and silence make it the return of a
 * longer time, and one bar's worth of it nobody knows.
 */
export function barReturns(candles: readonly Candle[], barMs: number): BarReturn[] {
  const returns: BarReturn[] = [];
  let before: Candle | undefined;
  for (const candle of candles) {
    if (before !== undefined && candle.startMs - before.startMs === barMs) {
      returns.push({ startMs: candle.startMs, value: Math.log(candle.close / before.close) });
    }
    before = candle;
  }
  return returns;
}
