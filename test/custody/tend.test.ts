import { afterAll, beforeAll, expect, it } from 'vitest';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { decideApproval, expireApproval } from '../../src/identity/approval.ts';
import { principalOf } from '../identity/officials.ts';
import { type Custody, endCustody, expiry, instruct, later, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function asked(asset: string, quantity: string) {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  return { ...holding, transferId, approval, request };
}

function stateOf(id: number) {
  return custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id } });
}

it('takes over a decision whose taker died, tells of a transfer that is stuck, and does both once', async () => {
  const { transferId, approval } = await asked('BTC', '0.2');
  const principal = await principalOf(custody.database, custody.approver.userId);
  const decision = { approvalId: approval.id, decision: 'approve', reason: '확인' } as const;
  await custody.database.work(custody.approver.actor, (work) => decideApproval(work, principal, decision));
  expect((await stateOf(transferId)).state).toBe('requested');
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect((await stateOf(transferId)).state).toBe('approved');
  await instruct(custody, transferId);
  const alerts = () => custody.database.read.alert.count({ where: { code: 'transfer_overdue', subject: `coin_transfer:${transferId}` } });
  later(custody, 2 * 86_400 - 60);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect(await alerts()).toBe(0);
  later(custody, 60);
  await tendAccount(custody.database, custody.port, custody.accountId);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect(await alerts()).toBe(1);
});

it('ends a transfer whose approval expired, so that its coins are free to be asked for again', async () => {
  const { transferId, approval, request } = await asked('ETH', '3');
  const askAgain = () =>
    custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, { ...request, expiresAt: expiry(custody) }));
  await expect(askAgain()).rejects.toMatchObject({ code: 'CONFLICT' });
  later(custody, 8 * 86_400);
  await expireApproval(custody.database, approval.id);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect(await stateOf(transferId)).toMatchObject({ state: 'rejected', endReason: 'expired' });
  expect((await askAgain()).transferId).not.toBe(transferId);
});
