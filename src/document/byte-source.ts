import { type FileHandle, open } from 'node:fs/promises';
import { CheongsanError } from '../kernel/errors.ts';

/** What a file arrives as: bytes in memory (an upload) or a path on this machine, which is read in pieces. */
export type FileContent = Uint8Array | { readonly path: string };

/** Random and sequential access to a file's bytes, so that a reader need not hold them all. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`. Error: `FILE_TORN` when the file ends before. */
  read(offset: number, length: number): Promise<Buffer>;
  /** The bytes from `from` up to but not including `to`, in pieces. */
  stream(from?: number, to?: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

const PIECE_BYTES = 65_536;

/** Opens a file for reading; whoever opens it closes it. Errors: `NOT_FOUND` for a path that is not a readable file. */
export async function openSource(content: FileContent): Promise<ByteSource> {
  if (content instanceof Uint8Array) return new MemorySource(content);
  const handle = await openFile(content.path);
  const status = await handle.stat();
  if (!status.isFile()) {
    await handle.close();
    throw new CheongsanError('NOT_FOUND', 'The path given for the file is not a regular file; give the path of one file.');
  }
  return new DiskSource(handle, status.size);
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new CheongsanError('NOT_FOUND', 'The file to read cannot be opened; check the path and its access rights.', { cause });
  }
}

class MemorySource implements ByteSource {
  readonly sizeBytes: number;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.sizeBytes = bytes.byteLength;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this.sizeBytes, offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }

  async *stream(from = 0, to = this.sizeBytes): AsyncIterable<Buffer> {
    for (let offset = from; offset < to; offset += PIECE_BYTES) yield this.#bytes.subarray(offset, Math.min(offset + PIECE_BYTES, to));
  }

  async close(): Promise<void> {}
}

class DiskSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    assertInside(this.sizeBytes, offset, length);
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0)
        throw new CheongsanError('FILE_TORN', `The file became shorter while it was read: it ended at byte ${offset + filled}.`);
      filled += bytesRead;
    }
    return bytes;
  }

  async *stream(from = 0, to = this.sizeBytes): AsyncIterable<Buffer> {
    for (let offset = from; offset < to; offset += PIECE_BYTES) yield await this.read(offset, Math.min(PIECE_BYTES, to - offset));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function assertInside(sizeBytes: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > sizeBytes) {
    throw new CheongsanError(
      'FILE_TORN',
      `The file ends at byte ${sizeBytes}, but bytes ${offset} to ${offset + length} belong to it; send it again.`,
    );
  }
}
