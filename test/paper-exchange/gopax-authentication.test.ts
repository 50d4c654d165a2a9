import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, type GopaxReply, refusalOf, type Signing, startGopax } from './gopax-support.ts';
import { ACCESS_KEY, CITY, type Running, SECRET_KEY, send } from './support.ts';

let running: Running;
beforeEach(async () => {
  running = await startGopax();
});
afterEach(() => running.exchange.stop());

function balances(signing: Signing = {}): Promise<GopaxReply> {
  return ask(running, 'GET', '/balances', signing);
}

test('a rightly signed request is answered; the query is part of the message for the list of orders alone', async () => {
  expect((await balances()).status).toBe(200);
  expect((await ask(running, 'GET', '/orders?includePast=true')).status).toBe(200);
  expect((await ask(running, 'GET', '/orders')).status).toBe(200);
  expect((await ask(running, 'GET', '/trades?limit=1')).status).toBe(200);
  const wrongly: [string, string][] = [
    ['/orders?includePast=true', '/orders'],
    ['/trades?limit=1', '/trades?limit=1'],
    ['/balances', '/Balances'],
  ];
  for (const [path, signedPath] of wrongly) {
    expect(refusalOf(await ask(running, 'GET', path, { signedPath })), path).toEqual([401, 10_004]);
  }
});

test('what is missing or wrong is told by code', async () => {
  const cases: [Signing, number, number][] = [
    [{ accessKey: 'nobody' }, 401, 10_155],
    [{ secretKey: Buffer.from('another').toString('base64') }, 401, 10_004],
    [{ signature: 'no base 64 at all!' }, 401, 10_229],
    [{ signature: 'c2hvcnQ=' }, 401, 10_004],
    [{ receiveWindow: '199' }, 400, 10_296],
    [{ receiveWindow: '60001' }, 400, 10_296],
    [{ receiveWindow: 'soon' }, 400, 10_296],
  ];
  for (const [signing, status, code] of cases) {
    expect(refusalOf(await balances(signing)), JSON.stringify(signing)).toEqual([status, code]);
  }
  const bare = (headers: Record<string, string>) => fetch(`${running.url}/balances`, { headers }).then((reply) => reply.json());
  expect(await bare({})).toMatchObject({ errorCode: 10_230 });
  expect(await bare({ 'api-key': ACCESS_KEY })).toMatchObject({ errorCode: 10_231 });
});

test('a timestamp may be a minute off, and a receive window narrows that', async () => {
  const nowMs = running.clock.now().getTime();
  const codeAt = async (aheadMs: number, receiveWindow?: string): Promise<number> => {
    const reply = await balances({ timestampMs: nowMs + aheadMs, ...(receiveWindow === undefined ? {} : { receiveWindow }) });
    return reply.status === 200 ? 200 : refusalOf(reply)[1];
  };
  expect([await codeAt(-60_000), await codeAt(60_000), await codeAt(-60_001), await codeAt(60_001)]).toEqual([200, 200, 10_263, 10_264]);
  expect([await codeAt(-5_000, '5000'), await codeAt(-5_001, '5000')]).toEqual([200, 10_298]);
  expect([await codeAt(1_000, '5000'), await codeAt(1_001, '5000')]).toEqual([200, 10_297]);
});

test('a key ends, and may not do what it was not given for', async () => {
  const { operator } = running.exchange;
  const expiresAt = new Date(running.clock.now().getTime() + 1_000).toISOString();
  await operator.openCorporateAccount({ accountId: CITY, accessKey: 'short', secretKey: SECRET_KEY, expiresAt, scopes: ['view_account'] });
  expect((await balances({ accessKey: 'short' })).status).toBe(200);
  expect(refusalOf(await ask(running, 'GET', '/orders', { accessKey: 'short' }))).toEqual([403, 10_004]);
  running.clock.advanceBy(1_000);
  expect(refusalOf(await balances({ accessKey: 'short' }))).toEqual([401, 10_233]);
  expect(refusalOf(await ask(running, 'POST', '/withdrawals', { body: '{}' }))).toEqual([403, 10_004]);
});

test('paths that GOPAX does not know are answered by a web page', async () => {
  for (const path of ['/nope', '/trading-pairs/BTC-KRW/nope', '/orders/1/2']) {
    const response = await fetch(`${running.url}${path}`);
    expect([response.status, response.headers.get('content-type'), await response.text()], path).toEqual([
      404,
      'text/html',
      `Cannot GET ${path}`,
    ]);
  }
  expect(refusalOf(await send(running.url, 'GET', '/trading-pairs/*/book'))).toEqual([404, 10_058]);
  expect((await send(running.url, 'GET', '/time')).json).toEqual({ serverTime: running.clock.now().getTime() });
});
