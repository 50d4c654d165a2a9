import { beforeEach, expect, it } from 'vitest';
import { coverageDueSource } from '../../src/liquidation/coverage-due.ts';
import { CoverageDesk } from './coverage-fixture.ts';

let desk: CoverageDesk;
beforeEach(async () => {
  desk = await CoverageDesk.open();
  await desk.record({ asset: 'BTC', days: 70 });
});

const caseWith = async (coins: Readonly<Record<string, string>>) => (await desk.windowCase({ coins, bills: ['900000'] })).caseId;
/** As a process sees it that has just begun. */
const due = async () => coverageDueSource(desk.database).due(desk.clock.now());

it('a case is due that was never read, was read a day ago, or a coin of which has moved in price', async () => {
  const caseId = await caseWith({ BTC: '1' });
  expect(await due()).toEqual([caseId]);
  await desk.read(caseId);
  expect(await due()).toEqual([]);
  desk.advanceHours(3);
  await desk.hour('BTC', 1_040_000);
  expect(await due()).toEqual([]);
  desk.advanceHours(1);
  await desk.hour('BTC', 1_060_000);
  expect(await due()).toEqual([caseId]);
  await desk.read(caseId);
  expect(await due()).toEqual([]);
  desk.advanceHours(1);
  await desk.hour('BTC', 1_000_000);
  expect(await due()).toEqual([caseId]);
  await desk.read(caseId);
  desk.advanceHours(23);
  expect(await due()).toEqual([]);
  desk.advanceHours(1);
  expect(await due()).toEqual([caseId]);
});

it('a case of which nothing could be told, for want of a price, is read again after an hour', async () => {
  const caseId = await caseWith({ SOL: '1' });
  await desk.read(caseId);
  const { standing } = await desk.database.read.coverageReading.findFirstOrThrow({ where: { caseId } });
  expect(standing).toBe('unknown');
  desk.clock.advanceBy(3_599_000);
  expect(await due()).toEqual([]);
  desk.clock.advanceBy(1_000);
  expect(await due()).toEqual([caseId]);
});

it('it looks once a minute, at prices once an hour, and appoints nothing', async () => {
  const caseId = await caseWith({ BTC: '1' });
  const source = coverageDueSource(desk.database);
  const look = (seconds: number) => {
    desk.clock.advanceBy(seconds * 1_000);
    return source.due(desk.clock.now());
  };
  expect(await look(0)).toEqual([caseId]);
  expect(await look(59)).toEqual([]);
  expect(await look(1)).toEqual([caseId]);
  await desk.read(caseId);
  desk.advanceHours(1);
  expect(await look(0)).toEqual([]);
  await desk.hour('BTC', 1_100_000);
  expect(await look(60)).toEqual([]);
  desk.advanceHours(1);
  expect(await look(0)).toEqual([caseId]);
  expect(source.nextDueAt).toBeUndefined();
});

it('one of those that are due by the calendar is rung for, the longest unread, and one of those that are news', async () => {
  const [first, second, third] = [await caseWith({ BTC: '1' }), await caseWith({ BTC: '1' }), await caseWith({ ETH: '1' })];
  const source = coverageDueSource(desk.database);
  const look = () => {
    desk.clock.advanceBy(60_000);
    return source.due(desk.clock.now());
  };
  expect(await look()).toEqual([first]);
  await desk.read(first);
  expect(await look()).toEqual([second]);
  await desk.read(second);
  desk.advanceHours(1);
  await desk.hour('BTC', 1_200_000);
  expect(await look()).toEqual([first, third]);
});

it('what an answer left unread when it was killed is rung for at the next look', async () => {
  const [first, second] = [await caseWith({ BTC: '1' }), await caseWith({ BTC: '1' })];
  for (const caseId of [first, second]) await desk.read(caseId);
  desk.advanceHours(1);
  await desk.hour('BTC', 1_200_000);
  const source = coverageDueSource(desk.database);
  const look = () => {
    desk.clock.advanceBy(60_000);
    return source.due(desk.clock.now());
  };
  expect(await look()).toEqual([first]);
  expect(await look()).toEqual([first]);
  await desk.read(first);
  expect(await look()).toEqual([second]);
  await desk.read(second);
  expect(await look()).toEqual([]);
});

it('nothing is due where there is nothing to sell any more', async () => {
  const [sold, done] = [await caseWith({ BTC: '1' }), await caseWith({ BTC: '1' })];
  await desk.by((work) => work.tx.holding.updateMany({ where: { caseId: sold }, data: { state: 'sold' } }));
  await desk.by((work) => work.tx.seizureCase.update({ where: { id: done }, data: { phase: 'sale_done' }, select: { id: true } }));
  expect(await due()).toEqual([]);
});
