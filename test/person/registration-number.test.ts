import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { birthDateOf, checkRegistrationNumber } from '../../src/person/registration-number.ts';

describe('a registration number', () => {
  it.each([
    // Worked by hand: 900101-123456: 2·9+3·0+4·0+5·1+6·0+7·1+8·1+9·2+2·3+3·4+4·5+5·6 = 124, 124 mod 11 = 3, 11 − 3 = 8.
    ['natural', '900101-1234568', []],
    ['natural', '900101-1234567', ['check_digit']],
    // A foreigner's: 900101-523456 sums to 156, 156 mod 11 = 2, 13 − 2 = 11, last digit 1.
    ['natural', '9001015234561', []],
    ['natural', '9002305234560', ['birth_date', 'check_digit']],
    // The register's own worked example: 110111-006243 sums to 28, 10 − 8 = 2.
    ['corporate', '110111-0062432', []],
    ['corporate', '110111-0062433', ['check_digit']],
    // A widely published example: 123-45-67891.
    ['corporate', '123-45-67891', []],
    ['corporate', '123-45-67890', ['check_digit']],
  ] as const)('%s %s is accepted with the warnings %j', (kind, text, warnings) => {
    expect(checkRegistrationNumber(kind, text)).toEqual({ digits: text.replaceAll('-', ''), warnings });
  });

  it.each([
    ['natural', '900101-123456'],
    ['natural', '123-45-67891'],
    ['natural', '900101-1******'],
    ['corporate', '12345678901'],
    ['corporate', ''],
  ] as const)('%s %s is refused without being repeated', (kind, text) => {
    const check = () => checkRegistrationNumber(kind, text);
    expect(check).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    if (text !== '') expect(check).not.toThrow(text);
  });

  it('states a birth date by its century', () => {
    expect(birthDateOf('9001011234568')).toBe('1990-01-01');
    expect(birthDateOf('0512313234567')).toBe('2005-12-31');
    expect(birthDateOf('9912319000000')).toBe('1899-12-31');
    expect(birthDateOf('0502291234567')).toBeUndefined();
    expect(birthDateOf('900101')).toBeUndefined();
  });

  it('of thirteen digits is never refused for its check digit, and exactly one last digit fits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{12}$/), (body) => {
        const warned = [...'0123456789'].filter((last) => checkRegistrationNumber('natural', body + last).warnings.includes('check_digit'));
        expect(warned).toHaveLength(9);
      }),
      { numRuns: 50 },
    );
  });
});
