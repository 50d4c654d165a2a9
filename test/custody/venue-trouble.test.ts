import { afterAll, beforeAll, expect, it } from 'vitest';
import { tendAccount } from '../../src/custody/tend.ts';
import { endTrouble, openTroubles, reportTrouble, supportEndsOn, troublesByCase } from '../../src/custody/venue-trouble.ts';
import { addDays, civilDate, dayFromColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { watchNewMarkets } from '../../src/valuation/watched-market.ts';
import { readWatchedMarkets } from '../../src/valuation/watched-market-reading.ts';
import { type Custody, demandHolding, endCustody, later, receiveHolding, startCustody } from './custody-fixture.ts';

/* What is the matter with a venue: cases wait, say why, are told of when it lasts, and go on by themselves. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

const DAY = 86_400;

/** An hour later everything of the markets is read anew, and the account is tended. */
async function nextHour(hours = 1): Promise<void> {
  later(custody, hours * 3_600 + 60);
  await watchNewMarkets(custody.database, 'BTC');
  await readWatchedMarkets(custody.database, custody.port, custody.accountId);
  await tendAccount(custody.database, custody.port, custody.accountId);
}

async function codesOf(caseId: number): Promise<string[]> {
  return ((await troublesByCase(custody.database.read, [caseId])).get(caseId) ?? []).map(({ code }) => code);
}

async function deadlineOf(caseId: number): Promise<string | undefined> {
  const { phaseDeadlineOn } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  return phaseDeadlineOn === null ? undefined : dayFromColumn(phaseDeadlineOn);
}

function alerts(code: string): Promise<number> {
  return custody.database.read.alert.count({ where: { code } });
}

function today() {
  return seoulDay(custody.clock.now());
}

it('gives a demand more time while deposits of its coin are halted, says so, presses once it lasts, and ends by itself', async () => {
  const waiting = await demandHolding(custody, 'ADA', '5');
  const other = await demandHolding(custody, 'XRP', '5');
  await custody.exchange.operator.haltWallet({ asset: 'ADA', deposits: true, withdrawals: false });
  await nextHour();
  expect(await codesOf(waiting.caseId)).toEqual(['deposits_halted']);
  expect(await codesOf(other.caseId)).toEqual([]);
  expect(await deadlineOf(waiting.caseId)).toBe('2026-01-19');
  expect(await alerts('deposits_halted')).toBe(1);

  // The day before the deadline it moves on, a week at a time; the other case's stands.
  later(custody, 13 * DAY);
  await nextHour();
  expect(await deadlineOf(waiting.caseId)).toBe(addDays(today(), 7));
  expect(await deadlineOf(other.caseId)).toBe('2026-01-19');
  expect(await alerts('deposits_halted_pressing')).toBe(0);
  later(custody, DAY);
  await nextHour();
  await nextHour();
  expect([await alerts('deposits_halted'), await alerts('deposits_halted_pressing')]).toEqual([1, 1]);

  await custody.exchange.operator.haltWallet({ asset: 'ADA', deposits: false, withdrawals: false });
  await nextHour();
  expect(await codesOf(waiting.caseId)).toEqual([]);
});

it('takes an announced day for the end of a halt, and whose announcement it was stands until an official ends it', async () => {
  const waiting = await demandHolding(custody, 'DOGE', '5');
  const untilDay = addDays(today(), 20);
  const report = { accountId: custody.accountId, asset: 'DOGE', kind: 'deposits_halted', untilDay, reference: '공지 2026-7' } as const;
  const { troubleId } = await custody.database.work(custody.officer.actor, (work) => reportTrouble(work, report));
  // The demand of this sample ran out before today.
  await nextHour();
  expect(await deadlineOf(waiting.caseId)).toBe(addDays(untilDay, 7));
  expect(await codesOf(waiting.caseId)).toEqual(['deposits_halted']);
  await custody.database.work(custody.officer.actor, (work) => endTrouble(work, troubleId));
  expect(await codesOf(waiting.caseId)).toEqual([]);
  const again = custody.database.work(custody.officer.actor, (work) => endTrouble(work, troubleId));
  await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('asks for the day of a delisting that the market shows, and presses when it is near and coins are still there', async () => {
  const held = await receiveHolding(custody, 'SOL', '3');
  await custody.exchange.operator.setMarketEvent({ asset: 'SOL', warning: true, further: ['delisting'] });
  await nextHour();
  expect(await codesOf(held.caseId)).toEqual(['delisting']);
  const [asked] = await custody.database.read.alert.findMany({ where: { code: 'delisting' } });
  expect(asked?.text).toContain('종료일을 거래소 공지에서 확인하여 등록하십시오');

  const untilDay = addDays(today(), 9);
  const report = { accountId: custody.accountId, asset: 'SOL', kind: 'delisting', reference: '공지 2026-9' } as const;
  const untold = custody.database.work(custody.officer.actor, (work) => reportTrouble(work, report));
  await expect(untold).rejects.toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE' });
  const { isNew } = await custody.database.work(custody.officer.actor, (work) => reportTrouble(work, { ...report, untilDay }));
  expect(isNew).toBe(false);
  await nextHour();
  const told = await custody.database.read.alert.findMany({ where: { code: 'delisting' } });
  expect(told).toHaveLength(2);
  expect(told[1]?.text).toContain(`거래지원 종료일 ${untilDay}`);
  expect(await supportEndsOn(custody.database.read, { accountId: custody.accountId, assets: ['SOL', 'BTC'] })).toEqual(
    new Map([['SOL', untilDay]]),
  );
  expect(await alerts('delisting_pressing')).toBe(0);
  later(custody, 2 * DAY);
  await nextHour();
  expect(await alerts('delisting_pressing')).toBe(1);
});

it('shows a venue that does not answer from the first time, tells once after an hour, and goes on by itself', async () => {
  const held = await receiveHolding(custody, 'BTC', '0.1');
  const poll = () => tendAccount(custody.database, custody.port, custody.accountId);
  await custody.exchange.operator.injectFault({ kind: 'server_error', target: 'all', times: 100_000 });
  await expect(poll()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(await codesOf(held.caseId)).toEqual(['unreadable']);
  later(custody, 3_540);
  await expect(poll()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(await alerts('venue_down')).toBe(0);
  for (let minute = 1; minute <= 3; minute++) {
    later(custody, 60);
    await expect(poll()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  }
  const [told] = await custody.database.read.alert.findMany({ where: { code: 'venue_down' } });
  expect(told?.facts).toMatchObject({ cases: expect.arrayContaining([held.caseId]) });
  expect(await alerts('venue_down')).toBe(1);
  await custody.exchange.operator.clearFaults();
  later(custody, 60);
  await poll();
  expect(await codesOf(held.caseId)).toEqual([]);
});

it('tells nobody of a venue that is closed as it announced, and takes the maintenance for over the day after', async () => {
  const report = { accountId: custody.accountId, kind: 'maintenance', untilDay: today(), reference: '공지 2026-11' } as const;
  const before = await alerts('venue_down');
  await custody.database.work(custody.officer.actor, (work) => reportTrouble(work, report));
  await custody.exchange.operator.injectFault({ kind: 'server_error', target: 'all', times: 100_000 });
  for (let poll = 1; poll <= 3; poll++) {
    await expect(tendAccount(custody.database, custody.port, custody.accountId)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    later(custody, 2_400);
  }
  expect(await alerts('venue_down')).toBe(before);
  await custody.exchange.operator.clearFaults();
  later(custody, DAY);
  await nextHour();
  expect((await openTroubles(custody.database.read, custody.accountId)).map(({ kind }) => kind)).toEqual(['delisting']);
});

it('refuses what an official cannot announce', async () => {
  const enter = (given: object) =>
    custody.database.work(custody.officer.actor, (work) =>
      reportTrouble(work, { accountId: custody.accountId, kind: 'deposits_halted', asset: 'BTC', reference: '공지', ...given }),
    );
  await expect(enter({ kind: 'unreadable' })).rejects.toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE' });
  await expect(enter({ kind: 'maintenance' })).rejects.toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE' });
  await expect(enter({ untilDay: civilDate('2026-01-01') })).rejects.toMatchObject({ code: 'VENUE_TROUBLE_UNUSABLE' });
  await expect(enter({ accountId: 99 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
