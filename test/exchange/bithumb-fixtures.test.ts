import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { bithumb } from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createBithumbAdapter } from '../../src/exchange/bithumb/adapter.ts';
import { openBithumbClient } from '../../src/exchange/bithumb/connection.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { ACCESS_KEY, json, type ScriptedVenue, SECRET_KEY, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

const VECTORS = join(projectRoot, '../shared/vectors/ccxt_static_fixtures.json');
const fixtures = existsSync(VECTORS)
  ? z
      .object({
        bithumb: z.object({
          request: z.array(z.object({ method: z.string(), url: z.url(), body: z.record(z.string(), z.string()).optional() })),
          response: z.array(z.object({ method: z.string(), http: z.unknown() })),
        }),
      })
      .parse(JSON.parse(readFileSync(VECTORS, 'utf8'))).bithumb
  : { request: [], response: [] };

const START = new Date('2026-01-05T03:00:20Z');
const OPTIONS = { accessKey: ACCESS_KEY, secretKey: SECRET_KEY, timeoutMs: 5_000, clock: new DrivenClock(START) };
const MARKETS = [{ market: 'KRW-BTC', korean_name: '비트코인', english_name: 'Bitcoin', market_warning: 'NONE' }];

/** What each published request was called with. */
const INPUTS: Readonly<Record<string, readonly unknown[]>> = {
  fetchOrderBook: ['BTC/KRW'],
  fetchTicker: ['BTC/KRW'],
  fetchOHLCV: ['BTC/KRW', '1m', undefined, 5],
  fetchTrades: ['BTC/KRW', undefined, 5],
  createOrder: ['BTC/KRW', 'limit', 'buy', 0.01, 67_000_000],
  fetchOrder: ['1429500241523'],
  fetchOpenOrders: ['BTC/KRW'],
  cancelOrder: ['1429500241523'],
};

/**
 * Where the published requests pin what is no longer, or never was, right, with what the class of the installed version sends instead:
 * orders go to version 2 under other names, the details of markets are asked for, and open orders are named as such.
 */
const DEVIATIONS: Readonly<Record<string, string>> = {
  fetchMarkets: 'GET /v1/market/all?isDetails=true',
  createOrder: 'POST /v2/orders {"market":"KRW-BTC","side":"bid","price":"67000000","volume":"0.01","order_type":"limit"}',
  fetchOpenOrders: 'GET /v1/orders?market=KRW-BTC&state=wait',
  cancelOrder: 'DELETE /v2/order?order_id=1429500241523',
};

let venue: ScriptedVenue;
let exchange: PaperExchange;
beforeAll(async () => {
  venue = await startScriptedVenue();
  exchange = await startPaperExchange({ venue: 'bithumb', clock: OPTIONS.clock });
  await exchange.operator.openCorporateAccount({ accountId: 'city-001', accessKey: ACCESS_KEY, secretKey: SECRET_KEY });
  await exchange.operator.depositFromChain({ accountId: 'city-001', asset: 'BTC', quantity: '10', confirmationSeconds: 0 });
});
afterAll(() => Promise.all([venue.close(), exchange.stop()]));

function told({ method, path, rawQuery, body }: Pick<SeenRequest, 'method' | 'path' | 'rawQuery' | 'body'>): string {
  return `${method} ${path}${rawQuery === '' ? '' : `?${rawQuery}`}${body === '' ? '' : ` ${body}`}`;
}

function call(client: bithumb, method: string): Promise<unknown> {
  const found: unknown = Reflect.get(client, method);
  if (typeof found !== 'function') throw new Error(`ccxt has no method ${method}.`);
  return Promise.resolve(Reflect.apply(found, client, [...(INPUTS[method] ?? [])]));
}

