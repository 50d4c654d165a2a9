import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCoinone, startCoinone, success } from './coinone-local-venue.ts';

/** Bodies are the examples of docs.coinone.co.kr unless a test says what was changed. */
let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

const DETAIL = {
  order_id: '0f1c26d0-1e4d-11e9-9ec7-00e04c3600d7',
  type: 'LIMIT',
  quote_currency: 'KRW',
  target_currency: 'BTC',
  status: 'CANCELED',
  side: 'BUY',
  fee: '0',
  fee_rate: '0.0',
  average_executed_price: '0',
  updated_at: 1680055490000,
  ordered_at: 1680051059000,
  price: '100000',
  original_qty: '1',
  executed_qty: '0',
  canceled_qty: '1',
  remain_qty: '0',
  limit_price: null,
  traded_amount: null,
  original_amount: null,
  canceled_amount: null,
  is_triggered: null,
  trigger_price: null,
};
const MARKET_SELL = {
  ...DETAIL,
  order_id: '0f51301f-1e4d-11e9-9ec7-00e04c3600d7',
  type: 'MARKET',
  status: 'FILLED',
  side: 'SELL',
  fee: '73.36',
  fee_rate: '0.002',
  average_executed_price: '36680000',
  price: null,
  original_qty: '0.001',
  executed_qty: '0.001',
  canceled_qty: '0',
  remain_qty: null,
  limit_price: '0.0001',
};

async function detail(order: Readonly<Record<string, unknown>>, params = {}) {
  local.answers({ '/v2.1/order/detail': success(`"order":${JSON.stringify(order)}`) });
  return local.open().fetchOrder('sample', 'BTC/KRW', params);
}

test('a limit order that was cancelled', async () => {
  const parsed = await detail(DETAIL);
  expect(parsed).toMatchObject({
    id: DETAIL.order_id,
    clientOrderId: undefined,
    symbol: 'BTC/KRW',
    type: 'limit',
    side: 'buy',
    status: 'canceled',
    price: 100000,
    average: undefined,
    amount: 1,
    filled: 0,
    remaining: 1,
    cost: 0,
    timestamp: 1680051059000,
    lastUpdateTimestamp: 1680055490000,
    fee: { cost: 0, currency: 'KRW', rate: 0 },
  });
  expect(parsed.info).toEqual(DETAIL);
});

test('a market sell that was filled: the fee is in won', async () => {
  expect(await detail(MARKET_SELL)).toMatchObject({
    type: 'market',
    timeInForce: 'IOC',
    side: 'sell',
    status: 'closed',
    amount: 0.001,
    filled: 0.001,
    remaining: 0,
    average: 36680000,
    cost: 36680,
    fee: { cost: 73.36, currency: 'KRW', rate: 0.002 },
  });
});

test('a market sell that its price bound ended after a part', async () => {
  const part = { ...MARKET_SELL, status: 'CANCELED_LIMIT_PRICE_EXCEED', executed_qty: '0.0004', canceled_qty: '0.0006' };
  expect(await detail(part)).toMatchObject({ status: 'canceled', amount: 0.001, filled: 0.0004, remaining: 0.0006, cost: 14672 });
});

test('a market buy: its amount is what it got, its fee in won as well', async () => {
  const { fee_rate: _rate, ...rest } = DETAIL;
  const buy = {
    ...rest,
    type: 'MARKET',
    status: 'CANCELED_UNDER_PRODUCT_UNIT',
    fee: '1999.9999',
    average_fee_rate: '0.002',
    average_executed_price: '29959000',
    price: null,
    original_qty: null,
    executed_qty: '0.03337895',
    canceled_qty: null,
    remain_qty: null,
    limit_price: '40000000',
    traded_amount: '999999.963',
    original_amount: '1000000',
    canceled_amount: '0.0369',
  };
  expect(await detail(buy)).toMatchObject({
    side: 'buy',
    status: 'canceled',
    filled: 0.03337895,
    cost: 999999.963,
    fee: { cost: 1999.9999, currency: 'KRW', rate: 0.002 },
  });
});

test('a stop order', async () => {
  const stop = {
    ...DETAIL,
    type: 'STOP_LIMIT',
    status: 'NOT_TRIGGERED',
    remain_qty: '2',
    original_qty: '2',
    trigger_price: '36998000',
    is_triggered: false,
  };
  expect(await detail(stop)).toMatchObject({ type: 'limit', status: 'open', triggerPrice: 36998000, remaining: 2 });
});

