import { afterEach, expect, it } from 'vitest';
import { ask, errorName, postOrder, type Reply, type Running, send, startSample } from './support.ts';

let running: Running | undefined;

afterEach(async () => {
  await running?.exchange.stop();
});

const STRICT = { ordersPerSecond: 2, defaultPerSecond: 1_000, quotationPerSecond: 3, refusalsUntilBlock: 4, blockSeconds: 600 };

it('counts per group, refuses above the limit and blocks who goes on', async () => {
  running = await startSample({ limits: STRICT });
  const { url } = running;
  const order = { market: 'KRW-BTC', side: 'ask', ord_type: 'limit', volume: '1', price: '150000000' };
  const replies: Reply[] = [];
  for (let count = 0; count < 7; count++) replies.push(await postOrder(url, order));
  const statuses = replies.map((reply) => reply.status);
  // A second may end between two requests, but no more than two pass in each.
  expect(statuses.slice(0, 2)).toEqual([400, 400]);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(4);
  expect(replies[0]?.headers.get('Remaining-Req')).toBe('group=order; min=120; sec=1');
  const blocked = await ask(url, '/v1/accounts');
  expect({ status: blocked.status, name: errorName(blocked) }).toEqual({ status: 418, name: 'too_many_requests' });
  expect((await send(url, 'GET', '/v1/market/all')).status).toBe(200);
});

it('counts quotation requests per address and group', async () => {
  running = await startSample({ limits: { ...STRICT, refusalsUntilBlock: 1_000 } });
  const { url } = running;
  const books = await Promise.all(Array.from({ length: 12 }, () => send(url, 'GET', '/v1/orderbook?markets=KRW-BTC')));
  expect(books.filter((reply) => reply.status === 429).length).toBeGreaterThanOrEqual(6);
  expect(books.find((reply) => reply.status === 429)?.headers.get('Remaining-Req')).toBe('group=orderbook; min=180; sec=0');
  expect((await send(url, 'GET', '/v1/ticker?markets=KRW-BTC')).status).toBe(200);
});

it('has Upbit’s limits unless told otherwise', async () => {
  running = await startSample({ limits: {} });
  const { url } = running;
  expect((await ask(url, '/v1/accounts')).headers.get('Remaining-Req')).toBe('group=default; min=1800; sec=29');
  expect((await send(url, 'GET', '/v1/market/all')).headers.get('Remaining-Req')).toBe('group=market; min=600; sec=9');
});
