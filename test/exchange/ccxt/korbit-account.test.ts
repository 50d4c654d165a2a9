import { afterAll, beforeAll, expect, test } from 'vitest';
import { korbit } from '../../../src/exchange/ccxt/korbit.ts';
import { makeExact } from '../../../src/exchange/exact-client.ts';
import { type ScriptedVenue, startScriptedVenue } from '../scripted-venue.ts';

const NOW = 1_700_000_000_000;
const TRANSACTION_HASH = '0x000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';

const ORDER = {
  orderId: 1234,
  clientOrderId: '20141231-155959-abcdef',
  symbol: 'btc_krw',
  orderType: 'limit',
  side: 'sell',
  timeInForce: 'gtc',
  avgPrice: '5000',
  price: '5000',
  qty: '10',
  filledQty: '1',
  filledAmt: '5000',
  createdAt: 1_700_000_000_000,
  lastFilledAt: 1_700_000_000_500,
  status: 'partiallyFilled',
};

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function exchange(data: unknown, prepare: (client: korbit) => korbit = (client) => client): korbit {
  const base: Readonly<Record<string, unknown>> = {
    '/v2/time': { time: NOW },
    '/v2/currencies': [
      { name: 'krw', fullName: 'Won', withdrawalMaxAmountPerRequest: '5000000000' },
      { name: 'eth', fullName: 'Ethereum', withdrawalMaxAmountPerRequest: '2000', networkList: [{ name: 'ETH' }, { name: 'BASE' }] },
    ],
    '/v2/currencyPairs': [
      {
        symbol: 'btc_krw',
        status: 'launched',
        baseCurrency: 'btc',
        quoteCurrency: 'krw',
        minOrderValue: '5000',
        maxOrderValue: '1000000000',
      },
      { symbol: 'eth_krw', status: 'stopped' },
    ],
  };
  venue.script((request) => ({ body: JSON.stringify({ success: true, data: base[request.path] ?? data }) }));
  return prepare(
    new korbit({
      apiKey: 'sample-api-key',
      secret: 'sample-secret',
      enableRateLimit: false,
      urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
    }),
  );
}

test('balances: what withdrawals hold is used as well', async () => {
  const rows = [{ currency: 'btc', balance: '100', available: '70', tradeInUse: '20', withdrawalInUse: '10', avgPrice: '5000' }];
  const balance = await exchange(rows).fetchBalance();
  expect(balance['BTC']).toEqual({ free: 70, used: 30, total: 100 });
  expect(balance.info).toEqual({ success: true, data: rows });
});

test('an order in each of its states', async () => {
  const read = (changes: object) => exchange({ ...ORDER, ...changes }).fetchOrder('1234', 'BTC/KRW');
  expect(await read({})).toMatchObject({
    id: '1234',
    clientOrderId: '20141231-155959-abcdef',
    symbol: 'BTC/KRW',
    type: 'limit',
    timeInForce: 'GTC',
    postOnly: false,
    side: 'sell',
    price: 5_000,
    amount: 10,
    filled: 1,
    remaining: 9,
    cost: 5_000,
    average: 5_000,
    status: 'open',
    timestamp: 1_700_000_000_000,
    lastTradeTimestamp: 1_700_000_000_500,
    info: ORDER,
  });
  const statusOf = async (status: string) => (await read({ status })).status;
  expect(await statusOf('pending')).toBe('open');
  expect(await statusOf('open')).toBe('open');
  expect(await statusOf('filled')).toBe('closed');
  expect(await statusOf('canceled')).toBe('canceled');
  expect(await statusOf('partiallyFilledCanceled')).toBe('canceled');
  expect(await statusOf('expired')).toBe('rejected');
  expect(await statusOf('a_word_of_tomorrow')).toBe('a_word_of_tomorrow');
});

