import { createHmac, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coinone as published } from 'ccxt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { coinone } from '../../src/exchange/ccxt/coinone.ts';
import { projectRoot } from '../../src/kernel/paths.ts';
import { ACCESS_KEY, CITY, give, type Running, SECRET_KEY, send, startSample } from './support.ts';

let running: Running;

beforeEach(async () => {
  running = await startSample({ venue: 'coinone' });
});
afterEach(async () => {
  await running.exchange.stop();
});

const PAIR = { quote_currency: 'KRW', target_currency: 'BTC' };
const answerBody = z.looseObject({ result: z.string(), error_code: z.string() });

interface Signing {
  readonly secret?: string;
  readonly token?: string | undefined;
  readonly nonce?: string | undefined;
}

/** A signed request, as Coinone's guide describes it. */
async function ask(path: string, parameters: object = {}, signing: Signing = {}) {
  const { secret = SECRET_KEY } = signing;
  const token = 'token' in signing ? signing.token : ACCESS_KEY;
  const nonce = 'nonce' in signing ? signing.nonce : randomUUID();
  const payload = Buffer.from(JSON.stringify({ access_token: token, nonce, ...parameters })).toString('base64');
  const signature = createHmac('sha512', secret).update(payload).digest('hex');
  return post(path, { 'X-COINONE-PAYLOAD': payload, 'X-COINONE-SIGNATURE': signature });
}

