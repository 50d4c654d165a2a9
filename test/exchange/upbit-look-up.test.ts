import { afterAll, beforeAll, expect, test } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import {
  adapterFor,
  json,
  PLENTY,
  type Reply,
  refusal,
  type ScriptedVenue,
  type SeenRequest,
  startScriptedVenue,
} from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const IDENTIFIER = 'cheongsan-000003';
const UUID = '3b67e543-8ad3-48d0-8451-0dad315cae73';

/** A partly filled IOC sell as Upbit answers GET /v1/order, figures both as strings and as numbers. */
const PARTLY_FILLED = `{
  "market":"KRW-BTC","uuid":"${UUID}","side":"ask","ord_type":"limit","price":"159508000","state":"cancel",
  "created_at":"2026-11-19T16:44:00+09:00","volume":"0.5","remaining_volume":"0.3","executed_volume":"0.2",
  "reserved_fee":"0","remaining_fee":"0","paid_fee":"15950.80000001234","locked":"0","time_in_force":"ioc",
  "identifier":"${IDENTIFIER}","prevented_volume":"0","prevented_locked":"0","trades_count":2,
  "trades":[
    {"market":"KRW-BTC","uuid":"t-1","price":"159508000","volume":"0.19999999","funds":"31901598.4049200","trend":"down",
     "created_at":"2026-11-19T16:44:00.597751+09:00","side":"ask"},
    {"market":"KRW-BTC","uuid":"t-2","price":159508000,"volume":1e-8,"funds":159508000.12345678,"trend":"down",
     "created_at":"2026-11-19T16:44:01+09:00","side":"ask"}]}`;

function orderWith(changes: Record<string, unknown>): Reply {
  return json({ ...JSON.parse(PARTLY_FILLED), ...changes });
}

test('a look-up returns the order with exact figures; nothing of an order that is over stays locked', async () => {
  venue.script({ headers: PLENTY, body: PARTLY_FILLED });
  const answer = await adapterFor(venue).lookUp(IDENTIFIER, 'KRW-BTC');
  expect(venue.seen.at(-1)?.rawQuery).toBe(`identifier=${IDENTIFIER}`);
  expect(JSON.parse(JSON.stringify(answer))).toEqual({
    kind: 'found',
    order: {
      orderId: UUID,
      identifier: IDENTIFIER,
      symbol: 'KRW-BTC',
      quantity: '0.5',
      executedQuantity: '0.2',
      remainingQuantity: '0',
      paidFee: '15950.80000001234',
      isOpen: false,
      statusWord: 'cancel',
      createdAt: '2026-11-19T07:44:00.000Z',
      fills: [
        { tradeId: 't-1', quantity: '0.19999999', price: '159508000', proceeds: '31901598.40492', filledAt: '2026-11-19T07:44:00.597Z' },
        {
          tradeId: 't-2',
          quantity: '0.00000001',
          price: '159508000',
          proceeds: '159508000.12345678',
          filledAt: '2026-11-19T07:44:01.000Z',
        },
      ],
    },
  });
});

test('an open order keeps its rest, and its fills may still be coming', async () => {
  venue.script(orderWith({ state: 'wait', trades: [] }));
  const answer = await adapterFor(venue).lookUp(IDENTIFIER, 'KRW-BTC');
  expect(answer).toMatchObject({ kind: 'found', order: { isOpen: true } });
  expect(JSON.stringify(answer)).toContain('"remainingQuantity":"0.3"');
});

test('an order that is over but whose trades do not add up is not settled yet', async () => {
  for (const trades of [[], undefined]) {
    venue.script(orderWith({ trades }));
    expect(await adapterFor(venue).lookUp(IDENTIFIER, 'KRW-BTC')).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining('0 of 0.2'),
    });
  }
});

test('not found only by the name Upbit gives it', async () => {
  venue.script(refusal(404, 'order_not_found', '주문을 찾지 못했습니다.'));
  expect(await adapterFor(venue).lookUp(IDENTIFIER, 'KRW-BTC')).toEqual({ kind: 'not_found' });
});

test('any other answer leaves the question open', async () => {
  const replies: Reply[] = [
    refusal(404, 404, 'Code not found'),
    { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html>not found</html>' },
    refusal(500, 'order_not_found'),
    refusal(200, 'order_not_found'),
    refusal(401, 'jwt_verification'),
    refusal(429, 'too_many_requests'),
    { status: 200, headers: PLENTY, body: '' },
    json([]),
    orderWith({ executed_volume: 'NaN' }),
    orderWith({ created_at: 'yesterday' }),
    orderWith({ market: 'BTC-ETH' }),
    orderWith({ identifier: 'of-somebody-else' }),
    'reset',
    'hang',
  ];
  for (const reply of replies) {
    venue.script(reply);
    const answer = await adapterFor(venue, { timeoutMs: reply === 'hang' ? 150 : 5_000 }).lookUp(IDENTIFIER, 'KRW-BTC');
    expect(answer, JSON.stringify(reply)).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/./) });
  }
});

const NOW = new Date('2026-11-20T03:00:00Z');
const DAY_MS = 86_400_000;

