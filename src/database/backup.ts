import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { copyMeasured, type Manifest, type ManifestFile, writeManifest } from './backup-manifest.ts';
import type { EmbeddedPostgres } from './embedded.ts';
import { readCredentials } from './embedded-cluster.ts';
import { exists } from './embedded-location.ts';

/** What a backup's parts are called in its folder. */
export const BACKUP_CLUSTER = 'postgres';
export const BACKUP_CREDENTIALS = 'postgres.json';

/** Not part of a copy: what belongs to the running server. */
const LEFT_OUT = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'server.log',
  'server.log.before',
  'backup_label',
  'backup_label.old',
  'tablespace_map',
]);
/** Only the folder is wanted; the log of changes comes last. */
const LEFT_EMPTY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_notify',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_dynshmem',
  'pg_serial',
  'pg_snapshots',
]);
/** PostgreSQL makes these anew by itself. */
const PASSING = /^(?:pgsql_tmp|pg_internal\.init)/;
/** Says from where the server has to catch up; copied after all that it speaks of. */
const CONTROL_FILE = 'global/pg_control';

/**
 * Copies the embedded cluster while it runs, by PostgreSQL's own protocol for file copies (pg_backup_start, copy, pg_backup_stop,
 * the log of changes in between), into a folder that must not exist yet; it gets its name when it is whole. The master key is no
 * part of it: kept together, a thief of the backup could read it. Its check value is, so that a restore misses it in time. Errors: `CONFLICT` for a name that is taken, `DISK_FULL`.
 */
export async function backupCluster(
  server: EmbeddedPostgres,
  folder: string,
  { at, keyCheck }: { readonly at: Date; readonly keyCheck: string },
): Promise<void> {
  await assertFree(folder);
  const draft = `${folder}.unfinished`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    await writeManifest(draft, { version: 1, createdAt: at.toISOString(), keyCheck, ...(await copyRunning(server, draft)) });
    await rename(draft, folder);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw thrown;
  }
}

/** Error: `CONFLICT`. */
export async function assertFree(folder: string): Promise<void> {
  if (await exists(folder)) throw new CheongsanError('CONFLICT', `${folder} exists already; name a new folder for the backup.`);
}

type Copied = Pick<Manifest, 'folders' | 'files'>;

async function copyRunning(server: EmbeddedPostgres, draft: string): Promise<Copied> {
  const client = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  // A server that dies between two queries is told by the next query, not by a crash.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The slot goes with the connection; while it is there, no part of the log of changes is thrown away.
    await client.query("SELECT pg_create_physical_replication_slot('cheongsan_backup_' || pg_backend_pid(), true, true)");
    const started = await client.query<{ wal: string }>("SELECT pg_walfile_name(pg_backup_start('cheongsan', true)) AS wal");
    const { folders, files: paths } = await walk(server.clusterFolder, '');
    const files: ManifestFile[] = [];
    for (const path of [...paths, CONTROL_FILE]) files.push(...(await copyInto(server.clusterFolder, draft, path)));
    const stopped = await client.query<{ labelfile: string; wal: string }>(
      'SELECT labelfile, pg_walfile_name(lsn) AS wal FROM pg_backup_stop(wait_for_archive => false)',
    );
    files.push(...(await copyChanges(server.clusterFolder, draft, { first: started.rows[0]?.wal, last: stopped.rows[0]?.wal })));
    files.push(await writeInto(draft, `${BACKUP_CLUSTER}/backup_label`, stopped.rows[0]?.labelfile ?? ''));
    files.push(await writeInto(draft, BACKUP_CREDENTIALS, JSON.stringify(await readCredentials(server.clusterFolder))));
    return { folders: [BACKUP_CLUSTER, ...folders.map((path) => `${BACKUP_CLUSTER}/${path}`)], files };
  } finally {
    await client.end();
  }
}

interface Walked {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** Every folder of the cluster, and every file that is part of a copy but the control file. A folder may go while it is looked at. */
async function walk(cluster: string, folder: string): Promise<Walked> {
  const entries = await readdir(join(cluster, folder), { withFileTypes: true }).catch(() => []);
  const parts = entries.map(async (entry): Promise<Walked> => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.has(path) || PASSING.test(entry.name) || path === CONTROL_FILE) return { folders: [], files: [] };
    if (!entry.isDirectory()) return { folders: [], files: entry.isFile() ? [path] : [] };
    const below = LEFT_EMPTY.has(path) ? { folders: [], files: [] } : await walk(cluster, path);
    return { folders: [path, ...below.folders], files: below.files };
  });
  const walked = await Promise.all(parts);
  return { folders: walked.flatMap(({ folders }) => folders), files: walked.flatMap(({ files }) => files) };
}

/** A file that has gone meanwhile belongs to a table that has; the log of changes says so too. */
async function copyInto(cluster: string, draft: string, path: string): Promise<ManifestFile[]> {
  const copied = await copyMeasured(join(cluster, path), join(draft, BACKUP_CLUSTER, path));
  return copied === undefined ? [] : [{ path: `${BACKUP_CLUSTER}/${path}`, ...copied }];
}

async function writeInto(draft: string, path: string, text: string): Promise<ManifestFile> {
  await writeFile(join(draft, path), text, { mode: 0o600 });
  return { path, sizeBytes: Buffer.byteLength(text), sha256: sha256Hex(text) };
}

/** Every segment from the start of the backup to its end must be there, or the copy could not be brought to one instant. */
async function copyChanges(
  cluster: string,
  draft: string,
  { first, last }: { readonly first: string | undefined; readonly last: string | undefined },
): Promise<ManifestFile[]> {
  if (first === undefined || last === undefined)
    throw new CheongsanError('INTERNAL', 'The server did not say where its log of changes is.');
  const segments = (await readdir(join(cluster, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  const files: ManifestFile[] = [];
  for (const name of segments.sort()) files.push(...(await copyInto(cluster, draft, `pg_wal/${name}`)));
  if (segments[0] === first && segments.at(-1) === last && files.length === segments.length) return files;
  throw new CheongsanError('CONFLICT', 'A part of the log of changes was gone before it was copied; run the backup again.');
}
