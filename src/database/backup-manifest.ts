import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import { isCode } from './folder-lock.ts';

const MANIFEST = 'manifest.json';

/** Below the backup's folder, never out of it. */
const pathSchema = z.string().regex(/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/);

const manifestSchema = z.strictObject({
  /** Of this form, not of the data. */
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Check value of the master key without which the data cannot be read; never the key. */
  keyCheck: z.string().regex(/^[0-9a-f]{64}$/),
  /** Every folder, the empty ones too: PostgreSQL wants them to be there. */
  folders: z.array(pathSchema),
  files: z.array(z.strictObject({ path: pathSchema, sizeBytes: z.int().min(0), sha256: z.string() })),
});

/** What a backup consists of, file by file, so that one that was cut or changed on its way is found out before it is used. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];

/** Copies one file and says what it was. Undefined when it has gone meanwhile, as files of a running server may. */
export async function copyMeasured(from: string, to: string): Promise<Pick<ManifestFile, 'sizeBytes' | 'sha256'> | undefined> {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    transform(piece: Buffer, _encoding, done) {
      digest.update(piece);
      sizeBytes += piece.length;
      done(null, piece);
    },
  });
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await pipeline(createReadStream(from), measure, createWriteStream(to, { mode: 0o600 }));
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
  return { sizeBytes, sha256: digest.digest('hex') };
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`, { mode: 0o600 });
}

/** Errors: `NOT_FOUND` for a folder without a manifest, `FILE_TORN` for one that is cut. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `${folder} holds no backup: there is no ${MANIFEST} in it.`, { cause });
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CheongsanError('FILE_TORN', `${join(folder, MANIFEST)} is cut or changed; take another copy of the backup.`, { cause });
  }
}

/** Copies all files of a backup, each compared with the manifest while it is read. Error: `FILE_TORN` naming the first that differs. */
export async function copyVerified(from: string, to: string, { folders, files }: Manifest): Promise<void> {
  for (const path of folders) await mkdir(join(to, path), { recursive: true, mode: 0o700 });
  for (const { path, sizeBytes, sha256 } of files) {
    const copied = await copyMeasured(join(from, path), join(to, path));
    if (copied?.sizeBytes === sizeBytes && copied.sha256 === sha256) continue;
    const found =
      copied === undefined
        ? 'is missing'
        : copied.sizeBytes === sizeBytes
          ? 'was changed'
          : `has ${copied.sizeBytes} of ${sizeBytes} bytes`;
    throw new CheongsanError(
      'FILE_TORN',
      `The backup in ${from} is not whole: ${path} ${found}. Nothing was restored; take another copy of it.`,
      {
        facts: { path },
      },
    );
  }
}
