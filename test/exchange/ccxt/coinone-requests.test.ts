import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { coinone } from '../../../src/exchange/ccxt/coinone.ts';
import { CoinoneApi } from '../../../src/exchange/ccxt/coinone-api.ts';
import { DESCRIPTION } from '../../../src/exchange/ccxt/coinone-description.ts';
import type { SeenRequest } from '../scripted-venue.ts';
import { ACCESS_TOKEN, type LocalCoinone, SECRET, startCoinone } from './coinone-local-venue.ts';

let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

const PAIR = { quote_currency: 'KRW', target_currency: 'BTC' };
const ORDER_ID = 'd85cc6af-b131-4398-b269-ddbafa760a39';
const OK = '{"result":"success","error_code":"0"}';
const PLACED = `{"result":"success","error_code":"0","order_id":"${ORDER_ID}"}`;
const ADDRESSES =
  '{"result":"success","error_code":"0","deposit_addresses":[{"currency":"BTC","address":"sample","secondary_address":null}]}';
const DETAIL = `{"result":"success","error_code":"0","order":{"order_id":"${ORDER_ID}"}}`;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const signedBody = z.object({ access_token: z.literal(ACCESS_TOKEN), nonce: z.string().regex(UUID_V4) }).catchall(z.unknown());

/** What a private request says beside token and nonce; its form, headers and signature are checked on the way. */
function payloadOf(request: SeenRequest | undefined, secret = SECRET): unknown {
  const payload = String(request?.headers['x-coinone-payload']);
  expect(request?.method).toBe('POST');
  expect(request?.headers['content-type']).toBe('application/json');
  expect(request?.headers['x-coinone-signature']).toBe(createHmac('sha512', secret).update(payload).digest('hex'));
  expect(request?.body).toBe(payload);
  const { access_token: _token, nonce: _nonce, ...said } = signedBody.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')));
  return said;
}

const PUBLIC_REQUESTS: readonly [string, (client: coinone) => Promise<unknown>, string, string][] = [
  ['markets', (client) => client.fetchMarkets(), '/public/v2/markets/KRW', ''],
  ['currencies', (client) => client.fetchCurrencies(), '/public/v2/currencies', ''],
  ['price ranges', (client) => client.loadPriceRanges('BTC/KRW'), '/public/v2/range_units/KRW/BTC', ''],
  ['book', (client) => client.fetchOrderBook('BTC/KRW'), '/public/v2/orderbook/KRW/BTC', ''],
  ['book of a documented size', (client) => client.fetchOrderBook('BTC/KRW', 5), '/public/v2/orderbook/KRW/BTC', 'size=5'],
  ['book of another size', (client) => client.fetchOrderBook('BTC/KRW', 11), '/public/v2/orderbook/KRW/BTC', 'size=15'],
  ['book of too great a size', (client) => client.fetchOrderBook('BTC/KRW', 50), '/public/v2/orderbook/KRW/BTC', 'size=16'],
  ['ticker', (client) => client.fetchTicker('BTC/KRW'), '/public/v2/ticker_new/KRW/BTC', ''],
  ['tickers', (client) => client.fetchTickers(['BTC/KRW', 'ETH/KRW']), '/public/v2/ticker_new/KRW', ''],
  ['trades', (client) => client.fetchTrades('BTC/KRW', undefined, 5), '/public/v2/trades/KRW/BTC', 'size=10'],
  [
    'candles',
    (client) => client.fetchOHLCV('BTC/KRW', '1M', 1_700_000_000_000, 2),
    '/public/v2/chart/KRW/BTC',
    `interval=1mon&size=3&timestamp=${1_700_000_000_000 + 3 * 30 * 86_400_000}`,
  ],
  [
    'candles up to',
    (client) => client.fetchOHLCV('BTC/KRW', '10m', undefined, 900, { until: 1_700_000_000_000 }),
    '/public/v2/chart/KRW/BTC',
    'interval=10m&size=500&timestamp=1700000000000',
  ],
  ['candles of now', (client) => client.fetchOHLCV('BTC/KRW', '15m'), '/public/v2/chart/KRW/BTC', 'interval=15m&size=201'],
];

