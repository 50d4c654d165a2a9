import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { upbit } from 'ccxt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openUpbitClient } from '../../src/exchange/upbit/connection.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { ACCESS_KEY, adapterFor, json, type ScriptedVenue, SECRET_KEY, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

const VECTORS = join(projectRoot, '../shared/vectors/ccxt_static_fixtures.json');
const fixture = z.object({
  method: z.string(),
  desc: z.string().optional(),
  url: z.url(),
  input: z.array(z.unknown()),
  body: z.record(z.string(), z.unknown()).optional(),
});
const fixtures = existsSync(VECTORS)
  ? z.object({ upbit: z.object({ request: z.array(fixture) }) }).parse(JSON.parse(readFileSync(VECTORS, 'utf8'))).upbit.request
  : [];

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const MARKETS = ['KRW-BTC', 'USDT-BTC', 'USDT-ETH', 'SGD-XRP', 'USDT-USDC', 'KRW-USDT'];

/** Calls the unified method of ccxt and returns what it sent; answers are of no interest here and may not parse. */
async function sentBy(client: upbit, method: string, input: readonly unknown[]): Promise<SeenRequest | undefined> {
  venue.script((request) =>
    json(request.path === '/v1/market/all' ? MARKETS.map((market) => ({ market, korean_name: '표본', english_name: 'Sample' })) : {}),
  );
  await client.loadMarkets();
  const before = venue.seen.length;
  const call: unknown = Reflect.get(client, method);
  if (typeof call !== 'function') throw new Error(`ccxt has no method ${method}.`);
  await Promise.resolve(Reflect.apply(call, client, [...input])).catch(() => undefined);
  return venue.seen[before];
}

test.skipIf(fixtures.length === 0)('the class with our overrides still sends what ccxt publishes as its requests', async () => {
  const client = await openUpbitClient({
    baseUrl: venue.baseUrl,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs: 5_000,
    clock: new DrivenClock(new Date()),
  });
  // A city neither buys nor withdraws by interface, and ccxt 4.5.84 itself leaks an option into market buys.
  const covered = fixtures.filter(({ method, desc }) => method !== 'withdraw' && !desc?.startsWith('market buy'));
  expect(covered.length).toBeGreaterThan(10);
  for (const { method, desc, url, input, body } of covered) {
    // `null` in a fixture stands for an argument that was left out.
    const sent = await sentBy(
      client,
      method,
      input.map((argument) => argument ?? undefined),
    );
    const expected = new URL(url);
    const label = `${method} ${desc ?? ''}`;
    expect(sent?.path, label).toBe(expected.pathname);
    expect(Object.fromEntries(sent?.query ?? []), label).toEqual(Object.fromEntries(expected.searchParams));
    if (body !== undefined) expect(JSON.parse(sent?.body ?? ''), label).toEqual(body);
  }
});

test.skipIf(fixtures.length === 0)('our sell is the published IOC limit sell plus the identifier', async () => {
  const published = fixtures.find((candidate) => candidate.desc === 'IOC limit sell');
  venue.script(json({ uuid: 'sample-order-001' }, 201));
  await adapterFor(venue).sell({
    identifier: 'cheongsan-000002',
    symbol: 'KRW-XRP',
    quantity: CoinAmount.of('XRP', '10'),
    limitPrice: Price.of('XRP', '1.5'),
    timeInForce: 'immediate_or_cancel',
  });
  expect(JSON.parse(venue.seen.at(-1)?.body ?? '')).toEqual({ ...published?.body, market: 'KRW-XRP', identifier: 'cheongsan-000002' });
});
