import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeExact } from '../../../src/exchange/exact-client.ts';
import { type LocalCoinone, startCoinone, success } from './coinone-local-venue.ts';

/** Bodies are the examples of docs.coinone.co.kr unless a test says what was changed. */
let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

const BALANCE = success(
  '"balances":[{"available":"998999692485","limit":"0","average_price":"100000000","currency":"BTC"},' +
    '{"available":"100.00000001","limit":"0.5","average_price":"3290000","currency":"XRP"},' +
    '{"available":"232706745677","limit":"0","average_price":"0","currency":"KRW"}]',
);

test('balances, of which one is partly locked', async () => {
  local.answers({ '/v2.1/account/balance/all': BALANCE });
  expect(await local.open().fetchBalance()).toMatchObject({
    BTC: { free: 998999692485, used: 0, total: 998999692485 },
    XRP: { free: 100.00000001, used: 0.5, total: 100.50000001 },
    KRW: { free: 232706745677 },
    free: { XRP: 100.00000001 },
  });
});

test('figures stay text where text is asked for', async () => {
  local.answers({ '/v2.1/account/balance/all': BALANCE.replace('998999692485', '998999692485.123456789012') });
  const client = local.open();
  Object.assign(client, { number: String });
  expect(await client.fetchBalance()).toMatchObject({ BTC: { free: '998999692485.123456789012' }, XRP: { total: '100.50000001' } });
});

test('the class works with the hooks that keep every number of the wire as text', async () => {
  local.answers({
    '/public/v2/ticker_new/KRW/BTC': success('"server_time":1416895635000.5,"tickers":[]'),
    '/v2.1/account/balance/all': BALANCE,
  });
  const client = makeExact(local.open());
  expect(await client.v2PublicGetTickerNewQuoteCurrencyTargetCurrency({ quote_currency: 'KRW', target_currency: 'BTC' })).toMatchObject({
    server_time: '1416895635000.5',
  });
  expect(await client.fetchBalance()).toMatchObject({ XRP: { used: 0.5 } });
  expect(client.markets?.['BTC/KRW']).toMatchObject({ active: true });
});

test('fees', async () => {
  const rate = (coin: string) => `{"quote_currency":"KRW","target_currency":"${coin}","maker":"0.001","taker":"0.002"}`;
  local.answers({
    '/v2.1/account/trade_fee/KRW/BTC': success(`"fee_rates":[${rate('BTC')}]`),
    '/v2.1/account/trade_fee': success(`"fee_rates":[${rate('BTC')},${rate('XRP')}]`),
  });
  const client = local.open();
  const fee = { symbol: 'BTC/KRW', maker: 0.001, taker: 0.002, percentage: true, tierBased: false };
  expect(await client.fetchTradingFee('BTC/KRW')).toMatchObject(fee);
  expect(await client.fetchTradingFees()).toMatchObject({ 'BTC/KRW': fee, 'XRP/KRW': { maker: 0.001 } });
});

test("the account's trades, with the fee in won", async () => {
  const trade = (id: string, isAsk: boolean, rest: string) =>
    `{"trade_id":"${id}","order_id":"0e2b9627-1e4d-11e9-9ec7-00e04c3600d2","quote_currency":"KRW","target_currency":"BTC","order_type":"MARKET","is_ask":${isAsk},${rest},"fee_currency":"KRW"}`;
  const rows = [
    trade(
      '0e2bb80f-1e4d-11e9-9ec7-00e04c3600d1',
      true,
      '"is_maker":true,"price":"8420","qty":"0.1599","timestamp":8964000,"fee_rate":"0.001","fee":"162"',
    ),
    trade(
      '0e2b9fb0-1e4d-11e9-9ec7-00e04c3600d3',
      false,
      '"is_maker":false,"price":"7951","qty":"0.97","timestamp":3642000,"fee_rate":"0.001","fee":"159"',
    ),
  ];
  local.answers({ '/v2.1/order/completed_orders': success(`"completed_orders":[${rows.join(',')}]`) });
  expect(await local.open().fetchMyTrades('BTC/KRW')).toMatchObject([
    { id: '0e2b9fb0-1e4d-11e9-9ec7-00e04c3600d3', side: 'buy', takerOrMaker: 'taker', type: 'market', timestamp: 3642000 },
    {
      id: '0e2bb80f-1e4d-11e9-9ec7-00e04c3600d1',
      order: '0e2b9627-1e4d-11e9-9ec7-00e04c3600d2',
      symbol: 'BTC/KRW',
      side: 'sell',
      takerOrMaker: 'maker',
      price: 8420,
      amount: 0.1599,
      cost: 1346.358,
      fee: { cost: 162, currency: 'KRW', rate: 0.001 },
    },
  ]);
});