describe('public requests', () => {
  test.each(PUBLIC_REQUESTS)('%s', async (_name, call, path, query) => {
    local.answers({ [path]: OK });
    const client = local.open();
    await call(client);
    const request = local.venue.seen.at(-1);
    expect(request?.method).toBe('GET');
    expect(request?.path).toBe(path);
    expect(request?.rawQuery).toBe(query);
    expect(request?.headers['x-coinone-payload']).toBeUndefined();
    expect(request?.body).toBe('');
  });
});

const PRIVATE_REQUESTS: readonly [string, string, string, Record<string, unknown>, (client: coinone) => Promise<unknown>][] = [
  ['balance', '/v2.1/account/balance/all', OK, {}, (client) => client.fetchBalance()],
  ['fee of a pair', '/v2.1/account/trade_fee/KRW/BTC', OK, {}, (client) => client.fetchTradingFee('BTC/KRW')],
  ['fees', '/v2.1/account/trade_fee', OK, {}, (client) => client.fetchTradingFees()],
  ['order by id', '/v2.1/order/detail', DETAIL, { ...PAIR, order_id: ORDER_ID }, (client) => client.fetchOrder(ORDER_ID, 'BTC/KRW')],
  [
    'order by identifier',
    '/v2.1/order/detail',
    DETAIL,
    { ...PAIR, user_order_id: 'cheongsan-000001' },
    (client) => client.fetchOrder(undefined, 'BTC/KRW', { clientOrderId: 'Cheongsan-000001' }),
  ],
  [
    'order by identifier, whatever id is beside it',
    '/v2.1/order/detail',
    DETAIL,
    { ...PAIR, user_order_id: 'cheongsan-000001' },
    (client) => client.fetchOrder(ORDER_ID, 'BTC/KRW', { clientOrderId: 'cheongsan-000001' }),
  ],
  ['cancel by id', '/v2.1/order/cancel', OK, { ...PAIR, order_id: ORDER_ID }, (client) => client.cancelOrder(ORDER_ID, 'BTC/KRW')],
  [
    'cancel by identifier',
    '/v2.1/order/cancel',
    OK,
    { ...PAIR, user_order_id: 'cheongsan-000001' },
    (client) => client.cancelOrder(undefined, 'BTC/KRW', { clientOrderId: 'CHEONGSAN-000001' }),
  ],
  ['cancel all', '/v2.1/order/cancel/all', OK, PAIR, (client) => client.cancelAllOrders('BTC/KRW')],
  ['open orders of a market', '/v2.1/order/active_orders', OK, PAIR, (client) => client.fetchOpenOrders('BTC/KRW')],
  ['open orders', '/v2.1/order/active_orders', OK, {}, (client) => client.fetchOpenOrders()],
  [
    'open orders of one type',
    '/v2.1/order/active_orders',
    OK,
    { ...PAIR, order_type: ['LIMIT'] },
    (client) => client.fetchOpenOrders('BTC/KRW', undefined, undefined, { order_type: ['LIMIT'] }),
  ],
  [
    'trades of a market',
    '/v2.1/order/completed_orders',
    OK,
    { ...PAIR, size: 20, from_ts: 1_600_000_000_000, to_ts: 1_600_000_000_000 + 90 * 86_400_000 },
    (client) => client.fetchMyTrades('BTC/KRW', 1_600_000_000_000, 20),
  ],
  [
    'trades up to a time, continued before a trade',
    '/v2.1/order/completed_orders/all',
    OK,
    { size: 100, from_ts: 1_600_000_000_000 - 90 * 86_400_000, to_ts: 1_600_000_000_000, to_trade_id: 'sample-trade' },
    (client) => client.fetchMyTrades(undefined, undefined, 1_000, { until: 1_600_000_000_000, to_trade_id: 'sample-trade' }),
  ],
  [
    'deposits of a coin',
    '/v2.1/transaction/coin/history',
    OK,
    { currency: 'BTC', is_deposit: true, size: 100, from_ts: 1_600_000_000_000, to_ts: 1_600_000_001_000 },
    (client) => client.fetchDeposits('BTC', 1_600_000_000_000, undefined, { until: 1_600_000_001_000 }),
  ],
  [
    'withdrawals of all coins',
    '/v2.1/transaction/coin/history',
    OK,
    { is_deposit: false, size: 7, from_ts: 1_600_000_000_000, to_ts: 1_600_000_001_000 },
    (client) => client.fetchWithdrawals(undefined, 1_600_000_000_000, 7, { until: 1_600_000_001_000 }),
  ],
  [
    'both directions, won',
    '/v2.1/transaction/krw/history',
    OK,
    { size: 100, from_ts: 1_600_000_000_000, to_ts: 1_600_000_001_000 },
    (client) => client.fetchDepositsWithdrawals('KRW', 1_600_000_000_000, undefined, { until: 1_600_000_001_000 }),
  ],
  ['deposit addresses', '/v2.1/account/deposit_address', ADDRESSES, {}, (client) => client.fetchDepositAddresses()],
  ['a deposit address', '/v2.1/account/deposit_address', ADDRESSES, { currencies: ['BTC'] }, (client) => client.fetchDepositAddress('BTC')],
];

