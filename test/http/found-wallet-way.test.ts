import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { seoulDay } from '../../src/kernel/civil-date.ts';
import { ledgerFile } from '../../src/simulation/sample/files.ts';
import { sealEverything } from '../support/seal.ts';
import { flat, WalletTown } from './wallet-steps.ts';
import { CORRESPONDENCE, type Town, taxpayer } from './way.ts';
import { approveAll, bulkOf, imported, invariant, noticesOfCase, pageOf, refundSurplus, viewCase } from './way-steps.ts';
import { bringWonHome, distribute, sellForHim, serveSaleNotice } from './way-to-settlement.ts';

/*
 * Somebody who owes and has no account at any exchange: a wallet is found in a search and taken. From its seizure over a real chain to won
 * credited on his bill, what is left back to him in kind, and the end of the case. Each test is a stop; a later one builds on those before.
 */

const owing = taxpayer(1, '5100000', '0');

let found: WalletTown;
let town: Town;
let personId = 0;
let caseId = 0;
let walletId = 0;

beforeAll(async () => {
  found = await WalletTown.start();
  town = found.town;
  (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerFile([owing]))).expect(imported);
  ({ id: personId } = await town.api.database.read.person.findFirstOrThrow());
  await found.fill();
  await found.openBridge();
});

const proposed = z.looseObject({ caseId: z.int(), walletId: z.int(), isPartial: z.boolean(), screening: z.string() });

function proposal(more: Readonly<Record<string, unknown>> = {}) {
  return {
    personId,
    network: 'ETH',
    address: found.seized.address,
    tokens: found.tokens,
    accountId: town.venueAccountId,
    foundReference: '압류조서 2026-0001',
    takenAt: town.api.clock.now().toISOString(),
    ...more,
  };
}

const MARGIN = { marginReason: '지갑의 키는 나눌 수 없음' };

test('it is kept to what he owes like every seizure, and nobody proposes it for what is to come', async () => {
  expect((await town.auditor.post('/seizures/wallet-proposal', proposal())).problem().code).toBe('FORBIDDEN');
  const tomorrow = new Date(town.api.clock.now().getTime() + 86_400_000).toISOString();
  expect((await town.officer.post('/seizures/wallet-proposal', proposal({ takenAt: tomorrow }))).problem().code).toBe('INPUT_INVALID');
  const quantities = [
    { asset: 'ETH', quantity: '1' },
    { asset: 'LINK', quantity: '10' },
    { asset: 'AQT', quantity: '500' },
  ];
  expect((await town.officer.post('/seizures/wallet-proposal', proposal({ quantities }))).problem()).toMatchObject({
    code: 'SEIZURE_EXCESSIVE',
    facts: { proposed: [{ asset: 'ETH', quantity: '1' }, { asset: 'LINK', quantity: '10' }, { asset: 'AQT' }] },
  });
  expect(await town.api.database.read.seizedWallet.count()).toBe(0);
});

test('nothing leaves the wallet before somebody else agrees to the seizure, whoever agreed to the sweep', async () => {
  const answer = (await town.officer.post('/seizures/wallet-proposal', proposal(MARGIN))).expect(proposed);
  expect(answer).toMatchObject({ isPartial: false, screening: 'clear' });
  ({ caseId, walletId } = answer);
  await town.api.untilIdle();
  await found.askForSweep(walletId);
  await found.approveTwice();
  await found.wait(2);
  const { sweeps, assets } = await found.viewWallet(walletId);
  expect(assets).toMatchObject([
    { asset: 'ETH', found: '1' },
    { asset: 'LINK', found: '10' },
    { asset: 'AQT', found: '500' },
  ]);
  expect(sweeps[0]?.state).toBe('approved');
  expect(new Set(sweeps[0]?.transfers.map(({ state }) => state))).toEqual(new Set(['planned']));
  expect((await viewCase(town, caseId)).phase).toBe('proposed');
});

test('once they do, it is seized since it was taken, swept and in custody, and no exchange is written to', async () => {
  const { read } = town.api.database;
  const { seizedAt } = await read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } });
  expect((await town.officer.post('/seizures/approval-requests', { items: [caseId], reason: '체납 처분' })).status).toBe(200);
  expect(await approveAll(town)).toBe(1);
  expect(await viewCase(town, caseId)).toMatchObject({ phase: 'transfer_demanded', seizedOn: seoulDay(seizedAt), origin: 'wallet' });
  const documents = { caseIds: [caseId], venueAccountId: town.venueAccountId, correspondence: CORRESPONDENCE };
  expect((await town.officer.post('/seizures/documents', documents)).status).toBe(200);
  const letters = await read.notice.findMany({ orderBy: { id: 'asc' } });
  expect(letters.map(({ kind, recipientKind }) => `${kind} ${recipientKind}`)).toEqual([
    'seizure_record delinquent',
    'seizure_notice delinquent',
  ]);
  const [record] = await noticesOfCase(town, caseId, 'seizure_record', 'issued');
  expect((await town.officer.get(`/notices/${record}`)).status).toBe(200);

  await found.followSweep(walletId);
  await found.sweepUntilEmpty(walletId);
  await found.wait(2);
  await found.readAccount();
  const { phase, holdings } = await viewCase(town, caseId);
  expect(holdings.map(({ asset, state }) => `${asset} ${state}`).toSorted()).toEqual(['AQT received', 'ETH received', 'LINK received']);
  expect(holdings.find(({ asset }) => asset === 'LINK')?.demandedQuantity).toBe('10');
  expect(phase).toBe('in_custody');
});

