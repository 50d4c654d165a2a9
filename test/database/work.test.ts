import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appendAudit } from '../../src/audit/append.ts';
import { actorText, type Doorbell, type QueueName, userIdOf, type Work } from '../../src/database/work.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { post } from '../../src/ledger/post.ts';
import { bill, codeOf } from '../ledger/ledger-fixture.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

let test: TestDatabase;

/** Notes who rang, and what of the ring was already committed then. */
class NotedBell implements Doorbell {
  readonly rings: string[] = [];
  failure: Error | undefined;

  async ring(queue: QueueName, ids: readonly number[]): Promise<void> {
    const committed = await test.database.read.doorbell.count({ where: { queue, rowId: { in: [...ids] } } });
    this.rings.push(`${queue} ${ids.join(',')} (${committed} committed)`);
    if (this.failure !== undefined) throw this.failure;
  }
}

let bell: NotedBell;

beforeAll(async () => {
  test = await createTestDatabase();
});

beforeEach(() => {
  bell = new NotedBell();
  test.database.connect(bell);
});

afterEach(async () => {
  await test.database.read.doorbell.deleteMany();
});

async function change(work: Work, name: string): Promise<void> {
  await post(work, bill(`bill:${name}`, '100', `bill_line:${name}`));
  await appendAudit(work, { stream: 'system', action: 'sample.done', subject: name });
  work.ring('cases', 7);
}

async function stored(name: string): Promise<string> {
  const { read } = test.database;
  const entries = await read.ledgerEntry.count({ where: { idempotencyKey: `bill:${name}` } });
  const events = await read.auditEvent.count({ where: { subject: name } });
  return `${entries} entries, ${events} events, ${await read.doorbell.count()} rings`;
}

describe('a unit of work', () => {
  it('stores rows, entry, event and rings together, and rings when they are committed', async () => {
    expect(await test.database.work(testActor, (work) => change(work, 'a').then(() => 'answer'))).toBe('answer');
    expect(await stored('a')).toBe('1 entries, 1 events, 1 rings');
    expect(bell.rings).toEqual(['cases 7 (1 committed)']);
  });

  it('stores none of them and rings nobody when it fails', async () => {
    const failing = test.database.work(testActor, async (work) => {
      await change(work, 'b');
      throw new CheongsanError('CONFLICT', 'The rest does not fit.');
    });
    expect(await codeOf(failing)).toBe('CONFLICT');
    expect(await stored('b')).toBe('0 entries, 0 events, 0 rings');
    expect(bell.rings).toEqual([]);
  });

  it('begins anew when it finds under its lock something else than before, stores once, and gives up some time', async () => {
    let looks = 0;
    const changed = () => new CheongsanError('DATABASE_CONTENTION', 'It was matched meanwhile.');
    await test.database.work(testActor, async (work) => {
      await change(work, 'again');
      looks += 1;
      if (looks < 3) throw changed();
    });
    expect(looks).toBe(3);
    expect(await stored('again')).toBe('1 entries, 1 events, 1 rings');
    expect(bell.rings).toHaveLength(1);
    const never = test.database.work(testActor, async (work) => {
      await change(work, 'never');
      throw changed();
    });
    expect(await codeOf(never)).toBe('DATABASE_CONTENTION');
    expect(await stored('never')).toMatch(/^0 entries, 0 events/);
  });

  it('has one instant, however long it takes', async () => {
    const begun = test.clock.now();
    const at = await test.database.work(testActor, async (work) => {
      test.clock.advanceBy(1_000);
      return [work.at, work.at];
    });
    expect(at).toEqual([begun, begun]);
  });

  it('rings once for a row, queue by queue, and counts who rings again before he is answered', async () => {
    const ringing = (...rows: [QueueName, number][]) =>
      test.database.work(testActor, async (work) => {
        for (const [queue, id] of rows) work.ring(queue, id);
      });
    await ringing(['desk', 3], ['cases', 5], ['desk', 1], ['desk', 3]);
    expect(bell.rings).toEqual(['desk 3,1 (2 committed)', 'cases 5 (1 committed)']);
    await ringing(['desk', 3]);
    const doorbells = await test.database.read.doorbell.findMany({ orderBy: [{ queue: 'asc' }, { rowId: 'asc' }] });
    expect(doorbells.map(({ queue, rowId, rings }) => `${queue} ${rowId} ${rings}`)).toEqual(['cases 5 1', 'desk 1 1', 'desk 3 2']);
  });

  it('stands when the queue is lost: the ring is remembered', async () => {
    bell.failure = new Error('no queue');
    await test.database.work(testActor, (work) => change(work, 'c'));
    expect(await stored('c')).toBe('1 entries, 1 events, 1 rings');
  });

  it('is over when its time is over, and nothing of it is stored', async () => {
    const slow = test.database.work(
      testActor,
      async (work) => {
        await change(work, 'd');
        await work.tx.$queryRaw`SELECT 1 AS waited FROM (SELECT pg_sleep(0.4)) s`;
        await change(work, 'd2');
      },
      { timeoutMs: 100 },
    );
    expect(await codeOf(slow)).toBe('DATABASE_CONTENTION');
    expect(await stored('d')).toBe('0 entries, 0 events, 0 rings');
  });
});

