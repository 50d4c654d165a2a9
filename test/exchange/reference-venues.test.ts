import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/kernel/config.ts';
import { openReferenceMarkets } from '../../src/venue/reference-directory.ts';

const venuesOf = (variable: string | undefined, kind: 'real' | 'demo') =>
  openReferenceMarkets(readConfig({ REFERENCE_VENUES: variable }), kind).map(({ venue }) => venue);

describe('the venues that prices are compared with', () => {
  it('are the live ones of a real city, and none of a demo', () => {
    expect(venuesOf(undefined, 'real')).toEqual(['upbit', 'bithumb', 'coinone']);
    expect(venuesOf('', 'real')).toEqual(['upbit', 'bithumb', 'coinone']);
    expect(venuesOf(undefined, 'demo')).toEqual([]);
  });

  it('are those that are named, or none', () => {
    expect(venuesOf('bithumb=http://127.0.0.1:8090/bithumb,coinone=https://proxy.example.org/coinone', 'demo')).toEqual([
      'bithumb',
      'coinone',
    ]);
    expect(venuesOf('none', 'real')).toEqual([]);
  });

  it('are refused by name when the variable cannot be used', () => {
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('REFERENCE_VENUES') });
    for (const text of ['bithumb', 'bithumb=ftp://x', 'bithumb=https://a coinone=https://b', 'gopax=https://api.gopax.co.kr'])
      expect(() => venuesOf(text, 'real'), text).toThrow(refused);
  });
});
