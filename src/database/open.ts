import { runMigrations } from 'bullmq';
import pg from 'pg';
import type { Clock } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { APPLICATION_ROLE } from './embedded.ts';
import { namedDatabaseError } from './errors.ts';
import { type InstallationKind, PrismaClient } from './generated/client.ts';
import { migrate, pendingMigrations } from './migrate.ts';
import { OrderlyPrismaPg } from './orderly-adapter.ts';
import { statementNames } from './statement-names.ts';
import { Database } from './work.ts';

export const QUEUE_SCHEMA = 'bullmq';

/** How to reach one database. Without `ownerUrl` the application's role must be able to migrate as well. */
export interface DatabaseAccess {
  readonly applicationUrl: string;
  readonly ownerUrl: string | undefined;
  /** What a new database is marked as, for ever. An existing one must carry the same mark. */
  readonly kind: InstallationKind;
}

const POOL_SIZE = 12;

/** How a connection pool of the application's role is opened. */
export interface ApplicationPoolConfig {
  readonly connectionString: string;
  readonly options: string;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly connectionTimeoutMillis: number;
}

/** Every connection of the application gives up whatever its login role could do beyond the application role. */
export function applicationPoolConfig(access: DatabaseAccess, name: string): ApplicationPoolConfig {
  return {
    connectionString: access.applicationUrl,
    options: `-c role=${APPLICATION_ROLE}`,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
}

/**
 * Brings the database up to date under a lock and opens it as the application role. Errors: `DATABASE_UNAVAILABLE`,
 * `MIGRATION_NEEDED`, `CONFIG_INVALID` when the role can do more than it may or the mark differs.
 */
export async function openDatabase(access: DatabaseAccess, clock: Clock, log: Log): Promise<Database> {
  try {
    if (!(await isUpToDate(access))) await prepare(access, clock, log);
  } catch (thrown) {
    throw namedDatabaseError(thrown);
  }
  const adapter = new OrderlyPrismaPg(
    { ...applicationPoolConfig(access, 'cheongsan'), max: POOL_SIZE },
    { onPoolError: (err) => log.warn({ err }, 'database connection lost'), statementNameGenerator: statementNames() },
  );
  const database = new Database(new PrismaClient({ adapter }), clock, log);
  try {
    await assertLeastPrivilege(database);
    await assertKind(database, access.kind);
    return database;
  } catch (thrown) {
    await database.close();
    throw namedDatabaseError(thrown);
  }
}

/** One look with the application's own eyes: nothing pending, and marked already. Then the owner is not needed at all. */
async function isUpToDate(access: DatabaseAccess): Promise<boolean> {
  const client = new pg.Client({ connectionString: access.applicationUrl });
  // A server that dies between two queries is told by the next query, not by a crash.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const ready = await client.query(`SELECT to_regclass('public.installation') IS NOT NULL AND to_regnamespace($1) IS NOT NULL AS ready`, [
      QUEUE_SCHEMA,
    ]);
    if (ready.rows[0]?.ready !== true) return false;
    const marked = await client.query('SELECT 1 FROM public.installation');
    return marked.rowCount === 1 && (await pendingMigrations(client)).length === 0;
  } finally {
    await client.end();
  }
}

async function prepare(access: DatabaseAccess, clock: Clock, log: Log): Promise<void> {
  const applied = await migrate(access.ownerUrl ?? access.applicationUrl, async (client) => {
    await runMigrations(client, QUEUE_SCHEMA);
    await client.query(`GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO ${APPLICATION_ROLE}`);
    await client.query(GRANT_QUEUE_SQL);
    if (access.ownerUrl === undefined) await client.query(`GRANT ${APPLICATION_ROLE} TO CURRENT_USER`);
    await client.query(
      `INSERT INTO installation (id, kind, fingerprint, created_at) VALUES (1, $1, ${FINGERPRINT_SQL}, $2) ON CONFLICT DO NOTHING`,
      [access.kind, clock.now()],
    );
  });
  if (applied.length > 0) log.info({ migrations: applied.length }, 'database migrated');
}

/**
 * All of the queue's schema that is ours to give. What the queue has made since belongs to the application's role already, and nobody else
 * may grant it.
 */
const GRANT_QUEUE_SQL = `
  DO $$
  DECLARE
    v_given text;
  BEGIN
    FOR v_given IN
      SELECT format('%s %I.%I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, '${QUEUE_SCHEMA}', relname)
        FROM pg_class
       WHERE relnamespace = '${QUEUE_SCHEMA}'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S') AND pg_has_role(current_user, relowner, 'USAGE')
      UNION ALL
      SELECT 'ROUTINE ' || oid::regprocedure FROM pg_proc
       WHERE pronamespace = '${QUEUE_SCHEMA}'::regnamespace AND pg_has_role(current_user, proowner, 'USAGE')
    LOOP
      EXECUTE 'GRANT ALL ON ' || v_given || ' TO ${APPLICATION_ROLE}';
    END LOOP;
  END $$`;

/** Which cluster, which history of it and which database this is: a restored or copied database answers differently. */
const FINGERPRINT_SQL = `(
  SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid
    FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()
)`;

export async function readFingerprint(database: Database): Promise<string> {
  const rows = await database.read.$queryRawUnsafe<{ fingerprint: string }[]>(`SELECT ${FINGERPRINT_SQL} AS fingerprint`);
  return rows[0]?.fingerprint ?? '';
}

async function assertLeastPrivilege(database: Database): Promise<void> {
  const rows = await database.read.$queryRaw<{ table_name: string }[]>`
    SELECT t AS table_name FROM unnest(ARRAY['ledger_entry', 'ledger_line', 'ledger_balance', 'audit_event', 'audit_seal']) AS t
     WHERE has_table_privilege(t, 'INSERT') OR has_table_privilege(t, 'UPDATE') OR has_table_privilege(t, 'DELETE') OR has_table_privilege(t, 'TRUNCATE')`;
  if (rows.length > 0) {
    throw new CheongsanError(
      'CONFIG_INVALID',
      `The application's database role may write ${rows.map((row) => row.table_name).join(', ')} directly. Connect as a member of ${APPLICATION_ROLE} that does not own the tables.`,
    );
  }
}

async function assertKind(database: Database, kind: InstallationKind): Promise<void> {
  const installation = await database.read.installation.findUnique({ where: { id: 1 } });
  if (installation?.kind !== kind) {
    throw new CheongsanError(
      kind === 'demo' ? 'DEMO_ONLY' : 'CONFIG_INVALID',
      `This database is marked ${installation?.kind ?? 'nothing'}, not ${kind}. A demo writes only to a demo database, and a demo never becomes real. Name another database.`,
    );
  }
}
