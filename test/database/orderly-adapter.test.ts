import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { OrderlyPrismaPg } from '../../src/database/orderly-adapter.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { ledgerRow } from '../tax/ledger-fixture.ts';
import { importRows } from '../tax/ledger-office.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

it('sends a unit of work’s questions one after another, however many relations of a row are asked for at once', async () => {
  const warnings: string[] = [];
  const listen = (warning: Error) => void warnings.push(warning.message);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  await importRows(test.database, [ledgerRow(1)]);
  const found = await test.database.work(testActor, ({ tx }) =>
    tx.bill.findMany({ include: { person: true, lines: true, deferrals: true, receipts: true, updates: true, cases: true } }),
  );
  await delay(20);
  expect(found).toMatchObject([{ person: { sample: true }, lines: [{ taxItemCode: '105001' }], deferrals: [], receipts: [], updates: [] }]);
  expect(warnings.filter((text) => text.includes('already executing'))).toEqual([]);
});

it('tells a failure to whoever asked, and undoes the whole', async () => {
  const attempt = test.database.work(testActor, async ({ tx }) => {
    await tx.$executeRaw`UPDATE installation SET fingerprint = 'changed'`;
    await Promise.all([tx.$queryRaw`SELECT 1 / 0`, tx.$queryRaw`SELECT 1`]);
  });
  await expect(attempt).rejects.toThrow('division by zero');
  const { fingerprint } = await test.database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
  expect(fingerprint).not.toBe('changed');
});

it('sends nothing for a transaction that has given its connection back', async () => {
  const adapter = await new OrderlyPrismaPg({ connectionString: test.access.applicationUrl, max: 1 }).connect();
  onTestFinished(() => adapter.dispose());
  const sql = (text: string) => ({ sql: text, args: [], argTypes: [] });
  const change = sql("UPDATE installation SET fingerprint = 'too late'");
  for (const [statement, end] of [
    ['COMMIT', 'commit'],
    ['ROLLBACK', 'rollback'],
  ] as const) {
    const transaction = await adapter.startTransaction();
    await transaction.executeRaw(sql(statement));
    await transaction[end]();
    await expect(transaction.executeRaw(change)).rejects.toMatchObject({ code: 'INTERNAL' });
  }
  const { fingerprint } = await test.database.read.installation.findUniqueOrThrow({ where: { id: 1 } });
  expect(fingerprint).not.toBe('too late');
});
