import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { SignedInClient } from '../support/api.ts';
import { EvmNode } from '../support/evm-node.ts';
import { ExchangeAtNode, type ListedAsset } from '../support/exchange-at-node.ts';
import { emptyFolder } from '../support/installed.ts';
import { ETHER, PASSWORD, type SampleWallet, sampleWallet } from '../support/sample-wallet.ts';
import { CITY, minutesLater, signInAgain, startTown, type Town } from './way.ts';
import { approveAll, bulkOf, viewCase } from './way-steps.ts';

/* A town whose officials find a hardware wallet, a real chain on which it holds coins, and what tests do with both. */

const walletView = z.looseObject({
  state: z.string(),
  endReason: z.string().nullable(),
  assets: z.array(z.looseObject({ asset: z.string(), found: z.string(), left: z.string() })),
  sweeps: z.array(
    z.looseObject({ state: z.string(), transfers: z.array(z.looseObject({ asset: z.string(), quantity: z.string(), state: z.string() })) }),
  ),
});
const listed = z.object({ addressId: z.int() });
const told = z.object({ asset: z.string(), quantity: z.string(), destinationReference: z.string(), network: z.string().nullable() });
const traceNode = z.object({
  what: z.string(),
  id: z.string(),
  text: z.string(),
  get children() {
    return z.array(traceNode);
  },
});
type Node = z.output<typeof traceNode>;
export const RETURN_ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

/** A part of a trace with all below it. */
export function flat(root: Node): Node[] {
  return [root, ...root.children.flatMap(flat)];
}

export class WalletTown {
  readonly town: Town;
  readonly node: EvmNode;
  readonly seized: SampleWallet;
  readonly second: SignedInClient;
  readonly assets: readonly ListedAsset[];
  #bridge: ExchangeAtNode | undefined;

  private constructor(parts: Pick<WalletTown, 'town' | 'node' | 'seized' | 'second' | 'assets'>) {
    this.town = parts.town;
    this.node = parts.node;
    this.seized = parts.seized;
    this.second = parts.second;
    this.assets = parts.assets;
  }

  /** The chain has LINK and AQT besides ETH; the wallet's keystore is the custodians'. */
  static async start(screeningList?: (seized: SampleWallet) => string): Promise<WalletTown> {
    const node = await EvmNode.start({ chainId: 1 });
    const assets = [
      { asset: 'ETH', contract: undefined, decimals: 18 },
      { asset: 'LINK', contract: await node.deployToken('LINK', 18), decimals: 18 },
      { asset: 'AQT', contract: await node.deployToken('AQT', 8), decimals: 8 },
    ];
    const seized = sampleWallet();
    const keystore = join(await emptyFolder(), 'keystore.json');
    await writeFile(keystore, seized.keystoreJson);
    const screeningListFile = join(await emptyFolder(), 'list.csv');
    await writeFile(screeningListFile, screeningList?.(seized) ?? '주소,구분,근거\r\n');
    const town = await startTown({
      screeningListFile,
      environment: { CHAIN_NODES: `eth=${node.url}`, KEYSTORE_FILE: keystore, KEYSTORE_PASSWORD: PASSWORD },
    });
    return new WalletTown({ town, node, seized, second: await town.api.hire('second.approver', ['approver']), assets });
  }

  get tokens() {
    return this.assets.flatMap(({ asset, contract, decimals }) => (contract === undefined ? [] : [{ asset, contract, decimals }]));
  }

