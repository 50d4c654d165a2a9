import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate, dayFromColumn } from '../../src/kernel/civil-date.ts';
import { balances, balancesAt, trialBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { post, reverse } from '../../src/ledger/post.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { bill, posting, receipt, reserve } from './ledger-fixture.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.read.$queryRaw`SELECT 1 AS closed FROM (SELECT ledger_close_month('2025-11-20'::date, now(), 'user:1')) c`;
  await test.database.read.$queryRaw`SELECT 1 AS closed FROM (SELECT ledger_close_month('2025-12-01'::date, now(), 'user:1')) c`;
});

async function datesOf(key: string): Promise<string> {
  const { occurredOn, postedOn, bookedAt } = await test.database.read.ledgerEntry.findUniqueOrThrow({ where: { idempotencyKey: key } });
  return `${dayFromColumn(occurredOn)} → ${dayFromColumn(postedOn)}, ${bookedAt.toISOString()}`;
}

describe('the three dates of an entry', () => {
  it.each([
    ['2025-10-31', '2025-10-31'],
    ['2025-11-01', '2026-01-01'],
    ['2025-12-31', '2026-01-01'],
    ['2026-01-03', '2026-01-03'],
    ['2026-02-10', '2026-02-10'],
  ])('what occurred on %s is posted on %s, the first day still open', async (occurredOn, postedOn) => {
    await posting(test.database, bill(`date:${occurredOn}`, '10', 'bill_line:d', { occurredOn: civilDate(occurredOn) }));
    expect(await datesOf(`date:${occurredOn}`)).toBe(`${occurredOn} → ${postedOn}, ${test.clock.now().toISOString()}`);
  });

  it('of a reversal are its own, not those of what it takes back', async () => {
    const { entryId } = await test.database.work(testActor, (work) =>
      post(work, bill('old', '10', 'bill_line:o', { occurredOn: civilDate('2025-10-02') })),
    );
    test.clock.advanceBy(60_000);
    await test.database.work(testActor, (work) =>
      reverse(work, { key: 'old:undone', entryId, occurredOn: civilDate('2025-12-24'), memo: '' }),
    );
    expect(await datesOf('old:undone')).toBe(`2025-12-24 → 2026-01-01, ${test.clock.now().toISOString()}`);
  });

  it('a closed month stays closed, and is closed once', async () => {
    await test.database.read.$queryRaw`SELECT 1 AS closed FROM (SELECT ledger_close_month('2025-11-30'::date, now(), 'user:2')) c`;
    const periods = await test.database.read.ledgerPeriod.findMany({ orderBy: { month: 'asc' } });
    expect(periods.map(({ month, closedBy }) => `${dayFromColumn(month)} ${closedBy}`)).toEqual(['2025-11-01 user:1', '2025-12-01 user:1']);
  });
});

describe('a balance', () => {
  it('as of an instant counts what was booked until then and nothing after', async () => {
    const { database, clock } = test;
    const filter = { chart: CHART.coinsHeld, subject: 'holding:t' };
    const start = clock.now();
    clock.advanceBy(1_000);
    await posting(database, receipt('t:1', '2', 'holding:t', { occurredOn: civilDate('2026-01-01') }));
    const afterReceipt = clock.now();
    clock.advanceBy(1_000);
    await posting(database, reserve('t:2', '0.5', 'holding:t'));
    const afterReserve = clock.now();
    clock.advanceBy(1_000);
    await posting(database, reserve('t:3', '1.5', 'holding:t'));
    const at = async (instant: Date) => (await balancesAt(database.read, filter, instant)).map(({ balance }) => balance);
    expect(await at(start)).toEqual([]);
    expect(await at(new Date(afterReceipt.getTime() - 1))).toEqual([]);
    expect(await at(afterReceipt)).toEqual(['2']);
    expect(await at(afterReserve)).toEqual(['1.5']);
    expect(await at(new Date(afterReserve.getTime() + 999))).toEqual(['1.5']);
    expect(await at(clock.now())).toEqual([]);
    expect(await balances(database.read, filter)).toEqual([]);
  });

  it('of the whole chart has equal sides in every asset, at any instant', async () => {
    const rows = await trialBalance(test.database.read, test.clock.now());
    expect(rows.find(({ chart }) => chart === CHART.assessed)).toMatchObject({
      name: '징수결정액',
      asset: 'KRW',
      debit: '10',
      credit: '60',
      balance: '-50',
    });
    expect(rows.find(({ chart }) => chart === CHART.dutyToOwner)).toMatchObject({ debit: '0', credit: '2', balance: '-2' });
    for (const asset of new Set(rows.map((row) => row.asset))) {
      const side = (name: 'debit' | 'credit') =>
        rows.filter((row) => row.asset === asset).reduce((sum, row) => sum + BigInt(Math.round(Number(row[name]) * 1e6)), 0n);
      expect(side('debit')).toBe(side('credit'));
    }
    expect(await trialBalance(test.database.read, new Date('2020-01-01T00:00:00Z'))).toEqual([]);
  });
});
