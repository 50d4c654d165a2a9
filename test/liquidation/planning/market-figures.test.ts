import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { marketFigures } from '../../../src/liquidation/planning/market-figures.ts';
import type { Candle } from '../../../src/valuation/forecast/candle.ts';
import { BEGAN_MS, generatedCandles, HOUR_MS } from '../../backtest/generated-market.ts';

const numbersOf = (knowledge: ReturnType<typeof marketFigures>) =>
  knowledge === undefined ? [] : [knowledge.figures, ...knowledge.past].flatMap((figures) => Object.values(figures));

describe('what is known of a market before a bar', () => {
  it('is made from candles that are over by then, and from no other', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 30, max: 400 }), fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, bar, missing) => {
        const candles = generatedCandles(seed, { bars: 400, missing });
        const next = { barMs: HOUR_MS, nextMs: BEGAN_MS + bar * HOUR_MS };
        const past = candles.filter(({ startMs }) => startMs + HOUR_MS <= next.nextMs);
        expect(marketFigures(candles, next)).toEqual(marketFigures(past, next));
      }),
      { numRuns: 30 },
    );
  });

  it('is plain, to nine digits, and of at most sixty past states', () => {
    const known = marketFigures(generatedCandles(1, { bars: 3_000 }), { barMs: HOUR_MS, nextMs: BEGAN_MS + 3_000 * HOUR_MS });
    expect(known?.past).toHaveLength(60);
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
    for (const figure of numbersOf(known)) expect(figure).toBe(Number(figure.toPrecision(9)));
  });

  it('is as volatile as the market was, and as thin', () => {
    const flat = generatedCandles(1, { bars: 1_000, deviation: 0.01 });
    const wild = generatedCandles(1, { bars: 1_000, deviation: 0.03, volume: 50 });
    const [calm, rough] = [flat, wild].map(
      (candles) => marketFigures(candles, { barMs: HOUR_MS, nextMs: BEGAN_MS + 1_000 * HOUR_MS })?.figures,
    );
    expect((rough?.usualDeviation ?? 0) / (calm?.usualDeviation ?? 1)).toBeCloseTo(3, 6);
    expect((calm?.dayVolume ?? 0) / (rough?.dayVolume ?? 1)).toBeCloseTo(10, 6);
    expect((rough?.impact ?? 0) / (calm?.impact ?? 1)).toBeCloseTo(3 * Math.sqrt(10), 6);
  });

  it('is nothing after less than a day, or where nobody trades', () => {
    const at = (bars: number) => ({ barMs: HOUR_MS, nextMs: BEGAN_MS + bars * HOUR_MS });
    const candles = generatedCandles(1, { bars: 1_000 });
    expect(marketFigures([], at(100))).toBeUndefined();
    expect(marketFigures(candles, at(23))).toBeUndefined();
    expect(marketFigures(candles, at(24))).toBeDefined();
    expect(marketFigures(candles, at(1_000 + 721))).toBeUndefined();
    expect(marketFigures(generatedCandles(1, { bars: 1_000, silent: 1 }), at(1_000))).toBeUndefined();
  });

  it('is a number whatever the market did', () => {
    const at = { barMs: HOUR_MS, nextMs: BEGAN_MS + 800 * HOUR_MS };
    const flat = generatedCandles(1, { bars: 800, deviation: 0 });
    const silentLately: Candle[] = generatedCandles(2, { bars: 800 }).map((candle, bar) => (bar > 300 ? { ...candle, volume: 0 } : candle));
    const worthless = generatedCandles(3, { bars: 800, fall: 0.05 });
    const wrong = generatedCandles(4, { bars: 800 }).map((candle, bar) => (bar % 7 === 3 ? { ...candle, close: 0 } : candle));
    for (const candles of [flat, silentLately, worthless, wrong]) {
      const known = marketFigures(candles, at);
      expect(known).toBeDefined();
      for (const figure of numbersOf(known)) expect(figure).toBeGreaterThan(0);
    }
  });
});
