import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookedBalances } from '../../src/custody/booked-balances.ts';
import { requestAllocation } from '../../src/custody/deposit-allocation.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { explainWithdrawal } from '../../src/custody/explained-withdrawal.ts';
import { confirmInstructed } from '../../src/custody/instruction.ts';
import { requestCoinTransfer } from '../../src/custody/return.ts';
import { readWithdrawals } from '../../src/custody/withdrawals.ts';
import type { Work } from '../../src/database/work.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { balancesOfAccount } from '../../src/http/views/balance-view.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART } from '../../src/ledger/chart.ts';
import { isFrozen, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { adapterFor, json, type ScriptedVenue, startScriptedVenue } from '../exchange/scripted-venue.ts';
import { principalOf } from '../identity/officials.ts';
import {
  approve,
  CITY,
  type Custody,
  depositRow,
  endCustody,
  expiry,
  heldText,
  instruct,
  receiveHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

/** States that the paper exchange never shows, told by an exchange that says what the test wants. */
let custody: Custody;
let venue: ScriptedVenue;
let port: ExchangePort;

beforeAll(async () => {
  custody = await startCustody();
  venue = await startScriptedVenue();
  port = adapterFor(venue, { clock: custody.clock });
});

afterAll(async () => {
  await venue.close();
  await endCustody(custody);
});

/** Instructed and confirmed, as far as its sender is concerned. */
async function sentTransfer(asset: string, quantity: string) {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  await custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
  return { ...holding, transferId };
}

interface Listed {
  readonly uuid: string;
  readonly asset: string;
  readonly quantity: string;
  readonly state: string;
  readonly fee?: string;
}

async function readListed(...listed: readonly Listed[]): Promise<void> {
  const at = custody.clock.now().toISOString();
  venue.script(
    json(
      listed.map(({ uuid, asset, quantity, state, fee = '0' }) => ({
        type: 'withdraw',
        uuid,
        currency: asset,
        net_type: asset,
        txid: null,
        state,
        created_at: at,
        done_at: state === 'DONE' ? at : null,
        amount: quantity,
        fee,
        transaction_type: 'default',
      })),
    ),
  );
  await readWithdrawals(custody.database, port, custody.accountId);
}

function stateOf(transferId: number) {
  return custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } });
}

it('gives the coins of a transfer that the venue rejected back to the holding, from where they can be sent again', async () => {
  const { transferId, holdingId } = await sentTransfer('BTC', '0.6');
  const listed = { uuid: 'w-rejected', asset: 'BTC', quantity: '0.6' };
  await readListed({ ...listed, state: 'PROCESSING' });
  expect(await heldText(custody, holdingId, 'BTC')).toBe('0');
  await readListed({ ...listed, state: 'REJECTED' });
  await readListed({ ...listed, state: 'REJECTED' });
  expect(await stateOf(transferId)).toMatchObject({ state: 'failed' });
  expect(await heldText(custody, holdingId, 'BTC')).toBe('0.6');
  const { state } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: holdingId } });
  expect(state).toBe('received');
  const request = { holdingId, reason: '다시 보냄', expiresAt: expiry(custody) };
  const again = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  expect(again.transferId).not.toBe(transferId);
});

it('books a fee taken in coins as a cost, and freezes the asset when the city has no float to pay it from', async () => {
  const { transferId, holdingId, caseId } = await sentTransfer('ETH', '2');
  await readListed({ uuid: 'w-fee', asset: 'ETH', quantity: '2', state: 'DONE', fee: '0.01' });
  expect(await stateOf(transferId)).toMatchObject({ state: 'done' });
  const duty = await coinBalance(custody.database.read, { chart: CHART.dutyToOwner, subject: `holding:${holdingId}` }, 'ETH');
  expect(duty.isZero()).toBe(true);
  const cost = await coinBalance(custody.database.read, { chart: CHART.gasCost, subject: `case:${caseId}` }, 'ETH');
  expect(cost.toString()).toBe('0.01');
  const unexplained = await coinBalance(custody.database.read, { chart: CHART.unexplained, place: `account:${custody.accountId}` }, 'ETH');
  expect(unexplained.toString()).toBe('-0.01');
  expect(await isFrozen(custody.database.read, custody.accountId, 'ETH')).toBe(true);
});

