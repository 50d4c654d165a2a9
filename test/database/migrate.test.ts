import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readMigrations, schemaScript } from '../../src/database/migrate.ts';
import { applicationPoolConfig, type DatabaseAccess, openDatabase } from '../../src/database/open.ts';
import { pause, systemClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { JobQueues } from '../../src/queue/queue.ts';
import { withClient } from '../ledger/ledger-fixture.ts';

const made: string[] = [];

function urlOf(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

const asSuperuser = (sql: string) => withClient(urlOf(inject('superuserUrl'), 'postgres'), (client) => client.query(sql));

/** A database with nothing in it. */
async function emptyDatabase(kind: DatabaseAccess['kind'] = 'real'): Promise<DatabaseAccess & { readonly ownerUrl: string }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser(`CREATE DATABASE ${name} OWNER cheongsan_owner`);
  made.push(name);
  return { applicationUrl: urlOf(inject('applicationUrl'), name), ownerUrl: urlOf(inject('ownerUrl'), name), kind };
}

afterAll(async () => {
  for (const name of made) await asSuperuser(`DROP DATABASE ${name} WITH (FORCE)`);
});

const log = createLog({ level: 'silent' });

async function opened(access: DatabaseAccess): Promise<void> {
  await (await openDatabase(access, systemClock, log)).close();
}

const asOwner = (access: { ownerUrl: string }, sql: string) => withClient(access.ownerUrl, (client) => client.query(sql));

async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  const waiting =
    'SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND NOT l.granted';
  for (let look = 0; look < 200; look++) {
    if ((await client.query(waiting)).rowCount === 1) return;
    await pause(20);
  }
  throw new Error('Nobody waited for the lock.');
}

/** Jobs of several queues were put and answered; then a newer service with another migration starts. */
it('a database that has been worked with is brought up to date as well, with what its queues have made since', async () => {
  const access = await emptyDatabase();
  await opened(access);
  const queues = new JobQueues({ kind: 'postgres', pool: applicationPoolConfig(access, 'test') }, log);
  await queues.ring('cases', [1, 2]);
  await queues.close();
  const ofApplication = `SELECT 1 FROM pg_class WHERE relnamespace = 'bullmq'::regnamespace AND relowner = 'cheongsan_app'::regrole`;
  expect((await asOwner(access, ofApplication)).rowCount).toBeGreaterThan(0);
  await withClient(urlOf(inject('superuserUrl'), new URL(access.ownerUrl).pathname.slice(1)), (client) =>
    client.query('DELETE FROM installation'),
  );
  await opened(access);
  expect((await asOwner(access, 'SELECT kind FROM installation')).rows).toEqual([{ kind: 'real' }]);
});

describe('an empty database', () => {
  it('is brought up to date once, though several processes start at once', async () => {
    const access = await emptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => opened(access)));
    const names = (await readMigrations()).map(({ name }) => name);
    const applied = await asOwner(
      access,
      'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    expect(applied.rows.map((row) => row.migration_name)).toEqual(names);
    const marks = await asOwner(access, 'SELECT id, kind FROM installation');
    expect(marks.rows).toEqual([{ id: 1, kind: 'real' }]);
  });

  it('waits for whoever brings it up to date just now', async () => {
    const access = await emptyDatabase();
    let isOpen = false;
    await withClient(access.ownerUrl, async (migrator) => {
      await migrator.query('SELECT pg_advisory_lock(7163512004)');
      const opening = opened(access).then(() => {
        isOpen = true;
      });
      await untilSomebodyWaits(migrator);
      expect(isOpen).toBe(false);
      await migrator.query('SELECT pg_advisory_unlock(7163512004)');
      await opening;
    });
    expect(isOpen).toBe(true);
  });

  it('keeps its mark: a real one is no demo and a demo never becomes real', async () => {
    const [real, demo] = [await emptyDatabase('real'), await emptyDatabase('demo')];
    await Promise.all([opened(real), opened(demo)]);
    await expect(opened({ ...real, kind: 'demo' })).rejects.toMatchObject({ code: 'DEMO_ONLY' });
    await expect(opened({ ...demo, kind: 'real' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await Promise.all([opened(real), opened(demo)]);
  });

  it('needs the owner only while something is pending', async () => {
    const access = await emptyDatabase();
    await expect(opened({ ...access, ownerUrl: undefined })).rejects.toMatchObject({ code: 'MIGRATION_NEEDED' });
    await opened(access);
    await opened({ ...access, ownerUrl: undefined });
  });
});

describe('a migrated database', () => {
  it('is refused when a migration was changed after it was applied, by name', async () => {
    const access = await emptyDatabase();
    await opened(access);
    const [first, second] = await readMigrations();
    await asOwner(access, `UPDATE _prisma_migrations SET checksum = repeat('0', 64) WHERE migration_name = '${second?.name}'`);
    await expect(opened(access)).rejects.toMatchObject({ code: 'MIGRATION_NEEDED', message: expect.stringContaining(second?.name ?? '') });
    await expect(opened(access)).rejects.not.toMatchObject({ message: expect.stringContaining(first?.name ?? '') });
  });

  it('is refused when the application may write the books directly, by table', async () => {
    const access = await emptyDatabase();
    await opened(access);
    await asOwner(access, 'GRANT UPDATE ON ledger_line, audit_event TO cheongsan_app');
    await expect(opened(access)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/ledger_line, audit_event|audit_event, ledger_line/),
    });
    await asOwner(access, 'REVOKE UPDATE ON ledger_line, audit_event FROM cheongsan_app');
    await opened(access);
  });
});

