import { beforeEach, expect, it } from 'vitest';
import type { Approval } from '../../src/database/generated/client.ts';
import type { Database } from '../../src/database/work.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { wonBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { loadBillStates, owedOnBills } from '../../src/tax/bill-state.ts';
import { applyBillUpdateDecision, requestBillUpdateApproval } from '../../src/tax/bill-update.ts';
import { UPDATE_COLUMNS, type UpdateColumn } from '../../src/tax/bill-update-file.ts';
import { importBillUpdates } from '../../src/tax/import-updates.ts';
import { brokenReceivables } from '../../src/tax/receivables.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { storeLawfulCase } from '../support/sale-case.ts';
import { csvText, ledgerRow } from './ledger-fixture.ts';
import { codeOf, importRows } from './ledger-office.ts';
import { defaultRules } from './sample.ts';

type UpdateRow = Partial<Record<UpdateColumn, string>>;

let database: Database;
let officer: Official;
let approver: Official;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
  await database.work(testActor, seedPolicy);
  officer = await createOfficial(database, 'officer', ['collection_officer']);
  approver = await createOfficial(database, 'approver', ['approver']);
  await importRows(database, [ledgerRow(1, { 가산세: '50000' }), ledgerRow(2)]);
});

/** A payment at another bank of half a million won of tax. */
function updateRow(overrides: UpdateRow = {}): UpdateRow {
  return {
    고지번호: '2025-07-000001',
    세목코드: '105001',
    '변동 구분': '타기관 수납',
    변동일: '2025-12-10',
    본세: '500,000',
    문서번호: '세정과-1001',
    ...overrides,
  };
}

function importUpdates(rows: readonly UpdateRow[], acceptGoodRows = false) {
  const columns = UPDATE_COLUMNS.map(({ name }) => name);
  return importBillUpdates({ database }, { content: Buffer.from(csvText(columns, rows)), actor: officer.actor, acceptGoodRows });
}

function request(importFileId: number): Promise<Approval> {
  return database.work(officer.actor, (work) => requestBillUpdateApproval(work, { importFileId, reason: '전산망 자료와 대조' }));
}

async function decide(approvalId: number, decision: 'approve' | 'reject'): Promise<void> {
  const principal = await principalOf(database, approver.userId);
  await database.work(approver.actor, async (work) => {
    await applyBillUpdateDecision(work, await decideApproval(work, principal, { approvalId, decision, reason: '확인함' }));
  });
}

async function decideFor(rows: readonly UpdateRow[], decision: 'approve' | 'reject'): Promise<void> {
  const { importFileId } = await importUpdates(rows);
  await decide((await request(importFileId)).id, decision);
}

/** Tax, 가산세 and late penalty owed on the first notice, and what our ledger says of the first two. */
async function unpaid(): Promise<string> {
  const { id } = await database.read.bill.findUniqueOrThrow({ where: { noticeNumber: '2025-07-000001' } });
  const [line] = owedOnBills(await loadBillStates(database.read, [id]), civilDate('2026-01-05'), defaultRules).lines;
  const place = `bill:${id}`;
  const ledger = [CHART.receivableTax, CHART.receivableSurcharge].map((chart) => wonBalance(database.read, { chart, place }));
  return `${line?.tax} ${line?.surcharge} ${line?.latePenalty} / ${(await Promise.all(ledger)).join(' ')}`;
}

const PENALTY_UNCHANGED = 36_000 + 5 * 7_920;

it('holds the bill as soon as a difference is imported, and moves no figure yet', async () => {
  const { id: billId, personId } = await database.read.bill.findUniqueOrThrow({ where: { noticeNumber: '2025-07-000001' } });
  const caseId = await database.work(testActor, (work) =>
    storeLawfulCase(work, { personId, officerId: officer.userId, billIds: [billId] }),
  );
  const outcome = await importUpdates([updateRow()]);
  expect(outcome).toMatchObject({ state: 'stored', counts: { updates: 1, paymentElsewhereKrw: '500000' } });
  const [state] = await loadBillStates(database.read, [billId]);
  expect(state?.pendingUpdates).toBe(1);
  expect(await database.read.doorbell.count({ where: { queue: 'cases', rowId: caseId } })).toBe(1);
  expect(await unpaid()).toBe(`1200000 50000 ${PENALTY_UNCHANGED} / 1200000 50000`);
});

