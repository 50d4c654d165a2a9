import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheongsanError } from '../src/kernel/errors.ts';

const KIB_PER_MB = 1_024;

/** A service and the PostgreSQL that it started. */
export interface Installation {
  readonly serviceId: number;
  readonly postmasterId: number;
}

/**
 * Megabytes in use by a service and its PostgreSQL together. The service counts with all that is resident; of PostgreSQL's processes
 * each counts with its share of what they have in common, so that the shared buffers count once.
 */
export async function memoryMb({ serviceId, postmasterId }: Installation): Promise<number> {
  const service = await kib(serviceId, 'Rss');
  const servers = [postmasterId, ...(await childrenOf(postmasterId))];
  const shares = await Promise.all(servers.map((processId) => kib(processId, 'Pss')));
  return shares.reduce((sum, share) => sum + share, service) / KIB_PER_MB;
}

export async function childrenOf(processId: number): Promise<number[]> {
  const ids = (await readdir('/proc').catch(noProc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(ids.map(parentOf));
  return ids.filter((_, index) => parents[index] === processId);
}

export async function postmasterOf(clusterFolder: string): Promise<number> {
  const [firstLine = ''] = (await readFile(join(clusterFolder, 'postmaster.pid'), 'utf8')).split('\n');
  return Number(firstLine);
}

/** Undefined when the process has gone meanwhile. */
async function parentOf(processId: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
  const parent = status?.slice(status.lastIndexOf(')') + 2).split(' ')[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Zero when the process has gone meanwhile. */
async function kib(processId: number, field: 'Rss' | 'Pss'): Promise<number> {
  const rollup = await readFile(`/proc/${processId}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
}

function noProc(cause: unknown): never {
  throw new CheongsanError('CONFIG_INVALID', 'Memory is read from /proc, which this machine does not have; measure it on Linux.', {
    cause,
  });
}
