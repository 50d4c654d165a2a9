import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../src/kernel/decimal.ts';
import { dueOfSlice } from '../../../src/liquidation/slice-schedule.ts';
import { AT, later, slice } from './given.ts';

/** An hour in six children of ten minutes, of which the last twenty seconds are for crossing. */
const hour = (sold = '0') => slice('6', { startsAt: AT, endsAt: later(3_600), isImmediate: false, sold });

function due(given: ReturnType<typeof slice>, seconds: number, children = 6) {
  const { late, ahead, left, childEndsAt } = dueOfSlice('BTC', given, children, new Date(later(seconds)));
  return { late: late.toString(), ahead: ahead.toString(), left: left.toString(), childEndsAt: childEndsAt.toISOString() };
}

describe('a slice in children', () => {
  it.each([
    ['before it begins, the first child may rest', -60, '0', '0', '1', '6', 580],
    ['as it begins, nothing is late', 0, '0', '0', '1', '6', 580],
    ['as long as a child may rest, nothing is late yet', 579.999, '0', '0', '1', '6', 580],
    ['shortly before it ends, what it did not sell is late', 580, '0', '1', '1', '6', 1_180],
    ['what is sold is neither late nor ahead', 600, '1', '0', '1', '5', 1_180],
    ['what is sold before its time leaves less of the next', 600, '1.25', '0', '0.75', '4.75', 1_180],
    ['more than the next is sold: nothing is due', 600, '2.5', '0', '0', '3.5', 1_180],
    ['in the last child nothing but itself is ahead', 3_000, '3', '2', '1', '3', 3_580],
    ['shortly before the slice ends all the rest is late', 3_580, '3', '3', '0', '3', 3_600],
    ['as the slice ends all the rest is late', 3_600, '3', '3', '0', '3', 3_600],
    ['and stays late long after', 999_999, '3', '3', '0', '3', 3_600],
    ['sold out', 1_234, '6', '0', '0', '0', 1_780],
    ['sold beyond itself', 1_234, '7', '0', '0', '0', 1_780],
  ])('%s', (_, seconds, sold, late, ahead, left, childEnds) => {
    expect(due(hour(sold), seconds)).toEqual({ late, ahead, left, childEndsAt: later(childEnds) });
  });

  it('that is immediate is late as a whole from the first', () => {
    expect(due({ ...hour('2'), isImmediate: true }, 0)).toEqual({ late: '4', ahead: '0', left: '4', childEndsAt: later(3_600) });
    expect(due({ ...hour('2'), isImmediate: true }, -60)).toMatchObject({ late: '4', left: '4' });
  });

  it('of one child may rest until shortly before its end', () => {
    expect(due(hour(), 0, 1)).toMatchObject({ late: '0', ahead: '6', childEndsAt: later(3_580) });
    expect(due(hour(), 3_600, 1)).toMatchObject({ late: '6', ahead: '0' });
  });

  it('of short children leaves a quarter of each for crossing', () => {
    const minute = { ...hour(), endsAt: later(60) };
    expect(due(minute, 7.499)).toMatchObject({ late: '0', childEndsAt: later(7.5) });
    expect(due(minute, 7.5)).toMatchObject({ late: '1', childEndsAt: later(17.5) });
  });

  it('without time of its own is late once its instant is over', () => {
    const none = { ...hour(), endsAt: AT };
    expect(due(none, 1)).toMatchObject({ late: '6', ahead: '0', left: '6' });
    expect(due({ ...none, endsAt: later(-60) }, 1)).toMatchObject({ late: '6', left: '6' });
    expect(due(hour(), 10, 0)).toMatchObject({ late: '6', left: '6' });
  });
});

const arbitrarySlice = fc.record({
  quantity: fc.oneof(
    fc.integer({ min: 1, max: 1_000_000 }).map((count) => new Decimal(count).shiftedBy(-8).toFixed()),
    fc.bigInt({ min: 1n, max: 10n ** 30n }).map((count) => new Decimal(count.toString()).shiftedBy(-18).toFixed()),
  ),
  seconds: fc.integer({ min: 1, max: 7_200 }),
  children: fc.integer({ min: 1, max: 60 }),
});

describe('whatever the quantity, the time and the number of children', () => {
  it('what is due is never more than is left, and all of the slice comes due', () => {
    fc.assert(
      fc.property(arbitrarySlice, fc.integer({ min: -60, max: 8_000 }), fc.integer({ min: 0, max: 120 }), (given, now, part) => {
        const sold = new Decimal(given.quantity).times(part).shiftedBy(-2).decimalPlaces(18).toFixed();
        const { late, ahead, left } = due(
          slice(given.quantity, { startsAt: AT, endsAt: later(given.seconds), isImmediate: false, sold }),
          now,
          given.children,
        );
        const rest = Decimal.max(0, new Decimal(given.quantity).minus(sold));
        expect(left).toBe(rest.toFixed());
        expect(new Decimal(late).plus(ahead).lte(left)).toBe(true);
        expect(new Decimal(late).gte(0) && new Decimal(ahead).gte(0)).toBe(true);
        if (now >= given.seconds) expect([late, ahead]).toEqual([left, '0']);
      }),
      { numRuns: 250 },
    );
  });

  it('selling each child as it is due sells exactly the slice, in equal parts', () => {
    fc.assert(
      fc.property(arbitrarySlice, ({ quantity, seconds, children }) => {
        let sold = new Decimal(0);
        for (let child = 0; child < children; child++) {
          const at = (child * Math.floor((seconds * 1_000) / children)) / 1_000;
          const given = slice(quantity, { startsAt: AT, endsAt: later(seconds), isImmediate: false, sold: sold.toFixed() });
          const { late, ahead } = due(given, at, children);
          // All that was late is sold already.
          expect(late).toBe('0');
          expect(new Decimal(ahead).minus(new Decimal(quantity).div(children)).abs().lte('0.000000000000000001')).toBe(true);
          sold = sold.plus(ahead);
        }
        expect(sold.toFixed()).toBe(quantity);
      }),
      { numRuns: 120 },
    );
  });

  it('a slice of which nothing sells before its end is late whole, however often it is asked', () => {
    fc.assert(
      fc.property(
        arbitrarySlice,
        fc.array(fc.integer({ min: 0, max: 7_200 }), { maxLength: 20 }),
        ({ quantity, seconds, children }, looks) => {
          const given = slice(quantity, { startsAt: AT, endsAt: later(seconds), isImmediate: false });
          let before = new Decimal(0);
          for (const at of looks.toSorted((a, b) => a - b)) {
            const { late } = due(given, at, children);
            expect(new Decimal(late).gte(before)).toBe(true);
            before = new Decimal(late);
          }
          expect(due(given, seconds, children).late).toBe(quantity);
        },
      ),
      { numRuns: 120 },
    );
  });
});
