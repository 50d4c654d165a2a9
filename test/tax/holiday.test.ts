import { describe, expect, test } from 'vitest';
import { addDays, type CivilDate, civilDate, weekday, yearOf } from '../../src/kernel/civil-date.ts';
import { LUNAR_YEARS } from '../../src/policy/definitions/holiday-dates.ts';
import { defaultRules, rulesWith } from './sample.ts';

const { calendar } = defaultRules;

function holidaysOnWeekdays(year: number): string[] {
  const days: CivilDate[] = [];
  for (let day = civilDate(`${year}-01-01`); yearOf(day) === year; day = addDays(day, 1)) {
    if (weekday(day) !== 0 && weekday(day) !== 6 && calendar.isHoliday(day)) days.push(day);
  }
  return days.map((day) => day.slice(5));
}

/** Month and day of every public or substitute holiday on a weekday, as the calendars of those years have them. */
const PUBLISHED = [
  [2009, '01-01 01-26 01-27 05-05 10-02 12-25'],
  [2013, '01-01 02-11 03-01 05-17 06-06 08-15 09-18 09-19 09-20 10-03 10-09 12-25'],
  [2015, '01-01 02-18 02-19 02-20 05-05 05-25 08-14 09-28 09-29 10-09 12-25'],
  [2017, '01-27 01-30 03-01 05-03 05-05 05-09 06-06 08-15 10-02 10-03 10-04 10-05 10-06 10-09 12-25'],
  [2020, '01-01 01-24 01-27 04-15 04-30 05-05 08-17 09-30 10-01 10-02 10-09 12-25'],
  [2021, '01-01 02-11 02-12 03-01 05-05 05-19 08-16 09-20 09-21 09-22 10-04 10-11'],
  [2023, '01-23 01-24 03-01 05-05 05-29 06-06 08-15 09-28 09-29 10-02 10-03 10-09 12-25'],
  [2024, '01-01 02-09 02-12 03-01 04-10 05-06 05-15 06-06 08-15 09-16 09-17 09-18 10-01 10-03 10-09 12-25'],
  [2025, '01-01 01-27 01-28 01-29 01-30 03-03 05-05 05-06 06-03 06-06 08-15 10-03 10-06 10-07 10-08 10-09 12-25'],
  [2026, '01-01 02-16 02-17 02-18 03-02 05-01 05-05 05-25 06-03 07-17 08-17 09-24 09-25 10-05 10-09 12-25'],
  [2027, '01-01 02-08 02-09 03-01 05-03 05-05 05-13 07-19 08-16 09-14 09-15 09-16 10-04 10-11 12-27'],
  [2028, '01-26 01-27 01-28 03-01 04-12 05-01 05-02 05-05 06-06 07-17 08-15 10-02 10-03 10-04 10-05 10-09 12-25'],
] as const;

describe('public holidays on weekdays, against the published calendars', () => {
  test.each(PUBLISHED)('%i', (year, expected) => {
    expect(holidaysOnWeekdays(year).join(' ')).toBe(expected);
  });

  test('carry their names', () => {
    expect(calendar.holidayName(civilDate('2025-05-06'))).toBe('대체공휴일(어린이날)');
    expect(calendar.holidayName(civilDate('2025-06-03'))).toBe('임시공휴일(대통령 궐위 선거일)');
    expect(calendar.holidayName(civilDate('2026-02-17'))).toBe('설날');
    expect(calendar.holidayName(civilDate('2026-07-17'))).toBe('제헌절');
    expect(calendar.holidayName(civilDate('2025-07-17'))).toBeUndefined();
    expect(calendar.holidayName(civilDate('2026-11-01'))).toBeUndefined();
  });
});

test('the lunar feasts agree with the Korean lunar calendar of the Unicode data', () => {
  const format = new Intl.DateTimeFormat('en-u-ca-dangi', { timeZone: 'UTC', month: 'numeric', day: 'numeric' });
  const lunar = (day: string): string => {
    const parts = new Map(format.formatToParts(new Date(`${day}T00:00:00Z`)).map(({ type, value }) => [type, value]));
    return `${parts.get('month')}/${parts.get('day')}`;
  };
  expect(LUNAR_YEARS).toHaveLength(25);
  for (const { seollal, buddhasBirthday, chuseok } of LUNAR_YEARS) {
    expect([lunar(seollal), lunar(buddhasBirthday), lunar(chuseok)]).toEqual(['1/1', '4/8', '8/15']);
  }
});

describe('working days and deadlines', () => {
  test('Labour Day moves a tax deadline before it became a public holiday, yet was a working day of offices', () => {
    expect(calendar.isWorkingDay(civilDate('2025-05-01'))).toBe(true);
    expect(calendar.dueDayMovedByHoliday(civilDate('2025-05-01'))).toBe('2025-05-02');
    expect(calendar.isWorkingDay(civilDate('2026-05-01'))).toBe(false);
    expect(calendar.dueDayMovedByHoliday(civilDate('2026-05-01'))).toBe('2026-05-04');
  });

  test.each([
    ['2025-06-30', '2025-06-30'],
    ['2024-06-30', '2024-07-01'],
    ['2024-09-14', '2024-09-19'],
    ['2025-10-03', '2025-10-10'],
    ['2025-12-31', '2025-12-31'],
    ['2027-12-25', '2027-12-28'],
  ])('a deadline on %s is %s', (deadline, moved) => {
    expect(calendar.dueDayMovedByHoliday(civilDate(deadline))).toBe(moved);
  });

  test('are found past weekends and holidays', () => {
    expect(calendar.nextWorkingDay(civilDate('2025-10-02'))).toBe('2025-10-10');
    expect(calendar.workingDayFrom(civilDate('2025-10-02'))).toBe('2025-10-02');
    expect(calendar.workingDayFrom(civilDate('2024-08-31'))).toBe('2024-09-02');
  });

  test('a year that nobody has entered is refused, never guessed', () => {
    for (const day of ['2005-06-30', '2031-06-30']) {
      expect(() => calendar.isWorkingDay(civilDate(day))).toThrow(expect.objectContaining({ code: 'POLICY_UNKNOWN' }));
    }
  });

  test('a day that the government declares is a holiday once it is entered', () => {
    const declared = rulesWith({ 'holiday.designated_days': [{ day: '2026-11-20', name: '임시공휴일' }] }).calendar;
    expect(declared.dueDayMovedByHoliday(civilDate('2026-11-20'))).toBe('2026-11-23');
    expect(calendar.dueDayMovedByHoliday(civilDate('2026-11-20'))).toBe('2026-11-20');
  });
});