test('`filled` says that an order is over, not that all of it was', async () => {
  const partly = await exchange({ ...ORDER, timeInForce: 'ioc', status: 'filled', filledQty: '3' }).fetchOrder('1234', 'BTC/KRW');
  expect(partly).toMatchObject({ status: 'closed', amount: 10, filled: 3, remaining: 7 });
  const { price: _price, qty: _qty, ...market } = ORDER;
  const bought = { ...market, orderType: 'market', side: 'buy', amt: '50000', filledQty: '8', filledAmt: '40000', status: 'filled' };
  expect(await exchange(bought).fetchOrder('1', 'BTC/KRW')).toMatchObject({ type: 'market', amount: 8, filled: 8, cost: 40_000 });
});

test('lists of orders, with the market that was asked for where a row names none', async () => {
  const { symbol: _symbol, timeInForce: _timeInForce, clientOrderId: _clientOrderId, ...listed } = ORDER;
  const unfilled = { ...listed, orderId: 1235, filledQty: '0', filledAmt: '0', status: 'open', createdAt: 1_600_000_000_000 };
  expect(await exchange([listed, unfilled]).fetchOpenOrders('BTC/KRW')).toMatchObject([
    { id: '1235', symbol: 'BTC/KRW', filled: 0, lastTradeTimestamp: undefined, clientOrderId: undefined },
    { id: '1234', symbol: 'BTC/KRW', filled: 1 },
  ]);
  const all = [
    { ...ORDER, orderId: 3, status: 'partiallyFilledCanceled' },
    { ...ORDER, orderId: 2, status: 'filled' },
    { ...ORDER, orderId: 1 },
  ];
  const ids = async (orders: Promise<{ readonly id: string | undefined }[]>) => (await orders).map((order) => order.id).sort();
  expect(await ids(exchange(all).fetchOrders('BTC/KRW'))).toEqual(['1', '2', '3']);
  expect(await ids(exchange(all).fetchClosedOrders('BTC/KRW'))).toEqual(['2']);
  expect(await ids(exchange(all).fetchCanceledOrders('BTC/KRW'))).toEqual(['3']);
});

test('own trades with their fee', async () => {
  const trade = {
    symbol: 'btc_krw',
    tradeId: 52,
    orderId: 382_312,
    side: 'sell',
    price: '5000',
    qty: '10',
    amt: '50000',
    tradedAt: NOW,
    isTaker: true,
    feeCurrency: 'krw',
    feeQty: '50',
  };
  expect(await exchange([trade]).fetchMyTrades('BTC/KRW')).toMatchObject([
    { id: '52', order: '382312', side: 'sell', takerOrMaker: 'taker', price: 5_000, amount: 10, cost: 50_000, timestamp: NOW, info: trade },
  ]);
  const [parsed] = await exchange([{ ...trade, isTaker: false }]).fetchMyTrades('BTC/KRW');
  expect(parsed).toMatchObject({ takerOrMaker: 'maker', fee: { cost: 50, currency: 'KRW' } });
});

test('addresses: one row for each network, with its tag', async () => {
  const rows = [
    { currency: 'eth', network: 'ETH', address: '0x05a56e2d52c817161883f50c441c3228cfe54d9f' },
    { currency: 'eth', network: 'BASE', address: '0x05a56e2d52c817161883f50c441c3228cfe54d9f', secondaryAddress: null },
    { currency: 'xrp', network: 'XRP', address: 'rSampleAddress0000000000000000001', secondaryAddress: '1234' },
  ];
  const addresses = await exchange(rows).fetchDepositAddresses();
  expect(addresses.map(({ currency, network, tag }) => [currency, network, tag])).toEqual([
    ['ETH', 'ETH', undefined],
    ['ETH', 'BASE', undefined],
    ['XRP', 'XRP', '1234'],
  ]);
  expect(await exchange(rows).fetchDepositAddresses(['XRP'])).toHaveLength(1);
  expect(await exchange(rows[0]).fetchDepositAddress('ETH', { network: 'ETH' })).toMatchObject({ address: rows[0]?.address });
  await expect(exchange({ currency: 'eth', network: 'ETH' }).fetchDepositAddress('ETH', { network: 'ETH' })).rejects.toThrow('address');
});

