import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/kernel/random.ts';
import type { Candle } from '../../../src/valuation/forecast/candle.ts';
import { forecastVolatility } from '../../../src/valuation/forecast/forecast.ts';
import { dayProfile } from '../../../src/valuation/forecast/profile.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24 * 150;

interface Walk {
  readonly hours?: number;
  /** Deviation of an hour's return, by hour since the beginning. */
  readonly sigma?: (hour: number) => number;
  readonly tick?: number;
  readonly start?: number;
}

/** A price that wanders, quoted on ticks; the true price stays what it was. */
function walk({ hours = HOURS, sigma = () => 0.005, tick = 0, start = 1_000 }: Walk = {}): Candle[] {
  const random = new SeededRandom('walk');
  let price = start;
  let close = start;
  return Array.from({ length: hours }, (_, hour) => {
    price *= Math.exp(sigma(hour) * random.normal());
    const open = close;
    close = tick === 0 ? price : Math.max(tick, Math.round(price / tick) * tick);
    return { startMs: hour * HOUR_MS, open, high: Math.max(open, close), low: Math.min(open, close), close, volume: 1 };
  });
}

const daySigma = (candles: readonly Candle[], horizonDays = 1) => {
  const forecast = forecastVolatility(candles, HOUR_MS, horizonDays);
  return forecast === undefined ? Number.NaN : Math.sqrt(forecast.variance / horizonDays);
};

describe('a forecast', () => {
  it('finds the volatility of a price that wanders evenly, for a day and for a month', () => {
    for (const horizonDays of [1, 7, 30]) {
      expect(daySigma(walk(), horizonDays) / (0.005 * Math.sqrt(24))).toBeGreaterThan(0.85);
      expect(daySigma(walk(), horizonDays) / (0.005 * Math.sqrt(24))).toBeLessThan(1.15);
    }
    expect(forecastVolatility(walk(), HOUR_MS, 7)?.madeFrom).toMatchObject({
      model: 'har',
      days: 150,
      daysLeftOut: 0,
      bounceTakenOut: false,
    });
  });

  it('follows a market that has grown wild', () => {
    const wild = walk({ sigma: (hour) => (hour > HOURS - 72 ? 0.02 : 0.005) });
    expect(daySigma(wild)).toBeGreaterThan(1.5 * daySigma(walk()));
  });

  it('leaves out days of which too much is missing, and spans no gap', () => {
    const candles = walk();
    const holed = candles
      .filter((_, hour) => hour % 240 < 200)
      .map((candle, index, all) => ({ ...candle, open: all[index - 1]?.close ?? candle.open }));
    const forecast = forecastVolatility(holed, HOUR_MS, 1);
    expect(forecast?.madeFrom.daysLeftOut).toBeGreaterThan(10);
    expect(Math.sqrt(forecast?.variance ?? Number.NaN) / daySigma(candles)).toBeCloseTo(1, 0);
  });

  it('is not led astray by ticks as coarse as the moves', () => {
    const coarse = walk({ tick: 10 });
    const forecast = forecastVolatility(coarse, HOUR_MS, 7);
    expect(forecast?.madeFrom.bounceTakenOut).toBe(true);
    expect(daySigma(coarse, 7) / daySigma(walk(), 7)).toBeLessThan(1.25);
  });

  it('is wider in doubt where only a few days are known, and absent with fewer than three', () => {
    const week = forecastVolatility(walk({ hours: 24 * 7 }), HOUR_MS, 1);
    expect(week?.madeFrom.model).toBe('ewma');
    expect(week?.error).toBeGreaterThan(forecastVolatility(walk(), HOUR_MS, 1)?.error ?? 0);
    expect(forecastVolatility(walk({ hours: 40 }), HOUR_MS, 1)).toBeUndefined();
    expect(forecastVolatility([], HOUR_MS, 1)).toBeUndefined();
  });

  it('stays a number for a coin that stands still or goes to nothing', () => {
    const still = walk({ sigma: () => 0 });
    expect(forecastVolatility(still, HOUR_MS, 7)).toMatchObject({ variance: 0 });
    const falling = walk({ sigma: () => 0.01 }).map((candle, hour) => {
      const share = Math.exp(-hour / 200);
      return { ...candle, open: candle.open * share, high: candle.high * share, low: candle.low * share, close: candle.close * share };
    });
    expect(daySigma(falling, 7)).toBeGreaterThan(0.04);
    expect(daySigma(falling, 7)).toBeLessThan(1);
  });
});

describe('the profile of a day', () => {
  it('finds the hours, in Seoul, in which a market is busy and wild, and believes in none without days', () => {
    const busyAt = 22;
    const seoul = (startMs: number) => (startMs / HOUR_MS + 9) % 24;
    const candles = walk({ sigma: (hour) => ((hour + 9) % 24 === busyAt ? 0.01 : 0.005) }).map((candle) => ({
      ...candle,
      volume: seoul(candle.startMs) === busyAt ? 3 : 1,
    }));
    const { volume, variance } = dayProfile(candles, HOUR_MS);
    expect(volume[busyAt]).toBeGreaterThan(2.3);
    expect(variance[busyAt]).toBeGreaterThan(2);
    expect(volume[3]).toBeLessThan(1);
    expect(dayProfile([], HOUR_MS).volume).toEqual(Array.from({ length: 24 }, () => 1));
  });
});
