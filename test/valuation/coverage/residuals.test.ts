import { expect, it } from 'vitest';
import { standardise } from '../../../src/valuation/coverage/residuals.ts';
import { mean, sampleVariance } from '../../../src/valuation/forecast/statistics.ts';
import { normalReturns } from './sample-inputs.ts';

const byDay = (returns: readonly number[]) => new Map(returns.map((value, day) => [day, value]));
const of = (returns: readonly number[]) => [...standardise(byDay(returns)).byDay.values()];

it('takes away drift and volatility', () => {
  const residuals = of(normalReturns('drift', 0.04).map((value) => value + 0.01));
  expect(mean(residuals)).toBeCloseTo(0, 12);
  expect(sampleVariance(residuals)).toBeCloseTo(1, 2);
});

it('makes calm and wild months alike, as far as the days before foretold them', () => {
  const calm = normalReturns('calm', 0.01, 200);
  const wild = normalReturns('wild', 0.08, 200);
  const residuals = of([...calm, ...wild]);
  const spread = (from: number, to: number) => Math.sqrt(sampleVariance(residuals.slice(from, to)));
  expect(spread(240, 400) / spread(60, 200)).toBeLessThan(1.3);
  expect(spread(240, 400) / spread(60, 200)).toBeGreaterThan(0.77);
});

it('knows the variance of today and the usual one', () => {
  const { variance, usualVariance } = standardise(byDay([...normalReturns('calm', 0.01, 300), ...normalReturns('wild', 0.05, 65)]));
  expect(Math.sqrt(variance)).toBeGreaterThan(0.035);
  expect(Math.sqrt(variance)).toBeLessThan(0.065);
  expect(Math.sqrt(usualVariance)).toBeCloseTo(Math.sqrt((300 * 0.01 ** 2 + 65 * 0.05 ** 2) / 365), 2);
});

it('finds nothing in a price that never moved, and in no days at all', () => {
  expect(standardise(byDay([0, 0, 0, 0]))).toMatchObject({ variance: 0, usualVariance: 0 });
  expect(of([0, 0, 0])).toEqual([0, 0, 0]);
  expect(standardise(new Map())).toMatchObject({ variance: 0, usualVariance: 0 });
});
