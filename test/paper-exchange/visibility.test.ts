import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ask, CITY, errorName, give, orderBody, postOrder, type Running, startSample } from './support.ts';

const HIDDEN_SECONDS = 5;
const ORDERS = 12;

let running: Running;

afterEach(async () => {
  await running.exchange.stop();
});

function order(identifier: string): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '1', price: '9000000', identifier };
}

async function listed(): Promise<string[]> {
  const reply = await ask(running.url, '/v1/orders/open', 'order_by=asc');
  return orderBody
    .array()
    .parse(reply.json)
    .map(({ identifier }) => identifier ?? '');
}

/** Milliseconds, to a tenth of a second, after which each order is there. */
async function appearances(seed: string): Promise<number[]> {
  running = await startSample({ seed });
  await give(running, 'ETH', '100');
  await running.exchange.operator.setManners({ hiddenSeconds: HIDDEN_SECONDS });
  for (let count = 0; count < ORDERS; count++) expect((await postOrder(running.url, order(`v-${count}`))).status).toBe(201);
  const seenAtMs = new Map<string, number>();
  for (let waitedMs = 0; waitedMs <= HIDDEN_SECONDS * 1_000; waitedMs += 100) {
    for (const identifier of await listed()) if (!seenAtMs.has(identifier)) seenAtMs.set(identifier, waitedMs);
    running.clock.advanceBy(100);
  }
  return Array.from({ length: ORDERS }, (_, count) => seenAtMs.get(`v-${count}`) ?? Number.NaN);
}

it('an order is acknowledged before it is there, and is there within the time told, the same for the same seed', async () => {
  const first = await appearances('1');
  await running.exchange.stop();
  expect(first.every((waitedMs) => waitedMs <= HIDDEN_SECONDS * 1_000)).toBe(true);
  expect(Math.max(...first)).toBeGreaterThan(3_000);
  expect(Math.min(...first)).toBeLessThan(2_000);
  expect(new Set(first).size).toBeGreaterThan(6);
  expect(await appearances('1')).toEqual(first);
  await running.exchange.stop();
  expect(await appearances('2')).not.toEqual(first);
});

it('until then no look-up, list or cancellation finds it, while its coins are locked and its identifier is used', async () => {
  const stateFile = join(temporaryFolder(), 'exchange.jsonl');
  running = await startSample({ stateFile });
  await give(running, 'ETH', '10');
  const { operator } = running.exchange;
  await operator.setManners({ hiddenSeconds: 3_600 });
  const { uuid } = orderBody.parse((await postOrder(running.url, order('u-1'))).json);
  await postOrder(running.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '2', identifier: 'u-2' });
  running.clock.advanceBy(1_000);
  const statuses = async (): Promise<number[]> => {
    const paths = [`uuid=${uuid}`, 'identifier=u-1', 'identifier=u-2'];
    return Promise.all(paths.map(async (parameters) => (await ask(running.url, '/v1/order', parameters)).status));
  };
  expect(await statuses()).toEqual([404, 404, 404]);
  expect((await ask(running.url, '/v1/order', `uuid=${uuid}`, 'DELETE')).status).toBe(404);
  const lists = ['/v1/orders/open', '/v1/orders/closed', '/v1/orders/uuids'];
  const ids = (path: string): string => (path.endsWith('uuids') ? 'identifiers[]=u-1&identifiers[]=u-2' : '');
  for (const path of lists) expect((await ask(running.url, path, ids(path))).json, path).toEqual([]);
  expect(errorName(await postOrder(running.url, order('u-1')))).toBe('duplicated_identifier');
  expect((await operator.balances({ accountId: CITY })).find(({ asset }) => asset === 'ETH')).toEqual({
    asset: 'ETH',
    free: '7',
    locked: '1',
  });
  expect((await operator.orders()).map(({ identifier }) => identifier)).toEqual(['u-1', 'u-2']);

  await running.exchange.stop();
  running = await startSample({ stateFile });
  expect(await statuses()).toEqual([404, 404, 404]);
  running.clock.advanceBy(3_600_000);
  expect(await statuses()).toEqual([200, 200, 200]);
  for (const path of lists) expect((await ask(running.url, path, ids(path))).json, path).not.toEqual([]);
  expect((await ask(running.url, '/v1/order', `uuid=${uuid}`, 'DELETE')).status).toBe(200);
});

it('every order is there at once unless told otherwise', async () => {
  running = await startSample();
  await give(running, 'ETH', '10');
  await running.exchange.operator.setManners({ hiddenSeconds: 5 });
  await running.exchange.operator.setManners({});
  for (let count = 0; count < 5; count++) await postOrder(running.url, order(`n-${count}`));
  expect(await listed()).toHaveLength(5);
});
