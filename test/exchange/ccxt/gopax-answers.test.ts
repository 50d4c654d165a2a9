import { afterAll, beforeAll, expect, test } from 'vitest';
import { gopax } from '../../../src/exchange/ccxt/gopax.ts';
import { makeExact } from '../../../src/exchange/exact-client.ts';
import { type ScriptedVenue, startScriptedVenue } from '../scripted-venue.ts';

const MARKETS = [
  {
    id: 1,
    name: 'ETH-KRW',
    baseAsset: 'ETH',
    quoteAsset: 'KRW',
    baseAssetScale: 8,
    quoteAssetScale: 0,
    priceMin: 1,
    restApiOrderAmountMin: {
      limitAsk: { amount: 1_000, unit: 'KRW' },
      limitBid: { amount: 1_000, unit: 'KRW' },
      marketAsk: { amount: 0.001, unit: 'ETH' },
      marketBid: { amount: 1_000, unit: 'KRW' },
    },
    makerFeePercent: 0.2,
    takerFeePercent: 0.25,
  },
  { id: 2, name: 'ZEC-KRW', baseAsset: 'ZEC', quoteAsset: 'KRW', baseAssetScale: 8, quoteAssetScale: 0, priceMin: 1 },
];

const ORDER = {
  id: '453324',
  clientOrderId: 'zeckrw23456',
  status: 'updated',
  tradingPairName: 'ZEC-KRW',
  side: 'sell',
  type: 'limit',
  price: 1_000_000,
  amount: 4,
  remaining: 1,
  protection: 'no',
  timeInForce: 'gtc',
  createdAt: '2020-09-25T04:06:20.000Z',
  updatedAt: '2020-09-25T04:06:29.000Z',
  balanceChange: {
    baseGross: -3,
    baseFee: { taking: 0, making: 0 },
    baseNet: -3,
    quoteGross: 3_000_000,
    quoteFee: { taking: -4_000, making: -2_000 },
    quoteNet: 2_994_000,
  },
};

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function exchange(data: unknown, prepare: (client: gopax) => gopax = (client) => client): gopax {
  const base: Readonly<Record<string, unknown>> = {
    '/time': { serverTime: 1_601_033_421_109 },
    '/assets': [{ id: 'ETH', name: '이더리움', englishName: 'Ethereum', scale: 8, withdrawalFee: 0.03, withdrawalAmountMin: 0.015 }],
    '/trading-pairs': MARKETS,
  };
  venue.script((request) => ({ body: JSON.stringify(base[request.path] ?? data) }));
  return prepare(
    new gopax({
      apiKey: 'sample-api-key',
      secret: Buffer.from('sample-secret').toString('base64'),
      enableRateLimit: false,
      urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
    }),
  );
}

test('the class says what of it nobody has tried, and what it can do', () => {
  const client = new gopax();
  expect(client.options['unverified']).toEqual(['private']);
  expect(client.urls.api).toEqual({ public: 'https://{hostname}', private: 'https://{hostname}' });
  expect(client.hostname).toBe('api.gopax.co.kr');
  const missing = Object.entries(client.has).filter(
    ([name, has]) => has === true && /^(fetch|create|cancel)/.test(name) && typeof Reflect.get(client, name) !== 'function',
  );
  expect(missing).toEqual([]);
});

test('markets and currencies', async () => {
  const client = exchange([]);
  await client.loadMarkets();
  expect(client.market('ETH/KRW')).toMatchObject({
    id: 'ETH-KRW',
    base: 'ETH',
    quote: 'KRW',
    active: true,
    maker: 0.002,
    taker: 0.0025,
    precision: { amount: 1e-8, cost: 1 },
    limits: { amount: { min: 0.001 }, price: { min: 1 }, cost: { min: 1_000 } },
    info: MARKETS[0],
  });
  expect(client.currency('ETH')).toMatchObject({
    name: 'Ethereum',
    precision: 1e-8,
    fee: 0.03,
    limits: { withdraw: { min: 0.015 } },
    deposit: undefined,
  });
});

