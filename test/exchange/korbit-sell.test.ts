import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SellAnswer, SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { adapterFor, KEYS, NOW_MS, no, ok, PLENTY, script, sentSince } from './korbit-scripted.ts';
import { type Reply, type ScriptedVenue, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const ORDER: SellOrder = {
  identifier: '0197a3c2-5f1e-7c44-9d0b-1a2b3c4d5e6f',
  symbol: 'btc_krw',
  quantity: CoinAmount.of('BTC', '0.00000001'),
  limitPrice: Price.of('BTC', '159508000'),
  timeInForce: 'immediate_or_cancel',
};

async function sellAnswering(reply: Reply, timeoutMs = 5_000): Promise<SellAnswer> {
  script(venue, { 'POST /v2/orders': reply });
  return adapterFor(venue, { timeoutMs }).sell(ORDER);
}

test('a sell is one form of exact strings, signed over the bytes that are sent, without price protection', async () => {
  expect(await sellAnswering(ok({ orderId: 1234 }))).toEqual({ kind: 'accepted', orderId: '1234' });
  const sent = venue.seen.at(-1);
  const encoded =
    'symbol=btc_krw&side=sell&orderType=limit&price=159508000&qty=0.00000001&timeInForce=ioc' +
    `&clientOrderId=${ORDER.identifier}&timestamp=${NOW_MS}`;
  expect(sent?.body).toBe(`${encoded}&signature=${createHmac('sha256', KEYS.secretKey).update(encoded).digest('hex')}`);
  expect([sent?.method, sent?.path, sent?.rawQuery]).toEqual(['POST', '/v2/orders', '']);
  expect(sent?.headers['x-kapi-key']).toBe(KEYS.accessKey);
  expect(sent?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(sent?.body).not.toContain('pp');
});

test('an order that only makes is sent as such', async () => {
  script(venue, { 'POST /v2/orders': ok({ orderId: 1 }) });
  await adapterFor(venue).sell({ ...ORDER, timeInForce: 'post_only' });
  expect(new URLSearchParams(venue.seen.at(-1)?.body).get('timeInForce')).toBe('po');
});

test('an id beyond what a number holds keeps its digits', async () => {
  const body = '{"success":true,"data":{"orderId":9007199254740993123}}';
  expect(await sellAnswering({ headers: PLENTY, body })).toEqual({ kind: 'accepted', orderId: '9007199254740993123' });
});

test('a private key in PEM signs with Ed25519', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const secretKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  script(venue, { 'POST /v2/orders': ok({ orderId: 1 }) });
  expect(await adapterFor(venue, { secretKey }).sell(ORDER)).toMatchObject({ kind: 'accepted' });
  const [encoded = '', signature = ''] = (venue.seen.at(-1)?.body ?? '').split('&signature=');
  expect(verify(null, Buffer.from(encoded), publicKey, Buffer.from(decodeURIComponent(signature), 'base64'))).toBe(true);
});

const REFUSALS = [
  'DUPLICATE_CLIENT_ORDER_ID',
  'INVALID_CURRENCY_PAIR',
  'INVALID_USER_STATUS',
  'BAD_REQUEST',
  'NO_BALANCE',
  'ONLY_SELL_LIMIT_ORDERS_ALLOWED',
  'ORDER_VALUE_TOO_LARGE',
  'ORDER_VALUE_TOO_SMALL',
  'PRICE_OVER_UPPER_BOUND',
  'PRICE_UNDER_LOWER_BOUND',
  'PRICE_TICK_SIZE_INVALID',
  'TOO_MANY_OPEN_ORDERS',
];

test('each documented word is a refusal that keeps the word, in a 4xx and in a 200 that says no', async () => {
  for (const venueCode of REFUSALS) {
    for (const status of [400, 403, 200]) {
      expect(await sellAnswering(no(status, venueCode)), `${status} ${venueCode}`).toEqual({ kind: 'refused', venueCode, message: '' });
    }
  }
});

test('key, signature and permission are refused at the gate, whatever the word', async () => {
  for (const status of [401, 403])
    expect(await sellAnswering(no(status, 'ANY_WORD'))).toMatchObject({ kind: 'refused', venueCode: 'ANY_WORD' });
});

test('a used identifier is refused under the code that the capabilities name', async () => {
  const answer = await sellAnswering(no(400, 'DUPLICATE_CLIENT_ORDER_ID'));
  const { capabilities } = adapterFor(venue);
  expect(answer).toMatchObject({ kind: 'refused', venueCode: capabilities.duplicateIdentifierCodes[0] });
  expect(capabilities).toMatchObject({ identifierStaysUsed: true, postOnly: { wouldTakeCode: undefined }, ordersPerSecond: 30 });
  expect(capabilities.orderShownMs).toBeLessThan(36 * 3_600_000);
});

test('too many requests, or a time outside of the window, never reached the book', async () => {
  const waits: [Reply, SellAnswer][] = [
    [no(429, 'ANY_WORD'), { kind: 'not_executed', venueCode: 'ANY_WORD', retryAfterMs: 1_000 }],
    [
      { status: 429, headers: { 'Retry-After': '3' }, body: '' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 3_000 },
    ],
    [no(400, 'EXCEED_TIME_WINDOW'), { kind: 'not_executed', venueCode: 'EXCEED_TIME_WINDOW', retryAfterMs: 0 }],
    [no(200, 'EXCEED_TIME_WINDOW'), { kind: 'not_executed', venueCode: 'EXCEED_TIME_WINDOW', retryAfterMs: 0 }],
  ];
  for (const [reply, answer] of waits) expect(await sellAnswering(reply)).toEqual(answer);
});

test('everything else is an unknown outcome, also with a documented word under another status', async () => {
  const replies: Reply[] = [
    no(500, 'NO_BALANCE'),
    no(503, 'EXCEED_TIME_WINDOW'),
    no(400, 'A_WORD_NOBODY_HAS_READ_UP'),
    no(400, 'TRY_AGAIN'),
    no(404, 'NOT_FOUND'),
    { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' },
    { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<html>blocked by a firewall</html>' },
    { status: 400, body: '{"error":{"code":400,"message":"NO_BALANCE"}}' },
    { status: 400, body: '{"success":false}' },
    { status: 302, headers: { Location: 'https://elsewhere.invalid/' }, body: '' },
    { headers: PLENTY, body: '' },
    { headers: PLENTY, body: '{}' },
    { headers: PLENTY, body: '{"success":true}' },
    { headers: PLENTY, body: '{"success":true,"data":{"orderId":' },
    { headers: PLENTY, body: '{"success":false}' },
    ok({ orderId: null }),
    'reset',
    'reset_mid_body',
  ];
  for (const reply of replies) expect(await sellAnswering(reply), JSON.stringify(reply)).toMatchObject({ kind: 'unknown' });
});

test('a venue that never answers ends as unknown at the time limit', async () => {
  expect(await sellAnswering('hang', 150)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('timed out') });
  expect(await sellAnswering('stall_mid_body', 150)).toMatchObject({ kind: 'unknown' });
});

test('an order is sent once, whatever comes of it', async () => {
  for (const reply of [no(500, 'INTERNAL'), no(400, 'EXCEED_TIME_WINDOW'), 'reset', ok({ orderId: 1 })] satisfies Reply[]) {
    const before = venue.seen.length;
    await sellAnswering(reply);
    expect(sentSince(venue, before)).toHaveLength(1);
  }
});

test('an order that is wrong by itself is never sent', async () => {
  const before = venue.seen.length;
  const adapter = adapterFor(venue);
  const wrong: Partial<SellOrder>[] = [
    { quantity: CoinAmount.of('ETH', '1') },
    { limitPrice: Price.of('ETH', '1000') },
    { symbol: 'BTC_KRW' },
    { symbol: 'btc_usdt' },
    { quantity: CoinAmount.of('BTC', '0') },
    { quantity: CoinAmount.of('BTC', '0.000000001') },
    { identifier: '' },
    { identifier: 'a b' },
    { identifier: 'x'.repeat(37) },
  ];
  for (const change of wrong) await expect(adapter.sell({ ...ORDER, ...change })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(venue.seen.length).toBe(before);
});
