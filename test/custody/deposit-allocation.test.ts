import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AllocationRequest, requestAllocation, requestAllocationReversal } from '../../src/custody/deposit-allocation.ts';
import { matchDeposit, matchWonDeposit } from '../../src/custody/deposit-decision.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { unidentifiedDeposits } from '../../src/custody/receipt-view.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestDepositReturn } from '../../src/custody/return.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { importTransferReport } from '../../src/custody/transfer-report.ts';
import type { VenueDeposit } from '../../src/database/generated/client.ts';
import { expireApproval } from '../../src/identity/approval.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { balances } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { entry } from '../../src/ledger/entry.ts';
import { post } from '../../src/ledger/post.ts';
import { isFrozen, requestFreezeRelease } from '../../src/venue/freeze.ts';
import { testActor } from '../support/database.ts';
import {
  approve,
  CITY,
  type Custody,
  decide,
  demandHolding,
  depositRow,
  endCustody,
  expiry,
  heldText,
  later,
  moveToCity,
  reportFile,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody, ['deposit_is_accounted', 'own_means_are_decided', 'losses_are_accounted', 'unexplained_is_frozen']));

/** Coins from somewhere, or won, which nobody demanded. */
async function unidentified(asset: string, quantity: string): Promise<VenueDeposit> {
  const { operator } = custody.exchange;
  const { transferId } =
    asset === 'KRW'
      ? await operator.depositWon({ accountId: CITY, amount: quantity })
      : await operator.depositFromChain({ accountId: CITY, asset, quantity, confirmationSeconds: 0 });
  await readDeposits(custody.database, custody.port, custody.accountId);
  return depositRow(custody, transferId);
}

/** Somebody takes what nobody was told to send. Returns the row of the withdrawal. */
async function steal(asset: string, quantity: string): Promise<number> {
  if (asset === 'KRW') await custody.exchange.operator.withdrawWon({ accountId: CITY, amount: quantity });
  else {
    const thief = await demandHolding(custody, asset, '1');
    const theft = { fromAccountId: CITY, toAccountId: thief.source, asset, quantity, by: 'owner' } as const;
    await custody.exchange.operator.transferInternally(theft);
  }
  later(custody, 181);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const { id } = await custody.database.read.venueWithdrawal.findFirstOrThrow({
    where: { asset: asset === 'KRW' ? 'KRW@upbit' : asset },
    orderBy: { id: 'desc' },
  });
  return id;
}

function ask(request: Omit<AllocationRequest, 'reason' | 'expiresAt'>) {
  return custody.database.work(custody.officer.actor, (work) =>
    requestAllocation(work, { ...request, reason: '회계과 이체 확인', expiresAt: expiry(custody) }),
  );
}

async function standing(chart: ChartCode, asset: string): Promise<string> {
  const rows = await balances(custody.database.read, { chart, asset, place: `account:${custody.accountId}` });
  return rows.map(({ balance }) => balance).join() || '0';
}

function allocation(id: number) {
  return custody.database.read.depositAllocation.findUniqueOrThrow({ where: { id } });
}

/** Whether the venue holds what the books say, since no decision moves anything there. */
async function agrees(asset: string): Promise<boolean | undefined> {
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  return readings.find((reading) => reading.asset === asset)?.agrees;
}

it('becomes the city’s float when somebody else agrees, is nobody’s else meanwhile, and moves nothing at the venue', async () => {
  const deposit = await unidentified('ETH', '1');
  const holding = await demandHolding(custody, 'ETH', '5');
  const asked = await ask({ depositRowId: deposit.id, use: 'gas_float', quantity: '0.4' });
  expect(await standing(CHART.gasFloat, 'ETH')).toBe('0');
  await expect(ask({ depositRowId: deposit.id, use: 'gas_float', quantity: '0.7' })).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { room: '0.6' },
  });
  const match = { depositRowId: deposit.id, holdingId: holding.holdingId, reason: '거래소 확인' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  expect(await heldText(custody, holding.holdingId, 'ETH')).toBe('0.6');
  const giveBack = { depositRowId: deposit.id, reason: '반환', expiresAt: expiry(custody) };
  await expect(custody.database.work(custody.officer.actor, (work) => requestDepositReturn(work, giveBack))).rejects.toMatchObject({
    code: 'CONFLICT',
  });

  await approve(custody, asked.approval);
  expect(await allocation(asked.allocationId)).toMatchObject({ state: 'booked' });
  expect([await standing(CHART.gasFloat, 'ETH'), await standing(CHART.ownMeans, 'ETH')]).toEqual(['0.4', '-0.4']);
  expect([await standing(CHART.coinsUnidentified, 'ETH'), await standing(CHART.dutyUnidentified, 'ETH')]).toEqual(['0', '0']);
  expect((await depositRow(custody, deposit.depositId)).state).toBe('resolved');
  expect(await agrees('ETH')).toBe(true);
});

