import type { CoverageInputs, MarketInputs } from './inputs.ts';
import { type Residuals, standardise } from './residuals.ts';
import { type FutureInputs, type Scenarios, variancesAhead } from './scenarios.ts';

/** `own`: from its own days; `proxy`: from the reference market's, wider; `none`: nobody knows. */
export type FutureModel = 'own' | 'proxy' | 'none';

export interface MarketFuture {
  readonly model: FutureModel;
  /** Own days with a return. */
  readonly usableDays: number;
  /** What it will do over a horizon; undefined where nobody knows. */
  over(horizonDays: number): FutureInputs | undefined;
}

interface Known {
  readonly market: MarketInputs;
  readonly residuals: Residuals;
}

/**
 * Says of each market what its future is made from. The days that may be drawn are those of the reference market, or, where that has too
 * few, those of the market with most. A day that a coin misses it takes from that market, and a coin with too few days of its own
 * takes all from the reference, as volatile as that times the multiple, or as its own few days say if that is more. Without a
 * reference nobody knows what it will do.
 */
export function marketFutures({ markets, reference, settings }: CoverageInputs, scenarios: Scenarios): ReadonlyMap<string, MarketFuture> {
  const known = markets.map((market) => ({
    market,
    residuals: market.history === null ? standardise(new Map()) : scenarios.residuals(market.history),
  }));
  const isUsable = ({ residuals }: Known) => residuals.byDay.size >= settings.usableDays;
  const proxy = known.find((each) => each.market.name === reference && isUsable(each));
  const calendar = proxy ?? longest(known.filter(isUsable));
  return new Map(
    known.map((own) => {
      const usableDays = own.residuals.byDay.size;
      if (calendar !== undefined && isUsable(own)) return [own.market.name, ownFuture(own, calendar)];
      if (proxy !== undefined) return [own.market.name, proxyFuture(own, proxy, Number(settings.proxyMultiple))];
      return [own.market.name, { model: 'none', usableDays, over: () => undefined }];
    }),
  );
}

function longest(all: readonly Known[]): Known | undefined {
  return all.toSorted((a, b) => b.residuals.byDay.size - a.residuals.byDay.size || (a.market.name < b.market.name ? -1 : 1))[0];
}

function ownFuture(own: Known, calendar: Known): MarketFuture {
  const { market, residuals } = own;
  const drawn = [...calendar.residuals.byDay].map(([day, residual]) => residuals.byDay.get(day) ?? residual);
  const { variance: todayVariance, usualVariance } = residuals;
  const isStill = drawn.every((residual) => residual === 0);
  return {
    model: 'own',
    usableDays: residuals.byDay.size,
    over(horizonDays) {
      const forecast = forecastOver(own, horizonDays);
      // What moves within the day and ends every day where it began has no risk from day to day.
      const { variance, error } = isStill ? { variance: 0, error: 0 } : forecast;
      const key = keyOf(['own', horizonDays, variance, error], [market, calendar.market]);
      return { key, residuals: drawn, horizonDays, variance, error, todayVariance, usualVariance };
    },
  };
}

function proxyFuture({ market, residuals }: Known, proxy: Known, multiple: number): MarketFuture {
  const drawn = [...proxy.residuals.byDay.values()];
  const { variance: todayVariance, usualVariance } = proxy.residuals;
  return {
    model: 'proxy',
    usableDays: residuals.byDay.size,
    over(horizonDays) {
      const its = forecastOver(proxy, horizonDays);
      const own = statedForecast(market, horizonDays);
      const variance = Math.max(own?.variance ?? 0, multiple ** 2 * its.variance);
      const error = Math.max(own?.error ?? 0, its.error);
      const key = keyOf(['proxy', horizonDays, variance, error], [proxy.market]);
      return { key, residuals: drawn, horizonDays, variance, error, todayVariance, usualVariance };
    },
  };
}

interface Forecast {
  readonly variance: number;
  readonly error: number;
}

function statedForecast({ forecasts }: MarketInputs, horizonDays: number): Forecast | undefined {
  const stated = forecasts.find((forecast) => forecast.horizonDays === horizonDays);
  return stated === undefined ? undefined : { variance: Number(stated.variance), error: Number(stated.error) };
}

/** An exponentially weighted variance is as good as a month of days, whose squares vary about six times as much as their mean. */
const DAILY_ERROR = 0.43;

/** A regression that foretells less than this share of what the last weeks showed is not believed: after a crash it may reach too far. */
const BELIEVED_SHARE = 0.5;

/** The forecast from the hours of the market, or, of a coin that is traded too seldom for one, what its days say. */
function forecastOver({ market, residuals }: Known, horizonDays: number): Forecast {
  const shown = variancesAhead(residuals.variance, residuals.usualVariance, horizonDays).reduce((sum, variance) => sum + variance, 0);
  const stated = statedForecast(market, horizonDays);
  if (stated === undefined) return { variance: shown, error: DAILY_ERROR };
  return { variance: Math.max(stated.variance, BELIEVED_SHARE * shown), error: stated.error };
}

function keyOf(parts: readonly (string | number)[], markets: readonly MarketInputs[]): string {
  return [...parts, ...markets.map(({ history }) => `${history?.lastDay}:${history?.returnsPpm}`)].join('|');
}
