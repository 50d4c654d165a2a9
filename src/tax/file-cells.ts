import { z } from 'zod';
import { errorCodeOf, KOREAN_MESSAGES, textCell, wonCell } from '../document/cell-schemas.ts';
import type { Won } from '../kernel/money.ts';
import type { TaxLevel } from './bill-line.ts';

/** Cells that the files of this folder share, beyond those any table has. */

/** A thousand trillion won: far above any debt, and safely inside every column that holds one. */
const WON_MAX = 1_000_000_000_000_000n;
const LIST_MAX = 120;
const NOTICE_NUMBER = /^[0-9A-Z가-힣-]+$/;

export const yesNoWords = { '': false, 예: true, 여: true, Y: true, y: true, 아니오: false, 부: false, N: false, n: false } as const;

export const levelWords = {
  도세: 'province',
  특별시세: 'metropolitan',
  광역시세: 'metropolitan',
  시세: 'city',
  군세: 'city',
  구세: 'gu',
} as const satisfies Record<string, TaxLevel>;

/** What a level is called in a file of ours. */
export const levelTitles = { province: '도세', metropolitan: '특별시세', city: '시세', gu: '구세' } as const satisfies Record<
  TaxLevel,
  string
>;

/** A notice number as it is compared: capitals, without blanks. */
export function noticeNumberCell(): z.ZodType<string, string> {
  return textCell(40)
    .transform(tidyNoticeNumber)
    .refine((number) => NOTICE_NUMBER.test(number), '고지번호는 숫자, 영문, 한글, 붙임표로만 적습니다.');
}

/** The number a row means, whether or not it is valid: by it a bad row is counted to its notice. */
export function tidyNoticeNumber(text: string): string {
  return text.normalize('NFC').replace(/\s/g, '').toUpperCase();
}

/** Whole won of zero or more that a bill may hold. */
export function amountCell(): z.ZodType<Won, string> {
  return wonCell().refine((amount) => amount.toBigInt() <= WON_MAX, '금액이 너무 큽니다.');
}

/** Values of one schema parted by semicolons, in order; an empty cell has none. The first reason against a part is given. */
export function listCell<Value>(schema: z.ZodType<Value, string>): z.ZodType<readonly Value[], string> {
  const parts = z.array(schema).max(LIST_MAX, `한 칸에 ${LIST_MAX}건까지 적습니다.`);
  return z
    .string()
    .transform((cell) => (cell.trim() === '' ? [] : cell.split(';').map((part) => part.trim())))
    .pipe(parts);
}

/**
 * A schema that remembers what it has read: the same dates, words and zeros fill most cells of a large file. Only good
 * values are remembered, and no more of them than `size`.
 */
export function remembered<Value>(schema: z.ZodType<Value, string>, size = 4_096): z.ZodType<Value, string> {
  const known = new Map<string, { readonly value: Value }>();
  return z.string().transform((cell, context) => {
    const found = known.get(cell);
    if (found !== undefined) return found.value;
    const parsed = schema.safeParse(cell, { error: KOREAN_MESSAGES });
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        context.addIssue({ code: 'custom', message: issue.message, params: { code: errorCodeOf(issue) } });
      return z.NEVER;
    }
    if (known.size < size) known.set(cell, { value: parsed.data });
    return parsed.data;
  });
}
