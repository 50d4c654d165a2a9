import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { problemSchema } from '../../src/http/problem.ts';
import { atEnd } from '../support/at-end.ts';
import { bigLedger } from '../support/big-ledger.ts';
import { ensureBuilt, environmentFor, hire, runCompiled, startInstallation, stopServer, untilWell } from '../support/installed.ts';

const run = promisify(execFile);

/** A disk of so many megabytes, or undefined where this user may not mount one. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
  atEnd(async () => {
    await stopServer(join(folder, 'data'));
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  });
  return folder;
}

/** Leaves so many megabytes free, though the server goes on writing meanwhile. */
async function fill(folder: string, freeMegabytes: number): Promise<string> {
  const filler = join(folder, 'filler');
  await vi.waitFor(
    async () => {
      await rm(filler, { force: true });
      const { bavail, bsize } = await statfs(folder);
      await writeFile(filler, Buffer.alloc(bavail * bsize - freeMegabytes * 1024 * 1024));
    },
    { timeout: 30_000, interval: 500 },
  );
  return filler;
}

describe('a disk that is full', () => {
  it('is named at the first start, and leaves nothing half made', async ({ skip }) => {
    const disk = await smallDisk(20);
    if (disk === undefined) return skip('this user may not mount a small disk');
    await ensureBuilt();
    const env = environmentFor(join(disk, 'data'));
    const { status, stderr } = await runCompiled('main.js', [], env);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^디스크 공간이 부족합니다\. [^\n]*디스크 공간을 늘리게[^\n]* \[DISK_FULL\] .*\n$/);

    await run('mount', ['-o', 'remount,size=200m', disk]);
    await startInstallation(join(disk, 'data'));
  });

  it('refuses an import whole, and takes it when there is room again', async ({ skip }) => {
    const disk = await smallDisk(160);
    if (disk === undefined) return skip('this user may not mount a small disk');
    const installation = await startInstallation(join(disk, 'data'));
    const cast = await hire(installation);
    const { token } = cast.officer;
    const filler = await fill(disk, 4);
    const send = () =>
      fetch(new URL('/imports/delinquent-ledger?mode=store', installation.service.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
        body: bigLedger(8_000),
      });
    const refused = await send();
    const { code } = problemSchema.parse(await refused.json());
    // Where the log of changes itself cannot grow, the server goes down before it can say why; the watch goes on trying.
    expect(['DISK_FULL', 'DATABASE_UNAVAILABLE']).toContain(code);

    await rm(filler);
    await untilWell(installation);
    const taken = await send();
    const outcome = { created: { bills: 8_000 } };
    expect(await taken.json()).toMatchObject({ state: 'stored', repeated: false, rowCount: 8_000, badCount: 0, outcome });
  });
});
