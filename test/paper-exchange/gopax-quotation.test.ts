import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { gopax } from '../../src/exchange/ccxt/gopax.ts';
import { ask, place, refusalOf, rows, startGopax } from './gopax-support.ts';
import { ACCESS_KEY, CITY, type Running, SECRET_KEY, send } from './support.ts';

let running: Running;
beforeEach(async () => {
  running = await startGopax();
});
afterEach(() => running.exchange.stop());

function read(path: string) {
  return send(running.url, 'GET', path);
}

test('pairs are those that are traded; one that ended is refused as seen', async () => {
  const pairs = async () => z.array(z.looseObject({ name: z.string() })).parse((await read('/trading-pairs')).json);
  expect((await pairs()).find(({ name }) => name === 'BTC-KRW')).toEqual({
    id: 1,
    name: 'BTC-KRW',
    baseAsset: 'BTC',
    quoteAsset: 'KRW',
    baseAssetScale: 8,
    quoteAssetScale: 0,
    priceMin: 0.0001,
    restApiOrderAmountMin: {
      limitAsk: { amount: 1_000, unit: 'KRW' },
      limitBid: { amount: 1_000, unit: 'KRW' },
      marketAsk: { amount: 0.001, unit: 'BTC' },
      marketBid: { amount: 1_000, unit: 'KRW' },
    },
    makerFeePercent: 0.2,
    takerFeePercent: 0.2,
  });
  await running.exchange.operator.setDelisting({ asset: 'BTC', closesAt: running.clock.now().toISOString() });
  expect((await pairs()).map(({ name }) => name)).not.toContain('BTC-KRW');
  const reply = await read('/trading-pairs/BTC-KRW/ticker');
  expect(reply.status).toBe(404);
  expect(reply.json).toEqual({ errorMessage: 'Invalid trading pair: BTC-KRW', errorCode: 10_059, errorData: 'BTC-KRW' });
  expect((await read('/trading-pairs/btc-krw/ticker')).json).toEqual({
    errorMessage: 'Invalid asset code: btc',
    errorCode: 10_058,
    errorData: 'btc',
  });
});

test('steps from the lowest price on', async () => {
  const reply = await read('/trading-pairs/BTC-KRW/price-tick-size');
  const [first, second, ...others] = z.array(z.object({ startPrice: z.number(), tickSize: z.number() })).parse(reply.json);
  expect([first, second, others.at(-1)]).toEqual([
    { startPrice: 0, tickSize: 0.0001 },
    { startPrice: 1, tickSize: 1 },
    { startPrice: 2_000_000, tickSize: 1_000 },
  ]);
});

test('cautions: levels and kinds of event, and only what is on when asked so', async () => {
  const { operator } = running.exchange;
  await operator.setMarketEvent({ asset: 'BTC', cautions: ['CONCENTRATION_OF_SMALL_ACCOUNTS'] });
  await operator.setMarketEvent({ asset: 'ETH', warning: true });
  await operator.setMarketEvent({ asset: 'XRP', further: ['delisting'] });
  const all = z.array(z.looseObject({ name: z.string(), alertLevel: z.number() }));
  const active = all.parse((await read('/trading-pairs/cautions?showActive=true')).json);
  expect(active.map(({ name, alertLevel }) => [name, alertLevel])).toEqual([
    ['BTC-KRW', 1],
    ['ETH-KRW', 2],
    ['XRP-KRW', 0],
  ]);
  expect(active[0]).toMatchObject({ isMonopolyTrading: true, isPriceChange: false, isMonopolyBuy: false });
  expect(active[2]).toMatchObject({ isDelisting: true });
  expect(all.parse((await read('/trading-pairs/cautions')).json).length).toBeGreaterThan(3);
});

test('books of one level, of fifty, or whole', async () => {
  const levels = z.array(z.tuple([z.string(), z.number(), z.number(), z.string()]));
  const body = z.object({ sequence: z.number(), bid: levels, ask: levels });
  const book = async (query: string) => body.parse((await read(`/trading-pairs/BTC-KRW/book${query}`)).json);
  expect((await book('?level=1')).bid).toHaveLength(1);
  expect((await book('?level=2')).ask).toHaveLength(50);
  const whole = await book('');
  expect(whole.bid).toHaveLength(50);
  expect(whole.bid.every(([, price], index) => index === 0 || price < (whole.bid[index - 1]?.[1] ?? 0))).toBe(true);
  expect((whole.bid[0]?.[1] ?? 0) < (whole.ask[0]?.[1] ?? 0)).toBe(true);
});

test('candles within a span, from the oldest on', async () => {
  const end = running.clock.now().getTime();
  const candles = (query: string) => read(`/trading-pairs/BTC-KRW/candles?${query}`);
  const list = z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]));
  const bars = list.parse((await candles(`start=${end - 600_000}&end=${end}&interval=1`)).json);
  expect(bars.map(([start]) => start)).toEqual(Array.from({ length: 10 }, (_, index) => end - 20_000 - (9 - index) * 60_000));
  expect(bars.every(([, low, high, open, close]) => low <= Math.min(open, close) && high >= Math.max(open, close))).toBe(true);
  expect(refusalOf(await candles(`start=${end - 60_000}&end=${end}&interval=60`))).toEqual([400, 10_062]);
  expect(refusalOf(await candles(`start=${end}&end=${end - 1}&interval=1`))).toEqual([400, 10_166]);
  expect(refusalOf(await candles(`end=${end}&interval=1`))).toEqual([400, 10_367]);
});

