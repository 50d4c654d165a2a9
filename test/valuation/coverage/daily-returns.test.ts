import { expect, it } from 'vitest';
import { dailyReturns, readReturns } from '../../../src/valuation/coverage/daily-returns.ts';
import { figureText, wonText } from '../../../src/valuation/coverage/inputs.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const hourly = (closes: readonly (number | undefined)[]) =>
  closes.flatMap((close, hour) => (close === undefined ? [] : [{ startMs: START + hour * HOUR_MS, close }]));
const days = (...closes: readonly (number | undefined)[]) =>
  hourly(
    closes.flatMap((close) => Array.from({ length: 24 }, (_, hour) => (close === undefined ? undefined : close + (hour === 23 ? 0 : 50)))),
  );
const at = (text: string) => Date.parse(text);

it('goes from the last price of a day to that of the next', () => {
  expect(dailyReturns(days(100, 110, 99), at('2026-01-04T05:00:00Z'), 365)).toEqual({
    lastDay: '2026-01-03',
    returnsPpm: `${Math.round(1e6 * Math.log(1.1))} ${Math.round(1e6 * Math.log(0.9))}`,
  });
});

it('leaves out the day that has not ended, days without a trade, and what is too long ago', () => {
  const candles = days(100, 110, undefined, 120, 130, 140);
  expect(dailyReturns(candles, at('2026-01-06T23:00:00Z'), 365)).toMatchObject({ lastDay: '2026-01-05', returnsPpm: '95310 . . 80043' });
  expect(dailyReturns(candles, at('2026-01-07T00:00:00Z'), 1)).toMatchObject({ lastDay: '2026-01-06', returnsPpm: '74108' });
  expect(dailyReturns(days(100), at('2026-02-01T00:00:00Z'), 365)).toBeUndefined();
  expect(dailyReturns([], at('2026-02-01T00:00:00Z'), 365)).toBeUndefined();
});

it('reads what it wrote, day by day', () => {
  const returns = readReturns({
    lastDay: dailyReturns(days(1, 2), at('2026-01-03T00:00:00Z'), 9)?.lastDay ?? expect.fail(),
    returnsPpm: '5 . -7',
  });
  const last = at('2026-01-02T00:00:00Z') / (24 * HOUR_MS);
  expect([...returns]).toEqual([
    [last - 2, 5e-6],
    [last, -7e-6],
  ]);
});

it('writes figures of nine digits without an exponent, and won that are missing as whole ones, up', () => {
  expect([0, 1 / 3, -1e-12 / 3, 123_456_789_012, 1e21].map(figureText)).toEqual([
    '0',
    '0.333333333',
    '-0.000000000000333333333',
    '123456789000',
    '1000000000000000000000',
  ]);
  expect([0, 0.2, 12.000000001].map(wonText)).toEqual(['0', '1', '12']);
});
