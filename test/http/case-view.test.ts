import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { samplePerson } from '../person/sample-persons.ts';
import { Office } from '../seizure/seizure-fixture.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { pageOf } from './way-steps.ts';

/* A case as officers see it: everything about it, and nobody's name. */

const view = z.looseObject({
  bills: z.array(z.looseObject({ noticeNumber: z.string() })),
  saleStays: z.array(z.looseObject({ kind: z.string(), source: z.string() })),
  notices: z.array(z.looseObject({ kind: z.string() })),
});

let office: Office;
let api: TestApi;
let officer: SignedInClient;
let auditor: SignedInClient;
let cases: number[];
let bills: number[];

beforeAll(async () => {
  office = await Office.open();
  bills = [];
  for (const [index, personId] of (await office.persons(1, 2, 3)).entries()) {
    bills.push(await office.bill(personId, { noticeNumber: `N-${index + 1}`, writeOff: index === 0 ? 'held' : 'none' }));
  }
  for (const number of [1, 2, 3]) await office.holdings(number, ['BTC', '1']);
  cases = (await office.propose()).proposed.map(({ caseId }) => caseId);
  api = await startApi({ over: office.test });
  officer = await api.enter(office.officer);
  auditor = await api.hire('auditor', ['auditor']);
});

async function viewOf(caseId: number | undefined) {
  return (await auditor.get(`/cases/${caseId}`)).expect(view);
}

async function listed(query: string): Promise<{ readonly ids: number[]; readonly next: number | null }> {
  const { items, next } = (await auditor.get(`/cases?${query}`)).expect(pageOf(z.looseObject({ id: z.int() })));
  return { ids: items.map(({ id }) => id), next };
}

describe('a case as it is shown', () => {
  test('says where it stands and whose move it is, and names nobody', async () => {
    const [caseId = 0] = cases;
    await office.approve(caseId);
    await office.issue(caseId);
    const shown = await viewOf(caseId);
    expect(shown).toMatchObject({
      number: '2026-000001',
      phase: 'approved',
      phaseTitle: '압류 결재',
      owner: 'collection_officer',
      isOverdue: false,
      deadlineOn: '2026-01-12',
      supplementedOn: null,
      bills: [{ noticeNumber: 'N-1', pendingUpdates: 0, writeOffState: 'held' }],
      holdings: [{ asset: 'BTC', state: 'proposed' }],
      valuations: [{ occasion: 'proposal', depthCovers: true }],
      saleStays: [],
      handovers: [],
    });
    expect(shown.notices.map(({ kind }) => kind)).toEqual(['seizure_record', 'venue_seizure_notice', 'transfer_demand']);
    const text = JSON.stringify(shown);
    for (const secret of [samplePerson(1).name, samplePerson(1).registrationNumber ?? '', samplePerson(1).phone ?? '']) {
      expect(text).not.toContain(secret);
    }
    expect((await auditor.get('/cases/999')).problem().code).toBe('NOT_FOUND');
  });

  test('is shown to whoever may read cases, and to nobody else', async () => {
    const administrator = await api.hire('administrator', ['administrator']);
    for (const path of ['/cases', `/cases/${cases[0]}`]) {
      expect((await administrator.get(path)).problem()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });

  test('tells what stops a sale of it today, whether or not anybody imposed a stay', async () => {
    const [, second = 0] = cases;
    expect((await viewOf(second)).saleStays).toEqual([]);
    await office.defer(bills[1] ?? 0, civilDate('2026-01-01'), civilDate('2026-06-30'));
    const updateId = await office.payElsewhere(bills[1] ?? 0, 'pending');
    const shown = await viewOf(second);
    expect(shown.bills).toMatchObject([{ noticeNumber: 'N-2', pendingUpdates: 1 }]);
    expect(shown.saleStays).toMatchObject([
      { kind: 'bill_update', source: `bill_update:${updateId}`, untilDay: null },
      { kind: 'collection_deferral', legalGround: expect.stringContaining('지방세징수법'), untilDay: '2026-06-30' },
    ]);
  });

  test('tells who has carried it before', async () => {
    const [, , third = 0] = cases;
    const colleague = await api.hire('colleague', ['collection_officer']);
    const handover = { caseIds: [third], toId: colleague.userId, reason: '인사 이동' };
    expect((await officer.post('/cases/handover', handover)).status).toBe(200);
    expect(await viewOf(third)).toMatchObject({
      officerId: colleague.userId,
      handovers: [{ fromId: office.officer.userId, toId: colleague.userId, reason: '인사 이동' }],
    });
  });
});

test('cases stand on lists by phase, officer, person and lateness, page by page', async () => {
  const [first = 0, second = 0, third = 0] = cases;
  expect(await listed('limit=2')).toEqual({ ids: [first, second], next: second });
  expect(await listed(`limit=2&after=${second}`)).toEqual({ ids: [third], next: null });
  expect((await listed('phase=proposed')).ids).toEqual([second, third]);
  expect((await listed(`officerId=${office.officer.userId}`)).ids).toEqual([first, second]);
  expect((await listed(`personId=${(await office.case(second)).personId}`)).ids).toEqual([second]);
  expect((await listed('overdue=true')).ids).toEqual([]);
  office.clock.advanceBy(8 * 86_400_000);
  await auditor.signIn();
  expect((await listed('overdue=true')).ids).toEqual(cases);
});
