import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { coinone } from '../../../src/exchange/ccxt/coinone.ts';
import { projectRoot } from '../../../src/kernel/paths.ts';
import { type LocalCoinone, startCoinone } from './coinone-local-venue.ts';

const VECTORS = join(projectRoot, '../shared/vectors/ccxt_static_fixtures.json');
const PUBLISHED = z.object({
  coinone: z.object({
    request: z.array(z.object({ method: z.string(), url: z.url() })),
    response: z.array(z.object({ method: z.literal('fetchCurrencies'), http: z.unknown(), parsed: z.record(z.string(), z.unknown()) })),
  }),
});
const fixtures = existsSync(VECTORS) ? PUBLISHED.parse(JSON.parse(readFileSync(VECTORS, 'utf8'))).coinone : { request: [], response: [] };

/** The published requests name no arguments; these are what their addresses show. */
const CALLS: Readonly<Record<string, (client: coinone) => Promise<unknown>>> = {
  fetchCurrencies: (client) => client.fetchCurrencies(),
  fetchMarkets: (client) => client.fetchMarkets(),
  fetchOrderBook: (client) => client.fetchOrderBook('BTC/KRW', 5),
  fetchTicker: (client) => client.fetchTicker('BTC/KRW'),
  fetchTrades: (client) => client.fetchTrades('BTC/KRW', undefined, 5),
};

/** Where we send something else than ccxt publishes, and why. */
const DEVIATIONS: Readonly<Record<string, { readonly sent: string; readonly reason: string }>> = {
  fetchMarkets: {
    sent: '/public/v2/markets/KRW',
    reason: 'tickers tell no units, limits or state of a market, and their id, which ccxt takes for the market, is that of the last ticker',
  },
  fetchTrades: { sent: '/public/v2/trades/KRW/BTC?size=10', reason: 'sizes other than 10, 50, 100, 150 and 200 are not documented' },
};

let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

test.skipIf(fixtures.request.length === 0)("ccxt's published requests are sent, but for the listed deviations", async () => {
  expect(fixtures.request.map(({ method }) => method).toSorted()).toEqual(Object.keys(CALLS).toSorted());
  for (const { method, url } of fixtures.request) {
    const published = new URL(url);
    const wanted = DEVIATIONS[method]?.sent ?? published.pathname + published.search;
    expect(wanted === published.pathname + published.search, `${method} is no deviation any more`).toBe(DEVIATIONS[method] === undefined);
    local.answers({ [published.pathname]: '{"result":"success"}', [wanted.split('?')[0] ?? '']: '{"result":"success"}' });
    const client = local.open();
    // Loading markets goes to two of the addresses under test: done before, so that the last request is the one of the call.
    client.setMarkets([client.parseMarket({ quote_currency: 'KRW', target_currency: 'BTC' })]);
    await CALLS[method]?.(client);
    const { path, rawQuery } = local.venue.seen.at(-1) ?? { path: undefined, rawQuery: '' };
    expect(rawQuery === '' ? path : `${path}?${rawQuery}`, method).toBe(wanted);
  }
});

test.skipIf(fixtures.response.length === 0)("ccxt's published answers are read as published", async () => {
  expect(fixtures.response.length).toBeGreaterThan(0);
  for (const { http, parsed } of fixtures.response) {
    local.answers({ '/public/v2/currencies': JSON.stringify(http) });
    const currencies = await local.open().fetchCurrencies();
    const currency = currencies[String(parsed['code'])];
    const { code, precision, deposit, withdraw, fee, limits } = currency ?? {};
    expect({ code, precision, deposit, withdraw, fee, withdraw_min: limits?.withdraw?.min }).toEqual(parsed);
  }
});
