import { z } from 'zod';
import { type CivilDate, civilDate, isCivilDate } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Won } from '../kernel/money.ts';

/** Schemas that several routes share, with the examples the API description shows. */

const ID_MAX = 2_147_483_647;

export const rowId = z.int().positive().max(ID_MAX).meta({ description: '행 번호', example: 12 });
/** A whole number in a path or query, where everything is text. */
function integerText(low: number, high: number) {
  return z
    .string()
    .regex(/^\d{1,10}$/, `a whole number from ${low} to ${high}`)
    .transform(Number)
    .pipe(z.int().min(low).max(high));
}
export const pathId = integerText(1, ID_MAX).meta({
  description: '행 번호',
  example: '12',
});
export const pathLongId = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, 'a row number')
  .refine((text) => BigInt(text) <= 9_223_372_036_854_775_807n, 'a row number')
  .meta({ description: '행 번호', example: '12' });
export const flagText = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ example: 'true' });

export const wonText = z.string().meta({ description: '원 단위 금액', example: '1200000' });
/** Whole won that a client states: never negative, and no more than a ledger of won ever holds. */
export const wonInput = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,15})$/, 'whole won of zero or more, such as "1200000"')
  .transform((text) => Won.of(text))
  .meta({ description: '원 단위 금액 (0 이상)', example: '1200000' });
export const decimalText = z
  .string()
  .refine(isPlainDecimal, 'a plain decimal such as "0.015"')
  .meta({ description: '소수', example: '0.015' });
/** A figure of zero or more, to 18 decimals. */
export const figureInput = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,19})(?:\.\d{1,18})?$/, 'a plain decimal of zero or more, to 18 decimals')
  .meta({ description: '0 이상의 수 (소수 18자리까지)', example: '0.015' });
/** A quantity of coins above zero, to 18 decimals; which asset is said beside it. */
export const quantityInput = figureInput
  .refine((text) => /[1-9]/.test(text), 'above zero')
  .meta({ description: '수량 (0 초과, 소수 18자리까지)', example: '0.015' });
export function coins(asset: string, quantity: string): CoinAmount {
  return CoinAmount.of(asset, quantity);
}
export const assetCode = z
  .string()
  .regex(/^[A-Z0-9]{1,20}$/, 'an asset code such as BTC')
  .meta({ description: '가상자산', example: 'BTC' });
/** Refuses a figure of which somebody says that it counts something else. Error: `ASSET_DIFFERS`. */
export function requireAsset(due: string, given: string | undefined): void {
  if (given === undefined || given === due) return;
  throw new CheongsanError('ASSET_DIFFERS', `${due} is due here, ${given} was given.`, { facts: { due, given } });
}
/** As the ledger names assets: coins, whole won, and won at a venue. */
export const ledgerAssetCode = z
  .string()
  .regex(/^[A-Z0-9]{1,20}(?:@[a-z0-9]{1,20})?$/, 'an asset of the ledger such as BTC, KRW or KRW@upbit')
  .meta({ description: '장부의 자산', example: 'KRW@upbit' });

export const venueText = z.string().meta({ description: '거래소', example: 'upbit' });

export const dayText = z
  .string()
  .refine(isCivilDate, 'a calendar day in the form YYYY-MM-DD')
  .meta({ description: '날짜', example: '2026-03-16' });
/** A day that a client states. */
export const dayInput = dayText.transform((text): CivilDate => civilDate(text)).meta({ description: '날짜', example: '2026-03-16' });
/** A month of the books, as people name it. */
export const monthOut = z.string().meta({ description: '달', example: '2026-03' });
/** A month that a client states, as its first day. */
export const monthInput = z
  .string()
  .refine((text) => isCivilDate(`${text}-01`), 'a month in the form YYYY-MM')
  .transform((text): CivilDate => civilDate(`${text}-01`))
  .meta({ description: '달', example: '2026-03' });
export const instantText = z.iso.datetime().meta({ description: '시각', example: '2026-03-16T01:00:00.000Z' });
/** A minute is enough, as in the shell. */
const SECONDS_LACKING = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;
/** What a query makes of a plus that was not encoded. */
const PLUS_AS_BLANK = / (\d{2}:\d{2})$/;
export const instantInput = z
  .string()
  .transform((text) => text.replace(PLUS_AS_BLANK, '+$1').replace(SECONDS_LACKING, '$1:00$2'))
  .pipe(z.iso.datetime({ offset: true }))
  .transform((text) => new Date(text))
  .meta({ description: '시각 (초는 없어도 됨)', example: '2026-03-16T10:00:00+09:00' });

/** One line of text that somebody writes: no control characters, no blanks at its ends. */
export function lineText(maxLength: number, example: string) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^\P{Cc}*$/u, 'one line without control characters')
    .meta({ example });
}
export const reasonText = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .regex(/^[\P{Cc}\n\t]*$/u, 'no control characters')
  .meta({ description: '사유 (개인정보를 적지 않는다)', example: '체납 처분 계획에 따름' });

/** Why personal data or a paper is looked at; logged for ever. */
export const purposeText = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/,
    '열람 목적은 영문 소문자로 업무.행위, 예: "case.review" (a purpose such as "case.review")',
  )
  .max(60)
  .meta({
    description:
      '열람 목적. 영문 소문자로 업무.행위 (사건 검토 case.review, 출금 주소 대조 address.check), 한글은 받지 않음, 기록에 남는다',
    example: 'case.review',
  });

/** Facts behind a refusal, as plain JSON. */
export const factsAnswer = z.record(z.string(), z.unknown()).meta({ description: '사유를 이루는 값', example: {} });

/** The answer of a command that has nothing to tell beyond that it was done. */
export const done = z.object({ done: z.literal(true) });
export const DONE = { done: true } as const;

const PAGE_MAX = 500;
const PAGE_DEFAULT = 100;
/** Lists are read in the order of their ids: `after` is the last id of the page before. */
export const pageQuery = {
  after: pathId.optional().meta({ description: '이 번호 다음부터' }),
  limit: integerText(1, PAGE_MAX)
    .default(PAGE_DEFAULT)
    .meta({ description: `한 쪽의 건수 (${PAGE_MAX}까지)`, example: String(PAGE_DEFAULT) }),
} as const;

export interface Page {
  readonly after?: number | undefined;
  readonly limit: number;
}

/** What a query of rows needs to read one page; one row more tells whether another page follows. */
export function pageArgs({ after, limit }: Page) {
  return { where: after === undefined ? {} : { id: { gt: after } }, orderBy: { id: 'asc' as const }, take: limit + 1 };
}

export function pageAnswer<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: rowId.nullable().meta({ description: '다음 쪽을 읽을 after 값, 없으면 끝', example: null }),
  });
}

/** Cuts off the row that was read to see whether another page follows. */
export function toPage<Row extends { readonly id: number }, Item>(rows: readonly Row[], { limit }: Page, toItem: (row: Row) => Item) {
  const kept = rows.slice(0, limit);
  return { items: kept.map(toItem), next: rows.length > limit ? (kept.at(-1)?.id ?? null) : null };
}
