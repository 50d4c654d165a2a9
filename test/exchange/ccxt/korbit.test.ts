import { createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { korbit } from '../../../src/exchange/ccxt/korbit.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from '../scripted-venue.ts';

const API_KEY = 'sample-api-key';
const SECRET = 'sample-secret';
const NOW = 1_700_000_000_000;

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v2/time': { time: NOW },
  '/v2/currencyPairs': [
    {
      symbol: 'btc_krw',
      status: 'launched',
      baseCurrency: 'btc',
      quoteCurrency: 'krw',
      minOrderValue: '5000',
      maxOrderValue: '1000000000',
    },
    { symbol: 'xrp_krw', status: 'launched' },
  ],
  '/v2/currencies': [
    { name: 'krw', fullName: 'Won', withdrawalMaxAmountPerRequest: '5000000000' },
    { name: 'btc', fullName: 'Bitcoin', withdrawalMaxAmountPerRequest: '120', networkList: [{ name: 'BTC', withdrawalPrecision: 8 }] },
    { name: 'usdt', fullName: 'Tether', withdrawalMaxAmountPerRequest: '500000', networkList: [{ name: 'TRX', withdrawalPrecision: 6 }] },
  ],
  '/v2/tickSizePolicy': [
    {
      symbol: 'btc_krw',
      tickSizePolicy: [
        { priceGte: '0', tickSize: '0.0001' },
        { priceGte: '1', tickSize: '0.001' },
        { priceGte: '500000', tickSize: '500' },
        { priceGte: '1000000', tickSize: '1000' },
      ],
      orderbookLevels: ['1000', '10000'],
    },
  ],
  '/v2/orders': { orderId: 1234 },
  '/v2/coin/depositAddress': { currency: 'usdt', network: 'TRX', address: 'TSampleAddress000000000000000000001' },
};

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function answer(request: SeenRequest): Reply {
  const data = ANSWERS[request.path] ?? [];
  return { body: JSON.stringify(request.method === 'DELETE' ? { success: true } : { success: true, data }) };
}

function exchange(options: Record<string, unknown> = {}, secret = SECRET): korbit {
  venue.script(answer);
  const client = new korbit({
    apiKey: API_KEY,
    secret,
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
    options,
  });
  client.milliseconds = () => NOW;
  return client;
}

/** What a call of the given client sent last. */
async function sentBy(call: Promise<unknown>): Promise<SeenRequest> {
  await call;
  const request = venue.seen.at(-1);
  if (request === undefined) throw new Error('Nothing was sent.');
  return request;
}

function hmacOf(encoded: string): string {
  return createHmac('sha256', SECRET).update(encoded).digest('hex');
}

test('a lookup is signed in its query, over the bytes that are sent, signature last', async () => {
  const sent = await sentBy(exchange().fetchOrder('', 'BTC/KRW', { clientOrderId: 'case:7.a_b-c' }));
  const encoded = `symbol=btc_krw&clientOrderId=case%3A7.a_b-c&timestamp=${NOW}`;
  expect(sent.method).toBe('GET');
  expect(sent.path).toBe('/v2/orders');
  expect(sent.rawQuery).toBe(`${encoded}&signature=${hmacOf(encoded)}`);
  expect(sent.headers['x-kapi-key']).toBe(API_KEY);
  expect(sent.body).toBe('');
});

test('the signature of one request, computed with another program', async () => {
  const sent = await sentBy(exchange().fetchOrder('1234', 'BTC/KRW'));
  // printf 'symbol=btc_krw&orderId=1234&timestamp=1700000000000' | openssl dgst -sha256 -hmac sample-secret
  expect(sent.query.get('signature')).toBe('349aad13fe4bdbc6653fabd3d031ba3f240feda864aa6662390c3e0c8e0ad50f');
});

