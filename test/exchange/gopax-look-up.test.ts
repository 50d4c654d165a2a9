import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOrderIdOf } from '../../src/exchange/gopax/client-order-id.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CLIENT_ORDER_ID, gopaxFor, json, NOW, ORDER, PLENTY, refusal, SYMBOL } from './gopax-scripted.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const CREATED_MS = Date.parse('2026-11-20T02:58:20.500Z');

/** A partly filled IOC sell in the documents' fields. Digits that floating point does not hold are meant. */
const PARTLY_FILLED = `{
  "id":"453324","clientOrderId":"${CLIENT_ORDER_ID}","status":"cancelled","forcedCompletionReason":"timeInForce","tradingPairName":"BTC-KRW",
  "side":"sell","type":"limit","price":115000000,"amount":0.5,"remaining":0.299999999999999999,"protection":"no","timeInForce":"ioc",
  "createdAt":"2026-11-20T02:58:20.500Z","updatedAt":"2026-11-20T02:58:20.500Z",
  "balanceChange":{"baseGross":-0.200000000000000001,"baseFee":{"taking":0,"making":0},"baseNet":-0.200000000000000001,
    "quoteGross":23000000.000000000115,"quoteFee":{"taking":-46000.00000000000023,"making":0},"quoteNet":22953999.99999999999977}}`;

const TRADE_REST = '"fee":1,"side":"sell","feeAsset":"KRW","tradingPairName":"BTC-KRW","position":"taker"';
const TRADES = `[
  {"id":73955,"orderId":453325,"baseAmount":1,"quoteAmount":115000000,"price":115000000,"timestamp":"2026-11-20T02:58:21.000Z",${TRADE_REST}},
  {"id":73954,"orderId":453324,"baseAmount":1e-18,"quoteAmount":0.000000000115,"price":115000000,"timestamp":"2026-11-20T02:58:20.500Z",${TRADE_REST}},
  {"id":73953,"orderId":453324,"baseAmount":0.2,"quoteAmount":23000000,"price":115000000,"timestamp":"2026-11-20T02:58:20.500Z",${TRADE_REST}}]`;

function answering(order: unknown, trades: unknown = TRADES): (request: SeenRequest) => Reply {
  return (request) => (request.path === '/trades' ? json(trades) : json(order));
}

function changed(changes: Record<string, unknown>): Record<string, unknown> {
  const whole = {
    ...JSON.parse(PARTLY_FILLED),
    remaining: 0.3,
    balanceChange: { baseGross: -0.2, quoteGross: 23_000_000, quoteNet: 22_954_000 },
  };
  return { ...whole, ...changes };
}

const WHOLE_TRADE = [
  { id: 73_953, orderId: 453_324, baseAmount: 0.2, quoteAmount: 23_000_000, price: 115_000_000, timestamp: '2026-11-20T02:58:20.500Z' },
];

function lookUp() {
  return gopaxFor(venue).lookUp(ORDER.identifier, SYMBOL);
}

test('a look-up returns the order with exact figures, its trades sorted out of the account’s', async () => {
  venue.script(answering(PARTLY_FILLED));
  const before = venue.seen.length;
  const answer = await lookUp();
  expect(venue.seen.slice(before).map(({ path, rawQuery }) => `${path}?${rawQuery}`)).toEqual([
    `/orders/clientOrderId/${CLIENT_ORDER_ID}?`,
    `/trades?tradingPairName=BTC-KRW&after=${Math.floor(CREATED_MS / 1_000) - 1}&limit=100`,
  ]);
  expect(JSON.parse(JSON.stringify(answer))).toEqual({
    kind: 'found',
    order: {
      orderId: '453324',
      identifier: ORDER.identifier,
      symbol: SYMBOL,
      quantity: '0.5',
      executedQuantity: '0.200000000000000001',
      remainingQuantity: '0',
      paidFee: '46000.00000000011523',
      isOpen: false,
      statusWord: 'cancelled',
      createdAt: '2026-11-20T02:58:20.500Z',
      fills: [
        { tradeId: '73953', quantity: '0.2', price: '115000000', proceeds: '23000000', filledAt: '2026-11-20T02:58:20.500Z' },
        {
          tradeId: '73954',
          quantity: '0.000000000000000001',
          price: '115000000',
          proceeds: '0.000000000115',
          filledAt: '2026-11-20T02:58:20.500Z',
        },
      ],
    },
  });
});

test('what was executed is what left the account, whatever an order that is over says is left or is called', async () => {
  for (const change of [{ remaining: 0.3 }, { remaining: 0 }, { status: 'completed' }, { status: 'completed', remaining: 0 }]) {
    venue.script(answering(changed(change), WHOLE_TRADE));
    const answer = await lookUp();
    expect(answer, JSON.stringify(change)).toMatchObject({ kind: 'found', order: { isOpen: false, fills: [{ tradeId: '73953' }] } });
    expect(JSON.stringify(answer)).toContain('"executedQuantity":"0.2","remainingQuantity":"0"');
  }
});

