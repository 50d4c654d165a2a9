import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayBalances } from '../../src/custody/balance-replay.ts';
import { requestAllocation, requestAllocationReversal } from '../../src/custody/deposit-allocation.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { explainWithdrawal } from '../../src/custody/explained-withdrawal.ts';
import { abandonTransfer, confirmInstructed } from '../../src/custody/instruction.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { requestCoinTransfer, requestDepositReturn } from '../../src/custody/return.ts';
import type { AllocationUse } from '../../src/database/generated/enums.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { coinBalance } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import {
  approve,
  CITY,
  type Custody,
  depositRow,
  endCustody,
  expiry,
  heldText,
  instruct,
  instructUncompared,
  later,
  listSender,
  receiveHolding,
  type SampleHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

/** Transfers of which the official typed another quantity at the exchange's site. */
let custody: Custody;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() =>
  endCustody(custody, [
    'demanded_is_accounted',
    'received_is_accounted',
    'duty_matches_custody',
    'deposit_is_accounted',
    'own_means_are_decided',
    'losses_are_accounted',
    'unexplained_is_frozen',
  ]),
);

/** An instructed return of a part of a holding. */
async function instructed(holding: SampleHolding, asset: string, quantity: string): Promise<number> {
  const transferId = await approved(holding, asset, quantity);
  await instruct(custody, transferId);
  return transferId;
}

async function approved(holding: SampleHolding, asset: string, quantity: string): Promise<number> {
  await setPhase(custody, holding.caseId, 'settled');
  const request = { holdingId: holding.holdingId, quantity: CoinAmount.of(asset, quantity), reason: '완납', expiresAt: expiry(custody) };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
  await approve(custody, approval);
  return transferId;
}

function confirm(transferId: number): Promise<void> {
  return custody.database.work(custody.officer.actor, (work) => confirmInstructed(work, { transferId }));
}

/** What is typed leaves. Returns the row of the withdrawal, which nothing explains. */
async function send(to: string, asset: string, quantity: string): Promise<number> {
  await custody.exchange.operator.transferInternally({ fromAccountId: CITY, toAccountId: to, asset, quantity, by: 'owner' });
  later(custody, 61);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const row = await custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { asset }, orderBy: { id: 'desc' } });
  expect(row).toMatchObject({ matchedTo: null, state: 'done' });
  return row.id;
}

function explain(withdrawalRowId: number, transferId: number) {
  const finding = { withdrawalRowId, transferId, reason: '거래소 화면에서 수량을 잘못 입력함', expiresAt: expiry(custody) };
  return custody.database.work(custody.officer.actor, (work) => explainWithdrawal(work, finding));
}

async function amended(withdrawalRowId: number, transferId: number) {
  const approval = await explain(withdrawalRowId, transferId);
  if (approval === undefined) throw new Error('Another quantity needs an approval.');
  return approval;
}

async function sum(chart: ChartCode, asset: string): Promise<string> {
  return (await coinBalance(custody.database.read, { chart, place: `account:${custody.accountId}` }, asset)).toString();
}

function transfer(id: number) {
  return custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id } });
}

async function agrees(asset: string): Promise<boolean | undefined> {
  const readings = await reconcileAccount(custody.database, custody.port, custody.accountId);
  return readings.find((reading) => reading.asset === asset)?.agrees;
}

async function comesBack(from: string, asset: string, quantity: string): Promise<number> {
  const move = { fromAccountId: from, toAccountId: CITY, asset, quantity, by: 'staff' } as const;
  const { transferId } = await custody.exchange.operator.transferInternally(move);
  later(custody, 61);
  await readDeposits(custody.database, custody.port, custody.accountId);
  return (await depositRow(custody, transferId)).id;
}

async function allocate(depositRowId: number, use: AllocationUse, withdrawalRowId?: number): Promise<number> {
  const what = withdrawalRowId === undefined ? { use } : { use, withdrawalRowId };
  const { allocationId, approval } = await custody.database.work(custody.officer.actor, (work) =>
    requestAllocation(work, { depositRowId, ...what, reason: '확인함', expiresAt: expiry(custody) }),
  );
  await approve(custody, approval);
  return allocationId;
}

