import { type BarReturn, barReturns, type Candle } from './candle.ts';
import { fitHar, forecastHar, MONTH_DAYS } from './har.ts';
import { mean, quantile } from './statistics.ts';
import { bounceFreeVariance, ewmaVariance, realisedVariance } from './volatility.ts';

const DAY_MS = 86_400_000;
/** A day of which less was recorded is left out: what is missing is maintenance or silence, not calm. */
const DAY_RECORDED_MIN = 0.8;
/** Below this share of the realised variance the price mostly bounces between ticks, and only what is free of that is believed. */
const BOUNCE_SHARE = 0.8;
/** A day on which nothing moved still counts as so much of a usual one; the logarithm of nothing would rule the fit. */
const STILL_DAY = 1e-3;
/** Decay of the fallback a day, as RiskMetrics; its weights are as good as this many days. */
const DAY_DECAY = 0.94;
const DAY_DECAY_AS_DAYS = (1 + DAY_DECAY) / (1 - DAY_DECAY);
/** Squared daily returns of coins vary about this many times more than those of a normal law, which have 2. */
const SQUARE_VARIATION = 6;

/** What the variance of a coin's return over a time will be, how wrong that may be, and what it was made from. */
export interface VolatilityForecast {
  readonly horizonDays: number;
  /** Of the logarithmic return over the whole horizon. */
  readonly variance: number;
  /** Standard error of the variance, as a share of it. */
  readonly error: number;
  readonly madeFrom: {
    /** `har`: regression on the logarithm of daily variances; `ewma`: too few days for it; */
    readonly model: 'har' | 'ewma';
    readonly days: number;
    readonly daysLeftOut: number;
    /** True where the price's ticks are coarse and their bounce was taken out. */
    readonly bounceTakenOut: boolean;
    readonly lastBarMs: number;
  };
}

/**
 * Forecasts from candles of one market, in order of time, with bars missing where nothing was recorded. Undefined with fewer than three
 * usable days: what is unknown is not guessed.
 */
export function forecastVolatility(candles: readonly Candle[], barMs: number, horizonDays: number): VolatilityForecast | undefined {
  const { days, leftOut, bounceTakenOut } = dailyVariances(barReturns(candles, barMs), Math.round(DAY_MS / barMs));
  if (days.length < 3) return undefined;
  const madeFrom = { days: days.length, daysLeftOut: leftOut, bounceTakenOut, lastBarMs: candles.at(-1)?.startMs ?? 0 };
  const har = harForecast(days, horizonDays);
  if (har !== undefined) return { horizonDays, ...har, madeFrom: { model: 'har', ...madeFrom } };
  return {
    horizonDays,
    variance: horizonDays * ewmaVariance(days.map(Math.sqrt), DAY_DECAY),
    error: Math.sqrt(SQUARE_VARIATION / Math.min(days.length, DAY_DECAY_AS_DAYS)),
    madeFrom: { model: 'ewma', ...madeFrom },
  };
}

/** Directly over the horizon instead of day by day, so that an error of the model does not multiply with itself. */
function harForecast(days: readonly number[], horizonDays: number): Pick<VolatilityForecast, 'variance' | 'error'> | undefined {
  const positive = days.filter((variance) => variance > 0);
  if (positive.length < MONTH_DAYS) return undefined;
  const floor = STILL_DAY * quantile(positive, 0.5);
  const logs = days.map((variance) => Math.log(Math.max(variance, floor)));
  const ahead = Math.max(1, Math.round(horizonDays));
  const targetAt = (day: number) => (day + ahead > days.length ? undefined : Math.log(Math.max(mean(days.slice(day, day + ahead)), floor)));
  const model = fitHar(logs, targetAt);
  if (model === undefined) return undefined;
  // What lies beyond everything the model was fitted to is noise of its coefficients (Swanson and White 1997 call it insanity).
  const targets = logs.slice(MONTH_DAYS).flatMap((_, index) => targetAt(MONTH_DAYS + index) ?? []);
  const expected = Math.min(Math.max(forecastHar(model, logs), Math.min(...targets)), Math.max(...targets));
  // The mean of a log-normal law lies above its middle.
  const daily = Math.exp(expected + model.residualVariance / 2);
  return { variance: horizonDays * daily, error: Math.sqrt(Math.expm1(model.residualVariance)) };
}

/**
 * Variance of each day, UTC, from its bars; days of which too little is recorded are left out. What the bounce adds is taken out of
 * all days in the same proportion: of one day alone it could not be told from chance.
 */
export function dailyVariances(
  returns: readonly BarReturn[],
  barsPerDay: number,
): { readonly days: number[]; readonly leftOut: number; readonly bounceTakenOut: boolean } {
  const byDay = new Map<number, number[]>();
  for (const { startMs, value } of returns) {
    const day = Math.floor(startMs / DAY_MS);
    const known = byDay.get(day);
    if (known === undefined) byDay.set(day, [value]);
    else known.push(value);
  }
  const whole = [...byDay.values()].filter((values) => values.length >= DAY_RECORDED_MIN * barsPerDay);
  const realised = whole.map((values) => barsPerDay * realisedVariance(values));
  const believed = mean(whole.map((values) => barsPerDay * bounceFreeVariance(values))) / mean(realised);
  const bounceTakenOut = believed < BOUNCE_SHARE;
  return {
    days: bounceTakenOut ? realised.map((variance) => variance * believed) : realised,
    leftOut: byDay.size - whole.length,
    bounceTakenOut,
  };
}
