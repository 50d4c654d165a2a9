import { createHash, createHmac, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { PaperExchangeOptions } from '../../src/paper-exchange/server.ts';
import { ACCESS_KEY, CITY, errorName, give, type Reply, type Running, SECRET_KEY, send, startSample } from './support.ts';

let running: Running;
beforeEach(async () => {
  running = await startBithumb();
});
afterEach(() => running.exchange.stop());

function startBithumb(options: Partial<PaperExchangeOptions> = {}): Promise<Running> {
  return startSample({ venue: 'bithumb', ...options });
}

/** A token over the text of the parameters, as Bithumb's guide describes it. */
function token(parameters: string, claims: Readonly<Record<string, unknown>> = {}, secretKey = SECRET_KEY): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const hash = parameters === '' ? {} : { query_hash: createHash('sha512').update(parameters).digest('hex'), query_hash_alg: 'SHA512' };
  const payload = { access_key: ACCESS_KEY, nonce: randomUUID(), timestamp: running.clock.now().getTime(), ...hash, ...claims };
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `Bearer ${content}.${createHmac('sha256', secretKey).update(content).digest('base64url')}`;
}

function ask(path: string, parameters = '', method = 'GET', claims = {}): Promise<Reply> {
  const query = parameters === '' ? '' : `?${parameters}`;
  return send(running.url, method, `${path}${query}`, { authorization: token(parameters, claims) });
}

function post(body: Readonly<Record<string, string>>): Promise<Reply> {
  const parameters = Object.entries(body)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return send(running.url, 'POST', '/v2/orders', { authorization: token(parameters), body: JSON.stringify(body) });
}

const bookRows = z.array(
  z.object({
    market: z.string(),
    orderbook_units: z.array(z.object({ ask_price: z.number(), bid_price: z.number(), bid_size: z.number() })),
  }),
);

async function books(markets: string) {
  return bookRows.parse((await send(running.url, 'GET', `/v1/orderbook?markets=${markets}`)).json);
}

async function sell(reference: string, share: number, changes: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const [book] = await books('KRW-BTC');
  const price = Math.floor(((book?.orderbook_units[0]?.bid_price ?? 0) * share) / 1_000) * 1_000;
  return post({
    market: 'KRW-BTC',
    side: 'ask',
    order_type: 'limit',
    price: String(price),
    volume: '0.01',
    client_order_id: reference,
    ...changes,
  });
}

const taken = z.object({ order_id: z.string(), client_order_id: z.string() });
const page = z.object({
  data: z.array(z.object({ order_id: z.string(), state: z.string(), order_type: z.string() })),
  next_key: z.string().nullable(),
});
const rows = z.array(z.object({ uuid: z.string(), client_order_id: z.string().optional(), state: z.string() }));

describe('tokens', () => {
  it('carry the time, and one that is out of it is refused', async () => {
    const now = running.clock.now().getTime();
    expect((await ask('/v1/accounts')).status).toBe(200);
    for (const timestamp of [now - 20_001, now + 20_001, undefined]) {
      const reply = await ask('/v1/accounts', '', 'GET', { timestamp });
      expect([reply.status, errorName(reply)]).toEqual([401, 'expired_jwt']);
    }
    expect((await ask('/v1/accounts', '', 'GET', { timestamp: now - 19_000 })).status).toBe(200);
  });

  it('are over the parameters, of the right secret, and for what the key may do', async () => {
    expect(errorName(await ask('/v1/order', 'uuid=1', 'GET', { query_hash: 'wrong' }))).toBe('invalid_query_payload');
    const forged = await send(running.url, 'GET', '/v1/accounts', { authorization: token('', {}, 'another secret') });
    expect(errorName(forged)).toBe('jwt_verification');
    const withdrawal = await send(running.url, 'POST', '/v1/withdraws/krw', { authorization: token('') });
    expect([withdrawal.status, errorName(withdrawal)]).toEqual([401, 'out_of_scope']);
  });
});

describe('orders', () => {
  beforeEach(() => give(running, 'BTC', '10'));

  it('are taken in without telling what came of them, and a reference that comes again is answered with its order', async () => {
    const first = await sell('own-1', 0.99);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({
      client_order_id: 'own-1',
      market: 'KRW-BTC',
      side: 'ask',
      order_type: 'limit',
      stp_type: 'cancel_taker',
    });
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(first.json))).not.toContain('state');
    const again = await sell('own-1', 1.01, { volume: '5' });
    expect([again.status, taken.parse(again.json).order_id]).toEqual([201, taken.parse(first.json).order_id]);
    expect(await running.exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
    expect((await running.exchange.operator.statistics()).ordersAccepted).toBe(1);
  });

  it('need words in small letters and a reference of plain signs', async () => {
    const bad = [
      { time_in_force: 'IOC' },
      { order_type: 'best' },
      { order_type: 'market' },
      { client_order_id: 'x'.repeat(37) },
      { client_order_id: 'with.point' },
      { side: 'sell' },
      { price: '1e3' },
    ];
    for (const changes of bad) {
      const reply = await sell('bad-1', 0.99, changes);
      expect([reply.status, errorName(reply)], JSON.stringify(changes)).toEqual([400, 'invalid_parameter']);
    }
    expect(await running.exchange.operator.orders({ accountId: CITY })).toEqual([]);
  });
});

