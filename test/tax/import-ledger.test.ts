import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { readPerson } from '../../src/person/read.ts';
import { loadBillStates, owedOnBills } from '../../src/tax/bill-state.ts';
import { brokenReceivables } from '../../src/tax/receivables.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { ledgerCp949, ledgerRow, ledgerXlsx } from './ledger-fixture.ts';
import { figuresOf, importFile, importRows, NOTHING_STORED, stockOf } from './ledger-office.ts';
import { defaultRules } from './sample.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
});

it('stores taxpayers, notices and tax items, and opens the ledger with what is unpaid', async () => {
  const outcome = await importRows(database, [
    ledgerRow(1),
    ledgerRow(1, { 세목코드: '201003', 세목명: '지방교육세', '도세/시세 구분': '도세', 본세: '240000', 가산세: '10,000' }),
    ledgerRow(2, { '납세자 구분': '법인', '주민(법인)등록번호': '110111-0000002', 생년월일: '', 성명: '표본법인' }),
  ]);
  expect(outcome).toMatchObject({ state: 'stored', repeated: false, rowCount: 3, goodCount: 3, badCount: 0 });
  expect(outcome.report.created).toEqual({ persons: 2, bills: 2, lines: 3, outstandingKrw: '2650000' });
  expect(await stockOf(database)).toEqual({ ...NOTHING_STORED, persons: 2, bills: 2, lines: 3, entries: 2 });
  const bill = await database.read.bill.findUniqueOrThrow({ where: { noticeNumber: '2025-07-000001' }, include: { lines: true } });
  expect(bill.lines.map(({ lineNumber, taxItemCode, level }) => [lineNumber, taxItemCode, level])).toEqual([
    [1, '105001', 'city'],
    [2, '201003', 'province'],
  ]);
  const [state] = await loadBillStates(database.read, [bill.id]);
  expect(state?.lines.map(({ principal, surcharge }) => `${principal} ${surcharge}`)).toEqual(['1200000 0', '240000 10000']);
  expect(await brokenReceivables(database.read, 10)).toEqual([]);
});

it("keeps the particulars under the person's own key and finds a birth date in the registration number", async () => {
  await importRows(database, [ledgerRow(1, { 생년월일: '' })]);
  const { id, sample } = await database.read.person.findFirstOrThrow();
  const person = await database.work(testActor, (work) => readPerson(work, testKeys, id, 'test'));
  expect(person).toMatchObject({ name: '표본-1', registrationNumber: '8001011000001', birthDate: '1980-01-01', phone: '01000000001' });
  expect(sample).toBe(true);
});

it('computes the late penalty from what was assessed and paid before the import, and opens with the rest', async () => {
  await importRows(database, [
    ledgerRow(1, {
      본세: '500000',
      기납부일: '2025-09-10;2025-11-20',
      '기납부 본세': '400000;300000',
      '기납부 가산세': '0;0',
      '기납부 납부지연가산세': '36000;0',
    }),
  ]);
  const { id } = await database.read.bill.findFirstOrThrow();
  const states = await loadBillStates(database.read, [id]);
  const [owed] = owedOnBills(states, civilDate('2026-01-05'), defaultRules).lines;
  // 3% of 1,200,000 on 1 August; 0.66% on 1 September of 1,200,000, on 1 October and 1 November of 800,000, on 1 December and 1 January of 500,000.
  const penalty = 36_000 + 7_920 + 2 * 5_280 + 2 * 3_300;
  expect(`${owed?.tax} ${owed?.latePenalty}`).toBe(`500000 ${penalty - 36_000}`);
  expect(await brokenReceivables(database.read, 10)).toEqual([]);
});

it('stores deferrals, dunning, write-off and prescription', async () => {
  await importRows(database, [
    ledgerRow(1, {
      '유예 종류': '징수유예; 분납 약속',
      '유예 시작일': '2025-10-01;2025-12-01',
      '유예 종료일': '2026-03-31;2026-02-28',
      '정리보류 구분': '정리보류',
      '소멸시효 완성 예정일': '2030-08-01',
      '고지서 송달일': '2025. 7. 10.',
      '특별징수 여부': '예',
    }),
  ]);
  const bill = await database.read.bill.findFirstOrThrow({ include: { deferrals: { orderBy: { id: 'asc' } } } });
  expect(bill.deferrals.map(({ kind, untilDay }) => [kind, untilDay.toISOString().slice(0, 10)])).toEqual([
    ['collection', '2026-03-31'],
    ['promise', '2026-02-28'],
  ]);
  expect(bill).toMatchObject({ writeOffState: 'held', withholdingAgent: true });
  expect([bill.dunningServedOn, bill.prescribedFrom, bill.servedOn].map((each) => each?.toISOString().slice(0, 10))).toEqual([
    '2025-08-25',
    '2030-08-01',
    '2025-07-10',
  ]);
});

it('records one event with the digest of the entries it posted', async () => {
  const { importFileId } = await importRows(database, [ledgerRow(1), ledgerRow(2)]);
  const [event, ...others] = await database.read.auditEvent.findMany({ where: { subject: `import_file:${importFileId}` } });
  expect(others).toEqual([]);
  expect(event).toMatchObject({ action: 'delinquent_ledger.imported', stream: 'system' });
  expect(event?.recordDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(event?.payload).not.toContain('표본');
});

it('tells how far it is', async () => {
  const phases: string[] = [];
  await importRows(
    database,
    Array.from({ length: 1_200 }, (_, index) => ledgerRow(index + 1)),
    { onProgress: ({ phase, done, total }) => phases.push(`${phase} ${done === total ? 'all' : done < total ? 'some' : 'too many'}`) },
  );
  expect(phases).toContain('read all');
  expect(phases.filter((phase) => phase.startsWith('store'))).toEqual(['store some', 'store all']);
});

it('takes CP949 and XLSX as well as UTF-8, with the same figures', async () => {
  const rows = [ledgerRow(1), ledgerRow(2, { 성명: '뷁표본', 본세: '3000000' })];
  await importFile(database, ledgerCp949(rows));
  const fromCp949 = await figuresOf(database);
  ({ database } = await createTestDatabase());
  await importFile(database, await ledgerXlsx(rows));
  expect(await figuresOf(database)).toEqual(fromCp949);
  ({ database } = await createTestDatabase());
  await importRows(database, rows);
  expect(await figuresOf(database)).toEqual(fromCp949);
});
