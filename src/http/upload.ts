import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isAlive } from '../database/folder-lock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Upload } from './route.ts';
import { refuseSecretsIn } from './secrets.ts';

const SIZE_MAX_BYTES = 200 * 1024 * 1024;
/** Then the number of the process that works with it. */
const FOLDER_PREFIX = 'cheongsan-upload-';

/**
 * Writes a request's body to a file of its own, hands it over and deletes it. Errors: `FILE_FORMAT` for a type the route does not
 * take, `FILE_TOO_LARGE`, `FILE_TORN`, `SECRET_FOUND` for a file with a wallet's phrase or key.
 */
export async function withUpload<T>(
  request: IncomingMessage,
  mediaTypes: readonly string[],
  use: (upload: Upload) => Promise<T>,
): Promise<T> {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!mediaTypes.includes(mediaType)) {
    throw new CheongsanError('FILE_FORMAT', `Send the file itself as the body, with a Content-Type of ${mediaTypes.join(', ')}.`);
  }
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > SIZE_MAX_BYTES) throw tooLarge();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  try {
    const path = join(folder, 'body');
    const sizeBytes = await receive(request, path);
    if (declared !== undefined && Number(declared) !== sizeBytes) throw torn(`${sizeBytes} of ${declared} bytes arrived`);
    await refuseSecretsIn(path);
    return await use({ path, sizeBytes, mediaType });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Deletes what a killed service was just receiving: files of taxpayers must not stay behind. Those of a process that runs are left. */
export async function removeLeftUploads(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, processId] = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name) ?? [];
    if (processId === undefined || (Number(processId) !== process.pid && isAlive(Number(processId)))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

async function receive(request: IncomingMessage, path: string): Promise<number> {
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      done(sizeBytes > SIZE_MAX_BYTES ? tooLarge() : null, chunk);
    },
  });
  try {
    await pipeline(request, measure, createWriteStream(path, { mode: 0o600 }));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ECONNRESET' || thrown.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
      throw torn(`The connection ended after ${sizeBytes} bytes`);
    }
    throw thrown;
  }
  return sizeBytes;
}

function tooLarge(): CheongsanError {
  return new CheongsanError('FILE_TOO_LARGE', `A file may have ${SIZE_MAX_BYTES} bytes; split it.`);
}

function torn(what: string): CheongsanError {
  return new CheongsanError('FILE_TORN', `${what}; send the file again.`);
}
