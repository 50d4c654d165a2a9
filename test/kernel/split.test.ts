import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitByLargestRemainder } from '../../src/kernel/money.ts';

const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 12 });
const whole = fc.bigInt({ min: 0n, max: 10n ** 15n });

function total(parts: readonly bigint[]): bigint {
  return parts.reduce((sum, part) => sum + part, 0n);
}

describe('a split by largest remainder', () => {
  it('adds up to the whole, and no part is a unit away from its exact share', () => {
    fc.assert(
      fc.property(whole, weights, (amount, shares) => {
        fc.pre(total(shares) > 0n);
        const parts = splitByLargestRemainder(amount, shares);
        expect(total(parts)).toBe(amount);
        for (const [index, share] of shares.entries()) {
          const exactTimesTotal = amount * share;
          const floor = exactTimesTotal / total(shares);
          const part = parts[index] ?? -1n;
          expect(part === floor || (part === floor + 1n && exactTimesTotal % total(shares) > 0n)).toBe(true);
        }
      }),
    );
  });

  it('gives the spare units to the largest fractions', () => {
    fc.assert(
      fc.property(whole, weights, (amount, shares) => {
        fc.pre(total(shares) > 0n);
        const parts = splitByLargestRemainder(amount, shares);
        const fractions = shares.map((share) => (amount * share) % total(shares));
        const isRaised = shares.map((share, index) => parts[index] !== (amount * share) / total(shares));
        const raised = fractions.filter((_, index) => isRaised[index]);
        const left = fractions.filter((_, index) => !isRaised[index]);
        for (const high of raised) for (const low of left) expect(high >= low).toBe(true);
      }),
    );
  });

  it.each([
    [10n, [1n, 1n, 1n], [4n, 3n, 3n]],
    [2n, [1n, 1n, 1n], [1n, 1n, 0n]],
    [100n, [0n, 1n, 2n], [0n, 33n, 67n]],
    [0n, [0n, 0n], [0n, 0n]],
    [7n, [5n], [7n]],
  ])('of %s over %s, ties going to the earlier weight, is %s', (amount, shares, parts) => {
    expect(splitByLargestRemainder(amount, shares)).toEqual(parts);
  });

  it.each([
    [-1n, [1n]],
    [1n, [-1n, 2n]],
    [1n, [0n, 0n]],
    [1n, []],
  ])('refuses %s over %s', (amount, shares) => {
    expect(() => splitByLargestRemainder(amount, shares)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
