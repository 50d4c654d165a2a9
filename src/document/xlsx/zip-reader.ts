import { crc32, createInflateRaw } from 'node:zlib';
import { CheongsanError } from '../../kernel/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import { assertWithin, type TableLimits } from '../table-limits.ts';
import { through } from '../through.ts';

/** One file inside a ZIP archive, as the directory at the archive's end describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly method: number;
  readonly checksum: number;
  readonly headerOffset: number;
}

const END_RECORD_SIGNATURE = 0x06054b50;
const END_RECORD_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_HEADER_BYTES = 46;
const DIRECTORY_BYTES_MAX = 4 * 1024 * 1024;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const ZIP64_FIELD = 0x0001;
const IN_ZIP64_FIELD = 0xffffffff;
const INFLATED_PIECE_BYTES = 65_536;
const STORED = 0;
const DEFLATED = 8;

/**
 * The entries of a ZIP archive by lower-case name. The directory stands at the end, so a cut archive is found out before
 * anything is read from it. Errors: `FILE_TORN`; `FILE_TOO_LARGE` when the entries together announce more than allowed.
 */
export async function readZipDirectory(source: ByteSource, limits: TableLimits): Promise<Map<string, ZipEntry>> {
  const end = await findEndRecord(source);
  const directoryBytes = end.readUInt32LE(12);
  assertWithin(DIRECTORY_BYTES_MAX, directoryBytes, 'The list of parts of the XLSX file, in bytes,');
  const directory = await source.read(end.readUInt32LE(16), directoryBytes);
  const entries = new Map<string, ZipEntry>();
  for (let offset = 0; offset < directory.length; ) {
    const nextOffset = assertFits(directory, offset);
    const entry = readEntry(directory, offset);
    entries.set(entry.name, entry);
    offset = nextOffset;
  }
  const announced = [...entries.values()].reduce((sum, entry) => sum + entry.uncompressedBytes, 0);
  assertWithin(limits.uncompressedBytes, announced, 'The XLSX file, unpacked, in bytes,');
  return entries;
}

async function findEndRecord(source: ByteSource): Promise<Buffer> {
  const tailBytes = Math.min(source.sizeBytes, END_RECORD_BYTES + COMMENT_BYTES_MAX);
  const tail = await source.read(source.sizeBytes - tailBytes, tailBytes);
  for (let offset = tailBytes - END_RECORD_BYTES; offset >= 0; offset--) {
    const isEndRecord = tail.readUInt32LE(offset) === END_RECORD_SIGNATURE;
    if (isEndRecord && offset + END_RECORD_BYTES + tail.readUInt16LE(offset + 20) === tailBytes) return tail.subarray(offset);
  }
  throw new CheongsanError('FILE_TORN', `The XLSX file has no end: it is cut after ${source.sizeBytes} bytes; send it again.`);
}

/** The offset after the directory entry, once it is certain that the whole entry lies inside the directory. */
function assertFits(directory: Buffer, offset: number): number {
  const hasHeader = offset + DIRECTORY_HEADER_BYTES <= directory.length && directory.readUInt32LE(offset) === DIRECTORY_SIGNATURE;
  const variableBytes = hasHeader
    ? directory.readUInt16LE(offset + 28) + directory.readUInt16LE(offset + 30) + directory.readUInt16LE(offset + 32)
    : 0;
  const nextOffset = offset + DIRECTORY_HEADER_BYTES + variableBytes;
  if (!hasHeader || nextOffset > directory.length)
    throw new CheongsanError('FILE_TORN', 'The list of parts of the XLSX file is damaged; send it again.');
  return nextOffset;
}

