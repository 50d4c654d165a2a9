import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SellAnswer, SellOrder } from '../../src/exchange/port.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import {
  ACCESS_KEY,
  adapterFor,
  json,
  PLENTY,
  type Reply,
  refusal,
  type ScriptedVenue,
  SECRET_KEY,
  startScriptedVenue,
} from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const ORDER: SellOrder = {
  identifier: 'cheongsan-000001',
  symbol: 'KRW-BTC',
  quantity: CoinAmount.of('BTC', '0.00000001'),
  limitPrice: Price.of('BTC', '159508000'),
  timeInForce: 'immediate_or_cancel',
};

/** The answer to POST /v1/orders as Upbit's documents show it. */
const CREATED = {
  market: 'KRW-BTC',
  uuid: 'cdd92199-2897-4e14-9448-f923320408ad',
  side: 'ask',
  ord_type: 'limit',
  price: '140000000',
  state: 'wait',
  created_at: '2025-07-04T15:00:00+09:00',
  volume: '1.0',
  remaining_volume: '1.0',
  reserved_fee: '70000.0',
  remaining_fee: '70000.0',
  paid_fee: '0.0',
  locked: '0.0',
  executed_volume: '0.0',
  prevented_volume: '0',
  prevented_locked: '0',
  trades_count: 0,
};

async function sellAnswering(reply: Reply, timeoutMs = 5_000): Promise<SellAnswer> {
  venue.script(reply);
  return adapterFor(venue, { timeoutMs }).sell(ORDER);
}

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
}

test('a sell is one signed POST of exact strings', async () => {
  expect(await sellAnswering(json(CREATED, 201))).toEqual({ kind: 'accepted', orderId: CREATED.uuid });

  const request = venue.seen.at(-1);
  expect(request?.method).toBe('POST');
  expect(request?.path).toBe('/v1/orders');
  const body = {
    market: 'KRW-BTC',
    side: 'ask',
    volume: '0.00000001',
    price: '159508000',
    ord_type: 'limit',
    time_in_force: 'ioc',
    identifier: 'cheongsan-000001',
  };
  expect(JSON.parse(request?.body ?? '')).toEqual(body);

  const [head, claims, signature] = (request?.headers.authorization ?? '').replace(/^Bearer /, '').split('.');
  expect(signature).toBe(createHmac('sha256', SECRET_KEY).update(`${head}.${claims}`).digest('base64url'));
  const inOrderSent = Object.entries(JSON.parse(request?.body ?? '{}')).map(([key, value]) => `${key}=${value}`);
  expect(decode(claims)).toEqual({
    access_key: ACCESS_KEY,
    nonce: expect.stringMatching(/^[0-9a-f-]{36}$/),
    query_hash: createHash('sha512').update(inOrderSent.join('&')).digest('hex'),
    query_hash_alg: 'SHA512',
  });
});

test('no header is sent twice, and no Origin, which Upbit limits to one request in ten seconds', async () => {
  await sellAnswering(json(CREATED, 201));
  const names = (venue.seen.at(-1)?.rawHeaders ?? []).filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain('origin');
  expect(venue.seen.at(-1)?.headers['content-type']).toBe('application/json');
});

test('each 4xx with a name Upbit documents is a refusal that keeps the name', async () => {
  const refusals: [number, string, string][] = [
    [400, 'under_min_total_ask', '최소주문금액 이상으로 주문해주세요'],
    [400, 'insufficient_funds_ask', '주문가능한 금액(BTC)이 부족합니다.'],
    [400, 'invalid_price_ask', '주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.'],
    [400, 'over_krw_funds_ask', '최대 주문 가능 금액 1000000000 KRW 보다 작은 주문을 입력해 주세요.'],
    [400, 'invalid_time_in_force', '주문조건을 다시 확인해 주세요.'],
    [400, 'notfoundmarket', '다음 마켓에 없는 종목입니다: KRW-BTCs'],
    [401, 'jwt_verification', 'Jwt 토큰 검증에 실패했습니다.'],
    [401, 'invalid_query_payload', 'Jwt의 query를 검증하는데 실패하였습니다.'],
    [401, 'expired_access_key', ''],
    [401, 'no_authorization_ip', ''],
    [403, 'out_of_scope', '권한이 부족합니다.'],
    [403, 'market_offline', '시스템 점검 중입니다. 점검이 완료된 후에 다시 시도해주세요.'],
  ];
  for (const [status, venueCode, message] of refusals) {
    expect(await sellAnswering(refusal(status, venueCode, message))).toEqual({ kind: 'refused', venueCode, message });
  }
});

