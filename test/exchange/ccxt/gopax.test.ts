import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gopax } from '../../../src/exchange/ccxt/gopax.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from '../scripted-venue.ts';

const API_KEY = 'sample-api-key';
/** The site gives the secret in Base64. */
const SECRET = Buffer.from('sample-secret').toString('base64');
const NOW = 1_700_000_000_000;

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/time': { serverTime: NOW },
  '/assets': [
    { id: 'KRW', name: '대한민국 원', englishName: 'South Korean won', scale: 0, withdrawalFee: 1_000, withdrawalAmountMin: 5_000 },
    { id: 'BTC', name: '비트코인', englishName: 'Bitcoin', scale: 8, withdrawalFee: 0.0005, withdrawalAmountMin: 0.001 },
  ],
  '/trading-pairs': [
    {
      id: 1,
      name: 'BTC-KRW',
      baseAsset: 'BTC',
      quoteAsset: 'KRW',
      baseAssetScale: 8,
      quoteAssetScale: 0,
      priceMin: 1,
      restApiOrderAmountMin: {},
      makerFeePercent: 0.2,
      takerFeePercent: 0.2,
    },
  ],
  '/trading-pairs/BTC-KRW/price-tick-size': [
    { startPrice: 1, tickSize: 1 },
    { startPrice: 5_000, tickSize: 5 },
    { startPrice: 2_000_000, tickSize: 1_000 },
  ],
  '/trading-pairs/BTC-KRW/book': { sequence: 1, bid: [], ask: [] },
  '/trading-pairs/BTC-KRW/ticker': { price: 1, time: '2020-10-28T02:05:55.958Z' },
  '/crypto-deposit-addresses': [{ asset: 'BTC', address: '1CwC2cMFu1jRQUBtw925cENbT1kctJBMdm', memoId: null, createdAt: 1_594_802_312 }],
};

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function answer(request: SeenRequest): Reply {
  const isOne = request.path === '/orders' ? request.method === 'POST' : request.path.startsWith('/orders/');
  return { body: JSON.stringify(ANSWERS[request.path] ?? (isOne ? { id: '453327', tradingPairName: 'BTC-KRW' } : [])) };
}

function exchange(options: Record<string, unknown> = {}): gopax {
  venue.script(answer);
  const client = new gopax({
    apiKey: API_KEY,
    secret: SECRET,
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
    options,
  });
  client.milliseconds = () => NOW;
  return client;
}

async function sentBy(call: Promise<unknown>): Promise<SeenRequest> {
  await call;
  const request = venue.seen.at(-1);
  if (request === undefined) throw new Error('Nothing was sent.');
  return request;
}

function signatureOf(message: string): string {
  return createHmac('sha512', Buffer.from(SECRET, 'base64')).update(message).digest('base64');
}

test('the list of orders is signed with its query, and nothing else is', async () => {
  const client = exchange();
  const orders = await sentBy(client.fetchOrders('BTC/KRW', NOW, 10));
  const query = `includePast=true&tradingPairName=BTC-KRW&since=${NOW}&limit=10`;
  expect(orders.rawQuery).toBe(query);
  expect(orders.headers).toMatchObject({
    'api-key': API_KEY,
    timestamp: `${NOW}`,
    signature: signatureOf(`t${NOW}GET/orders?${query}`),
  });
  expect(orders.headers['receive-window']).toBeUndefined();
  const trades = await sentBy(client.fetchMyTrades('BTC/KRW', NOW, 900));
  expect(trades.rawQuery).toBe(`tradingPairName=BTC-KRW&after=${NOW / 1_000}&limit=100`);
  expect(trades.headers['signature']).toBe(signatureOf(`t${NOW}GET/trades`));
  const balances = await sentBy(client.fetchBalance());
  expect(balances.headers['signature']).toBe(signatureOf(`t${NOW}GET/balances`));
  const open = await sentBy(client.fetchOpenOrders());
  expect([open.rawQuery, open.headers['signature']]).toEqual(['', signatureOf(`t${NOW}GET/orders`)]);
});

test('the signature of one request, computed with another program', async () => {
  const sent = await sentBy(exchange().fetchBalance());
  // printf 't1700000000000GET/balances' | openssl dgst -sha512 -hmac sample-secret -binary | base64 -w0
  expect(sent.headers['signature']).toBe('8josV2WMizi2sMnA4Y3xSQ44P/8P9YucxvjbyB4CBwaH9noT5eQ2A7TLRm3A2wGeO/o186w2nG3Vo/2pBAFk0g==');
});

