import { expect, it } from 'vitest';
import { SeededRandom } from '../../../src/kernel/random.ts';
import { coverageAtRisk } from '../../../src/valuation/coverage/coverage-at-risk.ts';
import { dailyReturns } from '../../../src/valuation/coverage/daily-returns.ts';
import { coverageInputsSchema, figureText } from '../../../src/valuation/coverage/inputs.ts';
import { Scenarios } from '../../../src/valuation/coverage/scenarios.ts';
import type { Candle } from '../../../src/valuation/forecast/candle.ts';
import { forecastVolatility } from '../../../src/valuation/forecast/forecast.ts';
import { sampleInputs } from './sample-inputs.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const HISTORY_DAYS = 240;
const HORIZON_DAYS = 30;
const START = Date.parse('2025-01-01T00:00:00Z');
const WORLDS = 240;

/** Hours of a price whose variance from day to day follows a GARCH law with heavy tails and now and then a jump. */
function world(seed: number): Candle[] {
  const random = new SeededRandom('world', seed);
  const usual = 0.03 ** 2;
  let variance = usual;
  let price = 1e6;
  return Array.from({ length: HISTORY_DAYS + HORIZON_DAYS }).flatMap((_, day) => {
    const heavy = random.chance(0.05) ? 4 : 0.84;
    const dayVariance = variance * heavy;
    let moved = 0;
    const hours = Array.from({ length: DAY_HOURS }, (_unused, hour) => {
      const value = Math.sqrt(dayVariance / DAY_HOURS) * random.normal();
      moved += value;
      const open = price;
      price *= Math.exp(value);
      return {
        startMs: START + (day * DAY_HOURS + hour) * HOUR_MS,
        open,
        high: Math.max(open, price),
        low: Math.min(open, price),
        close: price,
        volume: 1,
      };
    });
    variance = 0.06 * usual + 0.1 * moved ** 2 + 0.84 * variance;
    return hours;
  });
}

/** The probability that the rule gave, before, to the price being above what it then became: uniform when the rule is right. */
function integral(seed: number, scenarios: Scenarios): number {
  const candles = world(seed);
  const past = candles.slice(0, HISTORY_DAYS * DAY_HOURS);
  const now = START + HISTORY_DAYS * DAY_HOURS * HOUR_MS;
  const forecast = forecastVolatility(past, HOUR_MS, HORIZON_DAYS);
  const history = dailyReturns(past, now, 365);
  if (forecast === undefined || history === undefined) throw new Error('The past is too short.');
  const inputs = sampleInputs({
    coins: [
      {
        asset: 'BTC',
        price: figureText(past.at(-1)?.close ?? 0),
        forecasts: [{ horizonDays: HORIZON_DAYS, variance: figureText(forecast.variance), error: figureText(forecast.error) }],
      },
    ],
    horizonDays: HORIZON_DAYS,
    owedKrw: Math.round(candles.at(-1)?.close ?? 0).toString(),
  });
  const markets = inputs.markets.map((market) => ({ ...market, history }));
  const { probability } = coverageAtRisk(coverageInputsSchema.parse({ ...inputs, markets }), scenarios);
  return Number(probability);
}

it('is right about as often as it says, in worlds of changing volatility and heavy tails', () => {
  const scenarios = new Scenarios();
  const integrals = Array.from({ length: WORLDS }, (_, seed) => integral(seed, scenarios)).toSorted((a, b) => a - b);
  // Kolmogorov and Smirnov: the largest distance from the uniform law; 1.36/√n is passed once in twenty times by chance.
  const distance = Math.max(
    ...integrals.map((value, index) => Math.max(Math.abs(value - index / WORLDS), Math.abs(value - (index + 1) / WORLDS))),
  );
  expect(distance).toBeLessThan(1.36 / Math.sqrt(WORLDS));
  const share = (low: number) => integrals.filter((value) => value > low).length / WORLDS;
  // Futures that it called less likely than five and ten in a hundred, at the bad end: where the city loses.
  expect(share(0.95)).toBeLessThan(0.1);
  expect(share(0.9)).toBeGreaterThan(0.05);
  expect(share(0.9)).toBeLessThan(0.16);
});
