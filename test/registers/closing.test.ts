import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { addDays, type CivilDate, civilDate, dayAfterMonths, dayFromColumn, startOfDay } from '../../src/kernel/civil-date.ts';
import { pause } from '../../src/kernel/clock.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { type Entry, entry } from '../../src/ledger/entry.ts';
import { post, reverse } from '../../src/ledger/post.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { requestClosing } from '../../src/registers/closing/close-month.ts';
import { closingBalance, monthFigures } from '../../src/registers/closing/figures.ts';
import { closingObstacles } from '../../src/registers/closing/obstacles.ts';
import { recordTreasuryMonth } from '../../src/registers/closing/treasury-month.ts';
import { checkInvariants } from '../../src/registers/invariants.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { bill, codeOf, head, posting, receipt, withClient } from '../ledger/ledger-fixture.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';

const JANUARY = civilDate('2026-01-01');
const FEBRUARY = civilDate('2026-02-01');
const WAIT_MAX_MS = 20_000;

let test: TestDatabase;
let treasurer: Official;
let approver: Official;

beforeEach(async () => {
  test = await createTestDatabase();
  await test.database.work(testActor, seedPolicy);
  treasurer = await createOfficial(test.database, 'treasurer', ['treasury_officer']);
  approver = await createOfficial(test.database, 'approver', ['approver']);
});

function at(day: CivilDate): void {
  test.clock.advanceTo(new Date(startOfDay(day).getTime() + 10 * 3_600_000));
}

/** Tax that the treasury has received, as far as the chart is concerned. */
function received(key: string, won: string, occurredOn: CivilDate): Entry {
  return entry(head(key, { occurredOn }))
    .debit(CHART.treasury, { subject: 'level:city' }, Won.of(won))
    .credit(CHART.assessed, { subject: 'bill_line:1', place: 'bill:1' }, Won.of(won))
    .build();
}

function heard(month: CivilDate, won: string): Promise<number> {
  return test.database.work(treasurer.actor, (work) =>
    recordTreasuryMonth(work, { month, level: 'city', received: Won.of(won), documentNumber: '금고-1' }),
  );
}

function request(month: CivilDate): Promise<{ readonly closingId: number; readonly approvalId: number }> {
  return test.database.work(treasurer.actor, (work) => requestClosing(work, { month, reason: '월 마감' }));
}

async function decide(approvalId: number, decision: 'approve' | 'reject' = 'approve'): Promise<void> {
  const principal = await principalOf(test.database, approver.userId);
  await test.database.work(approver.actor, async (work) =>
    applyDecisions(work, [await decideApproval(work, principal, { approvalId, decision, reason: '대조하였음' })]),
  );
}

async function close(month: CivilDate): Promise<void> {
  await decide((await request(month)).approvalId);
}

async function obstacles(month: CivilDate): Promise<string[]> {
  const { read, clock } = test.database;
  const today = dayFromColumn(clock.now());
  return (await closingObstacles(read, { month, figures: await monthFigures(read, month), today })).map(({ code }) => code);
}

/** What stands in the rows that were stored when a month was closed: account, opening, debit, credit. */
async function stored(month: CivilDate): Promise<string[]> {
  const rows = await test.database.read.monthFigure.findMany({
    where: { closing: { month: new Date(month), state: 'closed' } },
    orderBy: [{ chartCode: 'asc' }, { asset: 'asc' }],
  });
  return rows.map(
    ({ chartCode, asset, opening, debit, credit }) => `${chartCode} ${asset} ${opening.toFixed()} ${debit.toFixed()} ${credit.toFixed()}`,
  );
}

async function postedOn(key: string): Promise<string> {
  return dayFromColumn((await test.database.read.ledgerEntry.findUniqueOrThrow({ where: { idempotencyKey: key } })).postedOn);
}

async function stands(): Promise<readonly string[] | undefined> {
  return (await checkInvariants(test.database)).find(({ code }) => code === 'closed_month_stands')?.offending;
}

