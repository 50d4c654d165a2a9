import { sha256, wordlists } from 'ethers';
import { CheongsanError } from '../kernel/errors.ts';

/*
 * Words of recovery phrases (BIP-39): 2,048 a language, of which 12, 15, 18, 21 or 24 with a checksum are a phrase. Engraved plates
 * carry the first four letters of English words, which no two words share.
 */

const LANGUAGES = ['en', 'ko'] as const;
const WORDS = 2_048;
const PREFIX_LENGTH = 4;
const BITS_A_WORD = 11;

export const PHRASE_LENGTHS = [24, 21, 18, 15, 12] as const;

/** Index by word of each language, in NFC and lower case. */
const INDEXES: readonly ReadonlyMap<string, number>[] = LANGUAGES.map(indexOf);

function indexOf(language: (typeof LANGUAGES)[number]): ReadonlyMap<string, number> {
  const list = wordlists[language];
  if (list === undefined) throw new CheongsanError('INTERNAL', `The list of ${language} recovery words is missing.`);
  const index = new Map<string, number>();
  for (let position = 0; position < WORDS; position++) {
    const word = list.getWord(position).normalize('NFC');
    index.set(word, position);
    if (language === 'en' && word.length > PREFIX_LENGTH) index.set(word.slice(0, PREFIX_LENGTH), position);
  }
  return index;
}

/** A word's number in each list, undefined where it is not listed. Full-width and decomposed letters count as what they show. */
export function numbersOf(word: string): readonly (number | undefined)[] {
  const plain = word.normalize('NFKC').toLowerCase();
  return INDEXES.map((index) => index.get(plain));
}

/** Number of a word in its list; undefined for what is none. */
export type Listed = number | undefined;

/** Words of one list, and the beginnings that stand for them, with their numbers. */
export function listedWords(language: number): ReadonlyMap<string, number> {
  return INDEXES[language] ?? new Map();
}

/** Whether numbers of words carry the checksum of a phrase: its last bits are the first of the SHA-256 of the rest. */
export function isPhrase(numbers: readonly number[]): boolean {
  const bits = numbers.map((number) => number.toString(2).padStart(BITS_A_WORD, '0')).join('');
  const checksumLength = bits.length / 33;
  if (!Number.isInteger(checksumLength)) return false;
  const entropy = bits.slice(0, -checksumLength);
  const bytes = Uint8Array.from(entropy.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  const digest = BigInt(sha256(bytes)) >> BigInt(256 - checksumLength);
  return digest === BigInt(`0b${bits.slice(-checksumLength)}`);
}
