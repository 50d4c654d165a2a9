import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LookUp } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { adapterFor, inTurn, NOW, NOW_MS, no, ok, PLENTY, script, sentSince } from './korbit-scripted.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const IDENTIFIER = '0197a3c2-5f1e-7c44-9d0b-1a2b3c4d5e6f';
const HOUR_MS = 3_600_000;

/** A sell for immediate execution of which a part was filled: Korbit calls it `filled`. */
const ORDER = {
  orderId: 382_312,
  clientOrderId: IDENTIFIER,
  symbol: 'btc_krw',
  orderType: 'limit',
  side: 'sell',
  timeInForce: 'ioc',
  price: '159508000',
  qty: '0.5',
  filledQty: '0.2',
  filledAmt: '31901600',
  avgPrice: '159508000',
  createdAt: NOW_MS - 60_000,
  lastFilledAt: NOW_MS - 59_000,
  status: 'filled',
};
const TRADE = { symbol: 'btc_krw', orderId: 382_312, side: 'sell', price: '159508000', isTaker: true, feeCurrency: 'krw' };
const TRADES = [
  { ...TRADE, tradeId: 53, qty: '0.00000001', amt: '1.59508', feeQty: '0.00319016', tradedAt: NOW_MS - 59_000 },
  { ...TRADE, tradeId: 51, orderId: 7, qty: '3', amt: '478524000', feeQty: '0', tradedAt: NOW_MS - 59_500 },
  { ...TRADE, tradeId: 52, qty: '0.19999999', amt: '31901598.40492', feeQty: '63803.19680984', tradedAt: NOW_MS - 59_600 },
];

function lookUpAnswering(order: unknown, trades: readonly unknown[] = TRADES): Promise<LookUp> {
  script(venue, { 'GET /v2/orders': ok(order), 'GET /v2/myTrades': ok(trades) });
  return adapterFor(venue).lookUp(IDENTIFIER, 'btc_krw');
}

test('a look-up joins the order with its trades, exactly; `filled` may be a part, of which nothing stays locked', async () => {
  const before = venue.seen.length;
  const answer = await lookUpAnswering(ORDER);
  const asked = sentSince(venue, before).map(({ path, rawQuery }) => `${path}?${rawQuery.split('&timestamp=')[0]}`);
  expect(asked).toEqual([
    `/v2/orders?symbol=btc_krw&clientOrderId=${IDENTIFIER}`,
    `/v2/myTrades?symbol=btc_krw&startTime=${ORDER.createdAt}&limit=1000`,
  ]);
  expect(JSON.parse(JSON.stringify(answer))).toEqual({
    kind: 'found',
    order: {
      orderId: '382312',
      identifier: IDENTIFIER,
      symbol: 'btc_krw',
      quantity: '0.5',
      executedQuantity: '0.2',
      remainingQuantity: '0',
      paidFee: '63803.2',
      isOpen: false,
      statusWord: 'filled',
      createdAt: '2026-11-20T02:59:00.000Z',
      fills: [
        {
          tradeId: 'btc_krw-52',
          quantity: '0.19999999',
          price: '159508000',
          proceeds: '31901598.40492',
          filledAt: '2026-11-20T02:59:00.400Z',
        },
        { tradeId: 'btc_krw-53', quantity: '0.00000001', price: '159508000', proceeds: '1.59508', filledAt: '2026-11-20T02:59:01.000Z' },
      ],
    },
  });
});

test('an order that is over is not known until its trades, which come late, add up', async () => {
  script(venue, { 'GET /v2/orders': ok(ORDER), 'GET /v2/myTrades': inTurn(ok([]), ok(TRADES.slice(0, 2)), ok(TRADES)) });
  const adapter = adapterFor(venue);
  const late = { kind: 'unavailable', reason: expect.stringContaining('of 0.2 executed so far') };
  expect(await adapter.lookUp(IDENTIFIER, 'btc_krw')).toMatchObject(late);
  expect(await adapter.lookUp(IDENTIFIER, 'btc_krw')).toMatchObject(late);
  expect(await adapter.lookUp(IDENTIFIER, 'btc_krw')).toMatchObject({ kind: 'found' });
});

