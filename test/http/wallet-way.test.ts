import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import type { SignedInClient } from '../support/api.ts';
import { EvmNode } from '../support/evm-node.ts';
import { ExchangeAtNode, type ListedAsset } from '../support/exchange-at-node.ts';
import { emptyFolder } from '../support/installed.ts';
import { ETHER, PASSWORD, type SampleWallet, sampleWallet } from '../support/sample-wallet.ts';
import { sealEverything } from '../support/seal.ts';
import { CITY, CORRESPONDENCE, minutesLater, signInAgain, startTown, type Town, taxpayer } from './way.ts';
import { approveAll, bulkOf, invariant, pageOf, refundSurplus, returnCoins, viewCase } from './way-steps.ts';
import { bringToApproval, seizeAndDemand, transferAll } from './way-to-custody.ts';
import { bringWonHome, distribute, sellForHim, serveSaleNotice } from './way-to-settlement.ts';

/*
 * A hardware wallet is found in a search: from its seizure over a real chain to won credited on the bill, and what is left back in kind at
 * an address of the taxpayer's. Each test is a stop; a later one builds on those before.
 */

const owing = taxpayer(1, '3000000', '0.001');
const RETURN_ADDRESS = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

let town: Town;
let node: EvmNode;
let bridge: ExchangeAtNode;
let seized: SampleWallet;
let second: SignedInClient;
let assets: readonly ListedAsset[];
let caseId = 0;
let walletId = 0;
/** Transactions by which coins went back over the chain. */
const returns: string[] = [];

beforeAll(async () => {
  node = await EvmNode.start({ chainId: 1 });
  assets = [
    { asset: 'ETH', contract: undefined, decimals: 18 },
    { asset: 'LINK', contract: await node.deployToken('LINK', 18), decimals: 18 },
    { asset: 'AQT', contract: await node.deployToken('AQT', 8), decimals: 8 },
  ];
  seized = sampleWallet();
  const keystore = join(await emptyFolder(), 'keystore.json');
  await writeFile(keystore, seized.keystoreJson);
  const screeningListFile = join(await emptyFolder(), 'list.csv');
  await writeFile(screeningListFile, `주소,구분,근거\r\n${seized.address},위험,표본\r\n`);
  town = await startTown({
    screeningListFile,
    environment: { CHAIN_NODES: `eth=${node.url}`, KEYSTORE_FILE: keystore, KEYSTORE_PASSWORD: PASSWORD },
  });
  second = await town.api.hire('second.approver', ['approver']);
  caseId = await bringToApproval(town, owing);
});

/** Time passes on the chain and in the city, and everybody signs in again. */
async function wait(minutes: number): Promise<void> {
  await minutesLater(town, minutes);
  await signInAgain(town);
  await second.signIn();
}

async function readAccount(): Promise<void> {
  const readings = (await town.officer.post(`/venue-accounts/${town.venueAccountId}/readings`, {})).expect(
    z.array(z.looseObject({ agrees: z.boolean() })),
  );
  expect(readings.every(({ agrees }) => agrees)).toBe(true);
  await town.api.untilIdle();
}

/** Two custodians, one after another. */
async function approveTwice(): Promise<void> {
  expect(await approveAll(town)).toBe(1);
  expect(await approveAll({ ...town, approver: second })).toBe(1);
}

const walletView = z.looseObject({
  state: z.string(),
  assets: z.array(z.looseObject({ asset: z.string(), found: z.string(), left: z.string() })),
  sweeps: z.array(
    z.looseObject({ state: z.string(), transfers: z.array(z.looseObject({ asset: z.string(), quantity: z.string(), state: z.string() })) }),
  ),
});

async function viewWallet() {
  return (await town.officer.get(`/wallets/${walletId}`)).expect(walletView);
}

async function sweep(): Promise<void> {
  const asked = (await town.officer.post(`/wallets/${walletId}/sweeps`, { reason: '압류한 지갑의 이전' })).expect(
    z.object({ sweepId: z.int(), approvalId: z.int() }),
  );
  expect(asked.sweepId).toBeGreaterThan(0);
  await approveTwice();
  for (let blocks = 0; blocks < 30 && (await viewWallet()).sweeps.at(-1)?.state === 'approved'; blocks++) {
    await node.mine(1);
    await bridge.seeArrivals();
    await wait(1);
  }
  await bridge.seeArrivals();
  expect((await viewWallet()).sweeps.at(-1)?.state).toBe('done');
}

