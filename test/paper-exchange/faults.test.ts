import { afterEach, describe, expect, it } from 'vitest';
import type { OrderAccepted, PaperExchangeHooks, RequestSeen } from '../../src/paper-exchange/request-handler.ts';
import { ask, errorName, give, orderBody, postOrder, type Running, send, startSample, token } from './support.ts';

let running: Running;

afterEach(async () => {
  await running.exchange.stop();
});

async function start(hooks: PaperExchangeHooks = {}): Promise<string> {
  running = await startSample({ hooks });
  await give(running, 'ETH', '10');
  return running.url;
}

function order(identifier: string): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier };
}

function sendRaw(url: string, body: Readonly<Record<string, string>>): Promise<Response> {
  const parameters = Object.entries(body).map(([key, value]) => `${key}=${value}`);
  return fetch(`${url}/v1/orders`, { method: 'POST', headers: { Authorization: token(parameters.join('&')) }, body: JSON.stringify(body) });
}

describe('a fault', () => {
  it('loses an order before it is accepted: nothing is placed and the identifier is not spent', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'lost_before_acceptance' });
    await expect(postOrder(url, order('x-1'))).rejects.toThrow('fetch failed');
    expect((await ask(url, '/v1/order', 'identifier=x-1')).status).toBe(404);
    expect((await postOrder(url, order('x-1'))).status).toBe(201);
  });

  it('loses the answer of an accepted order: it is there, and the identifier is spent', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'lost_after_acceptance', silenceMs: 5 });
    await expect(postOrder(url, order('x-2'))).rejects.toThrow('fetch failed');
    expect(orderBody.parse((await ask(url, '/v1/order', 'identifier=x-2')).json)).toMatchObject({ state: 'done', executed_volume: '1' });
    expect(errorName(await postOrder(url, order('x-2')))).toBe('duplicated_identifier');
  });

  it('answers 500 and 429 without carrying anything out, as often and as late as told', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'server_error', after: 1, times: 2 });
    const statuses: number[] = [];
    for (const identifier of ['y-1', 'y-2', 'y-3', 'y-4']) statuses.push((await postOrder(url, order(identifier))).status);
    expect(statuses).toEqual([201, 500, 500, 201]);
    await running.exchange.operator.injectFault({ kind: 'too_many_requests', target: 'all', times: 100 });
    const reply = await ask(url, '/v1/accounts');
    expect({ status: reply.status, name: errorName(reply) }).toEqual({ status: 429, name: 'too_many_requests' });
    await running.exchange.operator.clearFaults();
    expect((await ask(url, '/v1/accounts')).status).toBe(200);
    expect(await running.exchange.operator.orders()).toHaveLength(2);
  });

  it('answers with a web page, an empty body or 500 after the order was placed', async () => {
    const url = await start();
    const { operator } = running.exchange;
    await operator.injectFault({ kind: 'gateway_error' });
    const page = await sendRaw(url, order('z-1'));
    expect([page.status, page.headers.get('Content-Type')]).toEqual([502, 'text/html']);
    await operator.injectFault({ kind: 'empty_answer' });
    const empty = await sendRaw(url, order('z-2'));
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    await operator.injectFault({ kind: 'server_error_after_acceptance' });
    expect((await postOrder(url, order('z-3'))).status).toBe(500);
    expect((await operator.orders()).map(({ identifier }) => identifier)).toEqual(['z-2', 'z-3']);
  });

  it('aimed at orders leaves other requests alone', async () => {
    const url = await start();
    await running.exchange.operator.injectFault({ kind: 'lost_before_acceptance', times: 5 });
    expect((await ask(url, '/v1/accounts')).status).toBe(200);
    expect((await send(url, 'GET', '/v1/market/all')).status).toBe(200);
  });
});

describe('a hook', () => {
  it('aimed at one order strikes that order, whatever else strikes all of them', async () => {
    const url = await start();
    const { operator } = running.exchange;
    await operator.injectFault({ kind: 'maintenance', target: 'all', lastsSeconds: 60 });
    await operator.injectFault({ kind: 'server_error', containing: 'aimed-1' });
    const replies = [
      await postOrder(url, order('other-1')),
      await postOrder(url, order('aimed-1')),
      await postOrder(url, order('aimed-1')),
    ];
    expect(replies.map(({ status }) => status)).toEqual([503, 500, 503]);
    expect(await operator.faultsStruck()).toEqual({ maintenance: 2, server_error: 1 });
  });

  it('counts requests before they are handled and holds back the answer of an accepted order', async () => {
    const seen: RequestSeen[] = [];
    const accepted: OrderAccepted[] = [];
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let accept: () => void = () => {};
    const acceptance = new Promise<void>((resolve) => {
      accept = resolve;
    });
    const url = await start({
      onRequest: (request) => void seen.push(request),
      onAccepted: async (one) => {
        accepted.push(one);
        accept();
        await held;
      },
    });
    let isAnswered = false;
    const answer = postOrder(url, order('h-1')).then((reply) => {
      isAnswered = true;
      return reply;
    });
    await acceptance;
    expect((await ask(url, '/v1/order', 'identifier=h-1')).status).toBe(200);
    expect(isAnswered).toBe(false);
    release();
    expect((await answer).status).toBe(201);
    expect(accepted).toMatchObject([{ sequence: 1, identifier: 'h-1', accountId: 'city-001' }]);
    expect(seen.map(({ sequence, path, placesOrder }) => [sequence, path, placesOrder])).toEqual([
      [1, '/v1/orders', true],
      [2, '/v1/order', false],
    ]);
    expect(await running.exchange.operator.statistics()).toEqual({ requests: 2, ordersAccepted: 1 });
  });

  it('is not called for an order that is refused', async () => {
    const accepted: OrderAccepted[] = [];
    const url = await start({ onAccepted: (one) => void accepted.push(one) });
    expect((await postOrder(url, { ...order('h-2'), volume: '11' })).status).toBe(400);
    expect(accepted).toEqual([]);
  });
});
