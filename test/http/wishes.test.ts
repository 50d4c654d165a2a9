import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { seedPolicy } from '../../src/policy/book.ts';
import { RISK_NOTICES } from '../../src/voluntary-sale/letters/wish-risk-notice.ts';
import { readPdf } from '../document/pdf-fixture.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { createTestDatabase, testActor } from '../support/database.ts';
import { registerSampleAccount } from '../support/sample-account.ts';
import { SaleOffice } from '../voluntary-sale/sale-case.ts';

/* What the taxpayer wishes within his window, as an officer types it in from the signed form. */

let office: SaleOffice;
let api: TestApi;
let officer: SignedInClient;
let approver: SignedInClient;
let exchange: PaperExchange;

beforeAll(async () => {
  office = new SaleOffice(await createTestDatabase());
  await office.test.database.work(testActor, seedPolicy);
  exchange = await startPaperExchange({ clock: office.test.clock });
  api = await startApi({ over: office.test, workers: true });
  officer = await api.hire('officer', ['collection_officer']);
  approver = await api.hire('approver', ['approver']);
});

afterAll(async () => {
  await exchange.stop();
});

const recorded = z.object({ wishId: z.int() });
const page = z.object({
  items: z.array(z.looseObject({ id: z.int(), kind: z.string(), state: z.string(), price: z.string().nullable() })),
  next: z.int().nullable(),
});

const form = () => ({ madeOn: office.room.today, reference: '접수 2026-0413', riskNoticeVersion: 'wish-risk/1' });
const limit = (price: string) => ({ kind: 'limit', asset: 'BTC', price, ...form() });

async function codeOf(client: SignedInClient, path: string, body: unknown): Promise<string> {
  return (await client.post(path, body)).problem().code;
}

test('a wish is recorded once under its key, listed, and taken back once', async () => {
  const { caseId } = await office.openedCase();
  const path = `/cases/${caseId}/wishes`;
  const body = { ...limit('90000000'), maximumQuantity: '0.1' };
  const first = (await officer.post(path, body, { key: 'wish-form-1' })).expect(recorded);
  expect((await officer.post(path, body, { key: 'wish-form-1' })).expect(recorded)).toEqual(first);
  expect((await officer.post(path, limit('91000000'), { key: 'wish-form-1' })).problem().code).toBe('IDEMPOTENCY_CONFLICT');
  const order = (await officer.post(path, { kind: 'coin_order', assets: ['BTC'], ...form() })).expect(recorded);
  const listed = (await approver.get(`${path}?limit=1`)).expect(page);
  expect(listed).toMatchObject({ items: [{ id: first.wishId, kind: 'limit', state: 'active', price: '90000000' }], next: first.wishId });
  const rest = (await approver.get(`${path}?after=${listed.next}&state=active`)).expect(page);
  expect(rest.items.map(({ id }) => id)).toEqual([order.wishId]);

  const revoke = `/wishes/${first.wishId}/revoke`;
  const taken = { revokedOn: office.room.today, reference: '접수 2026-0414' };
  expect(await codeOf(approver, revoke, taken)).toBe('FORBIDDEN');
  expect((await officer.post(revoke, taken)).json()).toEqual({ done: true });
  expect(await codeOf(officer, revoke, taken)).toBe('CONFLICT');
  expect((await officer.get(`${path}?state=revoked`)).expect(page).items).toMatchObject([
    { id: first.wishId, revokeReference: '접수 2026-0414' },
  ]);
});

test('another limit for the same coin takes the place of the first, and the answer names it', async () => {
  const { caseId } = await office.openedCase();
  const path = `/cases/${caseId}/wishes`;
  const answered = z.object({ wishId: z.int(), replacedWishId: z.int().nullable() });
  const first = (await officer.post(path, limit('90000000'))).expect(answered);
  expect(first.replacedWishId).toBeNull();
  expect((await officer.post(path, limit('90000000'))).expect(answered)).toEqual(first);
  const stop = (await officer.post(path, { ...limit('70000000'), kind: 'stop' })).expect(answered);
  expect(stop.replacedWishId).toBeNull();
  const second = (await officer.post(path, limit('91000000'))).expect(answered);
  expect(second.replacedWishId).toBe(first.wishId);
  const active = (await approver.get(`${path}?state=active`)).expect(page).items.map(({ id }) => id);
  expect(active).toEqual([stop.wishId, second.wishId]);
});

