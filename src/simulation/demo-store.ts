import pg from 'pg';
import { EmbeddedPostgres } from '../database/embedded.ts';
import type { Config } from '../kernel/config.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';

/** Who may empty which database: neither touches the other's. */
export type StoreUse = 'demo' | 'soak';

/** A demo database without anything in it. */
export interface DemoStore {
  readonly applicationUrl: string;
  readonly ownerUrl: string | undefined;
  close(): Promise<void>;
}

/**
 * Empties the demo database, or makes one: in the embedded PostgreSQL, or beside the database that DATABASE_URL names, with
 * `_demo` (or `_soak`) behind its name. A database that bears another mark is left as it is. Error: `DEMO_ONLY`.
 */
export async function freshDemoStore(config: Config, log: Log, use: StoreUse = 'demo'): Promise<DemoStore> {
  if (config.databaseUrl !== undefined) return freshForeign(config.databaseUrl, config.databaseOwnerUrl, use);
  const server = await EmbeddedPostgres.start({ dataFolder: config.dataFolder, log });
  const name = `cheongsan_${use}`;
  await server.dropDatabase(name);
  await server.ensureDatabase(name);
  return {
    applicationUrl: server.applicationUrl(name),
    ownerUrl: server.ownerUrl(name),
    close: () => server.stopIfUnused(),
  };
}

async function freshForeign(databaseUrl: string, databaseOwnerUrl: string | undefined, use: StoreUse): Promise<DemoStore> {
  const ownerUrl = databaseOwnerUrl ?? databaseUrl;
  const demoOwnerUrl = besides(ownerUrl, use);
  await createIfMissing(ownerUrl, new URL(demoOwnerUrl).pathname.slice(1));
  const client = new pg.Client({ connectionString: demoOwnerUrl });
  // A server that dies between two queries is told by the next query, not by a crash.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const marked = await client.query("SELECT to_regclass('public.installation') IS NOT NULL AS present");
    const kind = marked.rows[0]?.present === true ? (await client.query('SELECT kind FROM public.installation')).rows[0]?.kind : 'demo';
    if (kind !== 'demo')
      throw new CheongsanError(
        'DEMO_ONLY',
        `The database ${new URL(demoOwnerUrl).pathname.slice(1)} is marked ${kind}; a demo writes only to one marked demo.`,
      );
    for (const schema of ['public', 'bullmq']) await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query('CREATE SCHEMA public');
  } finally {
    await client.end();
  }
  return {
    applicationUrl: besides(databaseUrl, use),
    ownerUrl: databaseOwnerUrl === undefined ? undefined : demoOwnerUrl,
    close: () => Promise.resolve(),
  };
}

function besides(url: string, use: StoreUse): string {
  const changed = new URL(url);
  const suffix = `_${use}`;
  if (!changed.pathname.endsWith(suffix)) changed.pathname = `${changed.pathname}${suffix}`;
  return changed.toString();
}

async function createIfMissing(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A server that dies between two queries is told by the next query, not by a crash.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
