import { beforeAll, describe, expect, it } from 'vitest';
import { WalletChains } from '../../src/custody/wallet/chains.ts';
import { handBackWallet } from '../../src/custody/wallet/end.ts';
import { proposeExternalSweep } from '../../src/custody/wallet/external.ts';
import { type FoundWallet, proposeFoundWallet } from '../../src/custody/wallet/found-case.ts';
import type { WalletParts } from '../../src/custody/wallet/rows.ts';
import { readAddressesAnew } from '../../src/custody/wallet/survey.ts';
import { tendWallet } from '../../src/custody/wallet/tend.ts';
import { applyDecisions } from '../../src/http/approval-effects.ts';
import { decideApproval } from '../../src/identity/approval.ts';
import { civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { withdrawSeizure } from '../../src/seizure/approve.ts';
import { releasableCases } from '../../src/seizure/release.ts';
import { imposeStay, liftStay } from '../../src/seizure/stay.ts';
import { ExchangeDirectory } from '../../src/venue/exchange-directory.ts';
import { createOfficial, principalOf } from '../identity/officials.ts';
import { Office } from '../seizure/seizure-fixture.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';

/* Wallets of the Bitcoin kind, read by prints: what a seizure that begins with a wallet is refused for, and how it ends before its time. */

const ADDRESSES = [
  'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
  'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
  '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
  '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
] as const;
const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const TRANSACTION = 'a1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d';

let office: Office;
let parts: WalletParts;

beforeAll(async () => {
  office = await Office.open('paper exchange');
  const { database } = office;
  const config = { chainNodes: [], signerUrl: undefined, signerToken: undefined, keystoreFile: undefined };
  parts = {
    database,
    keys: testKeys,
    chains: new WalletChains({ config, environment: {} }),
    exchanges: new ExchangeDirectory({ database, keys: testKeys }),
  };
});

async function debtor(number: number, bill: Partial<Parameters<Office['bill']>[1]> = {}): Promise<number> {
  const [personId = 0] = await office.persons(number);
  await office.bill(personId, { noticeNumber: `W-${number}`, ...bill });
  return personId;
}

function propose(personId: number, address: string, more: Partial<FoundWallet> & { readonly quantity?: string } = {}) {
  const { quantity = '0.02', ...rest } = more;
  const now = office.clock.now();
  return proposeFoundWallet(parts, office.officer.actor, {
    personId,
    network: 'BTC',
    address,
    tokens: [],
    accountId: office.accountId,
    foundReference: '압류조서 2026-0001',
    seizedAt: now,
    proof: { quantity, takenAt: now, proofReference: '탐색기 출력물 2026-0001', proofDigest: DIGEST },
    officerId: office.officer.userId,
    marginReason: undefined,
    quantities: undefined,
    ...rest,
  });
}

const external = {
  fee: '0.0001',
  quantity: '0.0199',
  transactionId: TRANSACTION,
  proofReference: '탐색기 출력물 2026-0002',
  proofDigest: DIGEST,
  reason: '지갑 이전',
};

describe('a wallet that was found', () => {
  it('is seized for bills whose dunning had expired when it was taken, and for no others', async () => {
    const [address] = ADDRESSES;
    const running = await debtor(1, { dunning: 'running' });
    await expect(propose(running, address)).rejects.toMatchObject({ code: 'SEIZURE_DUNNING_NOT_EXPIRED' });
    const early = await debtor(2);
    const seizedAt = startOfDay(civilDate('2025-08-15'));
    await expect(propose(early, address, { seizedAt })).rejects.toMatchObject({ code: 'SEIZURE_DUNNING_NOT_EXPIRED' });
    const [nobody = 0] = await office.persons(3);
    await expect(propose(nobody, address)).rejects.toMatchObject({ code: 'SEIZURE_NOTHING_OWED' });
    await expect(propose(4711, address)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await office.database.read.seizedWallet.count()).toBe(0);
  });

  it('needs a print where no node is read, a sale where it is sold, and no secret', async () => {
    const [address] = ADDRESSES;
    const personId = await debtor(4);
    await expect(propose(personId, address, { proof: undefined })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(propose(personId, address, { quantity: '0.00000001' })).rejects.toMatchObject({ code: 'SEIZURE_NOTHING_TO_SEIZE' });
    const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    await expect(propose(personId, address, { foundReference: phrase })).rejects.toMatchObject({ code: 'SECRET_FOUND' });
    await expect(propose(personId, address, { marginReason: ' ' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('secures no more than is owed, other wallets of the person counted', async () => {
    const [first, second] = ADDRESSES;
    const personId = await debtor(5, { principalKrw: '3000000' });
    const all = { quantity: '1', quantities: [CoinAmount.of('BTC', '1')] };
    await expect(propose(personId, first, all)).rejects.toMatchObject({ code: 'SEIZURE_EXCESSIVE' });
    const { caseId, isPartial } = await propose(personId, first, { quantity: '1' });
    expect(isPartial).toBe(true);
    expect(await office.database.read.seizedWallet.findFirst({ where: { caseId } })).toMatchObject({ seizesWhole: false });
    await expect(propose(personId, second)).rejects.toMatchObject({ code: 'SEIZURE_EXCESSIVE' });
    // Nor is a wallet two cases' at a time.
    const other = await debtor(6, { principalKrw: '9000000' });
    await expect(propose(other, first)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is not seized of somebody in rehabilitation', async () => {
    const [, , third, fourth] = ADDRESSES;
    const personId = await debtor(7, { principalKrw: '9000000' });
    const { caseId } = await propose(personId, third);
    const stay = { caseId, kind: 'rehabilitation', reason: '회생', fromDay: office.today } as const;
    await office.database.work(testActor, (work) => imposeStay(work, stay));
    await expect(propose(personId, fourth)).rejects.toMatchObject({ code: 'SEIZURE_STAYED' });
  });
});

describe('a seizure that is refused', () => {
  it('leaves the wallet to another proposal, and tells of what was moved already', async () => {
    const address = ADDRESSES[3];
    const personId = await debtor(8, { principalKrw: '9000000' });
    const { caseId, walletId } = await propose(personId, address);
    await readAddressesAnew(parts, { venueAccountId: office.accountId });
    const { database } = office;
    const asked = await database.work(office.officer.actor, (work) => proposeExternalSweep(work, { walletId, ...external }));
    for (const { userId, actor } of [office.approver, await createOfficial(database, 'second-approver', ['approver'])]) {
      const principal = await principalOf(database, userId);
      await database.work(actor, async (work) => {
        const decided = await decideApproval(work, principal, { approvalId: asked.approval.id, decision: 'approve', reason: '확인함' });
        await applyDecisions(work, [decided]);
      });
    }
    const [approval] = await office.request(caseId);
    if (approval === undefined) throw new Error('Nothing was asked for.');
    await office.decide(approval, 'reject');
    await tendWallet(parts, walletId);
    const wallet = await database.read.seizedWallet.findUniqueOrThrow({ where: { id: walletId } });
    expect(wallet).toMatchObject({ endReason: 'case_refused', nextLookAt: null });
    expect(await database.read.walletSweep.findUniqueOrThrow({ where: { id: asked.sweepId } })).toMatchObject({
      state: 'failed',
      endReason: 'case_refused',
    });
    await expect(
      database.work(office.officer.actor, (work) => proposeExternalSweep(work, { walletId, ...external })),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await database.read.alert.count({ where: { code: 'wallet_refused_after_move', severity: 'critical' } })).toBe(1);
    const again = await propose(personId, address);
    expect(again.walletId).not.toBe(walletId);
    await database.work(office.officer.actor, (work) =>
      withdrawSeizure(work, { caseId: again.caseId, code: 'WITHDRAWN', reason: '다시 기안' }),
    );
    // Without waiting for anybody to tend to it.
    expect((await propose(personId, address)).walletId).not.toBe(again.walletId);
  });
});

describe('an approved one', () => {
  it('waits in its seizure while a stay stops transfers, is never withdrawn, and keeps its wallet until it is handed back', async () => {
    const address = ADDRESSES[4];
    const { database } = office;
    const personId = await debtor(9, { principalKrw: '9000000' });
    const { caseId, walletId } = await propose(personId, address);
    await office.approve(caseId);
    const order = { caseId, code: 'WITHDRAWN', reason: '철회' };
    await expect(database.work(office.officer.actor, (work) => withdrawSeizure(work, order))).rejects.toMatchObject({
      code: 'PHASE_WRONG',
    });
    await office.progress(caseId);
    const stay = { caseId, kind: 'court_order', reason: '집행정지', fromDay: office.today } as const;
    const { stayId } = await database.work(testActor, (work) => imposeStay(work, stay));
    await office.progress(caseId);
    expect(await office.case(caseId)).toMatchObject({ phase: 'seized', holdings: [{ state: 'seized' }] });
    await database.work(testActor, (work) => liftStay(work, { stayId, reason: '취소' }));
    await office.progress(caseId);
    expect((await office.case(caseId)).phase).toBe('transfer_demanded');
    await tendWallet(parts, walletId);
    const { holdings } = await office.case(caseId);
    expect(
      holdings.map(({ asset, seizedQuantity, demandedQuantity, state }) => [asset, `${seizedQuantity}`, `${demandedQuantity}`, state]),
    ).toEqual([['BTC', '0.02', '0.02', 'demanded']]);
    const handBack = { walletId, receiptReference: '영수증 2026-0001', reason: '납부' };
    await expect(database.work(office.officer.actor, (work) => handBackWallet(work, handBack))).rejects.toMatchObject({
      code: 'PHASE_WRONG',
    });

    // He pays at once: the case is settled, and ends when he has his wallet back.
    const [bill] = (await office.case(caseId)).bills;
    await office.payElsewhere(bill?.billId ?? 0);
    await office.progress(caseId);
    expect((await office.case(caseId)).phase).toBe('settled');
    const releasable = async () => (await database.work(testActor, (work) => releasableCases(work))).map((each) => each.caseId);
    expect(await releasable()).not.toContain(caseId);
    await database.work(office.officer.actor, (work) => handBackWallet(work, handBack));
    expect(await releasable()).toContain(caseId);
  });
});
