import { afterAll, beforeAll, expect, it } from 'vitest';
import { holdingAges } from '../../src/custody/ageing.ts';
import { applyCustodyApprovals } from '../../src/custody/approval.ts';
import { matchDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { answeredDemandDueSource } from '../../src/custody/due.ts';
import { progressCase } from '../../src/custody/progress.ts';
import { keepWaiting, requestShortage } from '../../src/custody/shortage.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import type { Approval } from '../../src/database/generated/client.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { civilDate, dayFromColumn } from '../../src/kernel/civil-date.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { principalOf } from '../identity/officials.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  type Custody,
  demandHolding,
  depositRow,
  endCustody,
  expiry,
  heldText,
  later,
  moveToCity,
  receiptText,
  receiveHolding,
  reportFile,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

function ask(holdingId: number) {
  const request = { holdingId, reason: '체납자가 압류 전에 매도', expiresAt: expiry(custody) };
  return custody.database.work(custody.officer.actor, (work) => requestShortage(work, request));
}

async function progress(caseId: number): Promise<string> {
  await custody.database.work(testActor, async (work) => progressCase(work, await lockCase(work, caseId)));
  return (await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } })).phase;
}

it('a case goes into custody once everything has come, and not before', async () => {
  const waiting = await demandHolding(custody, 'BTC', '1');
  expect(await progress(waiting.caseId)).toBe('transfer_demanded');
  const complete = await receiveHolding(custody, 'BTC', '2');
  expect(await answeredDemandDueSource(custody.database).due(custody.clock.now())).toEqual([complete.caseId]);
  expect(await progress(complete.caseId)).toBe('in_custody');
  expect(await progress(complete.caseId)).toBe('in_custody');
  expect(await answeredDemandDueSource(custody.database).due(custody.clock.now())).toEqual([]);
  const { inCustodyAt } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: complete.caseId } });
  expect(inCustodyAt).toEqual(custody.clock.now());
});

it('what is not demanded of an old seizure stays seized at the exchange and holds nothing up', async () => {
  const { caseId } = await receiveHolding(custody, 'BTC', '2');
  await custody.database.work(testActor, (work) =>
    work.tx.holding.create({
      data: {
        caseId,
        asset: 'ETH',
        accountReference: 'rest',
        seizedQuantity: '3',
        demandedQuantity: '0',
        state: 'seized',
        stateSince: work.at,
      },
    }),
  );
  expect(await answeredDemandDueSource(custody.database).due(custody.clock.now())).toEqual([caseId]);
  expect(await progress(caseId)).toBe('in_custody');
});

it('a shortage is declared by somebody else than the officer who asked, and ends the waiting', async () => {
  const holding = await demandHolding(custody, 'ETH', '10');
  const { transactionId } = await moveToCity(custody, holding.source, 'ETH', '7');
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'ETH', quantity: '7', transactionId }),
  );
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  expect(await progress(holding.caseId)).toBe('transfer_demanded');
  const approval = await ask(holding.holdingId);
  const self = await principalOf(custody.database, custody.officer.userId);
  const decision = { approvalId: approval.id, decision: 'approve', reason: '확인' } as const;
  await expect(custody.database.work(custody.officer.actor, (work) => decideApproval(work, self, decision))).rejects.toMatchObject({
    code: 'APPROVAL_BY_MAKER',
  });
  await approve(custody, approval);
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ state: 'received', received: '7', outstanding: '0', short: '3' });
  const duty = await coinBalance(custody.database.read, { chart: CHART.dutyToOwner, subject: `holding:${holding.holdingId}` }, 'ETH');
  expect(duty.toString()).toBe('-7');
  expect(await progress(holding.caseId)).toBe('in_custody');
  await expect(ask(holding.holdingId)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
});

