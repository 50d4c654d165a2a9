import { afterAll, beforeAll, expect, it } from 'vitest';
import { type IdleStage, restingHoldings, stageOf } from '../../src/custody/idle-asset.ts';
import { restingHoldingsCsv } from '../../src/custody/idle-asset-file.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { freezeAsset } from '../../src/venue/freeze.ts';
import { type Custody, demandHolding, endCustody, later, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

/* Coins that nobody moves are told of, once a stage, with what they wait for. */

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

const DAY = 86_400;

async function daysLater(days: number): Promise<void> {
  later(custody, days * DAY);
  await tendAccount(custody.database, custody.port, custody.accountId);
}

async function told(holdingId: number): Promise<unknown[]> {
  const alerts = await custody.database.read.alert.findMany({
    where: { code: 'asset_idle', subject: `holding:${holdingId}` },
    orderBy: { id: 'asc' },
  });
  return alerts.map(({ facts }) => facts);
}

it('tells once when coins rest longer than their stage bears, and again in the next stage', async () => {
  const awaited = await demandHolding(custody, 'BTC', '0.1');
  const sold = await receiveHolding(custody, 'ETH', '2');
  await setPhase(custody, sold.caseId, 'selling');
  await daysLater(13);
  expect(await told(sold.holdingId)).toEqual([]);
  await daysLater(1);
  await daysLater(1);
  expect(await told(sold.holdingId)).toEqual([{ caseId: sold.caseId, stage: 'for_sale', idleDays: 14, reasons: ['phase:selling'] }]);
  expect(await told(awaited.holdingId)).toEqual([]);
  await setPhase(custody, sold.caseId, 'settled');
  await daysLater(15);
  expect(await told(sold.holdingId)).toMatchObject([{ stage: 'for_sale' }, { stage: 'to_return' }]);
  expect(await told(awaited.holdingId)).toMatchObject([{ stage: 'awaited', idleDays: 30 }]);
});

it('says why: stays and freezes before the phase, as a list and as CSV', async () => {
  const held = await receiveHolding(custody, 'SOL', '6');
  await setPhase(custody, held.caseId, 'in_custody');
  await custody.database.work(custody.officer.actor, async (work) => {
    await imposeStay(work, { caseId: held.caseId, kind: 'appeal', reason: '심판청구', fromDay: civilDate('2026-01-05') });
    await freezeAsset(work, { accountId: custody.accountId, asset: 'SOL', reason: 'by_person', facts: {} });
  });
  later(custody, 90 * DAY);
  const resting = await restingHoldings(custody.database.read, custody.clock.now());
  const found = resting.find(({ holdingId }) => holdingId === held.holdingId);
  expect(found).toMatchObject({ stage: 'held', idleDays: 90, patienceDays: 90, isIdle: true, phase: 'in_custody' });
  expect(found?.reasons.map(({ code }) => code)).toEqual(['stay:appeal', 'asset_frozen', 'phase:in_custody']);
  const days = resting.map(({ idleDays }) => idleDays);
  expect(days).toEqual(days.toSorted((a, b) => b - a));
  const lines = Buffer.from(await restingHoldingsCsv(resting, 'utf-8'))
    .toString('utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(resting.length + 1);
  expect(lines.find((line) => line.startsWith(held.caseNumber))).toContain(',SOL,6,보관,보관 중이며 매각 전,');
});

it.each([
  ['transfer_demanded', undefined, 'awaited'],
  ['in_custody', 3, 'held'],
  ['cleared_for_sale', 3, 'for_sale'],
  ['distributing', 3, 'to_return'],
  ['selling', undefined, 'awaited'],
] as const)('in %s, moved %s days ago, it is %s', (phase, unmovedDays, stage: IdleStage) => {
  expect(stageOf(phase, unmovedDays)).toBe(stage);
});
