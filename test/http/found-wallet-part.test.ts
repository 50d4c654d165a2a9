import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ledgerFile } from '../../src/simulation/sample/files.ts';
import { sealEverything } from '../support/seal.ts';
import { RETURN_ADDRESS, WalletTown } from './wallet-steps.ts';
import { CORRESPONDENCE, type Town, taxpayer, today } from './way.ts';
import { approveAll, bulkOf, imported, invariant, viewCase } from './way-steps.ts';

/*
 * A wallet that holds much more than its owner owes: no more is seized than that. All of it is moved, since others may have the key; what is
 * beyond the seizure goes back without waiting for any sale, and the case is not closed before it has.
 */

const owing = taxpayer(1, '3000000', '0');

let found: WalletTown;
let town: Town;
let caseId = 0;
let walletId = 0;

beforeAll(async () => {
  found = await WalletTown.start();
  town = found.town;
  (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerFile([owing]))).expect(imported);
  await found.fill();
  await found.openBridge();
});

async function beyond() {
  return town.api.database.read.venueDeposit.findMany({ where: { state: 'unidentified' }, orderBy: { id: 'asc' } });
}

function close() {
  return town.treasurer.post('/cases/closures', { venueCode: 'upbit', correspondence: CORRESPONDENCE });
}

test('no more of it is seized than is owed, and the officers are told what is beyond', async () => {
  const { id: personId } = await town.api.database.read.person.findFirstOrThrow();
  const proposal = {
    personId,
    network: 'ETH',
    address: found.seized.address,
    tokens: found.tokens,
    accountId: town.venueAccountId,
    foundReference: '압류조서 2026-0001',
    takenAt: town.api.clock.now().toISOString(),
  };
  const answer = (await town.officer.post('/seizures/wallet-proposal', proposal)).expect(
    z.looseObject({ caseId: z.int(), walletId: z.int(), isPartial: z.boolean(), leftOut: z.array(z.looseObject({ asset: z.string() })) }),
  );
  expect(answer).toMatchObject({ isPartial: true, leftOut: [{ asset: 'LINK' }, { asset: 'AQT' }] });
  ({ caseId, walletId } = answer);
  // Seizure and sweep lie before the same two people, who decide both one after another.
  await found.askForSweep(walletId);
  expect((await town.officer.post('/seizures/approval-requests', { items: [caseId], reason: '체납 처분' })).status).toBe(200);
  await found.approveSeizureAndSweep();
  await found.followSweep(walletId);
  await found.sweepUntilEmpty(walletId);
  await found.wait(2);
  await found.readAccount();
  const { phase, holdings } = await viewCase(town, caseId);
  expect(phase).toBe('in_custody');
  expect(holdings.map(({ asset, state }) => `${asset} ${state}`)).toEqual(['ETH received']);
  expect(Number(holdings[0]?.demandedQuantity)).toBeLessThan(1);
  expect(new Set((await beyond()).map(({ asset }) => asset))).toEqual(new Set(['ETH', 'LINK', 'AQT']));
  const alerts = await town.api.database.read.alert.findMany({ where: { code: 'wallet_beyond_seizure' } });
  expect(alerts).toHaveLength(1);
  // Another wallet of his would be beyond as well.
  const { accountId, foundReference, takenAt: seizedAt } = proposal;
  const another = { caseId, network: 'ETH', address: RETURN_ADDRESS, accountId, foundReference, seizedAt };
  expect((await town.officer.post('/wallets', another)).problem().code).toBe('CONFLICT');
});

test('it goes back before anything is sold, and the case is not closed before it has', async () => {
  const ending = { items: [caseId], ground: 'third_party_owner', reason: '소유를 증명하는 서류를 확인함' };
  expect((await town.approver.post('/cases/seizure-endings', ending)).expect(bulkOf(z.unknown())).refused).toEqual([]);
  await found.returnOverChain(caseId, await found.holdingsLeft(caseId));
  expect((await close()).expect(bulkOf(z.unknown())).refused).toEqual([{ id: caseId, code: 'RELEASE_NOT_ALLOWED' }]);

  const proofs = { ownershipProof: '소유 확인서 2026-0001', registrationReference: '업비트 등록 2026-0003', reason: '압류하지 않은 자산' };
  const deposits = await beyond();
  for (const { id, asset } of deposits) {
    const place = { accountId: town.venueAccountId, asset, network: 'ETH', address: RETURN_ADDRESS };
    const listed = await town.officer.post('/withdrawal-addresses', {
      ...place,
      ...proofs,
      owner: { kind: 'sender', depositId: id },
    });
    expect(listed.status).toBe(200);
  }
  expect(await approveAll(town)).toBe(deposits.length);
  const transferIds: number[] = [];
  for (const { id } of deposits) {
    const asked = await town.officer.post(`/deposits/${id}/return-request`, { reason: '압류하지 않은 자산의 반환' });
    transferIds.push(asked.expect(z.object({ transferId: z.int(), approvalId: z.int() })).transferId);
  }
  expect(await approveAll(town)).toBe(deposits.length);
  // Nobody has valued what was not seized at all, so two agree to let it go.
  expect(await approveAll({ ...town, approver: found.second })).toBe(deposits.filter(({ asset }) => asset !== 'ETH').length);
  await found.wait(24 * 60);
  await town.administrator.signIn();
  // What was never valued leaves within the limits that the city sets for it in units.
  const limits = { krw: '1000000000', units: { LINK: '10', AQT: '500' } };
  const change = { key: 'custody.transfer_daily_limits', value: limits, validFrom: today(town), source: '시장 방침(표본)', reason: '반환' };
  expect((await town.administrator.post('/policies/changes', change)).status).toBe(200);
  expect(await approveAll(town)).toBe(1);
  const told = z.object({ asset: z.string(), quantity: z.string(), destinationReference: z.string() });
  for (const transferId of transferIds) {
    const [instructed] = (await town.officer.post('/coin-transfers/instructions', { items: [transferId] })).expect(bulkOf(told)).done;
    const { asset = '', quantity = '', destinationReference: address = '' } = instructed?.result ?? {};
    const items = [{ transferId, transactionId: await found.bridge.payOut({ asset, quantity, address }) }];
    expect((await town.officer.post('/coin-transfers/confirmations', { items })).expect(bulkOf(z.unknown())).refused).toEqual([]);
    await found.wait(5);
    await found.readAccount();
  }
  expect(await beyond()).toEqual([]);
  expect(await found.node.unitsOf(RETURN_ADDRESS, found.contractOf('LINK'))).toBe(10_000_000_000_000_000_000n);
  expect((await close()).expect(bulkOf(z.unknown()))).toMatchObject({ done: [{ id: caseId }], refused: [] });

  await sealEverything(town.api.database);
  const invariants = (await town.auditor.get('/invariants')).expect(z.object({ broken: z.int(), results: z.array(invariant) }));
  expect(invariants.results.filter(({ offending }) => offending.length > 0)).toEqual([]);
});
