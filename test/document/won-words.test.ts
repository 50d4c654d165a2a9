import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wonInWords } from '../../src/document/won-words.ts';
import { Won } from '../../src/kernel/money.ts';

/** Reads the words back the long way, place by place, knowing nothing of how they are made. */
function read(words: string): bigint {
  const digits = '영일이삼사오육칠팔구';
  const places = new Map([
    ['십', 10n],
    ['백', 100n],
    ['천', 1_000n],
  ]);
  const groups = new Map([
    ['만', 10n ** 4n],
    ['억', 10n ** 8n],
    ['조', 10n ** 12n],
    ['경', 10n ** 16n],
    ['해', 10n ** 20n],
  ]);
  let [total, group, digit] = [0n, 0n, 0n];
  for (const letter of words) {
    const place = places.get(letter);
    const scale = groups.get(letter);
    if (place !== undefined) [group, digit] = [group + digit * place, 0n];
    else if (scale !== undefined) [total, group, digit] = [total + (group + digit) * scale, 0n, 0n];
    else digit = BigInt(digits.indexOf(letter));
  }
  return total + group + digit;
}

describe('an amount in words', () => {
  it.each([
    ['0', '금 영원정'],
    ['1', '금 일원정'],
    ['10', '금 일십원정'],
    ['111', '금 일백일십일원정'],
    ['10000', '금 일만원정'],
    ['1230000', '금 일백이십삼만원정'],
    ['1000000', '금 일백만원정'],
    ['100000000', '금 일억원정'],
    ['100010001', '금 일억일만일원정'],
    ['1500000000', '금 일십오억원정'],
    ['12345678901234', '금 일십이조삼천사백오십육억칠천팔백구십만일천이백삼십사원정'],
  ])('%s is %s', (amount, words) => {
    expect(wonInWords(Won.of(amount))).toBe(words);
  });

  it('reads back as the same amount', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 24n - 1n }), fc.bigInt({ min: 0n, max: 1_000_000n })), (amount) => {
        const words = wonInWords(Won.of(amount));
        expect(words).toMatch(/^금 [일이삼사오육칠팔구영십백천만억조경해]+원정$/);
        expect(read(words.slice(2, -2))).toBe(amount);
      }),
    );
  });

  it('has none for what is negative or beyond counting', () => {
    expect(() => wonInWords(Won.of('-1'))).toThrow(expect.objectContaining({ code: 'AMOUNT_NEGATIVE' }));
    expect(() => wonInWords(Won.of(10n ** 24n))).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
