import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appendAudit } from '../../src/audit/append.ts';
import { verifyAuditLog } from '../../src/audit/verify.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { sealEverything } from '../support/seal.ts';
import { bill, posting, withClient } from './ledger-fixture.ts';

const INSUFFICIENT_PRIVILEGE = '42501';
const REFUSED_BY_TRIGGER = 'CS010';
const LATE_LINE = 'CS011';

let test: TestDatabase;
let before: string;

beforeAll(async () => {
  test = await createTestDatabase();
  await posting(test.database, bill('p:1', '1000'), bill('p:2', '500', 'bill_line:2'));
  await test.database.work(testActor, (work) => appendAudit(work, { stream: 'case:1', action: 'sample.done', subject: 'case:1' }));
  await sealEverything(test.database);
  before = await everything();
});

/** Journal, balances and audit log as text. */
async function everything(): Promise<string> {
  const { read } = test.database;
  const tables = [
    await read.ledgerChart.findMany({ orderBy: { code: 'asc' } }),
    await read.ledgerAccount.findMany({ orderBy: { id: 'asc' } }),
    await read.ledgerEntry.findMany({ orderBy: { id: 'asc' } }),
    await read.ledgerLine.findMany({ orderBy: [{ entryId: 'asc' }, { lineNumber: 'asc' }] }),
    await read.ledgerBalance.findMany({ orderBy: { accountId: 'asc' } }),
    await read.ledgerPeriod.findMany(),
    await read.auditEvent.findMany({ orderBy: { id: 'asc' } }),
    await read.auditStream.findMany({ orderBy: { stream: 'asc' } }),
  ];
  return JSON.stringify(tables, (_, value) => (typeof value === 'bigint' ? value.toString() : value));
}

const failure = z.object({ code: z.string(), message: z.string() });

async function attempt(url: string, sql: string): Promise<string> {
  const refused = await withClient(url, (client) => client.query(sql)).then(
    () => undefined,
    (thrown: unknown) => failure.parse(thrown),
  );
  return refused?.code ?? 'not refused';
}

const INSERT_ENTRY = `INSERT INTO ledger_entry (idempotency_key, kind, occurred_on, posted_on, booked_at, actor, cause, memo, digest, written_by)
  VALUES ('forged', 'x', '2026-01-05', '2026-01-05', now(), 'user:1', 'x:1', '', 'x', pg_current_xact_id()::text::bigint)`;