it('is free again once refused or lapsed, also for a holding that had taken the rest before', async () => {
  const deposit = await unidentified('LINK', '10');
  const holding = await demandHolding(custody, 'LINK', '10');
  const refused = await ask({ depositRowId: deposit.id, use: 'gas_float', quantity: '3' });
  const match = { depositRowId: deposit.id, holdingId: holding.holdingId, reason: '거래소 확인' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  await decide(custody, refused.approval, 'reject');
  expect(await allocation(refused.allocationId)).toMatchObject({ state: 'rejected', endReason: '확인함' });

  const lapsed = await ask({ depositRowId: deposit.id, use: 'gas_float' });
  expect(lapsed.quantity).toBe('3');
  later(custody, 8 * 86_400);
  await expireApproval(custody.database, lapsed.approval.id);
  await tendAccount(custody.database, custody.port, custody.accountId);
  expect(await allocation(lapsed.allocationId)).toMatchObject({ state: 'rejected', endReason: 'expired' });
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  expect(await heldText(custody, holding.holdingId, 'LINK')).toBe('10');
  expect(await standing(CHART.gasFloat, 'LINK')).toBe('0');
});

it('what left without instruction and came back closes the loss, no more of it, and only then is the freeze lifted', async () => {
  await unidentified('BTC', '1');
  const withdrawalRowId = await steal('BTC', '0.3');
  const alsoLost = await steal('BTC', '0.1');
  expect([await standing(CHART.withdrawnUninstructed, 'BTC'), await standing(CHART.unexplained, 'BTC')]).toEqual(['0.3,0.1', '-0.4']);
  const { id: freezeId } = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'BTC', liftedAt: null } });
  const lift = { freezeId, explanation: '회수함', expiresAt: expiry(custody) };
  const askLift = () => custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, lift));
  await expect(askLift()).rejects.toMatchObject({ code: 'FREEZE_UNEXPLAINED', facts: { asset: 'BTC', balance: '-0.4' } });

  const back = await unidentified('BTC', '0.5');
  const found = (await unidentifiedDeposits(custody.database.read)).find(({ depositRowId }) => depositRowId === back.id);
  expect(found?.resolutions).toEqual(['match', 'return', 'wait', 'gas_float', 'make_good', 'recovery']);
  await expect(ask({ depositRowId: back.id, use: 'recovery' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(ask({ depositRowId: back.id, use: 'recovery', withdrawalRowId, quantity: '0.31' })).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { room: '0.3' },
  });
  const asked = await ask({ depositRowId: back.id, use: 'recovery', withdrawalRowId });
  expect(asked.quantity).toBe('0.3');
  await approve(custody, asked.approval);
  expect([await standing(CHART.withdrawnUninstructed, 'BTC'), await standing(CHART.unexplained, 'BTC')]).toEqual(['0.1', '-0.1']);
  await expect(askLift()).rejects.toMatchObject({ code: 'FREEZE_UNEXPLAINED', facts: { balance: '-0.1' } });
  const rest = await ask({ depositRowId: back.id, use: 'recovery', withdrawalRowId: alsoLost });
  await approve(custody, rest.approval);
  expect([await standing(CHART.withdrawnUninstructed, 'BTC'), await standing(CHART.unexplained, 'BTC')]).toEqual(['0', '0']);
  expect(await standing(CHART.ownMeans, 'BTC')).toBe('0');
  expect(await depositRow(custody, back.depositId)).toMatchObject({ state: 'unidentified' });
  const left = (await unidentifiedDeposits(custody.database.read)).find(({ depositRowId }) => depositRowId === back.id);
  expect(left).toMatchObject({ restQuantity: '0.1', resolutions: ['match', 'return', 'wait', 'gas_float'] });
  await approve(custody, await askLift());
  expect(await isFrozen(custody.database.read, custody.accountId, 'BTC')).toBe(false);
  expect(await agrees('BTC')).toBe(true);
});

