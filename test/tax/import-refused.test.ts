import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { readPerson } from '../../src/person/read.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { type LedgerRow, ledgerCsv, ledgerRow, ledgerText } from './ledger-fixture.ts';
import { codeOf, importFile, importRows, NOTHING_STORED, refusalOf, stockOf } from './ledger-office.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
});

const good = [ledgerRow(1), ledgerRow(2)];

it('stores nothing of a torn CSV: FILE_TORN', async () => {
  const whole = ledgerText(good);
  expect(await codeOf(importFile(database, Buffer.from(whole.slice(0, -60))))).toBe('FILE_TORN');
  expect(await codeOf(importFile(database, Buffer.from(`${whole}개인,"표본-3`)))).toBe('FILE_TORN');
  expect(await stockOf(database)).toEqual(NOTHING_STORED);
  expect(await database.read.importFile.count()).toBe(0);
});

it('stores nothing in a wrong encoding: FILE_ENCODING', async () => {
  expect(await codeOf(importFile(database, Buffer.from(ledgerText(good), 'utf16le')))).toBe('FILE_ENCODING');
  expect(await codeOf(importFile(database, Buffer.concat([ledgerCsv(good), Buffer.from([0xff, 0xff, 0x0a])])))).toBe('FILE_ENCODING');
  expect(await stockOf(database)).toEqual(NOTHING_STORED);
});

it('stores nothing under other columns: FILE_FORMAT', async () => {
  expect(await codeOf(importFile(database, Buffer.from('고지번호,금액\r\n1,2\r\n')))).toBe('FILE_FORMAT');
  expect(await stockOf(database)).toEqual(NOTHING_STORED);
});

it('stores nothing with a negative amount: AMOUNT_NEGATIVE', async () => {
  const outcome = await importRows(database, [ledgerRow(1), ledgerRow(2, { 본세: '-1000' })]);
  expect(outcome).toMatchObject({ state: 'refused', rowCount: 2, goodCount: 1, badCount: 1 });
  expect(outcome.report.errors).toEqual([
    { line: 3, column: '본세', code: 'AMOUNT_NEGATIVE', reason: '금액은 음수일 수 없습니다.', value: '-1000' },
  ]);
  expect(await refusalOf(importRows(database, [ledgerRow(1), ledgerRow(2, { 본세: '-1000' })]))).toBe('AMOUNT_NEGATIVE');
  expect(await stockOf(database)).toEqual(NOTHING_STORED);
});

it('stores nothing with other figures under a known notice number: IMPORT_FIGURES_DIFFER', async () => {
  await importRows(database, good);
  const before = await stockOf(database);
  const changed = [ledgerRow(1, { 본세: '1,100,000' }), ledgerRow(3)];
  const outcome = await importRows(database, changed);
  expect(outcome).toMatchObject({ state: 'refused', badCount: 1 });
  expect(outcome.report.errors).toMatchObject([{ line: 2, column: '고지번호', code: 'IMPORT_FIGURES_DIFFER' }]);
  expect(await refusalOf(importRows(database, changed))).toBe('IMPORT_FIGURES_DIFFER');
  expect(await stockOf(database)).toEqual(before);
});

it.each<[string, LedgerRow]>([
  ['an item that is new to the notice', { 세목코드: '201003', 세목명: '지방교육세' }],
  ['another due day', { 납부기한: '2025-08-01' }],
  ['another day of liability', { 납세의무성립일: '2025-06-02' }],
  ['another level', { '도세/시세 구분': '도세' }],
])('%s counts as other figures', async (_, change) => {
  await importRows(database, good);
  expect(await refusalOf(importRows(database, [ledgerRow(1, change)]))).toBe('IMPORT_FIGURES_DIFFER');
});

it('refuses a known notice against somebody else', async () => {
  await importRows(database, good);
  const outcome = await importRows(database, [ledgerRow(1, { '주민(법인)등록번호': '800101-1000099' })]);
  expect(outcome.report.errors).toMatchObject([{ column: '주민(법인)등록번호', code: 'CONFLICT' }]);
  expect(outcome.state).toBe('refused');
});