test('an order goes as JSON whose bytes are signed; strings reach it as they are', async () => {
  const order = exchange({ receiveWindow: 2_000 }).createOrder('BTC/KRW', 'limit', 'sell', '0.12345678', '151234000', {
    clientOrderId: 'case-7_a',
    timeInForce: 'IOC',
    protection: 'no',
  });
  const sent = await sentBy(order);
  const body =
    '{"tradingPairName":"BTC-KRW","side":"sell","type":"limit","price":"151234000","amount":"0.12345678","timeInForce":"ioc","clientOrderId":"case-7_a","protection":"no"}';
  expect(sent.method).toBe('POST');
  expect(sent.path).toBe('/orders');
  expect(sent.rawQuery).toBe('');
  expect(sent.body).toBe(body);
  expect(sent.headers).toMatchObject({
    'content-type': 'application/json',
    'api-key': API_KEY,
    timestamp: `${NOW}`,
    'receive-window': '2000',
    signature: signatureOf(`t${NOW}POST/orders2000${body}`),
  });
  expect(await order).toMatchObject({ id: '453327', symbol: 'BTC/KRW' });
});

test('a lookup and a cancel go by the id of the venue or by our own', async () => {
  const client = exchange();
  const seen = async (call: Promise<unknown>) => {
    const sent = await sentBy(call);
    expect(sent.headers['signature']).toBe(signatureOf(`t${NOW}${sent.method}${sent.path}`));
    return `${sent.method} ${sent.path}?${sent.rawQuery} ${sent.body}`;
  };
  expect(await seen(client.fetchOrder('453324'))).toBe('GET /orders/453324? ');
  expect(await seen(client.fetchOrder('', 'BTC/KRW', { clientOrderId: 'c-1' }))).toBe('GET /orders/clientOrderId/c-1? ');
  expect(await seen(client.cancelOrder('453324'))).toBe('DELETE /orders/453324? ');
  expect(await seen(client.cancelOrder('', 'BTC/KRW', { clientOrderId: 'c-1' }))).toBe('DELETE /orders/clientOrderId/c-1? ');
  venue.script({ body: '{}' });
  expect(await client.cancelOrder('', 'BTC/KRW', { clientOrderId: 'c-1' })).toMatchObject({
    clientOrderId: 'c-1',
    symbol: 'BTC/KRW',
    info: {},
  });
  expect(await client.cancelOrder('453324')).toMatchObject({ id: '453324', symbol: undefined });
});

test('the other kinds of orders', async () => {
  const client = exchange();
  const body = async (order: Promise<unknown>): Promise<unknown> => JSON.parse((await sentBy(order)).body);
  expect(await body(client.createOrder('BTC/KRW', 'market', 'sell', '0.5'))).toEqual({
    tradingPairName: 'BTC-KRW',
    side: 'sell',
    type: 'market',
    amount: '0.5',
  });
  expect(await body(client.createOrder('BTC/KRW', 'market', 'buy', '0.1', '150000000'))).toMatchObject({ amount: '15000000' });
  expect(await body(client.createOrder('BTC/KRW', 'market', 'buy', 0, undefined, { cost: '50000.9' }))).toMatchObject({ amount: '50000' });
  expect(await body(client.createMarketBuyOrderWithCost('BTC/KRW', 50_000))).toMatchObject({ amount: '50000' });
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151234500', { postOnly: true }))).toMatchObject({
    price: '151235000',
    timeInForce: 'po',
  });
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1.123456789', '5002.4', { triggerPrice: '5011' }))).toEqual({
    tradingPairName: 'BTC-KRW',
    side: 'sell',
    type: 'limit',
    price: '5000',
    stopPrice: '5010',
    amount: '1.12345678',
  });
  expect(venue.seen.filter((request) => request.path.endsWith('/price-tick-size'))).not.toHaveLength(0);
  const incomplete = [
    client.createOrder('BTC/KRW', 'limit', 'sell', '1'),
    client.createOrder('BTC/KRW', 'market', 'buy', '1'),
    client.createOrder('BTC/KRW', 'limit', 'sell', '1', '5000', { timeInForce: 'GTD' }),
    client.createOrder('BTC/KRW', 'limit', 'sell', '0.000000001', '5000'),
  ];
  for (const order of incomplete) await expect(order).rejects.toThrow(/^gopax .*(price|GTD|amount)/);
});

