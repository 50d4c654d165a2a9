import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor, Work } from '../../src/database/work.ts';
import { createIntent, type IntentOutcome, lockIntent, markSent, recordLookUp, settleIntent } from '../../src/intent/intent.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

const official: Actor = { kind: 'user', id: 1 };
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

function work<T>(body: (work: Work) => Promise<T>, actor = testActor): Promise<T> {
  return test.database.work(actor, body);
}

function create(subject = 'case:1') {
  return work((open) => createIntent(open, { port: 'order', subject }));
}

function later(): Date {
  return new Date(test.clock.now().getTime() + 20_000);
}

function send(id: number, sendsBefore: number) {
  return work((open) => markSent(open, id, { sendsBefore, nextLookAt: later() }));
}

function look(id: number, outcome: 'found' | 'not_found' | 'unavailable') {
  return work((open) => recordLookUp(open, id, { outcome, answer: { outcome }, nextLookAt: later() }));
}

function settle(id: number, outcome: IntentOutcome, actor = testActor) {
  return work((open) => settleIntent(open, id, outcome, { by: outcome }), actor);
}

describe('an intent', () => {
  it('has an identifier that every venue takes and that is never the same', async () => {
    const intents = await work((open) =>
      Promise.all(Array.from({ length: 20 }, () => createIntent(open, { port: 'order', subject: 'case:2' }))),
    );
    const identifiers = intents.map(({ identifier }) => identifier);
    expect(new Set(identifiers).size).toBe(20);
    for (const identifier of identifiers) expect(identifier).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps its identifier and its aim, whatever the application tries', async () => {
    const { id } = await create();
    for (const change of ["identifier = 'x'", "subject = 'case:9'", "port = 'coin_transfer'"]) {
      await expect(test.database.read.$executeRawUnsafe(`UPDATE intent SET ${change} WHERE id = ${id}`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  it('is told of in the chain of its subject, each change once', async () => {
    const { id } = await create('case:77');
    await send(id, 0);
    await look(id, 'not_found');
    await settle(id, 'dead');
    await settle(id, 'dead');
    const events = await test.database.read.auditEvent.findMany({ where: { subject: `intent:${id}` }, orderBy: { id: 'asc' } });
    expect(events.map(({ stream, action }) => `${stream} ${action}`)).toEqual([
      'case:77 intent.created',
      'case:77 intent.sent',
      'case:77 intent.looked_up',
      'case:77 intent.dead',
    ]);
    const elsewhere = await create('withdrawal:5');
    expect(await test.database.read.auditEvent.count({ where: { subject: `intent:${elsewhere.id}`, stream: 'system' } })).toBe(1);
  });
});

describe('sending', () => {
  it('is counted before it is done, with its first and last instant', async () => {
    const { id } = await create();
    const first = await send(id, 0);
    test.clock.advanceBy(60_000);
    const second = await send(id, 1);
    expect([first.sendCount, second.sendCount]).toEqual([1, 2]);
    expect(second.firstSentAt).toEqual(first.firstSentAt);
    expect(second.lastSentAt).toEqual(test.clock.now());
  });

  it('is done by one of two who decided on the same count', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await create();
      const outcomes = await Promise.allSettled([send(id, 0), send(id, 0)]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    }
  });

  it('is over once there is an outcome or a person has it', async () => {
    for (const outcome of ['settled', 'dead', 'with_person'] as const) {
      const { id } = await create();
      await settle(id, outcome);
      await expect(send(id, 0)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(look(id, 'not_found')).rejects.toMatchObject({ code: 'CONFLICT' });
    }
  });
});

describe('looking up', () => {
  it('keeps the instants of "not found" since the last send, and forgets them with a send or a find', async () => {
    const { id } = await create();
    await send(id, 0);
    const instants: Date[] = [];
    for (const outcome of ['not_found', 'unavailable', 'not_found'] as const) {
      test.clock.advanceBy(20_000);
      if (outcome === 'not_found') instants.push(test.clock.now());
      await look(id, outcome);
    }
    const looked = await work((open) => lockIntent(open, id));
    expect(looked.notFoundAt).toEqual(instants);
    expect(looked.nextLookAt).toEqual(later());
    expect((await send(id, 1)).notFoundAt).toEqual([]);
    await look(id, 'not_found');
    expect((await look(id, 'found')).notFoundAt).toEqual([]);
  });

  it('of an intent that never was finds none', async () => {
    await expect(look(999_999, 'found')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an outcome', () => {
  it('stands for good, and the same said again changes nothing', async () => {
    const { id } = await create();
    const settled = await settle(id, 'settled');
    test.clock.advanceBy(1_000);
    expect(await settle(id, 'settled')).toEqual(settled);
    await expect(settle(id, 'dead')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(settle(id, 'with_person')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('left to a person is declared dead by a person only, and settled by whoever finds it', async () => {
    const one = await create();
    await settle(one.id, 'with_person');
    await expect(settle(one.id, 'dead')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await settle(one.id, 'dead', official)).settledAt).toEqual(test.clock.now());
    const other = await create();
    await settle(other.id, 'with_person');
    expect((await settle(other.id, 'settled')).state).toBe('settled');
  });
});