async function post(path: string, headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${running.url}${path}`, { method: 'POST', headers: { ...headers } });
  return { status: response.status, headers: response.headers, body: answerBody.parse(await response.json()) };
}

async function codeOf(path: string, parameters: object = {}, signing: Signing = {}): Promise<string> {
  return (await ask(path, parameters, signing)).body.error_code;
}

async function bestBid(): Promise<string> {
  const { json } = await send(running.url, 'GET', '/public/v2/orderbook/KRW/BTC?size=5');
  const { bids } = z.object({ bids: z.array(z.object({ price: z.string(), qty: z.string() })).length(5) }).parse(json);
  return bids[0]?.price ?? '';
}

describe('signatures', () => {
  it('are asked for, checked and good for once', async () => {
    const path = '/v2.1/account/balance/all';
    expect((await post(path, {})).body).toMatchObject({ result: 'error', error_code: '120' });
    expect((await post(path, { 'X-COINONE-PAYLOAD': 'e30=' })).body.error_code).toBe('121');
    expect((await post(path, { 'X-COINONE-PAYLOAD': 'no json', 'X-COINONE-SIGNATURE': '00' })).body.error_code).toBe('101');
    expect(await codeOf(path, {}, { token: undefined })).toBe('11');
    expect(await codeOf(path, {}, { token: 'nobody' })).toBe('12');
    expect(await codeOf(path, {}, { secret: SECRET_KEY.toUpperCase() })).toBe('123');
    expect(await codeOf(path, {}, { nonce: undefined })).toBe('122');
    expect(await codeOf(path, {}, { nonce: '1700000000000' })).toBe('133');
    const nonce = randomUUID();
    expect(await codeOf(path, {}, { nonce })).toBe('0');
    expect(await codeOf(path, {}, { nonce })).toBe('132');
    running.clock.advanceBy(366 * 86_400_000);
    expect(await codeOf(path)).toBe('12');
  });

  it('of a key without the right are refused', async () => {
    const keys = { accessKey: 'looking-only', secretKey: 'looking-only-secret' };
    await running.exchange.operator.openCorporateAccount({ accountId: CITY, ...keys, scopes: ['view_account'] });
    const signing = { token: keys.accessKey, secret: keys.secretKey };
    expect(await codeOf('/v2.1/account/balance/all', {}, signing)).toBe('0');
    expect(await codeOf('/v2.1/order', {}, signing)).toBe('40');
    expect(await codeOf('/v2.1/transaction/coin/withdrawal'), 'no key may take coins out').toBe('20');
  });
});

describe('orders', () => {
  it('are checked field by field, and a refusal comes with HTTP 200', async () => {
    await give(running, 'BTC', '10');
    const price = await bestBid();
    const limit = { ...PAIR, side: 'SELL', type: 'LIMIT', price, qty: '0.01', post_only: false };
    const market = { ...PAIR, side: 'SELL', type: 'MARKET', qty: '0.01' };
    const cases: [object, string][] = [
      [{ ...limit, price: undefined }, '161'],
      [{ ...limit, qty: undefined }, '162'],
      [{ ...limit, post_only: undefined }, '163'],
      [{ ...market, qty: undefined }, '162'],
      [{ ...market, side: 'BUY' }, '165'],
      [{ ...limit, type: 'limit' }, '166'],
      [{ ...limit, type: 'STOP_LIMIT', trigger_price: '1' }, '166'],
      [{ ...limit, side: 'sell' }, '107'],
      [{ ...limit, post_only: 'true' }, '107'],
      [{ ...limit, price: '1e3' }, '101'],
      [{ ...limit, quote_currency: 'USDT' }, '109'],
      [{ ...limit, target_currency: 'NOSUCH' }, '108'],
      [{ ...limit, user_order_id: 'Capital' }, '314'],
      [{ ...limit, user_order_id: 'a'.repeat(151) }, '314'],
      [{ ...limit, price: `${price}.5` }, '310'],
      [{ ...market, limit_price: `${price}.5` }, '310'],
      [{ ...limit, qty: '0.00001' }, '305'],
      [{ ...limit, price: '1000', qty: '1' }, '306'],
      [{ ...limit, qty: '9.9' }, '307'],
      [{ ...limit, target_currency: 'ETH' }, '103'],
    ];
    for (const [order, code] of cases) {
      const { status, body } = await ask('/v2.1/order', order);
      expect([status, body], JSON.stringify(order)).toMatchObject([200, { result: 'error', error_code: code }]);
    }
    expect(await running.exchange.operator.orders({ accountId: CITY })).toEqual([]);
  });

  it('are looked up and cancelled by exactly one name, in their market', async () => {
    await give(running, 'BTC', '10');
    const order = { ...PAIR, side: 'SELL', type: 'LIMIT', price: '900000000', qty: '0.01', post_only: true, user_order_id: 'mine-1' };
    const { body } = await ask('/v2.1/order', order);
    const { order_id } = z.object({ order_id: z.string() }).parse(body);
    expect(await codeOf('/v2.1/order', order)).toBe('312');
    expect(await codeOf('/v2.1/order/detail', { ...PAIR })).toBe('313');
    expect(await codeOf('/v2.1/order/detail', { ...PAIR, order_id, user_order_id: 'mine-1' })).toBe('313');
    expect(await codeOf('/v2.1/order/detail', { quote_currency: 'KRW', target_currency: 'ETH', order_id })).toBe('104');
    expect(await codeOf('/v2.1/order/detail', { ...PAIR, user_order_id: 'mine-2' })).toBe('104');
    const detail = (await ask('/v2.1/order/detail', { ...PAIR, order_id })).body;
    expect(detail).toMatchObject({ order: { status: 'LIVE', remain_qty: '0.01', executed_qty: '0', limit_price: null } });
    expect(detail, 'the client’s own name is in no answer').not.toHaveProperty('order.user_order_id');
    expect((await ask('/v2.1/order/active_orders', { ...PAIR, order_type: ['STOP_LIMIT'] })).body).toMatchObject({ active_orders: [] });
    expect((await ask('/v2.1/order/active_orders')).body).toMatchObject({ active_orders: [{ order_id, type: 'LIMIT' }] });
    const cancelled = (await ask('/v2.1/order/cancel', { ...PAIR, user_order_id: 'mine-1' })).body;
    expect(cancelled).toMatchObject({
      order_id,
      canceled_qty: '0.01',
      remain_qty: '0',
      ordered_at: Math.floor(Date.parse('2026-01-05T03:00:20Z') / 1_000),
    });
    expect(await codeOf('/v2.1/order/cancel', { ...PAIR, order_id })).toBe('117');
    await ask('/v2.1/order', { ...PAIR, side: 'SELL', type: 'MARKET', qty: '0.01', user_order_id: 'mine-3' });
    expect(await codeOf('/v2.1/order/cancel', { ...PAIR, user_order_id: 'mine-3' })).toBe('116');
  });
});

describe('the trades of an account', () => {
  it('are listed newest first in pages, within ninety days and not of tomorrow', async () => {
    await give(running, 'BTC', '10');
    for (const number of [1, 2, 3]) {
      await ask('/v2.1/order', { ...PAIR, side: 'SELL', type: 'MARKET', qty: '0.01', user_order_id: `sold-${number}` });
      running.clock.advanceBy(60_000);
    }
    const now = running.clock.now().getTime();
    const span = { ...PAIR, from_ts: now - 86_400_000, to_ts: now };
    const rows = z.object({
      completed_orders: z.array(z.object({ trade_id: z.string(), timestamp: z.number(), is_ask: z.literal(true) })),
    });
    const all = rows.parse((await ask('/v2.1/order/completed_orders', { ...span, size: 100 })).body).completed_orders;
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(all.map(({ timestamp }) => timestamp)).toEqual(all.map(({ timestamp }) => timestamp).toSorted((a, b) => b - a));
    const paged: string[] = [];
    for (let before: string | undefined; ; before = paged.at(-1)) {
      const page = rows.parse(
        (await ask('/v2.1/order/completed_orders/all', { ...span, size: 1, to_trade_id: before })).body,
      ).completed_orders;
      if (page.length === 0) break;
      paged.push(...page.map(({ trade_id }) => trade_id));
    }
    expect(paged).toEqual(all.map(({ trade_id }) => trade_id));
    expect(await codeOf('/v2.1/order/completed_orders', { ...span, size: 101 })).toBe('317');
    expect(await codeOf('/v2.1/order/completed_orders', { ...span, size: 1, from_ts: now - 91 * 86_400_000 })).toBe('316');
    expect(await codeOf('/v2.1/order/completed_orders', { ...span, size: 1, from_ts: now + 1 })).toBe('316');
    expect(await codeOf('/v2.1/order/completed_orders', { ...span, size: 1, to_ts: now + 86_400_000 })).toBe('316');
    expect(await codeOf('/v2.1/order/completed_orders', { size: 1, from_ts: now, to_ts: now })).toBe('107');
  });
});

it('limits are per group, told by headers, and refused with code 4', async () => {
  await running.exchange.stop();
  running = await startSample({ venue: 'coinone', limits: { ordersPerSecond: 2, defaultPerSecond: 3, quotationPerSecond: 1 } });
  const asked = await Promise.all([1, 2, 3, 4].map(() => ask('/v2.1/account/balance/all')));
  expect(asked.map(({ body }) => body.error_code)).toEqual(['0', '0', '0', '4']);
  expect(asked.map(({ headers }) => headers.get('Private-Ratelimit-Remaining'))).toEqual(['2', '1', '0', '0']);
  const order = await ask('/v2.1/order', {});
  expect([order.body.error_code, order.headers.get('Private-Order-Ratelimit-Remaining')]).toEqual(['107', '1']);
  const quoted = [await send(running.url, 'GET', '/public/v2/currencies'), await send(running.url, 'GET', '/public/v2/currencies')];
  expect(quoted.map(({ status }) => status)).toEqual([200, 429]);
});

describe('public interface', () => {
  it('is the one of the quotations: same bodies, other markets', async () => {
    for (const path of [
      '/public/v2/orderbook/KRW/BTC',
      '/public/v2/trades/KRW/BTC?size=10',
      '/public/v2/ticker_new/KRW',
      '/public/v2/currencies',
    ]) {
      const [own, quoted] = [await send(running.url, 'GET', path), await send(running.url, 'GET', `/coinone${path}`)];
      expect(shapeOf(own.json), path).toEqual(shapeOf(quoted.json));
    }
  });

  it('refuses what it does not have', async () => {
    const codes = await Promise.all(
      [
        'orderbook/KRW/NOSUCH',
        'orderbook/USDT/BTC',
        'currencies/NOSUCH',
        'chart/KRW/BTC?interval=7m',
        'chart/KRW/BTC?interval=1m&size=501',
        'no',
      ].map(async (path) => answerBody.parse((await send(running.url, 'GET', `/public/v2/${path}`)).json).error_code),
    );
    expect(codes).toEqual(['108', '109', '108', '107', '317', '20']);
  });

  it('leaves a market out that has closed', async () => {
    const listed = async () => JSON.stringify((await send(running.url, 'GET', '/public/v2/markets/KRW')).json).includes('"ETH"');
    expect(await listed()).toBe(true);
    await running.exchange.operator.setDelisting({ asset: 'ETH', closesAt: running.clock.now().toISOString() });
    expect(await listed()).toBe(false);
    expect((await send(running.url, 'GET', '/public/v2/orderbook/KRW/ETH')).json).toMatchObject({ error_code: '108' });
  });
});

/** The keys of a body, of a list those of its first row that has the most. */
function shapeOf(body: unknown): unknown {
  if (Array.isArray(body)) return body.length === 0 ? [] : [shapeOf(body[0])];
  if (typeof body !== 'object' || body === null) return typeof body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, shapeOf(value)]));
}

const VECTORS = join(projectRoot, '../shared/vectors/ccxt_static_fixtures.json');
const PUBLISHED = z.object({
  coinone: z.object({
    request: z.array(z.object({ method: z.string(), url: z.url() })),
    response: z.array(z.object({ method: z.literal('fetchCurrencies'), http: z.looseObject({ currencies: z.array(z.looseObject({})) }) })),
  }),
});
const fixtures = existsSync(VECTORS) ? PUBLISHED.parse(JSON.parse(readFileSync(VECTORS, 'utf8'))).coinone : { request: [], response: [] };

/**
 * Where the face differs from what ccxt publishes: of a currency `server_time` and counts are text there and numbers here, as in Coinone's own
 * examples. No published fixture covers anything private.
 */
const TEXT_IN_FIXTURES = ['server_time', 'deposit_confirm_count', 'max_precision'];

describe('ccxt’s classes and fixtures', () => {
  it.skipIf(fixtures.request.length === 0)('the published requests are all answered', async () => {
    expect(fixtures.request.length).toBeGreaterThan(0);
    for (const { method, url } of fixtures.request) {
      const { pathname, search } = new URL(url);
      expect((await send(running.url, 'GET', pathname + search)).json, method).toMatchObject({ result: 'success', error_code: '0' });
    }
  });

  it.skipIf(fixtures.response.length === 0)('the published answer has the fields of the face’s', async () => {
    const own = z
      .looseObject({ currencies: z.array(z.looseObject({})) })
      .parse((await send(running.url, 'GET', '/public/v2/currencies')).json);
    for (const { http } of fixtures.response) {
      const asNumbers = (row: object) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, TEXT_IN_FIXTURES.includes(key) ? 'number' : typeof value]));
      const types = (row: object) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value]));
      expect(types(own.currencies[0] ?? {})).toEqual(asNumbers(http.currencies[0] ?? {}));
      expect(Object.keys(own).toSorted()).toEqual(Object.keys(http).toSorted());
    }
  });

  it('ccxt’s own class reads the public part; its orders go to a call that is gone', async () => {
    const api = {
      rest: running.url,
      v2Public: `${running.url}/public/v2`,
      v2_1Private: `${running.url}/v2.1`,
      v2Private: `${running.url}/v2`,
    };
    const client = new published({ apiKey: ACCESS_KEY, secret: SECRET_KEY, enableRateLimit: false, urls: { api } });
    expect(Object.keys(await client.loadMarkets())).toContain('BTC/KRW');
    expect((await client.fetchOrderBook('BTC/KRW')).bids).toHaveLength(15);
    expect((await client.fetchTicker('BTC/KRW')).last).toBeGreaterThan(0);
    await expect(client.createOrder('BTC/KRW', 'limit', 'sell', 0.01, 1_000_000_000)).rejects.toThrow();
    expect(await running.exchange.operator.orders({ accountId: CITY })).toEqual([]);
  });

  it('our class works in ccxt’s words: markets, balance, orders, trades, transfers, addresses and errors', async () => {
    await give(running, 'BTC', '10');
    const client = new coinone({
      apiKey: ACCESS_KEY,
      secret: SECRET_KEY,
      enableRateLimit: false,
      urls: { api: { v2Public: `${running.url}/public/v2`, v2_1Private: `${running.url}/v2.1` } },
    });
    // History is asked for by the clock of the exchange.
    Object.assign(client, { milliseconds: () => running.clock.now().getTime() });
    const price = await bestBid();
    const market = (await client.loadMarkets())['BTC/KRW'];
    expect(market).toMatchObject({ active: true, precision: { amount: 0.0001 }, limits: { cost: { min: 5_000 } } });
    expect(await client.fetchTradingFee('BTC/KRW')).toMatchObject({ maker: 0.002, taker: 0.002 });
    const ioc = { timeInForce: 'IOC', clientOrderId: 'in-ccxt-1' };
    const { id } = await client.createOrder('BTC/KRW', 'limit', 'sell', '0.01', price, ioc);
    expect(await client.fetchOrder(undefined, 'BTC/KRW', { clientOrderId: 'in-ccxt-1' })).toMatchObject({
      id,
      status: 'closed',
      filled: 0.01,
      type: 'market',
      side: 'sell',
    });
    expect(await client.fetchMyTrades('BTC/KRW')).toMatchObject([{ order: id, side: 'sell', takerOrMaker: 'taker' }]);
    const resting = await client.createPostOnlyOrder('BTC/KRW', 'limit', 'sell', 0.01, 900_000_000);
    expect(await client.fetchOpenOrders('BTC/KRW')).toMatchObject([{ id: resting.id, remaining: 0.01, status: 'open' }]);
    expect(await client.fetchBalance()).toMatchObject({ BTC: { free: 9.98, used: 0.01 } });
    expect(await client.cancelOrder(resting.id, 'BTC/KRW')).toMatchObject({ id: resting.id, status: 'canceled', remaining: 0.01 });
    await expect(client.cancelOrder(resting.id, 'BTC/KRW')).rejects.toMatchObject({ name: 'InvalidOrder' });
    await expect(client.createOrder('BTC/KRW', 'limit', 'sell', '0.01', price, ioc)).rejects.toMatchObject({ name: 'DuplicateOrderId' });
    await expect(client.fetchOrder('none', 'BTC/KRW')).rejects.toMatchObject({ name: 'OrderNotFound' });
    expect(await client.fetchDeposits('BTC')).toMatchObject([{ amount: 10, status: 'ok', type: 'deposit' }]);
    expect((await client.fetchDepositAddress('BTC')).address).toMatch(/^paper/);
    expect(await client.fetchOHLCV('BTC/KRW', '1h', undefined, 3)).toHaveLength(3);
  });
});