test('steps of a market are asked for once', async () => {
  const client = exchange();
  const before = venue.seen.length;
  await client.createOrder('BTC/KRW', 'limit', 'sell', '1', '5000');
  await client.createOrder('BTC/KRW', 'limit', 'sell', '1', '5000');
  expect(venue.seen.slice(before).filter((request) => request.path.endsWith('/price-tick-size'))).toHaveLength(1);
});

test('requests are signed by the venue clock, measured once', async () => {
  const client = exchange();
  venue.script((request) => (request.path === '/time' ? { body: `{"serverTime":${NOW + 7_000}}` } : answer(request)));
  const before = venue.seen.length;
  expect((await sentBy(client.fetchBalance())).headers['timestamp']).toBe(`${NOW + 7_000}`);
  await client.fetchBalance();
  expect(venue.seen.slice(before).filter((request) => request.path === '/time')).toHaveLength(1);
  expect((await sentBy(exchange({ adjustForTimeDifference: false }).fetchBalance())).headers['timestamp']).toBe(`${NOW}`);
});

test('lists and public data ask for what they are documented to', async () => {
  const client = exchange();
  await client.loadMarkets();
  const asked = async (call: Promise<unknown>) => {
    const sent = await sentBy(call);
    return `${sent.path}?${sent.rawQuery}`;
  };
  const monthMs = 31 * 24 * 60 * 60 * 1_000;
  expect(await asked(client.fetchOpenOrders('BTC/KRW', undefined, 5))).toBe('/orders?tradingPairName=BTC-KRW&limit=5&tail=true');
  expect(await asked(client.fetchMyTrades(undefined, NOW - monthMs))).toBe(`/trades?after=${(NOW - monthMs) / 1_000}&deepSearch=true`);
  expect(await asked(client.fetchDeposits('BTC', NOW, undefined, { until: NOW + 1 }))).toBe(
    `/deposit-withdrawal-status?asset=BTC&after=${NOW}&before=${NOW + 1}&limit=20`,
  );
  expect(await asked(client.fetchDepositAddress('BTC'))).toBe('/crypto-deposit-addresses?');
  expect(await asked(client.fetchOrderBook('BTC/KRW'))).toBe('/trading-pairs/BTC-KRW/book?');
  expect(await asked(client.fetchOrderBook('BTC/KRW', 1))).toBe('/trading-pairs/BTC-KRW/book?level=1');
  expect(await asked(client.fetchOrderBook('BTC/KRW', 50))).toBe('/trading-pairs/BTC-KRW/book?level=2');
  expect(await asked(client.fetchOrderBook('BTC/KRW', 51))).toBe('/trading-pairs/BTC-KRW/book?');
  expect(await asked(client.fetchTrades('BTC/KRW', NOW, 900))).toBe(`/trading-pairs/BTC-KRW/trades?after=${NOW / 1_000}&limit=100`);
  expect(await asked(client.fetchOHLCV('BTC/KRW', '30m', NOW, 2))).toBe(
    `/trading-pairs/BTC-KRW/candles?interval=30&start=${NOW}&end=${NOW + 3_600_000}&limit=2`,
  );
  expect(await asked(client.fetchOHLCV('BTC/KRW', '1m', undefined, 2))).toBe(
    `/trading-pairs/BTC-KRW/candles?interval=1&start=${NOW - 120_000}&end=${NOW}&limit=2`,
  );
  const ticker = await sentBy(client.fetchTicker('BTC/KRW'));
  expect([ticker.path, ticker.headers['api-key'], ticker.headers['signature']]).toEqual([
    '/trading-pairs/BTC-KRW/ticker',
    undefined,
    undefined,
  ]);
});

test('calls that the venue allows less often cost more, of twenty shares a second', () => {
  const client = exchange();
  const cost = (path: string, params: Record<string, string> = {}) =>
    client.calculateRateLimiterCost('private', 'GET', path, params, client.api['private']['get'][path]);
  expect(cost('balances')).toBe(1);
  expect(cost('orders', { timeInForce: 'ioc' })).toBe(1);
  expect(cost('orders', { timeInForce: 'fok' })).toBe(10);
  expect(cost('trades')).toBe(10);
  expect(cost('trades', { deepSearch: 'true' })).toBe(20);
  expect(client.api['public']['get']['trading-pairs/{tradingPair}/book']).toEqual({ cost: 20 });
});
