import { afterEach, describe, expect, it } from 'vitest';
import { HeldAnswers } from '../../src/paper-exchange/held-answers.ts';
import type { OrderAccepted, PaperExchangeHooks } from '../../src/paper-exchange/request-handler.ts';
import { ask, bookOf, CITY, errorName, give, orderBody, postOrder, type Running, send, startSample, token } from './support.ts';

let running: Running;

afterEach(async () => {
  await running.exchange.stop();
});

async function start(hooks: PaperExchangeHooks = {}): Promise<string> {
  running = await startSample({ hooks });
  await give(running, 'ETH', '10');
  return running.url;
}

function order(identifier: string, change: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier, ...change };
}

function signed(body: Readonly<Record<string, string>>): { authorization: string; body: string } {
  const parameters = Object.entries(body).map(([key, value]) => `${key}=${value}`);
  return { authorization: token(parameters.join('&')), body: JSON.stringify(body) };
}

async function identifiers(): Promise<unknown[]> {
  return (await running.exchange.operator.orders()).map(({ identifier }) => identifier);
}

describe('a request that is delivered twice', () => {
  it('is answered as a repeated identifier is, and leaves one order', async () => {
    const accepted: OrderAccepted[] = [];
    const url = await start({ onAccepted: (one) => void accepted.push(one) });
    await running.exchange.operator.injectFault({ kind: 'delivered_twice' });
    const reply = await postOrder(url, order('t-1'));
    expect({ status: reply.status, name: errorName(reply) }).toEqual({ status: 400, name: 'duplicated_identifier' });
    expect(orderBody.parse((await ask(url, '/v1/order', 'identifier=t-1')).json)).toMatchObject({ executed_volume: '1' });
    expect(await identifiers()).toEqual(['t-1']);
    expect(accepted.map(({ identifier }) => identifier)).toEqual(['t-1']);
    expect(await running.exchange.operator.statistics()).toMatchObject({ ordersAccepted: 1 });
  });

  it('leaves two orders where no identifier forbids it', async () => {
    const accepted: OrderAccepted[] = [];
    const url = await start({ onAccepted: (one) => void accepted.push(one) });
    await running.exchange.operator.injectFault({ kind: 'delivered_twice' });
    const { identifier: _none, ...nameless } = order('');
    const reply = await postOrder(url, nameless);
    expect(reply.status).toBe(201);
    const orders = await running.exchange.operator.orders();
    expect(orders).toHaveLength(2);
    expect(accepted.map(({ orderId }) => orderId)).toEqual(orders.map(({ orderId }) => orderId));
    expect(orderBody.parse(reply.json).uuid).toBe(orders[1]?.orderId);
  });

  it('and cancels finds nothing left to cancel', async () => {
    const url = await start();
    await postOrder(url, order('t-2', { ord_type: 'limit', price: '9000000' }));
    await running.exchange.operator.injectFault({ kind: 'delivered_twice', target: 'all' });
    expect(errorName(await ask(url, '/v1/order', 'identifier=t-2', 'DELETE'))).toBe('order_not_found');
    expect(await running.exchange.operator.orders()).toMatchObject([{ state: 'cancelled' }]);
  });
});

describe('an identifier that is refused after an error', () => {
  it('belongs to no order, and may never come again', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'refused_after_claim' });
    expect((await postOrder(url, order('c-1'))).status).toBe(500);
    expect((await ask(url, '/v1/order', 'identifier=c-1')).status).toBe(404);
    expect(errorName(await postOrder(url, order('c-1')))).toBe('duplicated_identifier');
    expect(await identifiers()).toEqual([]);
    expect((await postOrder(url, order('c-2'))).status).toBe(201);
  });

  it('is told as what it is when it was used before', async () => {
    const url = await start();
    await postOrder(url, order('c-3'));
    await running.exchange.operator.injectFault({ kind: 'refused_after_claim' });
    expect(errorName(await postOrder(url, order('c-3')))).toBe('duplicated_identifier');
  });
});

