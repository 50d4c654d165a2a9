import { isUtf8 } from 'node:buffer';
import { inflateRawSync, inflateSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { sheetTexts } from './workbook-texts.ts';

/** A part of an upload as text. */
export interface UploadText {
  readonly place: string;
  readonly text: string;
  /** Of a workbook, the values of its columns of hashes. */
  readonly digests?: ReadonlySet<string>;
}

/** What unpacks to more than this is not unpacked further: nobody writes so much by hand. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;
const NESTING_MAX = 3;
/** As much of a text shows its encoding. */
const SAMPLE_BYTES = 2_048;

const ZIP_ENTRY = 0x04034b50;
const ZIP_CENTRAL = 0x02014b50;
const ZIP_END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;

/** All text that can be had from the bytes of an upload, part by part. */
export function textsOf(bytes: Uint8Array): UploadText[] {
  return textsWithin(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), '', { left: UNPACKED_BYTES_MAX }, 0);
}

/** How much may still be unpacked, over the whole upload. */
interface Budget {
  left: number;
}

function textsWithin(bytes: Buffer, place: string, budget: Budget, depth: number): UploadText[] {
  if (bytes.length > 4 && bytes.readUInt32LE(0) === ZIP_ENTRY && depth < NESTING_MAX) {
    const entries = zipEntries(bytes, budget);
    const within = (name: string) => (place === '' ? name : `${place}/${name}`);
    const { sheets, digests } = sheetTexts(new Map(entries.map(({ name, content }) => [name, content.toString('utf8')])));
    const texts = [
      ...sheets.map((sheet) => ({ place: within(sheet.place), text: sheet.text })),
      ...entries.flatMap(({ name, content }) => textsWithin(content, within(name), budget, depth + 1)),
    ];
    return sheets.length === 0 ? texts : texts.map((text) => ({ digests, ...text }));
  }
  if (bytes.subarray(0, 1_024).includes('%PDF-')) return pdfTexts(bytes, place, budget);
  return plainTexts(bytes, place);
}

/** Every entry that the central directory names. */
function zipEntries(bytes: Buffer, budget: Budget): { name: string; content: Buffer }[] {
  const end = endOfZip(bytes);
  if (end < 0) return [];
  const entries: { name: string; content: Buffer }[] = [];
  let at = bytes.readUInt32LE(end + 16);
  while (at + 46 <= bytes.length && bytes.readUInt32LE(at) === ZIP_CENTRAL) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const content = zipContent(bytes, bytes.readUInt32LE(at + 42), size, method, budget);
    if (content !== undefined) entries.push({ name, content });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function endOfZip(bytes: Buffer): number {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(ZIP_END);
  const end = bytes.lastIndexOf(mark);
  return end + 22 <= bytes.length ? end : -1;
}

function zipContent(bytes: Buffer, at: number, size: number, method: number, budget: Budget): Buffer | undefined {
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== ZIP_ENTRY) return undefined;
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const packed = bytes.subarray(start, start + size);
  if (method === STORED) return packed;
  return method === DEFLATED ? unpacked(() => inflateRawSync(packed, { maxOutputLength: Math.max(1, budget.left) }), budget) : undefined;
}

/** Undefined for what is damaged, encrypted or larger than what may be unpacked: it holds no text for us. */
function unpacked(inflate: () => Buffer, budget: Budget): Buffer | undefined {
  try {
    const content = inflate();
    budget.left -= content.length;
    return content;
  } catch {
    return undefined;
  }
}

/** Strings of PDF as far as they are written in letters: between parentheses or in angle brackets, in streams plain or deflated. */
function pdfTexts(bytes: Buffer, place: string, budget: Budget): UploadText[] {
  const whole = bytes.toString('latin1');
  const streams = [...whole.matchAll(/stream\r?\n/g)].flatMap(({ index, 0: mark }) => {
    const start = index + mark.length;
    const end = whole.indexOf('endstream', start);
    if (end < 0 || whole.slice(Math.max(0, index - 3), index) === 'end') return [];
    const packed = bytes.subarray(start, end);
    const content = unpacked(() => inflateSync(packed, { maxOutputLength: Math.max(1, budget.left) }), budget) ?? packed;
    return [pdfStrings(content.toString('latin1'))];
  });
  return [
    { place, text: pdfStrings(whole) },
    { place: `${place}#text`, text: streams.join('\n') },
  ];
}

/** Strings, shifts to the side that are as wide as a blank, and operators that begin a new line. */
const PDF_PIECES = /\(((?:\\.|[^\\()])*)\)|<([0-9a-f\s]+)>|(-\d{3,})(?=[.\d]*\s*[(<])|(?:T\*|Td|TD|Tm|ET|')/gi;

function pdfStrings(content: string): string {
  const pieces = [...content.matchAll(PDF_PIECES)].map(([, literal, digits, shift]) => {
    if (literal !== undefined) return literal.replace(/\\(.)/g, '$1');
    if (digits !== undefined) return hexadecimalString(digits);
    return shift === undefined ? '\n' : ' ';
  });
  return pieces.join('');
}

function hexadecimalString(digits: string): string {
  const raw = Buffer.from(digits.replace(/\s/g, ''), 'hex');
  const isWide = raw[0] === 0 || (raw[0] === 0xfe && raw[1] === 0xff);
  return iconv.decode(raw, isWide ? 'utf16be' : 'latin1');
}

/**
 * Text in the encodings of the offices here. No text but UTF-16 holds zero bytes: what does and is not that is a program's own file
 * (older Word and Hangul, pictures), in which text of either width may stand anywhere.
 */
function plainTexts(bytes: Buffer, place: string): UploadText[] {
  const narrow = iconv.decode(bytes, isUtf8(bytes) ? 'utf8' : 'cp949');
  const isMarked = ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2));
  if (!isMarked && !bytes.includes(0)) return [{ place, text: narrow }];
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const encoding = (['utf16le', 'utf16be'] as const).find((wide) => isMostlyWritten(iconv.decode(sample, wide)));
  if (encoding !== undefined) return [{ place, text: iconv.decode(bytes, encoding) }];
  const wide = [0, 1].map((from) => iconv.decode(bytes.subarray(from), 'utf16le'));
  return [narrow, ...wide].map((text, index) => ({ place: `${place}#${index + 1}`, text }));
}

/** Nine characters in ten are Korean or on a keyboard. */
function isMostlyWritten(text: string): boolean {
  return (text.match(/[\t\r\n\x20-\x7e\p{Script=Hangul}\ufeff]/gu) ?? []).length > text.length * 0.9;
}

/**
 * Of XML and HTML also what a reader sees: each tag becomes as many blanks, so that places stay what they are. Runs of letters are drawn
 * together first, since Word cuts words where they were mended.
 */
export function readingsOf(text: string): readonly string[] {
  if (!text.includes('</')) return [text];
  const joined = text.replace(/<\/w:t>(?:(?!<w:t[ >]|<\/w:p>)[\s\S]){0,2000}<w:t(?: [^>]*)?>/g, '');
  return [text, joined.replace(/<[^<>]*>/g, (tag) => ' '.repeat(tag.length))];
}
