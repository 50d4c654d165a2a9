import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/database/work.ts';
import { civilDate, dayToColumn } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { BALANCE_COLUMNS, importOfficialBalances } from '../../src/tax/official-balance.ts';
import { brokenReceivables, differences } from '../../src/tax/receivables.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { csvText, ledgerRow } from './ledger-fixture.ts';
import { importRows } from './ledger-office.ts';
import { creditBill } from './receipt-fixture.ts';
import { defaultRules } from './sample.ts';

let database: Database;
beforeEach(async () => {
  ({ database } = await createTestDatabase());
  await importRows(database, [ledgerRow(1, { 가산세: '50000' }), ledgerRow(2)]);
});

type BalanceRow = Partial<Record<(typeof BALANCE_COLUMNS)[number]['name'], string>>;

function official(notice: number, overrides: BalanceRow = {}): BalanceRow {
  return { 고지번호: `2025-07-00000${notice}`, 세목코드: '105001', 기준일: '2026-01-05', 본세: '1200000', ...overrides };
}

function importOfficial(rows: readonly BalanceRow[], acceptGoodRows = false) {
  const columns = BALANCE_COLUMNS.map(({ name }) => name);
  return importOfficialBalances({ database }, { content: Buffer.from(csvText(columns, rows)), actor: testActor, acceptGoodRows });
}

it('finds ledger and figures in agreement after imports and credits', async () => {
  await creditBill(database, '2025-07-000001', '300000', 'distribution:1');
  expect(await brokenReceivables(database.read, 10)).toEqual([]);
  expect(await differences(database.read, defaultRules)).toMatchObject({
    lineCount: 2,
    comparedCount: 0,
    ledgerKrw: '2150000',
    figuresKrw: '2150000',
    rows: [],
  });
});

it('names the item on which a posting went past the figures', async () => {
  const line = await database.read.billLine.findFirstOrThrow({ orderBy: { id: 'asc' } });
  const account = { subject: `bill_line:${line.id}`, place: `bill:${line.billId}` };
  const head = { key: 'test', kind: 'test', occurredOn: civilDate('2026-01-05'), cause: 'test', memo: '' };
  await database.work(testActor, (work) =>
    post(work, entry(head).debit(CHART.settledElsewhere, account, Won.of('1')).credit(CHART.receivableTax, account, Won.of('1')).build()),
  );
  expect(await brokenReceivables(database.read, 10)).toEqual([line.id]);
  expect(await brokenInvariants(database)).toEqual([`receivables_agree: bill_line:${line.id}`]);
  expect((await differences(database.read, defaultRules)).rows).toMatchObject([
    { noticeNumber: '2025-07-000001', ledgerPrincipalKrw: '1199999', figuresPrincipalKrw: '1200000' },
  ]);
});

it('names a receipt that was stored without its posting', async () => {
  const line = await database.read.billLine.findFirstOrThrow({ orderBy: { id: 'asc' } });
  await database.read.billReceipt.create({
    data: {
      receiptNumber: '표본',
      billId: line.billId,
      billLineId: line.id,
      tier: 'tax',
      amountKrw: 5n,
      occurredOn: dayToColumn(civilDate('2026-01-05')),
      source: 'distribution:9',
      ledgerEntryId: 1n,
      createdAt: new Date(0),
    },
  });
  expect(await brokenReceivables(database.read, 10)).toEqual([line.id]);
  expect((await differences(database.read, defaultRules)).rows).toMatchObject([{ figuresPrincipalKrw: '1199995' }]);
});

it('shows where the national network differs, and what explains it', async () => {
  await creditBill(database, '2025-07-000001', '300000', 'distribution:1');
  await importOfficial([official(1, { 가산세: '50000' }), official(2)]);
  expect(await differences(database.read, defaultRules)).toMatchObject({
    comparedCount: 2,
    officialKrw: '2450000',
    ledgerComparedKrw: '2150000',
    rows: [
      {
        noticeNumber: '2025-07-000001',
        ledgerPrincipalKrw: '900000',
        officialPrincipalKrw: '1200000',
        officialAsOf: '2026-01-05',
        unexportedKrw: '300000',
        computedPenaltyKrw: null,
      },
    ],
  });
});

it('compares the late penalty where the network states it', async () => {
  await importOfficial([official(1, { 가산세: '50000', 납부지연가산세: '75600' }), official(2, { 납부지연가산세: '75000' })]);
  expect((await differences(database.read, defaultRules)).rows).toMatchObject([
    { noticeNumber: '2025-07-000002', officialPenaltyKrw: '75000', computedPenaltyKrw: '75600' },
  ]);
});

it("counts the network's latest word", async () => {
  await importOfficial([official(2, { 본세: '1' })]);
  await importOfficial([official(2)]);
  await importOfficial([official(2, { 기준일: '2025-12-31', 본세: '2' })]);
  expect((await differences(database.read, defaultRules)).rows).toEqual([]);
});

it('tells of notices that we do not have', async () => {
  const rows = [official(1), official(9), official(2, { 세목코드: '999' }), official(1)];
  const outcome = await importOfficial(rows);
  expect(outcome).toMatchObject({ state: 'refused' });
  expect(outcome.errors.map(({ line, column, code }) => [line, column, code])).toEqual([
    [3, '고지번호', 'NOT_FOUND'],
    [4, '세목코드', 'NOT_FOUND'],
    [5, '', 'CONFLICT'],
  ]);
  expect(await importOfficial(rows, true)).toMatchObject({ state: 'stored', counts: { balances: 1 } });
});
