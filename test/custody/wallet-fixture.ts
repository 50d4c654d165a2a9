import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WatchedToken } from '../../src/chain/port.ts';
import { WalletChains } from '../../src/custody/wallet/chains.ts';
import { registerWallet } from '../../src/custody/wallet/register.ts';
import type { WalletParts } from '../../src/custody/wallet/rows.ts';
import { type ProposedSweep, proposeSweep } from '../../src/custody/wallet/sweep.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import type { Approval } from '../../src/database/generated/client.ts';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { Decimal } from '../../src/kernel/decimal.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { createOfficial, type Official, principalOf } from '../identity/officials.ts';
import { EvmNode } from '../support/evm-node.ts';
import { emptyFolder } from '../support/installed.ts';
import { ETHER, PASSWORD, type SampleWallet, sampleWallet } from '../support/sample-wallet.ts';
import { testKeys } from '../support/test-keys.ts';
import { CITY, type Custody, demandHolding, later, type SampleHolding } from './custody-fixture.ts';

export interface SeizedScene {
  readonly custody: Custody;
  readonly node: EvmNode;
  readonly parts: WalletParts;
  readonly seized: SampleWallet;
  readonly second: Official;
  readonly link: WatchedToken;
  readonly aqt: WatchedToken;
}

/** What the token's contract counts so many coins as. */
export function unitsOf(quantity: string, decimals: number): bigint {
  return BigInt(new Decimal(quantity).shiftedBy(decimals).toFixed(0));
}

/** The city's custody with a real node of chain 1, two deployed tokens that its exchange lists, and a wallet whose keystore custodians have. */
export async function seizedScene(
  custody: Custody,
  { url }: { readonly url?: (node: EvmNode) => Promise<string> } = {},
): Promise<SeizedScene> {
  const node = await EvmNode.start({ chainId: 1 });
  const link = { asset: 'LINK', contract: await node.deployToken('LINK', 18), decimals: 18 };
  const aqt = { asset: 'AQT', contract: await node.deployToken('AQT', 6), decimals: 6 };
  const seized = sampleWallet();
  const parts = await partsOver(custody, seized, url === undefined ? node.url : await url(node));
  const number = await custody.database.read.userAccount.count();
  const second = await createOfficial(custody.database, `custodian-${number}`, ['approver']);
  return { custody, node, parts, seized, second, link, aqt };
}

export async function partsOver(custody: Custody, seized: SampleWallet, url: string): Promise<WalletParts> {
  const keystoreFile = join(await emptyFolder(), 'keystore.json');
  await writeFile(keystoreFile, seized.keystoreJson);
  const chains = new WalletChains({
    config: { chainNodes: [{ name: 'eth', url }], signerUrl: undefined, signerToken: undefined, keystoreFile },
    environment: { KEYSTORE_PASSWORD: PASSWORD },
  });
  const { database } = custody;
  return { database, keys: testKeys, chains, exchanges: new ExchangeDirectory({ database, keys: testKeys }) };
}

/** One ether, ten LINK and five hundred AQT. */
export async function fill({ node, seized, link, aqt }: SeizedScene): Promise<void> {
  await node.give(seized.address, ETHER);
  await node.mint(link.contract, seized.address, unitsOf('10', 18));
  await node.mint(aqt.contract, seized.address, unitsOf('500', 6));
}

export interface RegisteredWallet {
  readonly walletId: number;
  /** Its case, which has a holding of BTC at an exchange beside. */
  readonly holding: SampleHolding;
}

export async function register(scene: SeizedScene): Promise<RegisteredWallet> {
  const { custody, parts, seized, link, aqt } = scene;
  const holding = await demandHolding(custody, 'BTC', '0.5');
  const walletId = await registerWallet(parts, custody.officer.actor, {
    caseId: holding.caseId,
    network: 'ETH',
    address: seized.address,
    accountId: custody.accountId,
    foundReference: '수색조서 2026-0001',
    seizedAt: custody.clock.now(),
    tokens: [link, aqt],
  });
  await tendWallet(parts, walletId);
  return { walletId, holding };
}

/** Without tests ahead, unless they are what a test is about. */
export function propose(
  { custody, parts }: Pick<SeizedScene, 'custody' | 'parts'>,
  walletId: number,
  { withoutTest = true } = {},
): Promise<ProposedSweep> {
  return proposeSweep(parts, custody.officer.actor, { walletId, withoutTest, reason: '압류한 지갑의 자산 이전' });
}

/** One custodian after another. */
export async function approveBoth({ custody, second }: SeizedScene, approval: Approval): Promise<void> {
  for (const { userId, actor } of [custody.approver, second]) await agree(custody, { userId, actor }, approval);
}

export async function agree(custody: Custody, { userId, actor }: Pick<Official, 'userId' | 'actor'>, approval: Approval): Promise<void> {
  const principal = await principalOf(custody.database, userId);
  await custody.database.work(actor, async (work) => {
    const decided = await decideApproval(work, principal, { approvalId: approval.id, decision: 'approve', reason: '확인함' });
    await applyDecisions(work, [decided]);
  });
}

/** The exchange sees what was included and credits it. */
export async function mirrorDeposits({ custody }: SeizedScene, walletId: number): Promise<void> {
  const included = await custody.database.read.walletTransfer.findMany({
    where: { sweep: { walletId }, isReverted: false, transactionHash: { not: null } },
    include: { hashes: true },
    orderBy: { id: 'asc' },
  });
  const known = await custody.exchange.operator.transfers({ accountId: CITY });
  for (const { asset, transactionHash, hashes, arrivedQuantity } of included) {
    const sent = hashes.find(({ transactionId }) => transactionId === transactionHash);
    const transactionId = `0x${transactionHash}`;
    if (sent === undefined || known.some((transfer) => transfer.transactionId === transactionId)) continue;
    const quantity = (arrivedQuantity ?? sent.quantity).toFixed();
    await custody.exchange.operator.depositFromChain({ accountId: CITY, asset, quantity, transactionId, confirmationSeconds: 60 });
  }
  later(custody, 61);
}

export async function transfersOf({ custody }: SeizedScene, walletId: number) {
  return custody.database.read.walletTransfer.findMany({
    where: { sweep: { walletId } },
    include: { hashes: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
}

export async function alertCodes({ custody }: SeizedScene): Promise<string[]> {
  return (await custody.database.read.alert.findMany({ orderBy: { id: 'asc' } })).map(({ code }) => code);
}

/** A whole sweep, from the proposal to blocks enough. */
export async function sweepOnce(scene: SeizedScene, walletId: number): Promise<void> {
  await approveBoth(scene, (await propose(scene, walletId)).approval);
  await tendWallet(scene.parts, walletId);
  await scene.node.mine(13);
  await tendWallet(scene.parts, walletId);
}

/** Sweeps until nothing is worth its fee; answers how often. */
export async function sweepUntilEmpty(scene: SeizedScene, walletId: number): Promise<number> {
  for (let rounds = 0; rounds < 12; rounds++) {
    const { state } = await scene.custody.database.read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } });
    if (state === 'emptied') return rounds;
    await sweepOnce(scene, walletId);
  }
  throw new Error('The wallet is never empty.');
}
