import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconcileAccount } from '../../src/custody/reconcile.ts';
import { proposeExternalSweep } from '../../src/custody/wallet/external.ts';
import { recordProof, registerWallet } from '../../src/custody/wallet/register.ts';
import { readAddressesAnew } from '../../src/custody/wallet/survey.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type Custody, demandHolding, endCustody, heldText, later, startCustody, unbalancedAssets } from './custody-fixture.ts';
import { alertCodes, approveBoth, register, type SeizedScene, seizedScene } from './wallet-fixture.ts';

const ADDRESS = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
const TRANSACTION = 'a1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d';
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

let custody: Custody;
let scene: SeizedScene;

beforeAll(async () => {
  custody = await startCustody();
  scene = await seizedScene(custody);
});

afterAll(() => endCustody(custody));

function prove(walletId: number, quantity: string): Promise<void> {
  const print = { proofReference: '탐색기 출력물 2026-0001', proofDigest: DIGEST, takenAt: custody.clock.now() };
  return custody.database.work(custody.officer.actor, (work) => recordProof(work, { walletId, quantity, ...print }));
}

function external(walletId: number, quantity: string) {
  const facts = {
    fee: '0.0001',
    transactionId: TRANSACTION,
    proofReference: '탐색기 출력물 2026-0002',
    proofDigest: DIGEST,
    reason: '지갑 이전',
  };
  return custody.database.work(custody.officer.actor, (work) => proposeExternalSweep(work, { walletId, quantity, ...facts }));
}

it('watches a wallet of the Bitcoin kind by print and books the transaction that two custodians vouch for', async () => {
  const { read } = custody.database;
  const { caseId, holdingId, source } = await demandHolding(custody, 'BTC', '0.5');
  expect(source).toBeDefined();
  const walletId = await registerWallet(scene.parts, custody.officer.actor, {
    caseId,
    network: 'BTC',
    address: ADDRESS.toUpperCase(),
    accountId: custody.accountId,
    foundReference: '수색조서 2026-0002',
    seizedAt: custody.clock.now(),
    tokens: [],
  });
  expect((await read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } })).address).toBe(ADDRESS);
  await prove(walletId, '0.25');
  await tendWallet(scene.parts, walletId);
  expect((await read.holding.findUniqueOrThrow({ where: { id: holdingId } })).demandedQuantity.toFixed()).toBe('0.75');

  await readAddressesAnew(scene.parts, { venueAccountId: custody.accountId });
  await expect(external(walletId, '0.25')).rejects.toMatchObject({ code: 'CONFLICT' });
  const { approval } = await external(walletId, '0.2499');
  // The exchange lists it before anybody has vouched for it.
  await custody.exchange.operator.depositFromChain({
    accountId: CITY,
    asset: 'BTC',
    quantity: '0.2499',
    transactionId: TRANSACTION,
    confirmationSeconds: 60,
  });
  later(custody, 61);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(await heldText(custody, holdingId, 'BTC')).toBe('0');
  await approveBoth(scene, approval);
  await tendWallet(scene.parts, walletId);
  await reconcileAccount(custody.database, custody.port, custody.accountId);
  expect(await heldText(custody, holdingId, 'BTC')).toBe('0.2499');

  later(custody, 60);
  await prove(walletId, '0');
  await tendWallet(scene.parts, walletId);
  expect((await read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } })).state).toBe('emptied');
  // The fee is short, the exchange's half is still awaited.
  const { leftQuantity } = await read.walletAsset.findFirstOrThrow({ where: { walletId } });
  expect(leftQuantity.toFixed()).toBe('0.0001');
  expect((await read.holding.findUniqueOrThrow({ where: { id: holdingId } })).state).toBe('partly_received');
  expect(await unbalancedAssets(custody)).toEqual([]);
  expect(await brokenInvariants(custody.database)).toEqual([]);
  expect(await alertCodes(scene)).toEqual(['deposit_unidentified']);
});

it('takes no key, no phrase and no address of another network for a wallet', async () => {
  const { caseId } = await demandHolding(custody, 'BTC', '0.5');
  const facts = { caseId, network: 'BTC', accountId: custody.accountId, seizedAt: custody.clock.now(), tokens: [] };
  const wrong = [
    [{ address: ADDRESS, foundReference: 'legal winner thank year wave sausage worth useful legal winner thank yellow' }, 'SECRET_FOUND'],
    [{ address: '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ', foundReference: '수색조서' }, 'SECRET_FOUND'],
    [{ address: scene.seized.address, foundReference: '수색조서' }, 'ADDRESS_NETWORK_WRONG'],
  ] as const;
  for (const [mistake, code] of wrong) {
    await expect(registerWallet(scene.parts, custody.officer.actor, { ...facts, ...mistake })).rejects.toMatchObject({ code });
  }
});

it('registers a wallet once, with tokens whose contracts confirm them', async () => {
  const { walletId } = await register(scene);
  await expect(register(scene)).rejects.toMatchObject({ code: 'CONFLICT' });
  const { read } = custody.database;
  const { caseId, accountId } = {
    caseId: (await read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } })).caseId,
    accountId: custody.accountId,
  };
  const wrong = { ...scene.aqt, decimals: 18 };
  await expect(
    registerWallet(scene.parts, custody.officer.actor, {
      caseId,
      accountId,
      network: 'ETH',
      address: scene.aqt.contract,
      foundReference: '수색조서',
      seizedAt: custody.clock.now(),
      tokens: [wrong],
    }),
  ).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
});
