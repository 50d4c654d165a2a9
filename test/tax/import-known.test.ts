import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { storeLawfulCase } from '../support/sale-case.ts';
import { type LedgerRow, ledgerRow } from './ledger-fixture.ts';
import { importRows, stockOf } from './ledger-office.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
});

const UNDUNNED = { '독촉장 발행일': '', '독촉장 송달일': '', '독촉 납부기한': '' };
const DEFERRED = { '유예 종류': '징수유예', '유예 시작일': '2026-01-02', '유예 종료일': '2026-06-30' };

async function bill() {
  const found = await database.read.bill.findUniqueOrThrow({
    where: { noticeNumber: '2025-07-000001' },
    include: { deferrals: true },
  });
  const text = (day: Date | null) => day?.toISOString().slice(0, 10) ?? null;
  return {
    ...found,
    dunningServedOn: text(found.dunningServedOn),
    servedOn: text(found.servedOn),
    prescribedFrom: text(found.prescribedFrom),
  };
}

/** A case that stands and covers the sample notice; answers the rings it has got since. */
async function coverByCase(): Promise<() => Promise<number>> {
  const { id, personId } = await bill();
  const caseId = await database.work(testActor, (work) => storeLawfulCase(work, { personId, officerId: 1, billIds: [id] }));
  return () => database.read.doorbell.count({ where: { queue: 'cases', rowId: caseId } });
}

it('fills in what was not known yet, and rings for the case', async () => {
  await importRows(database, [ledgerRow(1, UNDUNNED)]);
  const rings = await coverByCase();
  const outcome = await importRows(database, [
    ledgerRow(1, { ...DEFERRED, '고지서 송달일': '2025-07-12', '소멸시효 완성 예정일': '2030-08-01' }),
  ]);
  expect(outcome.report).toMatchObject({ created: { bills: 0 }, refreshedBills: 1, unchangedBills: 0, differences: [] });
  expect(await bill()).toMatchObject({ dunningServedOn: '2025-08-25', servedOn: '2025-07-12', prescribedFrom: '2030-08-01' });
  expect((await bill()).deferrals.map(({ kind }) => kind)).toEqual(['collection']);
  expect(await rings()).toBe(1);
});

it('says nothing new when the same facts come in another file', async () => {
  await importRows(database, [ledgerRow(1, DEFERRED)]);
  const before = await stockOf(database);
  const outcome = await importRows(database, [ledgerRow(1, DEFERRED), ledgerRow(2)]);
  expect(outcome.report).toMatchObject({ created: { bills: 1 }, refreshedBills: 0, unchangedBills: 1 });
  expect(await stockOf(database)).toMatchObject({ deferrals: before.deferrals });
});

it('never replaces a proven day, and reports the contradiction', async () => {
  await importRows(database, [ledgerRow(1)]);
  const outcome = await importRows(database, [ledgerRow(1, { '독촉장 송달일': '2025-08-28' })]);
  expect(outcome.report.differences).toEqual([{ line: 2, noticeNumber: '2025-07-000001', about: 'bill', fields: ['dunningServedOn'] }]);
  expect(await bill()).toMatchObject({ dunningServedOn: '2025-08-25' });
});

it('takes a proven day away from no bill because a later file lacks it', async () => {
  await importRows(database, [ledgerRow(1)]);
  const outcome = await importRows(database, [ledgerRow(1, UNDUNNED)]);
  expect(outcome.report).toMatchObject({ unchangedBills: 1, differences: [] });
  expect(await bill()).toMatchObject({ dunningServedOn: '2025-08-25' });
});

it.each<[string, LedgerRow, LedgerRow, string]>([
  ['follows a 정리보류', {}, { '정리보류 구분': '정리보류' }, 'held'],
  ['follows its revocation', { '정리보류 구분': '정리보류' }, {}, 'none'],
  ['follows the statement that a debt is extinct', {}, { '정리보류 구분': '시효완성정리' }, 'prescribed'],
  ['never revives what is extinct', { '정리보류 구분': '시효완성정리' }, {}, 'prescribed'],
])('%s', async (_, first, second, state) => {
  await importRows(database, [ledgerRow(1, first)]);
  await importRows(database, [ledgerRow(1, second), ledgerRow(2)]);
  expect(await bill()).toMatchObject({ writeOffState: state });
});

it('does not bring back a 정리보류 while a seizure covers the bill', async () => {
  await importRows(database, [ledgerRow(1)]);
  await coverByCase();
  await importRows(database, [ledgerRow(1, { '정리보류 구분': '정리보류' })]);
  expect(await bill()).toMatchObject({ writeOffState: 'none' });
});

it('reports a taxpayer who is described otherwise than we know him, and keeps what we know', async () => {
  await importRows(database, [ledgerRow(1)]);
  const outcome = await importRows(database, [ledgerRow(1, { 주소: '표본시 다른구 1' }), ledgerRow(2)]);
  expect(outcome.report.differences).toEqual([{ line: 2, noticeNumber: '2025-07-000001', about: 'taxpayer', fields: ['address'] }]);
  expect(JSON.stringify(outcome)).not.toContain('다른구');
});
