import { beforeAll, describe, expect, it } from 'vitest';
import { type Lockable, lockRows } from '../../src/database/locks.ts';
import type { Database } from '../../src/database/work.ts';
import { registerPersons } from '../../src/person/register.ts';
import { codeOf } from '../ledger/ledger-fixture.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { testKeys } from '../support/test-keys.ts';

let database: Database;
let ids: readonly number[];
let accountId: number;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
  const persons = [1, 2, 3].map((number) => samplePerson(number));
  ({ ids } = await database.work(testActor, (work) => registerPersons(work, testKeys, persons, { sample: true })));
  accountId = await registerSampleAccount(database);
});

const locking = (...kinds: [Lockable, readonly number[]][]) =>
  database.work(testActor, async (work) => {
    for (const [kind, rows] of kinds) await lockRows(work, kind, rows);
  });

describe('locks', () => {
  it('go from taxpayer to account and never back, but what is held already may be asked for again', async () => {
    expect(await codeOf(locking(['person', ids], ['person', ids.slice(1)], ['venue_account', [accountId]]))).toBe('nothing thrown');
    expect(await codeOf(locking(['person', ids], ['venue_account', [accountId]], ['person', ids]))).toBe('nothing thrown');
    expect(await codeOf(locking(['venue_account', [accountId]], ['person', ids]))).toBe('INTERNAL');
    expect(await codeOf(locking(['person', ids.slice(1)], ['venue_account', [accountId]], ['person', ids]))).toBe('INTERNAL');
  });

  it('are forgotten with their unit of work', async () => {
    expect(await codeOf(locking(['venue_account', [accountId]]))).toBe('nothing thrown');
    expect(await codeOf(locking(['person', ids]))).toBe('nothing thrown');
  });

  it('of rows that are not there are refused by number', async () => {
    await expect(locking(['person', [...ids, 9_998, 9_999]])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no person 9998, 9999.',
    });
  });

  it('keep others out until the work is over', async () => {
    const order: string[] = [];
    let isHeld: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      isHeld = resolve;
    });
    const first = database.work(testActor, async (work) => {
      await lockRows(work, 'person', ids.slice(0, 1));
      isHeld?.();
      await work.tx.$queryRaw`SELECT 1 AS waited FROM (SELECT pg_sleep(0.3)) s`;
      order.push('first');
    });
    await held;
    const second = database.work(testActor, async (work) => {
      await lockRows(work, 'person', ids);
      order.push('second');
    });
    const other = database.work(testActor, async (work) => {
      await lockRows(work, 'person', ids.slice(2));
      order.push('other');
    });
    await Promise.all([first, second, other]);
    expect(order.indexOf('second')).toBeGreaterThan(order.indexOf('first'));
    expect(order).toContain('other');
  });

  it('taken in any order of ids by many at once never end in a circle', async () => {
    const orders = [ids, ids.toReversed(), [ids[1] ?? 0, ids[0] ?? 0, ids[2] ?? 0]];
    let attempts = 0;
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        database.work(testActor, async (work) => {
          attempts += 1;
          await lockRows(work, 'person', orders[index % 3] ?? ids);
        }),
      ),
    );
    expect(attempts).toBe(12);
  });
});