test('an order goes as a form whose bytes are signed; strings reach it as they are', async () => {
  const order = exchange().createOrder('BTC/KRW', 'limit', 'sell', '0.123456789012345678', '151234000', {
    clientOrderId: '0190-a',
    timeInForce: 'IOC',
    ppPercent: 3,
  });
  const sent = await sentBy(order);
  const encoded =
    'symbol=btc_krw&side=sell&orderType=limit&price=151234000&qty=0.123456789012345678&timeInForce=ioc&pp=true&clientOrderId=0190-a&ppPercent=3' +
    `&timestamp=${NOW}`;
  expect(sent.method).toBe('POST');
  expect(sent.path).toBe('/v2/orders');
  expect(sent.rawQuery).toBe('');
  expect(sent.body).toBe(`${encoded}&signature=${hmacOf(encoded)}`);
  expect(sent.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(sent.headers['x-kapi-key']).toBe(API_KEY);
  expect(await order).toMatchObject({
    id: '1234',
    clientOrderId: '0190-a',
    symbol: 'BTC/KRW',
    side: 'sell',
    type: 'limit',
    timeInForce: 'IOC',
    status: undefined,
    info: { success: true, data: { orderId: 1234 } },
  });
});

test('an Ed25519 key signs in Base64, encoded for the wire', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const body = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  for (const client of [exchange({}, pem), exchange({ keyType: 'ed25519' }, body)]) {
    const sent = await sentBy(client.cancelOrder('1234', 'BTC/KRW'));
    const [encoded = '', signature = ''] = sent.rawQuery.split('&signature=');
    expect(encoded).toBe(`symbol=btc_krw&orderId=1234&timestamp=${NOW}`);
    expect(signature).not.toMatch(/[+/=]/);
    const isGenuine = verify(null, Buffer.from(encoded), publicKey, Buffer.from(decodeURIComponent(signature), 'base64'));
    expect(isGenuine).toBe(true);
  }
});

test('a secret that is no Ed25519 key, or a kind of key nobody knows, is refused before anything is sent, and not shown', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const before = venue.seen.length;
  const refusals = [
    exchange({ adjustForTimeDifference: false }, pem).fetchKeyInfo(),
    exchange({ adjustForTimeDifference: false, keyType: 'ed25519' }, 'not a key').fetchKeyInfo(),
    exchange({ adjustForTimeDifference: false, keyType: 'rsa' }).fetchKeyInfo(),
  ];
  for (const refusal of refusals) {
    const error: unknown = await refusal.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(/Ed25519|keyType/);
    expect(String(error)).not.toContain('PRIVATE');
  }
  expect(venue.seen.length).toBe(before);
});

test('requests are signed by the venue clock, measured once before the first of them', async () => {
  const client = exchange();
  venue.script((request) =>
    request.path === '/v2/time' ? { body: JSON.stringify({ success: true, data: { time: NOW + 7_000 } }) } : answer(request),
  );
  const before = venue.seen.length;
  await client.fetchKeyInfo();
  const sent = await sentBy(client.fetchBalance());
  expect(sent.query.get('timestamp')).toBe(`${NOW + 7_000}`);
  expect(venue.seen.slice(before).filter((request) => request.path === '/v2/time')).toHaveLength(1);
  const unadjusted = await sentBy(exchange({ adjustForTimeDifference: false }).fetchBalance());
  expect(unadjusted.query.get('timestamp')).toBe(`${NOW}`);
});

test('recvWindow is sent and signed when it was chosen', async () => {
  const sent = await sentBy(exchange({ recvWindow: 20_000 }).fetchBalance());
  const encoded = `timestamp=${NOW}&recvWindow=20000`;
  expect(sent.path).toBe('/v2/balance');
  expect(sent.rawQuery).toBe(`${encoded}&signature=${hmacOf(encoded)}`);
});

/** The parameters of a signed request without those of the signature, in the order of the wire. */
function own(parameters: string): string {
  return parameters.split('&timestamp=')[0] ?? '';
}

