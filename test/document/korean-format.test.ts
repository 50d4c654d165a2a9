import { expect, it } from 'vitest';
import {
  formatDay,
  formatDayInWords,
  formatFigure,
  formatSeoulDateTime,
  formatWon,
  formatWonFigure,
} from '../../src/document/korean-format.ts';
import { maskShape } from '../../src/document/mask.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';

it.each([
  ['0', '0'],
  ['999', '999'],
  ['1000', '1,000'],
  ['-1234567', '-1,234,567'],
  ['12345678901234567890', '12,345,678,901,234,567,890'],
])('separates thousands of %s won as %s', (amount, text) => {
  expect(formatWonFigure(Won.of(amount))).toBe(text);
  expect(formatWon(Won.of(amount))).toBe(`${text}원`);
});

it('leaves decimals of a figure alone, and refuses what is none', () => {
  expect(formatFigure('-12345.00012345')).toBe('-12,345.00012345');
  expect(() => formatFigure('1e5')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});

it('writes days and times as official documents do, by the clock of Seoul', () => {
  expect(formatDay(civilDate('2026-03-05'))).toBe('2026. 3. 5.');
  expect(formatDayInWords(civilDate('2026-12-31'))).toBe('2026년 12월 31일');
  expect(formatSeoulDateTime(new Date('2026-03-04T15:00:59Z'))).toBe('2026. 3. 5. 00:00');
  expect(formatSeoulDateTime(new Date('2026-03-05T14:59:59Z'))).toBe('2026. 3. 5. 23:59');
});

it('masks a value down to its shape', () => {
  expect(maskShape('홍길동A(1)-２')).toBe('○○○x(#)-#');
  expect(maskShape('a'.repeat(60))).toBe(`${'x'.repeat(40)}…`);
});