it('too little was sent and confirmed: with an approval the transfer carries what really left, and the rest is held', async () => {
  const holding = await receiveHolding(custody, 'ETH', '2');
  const transferId = await instructed(holding, 'ETH', '2');
  await confirm(transferId);
  const withdrawalRowId = await send(holding.source, 'ETH', '0.2');
  expect([await sum(CHART.coinsInTransit, 'ETH'), await sum(CHART.unexplained, 'ETH')]).toEqual(['2', '-0.2']);
  const approval = await amended(withdrawalRowId, transferId);
  expect((await transfer(transferId)).state).toBe('instructed');
  expect(await sum(CHART.unexplained, 'ETH')).toBe('-0.2');
  await approve(custody, approval);
  const row = await transfer(transferId);
  expect([row.state, row.quantity.toFixed(), row.amendedFrom?.toFixed()]).toEqual(['done', '0.2', '2']);
  expect([await sum(CHART.coinsInTransit, 'ETH'), await sum(CHART.unexplained, 'ETH')]).toEqual(['0', '0']);
  expect([await sum(CHART.withdrawnUninstructed, 'ETH'), await heldText(custody, holding.holdingId, 'ETH')]).toEqual(['0', '1.8']);
  const { state } = await custody.database.read.holding.findUniqueOrThrow({ where: { id: holding.holdingId } });
  expect(state).toBe('received');
  expect(await agrees('ETH')).toBe(true);
});

it('too much was sent, but no more than the holding has free: it comes from there, also before the sender has confirmed', async () => {
  const holding = await receiveHolding(custody, 'SOL', '10');
  const transferId = await instructed(holding, 'SOL', '3');
  const withdrawalRowId = await send(holding.source, 'SOL', '5');
  await approve(custody, await amended(withdrawalRowId, transferId));
  expect([await sum(CHART.coinsInTransit, 'SOL'), await heldText(custody, holding.holdingId, 'SOL')]).toEqual(['5', '5']);
  expect((await transfer(transferId)).state).toBe('instructed');
  await confirm(transferId);
  expect((await transfer(transferId)).state).toBe('done');
  expect([await sum(CHART.coinsInTransit, 'SOL'), await sum(CHART.unexplained, 'SOL')]).toEqual(['0', '0']);
  expect(await agrees('SOL')).toBe(true);
});

it('what another transfer was promised does not count as free when the approver decides', async () => {
  const holding = await receiveHolding(custody, 'DOGE', '10');
  const transferId = await instructed(holding, 'DOGE', '3');
  const withdrawalRowId = await send(holding.source, 'DOGE', '5');
  const approval = await amended(withdrawalRowId, transferId);
  const other = { holdingId: holding.holdingId, reason: '완납', expiresAt: expiry(custody) };
  await custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, other));
  await expect(approve(custody, approval)).rejects.toMatchObject({ code: 'CONFLICT', facts: { left: '5', covered: '3' } });
  expect(await sum(CHART.unexplained, 'DOGE')).toBe('-5');
});

it('somebody else’s coins left as well: refused until they came back as a recovery, then the transfer is what is left of it', async () => {
  const other = await receiveHolding(custody, 'BTC', '1');
  const holding = await receiveHolding(custody, 'BTC', '0.2');
  const transferId = await instructed(holding, 'BTC', '0.2');
  await confirm(transferId);
  const withdrawalRowId = await send(holding.source, 'BTC', '0.9');
  await expect(explain(withdrawalRowId, transferId)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { left: '0.9', covered: '0.2' },
    message: expect.stringContaining('0.7'),
  });
  await allocate(await comesBack(holding.source, 'BTC', '0.7'), 'recovery', withdrawalRowId);
  expect([await sum(CHART.withdrawnUninstructed, 'BTC'), await sum(CHART.unexplained, 'BTC')]).toEqual(['0.2', '-0.2']);
  expect(await explain(withdrawalRowId, transferId)).toBeUndefined();
  expect((await transfer(transferId)).state).toBe('done');
  expect([await sum(CHART.withdrawnUninstructed, 'BTC'), await sum(CHART.unexplained, 'BTC')]).toEqual(['0', '0']);
  expect(await heldText(custody, other.holdingId, 'BTC')).toBe('1');
  expect(await agrees('BTC')).toBe(true);
  // The events add up to the same: what left is what the exchange listed, and what came back is a deposit.
  const replayed = await replayBalances(custody.database.read, { accountId: custody.accountId, venueCode: custody.port.venue });
  expect(replayed.find(({ asset }) => asset === 'BTC')).toMatchObject({
    deposited: '1.9',
    sent: '-0.9',
    ledgerQuantity: '1',
    agrees: true,
  });
});

it('a loss that the city made good is explained only after that decision was reversed', async () => {
  const holding = await receiveHolding(custody, 'LINK', '8');
  const transferId = await instructed(holding, 'LINK', '8');
  const withdrawalRowId = await send(holding.source, 'LINK', '6');
  const { transferId: depositId } = await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'LINK',
    quantity: '6',
    confirmationSeconds: 0,
  });
  await readDeposits(custody.database, custody.port, custody.accountId);
  const allocationId = await allocate((await depositRow(custody, depositId)).id, 'make_good');
  const approval = await amended(withdrawalRowId, transferId);
  await expect(approve(custody, approval)).rejects.toMatchObject({ code: 'CONFLICT', facts: { loss: '6', missing: '0' } });
  const undo = { allocationId, reason: '이전으로 밝혀짐', expiresAt: expiry(custody) };
  await approve(custody, await custody.database.work(custody.officer.actor, (work) => requestAllocationReversal(work, undo)));
  await approve(custody, approval);
  await confirm(transferId);
  expect((await transfer(transferId)).quantity.toFixed()).toBe('6');
  expect([await sum(CHART.unexplained, 'LINK'), await sum(CHART.ownMeans, 'LINK')]).toEqual(['0', '0']);
  expect(await agrees('LINK')).toBe(true);
});

