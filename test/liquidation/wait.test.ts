import { expect, it } from 'vitest';
import { isSlow, refusalWaitSeconds, waitSeconds } from '../../src/liquidation/wait.ts';

it.each<[number, readonly string[], number]>([
  [0, ['BTC:book_stale'], 10],
  [1, ['BTC:book_stale'], 20],
  [9, ['BTC:book_stale'], 60],
  [9, ['BTC:price_below_floor'], 600],
  [9, ['BTC:asset_frozen', 'ETH:nothing_held'], 600],
  [9, ['BTC:asset_frozen', 'ETH:market_unreadable'], 60],
  [999, ['unknown_outcome_open'], 60],
])('after %i waits for %j a sale looks again in %i seconds', (waitsInRow, codes, seconds) => {
  expect(waitSeconds(10, codes, waitsInRow)).toBe(seconds);
});

it('never looks sooner than the interval', () => {
  expect(waitSeconds(3_600, ['BTC:book_stale'], 0)).toBe(3_600);
});

it('waits a minute after a refusal, and longer after each in a row, up to an hour', () => {
  expect([1, 2, 3, 7, 99].map(refusalWaitSeconds)).toEqual([60, 120, 240, 3_600, 3_600]);
});

it('knows what passes by itself', () => {
  expect(isSlow(['BTC:no_market'])).toBe(true);
  expect(isSlow(['stay_open'])).toBe(false);
});