test('the other kinds of orders', async () => {
  const body = async (order: Promise<unknown>) => own((await sentBy(order)).body);
  const client = exchange();
  expect(await body(client.createOrder('BTC/KRW', 'market', 'sell', '0.5'))).toBe('symbol=btc_krw&side=sell&orderType=market&qty=0.5');
  expect(await body(client.createOrder('BTC/KRW', 'market', 'buy', '0.1', '150000000'))).toBe(
    'symbol=btc_krw&side=buy&orderType=market&amt=15000000',
  );
  expect(await body(client.createOrder('BTC/KRW', 'market', 'buy', 0, undefined, { cost: '50000' }))).toBe(
    'symbol=btc_krw&side=buy&orderType=market&amt=50000',
  );
  expect(await body(client.createMarketBuyOrderWithCost('BTC/KRW', 50_000))).toBe('symbol=btc_krw&side=buy&orderType=market&amt=50000');
  expect(await body(client.createOrder('BTC/KRW', 'best', 'sell', '0.5', undefined, { timeInForce: 'IOC', bestNth: 2 }))).toBe(
    'symbol=btc_krw&side=sell&orderType=best&qty=0.5&timeInForce=ioc&bestNth=2',
  );
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151000000', { postOnly: true }))).toBe(
    'symbol=btc_krw&side=sell&orderType=limit&price=151000000&qty=1&timeInForce=po',
  );
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'PO' }))).toMatch(/timeInForce=po$/);
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'fok' }))).toMatch(/timeInForce=fok$/);
  expect(await body(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151000000', { pp: false, ppPercent: 5 }))).not.toContain(
    'pp=true',
  );
  const incomplete = [
    client.createOrder('BTC/KRW', 'limit', 'sell', '1'),
    client.createOrder('BTC/KRW', 'market', 'buy', '1'),
    client.createOrder('BTC/KRW', 'best', 'sell', '1', undefined, { timeInForce: 'IOC' }),
    client.createOrder('BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'GTD' }),
  ];
  for (const order of incomplete) await expect(order).rejects.toThrow(/^korbit .*(price|bestNth|GTD)/);
});

test('a price goes to the nearest step of the market, asked for once and computed without floating point', async () => {
  const client = exchange();
  const before = venue.seen.length;
  const priceOf = async (price: string) =>
    new URLSearchParams((await sentBy(client.createOrder('BTC/KRW', 'limit', 'sell', '1', price))).body).get('price');
  expect(await priceOf('151234500')).toBe('151235000');
  expect(await priceOf('151234499.99')).toBe('151234000');
  expect(await priceOf('999999')).toBe('1000000');
  expect(await priceOf('700200')).toBe('700000');
  expect(await priceOf('0.12345')).toBe('0.1235');
  expect(await priceOf('9007199254740993000')).toBe('9007199254740993000');
  expect(venue.seen.slice(before).filter((request) => request.path === '/v2/tickSizePolicy')).toHaveLength(1);
  await expect(client.createOrder('BTC/KRW', 'limit', 'sell', '1', '0.00001')).rejects.toThrow('smallest step');
  // Another client has read no step yet, and knows nothing of the clock.
  const other = exchange();
  expect(other.options['timeDifference']).toBeUndefined();
  await other.loadMarkets();
  expect(other.priceToPrecision('BTC/KRW', '151234500')).toBe('151234500');
});

