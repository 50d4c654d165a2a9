import { chown, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { BACKUP_CLUSTER, BACKUP_CREDENTIALS } from './backup.ts';
import { copyVerified, readManifest } from './backup-manifest.ts';
import { EmbeddedPostgres } from './embedded.ts';
import { freePort, giveName, readCredentials, writeCredentials } from './embedded-cluster.ts';
import { type EmbeddedLocation, exists, isWorkedIn, locateEmbedded } from './embedded-location.ts';
import { withFolderLock } from './folder-lock.ts';

export interface RestoreOrder {
  readonly dataFolder: string;
  /** The backup. */
  readonly from: string;
  /** Of the key that will open what is restored. */
  readonly keyCheck: string;
  /** Puts the backup in the place of a cluster that is there; that one is kept beside it. */
  readonly replace: boolean;
  /** What makes the name of a cluster that is put aside its own. */
  readonly suffix: string;
  readonly log: Log;
  /** Looks over what was restored while it runs, before anybody else can start it; what it throws undoes everything. */
  readonly prepare: (server: EmbeddedPostgres) => Promise<void>;
}

/**
 * Restores a backup into a data folder. It is compared with its manifest, started under another name, prepared (marked as restored,
 * above all) and only then given its place: a restore that is broken off leaves everything as it was. Returns where a cluster that
 * was replaced is kept. Errors: `NOT_FOUND`, `FILE_TORN`, `KEY_UNAVAILABLE` for
 * another key than the backup was made under, `CONFLICT` for a data folder that is in use or not empty, `DISK_FULL`.
 */
export async function restoreCluster(order: RestoreOrder): Promise<string | undefined> {
  const manifest = await readManifest(order.from);
  if (manifest.keyCheck !== order.keyCheck) {
    throw new CheongsanError(
      'KEY_UNAVAILABLE',
      `The backup in ${order.from} was made under another key. Name that key with --key FILE, or set CHEONGSAN_KEY; nothing was restored.`,
    );
  }
  const location = await locateEmbedded(order.dataFolder);
  const { clusterFolder } = location;
  return withFolderLock(`${clusterFolder}.lock`, async () => {
    await assertReplaceable(clusterFolder, order.replace);
    const draft = `${clusterFolder}.restored`;
    const copied = `${draft}.copy`;
    try {
      await copyVerified(order.from, copied, manifest);
      await takeOver(location, copied, draft);
      const server = await EmbeddedPostgres.startAt({ ...location, clusterFolder: draft }, order.log);
      await order.prepare(server).finally(() => server.stop());
      return await putInPlace(draft, clusterFolder, order.suffix);
    } finally {
      for (const path of [copied, draft, `${draft}.json`]) await rm(path, { recursive: true, force: true });
    }
  });
}

async function assertReplaceable(clusterFolder: string, replace: boolean): Promise<void> {
  if (!(await exists(clusterFolder))) return;
  if ((await exists(join(clusterFolder, 'postmaster.pid'))) && (await isWorkedIn(clusterFolder)) !== false) {
    throw new CheongsanError('CONFLICT', `The database in ${clusterFolder} runs; stop the service before restoring.`);
  }
  if (replace) return;
  throw new CheongsanError(
    'CONFLICT',
    `There is a database in ${clusterFolder} already. Restore into another folder (CHEONGSAN_DATA), or add --replace: the one that is there is then kept beside it.`,
  );
}

/** Gives the copy to the user PostgreSQL runs as, and a port of its own: where the backup was taken, the old one may be in use. */
async function takeOver({ runAs }: EmbeddedLocation, copied: string, draft: string): Promise<void> {
  await rename(join(copied, BACKUP_CREDENTIALS), join(copied, `${BACKUP_CLUSTER}.json`));
  const credentials = await readCredentials(join(copied, BACKUP_CLUSTER));
  await rm(draft, { recursive: true, force: true });
  await rename(join(copied, BACKUP_CLUSTER), draft);
  await writeCredentials(draft, { ...credentials, port: await freePort() });
  if (runAs !== undefined) await giveTo(draft, runAs.uid, runAs.gid);
}

async function giveTo(path: string, uid: number, gid: number): Promise<void> {
  await chown(path, uid, gid);
  if (!(await stat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(join(path, name), uid, gid);
}

async function putInPlace(draft: string, clusterFolder: string, suffix: string): Promise<string | undefined> {
  const aside = (await exists(clusterFolder)) ? `${clusterFolder}.before-${suffix}` : undefined;
  if (aside !== undefined) {
    await rename(`${clusterFolder}.json`, `${aside}.json`);
    await rename(clusterFolder, aside);
  }
  await rename(`${draft}.json`, `${clusterFolder}.json`);
  await giveName(draft, clusterFolder);
  return aside;
}
