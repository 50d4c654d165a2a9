import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { noteChainConfirmations } from '../../src/custody/pending-deposit.ts';
import { ledgerFile, replyFile, transferReportFile } from '../../src/simulation/sample/files.ts';
import { checkDepositAddresses } from '../../src/venue/deposit-address.ts';
import { testActor } from '../support/database.ts';
import { CITY, CORRESPONDENCE, minutesLater, openCustomer, replyTo, startTown, type Town, taxpayer, today } from './way.ts';
import { approveAll, bulkOf, imported, noticesOfCase, pageOf, proposals, viewCase } from './way-steps.ts';

/* A holder who sends over a chain from a source that nothing proves sends a small amount first. */

let town: Town;
/** Another officer. */
let secondOfficer: Town['officer'];

beforeAll(async () => {
  town = await startTown();
  secondOfficer = await town.api.hire('second-officer', ['collection_officer']);
  await approveCases();
});

/** Time passes, and everybody signs in again. */
async function wait(minutes: number): Promise<void> {
  await minutesLater(town, minutes);
  for (const official of [town.officer, secondOfficer, town.approver, town.auditor]) await official.signIn();
}

const testRow = z.looseObject({
  id: z.int(),
  holdingId: z.int(),
  asset: z.string(),
  sender: z.string(),
  network: z.string(),
  quantity: z.string(),
  restQuantity: z.string(),
  state: z.string(),
});

async function testsOf(caseId: number) {
  return (await town.officer.get(`/test-transfers?caseId=${caseId}`)).expect(pageOf(testRow)).items;
}

const TAXPAYERS = [1, 2, 3, 4, 5].map(sample);
const caseOf = new Map<string, number>();

function sample(number: number) {
  return taxpayer(number, '50000000', '0.2');
}

/** The approved case of a taxpayer. */
function approvedCase({ accountId }: { readonly accountId: string }): number {
  return caseOf.get(accountId) ?? 0;
}

async function approveCases(): Promise<void> {
  for (const owing of TAXPAYERS) await openCustomer(town, owing);
  (await town.officer.upload('/imports/delinquent-ledger?mode=store', await ledgerFile(TAXPAYERS))).expect(imported);
  const asked = (await town.officer.post('/inquiries', { venueCode: 'upbit', identification: 'registration_number' })).expect(
    z.object({ id: z.int(), number: z.string() }),
  );
  expect((await town.officer.get(`/inquiries/${asked.id}/file?format=csv&encoding=cp949`)).status).toBe(200);
  expect((await town.officer.post(`/inquiries/${asked.id}/sent`, { sentOn: today(town), reference: '징수과-1' })).status).toBe(200);
  const replies = TAXPAYERS.map((owing, index) => ({ ...replyTo(asked.number, owing), line: index + 1 }));
  (await town.officer.upload('/imports/holdings-reply', await replyFile(replies))).expect(imported);
  const { proposed } = (await town.officer.post('/seizures/proposals', { venueAccountId: town.venueAccountId })).expect(proposals);
  const items = proposed.map(({ caseId }) => caseId);
  expect(items).toHaveLength(TAXPAYERS.length);
  expect((await town.officer.post('/seizures/approval-requests', { items, reason: '체납 처분' })).status).toBe(200);
  await approveAll(town);
  const holdings = await town.api.database.read.holding.findMany({ select: { caseId: true, accountReference: true } });
  for (const { caseId, accountReference } of holdings) caseOf.set(accountReference, caseId);
}

function lettersOrder(caseId: number, route = 'on_chain') {
  return { caseIds: [caseId], venueAccountId: town.venueAccountId, correspondence: CORRESPONDENCE, route };
}

async function issue(caseId: number) {
  return (await town.officer.post('/seizures/documents', lettersOrder(caseId))).expect(bulkOf(z.unknown()));
}

async function demandRest(caseId: number, route = 'on_chain') {
  return (await town.officer.post('/seizures/rest-demands', lettersOrder(caseId, route))).expect(bulkOf(z.object({ noticeId: z.int() })));
}

async function serve(caseId: number, kinds: readonly string[]): Promise<void> {
  const found = await Promise.all(kinds.map((kind) => noticesOfCase(town, caseId, kind, 'issued')));
  const letters = found.flat().map((noticeId) => ({ noticeId }));
  expect(letters).toHaveLength(kinds.length);
  const dispatch = { method: 'official_document', dispatchedOn: today(town), items: letters };
  expect((await town.officer.post('/notices/dispatches', dispatch)).status).toBe(200);
  const result = { result: 'served', resultOn: today(town), receivedBy: 'document_office', reference: '접수-1' };
  const items = letters.map((letter) => ({ ...letter, ...result }));
  expect((await town.officer.post('/notices/service-results', { items })).expect(bulkOf(z.unknown())).refused).toEqual([]);
  await town.api.untilIdle();
}

async function readAccount(): Promise<void> {
  expect((await town.officer.post(`/venue-accounts/${town.venueAccountId}/readings`, {})).status).toBe(200);
  await town.api.untilIdle();
}

