/** Where a key may stand that is not written in one piece, or not in hexadecimal digits. */
export interface Disguised {
  readonly kind: 'private_key_hex' | 'private_key_base64';
  readonly start: number;
  readonly end: number;
}

const DIGITS = 64;
/** Pieces of hexadecimal digits with no more between them than blanks, punctuation and line ends. */
const PIECES = /(?<![0-9a-z])(?:0x)?[0-9a-f]{1,63}(?:[^\p{L}\p{N}]{1,3}(?:0x)?[0-9a-f]{1,63}(?![\p{L}\p{N}]))+/giu;
const PIECE = /(?:0x)?([0-9a-f]+)/gi;
/** A random key has 24 letters among its digits, and never so few; figures of a table have none. */
const LETTERS_MIN = 8;
const FIGURES_MIN = 8;
/** And it has them all over: figures with one short identifier after them have them in one piece. */
const SPREAD_MAX = 8;
/** Two halves, with words between them. */
const HALVES = /(?<![0-9a-z])(?:0x)?([0-9a-f]{32})(?![0-9a-z])[\s\S]{1,40}?(?<![0-9a-z])(?:0x)?([0-9a-f]{32})(?![0-9a-z])/gi;

/** Of 43 characters the last one carries four bits only. */
const BASE64 = /(?<![0-9A-Za-z+/_=-])([0-9A-Za-z+/_-]{42}[AEIMQUYcgkosw048])(=?)(?![0-9A-Za-z+/_=-])/g;
/** Addresses of some chains are as long, in an alphabet that leaves these out. */
const NOT_BASE58 = /[0OIl+/_-]/;
const CASES_MIN = 3;

/** Keys cut into pieces of one length, the last of which may be shorter, and keys in base64. */
export function disguisedKeysIn(text: string): Disguised[] {
  return [...inPieces(text), ...inBase64(text)];
}

/** Two halves of a key anywhere near each other: only for what somebody types, since tables hold identifiers of 32 digits row by row. */
export function halvedKeysIn(text: string): Disguised[] {
  return [...text.matchAll(HALVES)]
    .filter(([, first = '', second = '']) => isMixed(first + second))
    .map(({ index, 0: found }) => ({ kind: 'private_key_hex', start: index, end: index + found.length }));
}

function inPieces(text: string): Disguised[] {
  const findings: Disguised[] = [];
  for (const { index, 0: run } of text.matchAll(PIECES)) {
    const pieces = [...run.matchAll(PIECE)].map((match) => ({ start: index + match.index, digits: match[1] ?? '' }));
    for (let from = 0; from < pieces.length; from++) {
      const count = countOfKey(pieces, from);
      if (count === undefined) continue;
      const last = pieces[from + count - 1];
      findings.push({
        kind: 'private_key_hex',
        start: pieces[from]?.start ?? index,
        end: text.indexOf(last?.digits ?? '', last?.start) + (last?.digits.length ?? 0),
      });
      from += count - 1;
    }
  }
  return findings;
}

/** How many pieces from this one on make a key, all as long as the first. */
function countOfKey(pieces: readonly { readonly digits: string }[], from: number): number | undefined {
  const length = pieces[from]?.digits.length ?? DIGITS;
  const count = Math.ceil(DIGITS / length);
  const chosen = pieces.slice(from, from + count).map(({ digits }) => digits);
  const isEven = chosen.length === count && chosen.every((digits, index) => digits.length === length || index === count - 1);
  const digits = chosen.join('');
  return count > 1 && isEven && digits.length === DIGITS && isMixed(digits) && isSpread(chosen, length) ? count : undefined;
}

/** Letters in every fourth whole piece, and in two if there are two; of the shortest pieces eight will do. */
function isSpread(pieces: readonly string[], length: number): boolean {
  const whole = pieces.filter((piece) => piece.length === length);
  const owed = Math.min(SPREAD_MAX, Math.max(Math.ceil(whole.length / 4), Math.min(2, whole.length)));
  return whole.filter((piece) => /[a-f]/i.test(piece)).length >= owed;
}

function isMixed(digits: string): boolean {
  return (digits.match(/[a-f]/gi)?.length ?? 0) >= LETTERS_MIN && (digits.match(/\d/g)?.length ?? 0) >= FIGURES_MIN;
}

function inBase64(text: string): Disguised[] {
  return [...text.matchAll(BASE64)]
    .filter(([, letters = '', padding]) => {
      const isVaried = [/[A-Z]/g, /[a-z]/g].every((letter) => (letters.match(letter)?.length ?? 0) >= CASES_MIN);
      return isVaried && (padding !== '' || (NOT_BASE58.test(letters) && (letters.match(/\d/g)?.length ?? 0) > 1));
    })
    .map(({ index, 0: found }) => ({ kind: 'private_key_base64', start: index, end: index + found.length }));
}