describe('units of work that collide', () => {
  it('are begun anew from the start, with a new instant and new rings', async () => {
    const attempts: string[] = [];
    const at = await test.database.work(testActor, async (work) => {
      attempts.push(work.at.toISOString());
      work.ring('cases', attempts.length);
      if (attempts.length < 3) {
        test.clock.advanceBy(1_000);
        await work.tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'sample' USING ERRCODE = '40001'; END $$`;
      }
      return work.at;
    });
    expect(new Set(attempts).size).toBe(3);
    expect(at.toISOString()).toBe(attempts[2]);
    expect(bell.rings).toEqual(['cases 3 (1 committed)']);
  });

  it('in a deadlock both come through', async () => {
    await test.database.read.doorbell.createMany({
      data: [1, 2].map((rowId) => ({ queue: 'deadlock', rowId, rungAt: test.clock.now() })),
    });
    let waiting = 0;
    const inOrder = (first: number, second: number) =>
      test.database.work(testActor, async ({ tx }) => {
        const touch = (rowId: number) =>
          tx.$executeRaw`UPDATE doorbell SET rings = rings + 1 WHERE queue = 'deadlock' AND row_id = ${rowId}`;
        await touch(first);
        waiting += 1;
        for (let look = 0; waiting < 2 && look < 100; look++) await tx.$queryRaw`SELECT 1 AS waited FROM (SELECT pg_sleep(0.02)) s`;
        await touch(second);
      });
    await Promise.all([inOrder(1, 2), inOrder(2, 1)]);
    const rows = await test.database.read.doorbell.findMany({ where: { queue: 'deadlock' } });
    expect(rows.map(({ rings }) => rings)).toEqual([3, 3]);
    expect(waiting).toBeGreaterThan(2);
  });

  it('for ever are given up by name', async () => {
    let attempts = 0;
    const endless = test.database.work(testActor, ({ tx }) => {
      attempts += 1;
      return tx.$executeRaw`DO $$ BEGIN RAISE EXCEPTION 'sample' USING ERRCODE = '40P01'; END $$`;
    });
    expect(await codeOf(endless)).toBe('DATABASE_CONTENTION');
    expect(attempts).toBe(8);
  });

  it('are not begun anew for any other failure', async () => {
    let attempts = 0;
    const failing = test.database.work(testActor, async () => {
      attempts += 1;
      throw new TypeError('a defect');
    });
    await expect(failing).rejects.toThrow(TypeError);
    expect(attempts).toBe(1);
  });
});

it('an actor is written as kind and number, and only an official has one of his own', () => {
  expect([
    { kind: 'user', id: 3 },
    { kind: 'machine', id: 4 },
    { kind: 'system', part: 'sweeper' },
  ] as const).toSatisfy((actors: Parameters<typeof actorText>[0][]) => actors.map(actorText).join() === 'user:3,machine:4,system:sweeper');
  expect([userIdOf({ kind: 'user', id: 3 }), userIdOf({ kind: 'machine', id: 4 }), userIdOf(testActor)]).toEqual([3, null, null]);
});
