import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { blankable, choiceCell, dayCell, quantityCell, textCell, wonCell } from '../../src/document/cell-schemas.ts';

function outcome(schema: z.ZodType, cell: string): string {
  const parsed = schema.safeParse(cell);
  if (parsed.success) return String(parsed.data);
  const [issue] = parsed.error.issues;
  return issue?.code === 'custom' ? String(issue.params?.['code']) : 'no custom issue';
}

describe('won', () => {
  it.each([
    ['1234567', '1234567'],
    [' 1,234,567원 ', '1234567'],
    ['007', '7'],
    ['+5', '5'],
    ['0', '0'],
    ['-0', '0'],
    ['-5', 'AMOUNT_NEGATIVE'],
    ['1,23,456', 'INPUT_INVALID'],
    ['1.5', 'INPUT_INVALID'],
    ['1e6', 'INPUT_INVALID'],
    ['１２', 'INPUT_INVALID'],
    ['', 'INPUT_INVALID'],
    ['원', 'INPUT_INVALID'],
  ])('%j gives %s', (cell, expected) => {
    expect(outcome(wonCell(), cell)).toBe(expected);
  });

  it('takes negative amounts where they have a meaning', () => {
    expect(outcome(wonCell({ allowNegative: true }), '-1,000')).toBe('-1000');
  });
});

describe('quantity', () => {
  it.each([
    ['0.00000001', '0.00000001'],
    ['12,345.5', '12345.5'],
    ['00.5', '0.5'],
    ['0.000000001', 'INPUT_INVALID'],
    ['-1', 'AMOUNT_NEGATIVE'],
    ['1e-8', 'INPUT_INVALID'],
    ['.5', 'INPUT_INVALID'],
  ])('%j gives %s', (cell, expected) => {
    expect(outcome(quantityCell(8), cell)).toBe(expected);
  });
});

describe('day', () => {
  it.each([
    ['2026-03-05', '2026-03-05'],
    ['2026-3-5', '2026-03-05'],
    ['2026. 3. 5.', '2026-03-05'],
    ['2026.03.05', '2026-03-05'],
    ['2026/3/5', '2026-03-05'],
    [' 20260305 ', '2026-03-05'],
    ['2026-02-30', 'INPUT_INVALID'],
    ['26-03-05', 'INPUT_INVALID'],
    ['2026-03-05 10:00:00', 'INPUT_INVALID'],
    ['', 'INPUT_INVALID'],
  ])('%j gives %s', (cell, expected) => {
    expect(outcome(dayCell(), cell)).toBe(expected);
  });
});

describe('text, choices and blanks', () => {
  it('composes letters that another program wrote apart, and trims', () => {
    expect(outcome(textCell(), ` ${'표본'.normalize('NFD')} `)).toBe('표본');
  });

  it.each(['', '  ', '표\n본', 'a'.repeat(201)])('refuses the text %j', (cell) => {
    expect(outcome(textCell(), cell)).toBe('INPUT_INVALID');
  });

  it('knows the words of a form and no others, not even those every object has', () => {
    const choice = choiceCell({ 송달: 'served', 미송달: 'unserved' });
    expect([' 송달 ', '미송달', '반송', 'toString'].map((cell) => outcome(choice, cell))).toEqual([
      'served',
      'unserved',
      'INPUT_INVALID',
      'INPUT_INVALID',
    ]);
  });

  it('takes a blank cell as absent and keeps the reasons for any other', () => {
    expect(outcome(blankable(wonCell()), ' ')).toBe('undefined');
    expect(outcome(blankable(wonCell()), '5')).toBe('5');
    expect(outcome(blankable(wonCell()), '-5')).toBe('AMOUNT_NEGATIVE');
    expect(outcome(blankable(z.string().regex(/^\d+$/)), 'a')).toBe('INPUT_INVALID');
  });
});
