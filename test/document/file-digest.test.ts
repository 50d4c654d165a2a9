import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOfFile } from '../../src/document/file-digest.ts';
import { sha256Hex } from '../../src/kernel/digest.ts';

it('is the same from memory and from disk, and that of the bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-digest-'));
  try {
    const bytes = Buffer.alloc(200_000, '체납');
    await writeFile(join(folder, 'a.csv'), bytes);
    expect(await digestOfFile({ path: join(folder, 'a.csv') })).toBe(sha256Hex(bytes));
    expect(await digestOfFile(bytes)).toBe(sha256Hex(bytes));
    expect(await digestOfFile(bytes.subarray(1))).not.toBe(sha256Hex(bytes));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('names a file that is not there', async () => {
  await expect(digestOfFile({ path: join(tmpdir(), 'cheongsan-none', 'a.csv') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