describe('private requests', () => {
  test.each(PRIVATE_REQUESTS)('%s', async (_name, path, answer, payload, call) => {
    local.answers({ [path]: answer });
    await call(local.open());
    expect(local.sent()).toHaveLength(1);
    const [request] = local.sent();
    expect(request?.path).toBe(path);
    expect(request?.rawQuery).toBe('');
    expect(payloadOf(request)).toEqual(payload);
  });

  test('a look-back without an end reaches back 90 days at most and never into the future', async () => {
    local.answers({ '/v2.1/order/completed_orders/all': OK });
    const client = local.open();
    const soon = client.milliseconds() - 3_600_000;
    await client.fetchMyTrades(undefined, soon);
    await client.fetchMyTrades();
    const window = z.object({ from_ts: z.number(), to_ts: z.number() });
    const [recent, usual] = local.sent().map((request) => window.parse(payloadOf(request)));
    expect(recent?.from_ts).toBe(soon);
    expect(recent?.to_ts).toBeLessThanOrEqual(client.milliseconds());
    expect(Number(usual?.to_ts) - Number(usual?.from_ts)).toBe(90 * 86_400_000);
  });

  test('every request has a nonce of its own', async () => {
    local.answers({ '/v2.1/account/balance/all': OK });
    const client = local.open();
    await Promise.all(Array.from({ length: 20 }, () => client.fetchBalance()));
    const payloads = local.sent().map((request) => Buffer.from(String(request.headers['x-coinone-payload']), 'base64').toString('utf8'));
    expect(new Set(payloads.map((payload) => signedBody.parse(JSON.parse(payload)).nonce)).size).toBe(20);
  });

  test('the secret in capitals is signed with where that is asked for', async () => {
    local.answers({ '/v2.1/account/balance/all': OK });
    await local.open({ options: { uppercaseSecret: true } }).fetchBalance();
    expect(payloadOf(local.sent()[0], SECRET.toUpperCase())).toEqual({});
  });

  test('without a key nothing is sent', async () => {
    local.answers({});
    await expect(local.open({ secret: '' }).fetchBalance()).rejects.toThrow(/requires "secret"/);
    expect(local.sent()).toEqual([]);
  });
});

