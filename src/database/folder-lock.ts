import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';

const LOOK_AGAIN_MS = 100;
/** Two minutes: the first start on a slow disk initialises a cluster behind this lock. */
const LOOKS_MAX = 1_200;
/** Whoever takes over a lock left behind waits this long for others who saw it at the same moment; the last one has it. */
const SETTLE_MS = 250;

/** Locks of this very process. A lock with our process id that is none of them was left by a process of an earlier life (containers count from one again). */
const ours = new Set<string>();

/**
 * Runs `body` while no other process does so for the same lock file: the others wait. A lock whose holder was killed is taken over.
 * Errors: `DATABASE_UNAVAILABLE` when it stays held; those of `body`.
 */
export async function withFolderLock<T>(lockFile: string, body: () => Promise<T>): Promise<T> {
  const mark = `${process.pid} ${randomUUID()}`;
  ours.add(mark);
  try {
    await acquire(lockFile, mark);
    try {
      return await body();
    } finally {
      if ((await holderOf(lockFile)) === mark) await rm(lockFile, { force: true });
    }
  } finally {
    ours.delete(mark);
  }
}

async function acquire(lockFile: string, mark: string): Promise<void> {
  const draft = `${lockFile}.${mark.replace(' ', '.')}`;
  await writeFile(draft, mark, { mode: 0o600 });
  try {
    for (let look = 0; look < LOOKS_MAX; look++) {
      if (await created(draft, lockFile)) return;
      const holder = await holderOf(lockFile);
      if (holder !== undefined && isLeftBehind(holder)) {
        await rename(draft, lockFile);
        await pause(SETTLE_MS);
        if ((await holderOf(lockFile)) === mark) return;
        await writeFile(draft, mark, { mode: 0o600 });
      } else await pause(LOOK_AGAIN_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw new CheongsanError('DATABASE_UNAVAILABLE', `${lockFile} is held by another process; if none is running, delete it.`);
}

/** A link carries its content from its first instant on, so that nobody ever sees a lock without a holder. */
async function created(draft: string, lockFile: string): Promise<boolean> {
  try {
    await link(draft, lockFile);
    return true;
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}

async function holderOf(lockFile: string): Promise<string | undefined> {
  try {
    return await readFile(lockFile, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

function isLeftBehind(holder: string): boolean {
  const processId = Number(holder.split(' ')[0]);
  if (processId === process.pid) return !ours.has(holder);
  return !isAlive(processId);
}

/** True for a process that runs, whoever's it is. One that has ended and that nobody has buried yet does not count. */
export function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
  } catch (cause) {
    if (!isCode(cause, 'EPERM')) return false;
  }
  return !isZombie(processId);
}

function isZombie(processId: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${processId}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

export function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