describe('a month that is closed', () => {
  it('keeps its figures for good; what is heard later of it is posted to the first open month', async () => {
    const { database } = test;
    await posting(database, bill('january', '100', 'bill_line:1', { occurredOn: JANUARY }), received('paid', '30', JANUARY));
    at(civilDate('2026-02-05'));
    await heard(JANUARY, '30');
    await posting(database, bill('february', '7', 'bill_line:2', { occurredOn: FEBRUARY }));
    await close(JANUARY);
    const figures = ['1410 KRW 0 100 0', '1510 KRW 0 30 0', '4110 KRW 0 0 130'];
    expect(await stored(JANUARY)).toEqual(figures);

    await posting(database, bill('late', '5', 'bill_line:3', { occurredOn: JANUARY }));
    const { id } = await database.read.ledgerEntry.findUniqueOrThrow({ where: { idempotencyKey: 'january' } });
    await database.work(testActor, (work) => reverse(work, { key: 'taken back', entryId: id, occurredOn: JANUARY, memo: '' }));
    expect([await postedOn('late'), await postedOn('taken back')]).toEqual([FEBRUARY, FEBRUARY]);
    expect(await stored(JANUARY)).toEqual(figures);
    expect(await stands()).toEqual([]);

    at(civilDate('2026-03-02'));
    await close(FEBRUARY);
    expect(await stored(FEBRUARY)).toEqual(['1410 KRW 100 12 100', '1510 KRW 30 0 0', '4110 KRW -130 100 12']);
    const actions = await database.read.auditEvent.findMany({ where: { action: 'month.closed' } });
    expect(actions).toHaveLength(2);
  });

  it('is known as broken when its stored figures are not what was posted', async () => {
    await posting(test.database, bill('january', '100', 'bill_line:1', { occurredOn: JANUARY }));
    at(civilDate('2026-02-05'));
    await close(JANUARY);
    expect(await stands()).toEqual([]);
    await expect(test.database.read.monthFigure.updateMany({ data: { debit: 1 } })).rejects.toThrow(/permission denied/);
    await withClient(test.superuserUrl, (client) => client.query('UPDATE month_figure SET debit = debit + 1'));
    expect(await stands()).toEqual(['month_closing:1']);
  });
});

/** Closes January while an entry of a month is under way, and another one of January comes meanwhile. */
async function closeAmidPostings(occurredOn: CivilDate): Promise<{ readonly closing: string; readonly latePostedOn: string }> {
  const { database } = test;
  await posting(database, bill('first', '1', 'bill_line:1', { occurredOn: JANUARY }));
  at(civilDate('2026-02-05'));
  const { approvalId } = await request(JANUARY);
  const [begun, mayEnd] = [new AbortController(), new AbortController()];
  const slow = database.work(testActor, async (work) => {
    await post(work, bill('slow', '10', 'bill_line:2', { occurredOn }));
    begun.abort();
    await pause(WAIT_MAX_MS, mayEnd.signal);
  });
  await pause(WAIT_MAX_MS, begun.signal);
  const closing = codeOf(decide(approvalId));
  await expect.poll(waitingForTable).toBe(1);
  const late = posting(database, bill('late', '100', 'bill_line:3', { occurredOn: JANUARY }));
  await expect.poll(waitingForTable).toBe(2);
  mayEnd.abort();
  await slow;
  await late;
  return { closing: await closing, latePostedOn: await postedOn('late') };
}

describe('a month that is closed amid postings', () => {
  it('is closed as it was agreed to, and what waits is posted to the next', async () => {
    expect(await closeAmidPostings(FEBRUARY)).toEqual({ closing: 'nothing thrown', latePostedOn: FEBRUARY });
    expect(await stored(JANUARY)).toEqual(['1410 KRW 0 1 0', '4110 KRW 0 0 1']);
    expect(await stands()).toEqual([]);
  });

  it('is not closed when one of them is its own: the approver had agreed to other figures', async () => {
    expect(await closeAmidPostings(JANUARY)).toEqual({ closing: 'APPROVAL_STALE', latePostedOn: JANUARY });
  });
});

async function waitingForTable(): Promise<number> {
  const [row] = await test.database.read.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return row?.count ?? 0;
}

