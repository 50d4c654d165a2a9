import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ETHER } from '../support/sample-wallet.ts';
import { sealEverything } from '../support/seal.ts';
import { flat, WalletTown } from './wallet-steps.ts';
import { CORRESPONDENCE, type Town, taxpayer } from './way.ts';
import { bulkOf, invariant, pageOf, refundSurplus, returnCoins, viewCase } from './way-steps.ts';
import { bringToApproval, seizeAndDemand, transferAll } from './way-to-custody.ts';
import { bringWonHome, distribute, sellForHim, serveSaleNotice } from './way-to-settlement.ts';

/*
 * A hardware wallet is found in a search: from its seizure over a real chain to won credited on the bill, and what is left back in kind at
 * an address of the taxpayer's. Each test is a stop; a later one builds on those before.
 */

const owing = taxpayer(1, '3000000', '0.001');

let found: WalletTown;
let town: Town;
let caseId = 0;
let walletId = 0;
/** Transactions by which coins went back over the chain. */
let returns: readonly string[] = [];

beforeAll(async () => {
  found = await WalletTown.start(({ address }) => `주소,구분,근거\r\n${address},위험,표본\r\n`);
  town = found.town;
  caseId = await bringToApproval(town, owing);
});

test('a wallet found before any letter is served is swept at once', async () => {
  await found.fill();
  const { clock } = town.api;
  const registration = {
    caseId,
    network: 'ETH',
    address: found.seized.address,
    accountId: town.venueAccountId,
    foundReference: '수색조서 2026-0001',
    seizedAt: clock.now().toISOString(),
    tokens: found.tokens,
  };
  const registered = (await town.officer.post('/wallets', registration)).expect(z.object({ walletId: z.int(), screening: z.string() }));
  expect(registered.screening).toBe('hit');
  walletId = registered.walletId;
  await town.api.untilIdle();
  expect((await found.viewWallet(walletId)).assets).toMatchObject([
    { asset: 'ETH', found: '1' },
    { asset: 'LINK', found: '10' },
    { asset: 'AQT', found: '500' },
  ]);

  await found.openBridge();
  await found.sweep(walletId);
  const { transfers } = (await found.viewWallet(walletId)).sweeps[0] ?? { transfers: [] };
  expect(transfers).toHaveLength(6);
  expect(new Set(transfers.map(({ asset }) => asset))).toEqual(new Set(['ETH', 'LINK', 'AQT']));
  const link = found.contractOf('LINK');
  expect(await found.node.unitsOf(found.bridge.addressOf('LINK'), link)).toBe(10n * ETHER);
  expect(await found.node.unitsOf(found.seized.address, link)).toBe(0n);
  expect((await viewCase(town, caseId)).phase).toBe('approved');
});

test('its coins are the case’s as soon as the letters are served', async () => {
  await found.readAccount();
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
  await found.sweepUntilEmpty(walletId);
  await found.wait(2);
  await found.readAccount();
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

test('they are sold after notice and window like all others, and the won is credited', async () => {
  await serveSaleNotice(town, caseId);
  await sellForHim(town, caseId);
  await bringWonHome(town, caseId);
  await distribute(town, caseId);
});

test('what is left goes back in kind to a listed address of his, after its cooling time', async () => {
  const left = await found.holdingsLeft(caseId);
  const onChain = left.filter(({ asset }) => asset !== 'BTC');
  expect(onChain.length).toBeGreaterThan(0);
  returns = await found.returnOverChain(caseId, onChain);

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

test('every hop is in the trace, from the wallet to the bill and to his own address, and nothing is broken', async () => {
  const root = await found.trace(caseId);
  const coins = flat(root).filter(({ what }) => what === 'holding');
  for (const { asset } of found.assets) {
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
