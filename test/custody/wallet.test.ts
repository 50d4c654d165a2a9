import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { traceCase } from '../../src/registers/trace.ts';
import type { TraceNode } from '../../src/registers/trace-node.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Custody, endCustody, heldText, startCustody, unbalancedAssets } from './custody-fixture.ts';
import {
  alertCodes,
  approveBoth,
  fill,
  mirrorDeposits,
  propose,
  type RegisteredWallet,
  register,
  type SeizedScene,
  seizedScene,
  sweepUntilEmpty,
  transfersOf,
} from './wallet-fixture.ts';

let custody: Custody;
let scene: SeizedScene;
let wallet: RegisteredWallet;

beforeAll(async () => {
  custody = await startCustody();
  scene = await seizedScene(custody);
});

afterAll(() => endCustody(custody));

function flat(node: TraceNode): TraceNode[] {
  return [node, ...node.children.flatMap(flat)];
}

it('seizes a found wallet with all that is on it, and sweeps it when two custodians have approved', async () => {
  await fill(scene);
  const { walletId, holding } = await register(scene);
  wallet = { walletId, holding };
  const { read } = custody.database;
  const found = await read.holding.findMany({ where: { caseId: holding.caseId }, orderBy: { asset: 'asc' } });
  expect(found.map(({ asset, demandedQuantity, state }) => [asset, demandedQuantity.toFixed(), state])).toEqual([
    ['AQT', '500', 'demanded'],
    ['BTC', '0.5', 'demanded'],
    ['ETH', '1', 'demanded'],
    ['LINK', '10', 'demanded'],
  ]);

  const { approval } = await propose(scene, walletId);
  expect(approval).toMatchObject({ kind: 'wallet_sweep', secondNeeded: true });
  await tendWallet(scene.parts, walletId);
  expect((await transfersOf(scene, walletId)).map(({ state }) => state)).toEqual(['planned', 'planned', 'planned']);

  await approveBoth(scene, approval);
  await tendWallet(scene.parts, walletId);
  expect((await transfersOf(scene, walletId)).map(({ state }) => state)).toEqual(['signed', 'signed', 'signed']);
  await scene.node.mine();
  await tendWallet(scene.parts, walletId);
  expect((await transfersOf(scene, walletId)).map(({ state }) => state)).toEqual(['included', 'included', 'included']);
  await scene.node.mine(12);
  await tendWallet(scene.parts, walletId);
  const settled = await transfersOf(scene, walletId);
  expect(settled.map(({ state, isReverted }) => [state, isReverted])).toEqual([
    ['settled', false],
    ['settled', false],
    ['settled', false],
  ]);
  const intents = await read.intent.findMany({ where: { port: 'chain_transaction' } });
  expect(intents.map(({ state, sendCount }) => [state, sendCount])).toEqual([
    ['settled', 1],
    ['settled', 1],
    ['settled', 1],
  ]);
});

it('credits what it swept by its transactions, and shows each hop in the trace', async () => {
  const { read } = custody.database;
  const { walletId, holding } = wallet;
  const found = await read.holding.findMany({ where: { caseId: holding.caseId }, orderBy: { asset: 'asc' } });
  const settled = await transfersOf(scene, walletId);
  await mirrorDeposits(scene, walletId);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  const ofCase = (asset: string) => found.find((each) => each.asset === asset)?.id ?? 0;
  expect(await heldText(custody, ofCase('LINK'), 'LINK')).toBe('10');
  expect(await heldText(custody, ofCase('AQT'), 'AQT')).toBe('500');
  const native = settled.find(({ asset }) => asset === 'ETH');
  expect(await heldText(custody, ofCase('ETH'), 'ETH')).toBe(native?.quantity.toFixed());
  const matches = await read.depositMatch.findMany({ where: { caseId: holding.caseId } });
  expect(matches.map(({ ground }) => ground)).toEqual(['sweep', 'sweep', 'sweep']);

  // What the first sweep saved of its highest fees moves with further ones, each approved anew.
  expect(await alertCodes(scene)).toEqual(['wallet_sweep_again']);
  const further = await sweepUntilEmpty(scene, walletId);
  expect(further).toBeGreaterThan(0);
  await mirrorDeposits(scene, walletId);
  await reconcileAccount(custody.database, custody.port, custody.accountId);

  // What the fees took and what is not worth its own fee is short; nothing more of the wallet is awaited.
  const receipt = await read.holding.findUniqueOrThrow({ where: { id: ofCase('ETH') } });
  expect(receipt.state).toBe('received');
  const swept = (await transfersOf(scene, walletId)).filter(({ asset }) => asset === 'ETH');
  const sent = swept.reduce((sum, { quantity }) => sum.plus(quantity.toFixed()), new Decimal(0));
  expect(await heldText(custody, ofCase('ETH'), 'ETH')).toBe(sent.toFixed());
  const fees = (await transfersOf(scene, walletId)).reduce(
    (sum, { feeQuantity }) => sum.plus(feeQuantity?.toFixed() ?? '0'),
    new Decimal(0),
  );
  const { leftQuantity } = await read.walletAsset.findFirstOrThrow({ where: { walletId, asset: 'ETH' } });
  expect(sent.plus(leftQuantity.toFixed()).toFixed()).toBe('1');
  expect(fees.isLessThan(leftQuantity.toFixed())).toBe(true);
  expect(await unbalancedAssets(custody)).toEqual([]);
  expect(await brokenInvariants(custody.database)).toEqual([]);
  expect(await alertCodes(scene)).toEqual(['wallet_sweep_again']);

  const nodes = flat((await traceCase(read, holding.caseId)).root);
  const hops = nodes.filter(({ what }) => what === 'wallet_transfer');
  expect(hops).toHaveLength(3 + further);
  for (const { id, children } of hops) {
    expect(id).toMatch(/^wallet_transfer:\d+$/);
    expect(children.map(({ what }) => what)).toEqual(['chain_transaction', 'deposit']);
  }
  expect(nodes.filter(({ what }) => what === 'wallet')).toHaveLength(3);
});
