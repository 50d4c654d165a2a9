import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, civilDate, dayAfterMonths, dayOfMonth } from '../../src/kernel/civil-date.ts';

describe('the day after a period of months (Civil Code 160)', () => {
  test.each([
    ['2025-02-01', 1, '2025-03-01'],
    ['2025-05-31', 1, '2025-07-01'],
    ['2025-05-31', 2, '2025-07-31'],
    ['2024-01-31', 1, '2024-03-01'],
    ['2024-01-29', 1, '2024-02-29'],
    ['2023-01-29', 1, '2023-03-01'],
    ['1900-01-29', 1, '1900-03-01'],
    ['2000-01-29', 1, '2000-02-29'],
    ['2025-10-31', 2, '2025-12-31'],
    ['2025-10-31', 13, '2026-12-01'],
    ['2024-02-29', 12, '2025-03-01'],
    ['2024-02-29', 48, '2028-02-29'],
    ['2025-12-15', 0, '2025-12-15'],
  ])('%s and %i months end before %s', (start, months, expected) => {
    expect(dayAfterMonths(civilDate(start), months)).toBe(expected);
  });

  test('is the counterpart day or the first of the month after, and always a real day', () => {
    const start = fc.integer({ min: 0, max: 20_000 }).map((offset) => addDays(civilDate('2000-01-01'), offset));
    fc.assert(
      fc.property(start, fc.integer({ min: 0, max: 240 }), (day, months) => {
        const reached = dayAfterMonths(day, months);
        expect(civilDate(reached)).toBe(reached);
        expect([dayOfMonth(day), 1]).toContain(dayOfMonth(reached));
        expect(dayAfterMonths(day, months + 1) > reached).toBe(true);
      }),
    );
  });
});
