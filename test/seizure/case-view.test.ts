import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { listCases, viewCase } from '../../src/seizure/case-view.ts';
import { handOverCases } from '../../src/seizure/handover.ts';
import { registerRightHolder } from '../../src/seizure/right-holder.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { Office } from './seizure-fixture.ts';

let office: Office;
let colleague: Official;
let cases: number[];
const TODAY = civilDate('2026-01-05');

beforeAll(async () => {
  office = await Office.open();
  colleague = await createOfficial(office.database, 'colleague', ['collection_officer']);
  for (const [index, personId] of (await office.persons(1, 2, 3)).entries()) {
    await office.bill(personId, { noticeNumber: `N-${index + 1}`, writeOff: index === 0 ? 'held' : 'none' });
  }
  for (const number of [1, 2, 3]) await office.holdings(number, ['BTC', '1']);
  cases = (await office.propose()).proposed.map(({ caseId }) => caseId);
});

describe('a case as it is shown', () => {
  it('says where it stands and whose move it is, and names nobody', async () => {
    const [caseId = 0] = cases;
    await office.approve(caseId);
    await office.issue(caseId);
    const view = await viewCase(office.database.read, caseId, TODAY);
    expect(view).toMatchObject({
      number: '2026-000001',
      phase: 'approved',
      phaseTitle: '압류 결재',
      owner: 'collection_officer',
      isOverdue: false,
      deadlineOn: '2026-01-12',
      bills: [{ noticeNumber: 'N-1', pendingUpdates: 0, revokesWriteOff: true }],
      holdings: [{ asset: 'BTC', state: 'proposed', valuation: { occasion: 'proposal', depthCovers: true } }],
      saleStays: [],
    });
    expect(view.notices.map(({ kind }) => kind)).toEqual(['seizure_record', 'venue_seizure_notice', 'transfer_demand']);
    const text = JSON.stringify(view);
    for (const secret of [samplePerson(1).name, samplePerson(1).registrationNumber ?? '', samplePerson(1).phone ?? '']) {
      expect(text).not.toContain(secret);
    }
    await expect(viewCase(office.database.read, 999, TODAY)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stands on lists by phase, officer, person and lateness, page by page', async () => {
    const list = (filter: Parameters<typeof listCases>[1], page = { limit: 10 }, day = TODAY) =>
      listCases(office.database.read, filter, page, day);
    expect((await list({}, { limit: 2 })).map(({ id }) => id)).toEqual(cases.slice(0, 2));
    expect((await list({}, { ...{ afterId: cases[1] ?? 0 }, limit: 2 })).map(({ id }) => id)).toEqual(cases.slice(2));
    expect((await list({ phases: ['proposed'] })).map(({ id }) => id)).toEqual(cases.slice(1));
    expect((await list({ overdue: true }, undefined, civilDate('2026-01-13'))).map(({ isOverdue }) => isOverdue)).toEqual([
      true,
      true,
      true,
    ]);
    expect(await list({ overdue: true })).toEqual([]);
    expect(await list({ officerId: colleague.userId })).toEqual([]);
  });
});

describe('who carries a case and who has a right in it', () => {
  it('is handed over to another officer with a reason, and only to one', async () => {
    const [, second = 0] = cases;
    const handOver = (toId: number, reason = '인사 이동') =>
      office.database.work(office.officer.actor, (work) => handOverCases(work, { caseIds: [second], toId, reason }));
    await expect(handOver(office.approver.userId)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(handOver(colleague.userId, ' ')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await handOver(colleague.userId);
    await handOver(colleague.userId);
    const view = await viewCase(office.database.read, second, TODAY);
    expect(view.officerId).toBe(colleague.userId);
    expect(view.handovers).toMatchObject([{ fromId: office.officer.userId, toId: colleague.userId, reason: '인사 이동' }]);
  });

  it('is registered once as one thing, and is never the delinquent himself', async () => {
    const [, , third = 0] = cases;
    const [pledgee = 0] = await office.persons(9);
    const register = (personId: number, kind: 'pledgee' | 'collateral_owner') =>
      office.database.work(office.officer.actor, (work) => registerRightHolder(work, { caseId: third, personId, kind }));
    await register(pledgee, 'pledgee');
    await register(pledgee, 'pledgee');
    await expect(register(pledgee, 'collateral_owner')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(register((await office.case(third)).personId, 'pledgee')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(register(9_999, 'pledgee')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await viewCase(office.database.read, third, TODAY)).rightHolders).toEqual([{ personId: pledgee, kind: 'pledgee' }]);
  });
});