async function report(caseId: number, accountId: string, quantity: string, transactionId: string): Promise<void> {
  const { number } = await viewCase(town, caseId);
  const file = await transferReportFile([
    { caseNumber: number, accountId, asset: 'BTC', quantity, transactionId, transferredOn: today(town) },
  ]);
  (await town.officer.upload('/imports/transfer-report', file)).expect(imported);
  await town.api.untilIdle();
}

/** The holder sends over the chain, the exchange credits it, and the report names it. */
async function sendAndReport(caseId: number, accountId: string, quantity: string): Promise<void> {
  const sent = await town.exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity, confirmationSeconds: 0 });
  await wait(1);
  await readAccount();
  await report(caseId, accountId, quantity, sent.transactionId);
}

const uncredited = z.array(
  z.looseObject({ state: z.string(), confirmations: z.int().nullable(), requiredConfirmations: z.int().nullable(), quantity: z.string() }),
);

test('from a new source a small amount is demanded, the rest only once it was credited and matched, and then the source is known', async () => {
  const owing = sample(1);
  const caseId = approvedCase(owing);
  expect((await issue(caseId)).refused).toEqual([]);
  const [asked] = await testsOf(caseId);
  const whole = (await viewCase(town, caseId)).holdings[0]?.demandedQuantity;
  expect(asked).toMatchObject({ asset: 'BTC', sender: 'venue:upbit', network: 'BTC', state: 'asked' });
  expect(whole).toBe(asked?.quantity);
  expect(Number(asked?.quantity) + Number(asked?.restQuantity)).toBeCloseTo(0.2, 12);
  expect(Number(asked?.quantity)).toBeLessThan(0.01);
  await serve(caseId, ['venue_seizure_notice', 'transfer_demand']);
  expect((await viewCase(town, caseId)).phase).toBe('transfer_demanded');
  expect((await demandRest(caseId)).refused).toMatchObject([{ id: caseId, code: 'TEST_TRANSFER_UNPROVEN' }]);

  // On its way, it is shown with what confirms it, and is in no book.
  const quantity = asked?.quantity ?? '0';
  const sent = await town.exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity });
  await wait(1);
  await readAccount();
  const onItsWay = async () => (await town.officer.get('/deposits/uncredited')).expect(uncredited);
  expect(await onItsWay()).toMatchObject([{ state: 'pending', quantity, confirmations: null, requiredConfirmations: 6 }]);
  const seen = { transactionId: sent.transactionId, confirmations: 2 };
  expect(await town.api.database.work(testActor, (work) => noteChainConfirmations(work, seen))).toBe(true);
  expect(await onItsWay()).toMatchObject([{ confirmations: 2 }]);
  await wait(120);
  await readAccount();
  expect(await onItsWay()).toEqual([]);

  // Credited is not enough: it must be somebody's.
  expect((await demandRest(caseId)).refused).toMatchObject([{ code: 'TEST_TRANSFER_UNPROVEN' }]);
  await report(caseId, owing.accountId, quantity, sent.transactionId);
  expect(await testsOf(caseId)).toMatchObject([{ state: 'proven' }]);
  expect(await viewCase(town, caseId)).toMatchObject({ phase: 'transfer_demanded', holdings: [{ state: 'partly_received' }] });

  const rest = await demandRest(caseId);
  expect(rest.refused).toEqual([]);
  expect((await demandRest(caseId)).refused).toMatchObject([{ code: 'CONFLICT' }]);
  await serve(caseId, ['transfer_demand']);
  expect(await testsOf(caseId)).toMatchObject([{ state: 'done' }]);
  expect((await viewCase(town, caseId)).holdings[0]?.demandedQuantity).toBe('0.2');
  await sendAndReport(caseId, owing.accountId, asked?.restQuantity ?? '0');
  expect(await viewCase(town, caseId)).toMatchObject({ phase: 'in_custody', holdings: [{ state: 'received' }] });

  const next = approvedCase(sample(2));
  expect((await issue(next)).refused).toEqual([]);
  expect(await testsOf(next)).toEqual([]);
  expect((await viewCase(town, next)).holdings[0]?.demandedQuantity).toBe('0.2');
});

const addressRow = z.looseObject({
  asset: z.string(),
  network: z.string(),
  address: z.string().nullable(),
  secondaryAddress: z.string().nullable(),
  withheld: z.object({ code: z.string() }).nullable(),
});

