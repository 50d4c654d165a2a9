import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CheongsanError } from '../kernel/errors.ts';
import type { Upload } from './route.ts';

const SIZE_MAX_BYTES = 200 * 1024 * 1024;

/** Writes a request's body to a file of its own, hands it over and deletes it. Errors: `FILE_TOO_LARGE`, `FILE_TORN`. */
export async function withUpload<T>(body: Readable, declaredBytes: number | undefined, use: (upload: Upload) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-upload-'));
  try {
    const path = join(folder, 'body');
    let sizeBytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        sizeBytes += chunk.length;
        const tooLarge = sizeBytes > SIZE_MAX_BYTES;
        done(tooLarge ? new CheongsanError('FILE_TOO_LARGE', `The file exceeds ${SIZE_MAX_BYTES} bytes; split it.`) : null, chunk);
      },
    });
    await pipeline(body, measure, createWriteStream(path, { mode: 0o600 }));
    if (declaredBytes !== undefined && declaredBytes !== sizeBytes) {
      throw new CheongsanError('FILE_TORN', `${sizeBytes} of ${declaredBytes} bytes arrived; send the file again.`);
    }
    return await use({ path, sizeBytes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
