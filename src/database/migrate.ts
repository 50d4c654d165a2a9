import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { sha256Hex } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { projectRoot } from '../kernel/paths.ts';
import { withSchemaEngine } from './schema-engine.ts';

export const MIGRATIONS_FOLDER = join(projectRoot, 'prisma', 'migrations');
/** Any constant will do; everybody who migrates takes this lock first, so that two processes may start at once. */
const MIGRATION_LOCK = 7_163_512_004;
const SCHEMA_FILTER = { externalTables: [], externalEnums: [] };

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export async function readMigrations(): Promise<Migration[]> {
  const entries = await readdir(MIGRATIONS_FOLDER, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(join(MIGRATIONS_FOLDER, name, 'migration.sql'), 'utf8') })),
  );
}

/** The migrations folder in the form the schema engine reads. */
export function migrationList(migrations: readonly Migration[]) {
  return {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
}

/**
 * Names of migrations this database has not had. An applied migration whose file has changed since is refused: history
 * is corrected by a new migration. Error: `MIGRATION_NEEDED` naming the file.
 */
export async function pendingMigrations(client: pg.Client): Promise<string[]> {
  const migrations = await readMigrations();
  const table = await client.query("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS present");
  if (table.rows[0]?.present !== true) return migrations.map(({ name }) => name);
  const applied = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM public._prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const checksums = new Map(applied.rows.map((row) => [row.migration_name, row.checksum]));
  for (const { name, sql } of migrations) {
    const checksum = checksums.get(name);
    if (checksum !== undefined && checksum !== sha256Hex(sql)) {
      throw new CheongsanError(
        'MIGRATION_NEEDED',
        `Migration ${name} was changed after it was applied. Restore the file and add a new migration.`,
      );
    }
  }
  return migrations.map(({ name }) => name).filter((name) => !checksums.has(name));
}

/** Applies what is pending, under a lock. `afterwards` runs on the locked owner connection whether or not anything was pending. */
export async function migrate(ownerUrl: string, afterwards: (client: pg.Client) => Promise<void>): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  // It waits while the engine works on connections of its own; that it was lost meanwhile is told by its next statement.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const pending = await pendingMigrations(client);
    if (pending.length > 0) {
      await forgetTorn(client);
      await apply(ownerUrl);
    }
    await afterwards(client);
    return pending;
  } finally {
    await client.end();
  }
}

/** A migration that was begun and not finished left nothing behind, whether it failed or its process died: it may begin anew. */
async function forgetTorn(client: pg.Client): Promise<void> {
  const table = await client.query("SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS present");
  if (table.rows[0]?.present !== true) return;
  await client.query('UPDATE public._prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL');
}

async function apply(ownerUrl: string): Promise<void> {
  const migrationsList = migrationList(await readMigrations());
  try {
    await withSchemaEngine(ownerUrl, undefined, (engine) => engine.applyMigrations({ migrationsList, filters: SCHEMA_FILTER }));
  } catch (cause) {
    throw new CheongsanError('MIGRATION_NEEDED', `A migration failed: ${describe(cause)}. Mend the cause and start again.`, { cause });
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const lines = [cause.message, ...(cause.cause instanceof Error ? [cause.cause.message] : [])].join('\n').split('\n');
  return lines.find((line) => line.includes('ERROR')) ?? lines.find((line) => line.trim() !== '') ?? cause.name;
}

/** The SQL that makes the tables of the schema in an empty database: for writing a migration, and to test that none was forgotten. */
export async function schemaScript(ownerUrl: string): Promise<string> {
  const folder = join(projectRoot, 'prisma', 'schema');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.prisma')).sort();
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), content: await readFile(join(folder, name), 'utf8') })),
  );
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  return withSchemaEngine(ownerUrl, datamodels, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: SCHEMA_FILTER,
    });
    return stdout ?? '';
  });
}
