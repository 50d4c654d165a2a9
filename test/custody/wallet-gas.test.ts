import { afterAll, beforeAll, expect, it } from 'vitest';
import { replayBalances } from '../../src/custody/balance-replay.ts';
import { requestAllocation } from '../../src/custody/deposit-allocation.ts';
import { readDeposits } from '../../src/custody/deposits.ts';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { abandonGas, instructGas } from '../../src/custody/wallet/gas.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { balances } from '../../src/ledger/balance.ts';
import { CHART, type ChartCode } from '../../src/ledger/chart.ts';
import { isFrozen } from '../../src/venue/freeze.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { ETHER } from '../support/sample-wallet.ts';
import { approve, CITY, type Custody, depositRow, endCustody, expiry, later, startCustody } from './custody-fixture.ts';
import { approveBoth, propose, register, type SeizedScene, seizedScene, transfersOf } from './wallet-fixture.ts';

/* Gas that a seized wallet lacks comes from the city's float at the exchange, told to a person and found again. */

let custody: Custody;
let scene: SeizedScene;
let walletId: number;
let sweepId: number;
let needed: Decimal;

beforeAll(async () => {
  custody = await startCustody();
  await custody.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '0.002', confirmationSeconds: 0 });
  await reconcile();
  scene = await seizedScene(custody);
  await scene.node.mint(scene.link.contract, scene.seized.address, ETHER);
  ({ walletId } = await register(scene));
  const proposed = await propose(scene, walletId);
  sweepId = proposed.sweepId;
  await expect(instruct()).rejects.toMatchObject({ code: 'CONFLICT' });
  await approveBoth(scene, proposed.approval);
  const sweep = await custody.database.read.walletSweep.findUniqueOrThrow({ where: { id: sweepId } });
  needed = new Decimal(sweep.gasToSendFirst.toFixed());
});

afterAll(() => endCustody(custody));

function reconcile() {
  return reconcileAccount(custody.database, custody.port, custody.accountId);
}

function instruct() {
  return custody.database.work(custody.officer.actor, (work) => instructGas(work, { walletId, sweepId }));
}

function abandon() {
  return custody.database.work(custody.officer.actor, (work) => abandonGas(work, { walletId, sweepId, reason: '보내지 않음' }));
}

async function standing(chart: ChartCode): Promise<string> {
  const rows = await balances(custody.database.read, { chart, asset: 'ETH', place: `account:${custody.accountId}` });
  return rows.map(({ balance }) => balance).join() || '0';
}

/** A deposit that the city paid in becomes its float, when somebody else agrees. */
async function addToFloat(quantity: string): Promise<void> {
  const coins = { accountId: CITY, asset: 'ETH', quantity, confirmationSeconds: 0 };
  const { transferId } = await custody.exchange.operator.depositFromChain(coins);
  await readDeposits(custody.database, custody.port, custody.accountId);
  const deposit = await depositRow(custody, transferId);
  const request = { depositRowId: deposit.id, use: 'gas_float', reason: '회계과 이체 확인', expiresAt: expiry(custody) } as const;
  const { approval } = await custody.database.work(custody.officer.actor, (work) => requestAllocation(work, request));
  await approve(custody, approval);
}

it('is told to nobody while the float is short of it', async () => {
  expect(needed.isGreaterThan(0)).toBe(true);
  await expect(instruct()).rejects.toMatchObject({ code: 'CONFLICT', facts: { float: '0' } });
  expect(await custody.database.read.intent.count({ where: { port: 'coin_transfer' } })).toBe(0);
});

it('is told once, the same again, and can be given up while nobody has sent it', async () => {
  await addToFloat('0.1');
  await reconcile();
  const told = await instruct();
  expect(told).toMatchObject({ asset: 'ETH', quantity: needed.toFixed(), network: 'ETH', destinationReference: scene.seized.address });
  expect(await instruct()).toEqual(told);
  await abandon();
  await expect(abandon()).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await instruct()).identifier).not.toBe(told.identifier);
  expect(await custody.database.read.intent.count({ where: { port: 'coin_transfer', state: 'open' } })).toBe(1);
});

it('leaves by a person’s hand, is found in the list, booked as the case’s cost, and lets the sweep go on', async () => {
  const withdrawal = { accountId: CITY, asset: 'ETH', quantity: needed.toFixed(), fee: '0.0005', confirmationSeconds: 120 };
  await custody.exchange.operator.withdrawToChain(withdrawal);
  later(custody, 60);
  const underWay = await reconcile();
  expect(underWay.every(({ agrees }) => agrees)).toBe(true);
  await expect(instruct()).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(abandon()).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await standing(CHART.gasFloat)).toBe('0.1');
  later(custody, 120);
  const done = await reconcile();
  expect(done.every(({ agrees }) => agrees)).toBe(true);
  await reconcile();
  const cost = needed.plus('0.0005');
  expect([await standing(CHART.gasCost), await standing(CHART.gasFloat)]).toEqual([
    cost.toFixed(),
    new Decimal('0.1').minus(cost).toFixed(),
  ]);
  expect(await isFrozen(custody.database.read, custody.accountId, 'ETH')).toBe(false);
  const replayed = await replayBalances(custody.database.read, { accountId: custody.accountId, venueCode: 'upbit' });
  expect(replayed.filter(({ agrees }) => !agrees)).toEqual([]);

  await scene.node.give(scene.seized.address, BigInt(needed.shiftedBy(18).toFixed(0)));
  await tendWallet(scene.parts, walletId);
  await tendWallet(scene.parts, walletId);
  await scene.node.mine(13);
  await tendWallet(scene.parts, walletId);
  expect((await transfersOf(scene, walletId)).map(({ state }) => state)).toEqual(['settled']);
  await expect(instruct()).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await brokenInvariants(custody.database)).toEqual([]);
});

it('sent without an instruction freezes the account like every other withdrawal', async () => {
  await custody.exchange.operator.withdrawToChain({ accountId: CITY, asset: 'ETH', quantity: needed.toFixed(), confirmationSeconds: 0 });
  later(custody, 1);
  await reconcile();
  expect(await isFrozen(custody.database.read, custody.accountId, 'ETH')).toBe(true);
});
