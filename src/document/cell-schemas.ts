import { z } from 'zod';
import { type CivilDate, dayFrom } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { type ErrorCode, isErrorCode } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';

/** Schemas for the cells of a file: from the text an office writes to the value the rules use, with Korean reasons. */

/** For issues of plain zod checks, which bring no reason of their own. */
export const KOREAN_MESSAGES = z.locales.ko().localeError;

type CellContext = { addIssue(issue: { code: 'custom'; message: string; params?: Record<string, unknown> }): void };

function refuse(context: CellContext, reason: string, code: ErrorCode = 'INPUT_INVALID'): never {
  context.addIssue({ code: 'custom', message: reason, params: { code } });
  return z.NEVER;
}

/** A schema may name one of our codes as `params.code` of a custom issue; any other issue is plainly invalid input. */
export function errorCodeOf(issue: z.core.$ZodIssue): ErrorCode {
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' && isErrorCode(code) ? code : 'INPUT_INVALID';
}

const CONTROL_CHARACTER = /\p{Cc}/u;

/** One line of text, trimmed and in composed form (NFC), so that the same name is the same text whatever program wrote it. */
export function textCell(charactersMax = 200): z.ZodType<string, string> {
  return z.string().transform((cell, context) => {
    const text = cell.trim().normalize('NFC');
    if (text === '') return refuse(context, '값이 비어 있습니다.');
    if (text.length > charactersMax) return refuse(context, `${charactersMax}자를 넘습니다.`);
    if (CONTROL_CHARACTER.test(text)) return refuse(context, '줄바꿈이나 제어 문자가 들어 있습니다.');
    return text;
  });
}

/** Whole won, with or without thousands separators and 원. Negative amounts are refused (`AMOUNT_NEGATIVE`) unless allowed. */
export function wonCell(options: { allowNegative?: boolean } = {}): z.ZodType<Won, string> {
  return z.string().transform((cell, context) => {
    const figure = plainFigure(cell.replace(/원\s*$/, ''));
    if (figure === undefined || figure.includes('.')) return refuse(context, '원 단위 금액이 아닙니다.');
    const amount = Won.of(figure);
    if (amount.isNegative() && options.allowNegative !== true) return refuse(context, '금액은 음수일 수 없습니다.', 'AMOUNT_NEGATIVE');
    return amount;
  });
}

/** A decimal of zero or more as plain text, for quantities of coins; the unit comes from another column. */
export function quantityCell(decimalPlacesMax: number): z.ZodType<string, string> {
  return z.string().transform((cell, context) => {
    const figure = plainFigure(cell);
    if (figure === undefined) return refuse(context, '수량이 아닙니다.');
    if (figure.startsWith('-')) return refuse(context, '수량은 음수일 수 없습니다.', 'AMOUNT_NEGATIVE');
    if ((figure.split('.')[1] ?? '').length > decimalPlacesMax) return refuse(context, `소수점 아래 ${decimalPlacesMax}자리를 넘습니다.`);
    return figure;
  });
}

/** A figure as people type it, without separators, blanks and leading zeros; undefined when it is none. */
function plainFigure(cell: string): string | undefined {
  const text = cell.trim().replace(/^\+/, '');
  const isGrouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text);
  const figure = (isGrouped ? text.replaceAll(',', '') : text).replace(/^(-?)0+(?=\d)/, '$1').replace(/^-(?=0(?:\.0+)?$)/, '');
  return isPlainDecimal(figure) ? figure : undefined;
}

const DAY_FORMS = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})$/,
  /^(\d{4})\.\s*(\d{1,2})\.\s*(\d{1,2})\.?$/,
  /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/,
  /^(\d{4})(\d{2})(\d{2})$/,
];

/** A calendar day as `2026-03-05`, `2026. 3. 5.`, `2026/3/5` or `20260305`. */
export function dayCell(): z.ZodType<CivilDate, string> {
  return z.string().transform((cell, context) => {
    const text = cell.trim();
    const parts = DAY_FORMS.map((form) => form.exec(text)).find((match) => match !== null);
    const day = parts === undefined ? undefined : dayFrom(Number(parts?.[1]), Number(parts?.[2]), Number(parts?.[3]));
    return day ?? refuse(context, '달력에 있는 날짜(예: 2026-03-05)가 아닙니다.');
  });
}

/** One of the words of a form, each standing for a value of ours. */
export function choiceCell<const Value>(choices: Readonly<Record<string, Value>>): z.ZodType<Value, string> {
  const byWord = new Map(Object.entries(choices));
  return z.string().transform((cell, context) => {
    const word = cell.trim();
    const value = byWord.get(word);
    return value === undefined ? refuse(context, `다음 중 하나여야 합니다: ${[...byWord.keys()].join(', ')}.`) : value;
  });
}

/** An empty cell is undefined; any other must satisfy the schema. */
export function blankable<Value>(schema: z.ZodType<Value, string>): z.ZodType<Value | undefined, string> {
  return z.string().transform((cell, context) => {
    if (cell.trim() === '') return undefined;
    const parsed = schema.safeParse(cell, { error: KOREAN_MESSAGES });
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) refuse(context, issue.message, errorCodeOf(issue));
    return z.NEVER;
  });
}