/** Upbit's order lists over a set of orders, with its windows and page sizes. */
function lists(orders: readonly { uuid: string; identifier?: string; state: string; createdMs: number }[]) {
  return (request: SeenRequest): Reply => {
    const { query } = request;
    if (request.path === '/v1/order') return { headers: PLENTY, body: PARTLY_FILLED };
    const limit = Number(query.get('limit'));
    const chosen = orders
      .filter((order) => order.state === query.get('state'))
      .filter((order) => query.get('start_time') === null || order.createdMs >= Number(query.get('start_time')))
      .filter((order) => query.get('end_time') === null || order.createdMs <= Number(query.get('end_time')))
      .sort((a, b) => a.createdMs - b.createdMs)
      .slice((Number(query.get('page') ?? 1) - 1) * limit, Number(query.get('page') ?? 1) * limit);
    return json(
      chosen.map(({ uuid, identifier, createdMs }) => ({
        uuid,
        identifier,
        created_at: new Date(createdMs + 9 * 3_600_000).toISOString().replace(/\.\d+Z/, '+09:00'),
        volume: null,
      })),
    );
  };
}

function search(since: Date) {
  return adapterFor(venue, { clock: new DrivenClock(NOW) }).searchOrders(IDENTIFIER, 'KRW-BTC', since);
}

test('a search looks through open, done and cancelled orders in windows of seven days', async () => {
  venue.script(lists([]));
  const before = venue.seen.length;
  expect(await search(new Date(NOW.getTime() - 20 * DAY_MS))).toEqual({ kind: 'not_found' });
  const asked = venue.seen.slice(before).map(({ path, query }) => `${path.replace('/v1/orders/', '')} ${query.get('state')}`);
  expect(asked).toEqual(['open wait', 'closed done', 'closed done', 'closed done', 'closed cancel', 'closed cancel', 'closed cancel']);
  for (const { path, query } of venue.seen.slice(before)) {
    expect(query.get('market')).toBe('KRW-BTC');
    if (path.endsWith('closed')) expect(Number(query.get('end_time')) - Number(query.get('start_time'))).toBe(7 * DAY_MS);
  }
});

test('a search finds the order in whichever list holds it and reads its trades', async () => {
  for (const state of ['wait', 'done', 'cancel']) {
    for (const ageDays of [0, 8, 19]) {
      venue.script(lists([{ uuid: UUID, identifier: IDENTIFIER, state, createdMs: NOW.getTime() - ageDays * DAY_MS }]));
      const answer = await search(new Date(NOW.getTime() - 20 * DAY_MS));
      expect(answer, `${state} ${ageDays}`).toMatchObject({
        kind: 'found',
        order: { orderId: UUID, fills: [{ tradeId: 't-1' }, { tradeId: 't-2' }] },
      });
      expect(venue.seen.at(-1)?.rawQuery).toBe(`uuid=${UUID}`);
    }
  }
});

test('a search reads full pages to their end, of open and of closed orders', async () => {
  const others = (state: string, count: number, fromMs: number) =>
    Array.from({ length: count }, (_, index) => ({ uuid: `${state}-${index}`, state, createdMs: fromMs + index * 1_000 }));
  const startMs = NOW.getTime() - DAY_MS;
  const sought = { uuid: UUID, identifier: IDENTIFIER, state: 'cancel', createdMs: startMs + 2_600_000 };
  venue.script(lists([...others('wait', 250, startMs), ...others('cancel', 2_500, startMs), sought]));
  const before = venue.seen.length;
  expect(await search(new Date(startMs))).toMatchObject({ kind: 'found' });
  const paths = venue.seen.slice(before).map(({ path, query }) => `${path} ${query.get('state')}`);
  expect(paths.filter((path) => path === '/v1/orders/open wait')).toHaveLength(3);
  expect(paths.filter((path) => path === '/v1/orders/closed cancel')).toHaveLength(3);
});

test('a search that cannot read every list to its end says so instead of "not found"', async () => {
  const crowded = Array.from({ length: 1_500 }, (_, index) => ({ uuid: `o-${index}`, state: 'done', createdMs: NOW.getTime() - 1_000 }));
  venue.script(lists(crowded));
  expect(await search(new Date(NOW.getTime() - 1_000))).toMatchObject({ kind: 'unavailable' });

  for (const broken of ['open', 'done', 'cancel']) {
    for (const reply of [refusal(500, 'server_error'), refusal(401, 'jwt_verification'), json({ orders: [] }), 'reset'] satisfies Reply[]) {
      venue.script((request) => (request.path.endsWith(broken) || request.query.get('state') === broken ? reply : json([])));
      expect(await search(new Date(NOW.getTime() - DAY_MS)), broken).toMatchObject({ kind: 'unavailable' });
    }
  }
});

test('an order that is listed but cannot be read is not taken for missing', async () => {
  const listed = lists([{ uuid: UUID, identifier: IDENTIFIER, state: 'done', createdMs: NOW.getTime() }]);
  venue.script((request) => (request.path === '/v1/order' ? refusal(404, 'order_not_found') : listed(request)));
  expect(await search(new Date(NOW.getTime() - DAY_MS))).toMatchObject({ kind: 'unavailable' });
});

test('a search allows for a clock that is not quite the venue clock', async () => {
  venue.script(lists([{ uuid: UUID, identifier: IDENTIFIER, state: 'done', createdMs: NOW.getTime() - 30_000 }]));
  expect(await search(NOW)).toMatchObject({ kind: 'found' });
});
