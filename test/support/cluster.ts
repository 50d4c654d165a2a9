import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { EmbeddedPostgres } from '../../src/database/embedded.ts';
import { openDatabase } from '../../src/database/open.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    superuserUrl: string;
    ownerUrl: string;
    applicationUrl: string;
  }
}

export const TEMPLATE = 'cheongsan_template';

/** One real cluster for the whole run, without durability, and one migrated template that each test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-test-'));
  const log = createLog({ level: 'error' });
  const { chmod } = await import('node:fs/promises');
  await chmod(folder, 0o755);
  const cluster = await EmbeddedPostgres.start({
    dataFolder: folder,
    log,
    settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'wal_init_zero=off'],
  });
  await cluster.ensureDatabase(TEMPLATE);
  const database = await openDatabase(
    { applicationUrl: cluster.applicationUrl(TEMPLATE), ownerUrl: cluster.ownerUrl(TEMPLATE), kind: 'real' },
    systemClock,
    log,
  );
  await database.close();
  project.provide('superuserUrl', cluster.superuserUrl(TEMPLATE));
  project.provide('ownerUrl', cluster.ownerUrl(TEMPLATE));
  project.provide('applicationUrl', cluster.applicationUrl(TEMPLATE));
  return async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
