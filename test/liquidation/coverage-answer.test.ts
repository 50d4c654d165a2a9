import { beforeEach, expect, it } from 'vitest';
import type { CoverageReading } from '../../src/database/generated/client.ts';
import { addDays, civilDate, dayToColumn, seoulDay } from '../../src/kernel/civil-date.ts';
import { takeCoverageReadings } from '../../src/liquidation/coverage.ts';
import { answerCoverageRing } from '../../src/liquidation/coverage-answer.ts';
import { coverageDueSource } from '../../src/liquidation/coverage-due.ts';
import { replayCoverage } from '../../src/liquidation/coverage-replay.ts';
import { answerRing } from '../../src/queue/answer.ts';
import { CoverageDesk } from './coverage-fixture.ts';

let desk: CoverageDesk;
beforeEach(async () => {
  desk = await CoverageDesk.open();
  await desk.record({ asset: 'BTC' }, { asset: 'ETH', sigma: 0.05, price: 100_000 });
});

const caseWith = async (coins: Readonly<Record<string, string>>) => (await desk.windowCase({ coins, bills: ['900000'] })).caseId;
const answer = (caseId: number) =>
  answerRing(
    desk.database,
    'coverage',
    caseId,
    (id) => answerCoverageRing(desk.database, id),
    async () => undefined,
  );
const readings = () => desk.database.read.coverageReading.findMany({ orderBy: { id: 'asc' } });
const readCases = async () => (await readings()).map(({ caseId }) => caseId);
const unansweredRings = () =>
  desk.database.read.doorbell.findMany({ where: { queue: 'coverage' }, select: { rowId: true, failures: true } });

/** A deferral that ends beyond the days the calendar of holidays knows: nobody can say what is owed. */
async function breakBill(billId: number): Promise<void> {
  const days = { fromDay: dayToColumn(seoulDay(desk.clock.now())), untilDay: dayToColumn(civilDate('2031-06-30')) };
  await desk.by((work) => work.tx.deferral.create({ data: { billId, kind: 'insolvency', ...days, createdAt: work.at } }));
}

/** What would be stored of a case if it were read alone at this instant. */
async function readAlone(caseId: number): Promise<CoverageReading> {
  let alone: CoverageReading | undefined;
  const undone = new Error('undone');
  const reading = desk.by(async (work) => {
    await takeCoverageReadings(work, [caseId], desk.histories);
    alone = await work.tx.coverageReading.findFirstOrThrow({ where: { caseId }, orderBy: { id: 'desc' } });
    throw undone;
  });
  await expect(reading).rejects.toBe(undone);
  return alone ?? expect.fail();
}

it('one answer reads all that are due, in one unit of work, and of each what it says alone', async () => {
  const lone = await caseWith({ BTC: '1' });
  const first = await desk.windowCase({ coins: { BTC: '0.4', ETH: '2' }, bills: ['900000'], endsInDays: 40 });
  const { personId, billIds } = first;
  const bound = await desk.windowCase({ coins: { ETH: '6' }, bills: [...billIds, '300000'], personId });
  const apart = await desk.windowCase({ coins: { ETH: '9' }, bills: ['700000'], personId });
  const unheard = await caseWith({ XYZ: '100', BTC: '0.2' });
  const stayed = await caseWith({ ETH: '20' });
  const stay = { caseId: stayed, kind: 'appeal', scope: 'sale', legalGround: '표본', reason: '표본', untilDay: null } as const;
  const fromDay = dayToColumn(addDays(seoulDay(desk.clock.now()), -1));
  await desk.by((work) => work.tx.stay.create({ data: { ...stay, fromDay, createdAt: work.at } }));
  const cases = [lone, first.caseId, bound.caseId, apart.caseId, unheard, stayed];
  const alone: CoverageReading[] = [];
  for (const caseId of cases) alone.push(await readAlone(caseId));

  await answer(unheard);
  const together = await readings();
  expect(together.map(({ id: _id, ...reading }) => reading)).toEqual(alone.map(({ id: _id, ...reading }) => reading));
  expect(new Set(alone.map(({ standing }) => standing)).size).toBeGreaterThan(2);
  const units = await desk.database.read.$queryRaw<{ xmin: string }[]>`SELECT DISTINCT xmin::text AS xmin FROM coverage_reading`;
  expect(units).toHaveLength(1);
  for (const caseId of cases) expect(await desk.events(caseId)).toHaveLength(1);
  expect(await replayCoverage(desk.database)).toEqual([]);
  expect(await coverageDueSource(desk.database).due(desk.clock.now())).toEqual([]);
});

