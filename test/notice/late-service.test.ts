import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, civilDate, daysBetween } from '../../src/kernel/civil-date.ts';
import { deadlineAfterService } from '../../src/notice/late-service.ts';

const day = civilDate;
const lateService = { withinDays: 7, graceDays: 14 };

describe('late arrival', () => {
  it.each([
    ['2020-01-31', '2020-02-12', '2020-02-27'],
    ['2020-02-12', '2020-02-12', '2020-02-27'],
    ['2020-02-19', '2020-02-12', '2020-02-27'],
    ['2020-02-20', '2020-02-12', '2020-02-20'],
    ['2020-03-10', '2020-02-12', '2020-03-10'],
  ] as const)('a deadline of %s served on %s is %s', (stated, servedOn, holds) => {
    expect(deadlineAfterService(day(stated), day(servedOn), lateService)).toBe(holds);
  });

  it('never moves a deadline forward and always leaves the days of grace or more than the late days', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60, max: 60 }), (offset) => {
        const servedOn = day('2026-05-04');
        const stated = addDays(servedOn, offset);
        const holds = deadlineAfterService(stated, servedOn, lateService);
        expect(holds >= stated).toBe(true);
        expect(daysBetween(servedOn, holds)).toBeGreaterThan(7);
        expect(deadlineAfterService(stated, undefined, lateService)).toBe(stated);
      }),
    );
  });
});