test('deposits and withdrawals in each of their states', async () => {
  const row = {
    id: 1234,
    network: 'ETH',
    address: '0x05a56e2d52c817161883f50c441c3228cfe54d9f',
    secondaryAddress: null,
    status: 'done',
    transactionHash: TRANSACTION_HASH,
    currency: 'eth',
    quantity: '1.234',
    createdAt: NOW,
  };
  expect(await exchange([row]).fetchDeposits('ETH')).toMatchObject([
    {
      id: '1234',
      type: 'deposit',
      currency: 'ETH',
      network: 'ETH',
      amount: 1.234,
      status: 'ok',
      txid: TRANSACTION_HASH,
      timestamp: NOW,
      info: row,
    },
  ]);
  expect(await exchange([{ ...row, fee: '0.005' }]).fetchWithdrawals('ETH')).toMatchObject([
    { type: 'withdrawal', fee: { cost: 0.005, currency: 'ETH' }, addressTo: row.address },
  ]);
  const won = [{ id: 1, quantity: '50000', fee: '1000', status: 'processing', createdAt: NOW }];
  expect(await exchange(won).fetchWithdrawals('KRW')).toMatchObject([
    { currency: 'KRW', amount: 50_000, status: 'pending', network: undefined },
  ]);
  const statusOf = async (status: string) => (await exchange([{ ...row, status }]).fetchDeposits('ETH')).at(0)?.status;
  for (const waiting of ['pending', 'actionRequired', 'reviewing', 'processing', 'canceling'])
    expect(await statusOf(waiting)).toBe('pending');
  for (const failed of ['refunded', 'failed']) expect(await statusOf(failed)).toBe('failed');
  expect(await statusOf('canceled')).toBe('canceled');
});

test('fees of the account', async () => {
  const rows = [
    { symbol: 'btc_krw', buyFeeCurrency: 'btc', sellFeeCurrency: 'krw', maxFeeRate: '0.002', takerFeeRate: '0.0015', makerFeeRate: '0' },
  ];
  expect(await exchange(rows).fetchTradingFee('BTC/KRW')).toMatchObject({ symbol: 'BTC/KRW', taker: 0.0015, maker: 0, info: rows[0] });
  await expect(exchange(rows).fetchTradingFee('ETH/KRW')).rejects.toThrow('no fee');
});

test('what a key may do', async () => {
  const data = {
    apiKey: 'sample-api-key',
    userUuid: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    type: 'ed25519',
    permissions: ['readBalances', 'readOrders'],
    whitelist: '1.2.3.4,5.6.7.8',
    allowedAccountSeqs: [1, 2],
    expiration: 1_731_536_000_000,
    status: 'activated',
    label: 'test key',
    createdAt: NOW,
  };
  expect(await exchange(data).fetchKeyInfo()).toEqual({
    info: data,
    keyType: 'ed25519',
    permissions: ['readBalances', 'readOrders'],
    ipWhitelist: ['1.2.3.4', '5.6.7.8'],
    accountSeqs: ['1', '2'],
    isActivated: true,
    label: 'test key',
    created: NOW,
    expires: 1_731_536_000_000,
  });
  expect(await exchange({ ...data, status: 'deactivated', whitelist: '' }).fetchKeyInfo()).toMatchObject({
    isActivated: false,
    ipWhitelist: [],
  });
});

test('with exact JSON every figure stays the text of the wire, and the class reads it all the same', async () => {
  const body = { ...ORDER, filledQty: '0.123456789012345678' };
  const client = exchange(body, makeExact);
  const raw = await client.privateGetOrders({ symbol: 'btc_krw', orderId: '1234' });
  expect(raw['data']).toMatchObject({ orderId: '1234', createdAt: '1700000000000', filledQty: '0.123456789012345678' });
  expect(await client.fetchOrder('1234', 'BTC/KRW')).toMatchObject({ id: '1234', status: 'open', timestamp: NOW });
});