test('lists, lookups and transfers ask for what they are documented to', async () => {
  const client = exchange();
  await client.loadMarkets();
  const query = async (call: Promise<unknown>) => {
    const sent = await sentBy(call);
    return `${sent.method} ${sent.path}?${own(sent.rawQuery)}`;
  };
  expect(await query(client.fetchOpenOrders('BTC/KRW', undefined, 1_000))).toBe('GET /v2/openOrders?symbol=btc_krw&limit=1000');
  expect(await query(client.fetchOrders('BTC/KRW', NOW, 500, { until: NOW + 1 }))).toBe(
    `GET /v2/allOrders?symbol=btc_krw&startTime=${NOW}&endTime=${NOW + 1}&limit=500`,
  );
  expect(await query(client.fetchMyTrades('BTC/KRW', NOW))).toBe(`GET /v2/myTrades?symbol=btc_krw&startTime=${NOW}`);
  expect(await query(client.cancelOrder('', 'BTC/KRW', { clientOrderId: 'c-1' }))).toBe(
    'DELETE /v2/orders?symbol=btc_krw&clientOrderId=c-1',
  );
  expect(await query(client.fetchOrder('9', 'BTC/KRW', { accountSeq: 2 }))).toBe('GET /v2/orders?symbol=btc_krw&orderId=9&accountSeq=2');
  expect(await query(client.fetchTradingFee('BTC/KRW').catch(() => undefined))).toBe('GET /v2/tradingFeePolicy?symbol=btc_krw');
  expect(await query(client.fetchDeposits('BTC', undefined, 300))).toBe('GET /v2/coin/recentDeposits?currency=btc&limit=100');
  expect(await query(client.fetchDeposits('KRW'))).toMatch(/^GET \/v2\/krw\/recentDeposits\?/);
  expect(await query(client.fetchWithdrawals('BTC'))).toBe('GET /v2/coin/recentWithdrawals?currency=btc');
  expect(await query(client.fetchWithdrawals('KRW'))).toMatch(/^GET \/v2\/krw\/recentWithdrawals\?/);
  // ccxt calls Tron's tokens TRC20, the venue calls the network TRX.
  expect(await query(client.fetchDepositAddress('USDT', { network: 'TRC20' }))).toBe(
    'GET /v2/coin/depositAddress?currency=usdt&network=TRX',
  );
  const made = await sentBy(client.createDepositAddress('USDT', { network: 'TRC20' }));
  expect(`${made.method} ${made.path} ${own(made.body)}`).toBe('POST /v2/coin/depositAddress currency=usdt&network=TRX');
  expect(await query(client.fetchDepositAddresses())).toMatch(/^GET \/v2\/coin\/depositAddresses\?/);
  for (const call of [client.fetchOrder('1'), client.fetchOrders(), client.fetchMyTrades(), client.fetchDeposits()]) {
    await expect(call).rejects.toThrow(/requires a symbol|by currency/);
  }
});

test('what everybody may see is asked for without key or signature', async () => {
  const client = exchange();
  await client.loadMarkets();
  const asked = async (call: Promise<unknown>) => {
    const sent = await sentBy(call);
    expect(sent.headers['x-kapi-key']).toBeUndefined();
    return `${sent.method} ${sent.path}?${sent.rawQuery}`;
  };
  expect(await asked(client.fetchOrderBook('BTC/KRW', 5, { level: 1_000 }))).toBe('GET /v2/orderbook?symbol=btc_krw&level=1000');
  expect(await asked(client.fetchTickers(['BTC/KRW', 'XRP/KRW']))).toBe('GET /v2/tickers?symbol=btc_krw%2Cxrp_krw');
  expect(await asked(client.fetchTrades('BTC/KRW', undefined, 900))).toBe('GET /v2/trades?symbol=btc_krw&limit=500');
  expect(await asked(client.fetchOHLCV('BTC/KRW', '1h', NOW, 3))).toBe(
    `GET /v2/candles?symbol=btc_krw&interval=60&limit=3&start=${NOW}&end=${NOW + 3 * 3_600_000}`,
  );
  expect(await asked(client.fetchOHLCV('BTC/KRW', '1d', undefined, undefined, { until: NOW }))).toBe(
    `GET /v2/candles?symbol=btc_krw&interval=1D&limit=200&end=${NOW}`,
  );
  await expect(client.fetchTicker('BTC/KRW')).rejects.toThrow('no ticker');
});