  get bridge(): ExchangeAtNode {
    if (this.#bridge === undefined) throw new Error('The exchange does not stand at the chain yet.');
    return this.#bridge;
  }

  contractOf(asset: string): string {
    return this.assets.find((each) => each.asset === asset)?.contract ?? '';
  }

  /** One ether, ten LINK and five hundred AQT. */
  async fill(): Promise<void> {
    await this.node.give(this.seized.address, ETHER);
    await this.node.mint(this.contractOf('LINK'), this.seized.address, 10n * ETHER);
    await this.node.mint(this.contractOf('AQT'), this.seized.address, 50_000_000_000n);
  }

  /** The exchange tells its addresses and sees from now on what arrives there. */
  async openBridge(): Promise<void> {
    const { town, node } = this;
    expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/addresses`, {})).status).toBe(200);
    const known = (await town.officer.get(`/venue-accounts/${town.venueAccountId}/addresses`)).expect(
      z.array(z.looseObject({ asset: z.string(), address: z.string().nullable() })),
    );
    const addresses = new Map(known.flatMap(({ asset, address }) => (address === null ? [] : [[asset, address] as const])));
    const head = Number(z.string().parse(await node.ask('eth_blockNumber')));
    this.#bridge = new ExchangeAtNode({ node, exchange: town.exchange, accountId: CITY }, this.assets, addresses, head);
  }

  /** Time passes on the chain and in the city, and everybody signs in again. */
  async wait(minutes: number): Promise<void> {
    await minutesLater(this.town, minutes);
    await signInAgain(this.town);
    await this.second.signIn();
  }

  async readAccount(): Promise<void> {
    const { officer, venueAccountId, api } = this.town;
    const readings = (await officer.post(`/venue-accounts/${venueAccountId}/readings`, {})).expect(
      z.array(z.looseObject({ agrees: z.boolean() })),
    );
    expect(readings.every(({ agrees }) => agrees)).toBe(true);
    await api.untilIdle();
  }

  /** Two custodians, one after another. */
  async approveTwice(): Promise<void> {
    expect(await approveAll(this.town)).toBe(1);
    expect(await approveAll({ ...this.town, approver: this.second })).toBe(1);
  }

  /** The approver agrees to the seizure and, as the first, to its sweep; then the second custodian to the latter. */
  async approveSeizureAndSweep(): Promise<void> {
    const { approver, api } = this.town;
    const pending = (await approver.get('/approvals')).expect(z.array(z.looseObject({ id: z.int(), kind: z.string() })));
    expect(pending.map(({ kind }) => kind).toSorted()).toEqual(['seizure', 'wallet_sweep']);
    for (const { id } of pending) {
      const decision = { approvalIds: [id], decision: 'approve', reason: '요건 확인' };
      expect((await approver.post('/approvals/decisions', decision)).status).toBe(200);
    }
    await api.untilIdle();
    expect(await approveAll({ ...this.town, approver: this.second })).toBe(1);
  }

  async viewWallet(walletId: number) {
    return (await this.town.officer.get(`/wallets/${walletId}`)).expect(walletView);
  }

  async askForSweep(walletId: number): Promise<void> {
    const asked = (await this.town.officer.post(`/wallets/${walletId}/sweeps`, { reason: '압류한 지갑의 이전' })).expect(
      z.object({ sweepId: z.int(), approvalId: z.int() }),
    );
    expect(asked.sweepId).toBeGreaterThan(0);
  }

  /** Blocks pass until an approved sweep is over. */
  async followSweep(walletId: number): Promise<void> {
    for (let blocks = 0; blocks < 30 && (await this.viewWallet(walletId)).sweeps.at(-1)?.state === 'approved'; blocks++) {
      await this.node.mine(1);
      await this.bridge.seeArrivals();
      await minutesLater(this.town, 1);
    }
    // Who did nothing meanwhile signs in again.
    await this.wait(1);
    await this.bridge.seeArrivals();
    expect((await this.viewWallet(walletId)).sweeps.at(-1)?.state).toBe('done');
  }

  async sweep(walletId: number): Promise<void> {
    await this.askForSweep(walletId);
    await this.approveTwice();
    await this.followSweep(walletId);
  }

  /** Sweeps until nothing is worth its fee. */
  async sweepUntilEmpty(walletId: number): Promise<void> {
    for (let rounds = 0; rounds < 6 && (await this.viewWallet(walletId)).state !== 'emptied'; rounds++) await this.sweep(walletId);
    expect((await this.viewWallet(walletId)).state).toBe('emptied');
  }

  /** What is left of these holdings goes over the chain to a listed address of the taxpayer's; answers the transactions. */
  async returnOverChain(caseId: number, holdings: readonly { readonly id: number; readonly asset: string }[]): Promise<string[]> {
    const { town, node, assets, bridge } = this;
    const proofs = {
      ownershipProof: '소유 확인서 2026-0001',
      registrationReference: '업비트 등록 2026-0002',
      reason: '남은 가상자산 반환',
    };
    // No account at the exchange gave them, so there is none to which they could simply go back.
    const accounts = { items: holdings.map(({ id }) => id), ...proofs };
    const refused = (await town.officer.post('/withdrawal-addresses/seized-accounts', accounts)).expect(bulkOf(z.unknown())).refused;
    expect(refused.map(({ code }) => code)).toEqual(holdings.map(() => 'CONFLICT'));
    for (const { asset } of holdings) {
      const body = { accountId: town.venueAccountId, asset, network: 'ETH', address: RETURN_ADDRESS, owner: { kind: 'taxpayer', caseId } };
      (await town.officer.post('/withdrawal-addresses', { ...body, ...proofs })).expect(listed);
    }
    expect(await approveAll(town)).toBe(holdings.length);
    const items = holdings.map(({ id }) => ({ holdingId: id }));
    const asked = (await town.officer.post('/coin-transfers', { items, reason: '남은 가상자산 반환' })).expect(
      bulkOf(z.object({ transferId: z.int() })),
    );
    expect(asked.refused).toEqual([]);
    expect(await approveAll(town)).toBe(holdings.length);
    const transferIds = asked.done.map(({ result }) => result.transferId);
    const early = (await town.officer.post('/coin-transfers/instructions', { items: transferIds })).expect(bulkOf(told));
    expect(new Set(early.refused.map(({ code }) => code))).toEqual(new Set(['ADDRESS_COOLING']));
    await this.wait(24 * 60);

    const before = new Map<string, bigint>();
    for (const { asset, contract } of assets) before.set(asset, await node.unitsOf(RETURN_ADDRESS, contract));
    const instructed = (await town.officer.post('/coin-transfers/instructions', { items: transferIds })).expect(bulkOf(told));
    expect(instructed.refused).toEqual([]);
    const confirmations: { transferId: number; transactionId: string }[] = [];
    for (const { id, result } of instructed.done) {
      expect(result).toMatchObject({ destinationReference: RETURN_ADDRESS, network: 'ETH' });
      const { asset, quantity, destinationReference: address } = result;
      confirmations.push({ transferId: id, transactionId: await bridge.payOut({ asset, quantity, address }) });
      const { contract, decimals } = assets.find((each) => each.asset === asset) ?? { contract: undefined, decimals: 18 };
      const arrived = (await node.unitsOf(RETURN_ADDRESS, contract)) - (before.get(asset) ?? 0n);
      expect(new Decimal(arrived.toString()).shiftedBy(-decimals).toFixed()).toBe(quantity);
    }
    const confirmed = (await town.officer.post('/coin-transfers/confirmations', { items: confirmations })).expect(bulkOf(z.unknown()));
    expect(confirmed.refused).toEqual([]);
    await minutesLater(town, 5);
    await this.readAccount();
    return confirmations.map(({ transactionId }) => transactionId);
  }

  async holdingsLeft(caseId: number) {
    const { holdings } = await viewCase(this.town, caseId);
    return holdings.filter(({ state }) => state === 'received' || state === 'selling');
  }

  /** A case's trace, whose sums agree. */
  async trace(caseId: number): Promise<Node> {
    const { root, agrees } = (await this.town.auditor.get(`/trace/case/${caseId}`)).expect(
      z.object({ agrees: z.boolean(), root: traceNode }).loose(),
    );
    expect(agrees).toBe(true);
    return root;
  }
}
