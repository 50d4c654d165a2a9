import { afterAll, beforeAll, expect, test } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { adapterFor, json, PLENTY, refusal, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

/** What is read of a market beside its book, byte for byte as Upbit's documents show it. */

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-01T00:00:00Z');

/** Every fourth hour has no trade. */
const isTraded = (startMs: number) => (startMs / HOUR_MS) % 4 !== 0;

function hours(request: SeenRequest, listedFromMs = 0) {
  const before = Date.parse(request.query.get('to') ?? '');
  const rows: string[] = [];
  for (let startMs = Math.ceil(before / HOUR_MS - 1) * HOUR_MS; rows.length < 200 && startMs >= listedFromMs; startMs -= HOUR_MS) {
    if (!isTraded(startMs)) continue;
    rows.push(
      `{"market":"KRW-BTC","candle_date_time_utc":"${new Date(startMs).toISOString().slice(0, 19)}","candle_date_time_kst":"-",` +
        `"opening_price":100.5,"high_price":1.02e2,"low_price":99,"trade_price":101,"timestamp":1,"candle_acc_trade_price":1,"candle_acc_trade_volume":0.25,"unit":60}`,
    );
  }
  return { headers: PLENTY, body: `[${rows.join(',')}]` };
}

test('candles are read page by page, oldest first, with gaps left as gaps', async () => {
  venue.script((request) => hours(request));
  const before = venue.seen.length;
  const from = new Date(START_MS + 30 * 60_000);
  const to = new Date(START_MS + 500 * HOUR_MS + 1_500);
  const candles = await adapterFor(venue).candles('KRW-BTC', HOUR_MS, from, to);
  const expected = Array.from({ length: 501 }, (_, hour) => START_MS + hour * HOUR_MS).filter((ms) => isTraded(ms) && ms >= from.getTime());
  expect(candles.map(({ startMs }) => startMs)).toEqual(expected);
  expect(candles[0]).toEqual({ startMs: expected[0], open: 100.5, high: 102, low: 99, close: 101, volume: 0.25 });
  const requests = venue.seen.slice(before);
  expect(requests).toHaveLength(2);
  expect(requests[0]?.path).toBe('/v1/candles/minutes/60');
  expect(requests[0]?.query.get('count')).toBe('200');
});

test('candles end where the market began, and a page that never changes is not read for ever', async () => {
  venue.script((request) => hours(request, START_MS));
  const old = new Date(START_MS - 9_000 * HOUR_MS);
  expect(await adapterFor(venue).candles('KRW-BTC', HOUR_MS, old, new Date(START_MS + 8 * HOUR_MS))).toHaveLength(6);
  const page = hours({ ...fake, query: new URLSearchParams({ to: '2026-11-20T00:00:00Z' }) });
  venue.script(page);
  await expect(adapterFor(venue).candles('KRW-BTC', HOUR_MS, old, new Date(START_MS))).rejects.toMatchObject({
    code: 'EXCHANGE_UNAVAILABLE',
  });
});
const fake: SeenRequest = {
  method: 'GET',
  path: '',
  query: new URLSearchParams(),
  rawQuery: '',
  headers: {},
  rawHeaders: [],
  body: '',
  atMs: 0,
  socketPort: undefined,
};

test('a length of bar that Upbit does not offer is not asked for', async () => {
  const before = venue.seen.length;
  await expect(adapterFor(venue).candles('KRW-BTC', 7 * 60_000, new Date(0), new Date())).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(adapterFor(venue).candles('BTC-ETH', HOUR_MS, new Date(0), new Date())).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(venue.seen.length).toBe(before);
});

const TRADE =
  '{"market":"KRW-BTC","trade_date_utc":"2026-11-19","trade_time_utc":"23:59:59","timestamp":1763596799336,"trade_price":147058000.12345678,"trade_volume":6.043e-5,"prev_closing_price":1,"change_price":1,"ask_bid":"BID","sequential_id":17635967993360000}';

test('the last trade is of today or, after a quiet midnight, of the days before, and exact', async () => {
  venue.script((request) => ({ headers: PLENTY, body: request.query.get('days_ago') === '2' ? `[${TRADE}]` : '[]' }));
  const before = venue.seen.length;
  const trade = await adapterFor(venue).lastTrade('KRW-BTC');
  expect(JSON.parse(JSON.stringify(trade))).toEqual({
    price: '147058000.12345678',
    quantity: '0.00006043',
    tradedAt: '2025-11-19T23:59:59.336Z',
  });
  expect(trade?.price).toBeInstanceOf(Price);
  expect(trade?.quantity).toBeInstanceOf(CoinAmount);
  expect(venue.seen.slice(before).map(({ rawQuery }) => rawQuery)).toEqual([
    'market=KRW-BTC&count=1',
    'market=KRW-BTC&count=1&days_ago=1',
    'market=KRW-BTC&count=1&days_ago=2',
  ]);
  venue.script(json([]));
  expect(await adapterFor(venue).lastTrade('KRW-BTC')).toBeUndefined();
});

test('an asset’s wallet can do what any of its networks can', async () => {
  const row = (currency: string, wallet_state: string, net_type = currency) => ({
    currency,
    wallet_state,
    block_state: 'normal',
    net_type,
  });
  venue.script(
    json([
      row('BTC', 'working'),
      row('ETH', 'paused'),
      row('ETH', 'working', 'ARB'),
      row('XRP', 'deposit_only'),
      row('XRP', 'withdraw_only', 'OTHER'),
      row('SOL', 'deposit_only'),
      row('DOGE', 'withdraw_only'),
      row('ADA', 'paused'),
      row('ADA', 'unsupported', 'OLD'),
      row('LINK', 'a_new_word'),
      row('LINK', 'deposit_only', 'ARB'),
    ]),
  );
  expect(new Map((await adapterFor(venue).walletStates()).map(({ asset, state }) => [asset, state]))).toEqual(
    new Map([
      ['BTC', 'working'],
      ['ETH', 'working'],
      ['XRP', 'working'],
      ['SOL', 'deposits_only'],
      ['DOGE', 'withdrawals_only'],
      ['ADA', 'halted'],
      ['LINK', 'unknown'],
    ]),
  );
});

test('flags: 유의 is a warning, any 주의 a caution, and an event nobody knows a danger when it is on', async () => {
  const row = (asset: string, market_event: object) => ({
    market: `KRW-${asset}`,
    korean_name: '표본',
    english_name: 'Sample',
    market_event,
  });
  venue.script(
    json([
      row('A', { warning: false, caution: {} }),
      row('B', { warning: true, caution: { PRICE_FLUCTUATIONS: true } }),
      row('C', { warning: false, caution: { A_NEW_CAUTION: true } }),
      row('D', { warning: false, caution: {}, danger: true }),
      row('E', { warning: false, caution: {}, danger: { SOME_KIND: true } }),
      row('F', { warning: false, caution: {}, danger: false, notice: null }),
      row('G', { warning: false, caution: {}, delisting: true }),
    ]),
  );
  const flags = new Map((await adapterFor(venue).markets()).map(({ asset, flags: shown }) => [asset, shown]));
  expect([...flags.values()]).toEqual([[], ['warning', 'caution'], ['caution'], ['danger'], ['danger'], [], ['delisting']]);
});

test('open orders are everybody’s: with or without identifier, price or side of ours, in the book or waiting for a trigger', async () => {
  const row = {
    market: 'KRW-BTC',
    uuid: 'o-1',
    side: 'ask',
    ord_type: 'limit',
    price: '150000000',
    state: 'wait',
    remaining_volume: '0.5',
  };
  const wait = [
    { ...row, created_at: '2026-11-19T15:00:00+09:00', identifier: 'cheongsan-000009' },
    { ...row, uuid: 'o-2', side: 'bid', created_at: '2026-11-19T14:00:00+09:00' },
    {
      ...row,
      uuid: 'o-3',
      side: 'bid',
      ord_type: 'price',
      price: '10000',
      remaining_volume: null,
      created_at: '2026-11-19T16:00:00+09:00',
    },
  ];
  const watch = [{ ...row, uuid: 'o-4', state: 'watch', price: null, created_at: '2026-11-19T17:00:00+09:00' }];
  venue.script((request) => json(request.query.get('state') === 'watch' ? watch : wait));
  const orders = await adapterFor(venue).openOrders('KRW-BTC');
  expect(
    orders.map(({ orderId, identifier, side, limitPrice, remainingQuantity }) => [
      orderId,
      identifier,
      side,
      limitPrice?.toString(),
      remainingQuantity?.toString(),
    ]),
  ).toEqual([
    ['o-2', undefined, 'buy', '150000000', '0.5'],
    ['o-1', 'cheongsan-000009', 'sell', '150000000', '0.5'],
    ['o-3', undefined, 'buy', undefined, undefined],
    ['o-4', undefined, 'sell', undefined, '0.5'],
  ]);
});

test('a passive sell says so, and a refusal because it would take is known by the code of the capabilities', async () => {
  const order = {
    identifier: 'cheongsan-000011',
    symbol: 'KRW-BTC',
    quantity: CoinAmount.of('BTC', '0.5'),
    limitPrice: Price.of('BTC', '150000000'),
    timeInForce: 'post_only',
  } as const;
  venue.script(json({ uuid: 'o-1' }, 201), refusal(400, 'invalid_post_only', '즉시 체결되는 가격의 Post Only 주문입니다.'));
  const adapter = adapterFor(venue);
  expect(await adapter.sell(order)).toEqual({ kind: 'accepted', orderId: 'o-1' });
  expect(JSON.parse(venue.seen.at(-1)?.body ?? '')).toMatchObject({ ord_type: 'limit', time_in_force: 'post_only', volume: '0.5' });
  expect(await adapter.sell(order)).toMatchObject({ kind: 'refused', venueCode: adapter.capabilities.postOnly?.wouldTakeCode });
});

test('the venue’s clock is measured by the dates of its answers', async () => {
  const clock = new DrivenClock(new Date('2026-11-20T03:00:00.400Z'));
  const adapter = adapterFor(venue, { clock });
  expect(adapter.clockSkewMs()).toBeUndefined();
  const dated = (date: string) => ({ headers: { ...PLENTY, Date: date }, body: '[]' });
  venue.script(dated('Fri, 20 Nov 2026 03:00:00 GMT'));
  await adapter.balances();
  expect(adapter.clockSkewMs()).toBe(0);
  venue.script(dated('Fri, 20 Nov 2026 03:00:07 GMT'));
  await adapter.balances();
  expect(adapter.clockSkewMs()).toBe(6_600);
  clock.advanceBy(300);
  venue.script(dated('Fri, 20 Nov 2026 03:00:08 GMT'));
  await adapter.balances();
  expect(adapter.clockSkewMs()).toBe(7_300);
  venue.script({ status: 429, headers: { Date: 'Fri, 20 Nov 2026 02:59:50 GMT', 'Retry-After': '0' }, body: '' });
  await adapter.balances().catch(() => undefined);
  expect(adapter.clockSkewMs()).toBe(-9_700);
});

test('the order budget is what is published until an answer tells what is granted', async () => {
  const adapter = adapterFor(venue);
  expect(adapter.orderBudget()).toEqual({ perSecond: adapter.capabilities.ordersPerSecond, availableNow: 12, blockedMs: 0 });
  venue.script({ headers: { 'Remaining-Req': 'group=order; min=480; sec=7' }, status: 201, body: '{"uuid":"o-1"}' });
  await adapter.sell({
    identifier: 'cheongsan-000012',
    symbol: 'KRW-BTC',
    quantity: CoinAmount.of('BTC', '0.5'),
    limitPrice: Price.of('BTC', '150000000'),
    timeInForce: 'immediate_or_cancel',
  });
  expect(adapter.orderBudget()).toEqual({ perSecond: 8, availableNow: 7, blockedMs: 0 });
});
