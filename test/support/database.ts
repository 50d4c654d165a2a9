import { randomBytes, randomInt } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type DatabaseAccess, openDatabase } from '../../src/database/open.ts';
import type { Actor, Database } from '../../src/database/work.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { atEnd } from './at-end.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly clock: DrivenClock;
  readonly access: DatabaseAccess;
  readonly superuserUrl: string;
}

export const testActor: Actor = { kind: 'system', part: 'test' };
/** A Monday morning in Seoul. */
export const TEST_START = new Date('2026-01-05T00:00:00Z');

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** A database of this test file's own, cloned from the migrated template, with a clock that the test drives; dropped at the end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const superuserUrl = withDatabase(inject('superuserUrl'), name);
  await asSuperuser(withDatabase(inject('superuserUrl'), 'postgres'), (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE cheongsan_template OWNER cheongsan_owner`),
  );
  // The policy last read is kept as long as its newest row is the same: no two files' databases may have the same one.
  await asSuperuser(superuserUrl, (client) =>
    client.query(`ALTER SEQUENCE policy_value_id_seq RESTART WITH ${randomInt(1, 1_000_000) * 1_000}`),
  );
  const access: DatabaseAccess = {
    applicationUrl: withDatabase(inject('applicationUrl'), name),
    ownerUrl: withDatabase(inject('ownerUrl'), name),
    kind: 'real',
  };
  const clock = new DrivenClock(TEST_START);
  const database = await openDatabase(access, clock, createLog({ level: 'error' }));
  atEnd(async () => {
    await database.close();
    await asSuperuser(withDatabase(inject('superuserUrl'), 'postgres'), (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  });
  return { database, clock, access, superuserUrl };
}

async function asSuperuser(connectionString: string, body: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await body(client);
  } finally {
    await client.end();
  }
}
