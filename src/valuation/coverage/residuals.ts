import { mean, sampleVariance } from '../forecast/statistics.ts';

/** Decay of the variance a day, as RiskMetrics. */
const DAY_DECAY = 0.94;

/** A market's days freed of its changing volatility. */
export interface Residuals {
  /** By the number of the day: mean nothing, deviation one. */
  readonly byDay: ReadonlyMap<number, number>;
  /** Variance of a day as the returns leave it, and as it usually is. */
  readonly variance: number;
  readonly usualVariance: number;
}

/**
 * Divides each day's return by the deviation that the days before it led to expect (the filter of Barone-Adesi, Giannopoulos and Vosper
 * 1999, with exponential weights). The mean is taken out: which way a price drifted is no promise that it goes on so. A price that
 * never moved has residuals of nothing.
 */
export function standardise(returns: ReadonlyMap<number, number>): Residuals {
  const values = [...returns.values()];
  const usualVariance = values.length < 2 ? 0 : sampleVariance(values);
  const drift = mean(values);
  let variance = usualVariance;
  const raw = values.map((value) => {
    const residual = variance > 0 ? (value - drift) / Math.sqrt(variance) : 0;
    variance = DAY_DECAY * variance + (1 - DAY_DECAY) * (value - drift) ** 2;
    return residual;
  });
  const middle = mean(raw);
  const deviation = Math.sqrt(mean(raw.map((value) => (value - middle) ** 2)));
  const scale = deviation > 0 ? 1 / deviation : 0;
  return {
    byDay: new Map([...returns.keys()].map((day, index) => [day, ((raw[index] ?? 0) - middle) * scale])),
    variance,
    usualVariance,
  };
}
