import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stopSweep } from '../../src/custody/wallet/sweep.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { digestOfAddress } from '../../src/venue/address-digest.ts';
import { checkDepositAddresses } from '../../src/venue/deposit-address.ts';
import { testActor } from '../support/database.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type Custody, endCustody, later, startCustody } from './custody-fixture.ts';
import { approveBoth, fill, propose, register, type SeizedScene, seizedScene, transfersOf } from './wallet-fixture.ts';

/* Where nothing of an asset has arrived yet a small amount goes ahead, and the rest as soon as the exchange shows it as on its way. */

let custody: Custody;
let scene: SeizedScene;
let walletId: number;
let sweepId: number;

beforeAll(async () => {
  custody = await startCustody();
});

afterAll(() => endCustody(custody));

async function proposeTested(): Promise<void> {
  const proposed = await propose(scene, walletId, { withoutTest: false });
  ({ sweepId } = proposed);
  expect(proposed.approval.summary.match(/\(시험\)/g) ?? []).toHaveLength((await tests()).length);
  await approveBoth(scene, proposed.approval);
}

/** Of the last sweep, by asset. */
async function lastSweep() {
  return (await transfersOf(scene, walletId)).filter((transfer) => transfer.sweepId === sweepId);
}

async function tests() {
  const transfers = await lastSweep();
  return transfers.filter(({ asset, position }) => transfers.some((rest) => rest.asset === asset && rest.position > position));
}

async function states(): Promise<string[]> {
  return (await lastSweep()).map(({ asset, state }) => `${asset} ${state}`);
}

async function tend(): Promise<void> {
  later(custody, 15);
  await tendWallet(scene.parts, walletId);
}

async function alertCodes(): Promise<string[]> {
  const open = await custody.database.read.alert.findMany({ where: { acknowledgedAt: null }, orderBy: { id: 'asc' } });
  return open.map(({ code }) => code);
}

/** The exchange sees transfers that were signed and mined. */
async function show(assets: readonly string[], confirmationSeconds = 600): Promise<void> {
  for (const { asset, hashes } of await tests()) {
    const [sent] = hashes;
    if (!assets.includes(asset) || sent === undefined) continue;
    const coins = { accountId: CITY, asset, quantity: sent.quantity.toFixed(), transactionId: `0x${sent.transactionId}` };
    await custody.exchange.operator.depositFromChain({ ...coins, confirmationSeconds });
  }
}

async function newScene(): Promise<void> {
  await custody.database.read.alert.updateMany({
    where: { acknowledgedAt: null },
    data: { acknowledgedAt: custody.clock.now(), acknowledgedById: custody.officer.userId },
  });
  scene = await seizedScene(custody);
  await fill(scene);
  ({ walletId } = await register(scene));
}

describe('a test', () => {
  beforeEach(newScene);

  it('of each asset goes ahead, and what follows waits until the exchange shows all of them', async () => {
    await proposeTested();
    const waiting = ['LINK planned', 'AQT planned', 'ETH planned'];
    await tend();
    expect((await states()).toSorted()).toEqual(['AQT planned', 'AQT signed', 'ETH planned', 'ETH signed', 'LINK planned', 'LINK signed']);
    expect((await states()).slice(3).toSorted()).toEqual(waiting.toSorted());
    for (const { quantity, asset } of await tests()) expect([asset, quantity.lessThan('6')]).toEqual([asset, true]);
    await scene.node.mine();
    await show(['LINK', 'AQT']);
    await tend();
    expect((await states()).slice(3).toSorted()).toEqual(waiting.toSorted());
    await show(['ETH']);
    await tend();
    // On its way is enough: nothing of it is credited yet.
    expect(await custody.database.read.venueDeposit.count()).toBe(0);
    expect((await states()).slice(3).every((state) => state.endsWith('signed'))).toBe(true);
    const onItsWay = await custody.database.read.pendingDeposit.findMany();
    expect(onItsWay).toHaveLength(3);
    await scene.node.mine(13);
    await tend();
    expect((await states()).every((state) => state.endsWith('settled'))).toBe(true);
    // What the node has counted is shown where the exchange tells nothing.
    const counted = await custody.database.read.pendingDeposit.findMany({ select: { confirmations: true, confirmationsSource: true } });
    expect(counted.every((each) => each.confirmationsSource === 'chain' && (each.confirmations ?? 0) >= 13)).toBe(true);
    expect(await brokenInvariants(custody.database)).toEqual([]);
  });

  it('is needed no more where coins were credited of late, whichever wallet sent them', async () => {
    later(custody, 600);
    await proposeTested();
    expect(await tests()).toHaveLength(3);
    await tend();
    await scene.node.mine();
    await show(['LINK', 'AQT', 'ETH'], 0);
    await tend();
    await newScene();
    await proposeTested();
    expect(await tests()).toEqual([]);
    expect((await states()).toSorted()).toEqual(['AQT planned', 'ETH planned', 'LINK planned']);
    await tend();
    expect((await states()).every((state) => state.endsWith('signed'))).toBe(true);
  });
});

