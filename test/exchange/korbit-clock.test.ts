import { afterAll, beforeAll, expect, test } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { adapterFor, inTurn, NOW, NOW_MS, no, ok, script, sentSince } from './korbit-scripted.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const ORDER = {
  identifier: 'clock-1',
  symbol: 'btc_krw',
  quantity: CoinAmount.of('BTC', '1'),
  limitPrice: Price.of('BTC', '150000000'),
  timeInForce: 'immediate_or_cancel',
} as const;

function timeOf({ query, body }: SeenRequest): number {
  return Number(query.get('timestamp') ?? new URLSearchParams(body).get('timestamp'));
}

/** A venue whose clock is ahead of ours by so much, and which says no to whatever lies outside of its window. */
function strictVenue(clock: DrivenClock, ahead: { ms: number }): void {
  const judged =
    (reply: Reply) =>
    (request: SeenRequest): Reply => {
      const lateMs = clock.now().getTime() + ahead.ms - timeOf(request);
      return lateMs > 5_000 || lateMs <= -1_000 ? no(400, 'EXCEED_TIME_WINDOW') : reply;
    };
  script(venue, {
    'GET /v2/time': () => ok({ time: clock.now().getTime() + ahead.ms }),
    'GET /v2/balance': judged(ok([])),
    'POST /v2/orders': judged(ok({ orderId: 1 })),
  });
}

test('the clock is measured once before the first signed requests, and they are signed by it', async () => {
  for (const aheadMs of [-40_000, 7_000]) {
    const clock = new DrivenClock(NOW);
    strictVenue(clock, { ms: aheadMs });
    const adapter = adapterFor(venue, { clock });
    const before = venue.seen.length;
    await Promise.all([adapter.balances(), adapter.balances(), adapter.sell(ORDER)]);
    const sent = venue.seen.slice(before);
    expect(sent.filter(({ path }) => path === '/v2/time')).toHaveLength(1);
    for (const request of sentSince(venue, before)) expect(timeOf(request)).toBe(NOW_MS + aheadMs);
  }
});

test('public questions need no clock', async () => {
  script(venue, { 'GET /v2/time': no(500, 'INTERNAL'), 'GET /v2/orderbook': ok({ timestamp: NOW_MS, bids: [], asks: [] }) });
  await adapterFor(venue).orderBook('btc_krw');
});

test('when a clock is set, a question is asked anew by a new measurement, an order is left to whoever decides', async () => {
  const clock = new DrivenClock(NOW);
  const ahead = { ms: 0 };
  strictVenue(clock, ahead);
  const adapter = adapterFor(venue, { clock });
  await adapter.balances();
  ahead.ms = 9_000;
  const before = venue.seen.length;
  expect(await Promise.all([adapter.balances(), adapter.balances()])).toEqual([[], []]);
  expect(venue.seen.slice(before).filter(({ path }) => path === '/v2/time')).toHaveLength(1);
  ahead.ms = -9_000;
  expect(await adapter.sell(ORDER)).toEqual({ kind: 'not_executed', venueCode: 'EXCEED_TIME_WINDOW', retryAfterMs: 0 });
  expect(await adapter.sell(ORDER)).toMatchObject({ kind: 'accepted' });
});

test('a venue that says no to every time is not asked for ever', async () => {
  script(venue, { 'GET /v2/balance': no(400, 'EXCEED_TIME_WINDOW') });
  const before = venue.seen.length;
  await expect(adapterFor(venue).balances()).rejects.toMatchObject({
    code: 'EXCHANGE_REFUSED',
    facts: { venueCode: 'EXCEED_TIME_WINDOW' },
  });
  expect(sentSince(venue, before)).toHaveLength(2);
});

test('without the venue’s time nothing is signed and no order is sent; it is asked for again', async () => {
  for (const broken of [no(500, 'INTERNAL'), 'reset', ok({}), { body: 'no json' }] satisfies Reply[]) {
    script(venue, { 'GET /v2/time': inTurn(broken, broken, broken, ok({ time: NOW_MS })), 'GET /v2/balance': ok([]) });
    const adapter = adapterFor(venue);
    const before = venue.seen.length;
    expect(await adapter.sell(ORDER)).toMatchObject({ kind: 'not_executed', venueCode: 'held_back' });
    expect(await adapter.lookUp('clock-1', 'btc_krw')).toMatchObject({ kind: 'unavailable' });
    await expect(adapter.balances()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    expect(sentSince(venue, before)).toEqual([]);
    expect(await adapter.balances()).toEqual([]);
  }
});
