import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { readTable } from '../../src/document/table-reader.ts';
import { type CivilDate, civilDate } from '../../src/kernel/civil-date.ts';
import { exportReceipts, receiptExportFile } from '../../src/tax/export.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { ledgerRow } from './ledger-fixture.ts';
import { codeOf, importRows } from './ledger-office.ts';
import { creditBill } from './receipt-fixture.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
  const education = { 세목코드: '201003', 세목명: '지방교육세', '도세/시세 구분': '도세', 본세: '240000' };
  await importRows(database, [ledgerRow(1), ledgerRow(1, education), ledgerRow(2)]);
  await creditBill(database, '2025-07-000001', '1500000', 'distribution:1');
});

function exportAll(period: { fromDay?: CivilDate; untilDay?: CivilDate } = {}) {
  return database.work(testActor, (work) => exportReceipts(work, period));
}

const COLUMNS = ['고지번호', '세목코드', '세목명', '도세/시세 구분', '수납 구분', '수납금액', '수납일', '영수번호', '근거'].map((name) => ({
  name,
}));

async function rowsOf(bytes: Uint8Array): Promise<string[]> {
  const rows: string[] = [];
  for await (const { cells } of readTable(bytes, { columns: COLUMNS })) {
    rows.push(['고지번호', '도세/시세 구분', '수납 구분', '수납금액', '수납일', '근거'].map((name) => cells[name]).join(' '));
  }
  return rows;
}

const EXPECTED = [
  '2025-07-000001 도세 본세 240000 2026-01-05 distribution:1',
  '2025-07-000001 시세 본세 1200000 2026-01-05 distribution:1',
  // What is left of the money, in proportion to the late penalties of 75,600 and 7,200.
  '2025-07-000001 시세 납부지연가산세 54783 2026-01-05 distribution:1',
  '2025-07-000001 도세 납부지연가산세 5217 2026-01-05 distribution:1',
];

it('sends every receipt back once, with sums to the won', async () => {
  const summary = await exportAll();
  expect(summary).toMatchObject({ rowCount: 4 });
  expect(String(summary?.total)).toBe('1500000');
  expect(summary?.totals.map(({ level, tier, amount }) => `${level} ${tier} ${amount}`)).toEqual([
    'city late_penalty 54783',
    'city tax 1200000',
    'province late_penalty 5217',
    'province tax 240000',
  ]);
  const { bytes } = await receiptExportFile(database.read, summary?.exportId ?? 0, 'csv');
  expect((await rowsOf(bytes)).sort()).toEqual(EXPECTED.toSorted());
  expect(await exportAll()).toBeUndefined();
  expect(await database.read.auditEvent.count({ where: { action: 'receipts.exported' } })).toBe(1);
});

it('writes the same file whenever an export is asked for, in every format', async () => {
  const { exportId } = (await exportAll()) ?? { exportId: 0 };
  await creditBill(database, '2025-07-000002', '100000', 'distribution:2');
  for (const format of ['csv', 'csv-cp949', 'xlsx'] as const) {
    const { bytes } = await receiptExportFile(database.read, exportId, format);
    expect((await rowsOf(bytes)).sort()).toEqual(EXPECTED.toSorted());
    expect((await receiptExportFile(database.read, exportId, format)).bytes.equals(bytes)).toBe(true);
  }
});

it('takes only the days asked for, and the rest later', async () => {
  await creditBill(database, '2025-07-000002', '100000', 'distribution:2', '2026-01-04');
  expect(await exportAll({ fromDay: civilDate('2026-01-01'), untilDay: civilDate('2026-01-04') })).toMatchObject({ rowCount: 1 });
  expect(await exportAll({ fromDay: civilDate('2026-01-06') })).toBeUndefined();
  expect(await exportAll()).toMatchObject({ rowCount: 4 });
});

it('puts no receipt into two exports that are made at the same time', async () => {
  const made = await Promise.all([exportAll(), exportAll(), exportAll()]);
  expect(made.map((summary) => summary?.rowCount ?? 0).sort()).toEqual([0, 0, 4]);
});

it('knows no export that was not made: NOT_FOUND', async () => {
  expect(await codeOf(receiptExportFile(database.read, 7, 'csv'))).toBe('NOT_FOUND');
});
