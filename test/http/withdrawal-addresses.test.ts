import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { recordDeposit } from '../../src/custody/deposit-record.ts';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { testActor } from '../support/database.ts';
import { emptyFolder } from '../support/installed.ts';
import { registerSampleAccount } from '../support/sample-account.ts';

/* Coins leave only to addresses that one official adds and another approves. */

const ETHER = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const decision = { decision: 'approve', reason: '증빙 확인' };

let api: TestApi;
let officer: SignedInClient;
let approver: SignedInClient;
let auditor: SignedInClient;
let screeningListFile: string;
let body: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  screeningListFile = join(await emptyFolder(), 'list.csv');
  await writeFile(screeningListFile, `주소,구분,근거\r\n${ETHER},위험,표본\r\n`);
  api = await startApi({ screeningListFile });
  officer = await api.hire('officer', ['collection_officer']);
  approver = await api.hire('approver', ['approver']);
  auditor = await api.hire('auditor', ['auditor']);
  const accountId = await registerSampleAccount(api.database);
  const depositId = await api.database.work(testActor, async (work) => {
    const facts = { depositId: 'd-1', asset: 'ETH', quantity: '2', network: 'ETH', transactionId: undefined, route: 'on_chain' } as const;
    const deposit = { ...facts, state: 'credited', statusWord: 'ACCEPTED', createdAt: work.at, creditedAt: work.at } as const;
    await recordDeposit(work, { accountId, venue: 'upbit', deposit });
    return (await work.tx.venueDeposit.findFirstOrThrow()).id;
  });
  const proofs = { ownershipProof: '소유 확인서 2026-0001', registrationReference: '업비트 등록 2026-0001', reason: '송신인 반환' };
  body = { accountId, asset: 'ETH', network: 'ETH', address: ETHER, owner: { kind: 'sender', depositId }, ...proofs };
});

const proposed = z.object({ addressId: z.int(), approvalId: z.int(), screening: z.string() });
const listed = z.object({ items: z.array(z.looseObject({ id: z.int(), state: z.string(), usableFrom: z.string().nullable() })) });