it('a release that was asked for before something became unexplained is refused when it is approved', async () => {
  await unidentified('XRP', '50');
  const { freezeId } = await custody.database.work(testActor, async (work) => {
    const freeze = { venueAccountId: custody.accountId, asset: 'XRP', reason: 'by_person', facts: {}, frozenAt: work.at };
    return { freezeId: (await work.tx.assetFreeze.create({ data: freeze })).id };
  });
  const lift = { freezeId, explanation: '확인함', expiresAt: expiry(custody) };
  const approval = await custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, lift));
  await steal('XRP', '20');
  await expect(approve(custody, approval)).rejects.toMatchObject({ code: 'FREEZE_UNEXPLAINED' });
  expect(await isFrozen(custody.database.read, custody.accountId, 'XRP')).toBe(true);
});

it('the city makes good what is missing and never more, however many ask for it at the same time', async () => {
  await unidentified('SOL', '9');
  await steal('SOL', '4');
  const [first, second] = [await unidentified('SOL', '3'), await unidentified('SOL', '3')];
  const one = await ask({ depositRowId: first.id, use: 'make_good' });
  const two = await ask({ depositRowId: second.id, use: 'make_good' });
  expect([one.quantity, two.quantity]).toEqual(['3', '3']);
  await approve(custody, one.approval);
  expect([await standing(CHART.unexplained, 'SOL'), await standing(CHART.ownMeans, 'SOL')]).toEqual(['-1', '-3']);
  await expect(approve(custody, two.approval)).rejects.toMatchObject({ code: 'APPROVAL_STALE' });
  await decide(custody, two.approval, 'reject');
  const last = await ask({ depositRowId: second.id, use: 'make_good' });
  expect(last.quantity).toBe('1');
  await approve(custody, last.approval);
  expect([await standing(CHART.unexplained, 'SOL'), await standing(CHART.withdrawnUninstructed, 'SOL')]).toEqual(['0', '4']);
  expect(await agrees('SOL')).toBe(true);
});

it('what had been made good is missing again once that is taken back, and nothing moves until it is explained', async () => {
  await unidentified('AQT', '9');
  await steal('AQT', '4');
  const asked = await ask({ depositRowId: (await unidentified('AQT', '4')).id, use: 'make_good' });
  await approve(custody, asked.approval);
  const { id: freezeId } = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'AQT', liftedAt: null } });
  const lift = (id: number) => ({ freezeId: id, explanation: '시 재원으로 메움', expiresAt: expiry(custody) });
  await approve(custody, await custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, lift(freezeId))));
  expect(await isFrozen(custody.database.read, custody.accountId, 'AQT')).toBe(false);

  const undo = { allocationId: asked.allocationId, reason: '시의 것이 아님', expiresAt: expiry(custody) };
  await approve(custody, await custody.database.work(custody.officer.actor, (work) => requestAllocationReversal(work, undo)));
  expect(await standing(CHART.unexplained, 'AQT')).toBe('-4');
  expect(await isFrozen(custody.database.read, custody.accountId, 'AQT')).toBe(true);
  const again = await custody.database.read.assetFreeze.findFirstOrThrow({ where: { asset: 'AQT', liftedAt: null } });
  expect(again.reason).toBe('unexplained_posting');
  await expect(custody.database.work(custody.officer.actor, (work) => requestFreezeRelease(work, lift(again.id)))).rejects.toMatchObject({
    code: 'FREEZE_UNEXPLAINED',
  });
});

it('what the exchange meanwhile reports as a taxpayer’s is nobody else’s, though it was asked for before', async () => {
  const holding = await demandHolding(custody, 'MOC', '7');
  const moved = await moveToCity(custody, holding.source, 'MOC', '7');
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  const { id: depositRowId } = await depositRow(custody, moved.depositId);
  const { approval } = await ask({ depositRowId, use: 'gas_float' });
  const report = reportFile({ ...holding, asset: 'MOC', quantity: '7', transactionId: moved.transactionId });
  await importTransferReport(custody.database, custody.officer.actor, report);
  expect(await heldText(custody, holding.holdingId, 'MOC')).toBe('0');
  await expect(approve(custody, approval)).rejects.toMatchObject({ code: 'CONFLICT', facts: { holdingId: holding.holdingId } });
  await decide(custody, approval, 'reject');
  await readDeposits(custody.database, custody.port, custody.accountId);
  expect(await heldText(custody, holding.holdingId, 'MOC')).toBe('7');
  expect(await standing(CHART.gasFloat, 'MOC')).toBe('0');
});

