import { beforeAll, describe, expect, it } from 'vitest';
import type { CasePhase } from '../../src/database/generated/enums.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { withdrawSeizure } from '../../src/seizure/approve.ts';
import { moveCase } from '../../src/seizure/phase.ts';
import { mayFollow, PHASES } from '../../src/seizure/phase-table.ts';
import { imposeStay } from '../../src/seizure/stay.ts';
import { createOfficial } from '../identity/officials.ts';
import { testActor } from '../support/database.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});

/** A proposed case over one bill. */
async function proposedCase(number: number): Promise<{ caseId: number; billId: number }> {
  const [personId = 0] = await office.persons(number);
  const billId = await office.bill(personId, { noticeNumber: `N-${number}` });
  await office.holdings(number, ['BTC', '1']);
  const { proposed } = await office.propose();
  return { caseId: proposed[0]?.caseId ?? 0, billId };
}

async function requested(number: number) {
  const { caseId, billId } = await proposedCase(number);
  const [approval] = await office.request(caseId);
  if (approval === undefined) throw new Error('An approval was asked for.');
  return { caseId, billId, approval };
}

describe('the approval of a seizure', () => {
  it('moves the case on, and doing it again does nothing', async () => {
    const { caseId, approval } = await requested(1);
    expect(approval.moneyAtStake).toBeGreaterThan(3_000_000n);
    await office.decide(approval);
    const stored = await office.case(caseId);
    expect(stored).toMatchObject({ phase: 'approved', approvalId: approval.id });
    expect(await office.events(`case:${caseId}`)).toEqual([
      'seizure.proposed',
      'approval.requested',
      'approval.approved',
      'seizure.approved',
    ]);
  });

  it('is refused to the maker, whatever else he is', async () => {
    const both = await createOfficial(office.database, 'both', ['collection_officer', 'approver']);
    const { caseId } = await proposedCase(2);
    const [approval] = await office.requestBy(both, [caseId]);
    if (approval === undefined) throw new Error('An approval was asked for.');
    await expect(office.decide(approval, 'approve', both)).rejects.toMatchObject({ code: 'APPROVAL_BY_MAKER' });
    expect((await office.case(caseId)).phase).toBe('proposed');
    expect((await office.database.read.approval.findUniqueOrThrow({ where: { id: approval.id } })).state).toBe('pending');
  });

  it('that was refused ends the case under that code, and the rows may be proposed again', async () => {
    const { caseId, approval } = await requested(3);
    await office.decide(approval, 'reject');
    expect(await office.case(caseId)).toMatchObject({ phase: 'refused', refusalCode: 'REJECTED' });
    expect((await office.propose()).proposed).toHaveLength(1);
  });
});