describe('a migration that fails', () => {
  const tablesOf = async (access: { ownerUrl: string }) =>
    (await asOwner(access, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")).rows.length;

  it('leaves nothing of itself behind, says why, and is applied when the cause is gone', async () => {
    const access = await emptyDatabase();
    await asOwner(access, 'CREATE FUNCTION ledger_spill(bigint, text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$');
    await expect(opened(access)).rejects.toMatchObject({ code: 'MIGRATION_NEEDED', message: expect.stringContaining('ledger_spill') });
    const functions = await asOwner(access, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace");
    expect(functions.rows).toEqual([{ proname: 'ledger_spill' }]);
    await asOwner(access, 'DROP FUNCTION ledger_spill');
    await opened(access);
  });

  it('because its connection was cut, at whatever moment, is begun anew', async () => {
    const access = await emptyDatabase();
    const name = new URL(access.ownerUrl).pathname.slice(1);
    for (const afterMs of [60, 140, 220, 300, 380, 460, 620, 800]) {
      const attempt = opened(access).catch((thrown: unknown) => thrown);
      await pause(afterMs);
      await asSuperuser(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
      await attempt;
    }
    await opened(access);
  });

  it('on a database that holds something else touches nothing', async () => {
    const access = await emptyDatabase();
    await asOwner(access, 'CREATE TABLE somebody_elses (id int)');
    await expect(opened(access)).rejects.toMatchObject({ code: 'MIGRATION_NEEDED' });
    expect(await tablesOf(access)).toBe(1);
  });
});

/** Every column, key and enum of a database, in words. */
async function shapeOf(access: { readonly ownerUrl: string }): Promise<string[]> {
  const { rows } = await asOwner(
    access,
    `SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || coalesce(numeric_precision::text, '') || ' '
            || coalesce(numeric_scale::text, '') || ' ' || coalesce(datetime_precision::text, '') || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
       FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL
     SELECT 'enum ' || t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
      WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname
     UNION ALL
     SELECT 'key ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('p', 'f') AND connamespace = 'public'::regnamespace
     UNION ALL
     SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
     ORDER BY line`,
  );
  return rows.map(({ line }: { line: string }) => line);
}

it('the tables made by the migrations are the tables of the schema', async () => {
  const migrated = await emptyDatabase();
  await opened(migrated);
  const described = await emptyDatabase();
  await asOwner(described, await schemaScript(inject('ownerUrl')));
  const [made, known] = [await shapeOf(migrated), await shapeOf(described)];
  // Where the ledger's own migration is stricter than the schema can say, it says more; lines it checks by a trigger of its own.
  const checked = known.filter((line) => !line.startsWith('key ledger_line FOREIGN'));
  expect(checked.filter((line) => !made.some((each) => each.startsWith(line.trimEnd())))).toEqual([]);
  const isColumn = (line: string) => /^(?:column|enum) (?!_prisma_migrations)/.test(line);
  expect(made.filter(isColumn).filter((line) => !known.some((each) => line.startsWith(each.trimEnd())))).toEqual([]);
});
