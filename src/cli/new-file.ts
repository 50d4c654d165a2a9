import { open } from 'node:fs/promises';
import { CheongsanError } from '../kernel/errors.ts';

/** Writes a file where there is none: nothing that is there already is written over. Error: `INPUT_INVALID`. */
export async function writeNew(path: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new CheongsanError('INPUT_INVALID', `${path} exists already or cannot be written; name a new file.`, { cause });
  });
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}
