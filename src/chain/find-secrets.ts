import { CheongsanError } from '../kernel/errors.ts';
import { digestPlacesOf } from './digest-columns.ts';
import { halvedKeysIn } from './secret-disguises.ts';
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
  'private_key_base64',
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
 * written in the numbers of an embedded font: a person must look at these. In a text that somebody types, 64 hexadecimal digits are a
 * key whatever stands before them; in an upload they may be a hash where hashes belong.
 */
export function findSecrets(upload: string | Uint8Array): SecretFinding[] {
  const isTyped = typeof upload === 'string';
  const texts = isTyped ? [{ place: '', text: upload }] : textsOf(upload);
  return texts.flatMap(({ place, text, digests }) => {
    const found = readingsOf(text).flatMap((reading) => [
      ...phrasesIn(reading),
      ...keysIn(reading, isTyped ? () => false : digestPlaces(reading, digests)),
      ...(isTyped ? halvedKeysIn(reading) : []),
    ]);
    // What stands between tags or beside them is found in both readings.
    const each = new Map(found.map((finding) => [`${finding.kind} ${finding.start} ${finding.end}`, { ...finding, place }]));
    return [...each.values()].toSorted((a, b) => a.start - b.start);
  });
}

const BARE = /(?:0x)?[0-9a-f]{64}/iy;

/** In a workbook, hashes are what its sheets show in columns of hashes, wherever the file keeps them. */
function digestPlaces(text: string, digests: ReadonlySet<string> | undefined): (at: number) => boolean {
  if (digests === undefined) return digestPlacesOf(text);
  return (at) => {
    BARE.lastIndex = at;
    return digests.has(BARE.exec(text)?.[0].toLowerCase() ?? '');
  };
}

/** Refuses what holds a secret. Error: `SECRET_FOUND`, with kinds and places, never the secret. */
export function requireNoSecrets(upload: string | Uint8Array): void {
  const findings = findSecrets(upload);
  if (findings.length === 0) return;
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  throw new CheongsanError('SECRET_FOUND', `What was sent holds ${kinds.join(', ')}; nothing of it was kept.`, { facts: { findings } });
}
