import { chown, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pg from 'pg';
import { CheongsanError } from '../kernel/errors.ts';
import type { EmbeddedPostgres } from './embedded.ts';
import { exists, locateEmbedded } from './embedded-location.ts';

/** Not part of a copy: what belongs to the running server, and the log of changes, which is copied last. */
const LEFT_OUT = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'pg_wal',
  'server.log',
  'pg_replslot',
  'pg_notify',
  'pg_stat_tmp',
  'pg_subtrans',
]);
const EMPTY_FOLDERS = ['pg_wal', 'pg_replslot', 'pg_notify', 'pg_stat_tmp', 'pg_subtrans'];

/**
 * Copies the embedded cluster while it runs, by PostgreSQL's own protocol for file copies (pg_backup_start, copy, pg_backup_stop,
 * the log of changes in between), into a folder that must not exist yet. The master key is no part of it: kept together, a
 * thief of the backup could read it. Errors: `CONFLICT`, `DISK_FULL`.
 */
export async function backupCluster(server: EmbeddedPostgres, folder: string): Promise<void> {
  if (await exists(folder)) throw new CheongsanError('CONFLICT', `${folder} exists already; name a new folder for the backup.`);
  const draft = `${folder}.unfinished`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const cluster = join(draft, 'postgres');
  const client = new pg.Client({ connectionString: server.superuserUrl('postgres') });
  await client.connect();
  try {
    const started = await client.query<{ wal: string }>("SELECT pg_walfile_name(pg_backup_start('cheongsan', true)) AS wal");
    await cp(server.clusterFolder, cluster, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
    for (const name of EMPTY_FOLDERS) await mkdir(join(cluster, name), { recursive: true, mode: 0o700 });
    const stopped = await client.query<{ labelfile: string; wal: string }>(
      'SELECT labelfile, pg_walfile_name(lsn) AS wal FROM pg_backup_stop(wait_for_archive => false)',
    );
    await writeFile(join(cluster, 'backup_label'), stopped.rows[0]?.labelfile ?? '');
    await copyChanges(server.clusterFolder, cluster, started.rows[0]?.wal ?? '', stopped.rows[0]?.wal ?? '');
  } finally {
    await client.end();
  }
  await cp(`${server.clusterFolder}.json`, join(draft, 'postgres.json'));
  await rename(draft, folder);
}

/** Every segment from the start of the backup to its end must be there, or the copy could not be brought to one instant. */
async function copyChanges(from: string, to: string, first: string, last: string): Promise<void> {
  const segments = (await readdir(join(from, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first);
  if (!segments.includes(first) || !segments.includes(last)) {
    throw new CheongsanError('CONFLICT', 'So much was written during the backup that it is incomplete; run it again at a quieter time.');
  }
  for (const name of segments) await cp(join(from, 'pg_wal', name), join(to, 'pg_wal', name));
}

/**
 * Puts a backup in the place of the embedded cluster, which must not be running. What was there is kept beside it under a name
 * that is returned. The caller then marks every database as restored, so that the next start is HALTED.
 */
export async function restoreCluster(dataFolder: string, folder: string, suffix: string): Promise<string | undefined> {
  const { clusterFolder, runAs } = await locateEmbedded(dataFolder);
  if (!(await exists(join(folder, 'postgres', 'PG_VERSION'))))
    throw new CheongsanError('NOT_FOUND', `${folder} holds no backup of a cluster.`);
  if (await exists(join(clusterFolder, 'postmaster.pid'))) {
    throw new CheongsanError('CONFLICT', 'The database runs; stop the service before restoring.');
  }
  const aside = `${clusterFolder}.before-${suffix}`;
  const hadCluster = await exists(clusterFolder);
  if (hadCluster) {
    await rename(clusterFolder, aside);
    await rename(`${clusterFolder}.json`, `${aside}.json`);
  }
  await mkdir(dataFolder, { recursive: true });
  await cp(join(folder, 'postgres'), clusterFolder, { recursive: true });
  await cp(join(folder, 'postgres.json'), `${clusterFolder}.json`);
  if (runAs !== undefined) await giveTo(clusterFolder, runAs.uid, runAs.gid);
  return hadCluster ? aside : undefined;
}

async function giveTo(path: string, uid: number, gid: number): Promise<void> {
  await chown(path, uid, gid);
  if (!(await stat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(join(path, name), uid, gid);
}
