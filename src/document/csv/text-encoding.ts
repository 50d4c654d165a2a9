import iconv from 'iconv-lite';
import { CheongsanError } from '../../kernel/errors.ts';
import type { ByteSource } from '../byte-source.ts';

export type TextEncoding = 'utf-8' | 'cp949';

export interface EncodedText {
  readonly encoding: TextEncoding;
  /** Bytes of the byte order mark to skip. */
  readonly markBytes: number;
  /** False when the last line has no line break: usual for text written by hand, but also how a cut file ends. */
  readonly lastLineEnded: boolean;
}

/** Where a byte stands, both counted from 1: the line as an editor shows it, the byte from the start of the file. */
interface BytePosition {
  readonly line: number;
  readonly byte: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads the whole file once and says which encoding it is in: UTF-8 if every byte fits, else CP949 if every byte fits.
 * No guess is made from parts: a name read in the wrong encoding would be somebody else's name. Errors: `FILE_ENCODING` with
 * the line and byte of the first bad byte; `FILE_TORN` when the file ends inside a character.
 */
export async function detectEncoding(source: ByteSource): Promise<EncodedText> {
  const markBytes = await readByteOrderMark(source);
  const scan = new EncodingScan(markBytes);
  for await (const piece of source.stream(markBytes)) scan.push(piece);
  return { encoding: scan.verdict(), markBytes, lastLineEnded: scan.lastLineEnded };
}

async function readByteOrderMark(source: ByteSource): Promise<number> {
  const start = await source.read(0, Math.min(3, source.sizeBytes));
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (isUtf16) throw utf16Refused({ line: 1, byte: 1 });
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
}

function utf16Refused(position: BytePosition): CheongsanError {
  return new CheongsanError(
    'FILE_ENCODING',
    `The file is UTF-16 ("Unicode text") or binary: byte ${position.byte} in line ${position.line} belongs to neither UTF-8 nor CP949 text. Save it as "CSV UTF-8" and send it again.`,
    { facts: { ...position } },
  );
}

/** Follows both encodings through the bytes at once, together with the line count. */
class EncodingScan {
  readonly #utf8 = new Utf8Sequence();
  readonly #cp949 = new Cp949Sequence();
  readonly #hasMark: boolean;
  #utf8Bad: BytePosition | undefined;
  #cp949Bad: BytePosition | undefined;
  #line = 1;
  #byte: number;
  #previous = 0;

  constructor(markBytes: number) {
    this.#hasMark = markBytes > 0;
    this.#byte = markBytes;
  }

  get lastLineEnded(): boolean {
    return this.#previous === LINE_FEED || this.#previous === CARRIAGE_RETURN;
  }