test('a wallet found before any letter is served is swept at once', async () => {
  const [, link, aqt] = assets;
  await node.give(seized.address, ETHER);
  await node.mint(link?.contract ?? '', seized.address, 10n * ETHER);
  await node.mint(aqt?.contract ?? '', seized.address, 50_000_000_000n);
  const tokens = assets.flatMap(({ asset, contract, decimals }) => (contract === undefined ? [] : [{ asset, contract, decimals }]));
  const { clock } = town.api;
  const registration = {
    caseId,
    network: 'ETH',
    address: seized.address,
    accountId: town.venueAccountId,
    foundReference: '수색조서 2026-0001',
    seizedAt: clock.now().toISOString(),
    tokens,
  };
  const registered = (await town.officer.post('/wallets', registration)).expect(z.object({ walletId: z.int(), screening: z.string() }));
  expect(registered.screening).toBe('hit');
  walletId = registered.walletId;
  await town.api.untilIdle();
  expect((await viewWallet()).assets).toMatchObject([
    { asset: 'ETH', found: '1' },
    { asset: 'LINK', found: '10' },
    { asset: 'AQT', found: '500' },
  ]);

  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/addresses`, {})).status).toBe(200);
  const told = (await town.officer.get(`/venue-accounts/${town.venueAccountId}/addresses`)).expect(
    z.array(z.looseObject({ asset: z.string(), address: z.string().nullable() })),
  );
  const addresses = new Map(told.flatMap(({ asset, address }) => (address === null ? [] : [[asset, address] as const])));
  const head = Number(z.string().parse(await node.ask('eth_blockNumber')));
  bridge = new ExchangeAtNode({ node, exchange: town.exchange, accountId: CITY }, assets, addresses, head);

  await sweep();
  const { transfers } = (await viewWallet()).sweeps[0] ?? { transfers: [] };
  expect(transfers).toHaveLength(6);
  expect(new Set(transfers.map(({ asset }) => asset))).toEqual(new Set(['ETH', 'LINK', 'AQT']));
  expect(await node.unitsOf(bridge.addressOf('LINK'), link?.contract)).toBe(10n * ETHER);
  expect(await node.unitsOf(seized.address, link?.contract)).toBe(0n);
  expect((await viewCase(town, caseId)).phase).toBe('approved');
});

test('its coins are the case’s as soon as the letters are served', async () => {
  await readAccount();
  const { read } = town.api.database;
  const arrived = await read.venueDeposit.findMany();
  expect(new Set(arrived.flatMap(({ state, reasons }) => [state, ...reasons]))).toEqual(new Set(['unidentified', 'sweep_awaits_demand']));
  for (const { id } of arrived) {
    // They are nobody's yet in the books, and still go nowhere else.
    const returned = await town.officer.post(`/deposits/${id}/return-request`, { reason: '송신인 반환' });
    expect(returned.problem()).toMatchObject({ code: 'CONFLICT', facts: { caseId } });
    const names = { originatorVasp: '개인지갑', originatorName: owing.name, beneficiaryName: '표본시', reference: 'TR-1' };
    expect((await town.officer.post(`/deposits/${id}/travel-rule`, names)).status).toBe(200);
  }
  await seizeAndDemand(town, caseId);
  await transferAll(town, owing, caseId);
  for (let rounds = 0; rounds < 6 && (await viewWallet()).state !== 'emptied'; rounds++) await sweep();
  await wait(2);
  await readAccount();
  const { phase, holdings } = await viewCase(town, caseId);
  expect(holdings.map(({ asset, state }) => `${asset} ${state}`).toSorted()).toEqual([
    'AQT received',
    'BTC received',
    'ETH received',
    'LINK received',
  ]);
  expect(phase).toBe('in_custody');
  // What came with them under the travel rule has found its person as well.
  const { personId } = await read.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  const owners = await read.travelRuleRecord.findMany({ select: { personId: true } });
  expect(new Set(owners.map((owner) => owner.personId))).toEqual(new Set([personId]));
});

test('they are sold after notice and window as any others, and the won is credited', async () => {
  await serveSaleNotice(town, caseId);
  await sellForHim(town, caseId);
  await bringWonHome(town, caseId);
  await distribute(town, caseId);
});

const listed = z.object({ addressId: z.int() });
const told = z.object({ asset: z.string(), quantity: z.string(), destinationReference: z.string(), network: z.string().nullable() });

test('what is left goes back in kind to a listed address of his, after its cooling time', async () => {
  const { holdings } = await viewCase(town, caseId);
  const left = holdings.filter(({ state }) => state === 'received' || state === 'selling');
  const onChain = left.filter(({ asset }) => asset !== 'BTC');
  expect(onChain.length).toBeGreaterThan(0);
  const proofs = { ownershipProof: '소유 확인서 2026-0001', registrationReference: '업비트 등록 2026-0002', reason: '남은 가상자산 반환' };
  for (const { asset } of onChain) {
    const body = { accountId: town.venueAccountId, asset, network: 'ETH', address: RETURN_ADDRESS, owner: { kind: 'taxpayer', caseId } };
    (await town.officer.post('/withdrawal-addresses', { ...body, ...proofs })).expect(listed);
  }
  expect(await approveAll(town)).toBe(onChain.length);
  const items = onChain.map(({ id }) => ({ holdingId: id }));
  const asked = (await town.officer.post('/coin-transfers', { items, reason: '남은 가상자산 반환' })).expect(
    bulkOf(z.object({ transferId: z.int() })),
  );
  expect(asked.refused).toEqual([]);
  expect(await approveAll(town)).toBe(onChain.length);
  const transferIds = asked.done.map(({ result }) => result.transferId);
  const early = (await town.officer.post('/coin-transfers/instructions', { items: transferIds })).expect(bulkOf(told));
  expect(new Set(early.refused.map(({ code }) => code))).toEqual(new Set(['ADDRESS_COOLING']));
  await wait(24 * 60);

  const before = new Map<string, bigint>();
  for (const { asset, contract } of assets) before.set(asset, await node.unitsOf(RETURN_ADDRESS, contract));
  const instructed = (await town.officer.post('/coin-transfers/instructions', { items: transferIds })).expect(bulkOf(told));
  expect(instructed.refused).toEqual([]);
  const confirmations: { transferId: number; transactionId: string }[] = [];
  for (const { id, result } of instructed.done) {
    expect(result).toMatchObject({ destinationReference: RETURN_ADDRESS, network: 'ETH' });
    const { asset, quantity, destinationReference: address } = result;
    const transactionId = await bridge.payOut({ asset, quantity, address });
    returns.push(transactionId);
    confirmations.push({ transferId: id, transactionId });
    const { contract, decimals } = assets.find((each) => each.asset === asset) ?? { contract: undefined, decimals: 18 };
    const arrived = (await node.unitsOf(RETURN_ADDRESS, contract)) - (before.get(asset) ?? 0n);
    expect(new Decimal(arrived.toString()).shiftedBy(-decimals).toFixed()).toBe(quantity);
  }
  const confirmed = (await town.officer.post('/coin-transfers/confirmations', { items: confirmations })).expect(bulkOf(z.unknown()));
  expect(confirmed.refused).toEqual([]);
  await minutesLater(town, 5);
  await readAccount();

  const bitcoin = left.filter(({ asset }) => asset === 'BTC').map(({ id }) => id);
  if (bitcoin.length > 0) await returnCoins(town, bitcoin);
  const { money } = await viewCase(town, caseId);
  if (money !== null && money.surplusOwedKrw !== '0') {
    await refundSurplus(town, { caseId, holderName: owing.name, amountKrw: money.surplusOwedKrw });
  }
  const closed = (await town.treasurer.post('/cases/closures', { venueCode: 'upbit', correspondence: CORRESPONDENCE })).expect(
    bulkOf(z.unknown()),
  );
  expect(closed).toMatchObject({ done: [{ id: caseId }], refused: [] });
});

const traceNode = z.object({
  what: z.string(),
  id: z.string(),
  text: z.string(),
  get children() {
    return z.array(traceNode);
  },
});
type Node = z.output<typeof traceNode>;

function flat(root: Node): Node[] {
  return [root, ...root.children.flatMap(flat)];
}

test('every hop is in the trace, from the wallet to the bill and to his own address, and nothing is broken', async () => {
  const { root, agrees } = (await town.auditor.get(`/trace/case/${caseId}`)).expect(
    z.object({ agrees: z.boolean(), root: traceNode }).loose(),
  );
  expect(agrees).toBe(true);
  const coins = flat(root).filter(({ what }) => what === 'holding');
  for (const { asset } of assets) {
    const holding = coins.find(({ text }) => text.startsWith(`${asset} `));
    const hops = holding === undefined ? [] : flat(holding);
    const named = (what: string) => hops.filter((hop) => hop.what === what);
    expect(named('wallet')).toMatchObject([{ id: `seized_wallet:${walletId}` }]);
    const moves = named('wallet_transfer');
    // One ahead as a test, and the rest.
    expect(moves.length).toBeGreaterThanOrEqual(2);
    for (const { children } of moves) expect(children.map(({ what }) => what)).toEqual(['chain_transaction', 'deposit']);
    expect(named('fill').length + named('return').length).toBeGreaterThan(0);
    for (const { children } of named('return')) expect(children.map(({ what }) => what)).toEqual(['address', 'withdrawal']);
  }
  const returned = coins
    .flatMap(flat)
    .filter(({ what, text }) => what === 'withdrawal' && returns.some((id) => text.includes(id.slice(2))));
  expect(returned).toHaveLength(returns.length);
  expect(flat(root).filter(({ what }) => what === 'proceeds' || what.startsWith('distribution:')).length).toBeGreaterThanOrEqual(2);

  await sealEverything(town.api.database);
  const invariants = (await town.auditor.get('/invariants')).expect(z.object({ broken: z.int(), results: z.array(invariant) }));
  expect(invariants.results.filter(({ offending }) => offending.length > 0)).toEqual([]);
  expect((await town.auditor.get('/audit/verification')).json()).toEqual({ intact: true, findings: [] });
  const alerts = (await town.auditor.get('/alerts')).expect(pageOf(z.looseObject({ code: z.string() })));
  // The bitcoin of the exchange's came before its report; of what the wallet sent nothing was ever unclear.
  expect(alerts.items.map(({ code }) => code)).toEqual(['address_screening_hit', 'wallet_sweep_again', 'deposit_unidentified']);
});