it('refuses a notice whose rows disagree about it, and all its rows with it', async () => {
  const outcome = await importRows(database, [
    ledgerRow(1),
    ledgerRow(1, {
      세목코드: '201003',
      납부기한: '2025-08-31',
      '독촉장 발행일': '2025-09-20',
      '독촉장 송달일': '',
      '독촉 납부기한': '2025-10-05',
    }),
    ledgerRow(2),
  ]);
  expect(outcome.report.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
    [2, '고지번호', 'IMPORT_ROWS_REFUSED'],
    [3, '납부기한', 'CONFLICT'],
    [3, '독촉장 발행일', 'CONFLICT'],
    [3, '독촉장 송달일', 'CONFLICT'],
    [3, '독촉 납부기한', 'CONFLICT'],
  ]);
  expect(outcome).toMatchObject({ badCount: 2, goodCount: 1 });
});

it('refuses a tax item given twice', async () => {
  const outcome = await importRows(database, [ledgerRow(1), ledgerRow(1)]);
  expect(outcome.report.errors).toMatchObject([
    { line: 2, code: 'IMPORT_ROWS_REFUSED' },
    { line: 3, column: '세목코드', code: 'CONFLICT', reason: '2행과 같은 고지의 같은 세목입니다.' },
  ]);
});

it("wants the day of the primary taxpayer's liability in a secondary one's notice, from the file or the books", async () => {
  const secondary = ledgerRow(2, { '주된 납세의무자 고지번호': '2025-07-000001', 납세의무성립일: '2025-06-15' });
  const inFile = await importRows(database, [ledgerRow(1), secondary]);
  expect(inFile.report.errors).toMatchObject([{ line: 3, column: '납세의무성립일', code: 'CONFLICT' }]);
  await importRows(database, [ledgerRow(1)]);
  expect((await importRows(database, [secondary])).state).toBe('refused');
  expect((await importRows(database, [{ ...secondary, 납세의무성립일: '2025-06-01' }])).state).toBe('stored');
});

it('reports two descriptions of one person and keeps that of the first notice', async () => {
  const rows = [ledgerRow(2, { '주민(법인)등록번호': '800101-1000001', 전화번호: '010-9999-9999', 성명: '표본-1' }), ledgerRow(1)];
  const outcome = await importRows(database, rows);
  expect(outcome).toMatchObject({ state: 'stored' });
  expect(outcome.report.differences).toEqual([
    { line: 2, noticeNumber: '2025-07-000002', about: 'taxpayer', fields: ['phone', 'address'] },
  ]);
  const { id } = await database.read.person.findFirstOrThrow();
  const person = await database.work(testActor, (work) => readPerson(work, testKeys, id, 'test'));
  expect(person.phone).toBe('01000000001');
  expect(await database.read.person.count()).toBe(1);
});

it('only says, when asked to check, what an import would find, and stores nothing but the check', async () => {
  const outcome = await importRows(database, [ledgerRow(1)], { checkOnly: true });
  expect(outcome).toMatchObject({ state: 'checked', goodCount: 1, badCount: 0 });
  expect(await stockOf(database)).toEqual(NOTHING_STORED);
  expect((await importRows(database, [ledgerRow(1)])).state).toBe('stored');
});

it('stores whole notices only when it takes the good rows', async () => {
  const rows = [ledgerRow(1), ledgerRow(1, { 세목코드: '201003', 본세: '-1' }), ledgerRow(2), ledgerRow(3, { 과세연도: '올해' })];
  const outcome = await importRows(database, rows, { acceptGoodRows: true });
  expect(outcome).toMatchObject({ state: 'stored', rowCount: 4, goodCount: 1, badCount: 3 });
  expect((await database.read.bill.findMany()).map(({ noticeNumber }) => noticeNumber)).toEqual(['2025-07-000002']);
});

it('holds back the notice above a row without number, which may continue it', async () => {
  const continued = { 세목코드: '201003', 세목명: '지방교육세', '도세/시세 구분': '도세', 본세: '240000' } as const;
  const outcome = await importRows(database, [ledgerRow(1), continued, ledgerRow(2)], { acceptGoodRows: true });
  expect(outcome).toMatchObject({ state: 'stored', badCount: 2 });
  expect((await database.read.bill.findMany()).map(({ noticeNumber }) => noticeNumber)).toEqual(['2025-07-000002']);
});

it('stores nothing when the good rows are taken and none is good', async () => {
  expect(await importRows(database, [ledgerRow(1, { 본세: '-1' })], { acceptGoodRows: true })).toMatchObject({ state: 'refused' });
});