test('each state is over or not, whatever its word sounds like; without fills no trades are asked for', async () => {
  const states: [string, boolean][] = [
    ['pending', true],
    ['open', true],
    ['canceled', false],
    ['expired', false],
  ];
  for (const [status, isOpen] of states) {
    script(venue, { 'GET /v2/orders': ok({ ...ORDER, status, filledQty: '0', filledAmt: '0', avgPrice: undefined }) });
    const answer = await adapterFor(venue).lookUp(IDENTIFIER, 'btc_krw');
    expect(answer).toMatchObject({ kind: 'found', order: { isOpen, statusWord: status, fills: [] } });
    expect(JSON.stringify(answer)).toContain(`"remainingQuantity":"${isOpen ? '0.5' : '0'}"`);
  }
  for (const [status, isOpen] of [
    ['partiallyFilled', true],
    ['partiallyFilledCanceled', false],
  ] as const) {
    expect(await lookUpAnswering({ ...ORDER, status })).toMatchObject({ kind: 'found', order: { isOpen } });
  }
  // Of an open order trades may still be coming.
  expect(await lookUpAnswering({ ...ORDER, status: 'partiallyFilled' }, [])).toMatchObject({ kind: 'found', order: { isOpen: true } });
  expect(await lookUpAnswering({ ...ORDER, status: 'suspended' })).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringMatching(/suspended/),
  });
});

test('a trade without a fee cost none; a fee in anything but won is not booked as if it were', async () => {
  const free = TRADES.map(({ feeCurrency: _currency, feeQty: _fee, ...trade }) => trade);
  expect(JSON.stringify(await lookUpAnswering(ORDER, free))).toContain('"paidFee":"0"');
  const inCoins = TRADES.map((trade) => ({ ...trade, feeCurrency: 'btc' }));
  expect(await lookUpAnswering(ORDER, inCoins)).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('won') });
});

test('not found only by the name Korbit gives it', async () => {
  for (const status of [400, 404, 200]) {
    script(venue, { 'GET /v2/orders': no(status, 'ORDER_NOT_FOUND') });
    expect(await adapterFor(venue).lookUp(IDENTIFIER, 'btc_krw')).toEqual({ kind: 'not_found' });
  }
});

test('any other answer leaves the question open', async () => {
  const replies: Reply[] = [
    no(404, 'NOT_FOUND'),
    { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html>not found</html>' },
    no(500, 'ORDER_NOT_FOUND'),
    no(401, 'ANY_WORD'),
    no(429, 'ANY_WORD'),
    { headers: PLENTY, body: '' },
    { headers: PLENTY, body: '{"success":true}' },
    ok(null),
    ok({}),
    ok([]),
    ok({ ...ORDER, filledQty: 'NaN' }),
    ok({ ...ORDER, filledQty: '-0.2' }),
    ok({ ...ORDER, side: 'buy' }),
    ok({ ...ORDER, symbol: 'eth_krw' }),
    ok({ ...ORDER, clientOrderId: 'of-somebody-else' }),
    'reset',
    'hang',
  ];
  for (const reply of replies) {
    script(venue, { 'GET /v2/orders': reply, 'GET /v2/myTrades': ok(TRADES) });
    const answer = await adapterFor(venue, { timeoutMs: reply === 'hang' ? 150 : 5_000 }).lookUp(IDENTIFIER, 'btc_krw');
    expect(answer, JSON.stringify(reply)).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/./) });
  }
  for (const reply of [
    no(500, 'INTERNAL'),
    no(400, 'BAD_REQUEST'),
    ok({}),
    ok([{ ...TRADES[0], qty: 1 / 3 }]),
    'reset',
  ] satisfies Reply[]) {
    script(venue, { 'GET /v2/orders': ok(ORDER), 'GET /v2/myTrades': reply });
    expect(await adapterFor(venue).lookUp(IDENTIFIER, 'btc_krw'), JSON.stringify(reply)).toMatchObject({ kind: 'unavailable' });
  }
});