const EDITS = [
  "UPDATE ledger_entry SET memo = 'x'",
  'UPDATE ledger_line SET amount = amount * 2',
  'UPDATE ledger_balance SET balance = 0',
  "UPDATE ledger_account SET subject = 'x'",
  'UPDATE ledger_chart SET guarded = false',
  'UPDATE audit_event SET payload = \'{"x":1}\'',
  "UPDATE audit_seal SET seal = 'x'",
  "UPDATE audit_stream SET last_hash = 'x'",
  'DELETE FROM ledger_line',
  'DELETE FROM ledger_entry',
  'DELETE FROM ledger_balance',
  'DELETE FROM ledger_account',
  'DELETE FROM ledger_chart',
  'DELETE FROM ledger_period',
  'DELETE FROM audit_event',
  'DELETE FROM audit_seal',
  'DELETE FROM audit_stream',
  'DELETE FROM audit_unsealed',
  'TRUNCATE ledger_line',
  'TRUNCATE ledger_entry CASCADE',
  'TRUNCATE ledger_account CASCADE',
  'TRUNCATE ledger_chart CASCADE',
  'TRUNCATE ledger_balance',
  'TRUNCATE audit_event CASCADE',
  'TRUNCATE audit_seal, audit_stream',
  INSERT_ENTRY,
  'INSERT INTO ledger_line (entry_id, line_number, account_id, amount) SELECT entry_id, 9, account_id, amount FROM ledger_line',
  "INSERT INTO ledger_account (chart_code, asset, subject, place) VALUES ('1110', 'BTC', 'x', '')",
  'INSERT INTO ledger_balance (account_id, balance, guard) VALUES (999, 1, 0)',
  "INSERT INTO ledger_chart (code, name, normal_side, guarded, asset_class) VALUES ('9999', 'x', 'debit', false, 'any')",
  "INSERT INTO ledger_period (month, closed_at, closed_by) VALUES ('2026-01-01', now(), 'x')",
  "INSERT INTO audit_event (stream, sequence, occurred_at, actor, action, subject, payload, previous_hash, hash, written_by) VALUES ('system', 1, now(), 'x', 'x', 'x', '{}', '', '', 1)",
  "INSERT INTO audit_seal (number, event_id, previous_seal, seal) VALUES (99, 1, '', '')",
  "INSERT INTO audit_stream (stream, last_sequence, last_hash) VALUES ('x', 0, '')",
];
const DISARMS = [
  'ALTER TABLE ledger_line DISABLE TRIGGER ALL',
  'ALTER TABLE ledger_balance DROP CONSTRAINT ledger_overdraft',
  'DROP TRIGGER ledger_line_is_final ON ledger_line',
  'DROP TABLE ledger_line CASCADE',
  "SET session_replication_role = 'replica'",
  'SET ROLE cheongsan_owner',
  'CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  'CREATE TABLE public.x (id int)',
  'GRANT ALL ON ledger_line TO cheongsan_app',
  "SELECT ledger_spill(1, 'account:1')",
  'SELECT ledger_apply(ARRAY[1], ARRAY[5])',
  "SELECT ledger_open_accounts(ARRAY['1110'], ARRAY['BTC'], ARRAY['x'], ARRAY['x'])",
  "SELECT nextval(pg_get_serial_sequence('_prisma_migrations', 'id')), 1 FROM ledger_line; UPDATE _prisma_migrations SET checksum = ''",
];