test('a used identifier is refused under the code that the capabilities name', async () => {
  const answer = await sellAnswering(refusal(400, 'duplicated_identifier', '이미 사용 중인 identifier입니다.'));
  const [duplicateIdentifierCode] = adapterFor(venue).capabilities.duplicateIdentifierCodes;
  expect(answer).toMatchObject({ kind: 'refused', venueCode: duplicateIdentifierCode });
});

test('a rate refusal or a nonce seen twice did not reach the book, whatever the body', async () => {
  const waits: [Reply, SellAnswer][] = [
    [refusal(429, 'too_many_requests'), { kind: 'not_executed', venueCode: 'too_many_requests', retryAfterMs: 1_000 }],
    [
      { status: 429, body: 'Too many API requests.' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 1_000 },
    ],
    [
      { status: 429, headers: { 'Retry-After': '3' }, body: '' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 3_000 },
    ],
    [
      { status: 429, headers: { 'Retry-After': 'Fri, 20 Nov 2026 03:00:07 GMT' }, body: '' },
      { kind: 'not_executed', venueCode: 'http_429', retryAfterMs: 7_000 },
    ],
    [refusal(418, 418), { kind: 'not_executed', venueCode: '418', retryAfterMs: 60_000 }],
    [refusal(401, 'nonce_used'), { kind: 'not_executed', venueCode: 'nonce_used', retryAfterMs: 1_000 }],
  ];
  for (const [reply, answer] of waits) expect(await sellAnswering(reply)).toEqual(answer);
});

test('everything else is an unknown outcome, also with a refusal code under another status', async () => {
  const replies: Reply[] = [
    json({ error: { message: '서버 에러', name: 'server_error' } }, 500),
    refusal(500, 'insufficient_funds_ask'),
    refusal(503, 'market_offline'),
    { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>' },
    { status: 403, headers: { 'Content-Type': 'text/html' }, body: '<html>blocked by a firewall</html>' },
    refusal(400, 'a_name_nobody_has_read_up'),
    { status: 400, body: '{"message":"no error object"}' },
    { status: 302, headers: { Location: 'https://elsewhere.invalid/' }, body: '' },
    { status: 200, headers: PLENTY, body: '' },
    { status: 200, headers: PLENTY, body: '{}' },
    { status: 200, headers: PLENTY, body: '{"uuid":"' },
    { status: 200, headers: PLENTY, body: '[]' },
    json({ error: { message: '주문가능한 금액(BTC)이 부족합니다.', name: 'insufficient_funds_ask' } }),
    'reset',
    'reset_mid_body',
  ];
  for (const reply of replies) expect(await sellAnswering(reply), JSON.stringify(reply)).toMatchObject({ kind: 'unknown' });
});

test('a venue that never answers, or stalls inside its answer, ends as unknown at the time limit', async () => {
  expect(await sellAnswering('hang', 150)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('timed out') });
  expect(await sellAnswering('stall_mid_body', 150)).toMatchObject({ kind: 'unknown' });
});

test('a refused connection is unknown too: nothing proves that nothing was sent', async () => {
  const gone = await startScriptedVenue();
  await gone.close();
  expect(await adapterFor(gone).sell(ORDER)).toMatchObject({ kind: 'unknown' });
});

test('each request is sent once, whatever comes of it', async () => {
  for (const reply of [refusal(500, 'server_error'), 'reset', 'reset_mid_body', json(CREATED, 201)] satisfies Reply[]) {
    const before = venue.seen.length;
    await sellAnswering(reply);
    expect(venue.seen.length - before).toBe(1);
  }
});

test('an order that is wrong by itself is never sent', async () => {
  const before = venue.seen.length;
  const adapter = adapterFor(venue);
  const wrong: Partial<SellOrder>[] = [
    { quantity: CoinAmount.of('ETH', '1') },
    { limitPrice: Price.of('ETH', '1000') },
    { symbol: 'BTC-ETH' },
    { quantity: CoinAmount.of('BTC', '0') },
    { quantity: CoinAmount.of('BTC', '0.000000001') },
    { identifier: '' },
    { identifier: 'a&b=c' },
    { identifier: 'x'.repeat(65) },
  ];
  for (const change of wrong) await expect(adapter.sell({ ...ORDER, ...change })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(venue.seen.length).toBe(before);
});