test.each([
  ['LIVE', '1', 'open'],
  ['PARTIALLY_FILLED', '0.4', 'open'],
  ['PARTIALLY_CANCELED', '0.4', 'open'],
  ['PARTIALLY_CANCELED', '0.0', 'canceled'],
  ['PARTIALLY_CANCELED', null, 'canceled'],
  ['FILLED', '0', 'closed'],
  ['CANCELED', '0', 'canceled'],
  ['NOT_TRIGGERED', '1', 'open'],
  ['NOT_TRIGGERED_PARTIALLY_CANCELED', '0.5', 'open'],
  ['NOT_TRIGGERED_PARTIALLY_CANCELED', '0', 'canceled'],
  ['NOT_TRIGGERED_CANCELED', '0', 'canceled'],
  ['TRIGGERED', '1', 'open'],
  ['CANCELED_NO_ORDER', null, 'canceled'],
  ['CANCELED_LIMIT_PRICE_EXCEED', null, 'canceled'],
  ['CANCELED_UNDER_PRODUCT_UNIT', null, 'canceled'],
  ['A_WORD_NOBODY_HAS_READ_UP', '1', 'A_WORD_NOBODY_HAS_READ_UP'],
])('the word %s with %s left means %s', async (word, remaining, status) => {
  expect(await detail({ ...DETAIL, status: word, remain_qty: remaining })).toMatchObject({ status });
});

test("the identifier asked by is the order's, the one in the answer wins", async () => {
  expect(await detail(DETAIL, { clientOrderId: 'Cheongsan-1' })).toMatchObject({ clientOrderId: 'cheongsan-1' });
  expect(await detail({ ...DETAIL, user_order_id: 'other' }, { clientOrderId: 'cheongsan-1' })).toMatchObject({ clientOrderId: 'other' });
});

test('open orders, also of markets that are not listed', async () => {
  const { status: _status, updated_at: _updated, ...row } = DETAIL;
  const resting = {
    ...row,
    remain_qty: '10000000',
    original_qty: '10000000',
    canceled_qty: '0',
    target_currency: 'BTT',
    price: '0.0009',
  };
  const stop = {
    ...row,
    type: 'STOP_LIMIT',
    side: 'SELL',
    price: '35000000',
    remain_qty: '0.7',
    canceled_qty: '0',
    executed_qty: '0.3',
    trigger_price: '37000000',
    ordered_at: 1680051059001,
    triggered_at: null,
  };
  local.answers({ '/v2.1/order/active_orders': success(`"active_orders":${JSON.stringify([stop, resting])}`) });
  expect(await local.open().fetchOpenOrders()).toMatchObject([
    { symbol: 'BTT/KRW', status: 'open', type: 'limit', side: 'buy', price: 0.0009, remaining: 10000000, filled: 0 },
    { symbol: 'BTC/KRW', status: 'open', type: 'limit', side: 'sell', triggerPrice: 37000000, remaining: 0.7, filled: 0.3 },
  ]);
});

const CANCELLED = success(
  '"order_id":"d85cc6af-b131-4398-b269-ddbafa760a39","price":"26231000.0","qty":"0.002","remain_qty":"0.0","side":"BUY","original_qty":"0.005",' +
    '"traded_qty":"0.003","canceled_qty":"0.002","fee":"26231.0","fee_rate":"0.001","avg_price":"26231000.0","canceled_at":1650525935,"ordered_at":1650125935',
);

test('a cancelled order, with times in seconds as in the example', async () => {
  local.answers({ '/v2.1/order/cancel': CANCELLED });
  const parsed = await local.open().cancelOrder(undefined, 'BTC/KRW', { clientOrderId: 'cheongsan-1' });
  expect(parsed).toMatchObject({
    id: 'd85cc6af-b131-4398-b269-ddbafa760a39',
    clientOrderId: 'cheongsan-1',
    symbol: 'BTC/KRW',
    status: 'canceled',
    side: 'buy',
    price: 26231000,
    average: 26231000,
    amount: 0.005,
    filled: 0.003,
    remaining: 0.002,
    timestamp: 1650125935000,
    fee: { cost: 26231, currency: 'KRW', rate: 0.001 },
  });
  expect(parsed.info).toEqual(JSON.parse(CANCELLED));
});

test('a cancel in ms that left a part, and one that says nothing', async () => {
  local.answers({ '/v2.1/order/cancel': CANCELLED.replace('"0.0"', '"0.001"').replace('1650125935', '1650125935123') });
  expect(await local.open().cancelOrder('sample', 'BTC/KRW')).toMatchObject({
    status: 'open',
    remaining: 0.001,
    timestamp: 1650125935123,
  });
  local.answers({ '/v2.1/order/cancel': '{"result":"success","error_code":"0"}' });
  expect(await local.open().cancelOrder('sample', 'BTC/KRW')).toMatchObject({ id: 'sample', status: undefined });
});

test('all of a market', async () => {
  local.answers({ '/v2.1/order/cancel/all': success('"canceled_count":15,"total_order_count":15') });
  expect(await local.open().cancelAllOrders('BTC/KRW')).toMatchObject([{ info: { canceled_count: 15 } }]);
});
