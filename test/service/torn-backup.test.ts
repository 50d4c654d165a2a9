import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyMeasured, writeManifest } from '../../src/database/backup-manifest.ts';
import { restoreCluster } from '../../src/database/restore.ts';
import { createLog } from '../../src/kernel/log.ts';
import { emptyFolder } from '../support/installed.ts';

const keyCheck = 'a'.repeat(64);
const CONTENT = { 'postgres/PG_VERSION': '18\n', 'postgres/base/1/1259': 'a table', 'postgres.json': '{}' };

describe('a backup that is not whole', () => {
  let backup: string;
  let data: string;

  beforeEach(async () => {
    const folder = await emptyFolder();
    backup = join(folder, 'backup');
    data = join(folder, 'data');
    const files = [];
    for (const [path, text] of Object.entries(CONTENT)) {
      await writeFile(join(folder, 'one'), text);
      const copied = await copyMeasured(join(folder, 'one'), join(backup, path));
      if (copied !== undefined) files.push({ path, ...copied });
    }
    await writeManifest(backup, { version: 1, createdAt: '2026-01-05T00:00:00.000Z', keyCheck, folders: ['postgres'], files });
  });

  async function refusal() {
    const prepare = () => Promise.reject(new Error('A torn backup was started.'));
    const order = { dataFolder: data, from: backup, keyCheck, replace: false, suffix: 'x', log: createLog({ level: 'silent' }), prepare };
    const thrown = await restoreCluster(order).catch((cause: unknown) => cause);
    expect(await readdir(data).catch(() => [])).toEqual([]);
    return thrown;
  }

  it('is refused with the file that is missing, cut or changed, and nothing is left of the attempt', async () => {
    const table = join(backup, 'postgres/base/1/1259');
    await writeFile(table, 'b table');
    expect(await refusal()).toMatchObject({
      code: 'FILE_TORN',
      facts: { path: 'postgres/base/1/1259' },
      message: expect.stringContaining('was changed'),
    });
    await truncate(table, 3);
    expect(await refusal()).toMatchObject({ code: 'FILE_TORN', message: expect.stringContaining('has 3 of 7 bytes') });
    await rm(table);
    expect(await refusal()).toMatchObject({ code: 'FILE_TORN', message: expect.stringContaining('is missing') });
  });

  it('is refused when its manifest is cut, or leads out of its folder', async () => {
    await truncate(join(backup, 'manifest.json'), 40);
    expect(await refusal()).toMatchObject({ code: 'FILE_TORN' });
    const files = [{ path: '../elsewhere', sizeBytes: 1, sha256: '' }];
    await writeFile(
      join(backup, 'manifest.json'),
      JSON.stringify({ version: 1, createdAt: '2026-01-05T00:00:00.000Z', keyCheck, folders: [], files }),
    );
    expect(await refusal()).toMatchObject({ code: 'FILE_TORN' });
  });

  it('is no backup without a manifest', async () => {
    await rm(join(backup, 'manifest.json'));
    expect(await refusal()).toMatchObject({ code: 'NOT_FOUND' });
  });
});
