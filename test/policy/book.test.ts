import { beforeAll, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { applyPolicyChange, readPolicy, seedPolicy } from '../../src/policy/book.ts';
import { voluntaryWindowDays } from '../../src/policy/definitions/sale.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.work(testActor, seedPolicy);
});

const today = civilDate('2026-01-05');
const change = { key: voluntaryWindowDays.key, value: 20, validFrom: civilDate('2026-02-01'), source: '시장 방침 제1호(표본)' };

it('seeds the law and the city rules once', async () => {
  const before = await test.database.read.policyValue.count();
  await test.database.work(testActor, seedPolicy);
  expect(await test.database.read.policyValue.count()).toBe(before);
  expect((await readPolicy(test.database.read)).get(voluntaryWindowDays, today)).toBe(30);
});

it('lets an approved change hold from its day on, and the old value until the day before', async () => {
  const before = await readPolicy(test.database.read);
  await test.database.work(testActor, (work) => applyPolicyChange(work, 1, change));
  const after = await readPolicy(test.database.read);
  expect(after.get(voluntaryWindowDays, civilDate('2026-01-31'))).toBe(30);
  expect(after.get(voluntaryWindowDays, civilDate('2026-02-01'))).toBe(20);
  expect(after.version).not.toBe(before.version);
});

it('refuses an unknown parameter, a value the schema does not read, a past day and a day that has a value', async () => {
  const attempt = (different: Partial<typeof change>) =>
    test.database.work(testActor, (work) => applyPolicyChange(work, 2, { ...change, ...different }));
  await expect(attempt({ key: 'sale.no_such' })).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
  await expect(attempt({ value: -3, validFrom: civilDate('2026-03-01') })).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  await expect(attempt({ validFrom: civilDate('2026-01-04') })).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  await expect(attempt({})).rejects.toMatchObject({ code: 'CONFLICT' });
});
