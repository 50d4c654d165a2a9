import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson, digestOf } from '../../src/kernel/digest.ts';

const { plain: anyPlain } = fc.letrec<{ plain: Canonical }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie('plain'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('plain'), { maxKeys: 4 }),
  ),
}));

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(anyPlain, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is one text for one value, in whatever order the keys were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyPlain), (members) => {
        const reversed = Object.fromEntries(Object.entries(members).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(members));
        expect(digestOf(reversed)).toBe(digestOf(members));
      }),
    );
    expect(canonicalJson({ b: [1, { d: 'x', c: null }], a: true, left: undefined })).toBe('{"a":true,"b":[1,{"c":null,"d":"x"}]}');
  });

  it('is another text for another value', () => {
    fc.assert(
      fc.property(anyPlain, anyPlain, (a, b) => {
        expect(canonicalJson(a) === canonicalJson(b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      }),
    );
  });

  it.each([0.1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuses the number %s: figures are text', (value) => {
    expect(() => canonicalJson({ value })).toThrow(RangeError);
  });
});

function sorted(value: Canonical): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).map(([key, member]) => [key, sorted(member ?? null)]);
  return { members: members.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) };
}
