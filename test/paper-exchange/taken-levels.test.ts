import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { TakenLevels } from '../../src/paper-exchange/core/taken-levels.ts';
import { bookOf, give, postOrder, type Running, startSample } from './support.ts';

const HALF_LIFE_MS = 60_000;
const price = new Decimal(5_000_000);
const otherPrice = new Decimal(5_001_000);

function goneAfter(levels: TakenLevels, seconds: number): string {
  return levels.goneAt('ETH', 'sell', price, seconds * 1_000).toFixed();
}

describe('what was taken from a level', () => {
  it('returns by half every sixty seconds, across the books of several minutes', () => {
    const levels = new TakenLevels(HALF_LIFE_MS);
    levels.take('ETH', 'sell', { price, quantity: new Decimal(8) }, 20_000);
    expect([0, 20, 50, 80, 140, 200].map((seconds) => goneAfter(levels, seconds))).toEqual(['8', '8', '5.65685425', '4', '2', '1']);
    levels.take('ETH', 'sell', { price, quantity: new Decimal(3) }, 140_000);
    expect([140, 200].map((seconds) => goneAfter(levels, seconds))).toEqual(['5', '2.5']);
    expect(goneAfter(levels, 40 * 60)).toBe('0');
  });

  it('is gone at its own price and side alone', () => {
    const levels = new TakenLevels(HALF_LIFE_MS);
    levels.take('ETH', 'sell', { price, quantity: new Decimal(8) }, 0);
    expect(levels.goneAt('ETH', 'buy', price, 0).toFixed()).toBe('0');
    expect(levels.goneAt('ETH', 'sell', otherPrice, 0).toFixed()).toBe('0');
    expect(levels.goneAt('BTC', 'sell', price, 0).toFixed()).toBe('0');
  });

  it('does not return while a book stands still, and never grows by itself', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 50 })), { maxLength: 12 }), (takes) => {
        const levels = new TakenLevels(HALF_LIFE_MS);
        let [atMs, before, taken] = [0, new Decimal(0), new Decimal(0)];
        for (const [waitMs, units] of takes) {
          atMs += waitMs;
          const left = levels.goneAt('ETH', 'sell', price, atMs);
          expect(left.isLessThanOrEqualTo(before)).toBe(true);
          expect(levels.goneAt('ETH', 'sell', price, atMs - 1).isGreaterThanOrEqualTo(left)).toBe(true);
          levels.take('ETH', 'sell', { price, quantity: new Decimal(units) }, atMs);
          before = levels.goneAt('ETH', 'sell', price, atMs);
          taken = taken.plus(units);
          expect(before.toFixed()).toBe(left.plus(units).toFixed());
          expect(before.isLessThanOrEqualTo(taken)).toBe(true);
        }
      }),
    );
  });
});

let running: Running | undefined;

afterEach(async () => {
  await running?.exchange.stop();
});

it('a taken level is missing in the displayed book and comes back by halves', async () => {
  running = await startSample({ takenHalfLifeSeconds: 60 });
  await give(running, 'ETH', '100');
  const bestBid = async () => (await bookOf(running?.url ?? '', 'KRW-ETH')).orderbook_units[0];
  const whole = await bestBid();
  const size = new Decimal(whole?.bid_size ?? 0);
  const volume = size.div(2).decimalPlaces(8, Decimal.ROUND_DOWN);
  await postOrder(running.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: volume.toFixed(), identifier: 'k-1' });
  const missing = async (): Promise<number> => {
    const now = await bestBid();
    expect(now?.bid_price).toBe(whole?.bid_price);
    return size.minus(now?.bid_size ?? 0).toNumber();
  };
  expect(await missing()).toBeCloseTo(volume.toNumber(), 8);
  running.clock.advanceBy(30_000); // Still the book of the same minute.
  const half = volume.times(Math.SQRT1_2.toFixed(15)).toNumber();
  expect(await missing()).toBeCloseTo(half, 7);
  await running.exchange.operator.setStaleBook({ asset: 'ETH', stale: true });
  running.clock.advanceBy(600_000);
  expect(await missing()).toBeCloseTo(half, 7);
});