it('what is due by the calendar only is spread, the longest unread first', async () => {
  const cases: number[] = [];
  for (let count = 0; count < 12; count++) cases.push(await caseWith({ BTC: '1' }));
  const [first = 0] = cases;
  await answer(first);
  expect(await readCases()).toEqual(cases.slice(0, 10));
  const last = cases.at(-1) ?? 0;
  desk.advanceHours(1);
  await answer(last);
  expect((await readCases()).slice(10)).toEqual(cases.slice(10));
  // Rung for, it is read although its turn has not come.
  await answer(first);
  expect((await readCases()).slice(12)).toEqual([first]);
});

it('prices that have moved are read of all at once, however many, beside those that are due by the calendar', async () => {
  const moved: number[] = [];
  for (let count = 0; count < 23; count++) moved.push(await caseWith({ BTC: '1' }));
  for (const caseId of moved) if (!(await readCases()).includes(caseId)) await answer(caseId);
  const unread = await caseWith({ ETH: '20' });
  desk.advanceHours(1);
  await desk.hour('BTC', 1_200_000);
  const rung = await coverageDueSource(desk.database).due(desk.clock.now());
  expect(rung).toEqual([moved[0], unread]);
  for (const caseId of rung) await answer(caseId);
  expect((await readCases()).slice(23)).toEqual([...moved, unread]);
});

it('one that cannot be read stops no other, fails under its own name, and is read alone from then on', async () => {
  const broken = await desk.windowCase({ coins: { BTC: '1' }, bills: ['900000'] });
  await breakBill(broken.billIds[0] ?? 0);
  const good = [await caseWith({ BTC: '1' }), await caseWith({ ETH: '9' })];
  const [rung = 0] = good;
  await answer(rung);
  expect(await readCases()).toEqual(good);
  expect(await unansweredRings()).toEqual([{ rowId: broken.caseId, failures: 0 }]);

  const later = await caseWith({ BTC: '2' });
  await expect(answer(broken.caseId)).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
  expect(await unansweredRings()).toEqual([{ rowId: broken.caseId, failures: 1 }]);
  expect(await readCases()).toEqual([...good, later]);

  const another = await caseWith({ BTC: '3' });
  expect(await coverageDueSource(desk.database).due(desk.clock.now())).toEqual([another]);
  await expect(answer(broken.caseId)).rejects.toMatchObject({ code: 'POLICY_UNKNOWN' });
  expect(await readCases()).not.toContain(another);
  await answer(another);
  expect(await unansweredRings()).toEqual([{ rowId: broken.caseId, failures: 2 }]);

  await desk.asSuperuser('DELETE FROM deferral');
  await answer(broken.caseId);
  expect(await unansweredRings()).toEqual([]);
  expect(await readCases()).toEqual([...good, later, another, broken.caseId]);
});

it('rung for two that are due, at once or one after the other, each is read once', async () => {
  const cases: number[] = [];
  for (let count = 0; count < 6; count++) cases.push(await caseWith({ BTC: '1' }));
  await Promise.all([answer(cases[0] ?? 0), answer(cases[5] ?? 0), answer(cases[3] ?? 0)]);
  await answer(cases[2] ?? 0);
  expect((await readCases()).toSorted((a, b) => a - b)).toEqual(cases);
});
