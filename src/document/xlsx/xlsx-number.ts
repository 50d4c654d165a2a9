import { addDays, type CivilDate, dayFrom, isCivilDate } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { RawCell } from '../raw-row.ts';

/** How a number format shows a number: as itself, as a day or time, or as digits in a mask such as `000000-0000000`. */
export type NumberDisplay =
  | { readonly kind: 'figure' }
  | { readonly kind: 'day' }
  | { readonly kind: 'dayAndTime' }
  | { readonly kind: 'time' }
  | { readonly kind: 'mask'; readonly mask: string };

const FIGURE: NumberDisplay = { kind: 'figure' };
/** Formats that have a number instead of a code (ECMA-376 part 1, 18.8.30), those of Korean Excel included. */
const BUILT_IN_DAY = new Set([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const BUILT_IN_TIME = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56]);
const BUILT_IN_DAY_AND_TIME = 22;

/** What a format does, from its number and, for the ones a user made, its code. */
export function numberDisplay(formatId: number, code: string | undefined): NumberDisplay {
  if (code === undefined) {
    if (BUILT_IN_DAY.has(formatId)) return { kind: 'day' };
    if (BUILT_IN_TIME.has(formatId)) return { kind: 'time' };
    return formatId === BUILT_IN_DAY_AND_TIME ? { kind: 'dayAndTime' } : FIGURE;
  }
  const positive = code.split(';')[0] ?? '';
  const mask = positive.replaceAll('\\', '').replaceAll('"-"', '-');
  if (/^0{2,}$|^0+(-0+)+$/.test(mask)) return { kind: 'mask', mask };
  return dateDisplay(positive);
}

/** Letters that stand for parts of a date count only outside quoted text, escapes and bracketed conditions. */
function dateDisplay(code: string): NumberDisplay {
  const isElapsed = /\[[hms]+\]/i.test(code);
  const letters = code.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '').replace(/general/gi, '');
  const hasTime = isElapsed || /[hs]/i.test(letters);
  const hasDay = /[yd]/i.test(letters) || (/m/i.test(letters) && !hasTime);
  if (hasDay) return hasTime ? { kind: 'dayAndTime' } : { kind: 'day' };
  return hasTime ? { kind: 'time' } : FIGURE;
}

/** A double holds this many decimal digits of whatever was typed; what shows more was computed or has lost digits. */
const EXACT_DIGITS = 15;
const WHOLE_MAX = new Decimal(Number.MAX_SAFE_INTEGER);

const STORED_NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Nearly every figure of a tax ledger; exact as it stands. */
const PLAIN_WHOLE = /^(?:0|-?[1-9]\d{0,14})$/;
const INEXACT: RawCell = { refused: '자릿수가 너무 많아 숫자 셀로는 정확하지 않습니다. 셀 서식을 텍스트로 바꾸어 다시 입력하세요.' };

/**
 * A numeric cell as exact text. XLSX stores binary numbers, so figures are taken only where the binary number stands for
 * one decimal beyond doubt: whole ones up to 2^53 - 1, others up to 15 digits. The rest is refused, never rounded.
 */
export function numericCellText(stored: string, display: NumberDisplay, starts1904: boolean): RawCell {
  const binary = Number(stored);
  if (!STORED_NUMBER.test(stored) || !Number.isFinite(binary)) return { refused: '숫자로 읽을 수 없는 셀입니다.' };
  if (display.kind === 'figure' && PLAIN_WHOLE.test(stored)) return stored;
  if (!isWritingOf(binary, stored)) return INEXACT;
  const exact = new Decimal(binary.toString());
  switch (display.kind) {
    case 'figure':
      return figureText(exact);
    case 'mask':
      return exact.isInteger() && !exact.isNegative() ? masked(figureText(exact), display.mask) : figureText(exact);
    case 'day':
    case 'dayAndTime':
    case 'time':
      return dateText(binary, display.kind, starts1904);
  }
}

/** True when a program that holds this binary number may have written it so: its shortest decimal or 15 to 17 digits of it. */
function isWritingOf(binary: number, stored: string): boolean {
  const decimal = new Decimal(stored);
  return decimal.isEqualTo(binary.toString()) || [15, 16, 17].some((digits) => decimal.isEqualTo(binary.toPrecision(digits)));
}

function figureText(exact: Decimal): RawCell {
  if (exact.abs().isGreaterThan(WHOLE_MAX)) return INEXACT;
  if (!exact.isInteger() && exact.precision(true) > EXACT_DIGITS) return INEXACT;
  return exact.isZero() ? '0' : exact.toFixed();
}

/** Leading zeros that only the format shows, as Korean Excel does for registration numbers and postcodes. */
function masked(digits: RawCell, mask: string): RawCell {
  if (typeof digits !== 'string') return digits;
  const places = mask.replaceAll('-', '').length;
  if (digits.length > places) return digits;
  const padded = digits.padStart(places, '0');
  let used = 0;
  return mask.replace(/0/g, () => padded.charAt(used++));
}

const DAY_SECONDS = 86_400;
/** Excel's calendar has a 29 February 1900 that no other calendar has; days before it count from one day later. */
const FALSE_LEAP_SERIAL = 60;

function dateText(serial: number, kind: 'day' | 'dayAndTime' | 'time', starts1904: boolean): RawCell {
  if (serial < 0) return { refused: '달력에 없는 날짜입니다.' };
  const totalSeconds = Math.round(serial * DAY_SECONDS);
  const dayNumber = kind === 'day' ? Math.floor(serial) : Math.floor(totalSeconds / DAY_SECONDS);
  const time = timeText(totalSeconds - Math.floor(totalSeconds / DAY_SECONDS) * DAY_SECONDS);
  if (kind === 'time') return dayNumber === 0 ? time : { refused: '날짜 없이 시각만 표시된 셀입니다. 날짜 서식으로 바꾸세요.' };
  const day = dayOfSerial(dayNumber, starts1904);
  if (day === undefined) return { refused: '달력에 없는 날짜입니다.' };
  return kind === 'day' ? day : `${day} ${time}`;
}

function dayOfSerial(dayNumber: number, starts1904: boolean): CivilDate | undefined {
  const epoch = starts1904 ? dayFrom(1904, 1, 1) : dayFrom(1899, 12, dayNumber < FALSE_LEAP_SERIAL ? 31 : 30);
  const isNoDay = !starts1904 && (dayNumber === FALSE_LEAP_SERIAL || dayNumber === 0);
  if (epoch === undefined || isNoDay) return undefined;
  const day = addDays(epoch, dayNumber);
  return isCivilDate(day) ? day : undefined;
}

function timeText(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
