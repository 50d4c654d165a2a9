import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUniqueViolation, namedDatabaseError } from '../../src/database/errors.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

let test: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  test = await createTestDatabase();
  client = new pg.Client({ connectionString: test.access.applicationUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
});

const raising = (sqlstate: string, message = 'sample') => `DO $$ BEGIN RAISE EXCEPTION '${message}' USING ERRCODE = '${sqlstate}'; END $$`;

async function failureOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

/** What a failure is called, whether it came through the client, its transactions or the bare driver. */
async function namesOf(sql: string): Promise<string[]> {
  const failures = [
    await failureOf(test.database.read.$executeRawUnsafe(sql)),
    await failureOf(test.database.work(testActor, ({ tx }) => tx.$executeRawUnsafe(sql))),
    await failureOf(client.query(sql)),
  ];
  return failures.map((failure) => {
    const named = namedDatabaseError(failure);
    return named instanceof CheongsanError ? named.code : 'no name';
  });
}

describe('what PostgreSQL refuses', () => {
  it.each([
    ['CS001', 'LEDGER_UNBALANCED'],
    ['CS002', 'LEDGER_KEY_CONFLICT'],
    ['CS003', 'LEDGER_REVERSED_ALREADY'],
    ['CS004', 'LEDGER_UNKNOWN_ACCOUNT'],
    ['CS005', 'NOT_FOUND'],
    ['CS010', 'CONFLICT'],
    ['CS011', 'CONFLICT'],
    ['40001', 'DATABASE_CONTENTION'],
    ['40P01', 'DATABASE_CONTENTION'],
    ['53100', 'DISK_FULL'],
    ['57P01', 'DATABASE_UNAVAILABLE'],
    ['57P03', 'DATABASE_UNAVAILABLE'],
    ['22012', 'no name'],
    ['23514', 'no name'],
  ])('with %s is called %s', async (sqlstate, name) => {
    expect(await namesOf(raising(sqlstate))).toEqual([name, name, name]);
  });

  it('for want of room is called so in whatever words it comes', async () => {
    expect(await namesOf(raising('XX000', 'could not extend file "base/1/2": No space left on device'))).toEqual([
      'DISK_FULL',
      'DISK_FULL',
      'DISK_FULL',
    ]);
    expect(await namesOf(raising('XX000', 'something else'))).toEqual(['no name', 'no name', 'no name']);
  });

  it('keeps the cause, and tells the first line of its message only', async () => {
    const thrown = await failureOf(client.query(raising('CS002', 'key x was used\nfor something else')));
    const named = namedDatabaseError(thrown);
    expect(named).toMatchObject({ code: 'LEDGER_KEY_CONFLICT', message: 'key x was used', cause: thrown });
  });

  it('because a row is there already is known as that', async () => {
    const insert = "INSERT INTO doorbell (queue, row_id, rung_at) VALUES ('sample', 1, now())";
    await client.query(insert);
    expect(isUniqueViolation(await failureOf(client.query(insert)))).toBe(true);
    expect(isUniqueViolation(await failureOf(test.database.read.$executeRawUnsafe(insert)))).toBe(true);
    const data = { queue: 'sample', rowId: 1, rungAt: new Date(0) };
    expect(isUniqueViolation(await failureOf(test.database.read.doorbell.create({ data })))).toBe(true);
    expect(isUniqueViolation(await failureOf(client.query(raising('CS001'))))).toBe(false);
  });
});

describe('what never reached PostgreSQL', () => {
  it('is called unavailable when nobody listens, or the name is unknown', async () => {
    for (const address of ['127.0.0.1:1', 'nowhere.invalid:5432']) {
      const lost = new pg.Client({ connectionString: `postgresql://app:x@${address}/cheongsan` });
      expect(namedDatabaseError(await failureOf(lost.connect()))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    }
  });

  it('keeps its name if it has one, and its face if nobody knows it', () => {
    const named = new CheongsanError('PHASE_WRONG', 'x');
    const unknown = new TypeError('a defect');
    expect([namedDatabaseError(named), namedDatabaseError(unknown), namedDatabaseError('text'), namedDatabaseError(undefined)]).toEqual([
      named,
      unknown,
      'text',
      undefined,
    ]);
    expect(namedDatabaseError(unknown)).toBe(unknown);
  });
});
