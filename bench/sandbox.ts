import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgres } from '../src/database/embedded.ts';
import { locateEmbedded } from '../src/database/embedded-location.ts';
import { openDatabase } from '../src/database/open.ts';
import type { Database } from '../src/database/work.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { createLog } from '../src/kernel/log.ts';

const DATABASE_NAME = 'cheongsan';

/** A folder of its own, removed with all that is in it, PostgreSQL's cluster included, wherever that had to be put. */
export async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-bench-'));
  // PostgreSQL runs as another user where we are root, and must be able to enter.
  await chmod(folder, 0o755);
  const { clusterFolder } = await locateEmbedded(folder);
  try {
    return await body(folder);
  } finally {
    for (const each of [dirname(clusterFolder), folder]) await rm(each, { recursive: true, force: true });
  }
}

export interface Sandbox {
  readonly database: Database;
  readonly ownerUrl: string;
}

/** A fresh embedded PostgreSQL with the settings of the service, and the migrated database in it. */
export function withSandbox<T>(body: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const log = createLog({ level: 'error' });
    const server = await EmbeddedPostgres.start({ dataFolder: folder, log });
    try {
      await server.ensureDatabase(DATABASE_NAME);
      const ownerUrl = server.ownerUrl(DATABASE_NAME);
      const database = await openDatabase(
        { applicationUrl: server.applicationUrl(DATABASE_NAME), ownerUrl, kind: 'real' },
        systemClock,
        log,
      );
      try {
        return await body({ database, ownerUrl });
      } finally {
        await database.close();
      }
    } finally {
      await server.stop();
    }
  });
}