describe('a partial fill', () => {
  it('gives an order for immediate execution a share of what it could have, and its rest back', async () => {
    const url = await start();
    const bid = String((await bookOf(url, 'KRW-ETH')).orderbook_units.at(-1)?.bid_price);
    await running.exchange.operator.injectFault({ kind: 'partial_fill', share: 0.3 });
    await postOrder(url, order('p-1', { ord_type: 'limit', price: bid, time_in_force: 'ioc', volume: '2' }));
    expect(await running.exchange.operator.orders()).toMatchObject([{ state: 'cancelled', executedQuantity: '0.6' }]);
    expect((await running.exchange.operator.balances({ accountId: CITY })).find(({ asset }) => asset === 'ETH')).toEqual({
      asset: 'ETH',
      free: '9.4',
      locked: '0',
    });
  });

  it('is none of the business of an order that rests or wants all or nothing', async () => {
    const url = await start();
    const bid = String((await bookOf(url, 'KRW-ETH')).orderbook_units.at(-1)?.bid_price);
    await running.exchange.operator.injectFault({ kind: 'partial_fill', share: 0, times: 2 });
    await postOrder(url, order('p-3', { ord_type: 'limit', price: bid }));
    await postOrder(url, order('p-4', { ord_type: 'limit', price: bid, time_in_force: 'fok' }));
    const orders = await running.exchange.operator.orders();
    expect(orders.map(({ executedQuantity }) => executedQuantity)).toEqual(['1', '1']);
  });

  it('is shown with the word for a filled order where the exchange says it so, but not where nothing was executed', async () => {
    const url = await start();
    const { operator } = running.exchange;
    await operator.injectFault({ kind: 'partial_fill', share: 0.3 });
    await postOrder(url, order('w-1'));
    await postOrder(url, order('w-2', { ord_type: 'limit', price: '9000000', time_in_force: 'ioc' }));
    await postOrder(url, order('w-3', { ord_type: 'limit', price: '9000000' }));
    await ask(url, '/v1/order', 'identifier=w-3', 'DELETE');
    const words = async (): Promise<string[]> => {
      const replies = await Promise.all(['w-1', 'w-2', 'w-3'].map((identifier) => ask(url, '/v1/order', `identifier=${identifier}`)));
      return replies.map((reply) => orderBody.parse(reply.json).state);
    };
    expect(await words()).toEqual(['cancel', 'cancel', 'cancel']);
    await operator.setManners({ partialIocWord: 'filled' });
    expect(await words()).toEqual(['done', 'cancel', 'cancel']);
    const done = await ask(url, '/v1/orders/closed', 'state=done');
    expect(done.json).toMatchObject([{ identifier: 'w-1', state: 'done', volume: '1', executed_volume: '0.3' }]);
    expect((await operator.orders())[0]).toMatchObject({ state: 'cancelled' });
  });
});

describe('an answer that is held back', () => {
  it('comes after that of a later request', async () => {
    let arrived: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const url = await start({ onAccepted: () => arrived() });
    await running.exchange.operator.injectFault({ kind: 'answer_held_back', silenceMs: 600_000 });
    const answered: string[] = [];
    const held = postOrder(url, order('h-1')).then((reply) => {
      answered.push('h-1');
      return reply;
    });
    await first;
    await ask(url, '/v1/accounts').then(() => answered.push('accounts'));
    expect((await held).status).toBe(201);
    expect(answered).toEqual(['accounts', 'h-1']);
  });

  it('does not come for the answer of a request from before it', async () => {
    const held = new HeldAnswers();
    let isFree = false;
    const free = held.hold(5, 600_000).then(() => {
      isFree = true;
    });
    held.answered(4);
    held.answered(5);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isFree).toBe(false);
    held.answered(6);
    await free;
  });

  it('comes by itself when nobody asks anything, and not at all from an exchange that stops', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'answer_held_back', silenceMs: 5, target: 'all' });
    expect((await ask(url, '/v1/accounts')).status).toBe(200);
    await running.exchange.operator.injectFault({ kind: 'answer_held_back', silenceMs: 600_000 });
    const lost = expect(postOrder(url, order('h-2'))).rejects.toThrow('fetch failed');
    await expect.poll(() => identifiers()).toEqual(['h-2']);
    await running.exchange.stop();
    await lost;
    running = await startSample();
  });
});