it('pays a fee from the float, and tells once that the float is used up', async () => {
  const sent = [await sentTransfer('LINK', '5'), await sentTransfer('LINK', '6'), await sentTransfer('LINK', '7')];
  const { transferId: depositId } = await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'LINK',
    quantity: '0.3',
    confirmationSeconds: 0,
  });
  await readDeposits(custody.database, custody.port, custody.accountId);
  const { id: depositRowId } = await depositRow(custody, depositId);
  const own = { depositRowId, use: 'gas_float', reason: '수수료 선급', expiresAt: expiry(custody) } as const;
  const { approval } = await custody.database.work(custody.officer.actor, (work) => requestAllocation(work, own));
  await approve(custody, approval);
  const alerts = () =>
    custody.database.read.alert.findMany({ where: { code: 'gas_float_empty', facts: { path: ['asset'], equals: 'LINK' } } });
  const floatOf = async () =>
    (await balancesOfAccount(custody.database.read, custody.accountId)).find(({ asset }) => asset === 'LINK')?.gasFloat;
  const listed = ['5', '6', '7'].map((quantity) => ({ uuid: `w-float-${quantity}`, asset: 'LINK', quantity, state: 'DONE', fee: '0.15' }));
  expect(await floatOf()).toBe('0.3');
  await readListed(...listed.slice(0, 1));
  expect([await floatOf(), (await alerts()).length]).toEqual(['0.15', 0]);
  await readListed(...listed.slice(0, 2));
  expect(await floatOf()).toBe('0');
  expect(await alerts()).toMatchObject([{ severity: 'warning', subject: `venue_account:${custody.accountId}` }]);
  expect(await isFrozen(custody.database.read, custody.accountId, 'LINK')).toBe(false);
  await readListed(...listed);
  expect((await alerts()).length).toBe(1);
  expect(await isFrozen(custody.database.read, custody.accountId, 'LINK')).toBe(true);
  expect(await Promise.all(sent.map(async ({ transferId }) => (await stateOf(transferId)).state))).toEqual(['done', 'done', 'done']);
});

it('two transfers of the same quantity are told apart by a person, told once of each withdrawal, and a third withdrawal is an alarm', async () => {
  const first = await sentTransfer('SOL', '4');
  const second = await sentTransfer('SOL', '4');
  const listed = (uuid: string) => ({ uuid, asset: 'SOL', quantity: '4', state: 'DONE' });
  await readListed(listed('w-one'), listed('w-two'));
  await readListed(listed('w-one'), listed('w-two'));
  const states = async () => [(await stateOf(first.transferId)).state, (await stateOf(second.transferId)).state];
  expect(await states()).toEqual(['instructed', 'instructed']);
  const alerts = await custody.database.read.alert.findMany({ where: { code: 'withdrawal_undecided' } });
  expect(alerts.map(({ facts }) => facts)).toMatchObject([{ asset: 'SOL' }, { asset: 'SOL' }]);
  const unexplained = await coinBalance(custody.database.read, { chart: CHART.unexplained, place: `account:${custody.accountId}` }, 'SOL');
  expect([unexplained.toString(), await isFrozen(custody.database.read, custody.accountId, 'SOL')]).toEqual(['0', false]);
  const booked = (await bookedBalances(custody.database.read, custody.accountId, 'upbit')).get('SOL');
  expect(booked?.quantity.minus(booked.less).isLessThanOrEqualTo('0')).toBe(true);

  await readListed(listed('w-one'), listed('w-two'), listed('w-three'));
  expect(await isFrozen(custody.database.read, custody.accountId, 'SOL')).toBe(true);
  const rowOf = (withdrawalId: string) => custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { withdrawalId } });
  expect(await rowOf('w-three')).toMatchObject({ matchedTo: null, ledgerEntryId: expect.anything() });
  const finding = {
    withdrawalRowId: (await rowOf('w-two')).id,
    transferId: first.transferId,
    reason: '주소 확인',
    expiresAt: expiry(custody),
  };
  await custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding));
  await readListed(listed('w-one'), listed('w-two'), listed('w-three'));
  expect(await states()).toEqual(['done', 'done']);
  expect((await rowOf('w-one')).matchedTo).toBe(`coin_transfer:${second.transferId}`);
});