describe('orders in lists', () => {
  beforeEach(() => give(running, 'BTC', '10'));

  it('are listed by version 1 in pages, by state or by reference, and those that wait for a trigger apart', async () => {
    for (const [reference, share] of [
      ['rests-1', 1.05],
      ['rests-2', 1.06],
      ['filled-1', 0.99],
    ] as const)
      await sell(reference, share);
    const list = async (parameters: string) =>
      rows.parse((await ask('/v1/orders', parameters)).json).map(({ client_order_id }) => client_order_id);
    expect(await list('')).toEqual(['rests-2', 'rests-1']);
    expect(await list('order_by=asc&limit=1&page=2')).toEqual(['rests-2']);
    expect(await list('state=done')).toEqual(['filled-1']);
    expect(await list('client_order_ids[]=filled-1&client_order_ids[]=rests-1&states[]=wait&states[]=done')).toEqual([
      'filled-1',
      'rests-1',
    ]);
    expect(await list('state=watch')).toEqual([]);
    expect(errorName(await ask('/v1/orders', 'states[]=wait&states[]=watch'))).toBe('invalid_parameter');
  });

  it('are listed by version 2 in windows of seven days and pages with a key, under its own names', async () => {
    for (let index = 0; index < 5; index++) await sell(`sold-${index}`, 0.99);
    const first = page.parse((await ask('/v2/orders/history', 'limit=3&order_by=asc')).json);
    expect([first.data.length, first.data[0]?.state, first.data[0]?.order_type]).toEqual([3, 'done', 'limit']);
    const rest = page.parse((await ask('/v2/orders/history', `limit=3&order_by=asc&next_key=${first.next_key}`)).json);
    expect([rest.data.length, rest.next_key]).toEqual([2, null]);
    expect(new Set([...first.data, ...rest.data].map(({ order_id }) => order_id)).size).toBe(5);
    const now = running.clock.now().getTime();
    const week = await ask('/v2/orders/history', `start_time=${now - 8 * 86_400_000}&end_time=${now}`);
    expect(errorName(week)).toBe('invalid_parameter');
    expect(errorName(await ask('/v2/orders/history', 'next_key=nonsense'))).toBe('invalid_parameter');
    await sell('rests-1', 1.05);
    expect(page.parse((await ask('/v2/orders/pending', 'market=KRW-BTC')).json).data).toMatchObject([{ state: 'wait' }]);
  });
});

describe('what is told of orders', () => {
  beforeEach(() => give(running, 'BTC', '10'));

  it('is that those filled in part are done when they were immediate, and cancelled when somebody called them off', async () => {
    const best = (await books('KRW-BTC'))[0]?.orderbook_units[0]?.bid_size ?? 0;
    await sell('partly-1', 1, { time_in_force: 'ioc', volume: (best + 0.5).toFixed(8) });
    const shown = z.object({
      state: z.string(),
      executed_volume: z.string(),
      remaining_volume: z.string(),
      cancel_type: z.string().optional(),
    });
    const order = shown.parse((await ask('/v1/order', 'client_order_id=partly-1')).json);
    expect(order.state).toBe('done');
    expect(Number(order.executed_volume) + Number(order.remaining_volume)).toBeCloseTo(best + 0.5, 7);
    expect(Number(order.remaining_volume)).toBeCloseTo(0.5, 7);

    await sell('none-1', 1.05, { time_in_force: 'ioc' });
    expect(shown.parse((await ask('/v1/order', 'client_order_id=none-1')).json)).toMatchObject({
      state: 'cancel',
      cancel_type: 'tif_cancel',
    });
    await sell('mine-1', 1.05);
    expect(taken.parse((await ask('/v2/order', 'client_order_id=mine-1', 'DELETE')).json).client_order_id).toBe('mine-1');
    expect(shown.parse((await ask('/v1/order', 'client_order_id=mine-1')).json)).toMatchObject({ state: 'cancel', cancel_type: 'user' });
    expect(errorName(await ask('/v2/order', 'client_order_id=mine-1', 'DELETE'))).toBe('order_not_found');
    expect(errorName(await ask('/v1/order', 'client_order_id=nobody'))).toBe('order_not_found');
  });

  it('is that they are not ready, to look at and to cancel, while they are not to be seen', async () => {
    await running.exchange.operator.setManners({ hiddenSeconds: 3_600 });
    await sell('hidden-1', 1.05);
    for (const [path, method] of [
      ['/v1/order', 'GET'],
      ['/v2/order', 'DELETE'],
    ] as const) {
      const reply = await ask(path, 'client_order_id=hidden-1', method);
      expect([reply.status, errorName(reply)]).toEqual([422, 'order_not_ready']);
    }
  });
});

