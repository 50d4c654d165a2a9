import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { type EmbeddedLocation, exists } from './embedded-location.ts';
import { runProgram } from './embedded-program.ts';
import { isCode } from './folder-lock.ts';

const credentialsSchema = z.object({ superuser: z.string(), owner: z.string(), application: z.string(), port: z.number().int() });

/** Passwords of the three roles and the port of 127.0.0.1; kept in a file beside the cluster that only its owner may read. */
export type Credentials = z.infer<typeof credentialsSchema>;

/**
 * The cluster's credentials; on first use the cluster is made. It gets its name only when it is whole, so that a start that was
 * killed, or found the disk full, is simply done again. Errors: `CONFIG_INVALID`, `DISK_FULL`, `DATABASE_UNAVAILABLE`.
 */
export async function openCluster(location: EmbeddedLocation, log: Log): Promise<Credentials> {
  if (await exists(join(location.clusterFolder, 'PG_VERSION'))) return readCredentials(location.clusterFolder);
  log.info('initialising the embedded PostgreSQL');
  const credentials = {
    superuser: randomBytes(24).toString('hex'),
    owner: randomBytes(24).toString('hex'),
    application: randomBytes(24).toString('hex'),
    port: await freePort(),
  };
  const draft = `${location.clusterFolder}.draft`;
  await rm(draft, { recursive: true, force: true });
  try {
    await initialise(location, draft, credentials.superuser);
    await writeCredentials(location.clusterFolder, credentials);
    await giveName(draft, location.clusterFolder);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw thrown;
  }
  return credentials;
}

async function initialise(location: EmbeddedLocation, folder: string, password: string): Promise<void> {
  const passwordFile = `${location.clusterFolder}.password`;
  await mkdir(folder);
  await chmod(folder, 0o700);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (location.runAs !== undefined) {
    for (const path of [folder, passwordFile]) await chown(path, location.runAs.uid, location.runAs.gid);
  }
  try {
    await runProgram(location, location.initdb, [
      `--pgdata=${folder}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Gives a finished draft the cluster's name. Error: `CONFIG_INVALID` when something else lies there, which is left alone. */
export async function giveName(draft: string, clusterFolder: string): Promise<void> {
  try {
    await rename(draft, clusterFolder);
  } catch (cause) {
    if (!isCode(cause, 'ENOTEMPTY') && !isCode(cause, 'EEXIST')) throw cause;
    throw new CheongsanError(
      'CONFIG_INVALID',
      `${clusterFolder} holds files but no database cluster; move them away, or name another folder in CHEONGSAN_DATA.`,
      { cause },
    );
  }
}

export async function readCredentials(clusterFolder: string): Promise<Credentials> {
  const file = `${clusterFolder}.json`;
  try {
    return credentialsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isCode(cause, 'EACCES')) throw cause;
    throw new CheongsanError('CONFIG_INVALID', `${file} with the passwords of the embedded PostgreSQL is missing or torn; put it back.`, {
      cause,
    });
  }
}

/** Whole or not at all. */
export async function writeCredentials(clusterFolder: string, credentials: Credentials): Promise<void> {
  const draft = `${clusterFolder}.json.draft`;
  await writeFile(draft, JSON.stringify(credentials), { mode: 0o600 });
  await rename(draft, `${clusterFolder}.json`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('No free port.'))));
    });
  });
}

/** True when nobody listens on this port of 127.0.0.1. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
