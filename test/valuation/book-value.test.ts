import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CoinAmount, Won } from '../../src/kernel/money.ts';
import { quantityWorth, valueAgainstBook } from '../../src/valuation/book-value.ts';
import { sampleBook } from './sample-book.ts';

const book = sampleBook('SOL', [
  ['200000', '1'],
  ['190000', '2'],
  ['100000', '1'],
]);

describe('the value of a holding against the book', () => {
  it('walks down the bids and never takes the best price for all', () => {
    const { price, value, depth, depthCovers } = valueAgainstBook(CoinAmount.of('SOL', '2.5'), book);
    expect(price.toString()).toBe('200000');
    expect(value.toString()).toBe('485000');
    expect(depth.toString()).toBe('485000');
    expect(depthCovers).toBe(true);
  });

  it('counts what the shown bids do not take at the lowest of them, and says so', () => {
    const { value, depth, depthCovers } = valueAgainstBook(CoinAmount.of('SOL', '10'), book);
    expect(depth.toString()).toBe('680000');
    expect(value.toString()).toBe('1280000');
    expect(depthCovers).toBe(false);
  });

  it('is nothing where nobody bids', () => {
    const { price, value, depthCovers } = valueAgainstBook(CoinAmount.of('SOL', '10'), sampleBook('SOL', []));
    expect([price.toString(), value.toString(), depthCovers]).toEqual(['0', '0', false]);
  });

  it('refuses the book of another asset', () => {
    expect(() => valueAgainstBook(CoinAmount.of('BTC', '1'), book)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('rounds a part of a won down', () => {
    expect(valueAgainstBook(CoinAmount.of('SOL', '0.00000099'), book).value.toString()).toBe('0');
  });
});

const bids = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 100_000_000 })), { minLength: 1, maxLength: 8 })
  .map((levels) => levels.sort(([a], [b]) => b - a).map(([price, size]) => [String(price), `0.${String(size).padStart(8, '0')}`] as const))
  .filter((levels) => levels.every(([, size]) => size !== '0.00000000'));

describe('the quantity worth an amount', () => {
  it('is the smallest that reaches it and the largest that does not pass it', () => {
    fc.assert(
      fc.property(bids, fc.integer({ min: 1, max: 50_000_000 }), fc.integer({ min: 0, max: 8 }), (levels, figure, places) => {
        const sample = sampleBook('SOL', levels);
        const amount = Won.of(String(figure));
        const oneStep = CoinAmount.of('SOL', places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`);
        const exact = (quantity: CoinAmount) => valueAgainstBook(quantity, sample).value;

        const up = quantityWorth(amount, sample, places, 'up') ?? CoinAmount.zero('SOL');
        expect(exact(up).isLessThan(amount)).toBe(false);
        expect(exact(up.minus(oneStep)).isLessThan(amount) || up.minus(oneStep).isNegative()).toBe(true);

        const down = quantityWorth(amount, sample, places, 'down') ?? CoinAmount.zero('SOL');
        expect(exact(down).isMoreThan(amount)).toBe(false);
        expect(exact(down.plus(oneStep)).isLessThan(amount)).toBe(false);
      }),
    );
  });

  it('does not exist where nobody bids', () => {
    expect(quantityWorth(Won.of('1'), sampleBook('SOL', []), 8, 'up')).toBeUndefined();
  });
});