describe('quotations', () => {
  it('show one book 30 and several 15 levels deep, with the bodies that the quotations under another server have', async () => {
    const deep = await books('KRW-BTC');
    const flat = await books('KRW-BTC,KRW-ETH');
    expect([...deep, ...flat].map(({ market, orderbook_units }) => [market, orderbook_units.length])).toEqual([
      ['KRW-BTC', 30],
      ['KRW-BTC', 15],
      ['KRW-ETH', 15],
    ]);
    const record = z.array(z.record(z.string(), z.unknown()));
    for (const path of ['/v1/orderbook?markets=KRW-BTC', '/v1/trades/ticks?market=KRW-BTC', '/v1/market/all?isDetails=true']) {
      const keys = async (prefix: string) =>
        Object.keys(record.parse((await send(running.url, 'GET', `${prefix}${path}`)).json)[0] ?? {}).sort();
      expect(await keys('/bithumb'), path).toEqual(await keys(''));
    }
    expect((await send(running.url, 'GET', '/bithumb/v1/orderbook?markets=KRW-BTC,KRW-NONE')).status).toBe(404);
  });

  it('name designation and alarms in their own lists', async () => {
    await running.exchange.operator.setMarketEvent({
      asset: 'MOC',
      warning: true,
      cautions: ['GLOBAL_PRICE_DIFFERENCES'],
      further: ['danger'],
    });
    const markets = z
      .array(z.object({ market: z.string(), market_warning: z.string().optional() }))
      .parse((await send(running.url, 'GET', '/v1/market/all?isDetails=true')).json);
    expect(markets.find(({ market }) => market === 'KRW-MOC')?.market_warning).toBe('CAUTION');
    expect((await send(running.url, 'GET', '/v1/market/all')).text).not.toContain('market_warning');
    expect((await send(running.url, 'GET', '/v1/market/virtual_asset_warning')).json).toEqual([
      { market: 'KRW-MOC', warning_type: 'PRICE_DIFFERENCE_HIGH', warning_step: 'CAUTION', end_date: '2026-01-06 12:00:20' },
      { market: 'KRW-MOC', warning_type: 'PRICE_SUDDEN_FLUCTUATION', warning_step: 'DANGER', end_date: '2026-01-06 12:00:20' },
    ]);
  });

  it('read the end of bars as Korean time', async () => {
    const candles = z.array(z.object({ candle_date_time_utc: z.string() }));
    const reply = await send(running.url, 'GET', '/v1/candles/minutes/1?market=KRW-BTC&to=2026-01-05T12:00:00&count=1');
    expect(candles.parse(reply.json)[0]?.candle_date_time_utc).toBe('2026-01-05T02:59:00');
  });
});

describe('funds', () => {
  it('of coins and of won are listed apart', async () => {
    await give(running, 'ETH', '1.5');
    await running.exchange.operator.depositWon({ accountId: CITY, amount: '50000' });
    const list = async (path: string) =>
      z.array(z.object({ currency: z.string(), state: z.string(), transaction_type: z.string().nullable() })).parse((await ask(path)).json);
    running.clock.advanceBy(1_000_000);
    expect(await list('/v1/deposits')).toEqual([{ currency: 'ETH', state: 'DEPOSIT_ACCEPTED', transaction_type: null }]);
    expect(await list('/v1/deposits/krw')).toEqual([{ currency: 'KRW', state: 'ACCEPTED', transaction_type: 'default' }]);
    expect(await list('/v1/withdraws')).toEqual([]);
    await running.exchange.operator.withdrawWon({ accountId: CITY, amount: '10000' });
    expect(await list('/v1/withdraws/krw')).toEqual([{ currency: 'KRW', state: 'PROCESSING', transaction_type: 'default' }]);
  });
});

describe('rates', () => {
  it('are counted by address and group, told in a header, and refused beyond', async () => {
    await running.exchange.stop();
    running = await startBithumb({ limits: { defaultPerSecond: 2, ordersPerSecond: 1, quotationPerSecond: 100 } });
    const other = { accountId: 'city-002', accessKey: 'access-key-of-another-sample', secretKey: SECRET_KEY };
    await running.exchange.operator.openCorporateAccount(other);
    const first = await ask('/v1/accounts');
    expect(first.headers.get('Ratelimit')).toBe('limit=2, remaining=1, reset=1');
    // Another account from the same address, and the same group although another path.
    expect((await ask('/v1/api_keys', '', 'GET', { access_key: other.accessKey })).headers.get('Ratelimit')).toContain('remaining=0');
    const refused = await ask('/v1/accounts');
    expect([refused.status, errorName(refused), refused.headers.get('Ratelimit')]).toEqual([
      429,
      'too_many_requests',
      'limit=2, remaining=0, reset=1',
    ]);
    expect((await send(running.url, 'GET', '/v1/orderbook?markets=KRW-BTC')).status).toBe(200);
  });
});