test('an open order keeps its rest, and its trades may still be coming', async () => {
  for (const status of ['placed', 'updated', 'reserved']) {
    venue.script(answering(changed({ status }), []));
    const answer = await lookUp();
    expect(answer).toMatchObject({ kind: 'found', order: { isOpen: true, fills: [] } });
    expect(JSON.stringify(answer)).toContain('"remainingQuantity":"0.3"');
  }
});

test('an order nobody took needs no trades', async () => {
  const nothing = { baseGross: 0, quoteGross: 0, quoteNet: 0 };
  for (const change of [{ remaining: 0.5 }, { remaining: 0 }]) {
    venue.script(json(changed({ ...change, balanceChange: nothing })));
    const before = venue.seen.length;
    expect(await lookUp()).toMatchObject({ kind: 'found', order: { isOpen: false, fills: [] } });
    expect(venue.seen.length - before).toBe(1);
  }
});

test('an order that is over but whose trades do not add up is not settled yet', async () => {
  venue.script(answering(changed({}), []));
  expect(await lookUp()).toEqual({ kind: 'unavailable', reason: 'trades add up to 0 of 0.2 executed so far' });
  venue.script(answering(changed({}), [...WHOLE_TRADE, { ...WHOLE_TRADE[0], id: 9 }]));
  expect(await lookUp()).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('0.4 of 0.2') });
});

test('trades are read page by page, back from the newest', async () => {
  const others = Array.from({ length: 250 }, (_, index) => ({ ...WHOLE_TRADE[0], id: 80_000 + index, orderId: 1 }));
  const all = [...WHOLE_TRADE, ...others].toSorted((a, b) => (b.id ?? 0) - (a.id ?? 0));
  venue.script((request) => {
    if (request.path !== '/trades') return json(changed({}));
    const before = Number(request.query.get('pastmax') ?? Number.POSITIVE_INFINITY);
    return json(all.filter(({ id = 0 }) => id < before).slice(0, 100));
  });
  const before = venue.seen.length;
  expect(await lookUp()).toMatchObject({ kind: 'found', order: { fills: [{ tradeId: '73953' }] } });
  expect(venue.seen.slice(before + 1).map(({ query }) => query.get('pastmax'))).toEqual([null, '80150', '80050']);
});

test('a list of trades that never ends is given up', async () => {
  venue.script(
    answering(
      changed({}),
      Array.from({ length: 100 }, (_, index) => ({ ...WHOLE_TRADE[0], id: 80_000 + index, orderId: 1 })),
    ),
  );
  expect(await lookUp()).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('repeats') });
});

test('not found only by the names that GOPAX has for it', async () => {
  for (const [status, code] of [
    [404, 10_221],
    [404, 10_069],
    [400, 10_221],
    [200, 10_221],
  ] as const) {
    venue.script(refusal(status, code));
    expect(await lookUp(), `${status} ${code}`).toEqual({ kind: 'not_found' });
  }
});

test('any other answer leaves the question open', async () => {
  const replies: Reply[] = [
    refusal(500, 10_221),
    refusal(404, 10_058),
    refusal(400, 202),
    refusal(400, 10_223),
    refusal(401, 10_004),
    refusal(429, 10_105),
    json({ errormsg: 'No such order ID' }, 404),
    { status: 404, headers: { 'Content-Type': 'text/html' }, body: 'Cannot GET /orders' },
    { status: 200, headers: PLENTY, body: '' },
    json([]),
    'reset',
  ];
  for (const reply of replies) {
    venue.script(reply);
    expect(await lookUp(), JSON.stringify(reply)).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/./) });
  }
});

test('an order that is another, or that says what cannot be, is not taken for ours', async () => {
  const nothingSold = { baseGross: 0, quoteGross: 0, quoteNet: 0 };
  const cases: [Record<string, unknown>, string][] = [
    [{ side: 'buy' }, 'the answer cannot be read'],
    [{ status: 'a new word' }, 'the answer cannot be read'],
    [{ tradingPairName: 'BTC-USDC' }, 'the answer cannot be read'],
    [{ amount: 'NaN' }, 'the answer cannot be read'],
    [{ createdAt: 'yesterday' }, 'the answer cannot be read'],
    [{ balanceChange: undefined }, 'the answer cannot be read'],
    [{ clientOrderId: 'of-somebody-else' }, 'the answer is about another order'],
    [{ clientOrderId: undefined }, 'the answer is about another order'],
    [{ balanceChange: { ...nothingSold, baseGross: 0.2 } }, 'the figures of the answer contradict each other'],
    [{ remaining: 0.1 }, 'the figures of the answer contradict each other'],
    [{ status: 'updated', remaining: 0 }, 'the figures of the answer contradict each other'],
    [{ amount: 0.1, remaining: 0 }, 'the figures of the answer contradict each other'],
  ];
  for (const [change, reason] of cases) {
    venue.script(answering(changed(change), WHOLE_TRADE));
    expect(await lookUp(), JSON.stringify(change)).toEqual({ kind: 'unavailable', reason });
  }
});

