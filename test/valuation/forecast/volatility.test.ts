import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barReturns, type Candle } from '../../../src/valuation/forecast/candle.ts';
import { fitHar } from '../../../src/valuation/forecast/har.ts';
import {
  bipowerVariance,
  bounceFreeVariance,
  closeToCloseVariance,
  ewmaVariance,
  garmanKlassVariance,
  medianVariance,
  parkinsonVariance,
  realisedVariance,
  rogersSatchellVariance,
  yangZhangVariance,
  yangZhangWeight,
} from '../../../src/valuation/forecast/volatility.ts';
import { candlesOf, executionVectors, hourlyBitcoin } from '../../support/execution-vectors.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RELATIVE = 1e-9;

function all(candles: readonly Candle[]): Record<string, number> {
  const returns = barReturns(candles, HOUR_MS).map(({ value }) => value);
  return {
    close_to_close_var: closeToCloseVariance(returns),
    rv_mean_sq: realisedVariance(returns),
    parkinson: parkinsonVariance(candles),
    garman_klass: garmanKlassVariance(candles),
    rogers_satchell: rogersSatchellVariance(candles),
    yang_zhang: yangZhangVariance(candles),
    yz_k: yangZhangWeight(candles.length - 1),
    bipower: bipowerVariance(returns),
    medrv: medianVariance(returns),
    ewma94_last: ewmaVariance(returns, 0.94),
  };
}

describe.skipIf(executionVectors === undefined)('the vectors (skipped where ../shared/vectors is absent)', () => {
  it.each(['all48', 'first37_before_crash_hour'] as const)('are met by every estimator over %s', (name) => {
    const { fixture_ohlc, [name]: expected } = executionVectors?.volatility_estimators ?? { fixture_ohlc: [], [name]: {} };
    const candles = candlesOf(name === 'all48' ? fixture_ohlc : fixture_ohlc.slice(0, 37));
    const found = all(candles);
    expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(expected ?? {})));
    for (const [estimator, value] of Object.entries(expected ?? {})) {
      expect(Math.abs((found[estimator] ?? Number.NaN) / value - 1), estimator).toBeLessThan(RELATIVE);
    }
  });

  it.skipIf(hourlyBitcoin() === undefined)(
    'are met by the fit of HAR on two years of hours (skipped where ../shared/market is absent)',
    () => {
      const daily = dailyVariances(hourlyBitcoin() ?? []);
      const model = fitHar(daily, (day) => daily[day]);
      expect(model?.observations).toBe(executionVectors?.har_rv.n_fit);
      for (const [index, coefficient] of (executionVectors?.har_rv.beta ?? []).entries()) {
        expect(Math.abs((model?.coefficients[index] ?? Number.NaN) / coefficient - 1)).toBeLessThan(1e-6);
      }
    },
  );
});

/** As the vectors define it: 24 times the mean squared hourly return, days with at least twenty returns. */
function dailyVariances(candles: readonly Candle[]): number[] {
  const byDay = new Map<number, number[]>();
  for (const { startMs, value } of barReturns(candles, HOUR_MS)) {
    const day = Math.floor(startMs / DAY_MS);
    byDay.set(day, [...(byDay.get(day) ?? []), value]);
  }
  return [...byDay.values()].filter((returns) => returns.length >= 20).map((returns) => 24 * realisedVariance(returns));
}

const candle = fc
  .tuple(
    fc.double({ min: 90, max: 110, noNaN: true }),
    fc.double({ min: 90, max: 110, noNaN: true }),
    fc.double({ min: 0, max: 5, noNaN: true }),
    fc.double({ min: 0, max: 5, noNaN: true }),
  )
  .map(([open, close, above, below]) => ({
    startMs: 0,
    open,
    close,
    high: Math.max(open, close) + above,
    low: Math.min(open, close) - below,
    volume: 1,
  }));

describe('every estimator', () => {
  it('does not depend on the unit of the price, and is nothing for a price that stands still', () => {
    fc.assert(
      fc.property(fc.array(candle, { minLength: 5, maxLength: 40 }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (candles, unit) => {
        const inHours = candles.map((each, hour) => ({ ...each, startMs: hour * HOUR_MS }));
        const inOtherUnit = inHours.map(({ open, high, low, close, ...rest }) => ({
          ...rest,
          open: open * unit,
          high: high * unit,
          low: low * unit,
          close: close * unit,
        }));
        for (const [name, value] of Object.entries(all(inHours))) expect(all(inOtherUnit)[name]).toBeCloseTo(value, 9);
      }),
    );
    const { yz_k: _weight, ...still } = all(
      Array.from({ length: 10 }, (_, hour) => ({ startMs: hour * HOUR_MS, open: 7, high: 7, low: 7, close: 7, volume: 0 })),
    );
    expect(Object.values(still)).toEqual(Object.values(still).map(() => 0));
  });

  it('is not a number, rather than calm, where there are too few bars', () => {
    expect(realisedVariance([])).toBeNaN();
    expect(bipowerVariance([0.1])).toBeNaN();
    expect(medianVariance([0.1, 0.2])).toBeNaN();
    expect(ewmaVariance([], 0.94)).toBeNaN();
    expect(yangZhangVariance([{ startMs: 0, open: 1, high: 1, low: 1, close: 1, volume: 1 }])).toBeNaN();
  });
});

describe('the estimator that is free of the bounce', () => {
  it('sees nothing where the price only bounces between two ticks, and everything where it trends or wanders', () => {
    const bouncing = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 0.01 : -0.01));
    expect(realisedVariance(bouncing)).toBeCloseTo(1e-4, 12);
    expect(bounceFreeVariance(bouncing)).toBeLessThan(2e-6);
    expect(bounceFreeVariance([0.01, 0.01, 0.01])).toBe(realisedVariance([0.01, 0.01, 0.01]));
  });
});