test('of an order older than the lists the start is left out, and its lost trades are not made up', async () => {
  const before = venue.seen.length;
  const answer = await lookUpAnswering({ ...ORDER, createdAt: NOW_MS - 40 * HOUR_MS }, []);
  expect(answer).toMatchObject({ kind: 'unavailable' });
  expect(sentSince(venue, before).at(-1)?.query.has('startTime')).toBe(false);
});

interface Listed {
  readonly orderId: number;
  readonly clientOrderId?: string;
  readonly createdAt: number;
}

/** Korbit's list of orders: newest first, start inclusive, end exclusive, 36 hours. */
function allOrders(orders: readonly Listed[]) {
  return ({ query }: SeenRequest): Reply => {
    const fromMs = Math.max(Number(query.get('startTime') ?? 0), NOW_MS - 36 * HOUR_MS);
    const toMs = Number(query.get('endTime') ?? Number.POSITIVE_INFINITY);
    const within = orders.filter(({ createdAt }) => createdAt >= fromMs && createdAt < toMs);
    return ok(within.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, Number(query.get('limit'))));
  };
}

function search(since: Date): Promise<LookUp> {
  return adapterFor(venue, { clock: new DrivenClock(NOW) }).searchOrders(IDENTIFIER, 'btc_krw', since);
}

test('a search walks open orders and then all of 36 hours, in pages, and reads what it finds by its id', async () => {
  const since = new Date(NOW_MS - 30 * HOUR_MS);
  const others = Array.from({ length: 2_500 }, (_, index) => ({ orderId: index, createdAt: since.getTime() + index * 40_000 }));
  const lists = (orders: readonly Listed[], open: readonly Listed[] = []) =>
    script(venue, {
      'GET /v2/openOrders': ok(open.map((order) => ({ ...order, side: 'sell', filledQty: '0' }))),
      'GET /v2/allOrders': allOrders(orders),
      'GET /v2/orders': ok(ORDER),
      'GET /v2/myTrades': ok(TRADES),
    });
  lists(others);
  let before = venue.seen.length;
  expect(await search(since)).toEqual({ kind: 'not_found' });
  expect(sentSince(venue, before).map(({ path }) => path)).toEqual(['/v2/openOrders', '/v2/allOrders', '/v2/allOrders', '/v2/allOrders']);

  const sought = { orderId: 382_312, clientOrderId: IDENTIFIER, createdAt: since.getTime() };
  for (const [orders, open] of [
    [[...others, sought], []],
    [[], [sought]],
  ] as const) {
    lists(orders, open);
    before = venue.seen.length;
    expect(await search(since)).toMatchObject({ kind: 'found', order: { orderId: '382312', fills: [{}, {}] } });
    expect(
      sentSince(venue, before)
        .find(({ path }) => path === '/v2/orders')
        ?.query.get('orderId'),
    ).toBe('382312');
  }
});

test('a search that goes back further than the lists can find, never exclude', async () => {
  script(venue, { 'GET /v2/openOrders': ok([]), 'GET /v2/allOrders': allOrders([]) });
  expect(await search(new Date(NOW_MS - 35 * HOUR_MS))).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('36 hours') });
  const { orderShownMs = 0 } = adapterFor(venue).capabilities;
  expect(await search(new Date(NOW_MS - orderShownMs - 60_000))).toEqual({ kind: 'not_found' });
});