test('a wish is refused that nobody could have signed', async () => {
  const { caseId } = await office.openedCase();
  const path = `/cases/${caseId}/wishes`;
  const wrong = [
    limit('0'),
    limit('-1'),
    limit('1e9'),
    { ...limit('90000000'), kind: 'market' },
    { ...limit('90000000'), maximumQuantity: '0' },
    { ...limit('90000000'), reference: ' ' },
    { ...limit('90000000'), riskNoticeVersion: 'wish-risk/99' },
    { ...limit('90000000'), assets: ['BTC'] },
    { kind: 'coin_order', assets: [], ...form() },
    { kind: 'stop', asset: 'BTC', ...form() },
  ];
  for (const body of wrong) expect(await codeOf(officer, path, body)).toBe('INPUT_INVALID');
  expect(await codeOf(approver, path, limit('90000000'))).toBe('FORBIDDEN');
  expect(await codeOf(officer, '/cases/4711/wishes', limit('90000000'))).toBe('NOT_FOUND');
  expect((await officer.get(path)).expect(page).items).toEqual([]);
});

test('wrong digits are told, and a price that he means is recorded when it is confirmed', async () => {
  const { caseId } = await office.openedCase();
  const path = `/cases/${caseId}/wishes`;
  const body = limit('900000000');
  expect((await officer.post(path, body)).problem()).toMatchObject({
    status: 409,
    code: 'WISH_FAR_FROM_MARKET',
    facts: { asset: 'BTC', price: '900000000', marketPrice: '80000000' },
  });
  (await officer.post(path, { ...body, isFarPriceConfirmed: true })).expect(recorded);
});

test('the risks are shown and printed on the form to sign', async () => {
  const { caseId, caseNumber } = await office.openedCase();
  expect((await approver.get('/wish-risk-notice')).json()).toEqual({ version: 'wish-risk/1', items: RISK_NOTICES['wish-risk/1'] });
  const printed = await officer.get(`/cases/${caseId}/wish-form`);
  expect([printed.status, printed.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const text = readPdf(Buffer.from(printed.bytes)).pages.join('');
  for (const risk of RISK_NOTICES['wish-risk/1']) expect(text).toContain(risk.replaceAll(' ', '').slice(0, 40));
  expect(text).toContain(caseNumber);
  expect((await approver.get(`/cases/${caseId}/wish-form`)).problem().code).toBe('FORBIDDEN');
});

test('a stop is looked at by the service itself', async () => {
  const key = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
  await exchange.operator.openCorporateAccount({ accountId: 'city-001', ...key });
  const { caseId } = await office.openedCase();
  const venueAccountId = await registerSampleAccount(office.test.database, { baseUrl: exchange.url, ...key });
  await office.test.database.work(testActor, (work) => work.tx.holding.updateMany({ where: { caseId }, data: { venueAccountId } }));
  const path = `/cases/${caseId}/wishes`;
  const stop = { ...limit('900000000000'), kind: 'stop', isFarPriceConfirmed: true };
  (await officer.post(path, stop)).expect(recorded);
  const states = z.object({ items: z.array(z.looseObject({ state: z.string(), reachedAt: z.string().nullable() })) });
  await api.untilIdle();
  const reachedAt = office.test.clock.now().toISOString();
  expect((await officer.get(path)).expect(states).items).toMatchObject([{ state: 'active', reachedAt }]);
  office.test.clock.advanceBy(5_000);
  await api.untilIdle();
  expect((await officer.get(path)).expect(states).items).toMatchObject([{ state: 'triggered', reachedAt }]);
});
