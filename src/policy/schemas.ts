import { z } from 'zod';
import { civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { Rate, Won } from '../kernel/money.ts';

/** Whole won of at least zero, written as digits: `"450000"`. */
export const wonSchema = z
  .string()
  .regex(/^(?:0|[1-9]\d*)$/, 'whole won as digits, such as "450000"')
  .transform((text) => Won.of(text));

/** A ratio of at least zero, written as a plain decimal: three per cent is `"0.03"`. */
export const rateSchema = z
  .string()
  .refine((text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal of at least zero, such as "0.03"')
  .transform((text) => Rate.of(text));

/** A calendar day, `YYYY-MM-DD`. */
export const daySchema = z
  .string()
  .refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD')
  .transform((text) => civilDate(text));

/** A whole number of days, months, seconds or times, at least `low` and at most `high`. */
export function countSchema(low: number, high: number) {
  return z.int().min(low).max(high);
}