test('its coins are sold after notice and window like all others, and the won is credited', async () => {
  await serveSaleNotice(town, caseId);
  await sellForHim(town, caseId);
  await bringWonHome(town, caseId);
  await distribute(town, caseId);
});

test('what is left goes back in kind to an address of his', async () => {
  const left = await found.holdingsLeft(caseId);
  expect(left.length).toBeGreaterThan(0);
  await found.returnOverChain(caseId, left);
  const { money } = await viewCase(town, caseId);
  if (money !== null && money.surplusOwedKrw !== '0') {
    await refundSurplus(town, { caseId, holderName: owing.name, amountKrw: money.surplusOwedKrw });
  }
});

function close() {
  return town.treasurer.post('/cases/closures', { venueCode: 'upbit', correspondence: CORRESPONDENCE });
}

test('the case is not closed over a wallet on which something has arrived since', async () => {
  await found.node.mint(found.contractOf('LINK'), found.seized.address, 1_000_000_000_000_000_000n);
  await found.wait(10);
  expect((await found.viewWallet(walletId)).assets).toMatchObject([{}, { asset: 'LINK', found: '11' }, {}]);
  expect((await close()).expect(bulkOf(z.unknown()))).toEqual({
    done: [],
    refused: [{ id: caseId, code: 'RELEASE_NOT_ALLOWED' }],
  });
  await found.askForSweep(walletId);
  expect((await close()).expect(bulkOf(z.unknown())).refused).toEqual([{ id: caseId, code: 'RELEASE_NOT_ALLOWED' }]);
  const handBack = { receiptReference: '영수증 2026-0001', reason: '체납액을 모두 충당함' };
  expect((await town.officer.post(`/wallets/${walletId}/hand-back`, handBack)).problem().code).toBe('CONFLICT');
  const [pending] = (await town.approver.get('/approvals')).expect(z.array(z.object({ id: z.int() })));
  const refusal = { approvalIds: [pending?.id ?? 0], decision: 'reject', reason: '돌려줄 자산임' };
  expect((await town.approver.post('/approvals/decisions', refusal)).status).toBe(200);
  await town.api.untilIdle();
  expect((await town.officer.post(`/wallets/${walletId}/hand-back`, handBack)).status).toBe(200);
  expect((await found.viewWallet(walletId)).endReason).toBe('handed_back');
  expect((await close()).expect(bulkOf(z.unknown()))).toMatchObject({ done: [{ id: caseId }], refused: [] });
  const releases = await town.api.database.read.notice.findMany({ where: { kind: 'release_notice' } });
  expect(releases.map(({ recipientKind }) => recipientKind)).toEqual(['delinquent']);
});

test('the trace shows it from the wallet to the bill and to his own address, and nothing is broken', async () => {
  const root = await found.trace(caseId);
  const nodes = flat(root);
  expect(nodes.filter(({ what }) => what === 'wallet').map(({ id }) => id)).toEqual(Array(3).fill(`seized_wallet:${walletId}`));
  for (const { children } of nodes.filter(({ what }) => what === 'wallet_transfer')) {
    expect(children.map(({ what }) => what)).toEqual(['chain_transaction', 'deposit']);
  }
  expect(nodes.filter(({ what }) => what === 'fill').length).toBeGreaterThan(0);
  expect(nodes.filter(({ what }) => what === 'return').length).toBeGreaterThan(0);
  await sealEverything(town.api.database);
  const invariants = (await town.auditor.get('/invariants')).expect(z.object({ broken: z.int(), results: z.array(invariant) }));
  expect(invariants.results.filter(({ offending }) => offending.length > 0)).toEqual([]);
  expect((await town.auditor.get('/audit/verification')).json()).toEqual({ intact: true, findings: [] });
  const alerts = (await town.auditor.get('/alerts')).expect(pageOf(z.looseObject({ code: z.string() })));
  expect(new Set(alerts.items.map(({ code }) => code))).toEqual(new Set(['wallet_sweep_again', 'coverage_at_risk']));
});
