import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { type CandleSeries, readCandles, storeCandles } from '../../src/valuation/candles.ts';
import type { Candle } from '../../src/valuation/forecast/candle.ts';
import { createTestDatabase, testActor } from '../support/database.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2025-09-01T00:00:00Z');
const SERIES: CandleSeries = { venueCode: 'upbit', asset: 'BTC', barMs: HOUR_MS };

let database: Database;
beforeAll(async () => {
  ({ database } = await createTestDatabase());
});
afterAll(() => database.close());

function bar(hour: number, change: Partial<Candle> = {}): Candle {
  return { startMs: START_MS + hour * HOUR_MS, open: 100.25, high: 101, low: 0.00004, close: 100.123456789, volume: 12.5, ...change };
}
const store = (candles: readonly Candle[], series = SERIES) => database.work(testActor, (work) => storeCandles(work.tx, series, candles));
const read = (from: number, to: number, series = SERIES) =>
  readCandles(database.read, series, new Date(START_MS + from * HOUR_MS), new Date(START_MS + to * HOUR_MS));

it('keeps bars to the last bit, oldest first, with gaps as gaps, and each series by itself', async () => {
  const bars = [bar(0), bar(5, { volume: 0 }), bar(2, { open: 1e-8, low: 1e-8 })];
  await store(bars);
  await store([bar(1)], { ...SERIES, asset: 'ETH' });
  await store([bar(1)], { ...SERIES, barMs: 60_000 });
  expect(await read(0, 6)).toEqual([bars[0], bars[2], bars[1]]);
  expect(await read(0, 5)).toEqual([bars[0], bars[2]]);
  expect(await read(1, 5)).toEqual([bars[2]]);
  expect(await read(0, 6, { ...SERIES, asset: 'XRP' })).toEqual([]);
});

it('takes a bar that is read again as it is now, and leaves out what cannot be', async () => {
  await store([bar(20), bar(21)]);
  await store([
    bar(20, { close: 100.5, volume: 13 }),
    bar(22, { low: 102 }),
    bar(23, { low: 0 }),
    bar(24, { open: 200 }),
    bar(25, { close: Number.NaN }),
    bar(26, { volume: -1 }),
    bar(27),
  ]);
  expect(await read(20, 30)).toEqual([bar(20, { close: 100.5, volume: 13 }), bar(21), bar(27)]);
});

it('holds months of hours', async () => {
  const bars = Array.from({ length: 120 * 24 }, (_, hour) => bar(100 + hour, { volume: hour }));
  await store(bars);
  expect(await read(100, 100 + 120 * 24)).toEqual(bars);
});