test('an order whose trades cannot be read is not settled', async () => {
  for (const reply of [refusal(500, 10_195), refusal(401, 10_004), json({ trades: [] }), 'reset'] satisfies Reply[]) {
    venue.script((request) => (request.path === '/trades' ? reply : json(changed({}))));
    expect(await lookUp()).toMatchObject({ kind: 'unavailable' });
  }
});

test('a search looks through waiting and past orders in one signed list', async () => {
  venue.script((request) =>
    request.path === '/trades' ? json(WHOLE_TRADE) : json([{ ...OTHER, createdAt: '2026-11-20T02:58:00Z' }, changed({})]),
  );
  const since = new Date(NOW.getTime() - 120_000);
  const before = venue.seen.length;
  expect(await gopaxFor(venue).searchOrders(ORDER.identifier, SYMBOL, since)).toMatchObject({
    kind: 'found',
    order: { orderId: '453324' },
  });
  expect(venue.seen[before]?.rawQuery).toBe(`includePast=true&tradingPairName=BTC-KRW&since=${since.getTime() - 60_000}&limit=1000`);
});

const OTHER = { id: '1', status: 'placed', side: 'buy', type: 'market', createdAt: '2026-11-20T02:58:00Z' };

test('a search reads full pages to their end, and says so when it cannot', async () => {
  const rows = Array.from({ length: 2_300 }, (_, index) => ({
    ...OTHER,
    id: String(index),
    createdAt: new Date(CREATED_MS + index).toISOString(),
  }));
  venue.script((request) =>
    json(rows.filter(({ createdAt }) => Date.parse(createdAt) >= Number(request.query.get('since'))).slice(0, 1_000)),
  );
  const before = venue.seen.length;
  expect(await gopaxFor(venue).searchOrders(ORDER.identifier, SYMBOL, new Date(CREATED_MS))).toEqual({ kind: 'not_found' });
  expect(venue.seen.length - before).toBe(3);
  venue.script(json(rows.slice(0, 1_000).map((row) => ({ ...row, createdAt: OTHER.createdAt }))));
  expect(await gopaxFor(venue).searchOrders(ORDER.identifier, SYMBOL, new Date(CREATED_MS))).toMatchObject({ kind: 'unavailable' });
  for (const reply of [refusal(500, 10_195), refusal(400, 10_319), json({ orders: [] }), 'reset'] satisfies Reply[]) {
    venue.script(reply);
    expect(await gopaxFor(venue).searchOrders(ORDER.identifier, SYMBOL, NOW)).toMatchObject({ kind: 'unavailable' });
  }
});

test('a search of longer ago than GOPAX shows orders that are over proves nothing when it finds nothing', async () => {
  venue.script(json([]));
  const search = (agoMs: number) => gopaxFor(venue).searchOrders(ORDER.identifier, SYMBOL, new Date(NOW.getTime() - agoMs));
  expect(await search(9 * 60_000)).toEqual({ kind: 'not_found' });
  expect(await search(9 * 60_000 + 1)).toMatchObject({ kind: 'unavailable' });
  expect(gopaxFor(venue).capabilities.orderShownMs).toBe(9 * 60_000);
});

test('open orders: ours under our identifiers, others under their ids, and won that are no coins', async () => {
  const adapter = gopaxFor(venue, { clock: new DrivenClock(NOW) });
  venue.script(refusal(404, 10_221));
  await adapter.lookUp(ORDER.identifier, SYMBOL);
  const ours = { ...OTHER, id: '2', side: 'sell', type: 'limit', price: 115_000_000.5, remaining: 0.3, createdAt: '2026-11-20T02:59:00Z' };
  venue.script(
    json([
      { ...ours, clientOrderId: CLIENT_ORDER_ID },
      { ...OTHER, clientOrderId: 'by-hand', remaining: 500_000, amount: 1_000_000 },
    ]),
  );
  const open = await adapter.openOrders(SYMBOL);
  expect(venue.seen.at(-1)?.rawQuery).toBe('tradingPairName=BTC-KRW&limit=1000');
  expect(JSON.parse(JSON.stringify(open))).toEqual([
    { orderId: '1', identifier: 'by-hand', symbol: SYMBOL, side: 'buy', createdAt: '2026-11-20T02:58:00.000Z' },
    {
      orderId: '2',
      identifier: ORDER.identifier,
      symbol: SYMBOL,
      side: 'sell',
      limitPrice: '115000000.5',
      remainingQuantity: '0.3',
      createdAt: '2026-11-20T02:59:00.000Z',
    },
  ]);
});

test('a request to cancel is heard, or refused by code', async () => {
  venue.script(json({}));
  await gopaxFor(venue).cancel(ORDER.identifier, SYMBOL);
  expect(venue.seen.at(-1)).toMatchObject({
    method: 'DELETE',
    path: `/orders/clientOrderId/${clientOrderIdOf(ORDER.identifier)}`,
    body: '',
  });
  venue.script(refusal(404, 10_221));
  await expect(gopaxFor(venue).cancel(ORDER.identifier, SYMBOL)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  venue.script({ status: 200, headers: PLENTY, body: '' });
  await expect(gopaxFor(venue).cancel(ORDER.identifier, SYMBOL)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});