const COIN = {
  id: '0fec72eb-1e4d-11e9-9ec7-00e04c3600d7',
  currency: 'BTC',
  txid: 'bb1d723751cc4d312c38adc13d9a45b9a16608328d0b9a10f5e3ebc647d64506',
  type: 'DEPOSIT',
  from_address: 'muQoJGAySUJsn1c9iaj9GQitdVLJhnQVnL',
  from_secondary_address: '153214622',
  to_address: 'n4G1hT3egiBQ6uSU5pLkGjiKJ6XGjS5k1P',
  to_secondary_address: '',
  confirmations: 3,
  amount: '0.121',
  fee: '0.0001',
  status: 'DEPOSIT_SUCCESS',
  created_at: 1662108602000,
};

test.each(['transactions', 'transaction'])('of a coin, listed as %s', async (list) => {
  local.answers({ '/v2.1/transaction/coin/history': success(`"${list}":[${JSON.stringify(COIN)}]`) });
  const [deposit] = await local.open().fetchDeposits('BTC');
  expect(deposit).toEqual({
    info: COIN,
    id: COIN.id,
    txid: COIN.txid,
    timestamp: 1662108602000,
    datetime: '2022-09-02T08:50:02.000Z',
    network: undefined,
    address: COIN.to_address,
    addressTo: COIN.to_address,
    addressFrom: COIN.from_address,
    tag: undefined,
    tagTo: undefined,
    tagFrom: '153214622',
    type: 'deposit',
    amount: 0.121,
    currency: 'BTC',
    status: 'ok',
    updated: undefined,
    comment: undefined,
    internal: undefined,
    fee: { currency: 'BTC', cost: 0.0001 },
  });
});

test('of won', async () => {
  const row =
    '{"id":"0fec72eb","status":"WITHDRAWAL_FAILED","amount":"10000","fee":"100","type":"WITHDRAWAL","transaction_type":"DEFAULT","created_at":1662108602000}';
  local.answers({ '/v2.1/transaction/krw/history': success(`"transactions":[${row}]`) });
  expect(await local.open().fetchWithdrawals('KRW')).toMatchObject([
    {
      id: '0fec72eb',
      currency: 'KRW',
      amount: 10000,
      type: 'withdrawal',
      status: 'failed',
      txid: undefined,
      fee: { currency: 'KRW', cost: 100 },
    },
  ]);
});

test.each([
  ['pending', ['DEPOSIT_WAIT', 'DEPOSIT_PROCESSING', 'WITHDRAWAL_REGISTER', 'WITHDRAWAL_WAIT', 'WITHDRAWAL_PROCESSING']],
  ['ok', ['DEPOSIT_SUCCESS', 'DEPOSIT_COMPLETE', 'WITHDRAWAL_SUCCESS', 'WITHDRAWAL_COMPLETE']],
  ['failed', ['DEPOSIT_FAIL', 'DEPOSIT_FAILED', 'DEPOSIT_REFUND', 'DEPOSIT_REJECT', 'WITHDRAWAL_FAIL', 'WITHDRAWAL_FAILED']],
  ['failed', ['WITHDRAWAL_REFUND', 'WITHDRAWAL_REFUND_FAIL', 'REFUND_COMPLETE']],
  ['NEW_WORD', ['NEW_WORD']],
])('%s are %s', (status, words) => {
  expect(words.map((word) => local.open().parseTransactionStatus(word))).toEqual(words.map(() => status));
});

test('addresses, with and without a tag', async () => {
  const rows =
    '{"currency":"BTC","address":"mnobqu4i6qMCJWDpf5UimRmr8JCvZ8FLcN","secondary_address":null},' +
    '{"currency":"XRP","address":"rGf3sLFW6q65YeQDCGDEFeFTKLKNxy6rDg","secondary_address":"1289063454"}';
  local.answers({ '/v2.1/account/deposit_address': success(`"deposit_addresses":[${rows}]`) });
  const client = local.open();
  expect(await client.fetchDepositAddresses()).toMatchObject({
    BTC: { currency: 'BTC', address: 'mnobqu4i6qMCJWDpf5UimRmr8JCvZ8FLcN', tag: undefined, network: undefined },
    XRP: { address: 'rGf3sLFW6q65YeQDCGDEFeFTKLKNxy6rDg', tag: '1289063454' },
  });
  expect(await client.fetchDepositAddress('BTC')).toMatchObject({ address: 'mnobqu4i6qMCJWDpf5UimRmr8JCvZ8FLcN' });
});
