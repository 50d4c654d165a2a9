import { CheongsanError } from './errors.ts';

declare const civil: unique symbol;
/** A legal day in Korea, `YYYY-MM-DD`. Days compare as text. */
export type CivilDate = string & { readonly [civil]: true };

const SEOUL_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;
const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses `YYYY-MM-DD` and refuses days that no calendar has. */
export function civilDate(text: string): CivilDate {
  const match = PATTERN.exec(text);
  if (match === null || toText(Date.parse(`${text}T00:00:00Z`)) !== text) {
    throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(text)} is not a calendar day in the form YYYY-MM-DD.`);
  }
  return text as CivilDate;
}

export function isCivilDate(text: string): text is CivilDate {
  return PATTERN.test(text) && toText(Date.parse(`${text}T00:00:00Z`)) === text;
}

function toText(utcMs: number): string {
  return Number.isNaN(utcMs) ? '' : new Date(utcMs).toISOString().slice(0, 10);
}

/** The legal day in Seoul at an instant. Korea has had no daylight saving since 1988, so the offset is constant. */
export function seoulDay(instant: Date): CivilDate {
  return toText(instant.getTime() + SEOUL_OFFSET_MS) as CivilDate;
}

/** `14:05:09.120`, as a clock in Seoul shows it. */
export function seoulTime(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(11, 23);
}

/** Midnight in Seoul at which the day begins. */
export function startOfDay(day: CivilDate): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) - SEOUL_OFFSET_MS);
}

export function addDays(day: CivilDate, days: number): CivilDate {
  return toText(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS) as CivilDate;
}

/** Whole days from the first to the second day; negative when the second is earlier. */
export function daysBetween(from: CivilDate, to: CivilDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/**
 * The first day after a period of whole months that begins with `start` at 0:00 (Civil Code 160): the day of the same
 * number, or the first of the following month where that month has no such day. Periods of years are twelve months each.
 */
export function dayAfterMonths(start: CivilDate, months: number): CivilDate {
  const monthIndex = yearOf(start) * 12 + monthOf(start) - 1 + months;
  const year = Math.floor(monthIndex / 12);
  const month = monthIndex - year * 12 + 1;
  const dayNumber = dayOfMonth(start);
  // December has every day of the month, so the following month is always of the same year.
  return dayNumber <= daysInMonth(year, month) ? toDay(year, month, dayNumber) : toDay(year, month + 1, 1);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function toDay(year: number, month: number, dayNumber: number): CivilDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(dayNumber).padStart(2, '0')}` as CivilDate;
}

/** 0 is Sunday, 6 is Saturday. */
export function weekday(day: CivilDate): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

export function yearOf(day: CivilDate): number {
  return Number(day.slice(0, 4));
}

/** 1 to 12. */
export function monthOf(day: CivilDate): number {
  return Number(day.slice(5, 7));
}

export function dayOfMonth(day: CivilDate): number {
  return Number(day.slice(8, 10));
}

/** A day from its parts, or undefined when that month has no such day (30 February). */
export function dayFrom(year: number, month: number, dayNumber: number): CivilDate | undefined {
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(dayNumber).padStart(2, '0')}`;
  return isCivilDate(text) ? text : undefined;
}

export function firstOfMonth(day: CivilDate): CivilDate {
  return toDay(yearOf(day), monthOf(day), 1);
}

export function earlier(a: CivilDate, b: CivilDate): CivilDate {
  return a <= b ? a : b;
}

export function later(a: CivilDate, b: CivilDate): CivilDate {
  return a >= b ? a : b;
}

/** How a `date` column comes back from the database client: midnight UTC. */
export function dayFromColumn(column: Date): CivilDate {
  return toText(column.getTime()) as CivilDate;
}

export function dayToColumn(day: CivilDate): Date {
  return new Date(`${day}T00:00:00Z`);
}
