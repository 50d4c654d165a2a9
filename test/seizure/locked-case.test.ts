import { beforeAll, describe, expect, it } from 'vitest';
import { lockRows } from '../../src/database/locks.ts';
import type { Database, Work } from '../../src/database/work.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { lockCase, lockCases } from '../../src/seizure/locked-case.ts';
import { createOfficial } from '../identity/officials.ts';
import { codeOf } from '../ledger/ledger-fixture.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { storeBill, storeLawfulCase } from '../support/sale-case.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

let database: Database;
let accountId: number;
/** Two cases of one taxpayer, and one of another. */
let first: number;
let second: number;
let others: number;
let personId: number;

beforeAll(async () => {
  ({ database } = await createTestDatabase());
  await database.work(testActor, seedPolicy);
  const { userId: officerId } = await createOfficial(database, 'officer', ['collection_officer']);
  accountId = await registerSampleAccount(database);
  await database.work(testActor, async (work) => {
    const personOf = async () => (await work.tx.person.create({ data: { kind: 'natural', sample: true, createdAt: work.at } })).id;
    const caseOf = async (owner: number) =>
      storeLawfulCase(work, { personId: owner, officerId, billIds: [await storeBill(work, owner, '900000')] });
    personId = await personOf();
    [first, second, others] = [await caseOf(personId), await caseOf(personId), await caseOf(await personOf())];
  });
});

const working = (body: (work: Work) => Promise<unknown>) => codeOf(database.work(testActor, body));

describe('a locked case', () => {
  it('is read with its bills, and its taxpayer is locked with it', async () => {
    let isLocked: () => void = () => undefined;
    const locked = new Promise<void>((resolve) => {
      isLocked = resolve;
    });
    const order: string[] = [];
    const holding = database.work(testActor, async (work) => {
      const seizureCase = await lockCase(work, first);
      expect(seizureCase).toMatchObject({ id: first, personId, bills: [{ caseId: first }], holdings: [] });
      isLocked();
      await work.tx.$queryRaw`SELECT 1 AS waited FROM (SELECT pg_sleep(0.3)) s`;
      order.push('holds');
    });
    await locked;
    const waits = async (body: (work: Work) => Promise<unknown>) => {
      await database.work(testActor, body);
      order.push('waited');
    };
    const sameTaxpayer = waits((work) => lockCase(work, second));
    const theTaxpayer = waits((work) => lockRows(work, 'person', [personId]));
    const another = database.work(testActor, async (work) => {
      await lockCase(work, others);
      order.push('another');
    });
    await Promise.all([holding, sameTaxpayer, theTaxpayer, another]);
    expect(order).toEqual(['another', 'holds', 'waited', 'waited']);
  });

  it('may be locked again after what comes later, one whose taxpayer is not held may not', async () => {
    const afterAccount = (again: number) => async (work: Work) => {
      await lockCases(work, [first, others]);
      await lockRows(work, 'venue_account', [accountId]);
      await lockCase(work, again);
    };
    expect(await working(afterAccount(first))).toBe('nothing thrown');
    expect(await working(afterAccount(others))).toBe('nothing thrown');
    expect(await working(afterAccount(second))).toBe('INTERNAL');
    const afterCase = (again: number) => async (work: Work) => {
      await lockCase(work, first);
      await lockCase(work, again);
    };
    expect(await working(afterCase(second))).toBe('nothing thrown');
    expect(await working(afterCase(others))).toBe('INTERNAL');
    const withoutTaxpayer = async (work: Work) => {
      await lockRows(work, 'seizure_case', [first]);
      await lockCase(work, first);
    };
    expect(await working(withoutTaxpayer)).toBe('INTERNAL');
  });

  it('that is not there is named', async () => {
    await expect(database.work(testActor, (work) => lockCases(work, [first, 987_654]))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no seizure case 987654.',
    });
  });
});