describe('the application role', () => {
  it.each(EDITS)('may not %s', async (sql) => {
    expect(await attempt(test.access.applicationUrl, sql)).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it.each(DISARMS)('may not disarm: %s', async (sql) => {
    // What is granted on one's own role without having it changes nothing and only warns.
    const expected = sql.startsWith('GRANT') ? [INSUFFICIENT_PRIVILEGE, 'not refused'] : [INSUFFICIENT_PRIVILEGE];
    expect(expected).toContain(await attempt(test.access.applicationUrl, sql));
    expect(await attempt(test.access.applicationUrl, 'DELETE FROM ledger_line')).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it('may read, and post through the functions', async () => {
    await withClient(test.access.applicationUrl, async (client) => {
      expect((await client.query('SELECT count(*)::int AS count FROM ledger_line')).rows).toEqual([{ count: 4 }]);
      expect((await client.query('SELECT count(*)::int AS count FROM audit_event')).rows).toEqual([{ count: 1 }]);
    });
  });

  it('cannot make the functions write an entry that does not balance or a line into another entry', async () => {
    const lines = (amounts: string) =>
      `ARRAY['1410', '4110'], ARRAY['KRW', 'KRW'], ARRAY['bill_line:1', 'bill_line:1'], ARRAY['bill:1', 'bill:1'], ARRAY[${amounts}]::numeric[]`;
    const one = (amounts: string) =>
      `SELECT * FROM ledger_post('forged', 'x', '2026-01-05', 'x:1', '', now(), 'user:1', NULL, ${lines(amounts)})`;
    const many = (entries: string, amounts: string) =>
      `SELECT * FROM ledger_post_many(ARRAY['forged'], ARRAY['x'], ARRAY['2026-01-05']::date[], ARRAY['x:1'], ARRAY[''], now(), 'user:1',
        ARRAY[${entries}], ${lines(amounts)})`;
    const bad = [one('5, -4'), one('5'), many('1, 1', '5, -4'), many('1, 2', '5, -5'), many('2, 2', '5, -5')];
    expect(await Promise.all(bad.map((sql) => attempt(test.access.applicationUrl, sql)))).toEqual([
      'CS001',
      '23502',
      'CS001',
      'CS001',
      'CS001',
    ]);
    expect(await attempt(test.access.applicationUrl, one("'NaN', 'NaN'"))).not.toBe('not refused');
    expect(await attempt(test.access.applicationUrl, many('1, 1', "'NaN', 'NaN'"))).not.toBe('not refused');
  });
});

describe('the owner of the tables', () => {
  it.each([
    "UPDATE ledger_entry SET memo = 'x'",
    'UPDATE ledger_line SET amount = amount * 2',
    "UPDATE ledger_account SET subject = 'x'",
    'DELETE FROM ledger_line',
    'DELETE FROM ledger_entry',
    'TRUNCATE ledger_line',
    'TRUNCATE ledger_entry CASCADE',
    'TRUNCATE ledger_account CASCADE',
    'TRUNCATE ledger_account, ledger_balance',
    'TRUNCATE ledger_balance',
    'DELETE FROM ledger_balance',
    'UPDATE audit_event SET payload = \'{"x":1}\'',
    'DELETE FROM audit_event',
    'TRUNCATE audit_event CASCADE',
    "UPDATE audit_seal SET seal = 'x'",
    'DELETE FROM audit_seal',
  ])('does not %s by accident either', async (sql) => {
    expect(await attempt(test.access.ownerUrl ?? '', sql)).toBe(REFUSED_BY_TRIGGER);
  });

  it('adds no line to an entry that is complete, balanced or not', async () => {
    const late = `INSERT INTO ledger_line (entry_id, line_number, account_id, amount)
      SELECT entry_id, line_number + 10, account_id, amount FROM ledger_line WHERE entry_id = (SELECT min(id) FROM ledger_entry)`;
    expect(await attempt(test.access.ownerUrl ?? '', late)).toBe(LATE_LINE);
  });

  it('writes no line of an entry or an account that is not there', async () => {
    const line = (entry: string, account: string) =>
      `BEGIN; ${INSERT_ENTRY}; INSERT INTO ledger_line (entry_id, line_number, account_id, amount) SELECT ${entry}, n, ${account}, 5 * (3 - 2 * n)
         FROM generate_series(1, 2) n, (SELECT max(id) AS id FROM ledger_entry) e, (SELECT min(id) AS id FROM ledger_account) a`;
    expect(await attempt(test.access.ownerUrl ?? '', line('e.id', 'a.id'))).toBe('not refused');
    expect(await attempt(test.access.ownerUrl ?? '', line('e.id', '999999'))).toBe('CS004');
    expect(await attempt(test.access.ownerUrl ?? '', line('999999', 'a.id'))).toBe(LATE_LINE);
  });

  it('writes no entry that does not balance', async () => {
    const lopsided = `BEGIN; ${INSERT_ENTRY};
      INSERT INTO ledger_line (entry_id, line_number, account_id, amount) SELECT max(e.id), 1, min(a.id), 5 FROM ledger_entry e, ledger_account a`;
    expect(await attempt(test.access.ownerUrl ?? '', lopsided)).toBe('CS001');
  });

  it('sets no guarded balance to its wrong side', async () => {
    expect(await attempt(test.access.ownerUrl ?? '', 'UPDATE ledger_balance SET balance = -1 WHERE guard = 1')).toBe('23514');
  });

  it('removes nothing by way of another table: no foreign key there cascades', async () => {
    const keys = await withClient(test.access.ownerUrl ?? '', (client) =>
      client.query(`SELECT conname FROM pg_constraint WHERE contype = 'f' AND (confdeltype <> 'a' OR confupdtype <> 'a')
        AND (conrelid::regclass::text ~ '^(ledger|audit)_' OR confrelid::regclass::text ~ '^(ledger|audit)_')`),
    );
    expect(keys.rows).toEqual([]);
  });
});

it('whatever was tried, journal, balances and audit log are as they were', async () => {
  expect(await everything()).toBe(before);
  expect(await verifyAuditLog(test.database)).toEqual([]);
});