it('a wrong clock is in the dates of answers and where time stamps are judged, not in what happens', async () => {
  const url = await start();
  await running.exchange.operator.setManners({ clockAheadSeconds: 30 });
  const dated = await send(url, 'GET', '/v1/market/all');
  expect(dated.headers.get('Date')).toBe('Mon, 05 Jan 2026 03:00:50 GMT');
  expect(orderBody.parse((await postOrder(url, order('k-1'))).json).created_at).toBe('2026-01-05T12:00:20+09:00');
  await running.exchange.operator.setManners({ clockAheadSeconds: 366 * 86_400 });
  expect(errorName(await ask(url, '/v1/accounts'))).toBe('expired_access_key');
  await running.exchange.operator.setManners({});
  expect((await ask(url, '/v1/accounts')).status).toBe(200);
});

describe('a fault', () => {
  it('can be aimed at a request by who sees it arrive', async () => {
    const url = await start({
      onRequest: async ({ placesOrder, body }) => {
        if (placesOrder && body.includes('aimed'))
          await running.exchange.operator.injectFault({ kind: 'gateway_error', containing: 'aimed' });
      },
    });
    const statuses = await Promise.all(
      ['aimed-1', 'other-1', 'aimed-2'].map(async (identifier) => {
        const { authorization, body } = signed(order(identifier));
        return (await fetch(`${url}/v1/orders`, { method: 'POST', headers: { Authorization: authorization }, body })).status;
      }),
    );
    expect(statuses).toEqual([502, 201, 502]);
    expect(await identifiers()).toEqual(['other-1']);
  });

  it('lasts for as long as it is told from its first strike on, in the venue’s own words', async () => {
    const url = await start();
    const { operator } = running.exchange;
    await operator.injectFault({ kind: 'maintenance', target: 'all', lastsSeconds: 600 });
    await operator.injectFault({ kind: 'blocked', target: 'all', lastsSeconds: 60 });
    running.clock.advanceBy(3_600_000);
    const closed = await send(url, 'GET', '/v1/market/all');
    expect({ status: closed.status, name: errorName(closed) }).toEqual({ status: 503, name: 'service_unavailable' });
    running.clock.advanceBy(599_999);
    expect((await postOrder(url, order('m-1'))).status).toBe(503);
    running.clock.advanceBy(1);
    expect((await postOrder(url, order('m-1'))).status).toBe(418);
    running.clock.advanceBy(60_000);
    expect((await postOrder(url, order('m-1'))).status).toBe(201);
    expect(await operator.faultsStruck()).toEqual({ maintenance: 2, blocked: 1 });
  });

  it('strikes only requests that contain a text, in body, path or query', async () => {
    const url = await start();
    const { operator } = running.exchange;
    await operator.injectFault({ kind: 'server_error', containing: 'aim-2' });
    await operator.injectFault({ kind: 'server_error', containing: 'identifier=aim-3', target: 'all' });
    await operator.injectFault({ kind: 'server_error', containing: '/orders/chance', target: 'all' });
    const statuses: number[] = [];
    for (const identifier of ['aim-1', 'aim-2', 'aim-3']) statuses.push((await postOrder(url, order(identifier))).status);
    expect(statuses).toEqual([201, 500, 201]);
    expect((await ask(url, '/v1/order', 'identifier=aim-1')).status).toBe(200);
    expect((await ask(url, '/v1/order', 'identifier=aim-3')).status).toBe(500);
    expect((await ask(url, '/v1/orders/chance', 'market=KRW-ETH')).status).toBe(500);
  });
});
