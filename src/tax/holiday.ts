import { addDays, type CivilDate, civilDate, dayOfMonth, monthOf, weekday, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';

const SUNDAY = 0;
const SATURDAY = 6;
/** What a lunar feast is called in the substitution rule; the feast itself is the middle day of three. */
const SEOLLAL = '설날';
const CHUSEOK = '추석';
const BUDDHAS_BIRTHDAY = '부처님오신날';

export interface YearlyDay {
  readonly name: string;
  readonly month: number;
  readonly day: number;
}

export interface LunarYear {
  readonly year: number;
  readonly seollal: CivilDate;
  readonly buddhasBirthday: CivilDate;
  readonly chuseok: CivilDate;
}

/** What the law says about holidays on one day. */
export interface HolidayRules {
  readonly yearlyDays: readonly YearlyDay[];
  readonly lunarYears: readonly LunarYear[];
  /** Elections and days declared by the government. */
  readonly designatedDays: readonly { readonly day: CivilDate; readonly name: string }[];
  /** Holidays that earn a substitute when they fall on a weekend, or on a Sunday only; both earn one when two holidays meet on a weekday. */
  readonly substitution: { readonly onWeekend: readonly string[]; readonly onSunday: readonly string[] };
  /** Days that move a deadline although they are no public holidays (LTBA 24(1)3). */
  readonly deadlineClosedDays: readonly YearlyDay[];
}

/**
 * Public holidays, working days and the moving of deadlines. Pure: built from the rules in force on each day, each year once.
 * Every question about a year whose lunar feasts are not entered fails with `POLICY_UNKNOWN` rather than guess.
 */
export class HolidayCalendar {
  readonly #rulesOn: (day: CivilDate) => HolidayRules;
  readonly #years = new Map<number, YearOfHolidays>();

  constructor(rulesOn: (day: CivilDate) => HolidayRules) {
    this.#rulesOn = rulesOn;
  }

  /** Korean name of the public or substitute holiday, undefined on any other day; a plain Sunday is none. */
  holidayName(day: CivilDate): string | undefined {
    return this.#yearOf(day).holidays.get(day);
  }

  isHoliday(day: CivilDate): boolean {
    return this.holidayName(day) !== undefined;
  }

  /** Neither Saturday, Sunday, public holiday nor substitute holiday (LTBA-D 18(2) counts visits this way). */
  isWorkingDay(day: CivilDate): boolean {
    return !isWeekend(day) && !this.isHoliday(day);
  }

  /** The first working day on or after a day: where a period ends whose last day is no working day (Civil Code 161). */
  workingDayFrom(day: CivilDate): CivilDate {
    return this.isWorkingDay(day) ? day : this.nextWorkingDay(day);
  }

  /** The first working day after a day. */
  nextWorkingDay(day: CivilDate): CivilDate {
    let next = addDays(day, 1);
    while (!this.isWorkingDay(next)) next = addDays(next, 1);
    return next;
  }

  /** A deadline of the tax acts, moved past Saturdays, Sundays, holidays, substitutes and Labour Day (LTBA 24(1)). */
  dueDayMovedByHoliday(deadline: CivilDate): CivilDate {
    let day = deadline;
    while (!this.isWorkingDay(day) || this.#yearOf(day).deadlineClosedDays.has(day)) day = addDays(day, 1);
    return day;
  }

  #yearOf(day: CivilDate): YearOfHolidays {
    const year = yearOf(day);
    let known = this.#years.get(year);
    if (known === undefined) {
      known = yearOfHolidays(year, this.#rulesOn);
      this.#years.set(year, known);
    }
    return known;
  }
}

interface YearOfHolidays {
  readonly holidays: ReadonlyMap<CivilDate, string>;
  readonly deadlineClosedDays: ReadonlySet<CivilDate>;
}

function isWeekend(day: CivilDate): boolean {
  const dayOfWeek = weekday(day);
  return dayOfWeek === SATURDAY || dayOfWeek === SUNDAY;
}

function isAmong(day: CivilDate, yearlyDays: readonly YearlyDay[]): boolean {
  return yearlyDays.some((yearly) => yearly.month === monthOf(day) && yearly.day === dayOfMonth(day));
}

type RulesOn = (day: CivilDate) => HolidayRules;

/** Holidays and their substitutes. No feast lies so late in December that its substitute could fall into the next year. */
function yearOfHolidays(year: number, rulesOn: RulesOn): YearOfHolidays {
  const substitutable = new Map<CivilDate, string[]>();
  const holidays = new Map<CivilDate, string>();
  const deadlineClosedDays = new Set<CivilDate>();
  for (let day = civilDate(`${year}-01-01`); yearOf(day) === year; day = addDays(day, 1)) {
    const rules = rulesOn(day);
    if (isAmong(day, rules.deadlineClosedDays)) deadlineClosedDays.add(day);
    const named = namedHolidays(day, rules);
    if (named.length > 0) substitutable.set(day, named);
    const designated = rules.designatedDays.find((candidate) => candidate.day === day)?.name;
    const name = named[0] ?? designated;
    if (name !== undefined) holidays.set(day, name);
  }
  for (const [day, names] of substitutable) {
    for (const name of owedSubstitutes(day, names, rulesOn(day))) holidays.set(firstFreeDayAfter(day, holidays), `대체공휴일(${name})`);
  }
  return { holidays, deadlineClosedDays };
}

function namedHolidays(day: CivilDate, rules: HolidayRules): string[] {
  const names = rules.yearlyDays.filter((yearly) => isAmong(day, [yearly])).map(({ name }) => name);
  const lunar = lunarYear(yearOf(day), rules);
  if (isAround(day, lunar.seollal)) names.push(SEOLLAL);
  if (day === lunar.buddhasBirthday) names.push(BUDDHAS_BIRTHDAY);
  if (isAround(day, lunar.chuseok)) names.push(CHUSEOK);
  return names;
}

function lunarYear(year: number, rules: HolidayRules): LunarYear {
  const lunar = rules.lunarYears.find((candidate) => candidate.year === year);
  if (lunar === undefined) {
    throw new CheongsanError('POLICY_UNKNOWN', `The lunar holidays of ${year} are not entered; add the year to holiday.lunar_days.`, {
      facts: { key: 'holiday.lunar_days', year },
    });
  }
  return lunar;
}

function isAround(day: CivilDate, feast: CivilDate): boolean {
  return addDays(feast, -1) <= day && day <= addDays(feast, 1);
}

/**
 * Which holidays of a day earn a substitute (decree on holidays, article 3(1)): on a weekend each that the rule names for it, on a
 * weekday one fewer than the holidays that meet there.
 */
function owedSubstitutes(day: CivilDate, names: readonly string[], { substitution }: HolidayRules): string[] {
  const eligible = names.filter((name) => substitution.onWeekend.includes(name) || substitution.onSunday.includes(name));
  switch (weekday(day)) {
    case SUNDAY:
      return eligible;
    case SATURDAY:
      return eligible.filter((name) => substitution.onWeekend.includes(name));
    default:
      return eligible.slice(0, names.length - 1);
  }
}

/** The first day that is neither weekend nor taken by a holiday or an earlier substitute (article 3(1) to (3)). */
function firstFreeDayAfter(day: CivilDate, holidays: ReadonlyMap<CivilDate, string>): CivilDate {
  let free = addDays(day, 1);
  while (isWeekend(free) || holidays.has(free)) free = addDays(free, 1);
  return free;
}