test('the book with the number of its state', async () => {
  const data = {
    sequence: 110_815_766,
    ask: [
      ['110815528', 12_371_000, 0.808, '1601030126425'],
      ['110815530', 12_372_000, 1, '1601030126500'],
    ],
    bid: [['108223577', 11_870_000, 0.72446908, '1600956121521']],
  };
  const book = await exchange(data).fetchOrderBook('ETH/KRW', 1);
  expect(book).toMatchObject({
    symbol: 'ETH/KRW',
    nonce: 110_815_766,
    asks: [[12_371_000, 0.808]],
    bids: [[11_870_000, 0.72446908]],
  });
});

test('tickers: without markets that ended, and without a touch that is as old as the last trade', async () => {
  const single = {
    price: 15_393_000,
    ask: 15_397_000,
    askVolume: 0.56,
    bid: 15_393_000,
    bidVolume: 1.9513,
    volume: 487.43035427,
    quoteVolume: 7_319_576_689.34135,
    time: '2020-10-28T02:05:55.958Z',
  };
  expect(await exchange(single).fetchTicker('ETH/KRW')).toMatchObject({
    symbol: 'ETH/KRW',
    last: 15_393_000,
    ask: 15_397_000,
    askVolume: 0.56,
    bid: 15_393_000,
    baseVolume: 487.43035427,
    timestamp: Date.parse('2020-10-28T02:05:55.958Z'),
  });
  const row = {
    baseVolume: 0.02,
    high: 2,
    highestBid: 1,
    last: 2,
    lastTraded: 1_665_640_796_413,
    low: 1,
    lowestAsk: 3,
    open: 1,
    quoteVolume: 746_000,
  };
  const tickers = await exchange([
    { ...row, tradingPairName: 'ETH-KRW' },
    { ...row, tradingPairName: 'XRPBULL-KRW' },
  ]).fetchTickers();
  expect(Object.keys(tickers)).toEqual(['ETH/KRW']);
  expect(tickers['ETH/KRW']).toMatchObject({
    last: 2,
    high: 2,
    bid: undefined,
    ask: undefined,
    open: undefined,
    timestamp: 1_665_640_796_413,
  });
});

test('trades and candles of the market', async () => {
  const trade = { time: '2020-09-25T11:10:29.000Z', date: 1_601_032_229, id: 21_876_490, price: 12_353_000, amount: 0.2951, side: 'sell' };
  expect(await exchange([trade]).fetchTrades('ETH/KRW')).toMatchObject([
    { id: '21876490', side: 'sell', price: 12_353_000, amount: 0.2951, timestamp: 1_601_032_229_000, symbol: 'ETH/KRW', info: trade },
  ]);
  const candle = [1_601_032_200_000, 12_353_000, 12_361_000, 12_360_000, 12_354_000, 0.5902];
  expect(await exchange([candle]).fetchOHLCV('ETH/KRW', '1m', 1_601_032_200_000)).toEqual([
    [1_601_032_200_000, 12_360_000, 12_361_000, 12_353_000, 12_354_000, 0.5902],
  ]);
});

test('balances: what withdrawals hold is used as well', async () => {
  const rows = [{ asset: 'KRW', avail: 1_759_466.76, hold: 16_500, pendingWithdrawal: 0.5, lastUpdatedAt: '1600684352032' }];
  expect((await exchange(rows).fetchBalance())['KRW']).toEqual({ free: 1_759_466.76, used: 16_500.5, total: 1_775_967.26 });
});

