import { type CivilDate, dayOfMonth, monthOf, seoulDay, startOfDay, yearOf } from '../kernel/civil-date.ts';
import { isPlainDecimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';

/** `1,234,567`, for columns whose header says that they are won. */
export function formatWonFigure(amount: Won): string {
  return formatFigure(amount.toString());
}

/** `1,234,567원`, for running text. */
export function formatWon(amount: Won): string {
  return `${formatWonFigure(amount)}원`;
}

/** A plain decimal with separators between thousands before the point: `12,345.00000001`. Error: `INPUT_INVALID`. */
export function formatFigure(figure: string): string {
  if (!isPlainDecimal(figure)) throw new CheongsanError('INPUT_INVALID', `${JSON.stringify(figure)} is not a plain decimal.`);
  const [whole = '', fraction] = figure.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A day as official Korean documents write it: `2026. 3. 5.` */
export function formatDay(day: CivilDate): string {
  return `${yearOf(day)}. ${monthOf(day)}. ${dayOfMonth(day)}.`;
}

/** A day in words for the date line of a letter: `2026년 3월 5일`. */
export function formatDayInWords(day: CivilDate): string {
  return `${yearOf(day)}년 ${monthOf(day)}월 ${dayOfMonth(day)}일`;
}

/** An instant as the clock on a Korean wall shows it, to the minute: `2026. 3. 5. 14:05`. */
export function formatSeoulDateTime(instant: Date): string {
  const day = seoulDay(instant);
  const minutes = Math.floor((instant.getTime() - startOfDay(day).getTime()) / 60_000);
  return `${formatDay(day)} ${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
