import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { serviceCompleteOn, windowFrom, windowStateOn } from '../../src/voluntary-sale/window-rules.ts';

const base = civilDate('2026-03-02');
const recipient = (servedAfter: number, provenAfter: number) => ({
  servedOn: addDays(base, servedAfter),
  provenAt: startOfDay(addDays(base, provenAfter)),
});

describe('completeness of service', () => {
  it('is the latest day on which somebody was both served and proven', () => {
    expect(serviceCompleteOn([recipient(0, 0), recipient(3, 2), recipient(1, 5)])).toBe(addDays(base, 5));
  });

  it('is absent as long as anybody is unserved, and for nobody', () => {
    expect(serviceCompleteOn([])).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 6 }), fc.nat(6), (days, at) => {
        const recipients = days.map(([served, proven]) => recipient(served, proven));
        const missing = { servedOn: undefined, provenAt: undefined };
        expect(serviceCompleteOn([...recipients.slice(0, at), missing, ...recipients.slice(at)])).toBeUndefined();
      }),
    );
  });
});

describe('the window', () => {
  it('counts its days from the day after completeness', () => {
    expect(windowFrom(base, 30)).toEqual({ opensOn: '2026-03-02', endsOn: '2026-04-01' });
    expect(windowFrom(base, 0)).toEqual({ opensOn: base, endsOn: base });
  });

  it.each([
    [false, false, 0, 'open'],
    [false, false, 1, 'passed'],
    [false, true, 0, 'waived'],
    [false, true, 1, 'waived'],
    [true, false, 0, 'paid'],
    [true, true, 1, 'paid'],
  ] as const)('paid %s, waived %s, %s days after its last day is %s', (owesNothing, hasWaived, daysAfter, state) => {
    expect(windowStateOn({ endsOn: base, owesNothing, hasWaived }, addDays(base, daysAfter))).toBe(state);
  });
});