it('several shortages are declared at once', async () => {
  const holdings = [await demandHolding(custody, 'AQT', '1'), await demandHolding(custody, 'AQT', '2')];
  const asked: Approval[] = [];
  for (const { holdingId } of holdings) asked.push(await ask(holdingId));
  const principal = await principalOf(custody.database, custody.approver.userId);
  await custody.database.work(custody.approver.actor, async (work) => {
    const decided: Approval[] = [];
    for (const { id } of asked)
      decided.push(await decideApproval(work, principal, { approvalId: id, decision: 'approve', reason: '확인' }));
    await applyCustodyApprovals(work, decided);
  });
  for (const { caseId } of holdings) expect(await receiptText(custody, caseId)).toMatchObject({ state: 'released', outstanding: '0' });
});

it('a shortage is not declared when coins came after it was asked for', async () => {
  const holding = await demandHolding(custody, 'SOL', '5');
  const approval = await ask(holding.holdingId);
  const { transactionId } = await moveToCity(custody, holding.source, 'SOL', '2');
  await importTransferReport(
    custody.database,
    custody.officer.actor,
    reportFile({ ...holding, asset: 'SOL', quantity: '2', transactionId }),
  );
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  await expect(approve(custody, approval)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ received: '2', outstanding: '3', short: '0' });
});

it('a case of which nothing came is settled and shown to a person, since its release is a letter', async () => {
  const holding = await demandHolding(custody, 'XRP', '40');
  await approve(custody, await ask(holding.holdingId));
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ state: 'released', received: '0', short: '40' });
  expect(await progress(holding.caseId)).toBe('settled');
  expect(await custody.database.read.alert.count({ where: { code: 'nothing_received', subject: `case:${holding.caseId}` } })).toBe(1);
});

it('coins that come after a shortage was declared reduce it when an officer says whose they are', async () => {
  const holding = await receiveShort('LINK', '8', '5');
  const { depositId } = await moveToCity(custody, holding.source, 'LINK', '3');
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  const row = await depositRow(custody, depositId);
  expect(row.reasons).toEqual(['not_demanded']);
  const match = { depositRowId: row.id, holdingId: holding.holdingId, reason: '늦게 이전됨' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  expect(await receiptText(custody, holding.caseId)).toMatchObject({ received: '8', outstanding: '0', short: '0' });
  expect(await heldText(custody, holding.holdingId, 'LINK')).toBe('8');
  const duty = await coinBalance(custody.database.read, { chart: CHART.dutyToOwner, subject: `holding:${holding.holdingId}` }, 'LINK');
  expect(duty.toString()).toBe('-8');
});

async function receiveShort(asset: string, demanded: string, received: string) {
  const holding = await demandHolding(custody, asset, demanded);
  const { transactionId } = await moveToCity(custody, holding.source, asset, received);
  await importTransferReport(custody.database, custody.officer.actor, reportFile({ ...holding, asset, quantity: received, transactionId }));
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  await approve(custody, await ask(holding.holdingId));
  return holding;
}

it('a demand can be given more time, with a reason and a later day only', async () => {
  const { caseId } = await demandHolding(custody, 'ADA', '1');
  const wait = (untilDay: string) =>
    custody.database.work(custody.officer.actor, (work) =>
      keepWaiting(work, { caseId, untilDay: civilDate(untilDay), reason: '거래소 점검' }),
    );
  await expect(wait('2026-01-19')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await wait('2026-01-26');
  const { phaseDeadlineOn } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  expect(phaseDeadlineOn === null ? '' : dayFromColumn(phaseDeadlineOn)).toBe('2026-01-26');
});

it('shows how long coins have been seized, unmoved and unsold', async () => {
  const holding = await receiveHolding(custody, 'DOGE', '900');
  const waiting = await demandHolding(custody, 'DOGE', '10');
  later(custody, 3 * 86_400);
  const ages = await holdingAges(custody.database.read, custody.clock.now());
  const age = ages.find(({ holdingId }) => holdingId === holding.holdingId);
  expect(age).toMatchObject({ caseNumber: holding.caseNumber, seizedDays: 3, unmovedDays: 3, unsoldDays: 3 });
  expect(age?.quantity.toString()).toBe('900');
  const still = ages.find(({ holdingId }) => holdingId === waiting.holdingId);
  expect(still).toMatchObject({ seizedDays: 3, unmovedDays: undefined, unsoldDays: undefined });
});
