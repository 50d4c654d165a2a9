import { afterAll, beforeAll, expect, test } from 'vitest';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { adapterFor, json, type Reply, refusal, type ScriptedVenue, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const ORDER = {
  identifier: 'cheongsan-000005',
  symbol: 'KRW-BTC',
  quantity: CoinAmount.of('BTC', '1'),
  limitPrice: Price.of('BTC', '1000'),
  timeInForce: 'immediate_or_cancel',
} as const;

function left(group: string, seconds: number, body = '[]'): Reply {
  return { headers: { 'Remaining-Req': `group=${group}; min=1800; sec=${seconds}` }, body };
}

/** A venue with a true limit per second of the clock, that answers 429 beyond it. */
function strictVenue(limitPerSecond: number): { refused: number } {
  const state = { second: -1, used: 0, refused: 0 };
  venue.script((request) => {
    const second = Math.floor(request.atMs / 1_000);
    if (second !== state.second) {
      state.second = second;
      state.used = 0;
    }
    state.used += 1;
    if (state.used <= limitPerSecond) return left('default', limitPerSecond - state.used);
    state.refused += 1;
    return refusal(429, 'too_many_requests');
  });
  return state;
}

test('many callers at once are served without one refusal for rate', async () => {
  const state = strictVenue(8);
  const adapter = adapterFor(venue);
  const answers = await Promise.all(Array.from({ length: 30 }, () => adapter.balances()));
  expect(answers).toHaveLength(30);
  expect(state.refused).toBe(0);
});

test('when a second is used up, the next request of that group waits for the next one, and of another group does not', async () => {
  venue.script((request) => left(request.path, request.path === '/v1/accounts' ? 0 : 9));
  const adapter = adapterFor(venue);
  const before = venue.seen.length;
  await adapter.balances();
  await Promise.all([adapter.balances(), adapter.markets(), adapter.markets()]);
  const [first, ...later] = venue.seen.slice(before);
  expect(later.map((request) => request.path)).toEqual(['/v1/market/all', '/v1/market/all', '/v1/accounts']);
  expect((later[2]?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
});

test('after 429 the group waits for Retry-After before it sends again', async () => {
  venue.script({ status: 429, headers: { 'Retry-After': '1' }, body: '' }, left('default', 9));
  const adapter = adapterFor(venue);
  const before = venue.seen.length;
  await expect(adapter.balances()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  await adapter.balances();
  const [first, second] = venue.seen.slice(before);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
});

test('while Upbit blocks us nothing is sent, orders least of all', async () => {
  venue.script({ status: 418, headers: { 'Retry-After': '300' }, body: '' });
  const adapter = adapterFor(venue);
  await expect(adapter.balances()).rejects.toMatchObject({ facts: { status: 418, retryAfterMs: 300_000 } });
  const before = venue.seen.length;
  expect(await adapter.sell(ORDER)).toMatchObject({ kind: 'not_executed', retryAfterMs: expect.any(Number) });
  expect(await adapter.lookUp('cheongsan-000005', 'KRW-BTC')).toMatchObject({ kind: 'unavailable' });
  await expect(adapter.orderBook('KRW-BTC')).rejects.toMatchObject({
    code: 'EXCHANGE_UNAVAILABLE',
    facts: { retryAfterMs: expect.any(Number) },
  });
  expect(venue.seen.length).toBe(before);
});

test('connections are kept open and used again', async () => {
  venue.script(json([]));
  const adapter = adapterFor(venue);
  const before = venue.seen.length;
  for (let call = 0; call < 10; call += 1) await adapter.balances();
  expect(new Set(venue.seen.slice(before).map((request) => request.socketPort)).size).toBeLessThanOrEqual(2);
});
