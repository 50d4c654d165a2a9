import { CheongsanError } from '../kernel/errors.ts';
import { keysIn } from './secret-keys.ts';
import { phrasesIn } from './secret-phrases.ts';
import { readingsOf, textsOf } from './upload-texts.ts';

/**
 * `seed_phrase`: words with a valid checksum. `seed_phrase_near_miss`: so many listed words that it is a phrase with something
 * missing, misspelt or out of order. The others name the format of a key.
 */
export const SECRET_KINDS = [
  'seed_phrase',
  'seed_phrase_near_miss',
  'private_key_hex',
  'private_key_wif',
  'private_key_pem',
  'extended_private_key',
  'json_keystore',
] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** Where a secret stands, never what it says. */
export interface SecretFinding {
  readonly kind: SecretKind;
  /** The part of the upload, for example `word/document.xml`; empty for the text itself. */
  readonly place: string;
  /** Of its first and after its last character, in the text of the part. */
  readonly start: number;
  readonly end: number;
}

/**
 * Recovery phrases and private keys in a text, or in the bytes of an upload as far as text can be had from them: text files of the
 * usual encodings, Office, Hangul and ZIP files, plain and compressed streams of PDF. Pictures are not read, nor PDF text that is
 * written in the numbers of an embedded font: a person must look at these.
 */
export function findSecrets(upload: string | Uint8Array): SecretFinding[] {
  const texts = typeof upload === 'string' ? [{ place: '', text: upload }] : textsOf(upload);
  return texts.flatMap(({ place, text }) => {
    const found = readingsOf(text).flatMap((reading) => [...phrasesIn(reading), ...keysIn(reading)]);
    // What stands between tags or beside them is found in both readings.
    const each = new Map(found.map((finding) => [`${finding.kind} ${finding.start} ${finding.end}`, { ...finding, place }]));
    return [...each.values()].toSorted((a, b) => a.start - b.start);
  });
}

/** Refuses what holds a secret. Error: `SECRET_FOUND`, with kinds and places, never the secret. */
export function requireNoSecrets(upload: string | Uint8Array): void {
  const findings = findSecrets(upload);
  if (findings.length === 0) return;
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  throw new CheongsanError('SECRET_FOUND', `The upload holds ${kinds.join(', ')}; nothing of it was kept.`, { facts: { findings } });
}