test('a search that cannot read every list to its end says so instead of "not found"', async () => {
  const crowded = Array.from({ length: 1_500 }, (_, index) => ({ orderId: index, createdAt: NOW_MS - 1_000 }));
  script(venue, { 'GET /v2/openOrders': ok([]), 'GET /v2/allOrders': allOrders(crowded) });
  expect(await search(new Date(NOW_MS - 2_000))).toMatchObject({ kind: 'unavailable' });
  const open = Array.from({ length: 1_000 }, (_, index) => ({ orderId: index, createdAt: NOW_MS, side: 'buy', filledQty: '0' }));
  script(venue, { 'GET /v2/openOrders': ok(open), 'GET /v2/allOrders': ok([]) });
  expect(await search(new Date(NOW_MS - 2_000))).toMatchObject({ kind: 'unavailable' });
  for (const broken of ['GET /v2/openOrders', 'GET /v2/allOrders']) {
    for (const reply of [no(500, 'INTERNAL'), no(403, 'ANY_WORD'), ok({ orders: [] }), 'reset'] satisfies Reply[]) {
      script(venue, { 'GET /v2/openOrders': ok([]), 'GET /v2/allOrders': ok([]), [broken]: reply });
      expect(await search(new Date(NOW_MS - HOUR_MS)), broken).toMatchObject({ kind: 'unavailable' });
    }
  }
});

test('an order that is listed but cannot be read is not taken for missing', async () => {
  const listed = [{ orderId: 1, clientOrderId: IDENTIFIER, createdAt: NOW_MS }];
  script(venue, { 'GET /v2/openOrders': ok([]), 'GET /v2/allOrders': ok(listed), 'GET /v2/orders': no(404, 'ORDER_NOT_FOUND') });
  expect(await search(new Date(NOW_MS - HOUR_MS))).toMatchObject({ kind: 'unavailable' });
});

test('a cancellation waits while the order is being processed, for a while', async () => {
  script(venue, { 'DELETE /v2/orders': inTurn(no(400, 'TRY_AGAIN'), no(400, 'TRY_AGAIN'), { headers: PLENTY, body: '{"success":true}' }) });
  let before = venue.seen.length;
  await adapterFor(venue).cancel(IDENTIFIER, 'btc_krw');
  expect(sentSince(venue, before)).toHaveLength(3);
  expect(sentSince(venue, before).at(-1)?.rawQuery).toMatch(new RegExp(`^symbol=btc_krw&clientOrderId=${IDENTIFIER}&timestamp=`));

  script(venue, { 'DELETE /v2/orders': no(400, 'TRY_AGAIN') });
  before = venue.seen.length;
  await expect(adapterFor(venue).cancel(IDENTIFIER, 'btc_krw')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(sentSince(venue, before)).toHaveLength(4);

  for (const word of ['ORDER_ALREADY_FILLED', 'ORDER_ALREADY_CANCELED', 'ORDER_ALREADY_EXPIRED', 'ORDER_NOT_FOUND']) {
    script(venue, { 'DELETE /v2/orders': no(400, word) });
    await expect(adapterFor(venue).cancel(IDENTIFIER, 'btc_krw')).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  }
});

test('open orders of whatever kind are told, oldest first', async () => {
  const rows = [
    {
      orderId: 3,
      side: 'sell',
      orderType: 'limit',
      price: '160000000',
      qty: '1',
      filledQty: '0.25',
      clientOrderId: 'ours',
      createdAt: NOW_MS,
    },
    { orderId: 2, side: 'buy', orderType: 'market', filledQty: '0', createdAt: NOW_MS - 1 },
  ];
  script(venue, { 'GET /v2/openOrders': ok(rows) });
  expect(JSON.parse(JSON.stringify(await adapterFor(venue).openOrders('btc_krw')))).toEqual([
    { orderId: '2', symbol: 'btc_krw', side: 'buy', createdAt: '2026-11-20T02:59:59.999Z' },
    {
      orderId: '3',
      identifier: 'ours',
      symbol: 'btc_krw',
      side: 'sell',
      limitPrice: '160000000',
      remainingQuantity: '0.75',
      createdAt: '2026-11-20T03:00:00.000Z',
    },
  ]);
});