test('a sell order: filled is what is no longer there, its won and its fee are the change of the balance', async () => {
  expect(await exchange(ORDER).fetchOrder('453324')).toMatchObject({
    id: '453324',
    clientOrderId: 'zeckrw23456',
    symbol: 'ZEC/KRW',
    status: 'open',
    type: 'limit',
    side: 'sell',
    timeInForce: 'GTC',
    price: 1_000_000,
    amount: 4,
    remaining: 1,
    filled: 3,
    cost: 3_000_000,
    average: 1_000_000,
    fee: { cost: 6_000, currency: 'KRW' },
    timestamp: Date.parse(ORDER.createdAt),
    lastTradeTimestamp: Date.parse(ORDER.updatedAt),
    info: ORDER,
  });
});

test('an order in each of its states', async () => {
  const statusOf = async (status: string) => (await exchange({ ...ORDER, status }).fetchOrder('1')).status;
  for (const open of ['placed', 'updated', 'reserved']) expect(await statusOf(open)).toBe('open');
  expect(await statusOf('completed')).toBe('closed');
  expect(await statusOf('cancelled')).toBe('canceled');
  const cutShort = { ...ORDER, status: 'cancelled', forcedCompletionReason: 'timeInForce', timeInForce: 'ioc' };
  expect(await exchange(cutShort).fetchOrder('1')).toMatchObject({ status: 'canceled', filled: 3, remaining: 1, timeInForce: 'IOC' });
  const untouched = { ...ORDER, remaining: 4, status: 'reserved', stopPrice: 900_000, balanceChange: undefined };
  expect(await exchange(untouched).fetchOrder('1')).toMatchObject({
    filled: 0,
    triggerPrice: 900_000,
    lastTradeTimestamp: undefined,
    fee: undefined,
  });
});

test('a purchase at the market counts won, so its coins come from the balance; an old fee was paid in coins, a reward is negative', async () => {
  const bought = {
    ...ORDER,
    side: 'buy',
    type: 'market',
    amount: 3_000_000,
    remaining: 0,
    status: 'completed',
    balanceChange: {
      baseGross: 3,
      baseFee: { taking: 0, making: -0.0012 },
      baseNet: 2.9988,
      quoteGross: -3_000_000,
      quoteFee: { taking: 0, making: 0 },
      quoteNet: -3_000_000,
    },
  };
  expect(await exchange(bought).fetchOrder('1')).toMatchObject({
    amount: 3,
    filled: 3,
    cost: 3_000_000,
    fee: { cost: 0.0012, currency: 'ZEC' },
  });
  const rewarded = { ...ORDER, balanceChange: { ...ORDER.balanceChange, quoteFee: { taking: 0, making: 300 } } };
  expect(await exchange(rewarded).fetchOrder('1')).toMatchObject({ fee: { cost: -300, currency: 'KRW' } });
});

test('lists of orders, closed and canceled', async () => {
  const rows = [ORDER, { ...ORDER, id: '2', status: 'completed' }, { ...ORDER, id: '3', status: 'cancelled' }];
  const ids = async (orders: Promise<{ readonly id: string | undefined }[]>) => (await orders).map((order) => order.id).sort();
  expect(await ids(exchange(rows).fetchOrders())).toEqual(['2', '3', '453324']);
  expect(await ids(exchange(rows).fetchClosedOrders('ZEC/KRW'))).toEqual(['2']);
  expect(await ids(exchange(rows).fetchCanceledOrders('ZEC/KRW'))).toEqual(['3']);
  expect(await ids(exchange(rows).fetchOrders('ETH/KRW'))).toEqual([]);
});

test('own trades with their fee', async () => {
  const trade = {
    id: 73_953,
    orderId: 453_324,
    baseAmount: 3,
    quoteAmount: 3_000_000,
    fee: 6_000,
    price: 1_000_000,
    timestamp: '2020-09-25T04:06:30.000Z',
    side: 'sell',
    feeAsset: 'KRW',
    tradingPairName: 'ZEC-KRW',
    position: 'maker',
  };
  expect(await exchange([trade]).fetchMyTrades('ZEC/KRW')).toMatchObject([
    {
      id: '73953',
      order: '453324',
      symbol: 'ZEC/KRW',
      side: 'sell',
      takerOrMaker: 'maker',
      price: 1_000_000,
      amount: 3,
      cost: 3_000_000,
      fee: { cost: 6_000, currency: 'KRW' },
      timestamp: Date.parse('2020-09-25T04:06:30.000Z'),
    },
  ]);
});

