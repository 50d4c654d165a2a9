import type { Candle } from '../valuation/forecast/candle.ts';

/** Candles of longer bars, which begin at whole multiples of their length; a bar in which nothing was recorded stays missing. */
export function resampled(candles: readonly Candle[], barMs: number): Candle[] {
  const longer: Candle[] = [];
  for (const candle of candles) {
    const startMs = Math.floor(candle.startMs / barMs) * barMs;
    const last = longer.at(-1);
    if (last?.startMs !== startMs) longer.push({ ...candle, startMs });
    else longer[longer.length - 1] = joined(last, candle);
  }
  return longer;
}

function joined(before: Candle, after: Candle): Candle {
  return {
    ...before,
    high: Math.max(before.high, after.high),
    low: Math.min(before.low, after.low),
    close: after.close,
    volume: before.volume + after.volume,
  };
}
