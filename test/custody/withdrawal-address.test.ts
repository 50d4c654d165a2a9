import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestCoinTransfer, requestDepositReturn } from '../../src/custody/return.ts';
import { screenTransfer } from '../../src/custody/screening.ts';
import { tendAccount } from '../../src/custody/tend.ts';
import { confirmAddress, revokeAddress } from '../../src/custody/withdrawal-address.ts';
import { type NewAddress, proposeAddress, proposeSeizedAccount } from '../../src/custody/withdrawal-address-proposal.ts';
import { viewAddress } from '../../src/custody/withdrawal-address-row.ts';
import { expireApproval } from '../../src/identity/approval.ts';
import { createOfficial, type Official } from '../identity/officials.ts';
import { testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { testKeys } from '../support/test-keys.ts';
import {
  approve,
  type Custody,
  decide,
  demandHolding,
  depositRow,
  endCustody,
  expiry,
  instruct,
  later,
  moveToCity,
  receiveHolding,
  type SampleHolding,
  setPhase,
  startCustody,
} from './custody-fixture.ts';

const ETHER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const OTHER_ETHER = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const SOLANA = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';

let custody: Custody;
let colleague: Official;

beforeAll(async () => {
  custody = await startCustody();
  colleague = await createOfficial(custody.database, 'colleague', ['collection_officer']);
});

afterAll(() => endCustody(custody));

type Typed = Pick<NewAddress, 'asset' | 'network' | 'address' | 'owner'> & Partial<NewAddress>;

function propose(typed: Typed, by: Official = custody.officer) {
  const rest = { accountId: custody.accountId, ownershipProof: '소유 확인서 1', registrationReference: '등록 1', reason: '반환 주소' };
  return custody.database.work(by.actor, (work) => proposeAddress(work, testKeys, { ...rest, expiresAt: expiry(custody), ...typed }));
}

async function decideOn(approvalId: number | null, decision: 'approve' | 'reject' = 'approve'): Promise<void> {
  await decide(custody, await custody.database.read.approval.findUniqueOrThrow({ where: { id: approvalId ?? 0 } }), decision);
}

function row(id: number) {
  return custody.database.read.withdrawalAddress.findUniqueOrThrow({ where: { id } });
}

function revoke(addressId: number, by: Official = custody.officer): Promise<void> {
  return custody.database.work(by.actor, (work) => revokeAddress(work, { addressId, reason: '잘못 등록함' }));
}

/** A holding that may go back, whose seized account nobody has listed. */
async function returnable(asset: string, quantity: string): Promise<SampleHolding> {
  const holding = await receiveHolding(custody, asset, quantity);
  await setPhase(custody, holding.caseId, 'settled');
  const listed = await custody.database.read.withdrawalAddress.findFirstOrThrow({
    where: { asset, state: 'approved' },
    orderBy: { id: 'desc' },
  });
  await revoke(listed.id);
  return holding;
}

function ask(holdingId: number, addressId?: number) {
  const request = { holdingId, addressId, reason: '완납', expiresAt: expiry(custody) };
  return custody.database.work(custody.officer.actor, (work) => requestCoinTransfer(work, request));
}

/** An address that was added, approved and has cooled. */
async function usable(typed: Typed): Promise<number> {
  const { addressId, approvalId } = await propose(typed);
  await decideOn(approvalId);
  later(custody, 24 * 3_600);
  return addressId;
}

describe('an address', () => {
  it('is added by one official, approved by another, and serves after its cooling time only', async () => {
    const holding = await returnable('ETH', '2');
    await expect(ask(holding.holdingId)).rejects.toMatchObject({ code: 'ADDRESS_NOT_LISTED' });
    const typed = { asset: 'ETH', network: 'ETH', address: ETHER, owner: { kind: 'taxpayer', caseId: holding.caseId } } as const;
    const { addressId, approvalId } = await propose(typed);
    await expect(ask(holding.holdingId, addressId)).rejects.toMatchObject({ code: 'ADDRESS_NOT_LISTED' });
    await decideOn(approvalId);
    expect(await row(addressId)).toMatchObject({ state: 'approved', check: 'checksum', owner: 'taxpayer' });

    const { transferId, approval } = await ask(holding.holdingId);
    await approve(custody, approval);
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'ADDRESS_COOLING' });
    later(custody, 24 * 3_600 - 1);
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'ADDRESS_COOLING' });
    expect(await custody.database.read.intent.count({ where: { subject: `coin_transfer:${transferId}` } })).toBe(0);
    later(custody, 1);
    expect(await instruct(custody, transferId)).toMatchObject({
      destinationReference: ETHER,
      network: 'ETH',
      secondaryAddress: null,
      addressId,
      registrationReference: '등록 1',
    });
    const views = await custody.database.read.auditEvent.findMany({
      where: { action: 'withdrawal_address.viewed', subject: `withdrawal_address:${addressId}` },
    });
    expect(views.map(({ stream }) => stream)).toEqual([`person:${(await row(addressId)).personId}`]);
  });

  it('cannot be approved by its maker, and a rejected or expired one is never used', async () => {
    const holding = await returnable('LINK', '3');
    const typed = { asset: 'LINK', network: 'ETH', address: ETHER, owner: { kind: 'taxpayer', caseId: holding.caseId } } as const;
    const rejected = await propose(typed);
    const own = custody.database.work(custody.officer.actor, (work) =>
      work.tx.approval.update({
        where: { id: rejected.approvalId ?? 0 },
        data: { state: 'approved', decidedById: custody.officer.userId, decidedAt: work.at },
      }),
    );
    await expect(own).rejects.toThrow(/approval_maker_is_not_checker/);
    await decideOn(rejected.approvalId, 'reject');
    expect(await row(rejected.addressId)).toMatchObject({ state: 'rejected', endReason: '확인함' });
    const expired = await propose(typed);
    expect(expired.addressId).not.toBe(rejected.addressId);
    later(custody, 8 * 86_400);
    await expireApproval(custody.database, expired.approvalId ?? 0);
    await tendAccount(custody.database, custody.port, custody.accountId);
    expect(await row(expired.addressId)).toMatchObject({ state: 'rejected', endReason: 'expired' });
    await expect(ask(holding.holdingId, expired.addressId)).rejects.toMatchObject({ code: 'ADDRESS_REVOKED' });
  });

  it('added again by the same official is the same row, by another one a conflict', async () => {
    const holding = await demandHolding(custody, 'ADA', '10');
    const owner = { kind: 'taxpayer', caseId: holding.caseId } as const;
    const typed = { asset: 'ETH', network: 'ETH', address: OTHER_ETHER, owner } as const;
    const first = await propose(typed);
    expect(await propose({ ...typed, address: OTHER_ETHER.toLowerCase() })).toEqual(first);
    await expect(propose(typed, colleague)).rejects.toMatchObject({ code: 'CONFLICT', facts: { addressId: first.addressId } });
  });
});