it('of a deposit on its way back to its sender more may have left than was asked for, and never more than is unidentified', async () => {
  const { transferId: depositId } = await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'ADA',
    quantity: '30',
    confirmationSeconds: 0,
  });
  await readDeposits(custody.database, custody.port, custody.accountId);
  const row = await depositRow(custody, depositId);
  const { approval: floatApproval } = await custody.database.work(custody.officer.actor, (work) =>
    requestAllocation(work, { depositRowId: row.id, use: 'gas_float', quantity: '5', reason: '선급금', expiresAt: expiry(custody) }),
  );
  const destination = await receiveHolding(custody, 'ADA', '1');
  const request = {
    depositRowId: row.id,
    addressId: await listSender(custody, row.id, destination.source),
    reason: '반환',
    expiresAt: expiry(custody),
  };
  const { transferId, approval } = await custody.database.work(custody.officer.actor, (work) => requestDepositReturn(work, request));
  await approve(custody, approval);
  await instruct(custody, transferId);
  await confirm(transferId);
  const withdrawalRowId = await send(destination.source, 'ADA', '24');
  await approve(custody, await amended(withdrawalRowId, transferId));
  expect((await transfer(transferId)).state).toBe('done');
  await approve(custody, floatApproval);
  const after = await depositRow(custody, depositId);
  expect([after.state, after.returnedQuantity.toFixed(), after.matchedQuantity.toFixed()]).toEqual(['unidentified', '24', '5']);
  expect(await sum(CHART.coinsUnidentified, 'ADA')).toBe('1');
  expect(await agrees('ADA')).toBe(true);
});

it('what left before the transfer was instructed cannot be it, whatever its quantity', async () => {
  await receiveHolding(custody, 'XRP', '40');
  const thief = await receiveHolding(custody, 'XRP', '1');
  const transferId = await approved(await receiveHolding(custody, 'XRP', '5'), 'XRP', '5');
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  await custody.exchange.operator.transferInternally({
    fromAccountId: CITY,
    toAccountId: thief.source,
    asset: 'XRP',
    quantity: '5',
    by: 'owner',
  });
  // Nobody has read of it yet when the official is told to send as much.
  later(custody, 120);
  await instructUncompared(custody, transferId);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const row = await custody.database.read.venueWithdrawal.findFirstOrThrow({ where: { asset: 'XRP' } });
  expect(row).toMatchObject({ matchedTo: null, state: 'done' });
  await expect(explain(row.id, transferId)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await transfer(transferId)).state).toBe('instructed');
  expect([await sum(CHART.unexplained, 'XRP'), await sum(CHART.withdrawnUninstructed, 'XRP')]).toEqual(['-5', '5']);
});

it('a transfer is not given up while something that left since may be it, or nobody could ever explain that', async () => {
  const holding = await receiveHolding(custody, 'AQT', '10');
  const transferId = await instructed(holding, 'AQT', '6');
  const withdrawalRowId = await send(holding.source, 'AQT', '4');
  const giveUp = { transferId, reason: '보내지 않음' };
  const instructAgain = () => instruct(custody, transferId);
  await expect(instructAgain()).rejects.toMatchObject({ code: 'ASSET_FROZEN' });
  await expect(abandonTransfer(custody.database, custody.officer.actor, custody.port, giveUp)).rejects.toMatchObject({
    code: 'CONFLICT',
    facts: { withdrawalRowId },
  });
  await approve(custody, await amended(withdrawalRowId, transferId));
  await expect(instructAgain()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('do not send it again') });
  await confirm(transferId);
  expect((await transfer(transferId)).state).toBe('done');
  expect(await sum(CHART.unexplained, 'AQT')).toBe('0');
  expect(await agrees('AQT')).toBe(true);
});

it('a transfer that was never sent is given up once what somebody else took is back', async () => {
  const holding = await receiveHolding(custody, 'MOC', '10');
  const transferId = await instructed(holding, 'MOC', '6');
  const withdrawalRowId = await send(holding.source, 'MOC', '4');
  await allocate(await comesBack(holding.source, 'MOC', '4'), 'recovery', withdrawalRowId);
  await abandonTransfer(custody.database, custody.officer.actor, custody.port, { transferId, reason: '보내지 않음' });
  expect((await transfer(transferId)).state).toBe('failed');
  expect(await heldText(custody, holding.holdingId, 'MOC')).toBe('10');
});
