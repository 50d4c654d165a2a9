import { afterAll, beforeAll, expect, it } from 'vitest';
import { warnOfStayedTransfers } from '../../src/custody/held-up-transfer.ts';
import { abandonTransfer, instructTransfer } from '../../src/custody/instruction.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { lockCase } from '../../src/seizure/locked-case.ts';
import { imposeStay, liftStay } from '../../src/seizure/stay.ts';
import { freezeByPerson } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { approve, type Custody, endCustody, expiry, instruct, later, receiveHolding, setPhase, startCustody } from './custody-fixture.ts';

/** Transfers whose sender has the instruction when something comes in between. */
let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function instructed(asset: string, quantity: string) {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  return { ...holding, transferId };
}

function alerts(code: string, transferId: number) {
  return custody.database.read.alert.findMany({ where: { code, subject: `coin_transfer:${transferId}` } });
}

async function tend(): Promise<void> {
  await tendAccount(custody.database, custody.port, custody.accountId);
}

it('under a stay nobody is told to send again, whoever was told before learns of it once, and it goes on when the stay is lifted', async () => {
  const { transferId, caseId } = await instructed('BTC', '0.3');
  const order = { caseId, kind: 'court_order', reason: '집행정지 결정', fromDay: civilDate('2026-01-05') } as const;
  const { stayId } = await custody.database.work(custody.officer.actor, (work) => imposeStay(work, order));
  await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'CONFLICT', facts: { kind: 'court_order' } });
  await custody.database.work(testActor, async (work) => warnOfStayedTransfers(work, await lockCase(work, caseId)));
  expect(await alerts('transfer_stayed', transferId)).toHaveLength(1);
  await tend();
  const told = await alerts('transfer_stayed', transferId);
  expect(told).toMatchObject([{ severity: 'critical', facts: { causeId: stayId, kind: 'court_order' } }]);
  expect(told[0]?.text).toContain('그만두');
  const unpolled = await instructed('XRP', '5');
  await custody.database.work(custody.officer.actor, (work) => imposeStay(work, { ...order, caseId: unpolled.caseId }));
  await tend();
  expect(await alerts('transfer_stayed', unpolled.transferId)).toHaveLength(1);
  await custody.database.work(custody.officer.actor, (work) => liftStay(work, { stayId, reason: '취소' }));
  await instruct(custody, transferId);
});

it('a case that is selling again, and a destination from before the allow list, hold against a second telling as against the first', async () => {
  const { transferId, caseId } = await instructed('ETH', '3');
  await setPhase(custody, caseId, 'selling');
  await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'PHASE_WRONG' });
  await setPhase(custody, caseId, 'settled');
  const legacy = await instructed('LINK', '3');
  const unlisted = { addressId: null, destinationReference: legacy.source };
  await custody.database.work(testActor, (work) => work.tx.coinTransfer.update({ where: { id: legacy.transferId }, data: unlisted }));
  const told = custody.database.work(custody.officer.actor, (work) => instructTransfer(work, testKeys, legacy.transferId));
  await expect(told).rejects.toMatchObject({ code: expect.stringMatching(/^(APPROVAL_STALE|ADDRESS_NOT_LISTED)$/) });
});

it('while its asset is frozen its sender is told once what it waits for and that it can be given up, and it can', async () => {
  const { transferId } = await instructed('SOL', '4');
  const freeze = { accountId: custody.accountId, asset: 'SOL', reason: '점검' };
  await custody.database.work(custody.officer.actor, (work) => freezeByPerson(work, freeze));
  await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
  await tend();
  await tend();
  const told = await alerts('transfer_frozen', transferId);
  expect(told).toMatchObject([{ severity: 'warning', facts: { asset: 'SOL' } }]);
  expect(told[0]?.text).toContain('이전을 그만두');
  later(custody, 6 * 3_600);
  await tend();
  const [stuck] = await alerts('transfer_stuck', transferId);
  expect(stuck?.text).toContain('동결');
  await abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId, reason: '동결' });
  expect(await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } })).toMatchObject({ state: 'failed' });
});
