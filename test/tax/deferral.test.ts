import { describe, expect, test } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { endAfterPauses, mergeIntervals } from '../../src/tax/deferral.ts';

const interval = (from: string, to: string) => ({ from: civilDate(from), to: civilDate(to) });

describe('merging intervals', () => {
  test.each([
    [
      'apart',
      [interval('2025-03-01', '2025-03-05'), interval('2025-01-01', '2025-01-05')],
      ['2025-01-01/2025-01-05', '2025-03-01/2025-03-05'],
    ],
    ['touching', [interval('2025-01-01', '2025-01-05'), interval('2025-01-06', '2025-01-09')], ['2025-01-01/2025-01-09']],
    ['one inside the other', [interval('2025-01-01', '2025-01-31'), interval('2025-01-06', '2025-01-09')], ['2025-01-01/2025-01-31']],
    [
      'a day between',
      [interval('2025-01-01', '2025-01-05'), interval('2025-01-07', '2025-01-09')],
      ['2025-01-01/2025-01-05', '2025-01-07/2025-01-09'],
    ],
    ['ended before it began', [interval('2025-01-05', '2025-01-01')], []],
  ])('%s', (_, intervals, expected) => {
    expect(mergeIntervals(intervals).map(({ from, to }) => `${from}/${to}`)).toEqual(expected);
  });
});

test('a period that does not run during pauses ends as much later', () => {
  const start = civilDate('2025-01-01');
  const end = civilDate('2025-01-31');
  expect(endAfterPauses(start, end, [])).toBe('2025-01-31');
  expect(endAfterPauses(start, end, [interval('2024-12-01', '2024-12-31')])).toBe('2025-01-31');
  expect(endAfterPauses(start, end, [interval('2024-12-01', '2025-01-10')])).toBe('2025-02-10');
  expect(endAfterPauses(start, end, [interval('2025-01-31', '2025-02-09'), interval('2025-02-10', '2025-02-10')])).toBe('2025-02-11');
  expect(endAfterPauses(start, end, [interval('2025-02-01', '2025-02-09')])).toBe('2025-01-31');
});