describe.skipIf(fixtures.request.length === 0)('what ccxt publishes of Bithumb', () => {
  test('the class with our overrides sends the published requests but for the deviations that are listed', async () => {
    const client = await openBithumbClient({ baseUrl: venue.baseUrl, ...OPTIONS });
    venue.script((request) => json(request.path === '/v1/market/all' ? MARKETS : {}));
    await client.loadMarkets();
    const deviating = new Map<string, string>();
    for (const { method, url, body } of fixtures.request) {
      const before = venue.seen.length;
      await call(client, method).catch(() => undefined);
      const sent = venue.seen[before];
      if (sent === undefined) throw new Error(`${method} sent nothing.`);
      const { pathname, searchParams } = new URL(url);
      const isAsPublished =
        sent.path === pathname &&
        JSON.stringify([...sent.query].sort()) === JSON.stringify([...searchParams].sort()) &&
        (body === undefined || sent.body === JSON.stringify(body));
      if (!isAsPublished) deviating.set(method, told(sent));
    }
    expect(fixtures.request.length).toBeGreaterThanOrEqual(10);
    expect(Object.fromEntries(deviating)).toEqual(DEVIATIONS);
  });

  test('the face answers each of them in a way that the class can read, and knows none of the old ones', async () => {
    const client = await openBithumbClient({ baseUrl: exchange.url, ...OPTIONS });
    await client.loadMarkets();
    const failed: string[] = [];
    for (const { method } of fixtures.request)
      await call(client, method).catch((error: Error) => failed.push(`${method}: ${error.message}`));
    // There is no order of that id, and the account has no won to buy with: both are answers.
    expect(failed).toEqual(['createOrder: HTTP 400', 'fetchOrder: HTTP 404', 'cancelOrder: HTTP 404']);
    for (const [method, path] of [
      ['POST', '/v1/orders'],
      ['DELETE', '/v1/order?uuid=1429500241523'],
    ] as const)
      expect((await fetch(`${exchange.url}${path}`, { method })).status, path).toBe(404);
  });

  test('the published answers are those of versions that are gone: none is read, and none is misread', async () => {
    const adapter = createBithumbAdapter({ baseUrl: venue.baseUrl, ...OPTIONS });
    const answers = new Map(fixtures.response.map(({ method, http }) => [method, http]));
    const reading: Record<string, () => Promise<unknown>> = {
      cancelOrder: () => adapter.cancel('cheongsan-1', 'KRW-BTC'),
      fetchOHLCV: () => adapter.candles('KRW-BTC', 60_000, new Date(0), START),
      fetchTrades: () => adapter.lastTrade('KRW-BTC'),
      fetchOrderBook: () => adapter.orderBook('KRW-BTC'),
    };
    for (const [method, read] of Object.entries(reading)) {
      venue.script(json(answers.get(method)));
      await expect(read(), method).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    }
    venue.script(json(answers.get('createOrder')));
    const order = {
      identifier: 'cheongsan-1',
      symbol: 'KRW-BTC',
      quantity: CoinAmount.of('BTC', '0.01'),
      limitPrice: Price.of('BTC', '67000000'),
      timeInForce: 'immediate_or_cancel',
    } as const;
    expect(await adapter.sell(order)).toEqual({ kind: 'unknown', reason: 'a success without an order id' });
    expect([...answers.keys()].sort()).toEqual([...Object.keys(reading), 'createOrder'].sort());
  });
});

test('the class itself would round prices and quantities and drop a time in force in small letters, which is why it is not asked to sell', async () => {
  const client = await openBithumbClient({ baseUrl: venue.baseUrl, ...OPTIONS });
  venue.script((request) => json(request.path === '/v1/market/all' ? MARKETS : { order_id: 'C-1' }, 200));
  await client.loadMarkets();
  await client.createOrder('BTC/KRW', 'limit', 'sell', 0.12345678, 151_234_567, { timeInForce: 'ioc', clientOrderId: 'cheongsan-1' });
  expect(JSON.parse(venue.seen.at(-1)?.body ?? '')).toEqual({
    market: 'KRW-BTC',
    side: 'ask',
    price: '151200000',
    volume: '0.1234',
    order_type: 'limit',
    client_order_id: 'cheongsan-1',
  });
});