type Arguments = Parameters<coinone['createOrder']>;
const ACCEPTED: readonly [string, Arguments, Record<string, unknown>][] = [
  [
    'limit',
    ['BTC/KRW', 'limit', 'sell', '1.2345', '151234000', { clientOrderId: 'Cheongsan-000001' }],
    { side: 'SELL', type: 'LIMIT', price: '151234000', qty: '1.2345', post_only: false, user_order_id: 'cheongsan-000001' },
  ],
  [
    'limit that rests or takes, said at length',
    ['BTC/KRW', 'limit', 'sell', '1', '1000', { postOnly: false, timeInForce: 'GTC' }],
    { side: 'SELL', type: 'LIMIT', price: '1000', qty: '1', post_only: false },
  ],
  [
    'limit buy, post only',
    ['BTC/KRW', 'limit', 'buy', '0.5', '90000000', { postOnly: true }],
    { side: 'BUY', type: 'LIMIT', price: '90000000', qty: '0.5', post_only: true },
  ],
  [
    'post only by its time in force',
    ['BTC/KRW', 'limit', 'sell', '0.5', '90000000', { timeInForce: 'PO' }],
    { side: 'SELL', type: 'LIMIT', price: '90000000', qty: '0.5', post_only: true },
  ],
  [
    'quantity cut off, price rounded to its unit',
    ['BTC/KRW', 'limit', 'sell', '1.23456789', '151234567.89'],
    { side: 'SELL', type: 'LIMIT', price: '151235000', qty: '1.2345', post_only: false },
  ],
  [
    'numbers instead of text',
    ['BTC/KRW', 'limit', 'sell', 0.0001, 0.00012],
    { side: 'SELL', type: 'LIMIT', price: '0.0001', qty: '0.0001', post_only: false },
  ],
  [
    'limit sell that takes at once',
    ['BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'IOC', clientOrderId: 'cheongsan-000002' }],
    { side: 'SELL', type: 'MARKET', qty: '1', limit_price: '151000000', user_order_id: 'cheongsan-000002' },
  ],
  [
    'market sell with a bound',
    ['BTC/KRW', 'market', 'sell', '1', undefined, { limit_price: '150000000' }],
    { side: 'SELL', type: 'MARKET', qty: '1', limit_price: '150000000' },
  ],
  ['market sell', ['BTC/KRW', 'market', 'sell', '1'], { side: 'SELL', type: 'MARKET', qty: '1' }],
  ['market buy by price', ['BTC/KRW', 'market', 'buy', '0.1', '150000001'], { side: 'BUY', type: 'MARKET', amount: '15000000.1' }],
  ['market buy by cost', ['BTC/KRW', 'market', 'buy', '0.1', undefined, { cost: '5000' }], { side: 'BUY', type: 'MARKET', amount: '5000' }],
  [
    'market buy with the won as amount',
    ['BTC/KRW', 'market', 'buy', '5000', undefined, { createMarketBuyOrderRequiresPrice: false }],
    { side: 'BUY', type: 'MARKET', amount: '5000' },
  ],
  [
    'stop limit',
    ['BTC/KRW', 'limit', 'sell', '1', '140000000', { triggerPrice: '141000400' }],
    { side: 'SELL', type: 'STOP_LIMIT', price: '140000000', qty: '1', trigger_price: '141000000' },
  ],
];

const IMPOSSIBLE: readonly [string, Arguments, string][] = [
  ['fill or kill', ['BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'FOK' }], 'InvalidOrder'],
  ['fill or kill at market', ['BTC/KRW', 'market', 'sell', '1', undefined, { timeInForce: 'FOK' }], 'InvalidOrder'],
  ['limit buy that takes at once', ['BTC/KRW', 'limit', 'buy', '1', '151000000', { timeInForce: 'IOC' }], 'InvalidOrder'],
  ['post only that takes at once', ['BTC/KRW', 'limit', 'sell', '1', '151000000', { timeInForce: 'IOC', postOnly: true }], 'InvalidOrder'],
  ['post only at market', ['BTC/KRW', 'market', 'sell', '1', undefined, { postOnly: true }], 'InvalidOrder'],
  ['a trigger at market', ['BTC/KRW', 'market', 'sell', '1', undefined, { triggerPrice: '150000000' }], 'InvalidOrder'],
  ['a trigger and post only', ['BTC/KRW', 'limit', 'sell', '1', '1000', { stopPrice: '150000000', postOnly: true }], 'InvalidOrder'],
  ['a limit without price', ['BTC/KRW', 'limit', 'sell', '1'], 'ArgumentsRequired'],
  ['a market buy without won', ['BTC/KRW', 'market', 'buy', '1'], 'InvalidOrder'],
  ['an unknown type', ['BTC/KRW', 'best', 'sell', '1', '1000'], 'InvalidOrder'],
  ['less than the least quantity', ['BTC/KRW', 'limit', 'sell', '0.00009', '1000'], 'InvalidOrder'],
  ['less than a price unit', ['BTC/KRW', 'limit', 'sell', '1', '0.00004'], 'InvalidOrder'],
  ['an unknown market', ['DOGE/KRW', 'limit', 'sell', '1', '100'], 'BadSymbol'],
];

test('what it declares to have is written for Coinone, what it declares not to have is refused before anything is sent', async () => {
  local.answers({});
  const client = local.open();
  const shorthands = /^create(Market|PostOnly|Stop)|^(spot|ws)$/;
  const inBase: unknown = Object.getPrototypeOf(CoinoneApi.prototype);
  for (const [name, has] of Object.entries(DESCRIPTION.has)) {
    if (has === true && !shorthands.test(name)) expect(Reflect.get(client, name), name).not.toBe(Reflect.get(Object(inBase), name));
  }
  await expect(client.fetchClosedOrders('BTC/KRW')).rejects.toMatchObject({ name: 'NotSupported' });
  await expect(client.withdraw('BTC', 1, 'sample')).rejects.toMatchObject({ name: 'NotSupported' });
  expect(local.sent()).toEqual([]);
});

describe('new orders', () => {
  test.each(ACCEPTED)('%s', async (_name, order, payload) => {
    local.answers({ '/v2.1/order': PLACED });
    const { id, clientOrderId, status } = await local.open().createOrder(...order);
    const posted = local.sent().filter((request) => request.path === '/v2.1/order');
    expect(posted).toHaveLength(1);
    expect(payloadOf(posted[0])).toEqual({ ...PAIR, ...payload });
    expect({ id, clientOrderId, status }).toEqual({ id: ORDER_ID, clientOrderId: payload['user_order_id'], status: undefined });
  });

  test.each(IMPOSSIBLE)('%s is not sent', async (_name, order, errorName) => {
    local.answers({ '/v2.1/order': PLACED });
    await expect(local.open().createOrder(...order)).rejects.toMatchObject({ name: errorName });
    expect(local.sent().some((request) => request.path === '/v2.1/order')).toBe(false);
  });

  test.each<[string, (client: coinone) => Promise<unknown>, Record<string, unknown>]>([
    [
      'createPostOnlyOrder',
      (client) => client.createPostOnlyOrder('BTC/KRW', 'limit', 'sell', 1, 1000),
      { side: 'SELL', type: 'LIMIT', price: '1000', qty: '1', post_only: true },
    ],
    [
      'createStopLimitOrder',
      (client) => client.createStopLimitOrder('BTC/KRW', 'sell', 1, 1000, 1010),
      { side: 'SELL', type: 'STOP_LIMIT', price: '1000', qty: '1', trigger_price: '1010' },
    ],
    [
      'createMarketBuyOrderWithCost',
      (client) => client.createMarketBuyOrderWithCost('BTC/KRW', 5000),
      { side: 'BUY', type: 'MARKET', amount: '5000' },
    ],
  ])("ccxt's shorthand %s", async (name, call, payload) => {
    local.answers({ '/v2.1/order': PLACED });
    const client = local.open();
    expect(client.has[name]).toBe(true);
    await call(client);
    expect(payloadOf(local.sent().at(-1))).toEqual({ ...PAIR, ...payload });
  });

  test('the price units of a market are asked for once, and again after its markets are loaded anew', async () => {
    local.answers({ '/v2.1/order': PLACED });
    const client = local.open();
    const asked = () => local.sent().filter((request) => request.path === '/public/v2/range_units/KRW/BTC').length;
    await client.createOrder('BTC/KRW', 'limit', 'sell', '1', '1000');
    await client.createOrder('BTC/KRW', 'limit', 'sell', '1', '1000');
    expect(asked()).toBe(1);
    await client.loadMarkets(true);
    await client.createOrder('BTC/KRW', 'limit', 'sell', '1', '1000');
    expect(asked()).toBe(2);
  });

  test('a price that fits its range is passed on digit for digit, any other goes to the nearest that fits', async () => {
    local.answers({});
    const client = local.open();
    await client.loadPriceRanges('BTC/KRW');
    const ranges = [
      { from: 1, to: 10, decimals: 3 },
      { from: 100, to: 1_000, decimals: 1 },
      { from: 1_000, to: 5_000, decimals: 0 },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...ranges), fc.double({ min: 0, max: 0.999, noNaN: true }), ({ from, to, decimals }, part) => {
        const steps = 10n ** BigInt(decimals);
        const count = BigInt(from) * steps + BigInt(Math.floor(Number(BigInt(to - from) * steps) * part));
        const whole = (count / steps).toString();
        const fraction = decimals === 0 ? '' : (count % steps).toString().padStart(decimals, '0');
        const price = fraction === '' ? whole : `${whole}.${fraction}`;
        const plain = fraction === '' ? whole : price.replace(/0+$/, '').replace(/\.$/, '');
        expect(client.priceToPrecision('BTC/KRW', price)).toBe(plain);
        expect(client.priceToPrecision('BTC/KRW', `${whole}.${fraction}4`)).toBe(plain);
      }),
    );
    expect(client.priceToPrecision('BTC/KRW', '123.45')).toBe('123.5');
    expect(client.priceToPrecision('BTC/KRW', '9007199254740993')).toBe('9007199254741000');
    expect(client.priceToPrecision('ETH/KRW', '4567890'), 'by its present unit while no ranges are loaded').toBe('4570000');
  });
});