it('posts an approved payment elsewhere to the won, late penalty with it', async () => {
  await decideFor([updateRow({ 가산세: '20,000', 납부지연가산세: '30,000' })], 'approve');
  // From 1 January the monthly part runs on 700,000 only.
  const penalty = 36_000 + 4 * 7_920 + 4_620 - 30_000;
  expect(await unpaid()).toBe(`700000 30000 ${penalty} / 700000 30000`);
  expect(String(await wonBalance(database.read, { chart: CHART.settledElsewhere }))).toBe('550000');
  expect(String(await wonBalance(database.read, { chart: CHART.receivableLatePenalty }))).toBe('0');
  expect(await brokenReceivables(database.read, 10)).toEqual([]);
  const update = await database.read.billUpdate.findFirstOrThrow();
  expect(update).toMatchObject({ state: 'posted', ledgerEntryId: expect.any(BigInt), approvalId: expect.any(Number) });
});

it('computes a reduction and a cancellation as if they had never been assessed, an increase as if it always had', async () => {
  await decideFor([updateRow({ '변동 구분': '감액', 본세: '200000', 납부지연가산세: '1,000' })], 'approve');
  expect(await unpaid()).toBe(`1000000 50000 ${30_000 + 5 * 6_600 - 1_000} / 1000000 50000`);
  await decideFor([updateRow({ '변동 구분': '증액', 본세: '100000', 가산세: '7000' })], 'approve');
  expect(await unpaid()).toBe(`1100000 57000 ${33_000 + 5 * 7_260 - 1_000} / 1100000 57000`);
  await decideFor([updateRow({ '변동 구분': '취소', 본세: '1100000', 가산세: '57000' })], 'approve');
  expect(await unpaid()).toBe('0 0 0 / 0 0');
  expect(await brokenReceivables(database.read, 10)).toEqual([]);
});

it('leaves every figure as it was when the differences are rejected, and takes them again afterwards', async () => {
  await decideFor([updateRow()], 'reject');
  expect(await unpaid()).toBe(`1200000 50000 ${PENALTY_UNCHANGED} / 1200000 50000`);
  expect(await database.read.billUpdate.findFirstOrThrow()).toMatchObject({ state: 'rejected', ledgerEntryId: null });
  expect((await importUpdates([updateRow(), updateRow({ 고지번호: '2025-07-000002' })])).state).toBe('stored');
});

it('does nothing when a decision is carried out twice', async () => {
  const { importFileId } = await importUpdates([updateRow()]);
  const { id } = await request(importFileId);
  await decide(id, 'approve');
  const approval = await database.read.approval.findUniqueOrThrow({ where: { id } });
  await database.work(approver.actor, (work) => applyBillUpdateDecision(work, approval));
  expect(await database.read.ledgerEntry.count({ where: { kind: 'bill_update' } })).toBe(1);
});

it('posts nothing under an approval for another rest than there is: APPROVAL_STALE', async () => {
  const { importFileId } = await importUpdates([updateRow()]);
  const stale = await request(importFileId);
  await decideFor([updateRow({ 본세: '100000', 문서번호: '세정과-1002' })], 'approve');
  expect(await codeOf(decide(stale.id, 'approve'))).toBe('APPROVAL_STALE');
  expect(await database.read.approval.findUniqueOrThrow({ where: { id: stale.id } })).toMatchObject({ state: 'pending' });
  expect(await unpaid()).toMatch(/ \/ 1100000 50000$/);
});

it('refuses to take off more than is unpaid by then', async () => {
  const { importFileId } = await importUpdates([updateRow({ 본세: '1200000' })]);
  // As if money had been credited since: the books hold less than the difference.
  const { billId, billLineId } = await database.read.billUpdate.findFirstOrThrow();
  await database.work(testActor, async (work) => {
    const account = { subject: `bill_line:${billLineId}`, place: `bill:${billId}` };
    const head = { key: 'test', kind: 'test', occurredOn: civilDate('2026-01-05'), cause: 'test', memo: '' };
    const amount = Won.of('1');
    await post(work, entry(head).debit(CHART.settledElsewhere, account, amount).credit(CHART.receivableTax, account, amount).build());
  });
  expect(await codeOf(decide((await request(importFileId)).id, 'approve'))).toBe('CONFLICT');
  expect(await database.read.billUpdate.findFirstOrThrow()).toMatchObject({ state: 'pending' });
});