it('a wrong decision is taken back with another approval, unless the float was spent', async () => {
  const deposit = await unidentified('ADA', '6');
  const asked = await ask({ depositRowId: deposit.id, use: 'gas_float' });
  await approve(custody, asked.approval);
  const undo = { allocationId: asked.allocationId, reason: '체납자의 것으로 밝혀짐', expiresAt: expiry(custody) };
  const reversal = await custody.database.work(custody.officer.actor, (work) => requestAllocationReversal(work, undo));
  await expect(custody.database.work(custody.officer.actor, (work) => requestAllocationReversal(work, undo))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await approve(custody, reversal);
  expect(await allocation(asked.allocationId)).toMatchObject({ state: 'reversed', endReason: undo.reason });
  expect(await depositRow(custody, deposit.depositId)).toMatchObject({ state: 'unidentified', resolvedAt: null });
  expect([await standing(CHART.gasFloat, 'ADA'), await standing(CHART.ownMeans, 'ADA')]).toEqual(['0', '0']);
  expect(await standing(CHART.coinsUnidentified, 'ADA')).toBe('6');
  const holding = await demandHolding(custody, 'ADA', '6');
  const match = { depositRowId: deposit.id, holdingId: holding.holdingId, reason: '거래소 확인' };
  await custody.database.work(custody.officer.actor, (work) => matchDeposit(work, match));
  expect(await heldText(custody, holding.holdingId, 'ADA')).toBe('6');

  const spent = await ask({ depositRowId: (await unidentified('ADA', '2')).id, use: 'gas_float' });
  await approve(custody, spent.approval);
  const [fee, here] = [CoinAmount.of('ADA', '0.5'), { subject: '', place: `account:${custody.accountId}` }];
  await custody.database.work(testActor, (work) =>
    post(
      work,
      entry({ key: 'fee:ada', kind: 'fee', occurredOn: civilDate('2026-01-05'), cause: 'test:1', memo: '' })
        .debit(CHART.gasCost, here, fee)
        .credit(CHART.gasFloat, here, fee)
        .build(),
    ),
  );
  const undoSpent = { ...undo, allocationId: spent.allocationId };
  const tooLate = await custody.database.work(custody.officer.actor, (work) => requestAllocationReversal(work, undoSpent));
  await expect(approve(custody, tooLate)).rejects.toMatchObject({ code: 'LEDGER_OVERDRAFT' });
  expect(await allocation(spent.allocationId)).toMatchObject({ state: 'booked' });
});

it('won pays no network fee, makes good what won is missing, and a case takes what of it nobody has asked for', async () => {
  await unidentified('KRW', '2000000');
  await steal('KRW', '500000');
  const missing = '501000';
  expect(await standing(CHART.unexplained, 'KRW@upbit')).toBe(`-${missing}`);
  const deposit = await unidentified('KRW', '800000');
  await expect(ask({ depositRowId: deposit.id, use: 'gas_float' })).rejects.toMatchObject({ code: 'CONFLICT' });
  const asked = await ask({ depositRowId: deposit.id, use: 'make_good' });
  expect(asked).toMatchObject({ quantity: missing, approval: { moneyAtStake: 501_000n, secondNeeded: false } });
  const { caseId } = await demandHolding(custody, 'DOGE', '1');
  await setPhase(custody, caseId, 'selling');
  const match = { depositRowId: deposit.id, caseId, reason: '거래소가 지급한 원화' };
  await custody.database.work(custody.officer.actor, (work) => matchWonDeposit(work, match));
  const matched = await custody.database.read.depositMatch.findFirstOrThrow({ where: { depositRowId: deposit.id } });
  expect(matched.quantity.toFixed()).toBe('299000');
  await expect(custody.database.work(custody.officer.actor, (work) => matchWonDeposit(work, match))).rejects.toMatchObject({
    code: 'CONFLICT',
  });
  await approve(custody, asked.approval);
  expect([await standing(CHART.unexplained, 'KRW@upbit'), await standing(CHART.ownMeans, 'KRW@upbit')]).toEqual(['0', `-${missing}`]);
  expect((await depositRow(custody, deposit.depositId)).state).toBe('resolved');
  expect(await agrees('KRW@upbit')).toBe(true);
});