test('addresses: their network is not told, so one of several is not chosen', async () => {
  const rows = [
    { asset: 'ETH', address: '0x05a56e2d52c817161883f50c441c3228cfe54d9f', memoId: null, createdAt: 1_594_802_312 },
    { asset: 'XRP', address: 'rSampleAddress0000000000000000001', memoId: '1234', createdAt: 1_594_802_312 },
  ];
  expect(await exchange(rows).fetchDepositAddresses()).toMatchObject([
    { currency: 'ETH', network: undefined, tag: undefined, info: rows[0] },
    { currency: 'XRP', tag: '1234' },
  ]);
  expect(await exchange(rows).fetchDepositAddress('XRP')).toMatchObject({ address: 'rSampleAddress0000000000000000001', tag: '1234' });
  await expect(exchange([...rows, rows[1]]).fetchDepositAddress('XRP')).rejects.toThrow('2 deposit addresses');
  await expect(exchange([]).fetchDepositAddress('XRP')).rejects.toThrow('no deposit address');
});

test('deposits and withdrawals come in one list and in seconds', async () => {
  const row = {
    id: 640,
    asset: 'ETH',
    type: 'crypto_withdrawal',
    netAmount: 0.0001,
    feeAmount: 0.0005,
    status: 'completed',
    reviewStartedAt: 1_595_556_218,
    completedAt: 1_595_556_902,
    txId: 'eaca5ad3',
    sourceAddress: null,
    destinationAddress: '0x05a56e2d52c817161883f50c441c3228cfe54d9f',
    destinationMemoId: null,
  };
  const deposit = { ...row, id: 641, type: 'crypto_deposit', sourceAddress: '0xfrom', destinationAddress: null, feeAmount: null };
  const won = { ...row, id: 642, type: 'fiat_deposit', asset: 'KRW', netAmount: 50_000 };
  const rows = [row, deposit, won];
  expect(await exchange(rows).fetchWithdrawals()).toMatchObject([
    {
      id: '640',
      type: 'withdrawal',
      currency: 'ETH',
      amount: 0.0001,
      fee: { cost: 0.0005, currency: 'ETH' },
      status: 'ok',
      txid: 'eaca5ad3',
      timestamp: 1_595_556_218_000,
      updated: 1_595_556_902_000,
      addressTo: row.destinationAddress,
      info: row,
    },
  ]);
  expect((await exchange(rows).fetchDeposits()).map(({ id, currency, fee }) => [id, currency, fee?.cost])).toEqual([
    ['641', 'ETH', undefined],
    ['642', 'KRW', 0.0005],
  ]);
  expect(await exchange(rows).fetchDepositsWithdrawals('ETH')).toHaveLength(2);
  const statusOf = async (status: string) => (await exchange([{ ...row, status }]).fetchWithdrawals()).at(0)?.status;
  for (const waiting of ['reviewing', 'processing']) expect(await statusOf(waiting)).toBe('pending');
  for (const failed of ['rejected', 'failed']) expect(await statusOf(failed)).toBe('failed');
});

test('with exact JSON every figure stays the text of the wire, and the class reads it all the same', async () => {
  const client = exchange({ ...ORDER, amount: 4.12345678 }, makeExact);
  const raw = await client.privateGetOrdersOrderId({ orderId: '453324' });
  expect(raw).toMatchObject({ amount: '4.12345678', remaining: '1', balanceChange: { quoteNet: '2994000' } });
  expect(await client.fetchOrder('453324')).toMatchObject({ amount: 4.12345678, filled: 3.12345678, fee: { cost: 6_000 } });
});