test('deposits and withdrawals in one list, addresses without a network', async () => {
  const { operator } = running.exchange;
  running.clock.advanceBy(1_000);
  await operator.depositWon({ accountId: CITY, amount: '20000' });
  running.clock.advanceBy(1_000);
  await operator.withdrawWon({ accountId: CITY, amount: '5000' });
  const listed = async (query: string) =>
    (await rows(ask(running, 'GET', `/deposit-withdrawal-status${query}`))).map(({ type, status }) => [type, status]);
  expect(await listed('')).toEqual([
    ['fiat_withdrawal', 'processing'],
    ['fiat_deposit', 'completed'],
    ['crypto_deposit', 'completed'],
  ]);
  const nowMs = running.clock.now().getTime();
  expect(await listed('?limit=1')).toEqual([['fiat_withdrawal', 'processing']]);
  expect(await listed('?asset=BTC')).toEqual([['crypto_deposit', 'completed']]);
  expect(await listed('?completedOnly=true')).toHaveLength(2);
  expect(await listed(`?after=${nowMs}`)).toHaveLength(1);
  expect(await listed(`?before=${nowMs}`)).toHaveLength(2);
  const addresses = await rows(ask(running, 'GET', '/crypto-deposit-addresses'));
  expect(addresses.find(({ asset }) => asset === 'XRP')).toMatchObject({ memoId: expect.stringMatching(/^\d+$/) });
  expect(Object.keys(addresses[0] ?? {})).toEqual(['asset', 'address', 'memoId', 'createdAt']);
  expect(refusalOf(await ask(running, 'GET', '/balances/NOPE'))).toEqual([404, 10_058]);
});

/** Of requests that come at once: how many got each code, 0 where they were answered. */
async function codesOf(count: number, request: () => Promise<{ readonly status: number; readonly json: unknown }>): Promise<number[]> {
  const replies = await Promise.all(Array.from({ length: count }, request));
  return replies.map((reply) => (reply.status === 200 ? 0 : refusalOf(reply)[1])).sort((x, y) => x - y);
}

test('so many requests within a second, and who goes on is banned; keys are counted apart from addresses', async () => {
  await running.exchange.stop();
  running = await startGopax({ limits: { quotationPerSecond: 3, refusalsUntilBlock: 4, blockSeconds: 60 } });
  expect(await codesOf(9, () => read('/assets'))).toEqual([0, 0, 0, 10_105, 10_105, 10_105, 10_105, 10_364, 10_364]);
  const own = await ask(running, 'GET', '/balances');
  expect([own.status, own.headers.get('x-gopax-api-key-used-weight'), own.headers.get('x-gopax-api-key-left-weight')]).toEqual([
    200,
    '1',
    '19',
  ]);
});

test('what has a limit of its own: one book a second, two orders that fill or kill, own trades twice and deep ones once', async () => {
  await running.exchange.stop();
  running = await startGopax({ limits: {} });
  expect((await read('/time')).headers.get('x-gopax-ip-addr-left-weight')).toBeNull();
  expect(await codesOf(2, () => read('/trading-pairs/BTC-KRW/book'))).toEqual([0, 10_105]);
  expect(await codesOf(3, () => ask(running, 'GET', '/trades'))).toEqual([0, 0, 10_105]);
  expect(await codesOf(2, () => ask(running, 'GET', '/trades?deepSearch=true'))).toEqual([0, 10_105]);
  const order = { price: 1_000_000_000, amount: '0.1' };
  expect(await codesOf(3, () => place(running, { ...order, timeInForce: 'fok' }))).toEqual([0, 0, 10_105]);
  expect(await codesOf(3, () => place(running, order))).toEqual([0, 0, 0]);
});

test('our class in ccxt’s conventions works with it', async () => {
  const client = new gopax({
    apiKey: ACCESS_KEY,
    secret: SECRET_KEY,
    enableRateLimit: false,
    urls: { api: { public: running.url, private: running.url } },
  });
  await client.loadMarkets();
  expect(client.market('BTC/KRW')).toMatchObject({ taker: 0.002, limits: { cost: { min: 1_000 } } });
  const { bids } = await client.fetchOrderBook('BTC/KRW', 1);
  const price = bids[0]?.[0];
  await client.createOrder('BTC/KRW', 'limit', 'sell', '0.001', price, { clientOrderId: 'by-class', timeInForce: 'IOC' });
  const sold = await client.fetchOrder('', 'BTC/KRW', { clientOrderId: 'by-class' });
  expect(sold).toMatchObject({ status: 'closed', filled: 0.001, remaining: 0, fee: { currency: 'KRW' } });
  expect(await client.fetchMyTrades('BTC/KRW')).toMatchObject([{ order: sold.id, takerOrMaker: 'taker', fee: { currency: 'KRW' } }]);
  expect((await client.fetchBalance())['BTC']).toMatchObject({ free: 9.999 });
  expect(await client.fetchDeposits('BTC')).toMatchObject([{ amount: 10, status: 'ok' }]);
  expect((await client.fetchTicker('BTC/KRW')).bid).toBeGreaterThan(0);
});