test('an address that changed is told to nobody until two officials confirmed it, and its sources are to be tested anew', async () => {
  const caseId = approvedCase(sample(3));
  const path = `/venue-accounts/${town.venueAccountId}/addresses`;
  const bitcoin = async () => (await town.officer.get(path)).expect(z.array(addressRow)).find(({ asset }) => asset === 'BTC');
  const shown = await bitcoin();
  expect(shown?.address).not.toBeNull();
  const address = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT';
  const told = { asset: 'BTC', network: 'BTC', address, secondaryAddress: undefined };
  const changed = { venue: 'upbit', depositAddresses: async () => [told] } as const;
  await checkDepositAddresses(town.api.database, testActor, changed, town.venueAccountId);
  expect(await bitcoin()).toMatchObject({ address: null, withheld: { code: 'changed' } });
  expect((await issue(caseId)).refused).toMatchObject([{ id: caseId, code: 'DEPOSIT_ADDRESS_WITHHELD' }]);
  const lapsed = await town.api.database.read.testTransfer.findMany({ where: { lapsedAt: { not: null } } });
  expect(lapsed).toMatchObject([{ state: 'done' }]);

  const confirm = (body: object, by = town.officer) =>
    by.post(`${path}/confirmations`, { asset: 'BTC', network: 'BTC', reason: '거래소 화면 대조', ...body });
  expect((await confirm({ address: shown?.address ?? '' })).problem().code).toBe('DEPOSIT_ADDRESS_DIFFERS');
  expect((await confirm({ address })).json()).toEqual({ isConfirmed: false });
  expect((await confirm({ address })).problem().code).toBe('CONFLICT');
  expect(await bitcoin()).toMatchObject({ address: null, withheld: { code: 'changed' } });
  expect((await confirm({ address }, secondOfficer)).json()).toEqual({ isConfirmed: true });
  expect(await bitcoin()).toMatchObject({ address, withheld: null });
  expect((await issue(caseId)).refused).toEqual([]);
  expect(await testsOf(caseId)).toMatchObject([{ state: 'asked', network: 'BTC' }]);

  // What an exchange does not confirm any more in time is read again; what it no longer tells so is not shown.
  await wait(61);
  expect((await bitcoin())?.withheld).toEqual(expect.objectContaining({ code: 'changed' }));
});

test('a move within the exchange needs no test, and ends one that waits', async () => {
  const owing = sample(4);
  const caseId = approvedCase(owing);
  const { address } = await town.api.database.read.venueDepositAddress.findFirstOrThrow({ where: { asset: 'BTC' } });
  const body = { asset: 'BTC', network: 'BTC', address, reason: '거래소 화면 대조' };
  for (const official of [town.officer, secondOfficer]) {
    expect((await official.post(`/venue-accounts/${town.venueAccountId}/addresses/confirmations`, body)).status).toBe(200);
  }
  expect((await issue(caseId)).refused).toEqual([]);
  await serve(caseId, ['venue_seizure_notice', 'transfer_demand']);
  const [asked] = await testsOf(caseId);
  const move = { fromAccountId: owing.accountId, toAccountId: CITY, asset: 'BTC', by: 'staff' } as const;
  const first = await town.exchange.operator.transferInternally({ ...move, quantity: asked?.quantity ?? '0' });
  await wait(2);
  await readAccount();
  await report(caseId, owing.accountId, asked?.quantity ?? '0', first.transactionId);
  expect(await testsOf(caseId)).toMatchObject([{ state: 'asked' }]);
  expect((await demandRest(caseId)).refused).toMatchObject([{ code: 'TEST_TRANSFER_UNPROVEN' }]);
  expect((await demandRest(caseId, 'internal')).refused).toEqual([]);
  await serve(caseId, ['transfer_demand']);
  const second = await town.exchange.operator.transferInternally({ ...move, quantity: asked?.restQuantity ?? '0' });
  await wait(2);
  await readAccount();
  await report(caseId, owing.accountId, asked?.restQuantity ?? '0', second.transactionId);
  expect(await viewCase(town, caseId)).toMatchObject({ phase: 'in_custody', holdings: [{ state: 'received', demandedQuantity: '0.2' }] });
});

test('an officer asks to give the rest of a test up, another agrees, and the case goes on with what came', async () => {
  const owing = sample(5);
  const caseId = approvedCase(owing);
  expect((await issue(caseId)).refused).toEqual([]);
  const [asked] = await testsOf(caseId);
  const giveUp = () => town.officer.post(`/test-transfers/${asked?.id}/give-up`, { reason: '나머지는 자진 납부됨' });
  // While the letter is on its way nobody knows whether the test will be demanded.
  expect((await giveUp()).problem().code).toBe('CONFLICT');
  await serve(caseId, ['venue_seizure_notice', 'transfer_demand']);
  expect((await giveUp()).problem().code).toBe('CONFLICT');
  await sendAndReport(caseId, owing.accountId, asked?.quantity ?? '0');
  expect((await viewCase(town, caseId)).phase).toBe('transfer_demanded');
  const { approvalId } = (await giveUp()).expect(z.object({ approvalId: z.int() }));
  await town.api.untilIdle();
  expect((await viewCase(town, caseId)).phase).toBe('transfer_demanded');
  expect((await town.officer.post(`/approvals/${approvalId}/decision`, { decision: 'approve', reason: '확인' })).status).toBe(403);
  await approveAll(town);
  expect((await viewCase(town, caseId)).phase).toBe('in_custody');
  const findings = await town.auditor.get('/invariants');
  const { results } = findings.expect(z.object({ results: z.array(z.object({ code: z.string(), offending: z.array(z.string()) })) }));
  expect(results.filter(({ offending }) => offending.length > 0)).toEqual([]);
});
