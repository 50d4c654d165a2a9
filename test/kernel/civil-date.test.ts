import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  civilDate,
  dayFrom,
  dayFromColumn,
  dayOfMonth,
  daysBetween,
  dayToColumn,
  earlier,
  isCivilDate,
  later,
  monthOf,
  seoulDay,
  startOfDay,
  weekday,
  yearOf,
} from '../../src/kernel/civil-date.ts';

const epoch = civilDate('1900-01-01');
const offset = fc.integer({ min: 0, max: 100_000 });

describe('a civil day', () => {
  it.each([
    '2025-02-29',
    '1900-02-29',
    '2025-13-01',
    '2025-00-10',
    '2025-04-31',
    '2025-1-1',
    '20250101',
    '2025-01-01T00:00',
    '',
    '2025/01/01',
  ])('refuses %j, which no calendar has', (text) => {
    expect(isCivilDate(text)).toBe(false);
    expect(() => civilDate(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('takes leap days where there is one', () => {
    expect([civilDate('2024-02-29'), civilDate('2000-02-29')]).toEqual(['2024-02-29', '2000-02-29']);
    expect([dayFrom(2024, 2, 29), dayFrom(2025, 2, 29), dayFrom(2025, 2, 30)]).toEqual(['2024-02-29', undefined, undefined]);
  });

  it('counts days forth and back the same', () => {
    fc.assert(
      fc.property(offset, fc.integer({ min: -40_000, max: 40_000 }), (from, days) => {
        const start = addDays(epoch, from);
        const end = addDays(start, days);
        expect(daysBetween(start, end)).toBe(days);
        expect(addDays(end, -days)).toBe(start);
        expect([earlier(start, end), later(start, end)]).toEqual(days < 0 ? [end, start] : [start, end]);
        expect(weekday(end)).toBe((((weekday(start) + days) % 7) + 7) % 7);
      }),
    );
    expect(weekday(civilDate('2026-01-05'))).toBe(1);
  });

  it('has the parts it is written with, and survives the database column', () => {
    fc.assert(
      fc.property(offset, (days) => {
        const day = addDays(epoch, days);
        expect(dayFrom(yearOf(day), monthOf(day), dayOfMonth(day))).toBe(day);
        expect(dayFromColumn(dayToColumn(day))).toBe(day);
      }),
    );
  });
});

describe('the legal day in Seoul', () => {
  it.each([
    ['2026-01-04T14:59:59.999Z', '2026-01-04'],
    ['2026-01-04T15:00:00.000Z', '2026-01-05'],
    ['2025-12-31T15:00:00.000Z', '2026-01-01'],
  ])('at %s is %s', (instant, day) => {
    expect(seoulDay(new Date(instant))).toBe(day);
  });

  it('begins at its midnight and holds every instant until the next', () => {
    fc.assert(
      fc.property(offset, fc.integer({ min: 0, max: 86_399_999 }), (days, milliseconds) => {
        const day = addDays(epoch, days);
        expect(seoulDay(new Date(startOfDay(day).getTime() + milliseconds))).toBe(day);
        expect(startOfDay(addDays(day, 1)).getTime() - startOfDay(day).getTime()).toBe(86_400_000);
      }),
    );
  });
});
