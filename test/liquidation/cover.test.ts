import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Decimal } from '../../src/kernel/decimal.ts';
import { type CoveringCase, usefulFrom } from '../../src/liquidation/cover.ts';

const won = (amount: number) => new Decimal(amount);

function useful(billIds: readonly number[], others: readonly (readonly [readonly number[], number])[], owed: readonly number[]): number {
  const cases = others.map(([ids, brought]): CoveringCase => ({ billIds: ids, brought: won(brought) }));
  return usefulFrom(billIds, cases, new Map(owed.map((amount, index) => [index, won(amount)]))).toNumber();
}

it.each<[string, readonly number[], readonly (readonly [readonly number[], number])[], readonly number[], number]>([
  ['alone, all of its bills', [0, 1], [], [100, 50, 999], 150],
  ['nothing where another case has paid the bill', [0], [[[0], 100]], [100], 0],
  ['the rest where another case has paid a part', [0], [[[0], 30]], [100], 70],
  ['no less because another case has more than its own bill needs', [1], [[[0], 105]], [100, 100], 100],
  [
    'no more because a third case still needs much',
    [0],
    [
      [[0], 100],
      [[1], 0],
    ],
    [100, 1000],
    0,
  ],
  ['what another case need not pay, since only that one can pay the other bill', [1], [[[0, 1], 100]], [100, 100], 100],
  ['what is left when another case’s money reaches both bills', [0, 1], [[[0, 1], 150]], [100, 100], 50],
  ['nothing without bills', [], [[[0], 5]], [100], 0],
])('is useful for %s', (_what, billIds, others, owed, expected) => {
  expect(useful(billIds, others, owed)).toBe(expected);
});

/** The least cut, over every set of cases: the most that can be paid (Ford and Fulkerson). */
function mostByCuts(cases: readonly (readonly [readonly number[], number])[], owed: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let set = 0; set < 2 ** cases.length; set++) {
    const cut = cases.reduce((sum, [, brought], index) => ((set >> index) & 1 ? sum : sum + brought), 0);
    const bills = new Set(cases.flatMap(([ids], index) => ((set >> index) & 1 ? ids : [])));
    least = Math.min(
      least,
      [...bills].reduce((sum, bill) => sum + (owed[bill] ?? 0), cut),
    );
  }
  return least;
}

const BILLS = 4;
const arbitraryCase = fc.tuple(fc.subarray(Array.from({ length: BILLS }, (_, bill) => bill)), fc.integer({ min: 0, max: 40 }));

it('is what the bills owe less what the others can pay of it, by every cut', () => {
  fc.assert(
    fc.property(
      fc.subarray([0, 1, 2, 3]),
      fc.array(arbitraryCase, { maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: BILLS, maxLength: BILLS }),
      (billIds, others, owed) => {
        const all = owed.reduce((sum, amount) => sum + amount, 0);
        const expected = mostByCuts([...others, [billIds, all]], owed) - mostByCuts(others, owed);
        expect(useful(billIds, others, owed)).toBe(expected);
      },
    ),
    { numRuns: 1_000 },
  );
});
