import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBithumbAdapter } from '../../src/exchange/bithumb/adapter.ts';
import type { ExchangePort, SellOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { ACCESS_KEY, json, type Reply, refusal, type ScriptedVenue, SECRET_KEY, startScriptedVenue } from './scripted-venue.ts';

const NOW = new Date('2026-11-20T03:00:00Z');
const DAY_MS = 86_400_000;
const IDENTIFIER = 'cheongsan-000003';
const ORDER_ID = 'C0101000007410713262';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function adapter(timeoutMs = 5_000): ExchangePort {
  return createBithumbAdapter({
    baseUrl: venue.baseUrl,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs,
    clock: new DrivenClock(NOW),
  });
}

function order(changes: Partial<SellOrder> = {}): SellOrder {
  return {
    identifier: IDENTIFIER,
    symbol: 'KRW-BTC',
    quantity: CoinAmount.of('BTC', '0.12345678'),
    limitPrice: Price.of('BTC', '151234567'),
    timeInForce: 'immediate_or_cancel',
    ...changes,
  };
}

const ACCEPTED = json({ order_id: ORDER_ID, client_order_id: IDENTIFIER, market: 'KRW-BTC', side: 'ask', order_type: 'limit' }, 201);

test('a sell carries every digit, words in small letters, and a token of this clock over what it asks', async () => {
  venue.script(ACCEPTED);
  expect(await adapter().sell(order())).toEqual({ kind: 'accepted', orderId: ORDER_ID });
  const sent = venue.seen.at(-1);
  const body = {
    market: 'KRW-BTC',
    side: 'ask',
    order_type: 'limit',
    price: '151234567',
    volume: '0.12345678',
    time_in_force: 'ioc',
    client_order_id: IDENTIFIER,
  };
  expect([sent?.method, sent?.path, JSON.parse(sent?.body ?? '')]).toEqual(['POST', '/v2/orders', body]);
  const claims = JSON.parse(Buffer.from(sent?.headers.authorization?.split('.')[1] ?? '', 'base64url').toString('utf8'));
  const text = Object.entries(body)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  expect(claims).toMatchObject({
    access_key: ACCESS_KEY,
    timestamp: NOW.getTime(),
    nonce: expect.any(String),
    query_hash: createHash('sha512').update(text).digest('hex'),
    query_hash_alg: 'SHA512',
  });
  await adapter().sell(order({ timeInForce: 'post_only' }));
  expect(JSON.parse(venue.seen.at(-1)?.body ?? '')).toMatchObject({ time_in_force: 'post_only' });
});

test('what cannot be meant is not sent', async () => {
  const before = venue.seen.length;
  const bad: Partial<SellOrder>[] = [
    { identifier: 'x'.repeat(37) },
    { identifier: 'with blank' },
    { identifier: '' },
    { symbol: 'BTC-ETH' },
    { quantity: CoinAmount.of('ETH', '1') },
    { quantity: CoinAmount.of('BTC', '0.123456789') },
    { quantity: CoinAmount.zero('BTC') },
  ];
  for (const changes of bad) await expect(adapter().sell(order(changes))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(venue.seen.length).toBe(before);
  venue.script(ACCEPTED);
  expect(await adapter().sell(order({ identifier: 'x'.repeat(36) }))).toMatchObject({ kind: 'accepted' });
});

test('what came of a sell is judged by status and body alone', async () => {
  const refused = (status: number, name: string) => ({ reply: refusal(status, name, '말'), answer: { kind: 'refused', venueCode: name } });
  const unknown = (reply: Reply) => ({ reply, answer: { kind: 'unknown' } });
  const cases = [
    refused(400, 'invalid_parameter'),
    refused(400, 'invalid_price_ask'),
    refused(400, 'under_price_limit_ask'),
    refused(400, 'insufficient_funds_ask'),
    refused(400, 'cross_trading'),
    refused(400, 'currency does not have a valid value'),
    refused(401, 'jwt_verification'),
    refused(401, 'NotAllowIP'),
    refused(403, 'blocked_member_id'),
    { reply: refusal(401, 'expired_jwt'), answer: { kind: 'not_executed', venueCode: 'expired_jwt' } },
    unknown(refusal(422, 'order_not_ready')),
    unknown(refusal(400, 'a_name_nobody_has_read_up')),
    unknown(refusal(400, 400)),
    unknown(refusal(500, 'invalid_parameter')),
    unknown(json('<html>Bad Gateway</html>', 502)),
    unknown(json({}, 200)),
    unknown(json('', 200)),
    unknown('reset'),
    unknown('reset_mid_body'),
    // An error inside a success is named by nobody's documents: the order may be there.
    unknown(refusal(200, 'invalid_parameter')),
  ];
  for (const { reply, answer } of cases) {
    venue.script(reply);
    expect(await adapter().sell(order()), JSON.stringify(reply)).toMatchObject(answer);
  }
  venue.script({ status: 429, headers: { 'Retry-After': '3' }, body: '{"error":{"name":"too_many_requests","message":""}}' });
  const hasty = adapter();
  expect(await hasty.sell(order())).toEqual({ kind: 'not_executed', venueCode: 'too_many_requests', retryAfterMs: 3_000 });
  expect(await hasty.sell(order())).toMatchObject({ kind: 'not_executed', venueCode: 'held_back' });
});

/** A partly filled IOC sell as GET /v1/order answers: `done`, the rest still shown, and the fee set aside beside the fee paid. */
const PARTLY_FILLED = {
  uuid: ORDER_ID,
  side: 'ask',
  ord_type: 'limit',
  price: '151234567',
  state: 'done',
  market: 'KRW-BTC',
  created_at: '2026-11-20T11:59:58+09:00',
  volume: '0.12345678',
  remaining_volume: '0.02345678',
  reserved_fee: '46677.11',
  remaining_fee: '0',
  paid_fee: '37808.64175',
  locked: '0.02345678',
  executed_volume: '0.1',
  executed_funds: '15123456.7',
  trades_count: 1,
  stp_type: 'cancel_taker',
  trades: [
    {
      market: 'KRW-BTC',
      uuid: 'C0101000000001713006',
      price: '151234567',
      volume: '0.1',
      funds: '15123456.7',
      side: 'ask',
      created_at: '2026-11-20T11:59:58+09:00',
    },
  ],
};

test('a partly filled immediate order is told by its volumes, not by `done`, and by the fee that was paid', async () => {
  venue.script(json(PARTLY_FILLED));
  const answer = await adapter().lookUp(IDENTIFIER, 'KRW-BTC');
  expect(venue.seen.at(-1)?.rawQuery).toBe(`client_order_id=${IDENTIFIER}`);
  expect(JSON.parse(JSON.stringify(answer))).toEqual({
    kind: 'found',
    order: {
      orderId: ORDER_ID,
      identifier: IDENTIFIER,
      symbol: 'KRW-BTC',
      quantity: '0.12345678',
      executedQuantity: '0.1',
      remainingQuantity: '0',
      paidFee: '37808.64175',
      isOpen: false,
      statusWord: 'done',
      createdAt: '2026-11-20T02:59:58.000Z',
      fills: [
        {
          tradeId: 'C0101000000001713006',
          quantity: '0.1',
          price: '151234567',
          proceeds: '15123456.7',
          filledAt: '2026-11-20T02:59:58.000Z',
        },
      ],
    },
  });
});

test('only the venue’s own word says that there is no order; one that is not ready yet is no answer', async () => {
  const cases: [Reply, object][] = [
    [refusal(404, 'order_not_found'), { kind: 'not_found' }],
    [refusal(422, 'order_not_ready'), { kind: 'unavailable', reason: 'HTTP 422 order_not_ready' }],
    [refusal(404, 404), { kind: 'unavailable' }],
    [refusal(500, 'order_not_found'), { kind: 'unavailable' }],
    ['reset', { kind: 'unavailable' }],
    [json({ ...PARTLY_FILLED, client_order_id: 'another' }), { kind: 'unavailable', reason: 'the answer is about another order' }],
    [json({ ...PARTLY_FILLED, trades: [] }), { kind: 'unavailable' }],
    [json({ ...PARTLY_FILLED, executed_volume: 'many' }), { kind: 'unavailable', reason: 'the answer cannot be read' }],
    [json({ ...PARTLY_FILLED, client_order_id: IDENTIFIER }), { kind: 'found' }],
  ];
  for (const [reply, answer] of cases) {
    venue.script(reply);
    expect(await adapter().lookUp(IDENTIFIER, 'KRW-BTC'), JSON.stringify(reply)).toMatchObject(answer);
  }
});

function listed(orderId: string, identifier: string | undefined, createdAt = '2026-11-20T11:59:58.123+09:00') {
  return { order_id: orderId, client_order_id: identifier, created_at: createdAt };
}

/** Answers the lists with these rows, and the order itself as partly filled. */
function scriptLists(lists: { wait?: object[]; done?: object[]; cancel?: object[] }): void {
  venue.script(({ path, query }) => {
    if (path === '/v1/order') return json({ ...PARTLY_FILLED, uuid: query.get('uuid') });
    if (path === '/v1/orders') return json(lists.wait ?? []);
    return json({ data: (query.get('state') === 'done' ? lists.done : lists.cancel) ?? [], next_key: null });
  });
}

test('a search walks the open, the done and the cancelled list, those by windows of seven days', async () => {
  const search = (since: Date) => adapter().searchOrders(IDENTIFIER, 'KRW-BTC', since);
  scriptLists({ cancel: [listed('C-1', 'another'), listed('C-2', IDENTIFIER)] });
  const before = venue.seen.length;
  expect(await search(new Date(NOW.getTime() - 10 * DAY_MS))).toMatchObject({ kind: 'found', order: { orderId: 'C-2' } });
  const asked = venue.seen.slice(before).map(({ path, query }) => `${path} ${query.get('state') ?? query.get('uuid')}`);
  expect(asked).toEqual([
    '/v1/orders wait',
    '/v2/orders/history done',
    '/v2/orders/history done',
    '/v2/orders/history cancel',
    '/v1/order C-2',
  ]);
  const window = venue.seen[before + 1]?.query;
  expect(Number(window?.get('end_time')) - Number(window?.get('start_time'))).toBe(7 * DAY_MS);

  scriptLists({ done: [listed('C-1', 'another')] });
  expect(await search(NOW)).toEqual({ kind: 'not_found' });
  scriptLists({});
  expect(await search(NOW)).toEqual({ kind: 'not_found' });
  venue.script(refusal(500, 'internal'));
  expect(await search(NOW)).toMatchObject({ kind: 'unavailable' });
});

test('lists that name no client_order_id prove nothing', async () => {
  scriptLists({ wait: [{ uuid: 'C-1', created_at: '2026-11-20T11:59:58+09:00' }], done: [listed('C-2', undefined)] });
  expect(await adapter().searchOrders(IDENTIFIER, 'KRW-BTC', NOW)).toEqual({
    kind: 'unavailable',
    reason: 'none of 2 listed orders names a client_order_id, so the lists prove nothing',
  });
});

test('a cancellation that was answered was taken in, no more; one of an order that is over is refused', async () => {
  venue.script(json({ order_id: ORDER_ID, client_order_id: IDENTIFIER, created_at: '2026-11-20T11:59:58+09:00' }));
  await adapter().cancel(IDENTIFIER, 'KRW-BTC');
  const sent = venue.seen.at(-1);
  expect([sent?.method, sent?.path, sent?.rawQuery]).toEqual(['DELETE', '/v2/order', `client_order_id=${IDENTIFIER}`]);
  for (const [status, name] of [
    [404, 'order_not_found'],
    [422, 'order_not_ready'],
  ] as const) {
    venue.script(refusal(status, name));
    await expect(adapter().cancel(IDENTIFIER, 'KRW-BTC')).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED', facts: { venueCode: name } });
  }
  venue.script(json({}));
  await expect(adapter().cancel(IDENTIFIER, 'KRW-BTC')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

test('open orders are ours and strangers’, in the book or waiting for a trigger', async () => {
  const row = { side: 'ask', ord_type: 'limit', price: '160000000', remaining_volume: '0.1', market: 'KRW-BTC' };
  venue.script(({ query }) =>
    query.get('state') === 'watch'
      ? json([{ ...row, uuid: 'C-3', side: 'bid', price: null, remaining_volume: null, created_at: '2026-11-19T09:00:00+09:00' }])
      : json([{ ...row, uuid: 'C-1', client_order_id: IDENTIFIER, created_at: '2026-11-20T09:00:00+09:00' }]),
  );
  expect(JSON.parse(JSON.stringify(await adapter().openOrders('KRW-BTC')))).toEqual([
    { orderId: 'C-3', symbol: 'KRW-BTC', side: 'buy', createdAt: '2026-11-19T00:00:00.000Z' },
    {
      orderId: 'C-1',
      identifier: IDENTIFIER,
      symbol: 'KRW-BTC',
      side: 'sell',
      limitPrice: '160000000',
      remainingQuantity: '0.1',
      createdAt: '2026-11-20T00:00:00.000Z',
    },
  ]);
});

test('orders and cancellations together keep to twenty a second, whatever the venue says is left', async () => {
  venue.script(() => ({ ...(typeof ACCEPTED === 'object' ? ACCEPTED : {}), headers: { Ratelimit: 'limit=140, remaining=139, reset=1' } }));
  const port = adapter();
  expect(port.orderBudget()).toEqual({ perSecond: 20, availableNow: 20, blockedMs: 0 });
  const before = venue.seen.length;
  const answers = Array.from({ length: 45 }, (_, index) =>
    index % 3 === 0 ? port.cancel(`${IDENTIFIER}-${index}`, 'KRW-BTC') : port.sell(order({ identifier: `${IDENTIFIER}-${index}` })),
  );
  await Promise.all(answers);
  const times = venue.seen
    .slice(before)
    .map(({ atMs }) => atMs)
    .sort((a, b) => a - b);
  expect(times).toHaveLength(45);
  for (const [index, atMs] of times.slice(20).entries()) expect(atMs - (times[index] ?? 0)).toBeGreaterThan(950);
});