it('changes nothing when the same file comes again, and knows a difference again in another file', async () => {
  const first = await importUpdates([updateRow()]);
  expect(await importUpdates([updateRow()])).toEqual({ ...first, repeated: true });
  const other = await importUpdates([updateRow(), updateRow({ 고지번호: '2025-07-000002' })]);
  expect(other.errors).toMatchObject([{ line: 2, column: '문서번호', code: 'CONFLICT' }]);
  expect(await database.read.billUpdate.count()).toBe(1);
});

it('takes a file once that comes twice at the same time', async () => {
  const outcomes = await Promise.all([importUpdates([updateRow()]), importUpdates([updateRow()])]);
  expect(outcomes.map(({ repeated }) => repeated).sort()).toEqual([false, true]);
  expect(await database.read.billUpdate.count()).toBe(1);
});

it.each<[string, UpdateRow, UpdateColumn | '', string]>([
  ['an unknown notice', { 고지번호: '2025-07-999999' }, '고지번호', 'NOT_FOUND'],
  ['an unknown tax item', { 세목코드: '999999' }, '세목코드', 'NOT_FOUND'],
  ['more tax than is unpaid', { 본세: '1200001' }, '본세', 'CONFLICT'],
  ['more 가산세 than is unpaid', { 본세: '0', 가산세: '50001' }, '가산세', 'CONFLICT'],
  ['a negative amount', { 본세: '-1' }, '본세', 'AMOUNT_NEGATIVE'],
  ['no amount', { 본세: '0' }, '본세', 'INPUT_INVALID'],
  ['a day to come', { 변동일: '2026-01-06' }, '변동일', 'INPUT_INVALID'],
  ['a day before the liability arose', { 변동일: '2025-05-31' }, '변동일', 'INPUT_INVALID'],
  ['late penalty in a cancellation', { '변동 구분': '취소', 납부지연가산세: '1' }, '납부지연가산세', 'INPUT_INVALID'],
  ['an unknown kind', { '변동 구분': '이월' }, '변동 구분', 'INPUT_INVALID'],
  ['a registration number as reason', { 사유: '800101-1000001 납부' }, '사유', 'INPUT_INVALID'],
])('refuses %s and stores nothing', async (_, change, column, code) => {
  const outcome = await importUpdates([updateRow(change), updateRow({ 고지번호: '2025-07-000002' })]);
  expect(outcome).toMatchObject({ state: 'refused', badCount: 1, goodCount: 1 });
  expect(outcome.errors).toMatchObject([{ line: 2, column, code }]);
  expect(await database.read.billUpdate.count()).toBe(0);
});

it('counts all differences of an item together, those that await their approval as well', async () => {
  const rows = [updateRow({ 본세: '700000' }), updateRow({ 본세: '700000', 문서번호: '세정과-1002' })];
  expect((await importUpdates(rows)).errors).toMatchObject([{ line: 3, column: '본세', code: 'CONFLICT' }]);
  expect((await importUpdates(rows, true)).state).toBe('stored');
  const later = await importUpdates([updateRow({ 본세: '500001', 문서번호: '세정과-1003' })]);
  expect(later.errors).toMatchObject([{ reason: '남은 체납액 500000원보다 많습니다.' }]);
});

it('takes the figures of a posted difference as the same when they come in the next ledger', async () => {
  await decideFor([updateRow({ 가산세: '50,000' })], 'approve');
  const outcome = await importRows(database, [ledgerRow(1, { 본세: '700,000', 가산세: '0' })]);
  expect(outcome).toMatchObject({ state: 'stored', report: { unchangedBills: 1 } });
  expect((await importRows(database, [ledgerRow(1, { 본세: '700,001', 가산세: '0' })])).state).toBe('refused');
});