function readEntry(directory: Buffer, offset: number): ZipEntry {
  const nameBytes = directory.readUInt16LE(offset + 28);
  const nameOffset = offset + DIRECTORY_HEADER_BYTES;
  const extraOffset = nameOffset + nameBytes;
  const extra = directory.subarray(extraOffset, extraOffset + directory.readUInt16LE(offset + 30));
  if ((directory.readUInt16LE(offset + 8) & 1) === 1) {
    throw new CheongsanError('FILE_FORMAT', 'The XLSX file is encrypted; save it without a password.');
  }
  const sizes = [directory.readUInt32LE(offset + 24), directory.readUInt32LE(offset + 20), directory.readUInt32LE(offset + 42)];
  const [uncompressedBytes = 0, compressedBytes = 0, headerOffset = 0] = withZip64(sizes, extra);
  return {
    name: directory.toString('utf8', nameOffset, extraOffset).replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase(),
    compressedBytes,
    uncompressedBytes,
    headerOffset,
    method: directory.readUInt16LE(offset + 10),
    checksum: directory.readUInt32LE(offset + 16),
  };
}

/** Writers that stream put sizes into a 64-bit field even when they are small; it lists those that are all ones, in order. */
function withZip64(sizes: readonly number[], extra: Buffer): number[] {
  const field = sizes.includes(IN_ZIP64_FIELD) ? findExtraField(extra, ZIP64_FIELD) : Buffer.alloc(0);
  let offset = 0;
  return sizes.map((size) => {
    if (size !== IN_ZIP64_FIELD) return size;
    if (offset + 8 > field.length) throw new CheongsanError('FILE_TORN', 'The list of parts of the XLSX file lacks a size; send it again.');
    const wide = Number(field.readBigUInt64LE(offset));
    offset += 8;
    return wide;
  });
}

function findExtraField(extra: Buffer, id: number): Buffer {
  for (let offset = 0; offset + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(offset + 2);
    if (extra.readUInt16LE(offset) === id) return extra.subarray(offset + 4, offset + 4 + length);
    offset += 4 + length;
  }
  return Buffer.alloc(0);
}

/**
 * The content of one entry, inflated piece by piece. What comes out is counted and checked against the announced size and
 * checksum, so neither a bomb nor a damaged byte gets through. Errors: `FILE_TORN`, `FILE_TOO_LARGE`, `FILE_FORMAT`.
 */
export async function* readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  onBytesRead: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  let bytes = 0;
  let checksum = 0;
  for await (const piece of inflated(await compressedPieces(source, entry, onBytesRead), entry)) {
    bytes += piece.length;
    if (bytes > entry.uncompressedBytes) {
      throw new CheongsanError(
        'FILE_TOO_LARGE',
        `A part of the XLSX file unpacks to more than the ${entry.uncompressedBytes} bytes it announces.`,
      );
    }
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (bytes !== entry.uncompressedBytes || checksum !== entry.checksum) throw damaged(entry);
}

async function compressedPieces(source: ByteSource, entry: ZipEntry, onBytesRead: (bytes: number) => void): Promise<AsyncIterable<Buffer>> {
  const header = await source.read(entry.headerOffset, LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw damaged(entry);
  const start = entry.headerOffset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  return counted(source.stream(start, start + entry.compressedBytes), onBytesRead);
}

async function* counted(pieces: AsyncIterable<Buffer>, onBytesRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield piece;
    onBytesRead(piece.length);
  }
}

async function* inflated(compressed: AsyncIterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  if (entry.method === STORED) {
    yield* compressed;
    return;
  }
  if (entry.method !== DEFLATED) {
    throw new CheongsanError(
      'FILE_FORMAT',
      `The XLSX file is packed with method ${entry.method}, which no spreadsheet uses; save it again as XLSX.`,
    );
  }
  yield* inflate(compressed, entry);
}

async function* inflate(compressed: AsyncIterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  try {
    yield* through<Buffer>(compressed, createInflateRaw({ chunkSize: INFLATED_PIECE_BYTES }));
  } catch (cause) {
    throw cause instanceof CheongsanError ? cause : damaged(entry, cause);
  }
}

function damaged(entry: ZipEntry, cause?: unknown): CheongsanError {
  return new CheongsanError('FILE_TORN', `The part ${JSON.stringify(entry.name)} of the XLSX file is damaged; send it again.`, { cause });
}
