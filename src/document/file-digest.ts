import { createHash } from 'node:crypto';
import { sha256Hex } from '../kernel/digest.ts';
import { type FileContent, openSource } from './byte-source.ts';

/** SHA-256 of a file's bytes in hex: by it the same file is known again. A path is read in pieces. Error: `NOT_FOUND`. */
export async function digestOfFile(content: FileContent): Promise<string> {
  if (content instanceof Uint8Array) return sha256Hex(content);
  const source = await openSource(content);
  try {
    const hash = createHash('sha256');
    for await (const piece of source.stream()) hash.update(piece);
    return hash.digest('hex');
  } finally {
    await source.close();
  }
}