describe('the approval of a seizure whose ground moves', () => {
  it.each([
    ['a payment elsewhere', async (billId: number) => office.payElsewhere(billId)],
    ['an imported difference', async (billId: number) => office.payElsewhere(billId, 'pending')],
    ['a deferral', async (billId: number) => office.defer(billId, civilDate('2026-01-01'), civilDate('2026-03-31'))],
  ])('is stale after %s, and nothing of the decision is stored', async (_what, change) => {
    const { caseId, billId, approval } = await requested(10 + (await office.database.read.seizureCase.count()));
    await change(billId);
    await expect(office.decide(approval)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
    expect((await office.case(caseId)).phase).toBe('proposed');
    expect((await office.database.read.approval.findUniqueOrThrow({ where: { id: approval.id } })).state).toBe('pending');
  });

  it('is not even asked for while a bill is barred or the case is stayed', async () => {
    const { caseId, billId } = await proposedCase(4);
    await office.payElsewhere(billId);
    await expect(office.request(caseId)).rejects.toMatchObject({ code: 'SEIZURE_NOTHING_OWED' });
    const stayed = await proposedCase(5);
    await office.database.work(testActor, (work) =>
      imposeStay(work, { caseId: stayed.caseId, kind: 'court_order', reason: '집행정지 결정', fromDay: civilDate('2026-01-05') }),
    );
    await expect(office.request(stayed.caseId)).rejects.toMatchObject({ code: 'SEIZURE_STAYED' });
  });

  it('is given once when several decide at the same moment', async () => {
    const { caseId, approval } = await requested(6);
    const others = await Promise.all(['first', 'second', 'third'].map((name) => createOfficial(office.database, name, ['approver'])));
    const outcomes = await Promise.allSettled(others.map((other) => office.decide(approval, 'approve', other)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'APPROVAL_NOT_PENDING' });
    expect((await office.events(`case:${caseId}`)).filter((action) => action === 'seizure.approved')).toHaveLength(1);
  });

  it('waits for nobody once the seizure was withdrawn, which it cannot be while it is pending', async () => {
    const { caseId, approval } = await requested(7);
    const withdraw = () =>
      office.database.work(office.officer.actor, (work) =>
        withdrawSeizure(work, { caseId, code: 'WITHDRAWN', reason: '금액을 다시 확인함' }),
      );
    await expect(withdraw()).rejects.toMatchObject({ code: 'CONFLICT' });
    await office.decide(approval);
    await withdraw();
    expect(await office.case(caseId)).toMatchObject({ phase: 'refused', refusalCode: 'WITHDRAWN' });
  });
});

describe('the phases of a case', () => {
  it('are never skipped on the way to a sale', async () => {
    const { caseId } = await proposedCase(8);
    const move = (to: Parameters<typeof moveCase>[3]) =>
      office.database.work(testActor, (work) => moveCase(work, caseId, ['proposed'], to));
    for (const to of ['seized', 'transfer_demanded', 'in_custody', 'selling', 'settled', 'closed'] as const) {
      await expect(move(to)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    }
    const from = office.database.work(testActor, (work) => moveCase(work, caseId, ['approved'], 'seized'));
    await expect(from).rejects.toMatchObject({ code: 'PHASE_WRONG' });
    expect(await office.events(`case:${caseId}`)).toEqual(['seizure.proposed']);
  });

  it('are told with those that lead on, when a step is refused', async () => {
    const { caseId } = await proposedCase(19);
    const refusal = (from: readonly CasePhase[], to: CasePhase) =>
      office.database.work(testActor, (work) => moveCase(work, caseId, from, to)).catch((thrown: unknown) => String(thrown));
    expect(await refusal(['approved', 'selling'], 'seized')).toMatch(/is in phase proposed; a case moves to seized only from approved\.$/);
    // Where none of the phases that were asked for leads on.
    expect(await refusal(['proposed'], 'sale_done')).toMatch(/is in phase proposed; a case moves to sale_done only from selling\.$/);
  });

  it('lead to a sale only one after the other, and to an end from everywhere', () => {
    const way = [
      'proposed',
      'approved',
      'seized',
      'transfer_demanded',
      'in_custody',
      'sale_noticed',
      'voluntary_window',
      'cleared_for_sale',
      'selling',
      'sale_done',
      'distributing',
      'settled',
      'closed',
    ] as const;
    const sideways = new Set(['settled', 'closed', 'refused']);
    for (const [index, from] of way.entries()) {
      for (const to of way) if (!sideways.has(to)) expect(mayFollow(from, to)).toBe(to === way[index + 1]);
    }
    for (const { title, nextStep, owner, next } of Object.values(PHASES)) {
      expect(title).toMatch(/[가-힣]/);
      expect(nextStep).toMatch(/[가-힣]/);
      expect(owner === undefined).toBe(next.length === 0);
    }
  });

  it('are moved by one when two try', async () => {
    const { caseId } = await proposedCase(9);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        office.database.work(testActor, (work) =>
          moveCase(work, caseId, ['proposed'], 'refused', { changes: { refusalCode: 'WITHDRAWN' } }),
        ),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await office.events(`case:${caseId}`)).filter((action) => action === 'case.moved')).toHaveLength(1);
  });
});
