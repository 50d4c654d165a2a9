import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { UPDATE_COLUMNS, type UpdateColumn } from '../../src/tax/bill-update-file.ts';
import { importBillUpdates } from '../../src/tax/import-updates.ts';
import { BALANCE_COLUMNS, importOfficialBalances } from '../../src/tax/official-balance.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { csvText, ledgerRow } from './ledger-fixture.ts';
import { codeOf, importRows, stockOf } from './ledger-office.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
});

describe('a delinquent ledger that is only checked', () => {
  const known = [
    ledgerRow(1),
    ledgerRow(2, { '독촉장 발행일': '', '독촉장 송달일': '', '독촉 납부기한': '' }),
    ledgerRow(3),
    ledgerRow(4, { '독촉장 송달일': '2025-08-26' }),
  ];
  const ownerOf = (notice: number) => ({ 성명: `표본-${notice}`, '주민(법인)등록번호': `800101-${1_000_000 + notice}` });
  /** Something of everything: known, news of the known, contradictions, new persons with one and with several notices and items. */
  const file = [
    ledgerRow(1),
    ledgerRow(2),
    ledgerRow(3, { 성명: '표본-다른이름' }),
    ledgerRow(4, { '독촉장 송달일': '2025-08-27' }),
    ledgerRow(5),
    ledgerRow(6, { ...ownerOf(5), 전화번호: '010-0000-9999' }),
    ledgerRow(6, { ...ownerOf(5), 전화번호: '010-0000-9999', 세목코드: '201003', 본세: '70,000', 가산세: '500' }),
    ledgerRow(7, { ...ownerOf(1), 전화번호: '010-0000-0001', 주소: '표본시 다른구 1' }),
    ledgerRow(8, { '표본 여부': '' }),
    ledgerRow(9, { 본세: '-1' }),
  ];

  it('is told exactly what an import would store, know and find otherwise, and nothing of it is stored', async () => {
    await importRows(database, known);
    const [before, events] = [await stockOf(database), await database.read.auditEvent.count()];
    const checked = await importRows(database, file, { checkOnly: true });
    expect(checked).toMatchObject({ state: 'checked', repeated: false, rowCount: 10, goodCount: 9, badCount: 1 });
    expect(checked.report).toMatchObject({
      created: { persons: 2, bills: 4, lines: 5, outstandingKrw: '4870500' },
      unchangedBills: 3,
      refreshedBills: 1,
    });
    expect(checked.report.differences.map(({ line, about }) => [line, about])).toEqual([
      [4, 'taxpayer'],
      [5, 'bill'],
      [7, 'taxpayer'],
      [9, 'taxpayer'],
    ]);
    expect(await stockOf(database)).toEqual(before);
    expect(await database.read.auditEvent.count()).toBe(events + 1);

    const stored = await importRows(database, file, { acceptGoodRows: true });
    expect(stored).toMatchObject({ state: 'stored', repeated: false });
    expect(checked.report).toEqual(stored.report);
  });

  it('and was stored before is told that all of it is known and nothing would be stored', async () => {
    const stored = await importRows(database, known);
    const checked = await importRows(database, known, { checkOnly: true });
    expect(checked).toMatchObject({ state: 'checked', repeated: true, importFileId: stored.importFileId, rowCount: 4, goodCount: 4 });
    expect(checked.report).toMatchObject({ created: { persons: 0, bills: 0, lines: 0, outstandingKrw: '0' }, unchangedBills: 4 });
    expect(await importRows(database, known)).toMatchObject({ state: 'stored', repeated: true, report: stored.report });
  });
});

it('refuses a header without rows: FILE_FORMAT', async () => {
  expect(await codeOf(importRows(database, []))).toBe('FILE_FORMAT');
  expect(await codeOf(importRows(database, [], { checkOnly: true }))).toBe('FILE_FORMAT');
  expect(await database.read.importFile.count()).toBe(0);
});

describe('every independent reason against a row is told at once', () => {
  it('in the ledger, those between cells too, where other cells of the row cannot be read', async () => {
    const wrong = ledgerRow(1, {
      전화번호: '없음',
      과세연도: '2027',
      '고지서 송달일': '2025-05-01',
      본세: '많음',
      '독촉장 송달일': '2025-08-01',
    });
    const { errors } = (await importRows(database, [wrong], { checkOnly: true })).report;
    expect(errors.map(({ column }) => column)).toEqual(['전화번호', '본세', '과세연도', '고지서 송달일', '독촉장 송달일']);
  });

  it('in differences, from the file and from our books alike', async () => {
    await importRows(database, [ledgerRow(1, { 가산세: '100' })]);
    const columns = UPDATE_COLUMNS.map(({ name }) => name);
    const row = (more: Partial<Record<UpdateColumn, string>>) => ({
      고지번호: '2025-07-000001',
      세목코드: '105001',
      '변동 구분': '감액',
      변동일: '2025-12-10',
      본세: '1',
      문서번호: '표본-1',
      ...more,
    });
    const told = async (...rows: Partial<Record<UpdateColumn, string>>[]) => {
      const content = Buffer.from(csvText(columns, rows));
      const { errors, counts } = await importBillUpdates({ database }, { content, actor: testActor, checkOnly: true });
      return { errors: errors.map(({ line, column }) => `${line} ${column}`), counts };
    };
    const early = row({ 변동일: '2025-01-01', 본세: '9,000,000', 가산세: '101' });
    expect((await told(early)).errors).toEqual(['2 변동일', '2 본세', '2 가산세']);
    expect((await told(row({ 고지번호: '9', 변동일: '2026-12-31', 본세: '' }))).errors).toEqual(['2 본세', '2 변동일', '2 고지번호']);
    expect((await told(row({ 세목코드: '9', 변동일: '2025-01-01' }))).errors).toEqual(['2 세목코드', '2 변동일']);
    expect((await told(row({}), early)).counts).toMatchObject({ updates: 1, reductionKrw: '1', increaseKrw: '0' });
    expect(await database.read.billUpdate.count()).toBe(0);
  });

  it('in official balances', async () => {
    await importRows(database, [ledgerRow(1)]);
    const row = { 고지번호: '2025-07-000009', 세목코드: '105001', 기준일: '2026-12-31', 본세: '1' };
    const good = { ...row, 고지번호: '2025-07-000001', 기준일: '2026-01-04' };
    const content = Buffer.from(
      csvText(
        BALANCE_COLUMNS.map(({ name }) => name),
        [row, good],
      ),
    );
    const { errors, counts } = await importOfficialBalances({ database }, { content, actor: testActor, checkOnly: true });
    expect(errors.map(({ line, column }) => `${line} ${column}`)).toEqual(['2 기준일', '2 고지번호']);
    expect(counts).toEqual({ balances: 1 });
    expect(await database.read.officialBalance.count()).toBe(0);
  });
});
