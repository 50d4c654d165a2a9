import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';

/* What an official does to a sale that the service otherwise carries on by itself. */

const REASON = { reason: '거래소 화면에서 확인함' };

let city: SaleDesk;
let api: TestApi;
let officer: SignedInClient;
let approver: SignedInClient;

beforeAll(async () => {
  city = await SaleDesk.open();
  api = await startApi({ over: city.test });
  officer = await api.enter(city.officer);
  approver = await api.enter(city.approver);
});

afterAll(async () => {
  await city.exchange.stop();
});

async function codeOf(client: SignedInClient, path: string, body: object = REASON): Promise<string> {
  return (await client.post(path, body)).problem().code;
}

describe('a sale that is not to go on', () => {
  test('is ended by an officer, for a reason, and only while it runs', async () => {
    const sold = await city.runningCase({ coins: { ADA: '2000' }, bills: ['1500000'] });
    while ((await city.orders(sold.caseId)).length === 0) await city.step();
    const path = `/cases/${sold.caseId}/sale-end`;
    expect((await approver.post(path, REASON)).problem()).toMatchObject({ code: 'FORBIDDEN', facts: { permission: 'sale.run' } });
    expect(await codeOf(officer, path, { reason: ' ' })).toBe('INPUT_INVALID');
    expect(await codeOf(officer, '/cases/4711/sale-end')).toBe('NOT_FOUND');
    expect((await officer.post(path, REASON)).json()).toEqual({ done: true });
    expect(await city.phaseOf(sold.caseId)).toBe('sale_done');
    expect(await city.sale(sold.caseId)).toMatchObject({ state: 'done', lastCode: 'ended_by_official' });
    expect(await codeOf(officer, path)).toBe('PHASE_WRONG');
  });
});

/** An order that was carried out without an answer and that no look-up finds. */
async function unseenExecution(): Promise<{ readonly sold: SaleCase; readonly orderId: number }> {
  const sold = await city.runningCase({ coins: { BTC: '0.002' }, bills: ['100000'] });
  city.advance(10);
  await city.exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  const notFound = () => Promise.resolve({ kind: 'not_found' } as const);
  const blind: Desk = { ...city.desk, port: { ...city.desk.port, lookUp: notFound, searchOrders: notFound } };
  for (let look = 0; look < 5; look++) {
    await runDesk(blind);
    city.advance(20);
  }
  const [order] = await city.orders(sold.caseId);
  return { sold, orderId: order?.id ?? 0 };
}

/** What an official reads at the exchange's own site, as he types it in. */
async function readAtExchange(orderId: number) {
  const { intentId } = await city.database.read.saleOrder.findUniqueOrThrow({ where: { id: orderId } });
  const { identifier } = await city.database.read.intent.findUniqueOrThrow({ where: { id: intentId } });
  const found = (await city.exchange.operator.orders({ accountId: CITY })).find((order) => order.identifier === identifier);
  if (found === undefined) throw new Error('The exchange does not know the order.');
  const fills = found.fills.map(({ fillId, quantity, price, funds, filledAt }) => ({
    tradeId: fillId,
    quantity,
    price,
    proceedsKrw: funds,
    filledAt: new Date(filledAt).toISOString(),
  }));
  return { kind: 'executed', venueOrderId: found.orderId, paidFeeKrw: found.paidFee, fills };
}

describe('an order whose outcome nobody could look up', () => {
  test('is concluded by an officer with the trades that he reads at the exchange, and booked to the last decimal', async () => {
    const { sold, orderId } = await unseenExecution();
    await officer.signIn();
    await approver.signIn();
    const path = `/orders/${orderId}/conclusion`;
    const outcome = await readAtExchange(orderId);
    expect((await approver.post(path, { ...REASON, outcome })).problem()).toMatchObject({
      code: 'FORBIDDEN',
      facts: { permission: 'sale.run' },
    });
    const [fill] = outcome.fills;
    const wrong = [
      { ...outcome, fills: [] },
      { ...outcome, paidFeeKrw: '-1' },
      { ...outcome, fills: [{ ...fill, quantity: '0' }] },
      { ...outcome, fills: [{ ...fill, proceedsKrw: '1' }] },
    ];
    for (const each of wrong) expect(await codeOf(officer, path, { ...REASON, outcome: each })).toBe('INPUT_INVALID');
    expect(await codeOf(officer, '/orders/4711/conclusion', { ...REASON, outcome })).toBe('NOT_FOUND');
    expect(await codeOf(officer, '/orders/4711/conclusion', { ...REASON, outcome: { kind: 'never_executed' } })).toBe('NOT_FOUND');
    expect(await codeOf(officer, `/cases/${sold.caseId}/sale-end`)).toBe('CONFLICT');

    expect((await officer.post(path, { ...REASON, outcome })).json()).toEqual({ done: true });
    const [order] = await city.orders(sold.caseId);
    expect(order).toMatchObject({ statusWord: 'found_by_official', venueOrderId: outcome.venueOrderId, closedAt: city.clock.now() });
    expect(order?.fills).toHaveLength(outcome.fills.length);
    expect(await city.differences()).toEqual([]);
    expect(await codeOf(officer, path, { ...REASON, outcome })).toBe('CONFLICT');
    expect(await brokenInvariants(city.database)).toEqual([]);
  });
});
