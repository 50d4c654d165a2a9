import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { createTestDatabase } from '../support/database.ts';
import { type LedgerRow, ledgerRow } from './ledger-fixture.ts';
import { importRows } from './ledger-office.ts';

let database: Database;
beforeAll(async () => {
  ({ database } = await createTestDatabase());
});

it.each<[string, LedgerRow, string]>([
  ['an unknown level', { '도세/시세 구분': '국세' }, '도세/시세 구분'],
  ['a day no calendar has', { 납부기한: '2025-06-31' }, '납부기한'],
  ['a due day before the liability', { 납부기한: '2025-05-31' }, '납부기한'],
  ['a due day that has not passed', { 납부기한: '2026-01-05', '독촉장 발행일': '', '독촉장 송달일': '', '독촉 납부기한': '' }, '납부기한'],
  ['a liability in the future', { 납세의무성립일: '2026-02-01' }, '납세의무성립일'],
  ['a dunning before the due day', { '독촉장 발행일': '2025-07-31' }, '독촉장 발행일'],
  ['a dunning served before it was issued', { '독촉장 송달일': '2025-08-19' }, '독촉장 송달일'],
  ['a dunning served in the future', { '독촉장 송달일': '2026-01-06' }, '독촉장 송달일'],
  ['a dunning deadline before its issue', { '독촉 납부기한': '2025-08-19' }, '독촉 납부기한'],
  ['a dunning without deadline', { '독촉 납부기한': '' }, '독촉 납부기한'],
  ['a dunning service without issue', { '독촉장 발행일': '', '독촉 납부기한': '' }, '독촉장 발행일'],
  [
    'a deferral that ends before it begins',
    { '유예 종류': '징수유예', '유예 시작일': '2025-10-02', '유예 종료일': '2025-10-01' },
    '유예 종료일',
  ],
  ['a deferral without its end', { '유예 종류': '징수유예', '유예 시작일': '2025-10-02' }, '유예 종료일'],
  ['an unknown deferral', { '유예 종류': '봐주기', '유예 시작일': '2025-10-02', '유예 종료일': '2025-11-01' }, '유예 종류'],
  ['a registration number of twelve digits', { '주민(법인)등록번호': '800101-100001' }, '주민(법인)등록번호'],
  ['a birth date of a corporation', { '납세자 구분': '법인', '주민(법인)등록번호': '110111-0000002' }, '생년월일'],
  ['no telephone number', { 전화번호: '없음' }, '전화번호'],
  ['an amount with a fraction', { 본세: '1000.5' }, '본세'],
  ['no amount at all', { 본세: '0' }, '본세'],
  ['an amount beyond reason', { 본세: '1000000000000001' }, '본세'],
  ['a payment without its amount', { 기납부일: '2025-09-10' }, '기납부일'],
  ['payments and amounts that do not pair', { 기납부일: '2025-09-10', '기납부 본세': '1000;2000' }, '기납부 본세'],
  ['a payment in the future', { 기납부일: '2026-09-10', '기납부 본세': '1000' }, '기납부일'],
  ['a prescription before the due day', { '소멸시효 완성 예정일': '2025-07-31' }, '소멸시효 완성 예정일'],
  ['a notice number with a comma', { 고지번호: '2025,1' }, '고지번호'],
  ['its own primary notice', { '주된 납세의무자 고지번호': '2025-07-000001' }, '주된 납세의무자 고지번호'],
])('%s is bad', async (_, change, column) => {
  const outcome = await importRows(database, [ledgerRow(1, change)], { checkOnly: true });
  expect(outcome.report.errors.map((error) => error.column)).toContain(column);
  expect(outcome).toMatchObject({ state: 'checked', badCount: 1, goodCount: 0 });
});

it('never shows what names somebody in a report', async () => {
  const outcome = await importRows(database, [
    ledgerRow(1, { '주민(법인)등록번호': '800101-100001' }),
    ledgerRow(2, { 전화번호: '없는번호 010' }),
  ]);
  expect(JSON.stringify(outcome)).not.toMatch(/800101|010/);
  expect(outcome.report.errors).toHaveLength(2);
});
