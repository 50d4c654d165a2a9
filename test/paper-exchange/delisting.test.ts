import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ask, bookOf, CITY, errorName, give, orderBody, postOrder, type Running, START, send, startSample } from './support.ts';

const CLOSES_AT = new Date(START.getTime() + 3_600_000).toISOString();
const PERSON = { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' };

let running: Running;

afterEach(async () => {
  await running.exchange.stop();
});

function sell(identifier: string, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '1', price: '9000000', identifier, ...change };
}

async function markets(): Promise<string[]> {
  const reply = await send(running.url, 'GET', '/v1/market/all');
  return z
    .array(z.object({ market: z.string() }))
    .parse(reply.json)
    .map(({ market }) => market);
}

it('closes a market at its instant: open orders end, further ones are refused, coins can be moved out', async () => {
  const stateFile = join(temporaryFolder(), 'exchange.jsonl');
  running = await startSample({ stateFile });
  await give(running, 'ETH', '10');
  await give(running, 'BTC', '1');
  await running.exchange.operator.setDelisting({ asset: 'ETH', closesAt: CLOSES_AT });
  await postOrder(running.url, sell('d-1'));
  running.clock.advanceBy(3_599_999);
  expect((await postOrder(running.url, sell('d-2'))).status).toBe(201);
  expect(await markets()).toContain('KRW-ETH');
  const elsewhere = { market: 'KRW-BTC', price: '900000000', volume: '0.1' };
  expect((await postOrder(running.url, sell('d-3', elsewhere))).status).toBe(201);

  await running.exchange.stop();
  running = await startSample({ stateFile });
  running.clock.advanceTo(new Date(Date.parse(CLOSES_AT) + 5_000));
  const { operator } = running.exchange;
  for (const identifier of ['d-1', 'd-2']) {
    expect(orderBody.parse((await ask(running.url, '/v1/order', `identifier=${identifier}`)).json)).toMatchObject({ state: 'cancel' });
  }
  expect(orderBody.parse((await ask(running.url, '/v1/order', 'identifier=d-3')).json)).toMatchObject({ state: 'wait' });
  expect(await operator.balances({ accountId: CITY })).toContainEqual({ asset: 'ETH', free: '10', locked: '0' });
  expect(errorName(await postOrder(running.url, sell('d-4')))).toBe('notfoundmarket');
  const immediate = { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier: 'd-5' };
  expect(errorName(await postOrder(running.url, immediate))).toBe('notfoundmarket');
  expect((await send(running.url, 'GET', '/v1/orderbook?markets=KRW-ETH')).status).toBe(404);
  expect(errorName(await ask(running.url, '/v1/orders/chance', 'market=KRW-ETH'))).toBe('notfoundmarket');
  expect(await markets()).not.toContain('KRW-ETH');
  expect(await markets()).toContain('KRW-BTC');

  const { accountId } = await operator.openAccount({ identity: PERSON });
  await operator.transferInternally({ fromAccountId: CITY, toAccountId: accountId, asset: 'ETH', quantity: '4', by: 'staff' });
  running.clock.advanceBy(60_000);
  expect(await operator.balances({ accountId })).toContainEqual({ asset: 'ETH', free: '4', locked: '0' });
  const value = async (): Promise<unknown> =>
    (await operator.answerInquiry({ items: [{ reference: 'q', ...PERSON }] })).rows.map(({ price }) => price);
  const atClosing = await value();
  running.clock.advanceBy(86_400_000);
  expect(await value()).toEqual(atClosing);

  await operator.setDelisting({ asset: 'ETH', closesAt: null });
  expect(await markets()).toContain('KRW-ETH');
  expect((await postOrder(running.url, sell('d-6'))).status).toBe(201);
});

/** State, executed units and last fill of an order that the market comes to in between, seven hours later. */
async function outcome(closesAtMs: number | undefined, steps: number): Promise<{ state: unknown; executed: unknown; lastFillMs: number }> {
  running = await startSample();
  const { exchange, clock, url } = running;
  await give(running, 'ETH', '10');
  const price = String((await bookOf(url, 'KRW-ETH')).orderbook_units[3]?.ask_price);
  await postOrder(url, sell('f-1', { price, volume: '2' }));
  const closesAt = closesAtMs === undefined ? null : new Date(closesAtMs).toISOString();
  await exchange.operator.setDelisting({ asset: 'ETH', closesAt });
  for (let step = 0; step < steps; step++) {
    clock.advanceBy((7 * 3_600_000) / steps);
    await exchange.operator.orders();
  }
  const [order] = await exchange.operator.orders();
  await exchange.stop();
  return { state: order?.state, executed: order?.executedQuantity, lastFillMs: Date.parse(order?.fills.at(-1)?.filledAt ?? '') };
}

it('lets an order be filled until the instant and not after it, whoever asks when', async () => {
  const unhindered = await outcome(undefined, 1);
  expect(unhindered).toMatchObject({ state: 'filled', executed: '2' });
  const { lastFillMs } = unhindered;
  for (const [closesAtMs, isFilled] of [
    [lastFillMs, true],
    [lastFillMs - 1, false],
    [lastFillMs - 60_000, false],
  ] as const) {
    const once = await outcome(closesAtMs, 1);
    expect(once.state).toBe(isFilled ? 'filled' : 'cancelled');
    if (!isFilled) expect(once.lastFillMs >= lastFillMs).toBe(false);
    expect(await outcome(closesAtMs, 420)).toEqual(once);
  }
});

it('ends what is open at once when the instant has passed already', async () => {
  running = await startSample();
  await give(running, 'ETH', '10');
  await postOrder(running.url, sell('p-1'));
  await running.exchange.operator.setDelisting({ asset: 'ETH', closesAt: new Date(START.getTime() - 1).toISOString() });
  expect(await running.exchange.operator.orders()).toMatchObject([{ state: 'cancelled' }]);
  await expect(running.exchange.operator.setDelisting({ asset: 'NONE', closesAt: null })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
