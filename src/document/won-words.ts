import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';

const DIGITS = ['', '일', '이', '삼', '사', '오', '육', '칠', '팔', '구'] as const;
const PLACES = ['', '십', '백', '천'] as const;
/** Groups of four digits from the right. The largest amounts of the ledger lie far below the last. */
const GROUPS = ['', '만', '억', '조', '경', '해'] as const;

/**
 * An amount in the words of receipts and official letters: 1,230,000 is `금 일백이십삼만원정`. The one before a place is
 * always written (일백, 일십), so that nothing can be put in front of it. Error: `AMOUNT_NEGATIVE`; `INPUT_INVALID` beyond 10^24.
 */
export function wonInWords(amount: Won): string {
  if (amount.isNegative())
    throw new CheongsanError('AMOUNT_NEGATIVE', 'A negative amount has no official words; write what it is owed for.');
  const digits = amount.toString();
  if (digits.length > GROUPS.length * 4) throw new CheongsanError('INPUT_INVALID', `${digits} won is beyond the amounts that have words.`);
  const words = amount.isZero() ? '영' : groupsOf(digits).map(groupWords).join('');
  return `금 ${words}원정`;
}

/** Four digits each, the highest group first. */
function groupsOf(digits: string): string[] {
  const padded = digits.padStart(Math.ceil(digits.length / 4) * 4, '0');
  return padded.match(/\d{4}/g) ?? [];
}

function groupWords(group: string, index: number, groups: readonly string[]): string {
  const words = [...group]
    .map((digit, place) => (digit === '0' ? '' : `${DIGITS[Number(digit)] ?? ''}${PLACES[3 - place] ?? ''}`))
    .join('');
  return words === '' ? '' : `${words}${GROUPS[groups.length - 1 - index] ?? ''}`;
}