  push(piece: Uint8Array): void {
    for (const byte of piece) {
      this.#byte += 1;
      if (byte === 0) throw utf16Refused(this.#position());
      if (byte >= 0x80 || this.#utf8.isOpen || this.#cp949.isOpen) this.#follow(byte);
      if (byte === CARRIAGE_RETURN || (byte === LINE_FEED && this.#previous !== CARRIAGE_RETURN)) this.#line += 1;
      this.#previous = byte;
    }
  }

  verdict(): TextEncoding {
    if (this.#utf8Bad === undefined) {
      if (!this.#utf8.isOpen) return 'utf-8';
      // A cut UTF-8 file shows whole characters of several bytes before the cut one; without any, CP949 is the likelier reading.
      if (this.#utf8.sawWholeSequence || this.#hasMark || this.#cp949Bad !== undefined) throw this.#cut('UTF-8');
    }
    if (this.#cp949.isOpen) throw this.#cut('CP949');
    return 'cp949';
  }

  #follow(byte: number): void {
    if (this.#utf8Bad === undefined && !this.#utf8.accepts(byte)) this.#utf8Bad = this.#position();
    if (this.#cp949Bad === undefined && !this.#cp949.accepts(byte)) this.#cp949Bad = this.#position();
    if (this.#utf8Bad === undefined) return;
    if (this.#hasMark) throw badByte(this.#utf8Bad, 'UTF-8, which its first bytes announce');
    // The encoding that held longer is most likely the one meant, so its first bad byte is the one to look at.
    if (this.#cp949Bad !== undefined) {
      throw badByte(this.#cp949Bad.byte > this.#utf8Bad.byte ? this.#cp949Bad : this.#utf8Bad, 'UTF-8 or CP949 (EUC-KR)');
    }
  }

  #position(): BytePosition {
    return { line: this.#line, byte: this.#byte };
  }

  #cut(encoding: string): CheongsanError {
    return new CheongsanError('FILE_TORN', `The file ends inside a ${encoding} character in line ${this.#line}; send it again.`, {
      facts: { ...this.#position() },
    });
  }
}

function badByte(position: BytePosition, encodings: string): CheongsanError {
  return new CheongsanError(
    'FILE_ENCODING',
    `The file is not text in ${encodings}: the first bad byte is byte ${position.byte} in line ${position.line}. Save it as "CSV UTF-8" and send it again.`,
    { facts: { ...position } },
  );
}

/** Accepts well-formed UTF-8 only: no overlong form, no surrogate, nothing above U+10FFFF. */
class Utf8Sequence {
  #remaining = 0;
  #low = 0x80;
  #high = 0xbf;
  sawWholeSequence = false;

  get isOpen(): boolean {
    return this.#remaining > 0;
  }

  accepts(byte: number): boolean {
    if (this.#remaining === 0) return byte < 0x80 || this.#begins(byte);
    if (byte < this.#low || byte > this.#high) return false;
    this.#remaining -= 1;
    this.#low = 0x80;
    this.#high = 0xbf;
    if (this.#remaining === 0) this.sawWholeSequence = true;
    return true;
  }

  #begins(lead: number): boolean {
    if (lead < 0xc2 || lead > 0xf4) return false;
    this.#remaining = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (lead === 0xe0) this.#low = 0xa0;
    if (lead === 0xed) this.#high = 0x9f;
    if (lead === 0xf0) this.#low = 0x90;
    if (lead === 0xf4) this.#high = 0x8f;
    return true;
  }
}

const CP949_LEAD_FIRST = 0x81;
const CP949_LEAD_LAST = 0xfe;

/** Accepts the pairs that CP949 assigns a character to; user-defined and unassigned ones would be read as nothing. */
class Cp949Sequence {
  #lead = 0;

  get isOpen(): boolean {
    return this.#lead !== 0;
  }

  accepts(byte: number): boolean {
    if (this.#lead === 0) {
      if (byte < 0x80) return true;
      if (byte < CP949_LEAD_FIRST || byte > CP949_LEAD_LAST) return false;
      this.#lead = byte;
      return true;
    }
    const pair = this.#lead * 256 + byte;
    this.#lead = 0;
    return assignedPairs()[pair] === 1;
  }
}

let assigned: Uint8Array | undefined;

function assignedPairs(): Uint8Array {
  assigned ??= tabulateAssignedPairs();
  return assigned;
}

/** Asks the decoder itself which pairs it knows, so that what is accepted here is what it will decode. */
function tabulateAssignedPairs(): Uint8Array {
  const table = new Uint8Array(65_536);
  const trails = Array.from({ length: 0xff - 0x41 }, (_, index) => 0x41 + index);
  for (let lead = CP949_LEAD_FIRST; lead <= CP949_LEAD_LAST; lead++) {
    const characters = iconv.decode(Buffer.from(trails.flatMap((trail) => [lead, trail, LINE_FEED])), 'cp949').split('\n');
    for (const [index, trail] of trails.entries()) {
      const character = characters[index] ?? '';
      if (character.length === 1 && character !== '\ufffd') table[lead * 256 + trail] = 1;
    }
  }
  return table;
}

/** The text of the pieces, decoded; characters that lie across two pieces are joined. */
export async function* decodeText(pieces: AsyncIterable<Buffer>, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding === 'utf-8' ? 'utf8' : encoding);
  for await (const piece of pieces) yield decoder.write(piece);
  const rest = decoder.end();
  if (rest !== undefined && rest !== '') yield rest;
}
