import { leastSquares, mean, sampleVariance } from './statistics.ts';

/*
 * Corsi (2009), heterogeneous autoregression of realised variance: what comes is explained by the last day and the means of the last
 * week and month. On the variance itself or, as the product uses it, on its logarithm, where large days weigh less and no forecast
 * is negative.
 */

const WEEK_DAYS = 5;
export const MONTH_DAYS = 22;
/** Fewer observations for four coefficients would fit chance. */
const OBSERVATIONS_MIN = 2 * MONTH_DAYS;

export interface HarModel {
  /** Constant, day, week, month. */
  readonly coefficients: readonly number[];
  /** Variance of what the model did not explain. */
  readonly residualVariance: number;
  readonly observations: number;
}

/**
 * Explains `targetAt(day)`, which is made of that day and later ones, by the days before it; days without a target (undefined) are left
 * out. Undefined where there are too few observations, or nothing tells them apart.
 */
export function fitHar(daily: readonly number[], targetAt: (day: number) => number | undefined): HarModel | undefined {
  const rows: number[][] = [];
  const targets: number[] = [];
  for (let day = MONTH_DAYS; day < daily.length; day++) {
    const target = targetAt(day);
    if (target === undefined) continue;
    rows.push(harRow(daily.slice(day - MONTH_DAYS, day)));
    targets.push(target);
  }
  const coefficients = rows.length >= OBSERVATIONS_MIN ? leastSquares(rows, targets) : undefined;
  if (coefficients === undefined) return undefined;
  const residuals = targets.map((target, index) => target - apply(coefficients, rows[index] ?? []));
  return { coefficients, residualVariance: sampleVariance(residuals), observations: rows.length };
}

/** What the model says follows the latest days, of which it needs 22. */
export function forecastHar({ coefficients }: HarModel, daily: readonly number[]): number {
  return apply(coefficients, harRow(daily.slice(-MONTH_DAYS)));
}

function harRow(month: readonly number[]): number[] {
  return [1, month.at(-1) ?? Number.NaN, mean(month.slice(-WEEK_DAYS)), mean(month)];
}

function apply(coefficients: readonly number[], row: readonly number[]): number {
  return coefficients.reduce((total, coefficient, index) => total + coefficient * (row[index] ?? Number.NaN), 0);
}
