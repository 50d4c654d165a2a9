import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeCell, unescapeCell } from '../../src/document/cell-escape.ts';

const DANGEROUS = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

it.each(DANGEROUS)('puts an apostrophe before %j', (start) => {
  expect(escapeCell(`${start}SUM(A1)`)).toBe(`'${start}SUM(A1)`);
});

it.each(['표본-001', '1-2', ' =1', "'표본", '', "'"])('leaves %j as it is', (text) => {
  expect(escapeCell(text)).toBe(text);
});

it('never begins dangerously and is always taken back exactly', () => {
  const start = fc.array(fc.constantFrom("'", ...DANGEROUS, 'a', '가', ' '), { maxLength: 4 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(start, fc.string(), (head, tail) => {
      const escaped = escapeCell(head + tail);
      expect(DANGEROUS).not.toContain(escaped.charAt(0));
      expect(unescapeCell(escaped)).toBe(head + tail);
    }),
  );
});
