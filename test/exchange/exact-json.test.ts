import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactJson } from '../../src/exchange/exact-json.ts';

test('exact JSON keeps every number as the text of the wire', () => {
  const text = '{"a":0.00000001,"b":[159508000.12345678, 1e-8,-3],"c":123456789012345678901234567890.1}';
  expect(parseExactJson(text)).toEqual({
    a: '0.00000001',
    b: ['159508000.12345678', '1e-8', '-3'],
    c: '123456789012345678901234567890.1',
  });
});

test('exact JSON leaves digits inside strings, words and blanks alone', () => {
  const text = '{ "12" : "at 5,000 won \\"7\\" {\\"x\\":1,\\\\", "flag" : true , "none" : null }';
  expect(parseExactJson(text)).toEqual({ '12': 'at 5,000 won "7" {"x":1,\\', flag: true, none: null });
});

test('exact JSON refuses what is no JSON', () => {
  for (const text of ['', '<html>502</html>', '{"a":1', '{"a":1b}', '"open']) {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  }
});

test('exact JSON differs from JSON.parse only in that numbers are text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const expected: unknown = JSON.parse(text, (_key, member: unknown) => (typeof member === 'number' ? JSON.stringify(member) : member));
      expect(parseExactJson(text)).toEqual(expected);
    }),
  );
});
