import { afterAll, beforeAll, expect, it } from 'vitest';
import { suggestHoldings } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { unidentifiedDeposits } from '../../src/custody/receipt-view.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { testActor } from '../support/database.ts';
import {
  type Custody,
  demandHolding,
  depositRow,
  endCustody,
  heldText,
  later,
  moveToCity,
  receiptText,
  reportFile,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

function read(): Promise<unknown> {
  return readDeposits(custody.database, custody.port, custody.accountId);
}

it('a reported deposit is credited once to its holding when the report came first, however often and by how many it is read', async () => {
  const holding = await demandHolding(custody, 'BTC', '0.5');
  const { transactionId } = await moveToCity(custody, holding.source, 'BTC', '0.5');
  const report = await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'BTC', quantity: '0.5', transactionId }),
  );
  expect(report).toMatchObject({ state: 'stored', badCount: 0, counts: { stored: 1 } });
  await read();
  expect(await heldText(custody, holding.holdingId, 'BTC')).toBe('0');
  later(custody, 61);
  await Promise.all([read(), read(), read(), read()]);
  await read();
  expect(await heldText(custody, holding.holdingId, 'BTC')).toBe('0.5');
  expect(await receiptText(custody, holding.caseId)).toEqual({
    state: 'received',
    demanded: '0.5',
    received: '0.5',
    outstanding: '0',
    short: '0',
    codes: ['matched_by_report'],
    resolutions: [],
  });
  const rows = await custody.database.read.venueDeposit.findMany({ where: { transactionId } });
  expect(rows).toHaveLength(1);
  const events = await custody.database.read.auditEvent.count({
    where: { action: 'deposit.credited', stream: `case:${holding.caseId}` },
  });
  expect(events).toBe(1);
});

it('a reported deposit is credited once to its holding when the report comes after it', async () => {
  const holding = await demandHolding(custody, 'ETH', '7.25');
  const { transactionId, depositId } = await moveToCity(custody, holding.source, 'ETH', '7.25');
  later(custody, 61);
  await read();
  expect(await heldText(custody, holding.holdingId, 'ETH')).toBe('0');
  const row = await depositRow(custody, depositId);
  expect(row).toMatchObject({ state: 'unidentified', reasons: ['exact_quantity'] });
  const [first] = await suggestHoldings(custody.database.read, row.id);
  expect(first?.holdingId).toBe(holding.holdingId);
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'ETH', quantity: '7.25', transactionId }),
  );
  expect(await heldText(custody, holding.holdingId, 'ETH')).toBe('7.25');
  await read();
  expect(await heldText(custody, holding.holdingId, 'ETH')).toBe('7.25');
  expect(await depositRow(custody, depositId)).toMatchObject({ state: 'resolved', reasons: ['matched_by_report'] });
});

it('a reported deposit leaves what is short outstanding and completes with the next one', async () => {
  const holding = await demandHolding(custody, 'SOL', '10');
  const first = await moveToCity(custody, holding.source, 'SOL', '4');
  const line = { ...holding, asset: 'SOL' };
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...line, quantity: '4', transactionId: first.transactionId }),
  );
  later(custody, 61);
  await read();
  expect(await receiptText(custody, holding.caseId)).toMatchObject({
    state: 'partly_received',
    received: '4',
    outstanding: '6',
    codes: ['matched_by_report', 'short'],
    resolutions: ['wait', 'declare_shortage'],
  });
  const second = await moveToCity(custody, holding.source, 'SOL', '6');
  later(custody, 61);
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...line, quantity: '6', transactionId: second.transactionId }),
  );
  await read();
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ state: 'received', received: '10', outstanding: '0' });
});

it('a reported deposit credits no more than was demanded; the excess stays unidentified', async () => {
  const holding = await demandHolding(custody, 'XRP', '100');
  await custody.exchange.operator.depositFromChain({ accountId: holding.source, asset: 'XRP', quantity: '20', confirmationSeconds: 0 });
  const { transactionId, depositId } = await moveToCity(custody, holding.source, 'XRP', '120');
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'XRP', quantity: '120', transactionId }),
  );
  later(custody, 61);
  await read();
  expect(await heldText(custody, holding.holdingId, 'XRP')).toBe('100');
  const row = await depositRow(custody, depositId);
  expect(row).toMatchObject({ state: 'unidentified', reasons: ['matched_by_report', 'over'] });
  expect(row.matchedQuantity.toFixed()).toBe('100');
  const filter = { chart: CHART.coinsUnidentified, subject: `deposit:${row.id}` } as const;
  expect((await coinBalance(custody.database.read, filter, 'XRP')).toString()).toBe('20');
  const waiting = (await unidentifiedDeposits(custody.database.read)).find(({ depositRowId }) => depositRowId === row.id);
  expect(waiting).toMatchObject({ restQuantity: '20', resolutions: ['match', 'return', 'gas_float'] });
});

it('a reported deposit is late after the deadline, and credited all the same', async () => {
  const holding = await demandHolding(custody, 'LINK', '3');
  await custody.database.work(testActor, (work) =>
    work.tx.seizureCase.update({ where: { id: holding.caseId }, data: { phaseDeadlineOn: new Date('2026-01-04T00:00:00Z') } }),
  );
  const { transactionId } = await moveToCity(custody, holding.source, 'LINK', '3');
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'LINK', quantity: '3', transactionId }),
  );
  later(custody, 61);
  await read();
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ state: 'received', codes: ['matched_by_report', 'late'] });
});