describe('a month is not closed', () => {
  it('before it is over, nor before the months before it', async () => {
    await posting(test.database, bill('january', '1', 'bill_line:1', { occurredOn: JANUARY }));
    expect(await obstacles(JANUARY)).toEqual(['not_over']);
    await expect(request(JANUARY)).rejects.toMatchObject({ code: 'CLOSING_NOT_POSSIBLE' });
    at(civilDate('2026-03-02'));
    await posting(test.database, bill('february', '1', 'bill_line:2', { occurredOn: FEBRUARY }));
    expect(await obstacles(FEBRUARY)).toEqual(['earlier_open']);
    await close(JANUARY);
    expect(await obstacles(FEBRUARY)).toEqual([]);
    expect(await obstacles(JANUARY)).toEqual(['closed_already']);
  });

  it('while something stands in suspense, or the treasury was not heard or says otherwise', async () => {
    const { database } = test;
    const won = Won.of('4000');
    const unidentified = entry(head('unidentified', { occurredOn: JANUARY }))
      .debit(CHART.bankUnidentified, { subject: 'bank_line:1' }, won)
      .credit(CHART.bankUnidentifiedOwed, { subject: 'bank_line:1' }, won)
      .build();
    await posting(database, received('paid', '30', JANUARY), unidentified, receipt('coins', '2', 'holding:1', { occurredOn: JANUARY }));
    at(civilDate('2026-02-05'));
    expect(await obstacles(JANUARY)).toEqual(['suspense_not_empty', 'treasury_unheard']);
    await heard(JANUARY, '29');
    expect(await obstacles(JANUARY)).toEqual(['suspense_not_empty', 'treasury_differs']);
    await heard(JANUARY, '30');
    const { id } = await database.read.ledgerEntry.findUniqueOrThrow({ where: { idempotencyKey: 'unidentified' } });
    await database.work(testActor, (work) => reverse(work, { key: 'identified', entryId: id, occurredOn: JANUARY, memo: '' }));
    expect(await obstacles(JANUARY)).toEqual([]);
  });

  it('by one person alone, nor when its figures have changed since he asked', async () => {
    await posting(test.database, bill('january', '1', 'bill_line:1', { occurredOn: JANUARY }));
    at(civilDate('2026-02-05'));
    const { approvalId } = await request(JANUARY);
    await expect(request(JANUARY)).rejects.toMatchObject({ code: 'CONFLICT' });
    await posting(test.database, bill('more', '1', 'bill_line:2', { occurredOn: JANUARY }));
    await expect(decide(approvalId)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
    expect(await test.database.read.ledgerPeriod.count()).toBe(0);
    await decide(approvalId, 'reject');
    await close(JANUARY);
    expect(await test.database.read.ledgerPeriod.count()).toBe(1);
  });
});

it('whatever is posted when, each month begins with what the one before was closed with, and none changes any more', async () => {
  const posts = fc.array(fc.record({ krw: fc.integer({ min: 1, max: 10 ** 12 }), daysAgo: fc.integer({ min: 0, max: 100 }) }), {
    maxLength: 6,
  });
  const months = fc.sample(posts, { numRuns: 12, seed: 7 });
  const kept: string[][] = [];
  for (const [index, wanted] of months.entries()) {
    const month = dayAfterMonths(JANUARY, index);
    at(addDays(dayAfterMonths(month, 1), 4));
    const today = addDays(dayAfterMonths(month, 1), 4);
    const entries = wanted.map(({ krw, daysAgo }, number) =>
      bill(`${index}:${number}`, String(krw), `bill_line:${number}`, { occurredOn: addDays(today, -daysAgo) }),
    );
    await posting(test.database, ...entries);
    const { read } = test.database;
    const open = await read.ledgerEntry.findFirst({ where: { postedOn: { lt: new Date(month) } } });
    if (index === 0 && open !== null) await closeAllBefore(month);
    await close(month);
    kept.push(await stored(month));
    for (const [earlier, figures] of kept.entries()) expect(await stored(dayAfterMonths(JANUARY, earlier))).toEqual(figures);
    expect(await stands()).toEqual([]);
  }
  const { read } = test.database;
  for (let index = 1; index < months.length; index++) {
    const [before, now] = [
      await monthFigures(read, dayAfterMonths(JANUARY, index - 1)),
      await monthFigures(read, dayAfterMonths(JANUARY, index)),
    ];
    for (const row of now) {
      const last = before.find(({ chart, asset }) => chart === row.chart && asset === row.asset);
      expect(row.opening).toBe(last === undefined ? '0' : new Decimal(closingBalance(last)).toFixed());
    }
  }
});

async function closeAllBefore(month: CivilDate): Promise<void> {
  const first = await test.database.read.ledgerEntry.findFirstOrThrow({ orderBy: { postedOn: 'asc' } });
  const start = `${dayFromColumn(first.postedOn).slice(0, 7)}-01`;
  for (let each = civilDate(start); each < month; each = dayAfterMonths(each, 1)) await close(each);
}