describe('a withdrawal address', () => {
  test('that is mistyped is refused with its own code, what to do, and without the address', async () => {
    const mistakes = [
      [{ address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeaEd' }, 'ADDRESS_CHECKSUM_WRONG'],
      [{ address: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' }, 'ADDRESS_NETWORK_WRONG'],
      [{ network: 'BTC', address: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' }, 'ADDRESS_NETWORK_WRONG'],
      [{ address: '0x1234' }, 'ADDRESS_INVALID'],
      [{ secondaryAddress: '12' }, 'ADDRESS_TAG_INVALID'],
      [{ asset: 'XRP', network: 'XRP', address: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh' }, 'ADDRESS_TAG_REQUIRED'],
      [{ asset: 'LINK' }, 'ADDRESS_ASSET_DIFFERS'],
    ] as const;
    for (const [mistake, code] of mistakes) {
      const problem = (await officer.post('/withdrawal-addresses', { ...body, ...mistake })).problem();
      expect(problem).toMatchObject({ code, action: ERROR_ACTIONS[code] });
      if ('address' in mistake) expect(JSON.stringify(problem)).not.toContain(mistake.address);
    }
    expect((await auditor.post('/withdrawal-addresses', body)).problem().code).toBe('FORBIDDEN');
  });

  test('is added, held against the list, looked at, approved by another, shown without the address, and revoked by anybody', async () => {
    const { addressId, approvalId, screening } = (await officer.post('/withdrawal-addresses', body)).expect(proposed);
    expect(screening).toBe('hit');
    const pending = z.array(z.looseObject({ id: z.int(), summary: z.string() }));
    const [asked] = (await approver.get('/approvals')).expect(pending).filter(({ id }) => id === approvalId);
    expect(asked?.summary).toContain('(위험 주소 목록에 있음)');
    expect((await auditor.get('/withdrawal-addresses?state=requested')).expect(listed).items).toMatchObject([
      { id: addressId, screening: 'hit' },
    ]);
    expect((await officer.post('/withdrawal-addresses', body)).expect(proposed).addressId).toBe(addressId);
    expect((await officer.post(`/approvals/${approvalId}/decision`, decision)).problem().code).toBe('APPROVAL_BY_MAKER');
    const view = await approver.post(`/withdrawal-addresses/${addressId}/view`, { purpose: 'withdrawal_address.approve' });
    expect(view.json()).toEqual({ network: 'ETH', address: ETHER, secondaryAddress: null });
    (await approver.post(`/approvals/${approvalId}/decision`, decision)).expect(z.unknown());

    const answer = await auditor.get('/withdrawal-addresses?state=approved');
    const approvedAt = api.clock.now();
    const [row] = answer.expect(listed).items;
    expect(row).toMatchObject({ id: addressId, state: 'approved', check: 'checksum', needsConfirmation: false, owner: 'sender' });
    expect(Date.parse(row?.usableFrom ?? '') - approvedAt.getTime()).toBe(24 * 3_600_000);
    expect(
      JSON.stringify([answer.json(), (await auditor.get('/approvals?state=approved')).json(), (await auditor.get('/alerts')).json()]),
    ).not.toContain(ETHER);
    const hits = z.object({ items: z.array(z.looseObject({ hits: z.unknown(), addressId: z.int().nullable() })) });
    const screenings = (await auditor.get(`/address-screenings?addressId=${addressId}&outcome=hit`)).expect(hits);
    expect(screenings.items[0]).toMatchObject({ purpose: 'return', hits: [{ category: 'tainted', reference: '표본' }] });

    (await auditor.post(`/withdrawal-addresses/${addressId}/revocation`, { reason: '증빙이 의심됨' })).expect(z.unknown());
    expect((await auditor.get('/withdrawal-addresses?state=revoked')).expect(listed).items.map(({ id }) => id)).toEqual([addressId]);
    const returned = await officer.post(
      `/deposits/${z.looseObject({ depositId: z.int() }).parse(body['owner']).depositId}/return-request`,
      {
        addressId,
        reason: '송신인 반환',
      },
    );
    expect(returned.problem().code).toBe('ADDRESS_REVOKED');
  });

  test('in one letter case waits for somebody else to type it anew', async () => {
    const { addressId, approvalId } = (await officer.post('/withdrawal-addresses', { ...body, address: ETHER.toLowerCase() })).expect(
      proposed,
    );
    expect((await approver.post(`/approvals/${approvalId}/decision`, decision)).problem().code).toBe('ADDRESS_UNCONFIRMED');
    const confirm = `/withdrawal-addresses/${addressId}/confirmation`;
    expect((await officer.post(confirm, { address: ETHER })).problem().code).toBe('FORBIDDEN');
    const other = { address: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359' };
    expect((await approver.post(confirm, other)).problem().code).toBe('ADDRESS_CONFIRMATION_DIFFERS');
    (await approver.post(confirm, { address: ETHER })).expect(z.unknown());
    (await approver.post(`/approvals/${approvalId}/decision`, decision)).expect(z.unknown());
  });
});

test('the source of coins is held against the list before they are received, with what to do and what it is called', async () => {
  const answered = z.strictObject({
    id: z.int(),
    outcome: z.string(),
    hits: z.array(z.unknown()),
    fingerprint: z.string(),
    advice: z.string(),
  });
  const ask = async (address: string) => (await officer.post('/address-screenings', { address, network: 'ETH' })).expect(answered);
  const hit = await ask(ETHER);
  expect(hit).toMatchObject({ outcome: 'hit', hits: [{ category: 'tainted', reference: '표본' }] });
  expect(hit.advice).toContain('책임자');
  const clear = await ask('0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359');
  expect(clear).toMatchObject({ outcome: 'clear', hits: [] });
  expect(clear.fingerprint).not.toBe(hit.fingerprint);
  expect((await ask(ETHER.toLowerCase())).fingerprint).toBe(hit.fingerprint);
  const items = z.object({ items: z.array(z.looseObject({ id: z.int(), fingerprint: z.string() })) });
  const { items: rows } = (await auditor.get('/address-screenings')).expect(items);
  expect(rows.find(({ id }) => id === hit.id)).toMatchObject({ outcome: 'hit', fingerprint: hit.fingerprint });
});

test('a list that cannot be read is told to the approver, who sees the last answer beside the address', async () => {
  await writeFile(screeningListFile, '주소,구분,근거\r\nx,이상함,표본\r\n');
  const { addressId, approvalId, screening } = (
    await officer.post('/withdrawal-addresses', { ...body, address: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359' })
  ).expect(proposed);
  expect(screening).toBe('unavailable');
  const pending = z.array(z.looseObject({ id: z.int(), summary: z.string() }));
  const asked = (await approver.get('/approvals')).expect(pending).find(({ id }) => id === approvalId);
  expect(asked?.summary).toContain('(위험 주소 목록을 읽지 못함)');
  const rows = (await auditor.get('/withdrawal-addresses?state=requested')).expect(listed).items;
  expect(rows.find(({ id }) => id === addressId)).toMatchObject({ screening: 'unavailable' });
});
