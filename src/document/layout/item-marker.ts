import { CheongsanError } from '../../kernel/errors.ts';

/** Initial consonants ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ and vowels ㅏㅓㅗㅜㅡㅣ by their places in the Unicode order of syllables. */
const INITIALS = [0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18] as const;
const VOWELS = [0, 4, 8, 13, 18, 20] as const;
const FIRST_SYLLABLE = 0xac00;
const SYLLABLES_PER_INITIAL = 588;
const SYLLABLES_PER_VOWEL = 28;

const LEVELS: readonly ((index: number) => string)[] = [
  (index) => `${index + 1}.`,
  (index) => `${syllable(index)}.`,
  (index) => `${index + 1})`,
  (index) => `${syllable(index)})`,
  (index) => `(${index + 1})`,
  (index) => `(${syllable(index)})`,
];

/**
 * The number of an item in an official document, by level and place, both from 0: 1. 가. 1) 가) (1) (가); after 하 comes 거
 * (Enforcement Rule of the Regulation on Administrative Work, article 2). Error: `INPUT_INVALID` below the sixth level.
 */
export function itemMarker(level: number, index: number): string {
  const marker = LEVELS[level];
  if (marker === undefined)
    throw new CheongsanError('INPUT_INVALID', `Items are numbered ${LEVELS.length} levels deep, not ${level + 1}; flatten the list.`);
  return marker(index);
}

function syllable(index: number): string {
  const initial = INITIALS[index % INITIALS.length];
  const vowel = VOWELS[Math.floor(index / INITIALS.length)];
  if (initial === undefined || vowel === undefined) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A list lettered in Korean has at most ${INITIALS.length * VOWELS.length} items, not ${index + 1}.`,
    );
  }
  return String.fromCharCode(FIRST_SYLLABLE + initial * SYLLABLES_PER_INITIAL + vowel * SYLLABLES_PER_VOWEL);
}