it('an uninstructed withdrawal that the venue rejected is an alarm and no loss', async () => {
  await readListed({ uuid: 'w-stopped', asset: 'XRP', quantity: '7', state: 'WAITING' });
  await readListed({ uuid: 'w-stopped', asset: 'XRP', quantity: '7', state: 'CANCELLED' });
  expect(await isFrozen(custody.database.read, custody.accountId, 'XRP')).toBe(true);
  const lost = await coinBalance(custody.database.read, { chart: CHART.withdrawnUninstructed }, 'XRP');
  expect(lost.isZero()).toBe(true);
});

it('a freeze is not lifted while something that nobody instructed is still leaving', async () => {
  await readListed({ uuid: 'w-leaving', asset: 'DOGE', quantity: '7', state: 'PROCESSING' });
  const { id: freezeId } = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'DOGE', liftedAt: null } });
  const lift = () =>
    custody.database.work(custody.officer.actor, (work) =>
      requestFreezeRelease(work, { freezeId, explanation: '거래소에 확인함', expiresAt: expiry(custody) }),
    );
  await expect(lift()).rejects.toMatchObject({ code: 'FREEZE_UNEXPLAINED', facts: { asset: 'DOGE' } });
  await readListed({ uuid: 'w-leaving', asset: 'DOGE', quantity: '7', state: 'CANCELLED' });
  await approve(custody, await lift());
  expect(await isFrozen(custody.database.read, custody.accountId, 'DOGE')).toBe(false);
});

it('a withdrawal that is explained in the very moment in which the venue says it is done still ends its transfer', async () => {
  const { transferId } = await sentTransfer('ADA', '5');
  const listed = { uuid: 'w-race', asset: 'ADA', quantity: '4' };
  await readListed({ ...listed, state: 'PROCESSING' });
  const row = await custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { withdrawalId: 'w-race' } });
  const finding = { withdrawalRowId: row.id, transferId, reason: '수량 오입력', expiresAt: expiry(custody) };
  const approval = await custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding));
  if (approval === undefined) throw new Error('Another quantity needs an approval.');

  const principal = await principalOf(custody.database, custody.approver.userId);
  let reading: Promise<unknown> = Promise.resolve();
  await custody.database.work(custody.approver.actor, async (work) => {
    const decided = await decideApproval(work, principal, { approvalId: approval.id, decision: 'approve', reason: '확인함' });
    await applyDecisions(work, [decided]);
    reading = readListed({ ...listed, state: 'DONE' }).catch((thrown: unknown) => thrown);
    await untilSomebodyWaits(work);
  });
  await reading;
  await readListed({ ...listed, state: 'DONE' });
  expect(await stateOf(transferId)).toMatchObject({ state: 'done' });
});

/** The worker has looked at what it will do, and waits for what the official holds. */
async function untilSomebodyWaits(work: Work): Promise<void> {
  for (;;) {
    await work.tx.$queryRaw`SELECT 1 AS cleared FROM (SELECT pg_stat_clear_snapshot()) AS snapshot`;
    const [waiting] = await work.tx.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (waiting !== undefined && waiting.count > 0) return;
  }
}