describe('a test that a letter asked for', () => {
  beforeEach(async () => {
    later(custody, 100 * 86_400);
    await newScene();
  });

  it('proves its address for a wallet as well, however the exchange writes address and network', async () => {
    const { read } = custody.database;
    await checkDepositAddresses(custody.database, testActor, custody.port, custody.accountId);
    const { address } = await read.venueDepositAddress.findFirstOrThrow({ where: { asset: 'LINK' } });
    const { id: holdingId, caseId } = await read.holding.findFirstOrThrow({ where: { asset: 'LINK' }, orderBy: { id: 'desc' } });
    const now = custody.clock.now();
    const source = { sender: 'venue:bithumb', network: 'ERC20', addressDigest: digestOfAddress({ address, secondaryAddress: undefined }) };
    const proof = {
      demandedAt: now,
      depositRowId: 1,
      endedAt: now,
      provenAt: now,
      expiresAt: new Date(now.getTime() + 86_400_000),
      createdAt: now,
    };
    const of = { caseId, holdingId, venueAccountId: custody.accountId, asset: 'LINK', quantity: '1', restQuantity: '1' };
    await read.testTransfer.create({ data: { ...of, ...source, ...proof, state: 'done' } });
    await proposeTested();
    expect((await tests()).map(({ asset }) => asset).toSorted()).toEqual(['AQT', 'ETH']);
  });
});

describe('a test that does not show', () => {
  beforeEach(async () => {
    later(custody, 100 * 86_400);
    await newScene();
    await proposeTested();
    expect(await tests()).toHaveLength(3);
    await tend();
  });

  it('is told to a person, who stops what follows', async () => {
    await scene.node.mine(13);
    later(custody, 600);
    await tend();
    expect(await alertCodes()).toContain('wallet_test_unseen');
    const stop = () =>
      custody.database.work(custody.officer.actor, (work) => stopSweep(work, { walletId, sweepId, reason: '거래소에 확인 중' }));
    await stop();
    await expect(stop()).rejects.toMatchObject({ code: 'CONFLICT' });
    await tend();
    expect((await states()).slice(3).every((state) => state.endsWith('dead'))).toBe(true);
    expect(await custody.database.read.walletSweep.findUniqueOrThrow({ where: { id: sweepId } })).toMatchObject({ state: 'failed' });
    const again = await propose(scene, walletId);
    expect(again.approval.summary).not.toContain('시험');
  });

  it('because the exchange refuses it or its contract does, ends what follows by itself', async () => {
    await show(['LINK', 'ETH']);
    const [refused] = (await tests()).filter(({ asset }) => asset === 'AQT');
    await custody.database.read.pendingDeposit.create({
      data: {
        venueAccountId: custody.accountId,
        depositId: 'refused-1',
        asset: 'AQT',
        quantity: '1',
        transactionId: refused?.hashes[0]?.transactionId ?? '',
        route: 'on_chain',
        state: 'refused',
        statusWord: 'REJECTED',
        createdAt: custody.clock.now(),
        firstSeenAt: custody.clock.now(),
        lastSeenAt: custody.clock.now(),
        endedAt: custody.clock.now(),
      },
    });
    await tend();
    expect((await states()).slice(3).every((state) => state.endsWith('dead'))).toBe(true);
    expect(await alertCodes()).toContain('wallet_test_failed');
  });
});
