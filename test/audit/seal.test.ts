import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditStream, appendAudit } from '../../src/audit/append.ts';
import { sealCommittedEvents } from '../../src/audit/seal.ts';
import { verifyAuditLog } from '../../src/audit/verify.ts';
import { pause } from '../../src/kernel/clock.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

let test: TestDatabase;
const open: pg.Client[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(async () => {
  for (const client of open) await client.end();
});

const append = (stream: AuditStream) =>
  test.database.work(testActor, (work) => appendAudit(work, { stream, action: 'sample.done', subject: stream }));

/** A transaction that somebody leaves open, with an event in it. */
async function longTransaction(stream: AuditStream): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: test.access.applicationUrl });
  await client.connect();
  open.push(client);
  await client.query('BEGIN');
  await client.query("SELECT audit_append($1, now(), 'user:1', 'sample.done', $1, NULL, NULL, NULL, '{}')", [stream]);
  return client;
}

/** Streams in the order of their global numbers. */
async function numbered(...streams: AuditStream[]): Promise<string[]> {
  const seals = await test.database.read.auditSeal.findMany({
    where: { event: { stream: { in: streams } } },
    include: { event: true },
    orderBy: { number: 'asc' },
  });
  return seals.map(({ event }) => event.stream);
}

/** Numbers are held back by whatever runs in the whole cluster, so they may take a moment. */
async function eventuallyNumbered(...streams: AuditStream[]): Promise<string[]> {
  for (let look = 0; look < 200; look++) {
    await sealCommittedEvents(test.database);
    const found = await numbered(...streams);
    if (found.length === streams.length) return found;
    await pause(50);
  }
  return numbered(...streams);
}

describe('global numbers', () => {
  it('run from one without a gap, whatever the streams, and are given once', async () => {
    const streams: AuditStream[] = ['case:1', 'policy', 'account:1', 'person:1', 'system'];
    for (const stream of streams) await append(stream);
    expect(await eventuallyNumbered(...streams)).toEqual(streams);
    const seals = await test.database.read.auditSeal.findMany({ orderBy: { number: 'asc' } });
    expect(seals.map(({ number }) => Number(number))).toEqual(seals.map((_, index) => index + 1));
    expect(seals.map(({ previousSeal }) => previousSeal).slice(1)).toEqual(seals.map(({ seal }) => seal).slice(0, -1));
    expect(await sealCommittedEvents(test.database)).toBe(0);
  });

  it('are not given beyond the oldest transaction that still runs, since an earlier event may yet appear', async () => {
    const running = await longTransaction('case:20');
    await append('case:21');
    await append('case:22');
    await sealCommittedEvents(test.database);
    expect(await numbered('case:20', 'case:21', 'case:22')).toEqual([]);
    await running.query('COMMIT');
    expect(await eventuallyNumbered('case:20', 'case:21', 'case:22')).toEqual(['case:20', 'case:21', 'case:22']);
  });

  it('skip nothing for a transaction that is undone', async () => {
    const running = await longTransaction('case:30');
    await append('case:31');
    await running.query('ROLLBACK');
    expect(await eventuallyNumbered('case:31')).toEqual(['case:31']);
    expect(await numbered('case:30')).toEqual([]);
    expect(await verifyAuditLog(test.database)).toEqual([]);
  });

  it('are held back as well for what began while the sealer waited for another one', async () => {
    const other = new pg.Client({ connectionString: test.access.applicationUrl });
    await other.connect();
    open.push(other);
    await other.query('BEGIN');
    await other.query('SELECT pg_advisory_xact_lock(7163512005)');
    const sealing = sealCommittedEvents(test.database);
    await untilSomebodyWaits(other);
    const running = await longTransaction('case:40');
    await append('case:41');
    await other.query('COMMIT');
    await sealing;
    expect(await numbered('case:41')).toEqual([]);
    await running.query('COMMIT');
    expect(await eventuallyNumbered('case:40', 'case:41')).toEqual(['case:40', 'case:41']);
  });

  it('come out the same when several sealers run at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => append(`case:${500 + index}`)));
    const streams = Array.from({ length: 40 }, (_, index): AuditStream => `case:${500 + index}`);
    await Promise.all(Array.from({ length: 4 }, () => sealCommittedEvents(test.database)));
    expect((await eventuallyNumbered(...streams)).toSorted()).toEqual(streams.toSorted());
    expect(await verifyAuditLog(test.database)).toEqual([]);
  });
});

async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const waiting = await client.query(
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    if (waiting.rowCount === 1) return;
    await pause(20);
  }
  throw new Error('The sealer did not wait for the lock.');
}
