import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOrderIdOf } from '../../src/exchange/gopax/client-order-id.ts';
import type { SellAnswer, SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { ACCESS_KEY, CLIENT_ORDER_ID, gopaxFor, json, NOW, ORDER, PLENTY, refusal, SECRET_KEY } from './gopax-scripted.ts';
import { type Reply, type ScriptedVenue, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

/** The answer to POST /orders as the documents show it. */
const CREATED = {
  id: '453327',
  clientOrderId: CLIENT_ORDER_ID,
  status: 'placed',
  tradingPairName: 'BTC-KRW',
  side: 'sell',
  type: 'limit',
  price: 115_000_000,
  amount: 0.00000001,
  remaining: 0.00000001,
  protection: 'no',
  timeInForce: 'ioc',
  createdAt: '2026-11-20T03:00:00.000Z',
};

async function sellAnswering(reply: Reply, timeoutMs = 5_000): Promise<SellAnswer> {
  venue.script(reply);
  return gopaxFor(venue, { timeoutMs }).sell(ORDER);
}

test('a sell is one signed POST of exact strings under an id of twenty signs', async () => {
  expect(await sellAnswering(json(CREATED))).toEqual({ kind: 'accepted', orderId: '453327' });
  const request = venue.seen.at(-1);
  const body =
    '{"tradingPairName":"BTC-KRW","side":"sell","type":"limit","price":"115000000","amount":"0.00000001","timeInForce":"ioc","protection":"no",' +
    `"clientOrderId":"${CLIENT_ORDER_ID}"}`;
  expect([request?.method, request?.path, request?.rawQuery, request?.body]).toEqual(['POST', '/orders', '', body]);
  const timestamp = NOW.getTime();
  const signature = createHmac('sha512', Buffer.from(SECRET_KEY, 'base64')).update(`t${timestamp}POST/orders${body}`).digest('base64');
  expect(request?.headers).toMatchObject({ 'api-key': ACCESS_KEY, timestamp: String(timestamp), signature });
  expect(request?.headers['content-type']).toBe('application/json');
});

test('an order that should only make says so', async () => {
  venue.script(json(CREATED));
  await gopaxFor(venue).sell({ ...ORDER, timeInForce: 'post_only' });
  expect(venue.seen.at(-1)?.body).toContain('"timeInForce":"po"');
});

test('identifiers become ids that GOPAX takes, each its own and always the same', () => {
  // printf 7c1f5f1e-2f0c-4d43-8b1c-9b1f6a3c0001 | openssl dgst -sha256 -binary | head -c 15 | base64 | tr '+/' '-_'
  expect(clientOrderIdOf(ORDER.identifier)).toBe('Xtzr8xSwBspjUMFmetCv');
  const ids = Array.from({ length: 5_000 }, (_, index) => clientOrderIdOf(`7c1f5f1e-2f0c-4d43-8b1c-${String(index).padStart(12, '0')}`));
  expect(new Set(ids).size).toBe(5_000);
  expect(ids.every((id) => /^[A-Za-z0-9_-]{20}$/.test(id))).toBe(true);
});

test('each code that the documents name is a refusal that keeps it, in a 400 as in a 200', async () => {
  const codes = [
    ...[100, 101, 102, 104, 105, 106, 107, 108, 201, 203, 206, 10_004, 10_006, 10_033, 10_056, 10_057, 10_058, 10_059, 10_061, 10_064],
    ...[10_155, 10_157, 10_204, 10_212, 10_222, 10_223, 10_227, 10_229, 10_230, 10_231, 10_233, 10_255, 10_256, 10_265, 10_296],
    ...[10_358, 10_359, 10_361, 10_362],
  ];
  for (const code of codes) {
    for (const status of [400, 401, 404, 200]) {
      const answer = await sellAnswering(refusal(status, code));
      expect(answer, `${status} ${code}`).toEqual({ kind: 'refused', venueCode: String(code), message: 'a reason' });
    }
  }
});

test('a used id is refused under codes that the capabilities name', () => {
  expect(gopaxFor(venue).capabilities.duplicateIdentifierCodes).toEqual(['10222', '10223']);
});

test('too many requests and wrong clocks did not reach the book, whatever the status', async () => {
  const waits: [Reply, SellAnswer][] = [
    [refusal(429, 10_105), { kind: 'not_executed', venueCode: '10105', retryAfterMs: 1_000 }],
    [refusal(400, 10_105), { kind: 'not_executed', venueCode: '10105', retryAfterMs: 1_000 }],
    [refusal(200, 10_105), { kind: 'not_executed', venueCode: '10105', retryAfterMs: 1_000 }],
    [
      { status: 429, body: '' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 1_000 },
    ],
    [
      { status: 429, headers: { 'Retry-After': '3' }, body: '' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 3_000 },
    ],
    [refusal(403, 10_364), { kind: 'not_executed', venueCode: '10364', retryAfterMs: 60_000 }],
    [refusal(200, 10_364), { kind: 'not_executed', venueCode: '10364', retryAfterMs: 60_000 }],
    ...[10_108, 10_232, 10_263, 10_264, 10_297, 10_298].map((code): [Reply, SellAnswer] => [
      refusal(401, code),
      { kind: 'not_executed', venueCode: String(code), retryAfterMs: 1_000 },
    ]),
  ];
  for (const [reply, answer] of waits) expect(await sellAnswering(reply), JSON.stringify(reply)).toEqual(answer);
});

test('everything else is an unknown outcome: failures inside, unread codes, no code, no id', async () => {
  const replies: Reply[] = [
    ...[10_052, 10_074, 10_195, 10_234, 99_999].map((code) => refusal(400, code)),
    refusal(500, 201),
    refusal(503, 10_059),
    json({ errormsg: 'INSUFFICIENT_BALANCE' }),
    json({ errormsg: 'INSUFFICIENT_BALANCE' }, 400),
    { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' },
    { status: 404, headers: { 'Content-Type': 'text/html' }, body: 'Cannot POST /orders' },
    { status: 302, headers: { Location: 'https://elsewhere.invalid/' }, body: '' },
    { status: 200, headers: PLENTY, body: '' },
    { status: 200, headers: PLENTY, body: '{}' },
    { status: 200, headers: PLENTY, body: '{"id":"' },
    'reset',
    'reset_mid_body',
  ];
  for (const reply of replies) expect(await sellAnswering(reply), JSON.stringify(reply)).toMatchObject({ kind: 'unknown' });
  for (const reply of ['hang', 'stall_mid_body'] as const) expect(await sellAnswering(reply, 150)).toMatchObject({ kind: 'unknown' });
});

test('each request is sent once, whatever comes of it', async () => {
  for (const reply of [refusal(500, 10_195), refusal(403, 10_364), 'reset', json(CREATED)] satisfies Reply[]) {
    const before = venue.seen.length;
    await sellAnswering(reply);
    expect(venue.seen.length - before).toBe(1);
  }
});

test('an order that is wrong by itself is never sent', async () => {
  const before = venue.seen.length;
  const wrong: Partial<SellOrder>[] = [
    { quantity: CoinAmount.of('ETH', '1') },
    { limitPrice: Price.of('ETH', '1000') },
    { symbol: 'KRW-BTC' },
    { symbol: 'BTC-USDC' },
    { quantity: CoinAmount.of('BTC', '0') },
    { identifier: '' },
  ];
  for (const change of wrong) await expect(gopaxFor(venue).sell({ ...ORDER, ...change })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(venue.seen.length).toBe(before);
});
