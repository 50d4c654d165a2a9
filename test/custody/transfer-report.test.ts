import { afterAll, beforeAll, expect, it } from 'vitest';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import { type Custody, demandHolding, endCustody, reportFile, startCustody } from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

it('a transfer report is refused as a whole for one bad row, names the row, and stores nothing', async () => {
  const holding = await demandHolding(custody, 'MOC', '50');
  const good = { ...holding, asset: 'MOC', quantity: '50', transactionId: 'internal-report-a' };
  const file = reportFile(
    good,
    { ...good, transactionId: 'internal-report-b', caseNumber: '없는 번호' },
    { ...good, transactionId: 'internal-report-c', source: 'somebody-else' },
    { ...good, transactionId: 'internal-report-d', asset: 'BTC' },
    { ...good, transactionId: 'internal-report-e', day: '2026-12-31' },
    { ...good, transactionId: 'internal-report-a' },
  );
  const report = await importTransferReport(custody.database, custody.officer.actor, file);
  expect(report).toMatchObject({ state: 'refused', badCount: 5 });
  expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
    [3, 'NOT_FOUND'],
    [4, 'CONFLICT'],
    [5, 'NOT_FOUND'],
    [6, 'INPUT_INVALID'],
    [7, 'CONFLICT'],
  ]);
  expect(await custody.database.read.transferReportRow.count({ where: { transactionId: { startsWith: 'internal-report' } } })).toBe(0);
});

it('a transfer report changes nothing a second time, and is refused when it says something else about a transaction', async () => {
  const holding = await demandHolding(custody, 'MOC', '50');
  const line = { ...holding, asset: 'MOC', quantity: '50', transactionId: 'internal-twice' };
  await importTransferReport(custody.database, custody.officer.actor, reportFile(line));
  const again = await importTransferReport(custody.database, custody.officer.actor, reportFile(line));
  expect(again.repeated).toBe(true);
  const other = await importTransferReport(custody.database, custody.officer.actor, reportFile({ ...line, quantity: '49' }));
  expect(other.errors).toMatchObject([{ line: 2, code: 'IMPORT_FIGURES_DIFFER' }]);
  expect(await custody.database.read.transferReportRow.count({ where: { transactionId: 'internal-twice' } })).toBe(1);
});
