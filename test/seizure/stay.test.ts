import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { overdueCases } from '../../src/seizure/phase.ts';
import { seizureDueSource } from '../../src/seizure/progress.ts';
import { imposeStay, lapsedStays, liftStay, staysAgainst } from '../../src/seizure/stay.ts';
import { type EnforcementAct, STAY_KINDS } from '../../src/seizure/stay-kinds.ts';
import { testActor } from '../support/database.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

async function proposedCase(number: number): Promise<{ caseId: number; billId: number }> {
  const [personId = 0] = await office.persons(number);
  const billId = await office.bill(personId, { noticeNumber: `N-${number}` });
  await office.holdings(number, ['BTC', '1']);
  const { proposed } = await office.propose();
  return { caseId: proposed[0]?.caseId ?? 0, billId };
}

function impose(order: Parameters<typeof imposeStay>[1]) {
  return office.database.work(testActor, (work) => imposeStay(work, order));
}

async function stopped(caseId: number, act: EnforcementAct, day = '2026-01-05'): Promise<string[]> {
  return (await staysAgainst(office.database.read, [caseId], act, civilDate(day))).map(({ kind }) => kind);
}

describe('a stay', () => {
  it('stops what its kind stops, from its first to its last day, until it is lifted', async () => {
    const { caseId } = await proposedCase(1);
    const { stayId } = await impose({
      caseId,
      kind: 'appeal',
      reason: '심판청구',
      fromDay: civilDate('2026-01-05'),
      untilDay: civilDate('2026-03-31'),
    });
    expect([await stopped(caseId, 'sale'), await stopped(caseId, 'transfer'), await stopped(caseId, 'seizure')]).toEqual([
      ['appeal'],
      [],
      [],
    ]);
    expect(await stopped(caseId, 'sale', '2026-01-04')).toEqual([]);
    expect(await stopped(caseId, 'sale', '2026-03-31')).toEqual(['appeal']);
    expect(await stopped(caseId, 'sale', '2026-04-01')).toEqual([]);
    await office.database.work(testActor, (work) => liftStay(work, { stayId, reason: '기각 확정' }));
    expect(await stopped(caseId, 'sale')).toEqual([]);
    const again = office.database.work(testActor, (work) => liftStay(work, { stayId, reason: '기각 확정' }));
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await office.events(`case:${caseId}`)).toEqual(['seizure.proposed', 'stay.imposed', 'stay.lifted']);
  });

  it('of each kind says what it stops and on which ground', async () => {
    expect(STAY_KINDS.bankruptcy.scope).toBe('seizure');
    expect(STAY_KINDS.collection_deferral.scope).toBe('everything');
    expect(STAY_KINDS.hardship.legalGround).toContain('법정 사유 아님');
    for (const { title, effect, legalGround } of Object.values(STAY_KINDS)) {
      expect(`${title}${effect}${legalGround}`).toMatch(/[가-힣]/);
    }
  });

  it('cannot end before it begins, nor stand on a case that is over', async () => {
    const { caseId } = await proposedCase(2);
    const backwards = {
      caseId,
      kind: 'objection',
      reason: '의견',
      fromDay: civilDate('2026-01-05'),
      untilDay: civilDate('2026-01-04'),
    } as const;
    await expect(impose(backwards)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const [approval] = await office.request(caseId);
    if (approval !== undefined) await office.decide(approval, 'reject');
    await expect(impose({ caseId, kind: 'objection', reason: '의견', fromDay: civilDate('2026-01-05') })).rejects.toMatchObject({
      code: 'PHASE_WRONG',
    });
  });

  it('that has run out and was not lifted is on the list of lapsed ones', async () => {
    const { caseId } = await proposedCase(3);
    const lapsing = {
      caseId,
      kind: 'hardship',
      reason: '생계 조사',
      fromDay: civilDate('2026-01-05'),
      untilDay: civilDate('2026-01-06'),
    } as const;
    const { stayId } = await impose(lapsing);
    expect(await lapsedStays(office.database.read, startOfDay(civilDate('2026-01-06')))).toEqual([]);
    expect((await lapsedStays(office.database.read, startOfDay(civilDate('2026-01-07')))).map(({ id }) => id)).toEqual([stayId]);
  });
});

describe('facts that stop by themselves', () => {
  it('an imported difference stops the sale in the instant it is known, has its stay, and ends with its decision', async () => {
    const { caseId, billId } = await proposedCase(11);
    const updateId = await office.payElsewhere(billId, 'pending');
    expect(await stopped(caseId, 'sale')).toEqual(['bill_update']);
    expect(await seizureDueSource(office.database).due(office.clock.now())).toContain(caseId);
    await office.progress(caseId);
    await office.progress(caseId);
    const stays = await office.database.read.stay.findMany({ where: { caseId } });
    expect(stays.map(({ kind, cause, liftedAt }) => [kind, cause, liftedAt])).toEqual([['bill_update', `bill_update:${updateId}`, null]]);
    await office.decideUpdate(updateId, 'rejected');
    expect(await seizureDueSource(office.database).due(office.clock.now())).toContain(caseId);
    await office.progress(caseId);
    expect(await stopped(caseId, 'sale')).toEqual([]);
    expect(await seizureDueSource(office.database).due(office.clock.now())).not.toContain(caseId);
  });

  it('a deferral of a covered bill stops everything while it runs', async () => {
    const { caseId, billId } = await proposedCase(12);
    await office.defer(billId, civilDate('2026-02-01'), civilDate('2026-02-28'));
    expect(await stopped(caseId, 'transfer', '2026-02-15')).toEqual(['collection_deferral']);
    expect(await stopped(caseId, 'sale', '2026-03-01')).toEqual([]);
  });
});

describe('a case nobody moves', () => {
  it('is overdue from the day after its deadline, with whose move it is', async () => {
    const { caseId } = await proposedCase(21);
    expect((await overdueCases(office.database.read, civilDate('2026-01-12'))).map((each) => each.caseId)).not.toContain(caseId);
    const overdue = (await overdueCases(office.database.read, civilDate('2026-01-13'))).find((each) => each.caseId === caseId);
    expect(overdue).toMatchObject({ phase: 'proposed', phaseTitle: '압류 기안', owner: 'approver', officerId: office.officer.userId });
  });
});
