import { spawn } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isAlive, withFolderLock } from '../../src/database/folder-lock.ts';
import { pause } from '../../src/kernel/clock.ts';
import { emptyFolder } from '../support/installed.ts';

describe('the lock of a folder', () => {
  let folder: string;
  let lockFile: string;

  beforeEach(async () => {
    folder = await emptyFolder();
    lockFile = join(folder, 'cluster.lock');
  });

  /** How many were in at once at most. */
  async function crowd(count: number): Promise<number> {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withFolderLock(lockFile, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await pause(5);
        inside -= 1;
      });
    await Promise.all(Array.from({ length: count }, enter));
    return most;
  }

  it('lets one in at a time and leaves nothing behind', async () => {
    expect(await crowd(5)).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is let go when what was done behind it fails', async () => {
    await expect(withFolderLock(lockFile, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFolderLock(lockFile, async () => 'in')).toBe('in');
  });

  it('is taken over from a process that was killed, by one of those who wait', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const processId = child.pid ?? 0;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await writeFile(lockFile, `${processId} 0`);
    expect(isAlive(processId)).toBe(true);
    const waiting = crowd(3);
    await pause(300);
    child.kill('SIGKILL');
    await gone;
    expect(isAlive(processId)).toBe(false);
    expect(await waiting).toBe(1);
  });

  it('is taken over from a process of an earlier life that had our number', async () => {
    await writeFile(lockFile, `${process.pid} of-an-earlier-life`);
    expect(await crowd(8)).toBe(1);
  });

  it('is waited for while its holder lives', async () => {
    await writeFile(lockFile, `${process.ppid} 0`);
    let isIn = false;
    const entering = withFolderLock(lockFile, async () => {
      isIn = true;
    });
    await pause(500);
    expect(isIn).toBe(false);
    await rm(lockFile);
    await entering;
    expect(isIn).toBe(true);
  });
});
