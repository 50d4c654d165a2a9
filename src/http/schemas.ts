import { z } from 'zod';
import { isCivilDate } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';

/** Schemas that several routes share, with the examples the API description shows. */

export const rowId = z.int().positive().meta({ description: '행 번호', example: 12 });
/** A row id in a path, where everything is text. */
export const pathId = z.coerce.number().pipe(z.int().positive()).meta({ description: '행 번호', example: 12 });
export const wonText = z.string().meta({ description: '원 단위 금액', example: '1200000' });
export const decimalText = z
  .string()
  .refine(isPlainDecimal, 'a plain decimal such as "0.015"')
  .meta({ description: '소수', example: '0.015' });
export const dayText = z
  .string()
  .refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD')
  .meta({ description: '날짜', example: '2026-03-16' });
export const instantText = z.iso.datetime().meta({ description: '시각', example: '2026-03-16T01:00:00.000Z' });
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .meta({ description: '사유 (개인정보를 적지 않는다)', example: '체납 처분 계획에 따름' });
/** The answer of a command that has nothing to tell beyond that it was done. */
export const done = z.object({ done: z.literal(true) });
export const DONE = { done: true } as const;
