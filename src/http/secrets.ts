import { open, readFile, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { findSecrets, requireNoSecrets } from '../chain/find-secrets.ts';

/*
 * No recovery phrase and no private key of a wallet is ever taken in, whatever it is sent as: every request body, every query and every
 * file is looked through before any route sees it, so that there is no route that forgets to.
 */

/** No phrase and no key is shorter: twelve Korean words of two letters, joined. */
const LENGTH_MIN = 24;
/** So few words are no phrase. */
const WORDS_MIN = 11;
/** What these members hold looks like a key and is none, or is one that belongs there: hashes, and credentials of an exchange or official. */
const MEMBERS_OF_DIGITS = /(?:digest|hash(?:es)?|transactionIds?|token|password|accessKey|secretKey|identifier)$/i;
const BARE_DIGITS = /^\s*(?:(?:0x)?[0-9a-f]{64}|[0-9a-z+/_-]{43}=?)\s*$/i;

/** Looks through everything that is written in a body or a query. Error: `SECRET_FOUND`, without the secret. */
export function refuseSecrets(value: unknown, member = ''): void {
  if (typeof value === 'string') {
    if (value.length < LENGTH_MIN || (BARE_DIGITS.test(value) && MEMBERS_OF_DIGITS.test(member))) return;
    requireNoSecrets(value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const inner = Object.entries(value);
  const words = inner.flatMap(([, text]) => (typeof text === 'string' ? [text] : []));
  // One word in each member is a phrase all the same.
  if (words.length >= WORDS_MIN) refusePhrase(words.join(' '));
  for (const [name, each] of inner) refuseSecrets(each, Array.isArray(value) ? member : name);
}

/** Keys are looked for in each text by itself: drawn together, hashes would seem to be named by their neighbours. */
function refusePhrase(text: string): void {
  if (findSecrets(text).some(({ kind }) => kind === 'seed_phrase' || kind === 'seed_phrase_near_miss')) requireNoSecrets(text);
}

const PIECE_BYTES = 256 * 1024;
/** More than the longest phrase with whatever stands between its words. */
const OVERLAP_BYTES = 4 * 1024;
const LINE_END = 0x0a;

/**
 * Looks through a file. Plain text is taken piece by piece and gives way to others in between, since a large table takes seconds; whatever
 * is packed or a program's own is taken whole. A file that cannot be read is passed over: whoever is to read it says why. Error:
 * `SECRET_FOUND`.
 */
export async function refuseSecretsIn(path: string): Promise<void> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return;
  const file = await open(path, 'r');
  try {
    let kept = Buffer.alloc(0);
    let header = Buffer.alloc(0);
    for (let isFirst = true; ; isFirst = false) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return requireNoSecrets(Buffer.concat([header, kept]));
      const piece = buffer.subarray(0, bytesRead);
      if (isFirst && !isPlainText(piece)) return requireNoSecrets(await readFile(path));
      const text = Buffer.concat([kept, piece]);
      const end = wholeLines(text);
      requireNoSecrets(Buffer.concat([header, text.subarray(0, end)]));
      // Which column a value of a table stands in is said in its first line.
      if (isFirst) header = Buffer.from(piece.subarray(0, piece.indexOf(LINE_END) + 1));
      kept = text.subarray(lineStartBefore(text, end - OVERLAP_BYTES));
      await turn();
    }
  } finally {
    await file.close();
  }
}

/** Neither packed nor a document nor in wide characters. */
function isPlainText(piece: Buffer): boolean {
  return !piece.includes(0) && !piece.subarray(0, 1_024).includes('%PDF-') && piece.toString('latin1', 0, 2) !== 'PK';
}

/** Up to the end of the last line, so that no character is cut in two; all of it where there is no line. */
function wholeLines(text: Buffer): number {
  const last = text.lastIndexOf(LINE_END);
  return last < 0 ? text.length : last + 1;
}

/** Where a line begins, not after this place; a line of more than a piece is cut, lest all of it is kept. */
function lineStartBefore(text: Buffer, at: number): number {
  if (at <= 0) return 0;
  const start = text.lastIndexOf(LINE_END, at) + 1;
  return at - start > PIECE_BYTES ? at : start;
}
