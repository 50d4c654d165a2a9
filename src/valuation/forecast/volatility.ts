import type { Candle } from './candle.ts';
import { mean, sampleVariance, sum } from './statistics.ts';

/*
 * Estimators of the variance of a bar's logarithmic return. Those of ranges see inside the bar and need fewer bars; those of neighbouring
 * returns are not led astray by a single jump. All answer 0 for a price that does not move, and NaN for too few bars: what is
 * unknown must not look calm.
 */

/** Sample variance of close-to-close returns, about their mean. */
export function closeToCloseVariance(returns: readonly number[]): number {
  return sampleVariance(returns);
}

/** Mean squared return (realised variance of a bar): the drift, which nobody knows, is taken as nothing. */
export function realisedVariance(returns: readonly number[]): number {
  return mean(returns.map((value) => value * value));
}

/** Parkinson (1980): high against low. Understates where the price jumps between bars or trades seldom. */
export function parkinsonVariance(candles: readonly Candle[]): number {
  return mean(candles.map(({ high, low }) => Math.log(high / low) ** 2)) / (4 * Math.LN2);
}

/** Garman and Klass (1980), for a price without drift or jumps between bars. */
export function garmanKlassVariance(candles: readonly Candle[]): number {
  return mean(
    candles.map(({ open, high, low, close }) => 0.5 * Math.log(high / low) ** 2 - (2 * Math.LN2 - 1) * Math.log(close / open) ** 2),
  );
}

/** Rogers and Satchell (1991): right whatever the drift. */
export function rogersSatchellVariance(candles: readonly Candle[]): number {
  return mean(candles.map(rogersSatchellTerm));
}

function rogersSatchellTerm({ open, high, low, close }: Candle): number {
  return Math.log(high / close) * Math.log(high / open) + Math.log(low / close) * Math.log(low / open);
}

/** Yang and Zhang (2000): right whatever the drift, and with the jumps between bars. The first candle lends only its close. */
export function yangZhangVariance(candles: readonly Candle[]): number {
  const overnight: number[] = [];
  const withinBar: number[] = [];
  const terms: number[] = [];
  let before: Candle | undefined;
  for (const candle of candles) {
    if (before !== undefined) {
      overnight.push(Math.log(candle.open / before.close));
      withinBar.push(Math.log(candle.close / candle.open));
      terms.push(rogersSatchellTerm(candle));
    }
    before = candle;
  }
  const weight = yangZhangWeight(terms.length);
  return sampleVariance(overnight) + weight * sampleVariance(withinBar) + (1 - weight) * mean(terms);
}

/** The weight with which the estimator's own variance is least, for so many bars. */
export function yangZhangWeight(bars: number): number {
  return 0.34 / (1.34 + (bars + 1) / (bars - 1));
}

/** Barndorff-Nielsen and Shephard (2004): products of neighbours, so that one jump weighs little. */
export function bipowerVariance(returns: readonly number[]): number {
  return (Math.PI / 2) * mean(runs(returns, 2).map(([a = 0, b = 0]) => Math.abs(a * b)));
}

const MEDIAN_SCALE = Math.PI / (6 - 4 * Math.sqrt(3) + Math.PI);

/** Andersen, Dobrev and Schaumburg (2012): the median of three neighbours, which neither one jump nor one bar without trade moves. */
export function medianVariance(returns: readonly number[]): number {
  return MEDIAN_SCALE * mean(runs(returns, 3).map((three) => (three.map(Math.abs).sort((a, b) => a - b)[1] ?? 0) ** 2));
}

/** Exponentially weighted squared returns (RiskMetrics), begun with the first; the latest value. */
export function ewmaVariance(returns: readonly number[], decay: number): number {
  const [first = Number.NaN, ...later] = returns.map((value) => value * value);
  return later.reduce((variance, square) => decay * variance + (1 - decay) * square, first);
}

/**
 * Realised variance less what a price that bounces between two ticks adds to it: neighbouring returns of a bounce cancel, so their
 * products, counted twice, take it out (Zhou 1996). Never less than nothing, never more than the realised variance.
 */
export function bounceFreeVariance(returns: readonly number[]): number {
  const squares = sum(returns.map((value) => value * value));
  const products = sum(runs(returns, 2).map(([a = 0, b = 0]) => a * b));
  return Math.min(Math.max(squares + 2 * products, 0), squares) / returns.length;
}

/** Every stretch of so many neighbours. */
function runs(values: readonly number[], length: number): number[][] {
  return Array.from({ length: Math.max(values.length - length + 1, 0) }, (_, start) => values.slice(start, start + length));
}