describe('whose an address is', () => {
  it('of another asset, account or person is refused', async () => {
    const [holding, stranger] = [await returnable('SOL', '5'), await demandHolding(custody, 'SOL', '1')];
    const owner = { kind: 'taxpayer', caseId: holding.caseId } as const;
    const elsewhere = await registerSampleAccount(custody.database, {
      label: '표본시 2호 계정',
      accessKey: 'another-access-key',
      secretKey: 'another-secret',
    });
    const ofAsset = await usable({ asset: 'ETH', network: 'ETH', address: ETHER, owner });
    const atOther = await usable({ asset: 'ETH', network: 'ETH', address: ETHER, owner, accountId: elsewhere });
    const ofStranger = await custody.database.read.withdrawalAddress.findFirstOrThrow({
      where: { asset: 'SOL', state: 'approved' },
      orderBy: { id: 'desc' },
    });
    for (const id of [ofAsset, atOther]) await expect(ask(holding.holdingId, id)).rejects.toMatchObject({ code: 'ADDRESS_ASSET_DIFFERS' });
    await expect(ask(holding.holdingId, ofStranger.id)).rejects.toMatchObject({ code: 'ADDRESS_OWNER_DIFFERS' });
    expect(stranger.caseId).not.toBe(holding.caseId);
    const notHis = { ...owner, kind: 'right_holder', personId: ofStranger.personId ?? 0 } as const;
    await expect(propose({ asset: 'SOL', network: 'SOL', address: SOLANA, owner: notHis })).rejects.toMatchObject({
      code: 'ADDRESS_OWNER_DIFFERS',
    });
  });

  it('may be a right-holder’s, who is then named', async () => {
    const holding = await returnable('XRP', '40');
    const heir = await demandHolding(custody, 'XRP', '1');
    const { personId } = await custody.database.read.seizureCase.findUniqueOrThrow({ where: { id: heir.caseId } });
    await custody.database.work(testActor, (work) =>
      work.tx.rightHolder.create({ data: { caseId: holding.caseId, personId, kind: 'pledgee', createdAt: work.at } }),
    );
    const owner = { kind: 'right_holder', caseId: holding.caseId, personId } as const;
    const typed = { asset: 'XRP', network: 'XRP', address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', owner } as const;
    await expect(propose(typed)).rejects.toMatchObject({ code: 'ADDRESS_TAG_REQUIRED' });
    const addressId = await usable({ ...typed, secondaryAddress: '77' });
    await expect(ask(holding.holdingId)).rejects.toMatchObject({ code: 'ADDRESS_NOT_LISTED' });
    const { transferId, approval } = await ask(holding.holdingId, addressId);
    await approve(custody, approval);
    expect(await instruct(custody, transferId)).toMatchObject({ secondaryAddress: '77', network: 'XRP' });
  });
});

describe('an address for which no checksum vouches', () => {
  it('is typed anew by somebody else before it can be approved', async () => {
    const holding = await returnable('SOL', '5');
    const { addressId, approvalId } = await propose({
      asset: 'SOL',
      network: 'SOL',
      address: SOLANA,
      owner: { kind: 'taxpayer', caseId: holding.caseId },
    });
    await expect(decideOn(approvalId)).rejects.toMatchObject({ code: 'ADDRESS_UNCONFIRMED' });
    const confirm = (address: string, by: Official) =>
      custody.database.work(by.actor, (work) => confirmAddress(work, testKeys, { addressId, address }));
    await expect(confirm(SOLANA, custody.officer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(confirm('So11111111111111111111111111111111111111112', colleague)).rejects.toMatchObject({
      code: 'ADDRESS_CONFIRMATION_DIFFERS',
    });
    await confirm(SOLANA, colleague);
    await decideOn(approvalId);
    expect(await row(addressId)).toMatchObject({ state: 'approved', check: 'form', confirmedById: colleague.userId });
  });

  it('needs nobody when it is the very account from which the coins were seized, and only then', async () => {
    const holding = await returnable('DOGE', '5');
    const rest = { ownershipProof: '거래소 회신', registrationReference: '등록', reason: '반환', expiresAt: expiry(custody) };
    const seized = await custody.database.work(custody.officer.actor, (work) =>
      proposeSeizedAccount(work, testKeys, { holdingId: holding.holdingId, ...rest }),
    );
    expect(await row(seized.addressId)).toMatchObject({ check: 'seized_account', network: 'internal' });
    const owner = { kind: 'taxpayer', caseId: holding.caseId } as const;
    const typed = await propose({ asset: 'DOGE', network: 'internal', address: 'somebody-else', owner });
    expect(await row(typed.addressId)).toMatchObject({ check: 'none' });
    await expect(decideOn(typed.approvalId)).rejects.toMatchObject({ code: 'ADDRESS_UNCONFIRMED' });
  });

  it('is not written, nor its tag, where it stays readable', async () => {
    const { caseId } = await demandHolding(custody, 'XRP', '1');
    const address = 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY';
    const typed = { asset: 'XRP', network: 'XRP', address, secondaryAddress: '48271', owner: { kind: 'taxpayer', caseId } } as const;
    for (const field of ['reason', 'ownershipProof', 'registrationReference'] as const) {
      for (const text of [`반환 주소 ${address}`, `반환 주소 ${address.toUpperCase()}`, '태그 48271번 확인', '확인서(48271)']) {
        await expect(propose({ ...typed, [field]: text }), `${field}: ${text}`).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      }
    }
    await propose({ ...typed, reason: '확인서 148271' });
  });
});

describe('a sender’s address', () => {
  it('serves for the return of his deposit and of no other', async () => {
    const holding = await demandHolding(custody, 'BTC', '1');
    const deposits: { id: number }[] = [];
    for (const quantity of ['0.3', '0.2']) {
      const { depositId } = await moveToCity(custody, holding.source, 'BTC', quantity);
      later(custody, 61);
      await tendAccount(custody.database, custody.port, custody.accountId);
      deposits.push(await depositRow(custody, depositId));
    }
    const [first, second] = deposits.map(({ id }) => id);
    const address = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2';
    const addressId = await usable({ asset: 'BTC', network: 'BTC', address, owner: { kind: 'sender', depositRowId: first ?? 0 } });
    const giveBack = (depositRowId: number | undefined, named?: number) =>
      custody.database.work(custody.officer.actor, (work) =>
        requestDepositReturn(work, {
          depositRowId: depositRowId ?? 0,
          addressId: named,
          reason: '송신인 반환',
          expiresAt: expiry(custody),
        }),
      );
    await expect(giveBack(second)).rejects.toMatchObject({ code: 'ADDRESS_NOT_LISTED' });
    await expect(giveBack(second, addressId)).rejects.toMatchObject({ code: 'ADDRESS_OWNER_DIFFERS' });
    const { transferId } = await giveBack(first);
    expect(await custody.database.read.coinTransfer.findUniqueOrThrow({ where: { id: transferId } })).toMatchObject({ addressId });
  });
});

describe('a revoked address', () => {
  it('stops what was to be sent there at once, and whoever holds the instruction is told', async () => {
    const holding = await returnable('MOC', '100');
    const addressId = await usable({ asset: 'MOC', network: 'ETH', address: ETHER, owner: { kind: 'taxpayer', caseId: holding.caseId } });
    const { transferId, approval } = await ask(holding.holdingId);
    await approve(custody, approval);
    await instruct(custody, transferId);
    await revoke(addressId, custody.approver);
    await revoke(addressId, custody.approver);
    await expect(instruct(custody, transferId)).rejects.toMatchObject({ code: 'ADDRESS_REVOKED' });
    const alerts = await custody.database.read.alert.findMany({ where: { code: 'address_revoked_in_use' } });
    expect(alerts.map(({ subject, severity }) => [subject, severity])).toEqual([[`coin_transfer:${transferId}`, 'critical']]);
    expect(await row(addressId)).toMatchObject({ state: 'revoked', revokedById: custody.approver.userId });
  });

  it('is not brought back by an approval that was under way', async () => {
    const holding = await demandHolding(custody, 'AQT', '1');
    const { addressId, approvalId } = await propose({
      asset: 'AQT',
      network: 'ETH',
      address: ETHER,
      owner: { kind: 'taxpayer', caseId: holding.caseId },
    });
    await revoke(addressId);
    await expect(decideOn(approvalId)).rejects.toMatchObject({ code: 'ADDRESS_REVOKED' });
    await decideOn(approvalId, 'reject');
    expect(await row(addressId)).toMatchObject({ state: 'revoked' });
  });
});

it('the address is read again only with the owner’s key, and stands in no log, approval, alert or refusal', async () => {
  const holding = await returnable('ETH', '4');
  const address = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB';
  const owner = { kind: 'taxpayer', caseId: holding.caseId } as const;
  const addressId = await usable({ asset: 'ETH', network: 'ETH', address, owner });
  const named = propose({ asset: 'ETH', network: 'ETH', address, owner, ownershipProof: `확인서 ${address}` });
  await expect(named).rejects.toMatchObject({ code: 'INPUT_INVALID', message: expect.not.stringContaining(address) });
  const { transferId, approval } = await ask(holding.holdingId, addressId);
  await approve(custody, approval);
  await instruct(custody, transferId);
  await revoke(addressId);
  const view = (id: number) =>
    custody.database.work(colleague.actor, (work) => viewAddress(work, testKeys, { addressId: id, purpose: 'case.review' }));
  expect(await view(addressId)).toEqual({ network: 'ETH', address, secondaryAddress: null });
  const { read } = custody.database;
  const written = JSON.stringify(
    [
      await read.auditEvent.findMany(),
      await read.approval.findMany(),
      await read.alert.findMany(),
      await read.coinTransfer.findMany(),
      await read.withdrawalAddress.findMany(),
    ],
    (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  for (const text of [address, address.toLowerCase(), address.slice(2, 20)]) expect(written).not.toContain(text);

  const { personId } = await row(addressId);
  await custody.database.work(testActor, (work) =>
    work.tx.person.update({
      where: { id: personId ?? 0 },
      data: {
        erasedAt: work.at,
        keyCipher: null,
        detailsCipher: null,
        registrationIndex: null,
        nameBirthIndex: null,
        nameBirthPhoneIndex: null,
      },
    }),
  );
  await expect(view(addressId)).rejects.toMatchObject({ code: 'PERSON_ERASED' });
  const screened = screenTransfer(custody.database, custody.officer.actor, { keys: testKeys, screening: custody.screening }, transferId);
  await expect(screened).rejects.toMatchObject({ code: 'PERSON_ERASED' });
});
