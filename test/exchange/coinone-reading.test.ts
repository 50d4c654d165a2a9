import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { failure, NOW, payloadOf, type ScriptedCoinone, startScriptedCoinone, success } from './coinone-scripted.ts';

/** Bodies are the examples of docs.coinone.co.kr, with figures of more digits. */
let coinone: ScriptedCoinone;
beforeAll(async () => {
  coinone = await startScriptedCoinone();
});
afterAll(() => coinone.venue.close());

const market = (asset: string, change: Readonly<Record<string, unknown>> = {}) => ({
  quote_currency: 'KRW',
  target_currency: asset,
  price_unit: '1000.0',
  qty_unit: '0.0001',
  max_order_amount: '1000000000.0',
  max_price: '1000000000000.0',
  max_qty: '100000000.0',
  min_order_amount: '5000.0',
  min_price: '0.0001',
  min_qty: '0.0001',
  order_book_units: ['0.0', '10000.0'],
  maintenance_status: 0,
  trade_status: 1,
  order_types: ['limit', 'market'],
  ...change,
});
const markets = (...rows: readonly object[]) => success(`"server_time":1416895635000,"markets":${JSON.stringify(rows)}`);
const RANGES = success(
  '"range_price_units":[{"range_min":0,"next_range_min":1,"price_unit":0.0001},{"range_min":1,"next_range_min":1000000,"price_unit":1e-8},' +
    '{"range_min":1000000,"next_range_min":10000000000,"price_unit":1000}]',
);
const fees = (asset: string) =>
  success(`"fee_rates":[{"quote_currency":"KRW","target_currency":"${asset}","maker":"0.001","taker":"0.002"}]`);

const BTC = {
  '/public/v2/markets/KRW/BTC': markets(market('BTC')),
  '/public/v2/range_units/KRW/BTC': RANGES,
  '/v2.1/account/trade_fee/KRW/BTC': fees('BTC'),
};

describe('selling terms', () => {
  test('are those of the market, exactly', async () => {
    coinone.answers(BTC);
    const terms = await coinone.adapter().sellingTerms('KRW-BTC');
    expect(JSON.parse(JSON.stringify(terms))).toEqual({
      symbol: 'KRW-BTC',
      takerFeeRate: '0.002',
      makerFeeRate: '0.001',
      minimumOrder: '5000',
      maximumOrder: '1000000000',
      quantityDecimalPlaces: 4,
      ticks: [
        { from: '1000000', tick: '1000' },
        { from: '1', tick: '0.00000001' },
        { from: '0', tick: '0.0001' },
      ],
      acceptsOrders: true,
    });
  });

  test.each([
    ['0', 0, false],
    ['2', 0, true],
    ['3', 0, false],
    ['9', 0, false],
    ['1', 1, false],
  ])('with trade status %s and maintenance %s sells are taken: %s', async (trade_status, maintenance_status, takes) => {
    coinone.answers({ ...BTC, '/public/v2/markets/KRW/BTC': markets(market('BTC', { trade_status, maintenance_status })) });
    expect((await coinone.adapter().sellingTerms('KRW-BTC')).acceptsOrders).toBe(takes);
  });

  test.each([[['limit']], [['market']], [[]]])('of a market of %j only are no terms to sell by', async (order_types) => {
    coinone.answers({ ...BTC, '/public/v2/markets/KRW/BTC': markets(market('BTC', { order_types })) });
    expect((await coinone.adapter().sellingTerms('KRW-BTC')).acceptsOrders).toBe(false);
  });

  test.each([
    ['1.0', 0],
    ['1e-8', 8],
  ])('a unit of %s is %s decimals', async (qty_unit, places) => {
    coinone.answers({ ...BTC, '/public/v2/markets/KRW/BTC': markets(market('BTC', { qty_unit })) });
    expect((await coinone.adapter().sellingTerms('KRW-BTC')).quantityDecimalPlaces).toBe(places);
  });

  test.each([
    ['a unit that is no power of ten', { '/public/v2/markets/KRW/BTC': markets(market('BTC', { qty_unit: '0.0005' })) }],
    ['an answer about another market', { '/public/v2/markets/KRW/BTC': markets(market('ETH')) }],
    ['fees of another market', { '/v2.1/account/trade_fee/KRW/BTC': fees('ETH') }],
    ['no price units', { '/public/v2/range_units/KRW/BTC': success('"range_price_units":[]') }],
    ['a server error', { '/public/v2/range_units/KRW/BTC': { status: 503, body: '<html></html>' } }],
  ])('%s are no terms', async (_name, change) => {
    coinone.answers({ ...BTC, ...change });
    await expect(coinone.adapter().sellingTerms('KRW-BTC')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });

  test('a market that Coinone does not know is refused by its code', async () => {
    coinone.answers({
      '/public/v2/markets/KRW/NOSUCH': failure('108', 'Unknown CryptoCurrency'),
      '/public/v2/range_units/KRW/NOSUCH': failure('108'),
      '/v2.1/account/trade_fee/KRW/NOSUCH': failure('108'),
    });
    await expect(coinone.adapter().sellingTerms('KRW-NOSUCH')).rejects.toMatchObject({
      code: 'EXCHANGE_REFUSED',
      facts: { venueCode: '108', status: 200 },
    });
  });

  test('of several markets asked for at once come with one description, and one that cannot be read hinders no other', async () => {
    const ETH = { '/public/v2/range_units/KRW/ETH': RANGES, '/v2.1/account/trade_fee/KRW/ETH': fees('ETH') };
    coinone.answers({
      ...BTC,
      ...ETH,
      '/public/v2/markets/KRW': markets(market('ETH', { qty_unit: 'some' }), market('XRP'), market('BTC')),
    });
    const adapter = coinone.adapter();
    const [btc, eth] = await Promise.allSettled([adapter.sellingTerms('KRW-BTC'), adapter.sellingTerms('KRW-ETH')]);
    expect(btc).toMatchObject({ status: 'fulfilled', value: { symbol: 'KRW-BTC' } });
    expect(eth).toMatchObject({ status: 'rejected', reason: { code: 'EXCHANGE_UNAVAILABLE' } });
    expect(coinone.sent('/public/v2/markets/KRW')).toHaveLength(1);
  });
});

test('markets, and what trades in one direction only is no plain market', async () => {
  const rows = [
    market('BTC'),
    market('AQT', { trade_status: 2 }),
    market('MOC', { qty_unit: null }),
    market('X', { quote_currency: 'USDT' }),
  ];
  coinone.answers({ '/public/v2/markets/KRW': markets(...rows) });
  expect(await coinone.adapter().markets()).toEqual([
    { asset: 'BTC', symbol: 'KRW-BTC', flags: [] },
    { asset: 'AQT', symbol: 'KRW-AQT', flags: ['danger'] },
    { asset: 'MOC', symbol: 'KRW-MOC', flags: [] },
  ]);
});

describe('the book', () => {
  const PATH = '/public/v2/orderbook/KRW/BTC';
  const book = (target: string) =>
    success(
      `"timestamp":1795143600123,"id":"1","quote_currency":"KRW","target_currency":"${target}","order_book_unit":"0.0",` +
        '"bids":[{"price":"150000000.0","qty":"0.00000001"},{"price":"150001000.0","qty":"0.0"}],' +
        '"asks":[{"price":"150003000","qty":"2"},{"price":"150002000","qty":"9007199254740993.12345678"}]',
    );

  test('is the best first, whatever the order of the answer, and exact', async () => {
    coinone.answers({ [PATH]: book('BTC') });
    const shown = await coinone.adapter().orderBook('KRW-BTC');
    expect(JSON.parse(JSON.stringify(shown))).toEqual({
      symbol: 'KRW-BTC',
      asset: 'BTC',
      bids: [
        { price: '150001000', quantity: '0' },
        { price: '150000000', quantity: '0.00000001' },
      ],
      asks: [
        { price: '150002000', quantity: '9007199254740993.12345678' },
        { price: '150003000', quantity: '2' },
      ],
      changedAt: new Date(1_795_143_600_123).toISOString(),
    });
    expect(coinone.sent(PATH)[0]?.rawQuery).toBe('size=16');
  });

  test('of another market is none', async () => {
    coinone.answers({ [PATH]: book('ETH') });
    await expect(coinone.adapter().orderBook('KRW-BTC')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    await expect(coinone.adapter().orderBook('BTC/KRW')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

test('the last trade is the newest of the list', async () => {
  const row = (at: number, price: string) => `{"id":"1","timestamp":${at},"price":"${price}","qty":"0.5","is_seller_maker":true}`;
  const trades = (...rows: readonly string[]) => success(`"server_time":1,"transactions":[${rows.join(',')}]`);
  coinone.answers({
    '/public/v2/trades/KRW/BTC': trades(row(1_795_143_600_001, '1'), row(1_795_143_600_003, '3'), row(1_795_143_600_002, '2')),
  });
  const trade = await coinone.adapter().lastTrade('KRW-BTC');
  expect(trade?.price.toString()).toBe('3');
  expect(trade?.tradedAt).toEqual(new Date(1_795_143_600_003));
  coinone.answers({ '/public/v2/trades/KRW/BTC': trades() });
  expect(await coinone.adapter().lastTrade('KRW-BTC')).toBeUndefined();
});

describe('candles', () => {
  const PATH = '/public/v2/chart/KRW/BTC';
  const MINUTE = 60_000;
  const start = NOW.getTime() - 1_000 * MINUTE;
  const bar = (startMs: number) => ({
    timestamp: startMs,
    open: '1',
    high: '4',
    low: '0.5',
    close: '2',
    target_volume: '3',
    quote_volume: '6',
  });

  test.each([
    ['the latest is among them', 0],
    ['the latest is not among them', 1],
  ])('are read backwards to the beginning where %s', async (_name, leftOut) => {
    coinone.answers({
      [PATH]: (request) => {
        const until = Number(request.query.get('timestamp'));
        const latest = (leftOut === 1 ? Math.ceil(until / MINUTE) : Math.floor(until / MINUTE)) * MINUTE;
        const size = Number(request.query.get('size'));
        const rows = Array.from({ length: size }, (_, index) => bar(latest - (index + leftOut) * MINUTE)).filter(
          (row) => row.timestamp >= start,
        );
        return { body: success(`"is_last":false,"chart":${JSON.stringify(rows)}`) };
      },
    });
    const candles = await coinone.adapter().candles('KRW-BTC', MINUTE, new Date(start), new Date(start + 700 * MINUTE));
    expect(candles).toHaveLength(700);
    expect(candles[0]).toEqual({ startMs: start, open: 1, high: 4, low: 0.5, close: 2, volume: 3 });
    expect(candles.every(({ startMs }, index) => index === 0 || startMs > (candles[index - 1]?.startMs ?? 0))).toBe(true);
    expect(coinone.sent(PATH)[0]?.query.get('interval')).toBe('1m');
  });

  test('of lengths that are not offered are refused', async () => {
    coinone.answers({});
    for (const barMs of [7 * MINUTE, 86_400_000]) {
      await expect(coinone.adapter().candles('KRW-BTC', barMs, NOW, NOW)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    }
  });
});

test('wallets, without won', async () => {
  const row = (symbol: string, deposit: string, withdraw: string) =>
    `{"symbol":"${symbol}","deposit_status":"${deposit}","withdraw_status":"${withdraw}"}`;
  const rows = [
    row('BTC', 'normal', 'normal'),
    row('ETH', 'suspended', 'normal'),
    row('XRP', 'normal', 'suspended'),
    row('SOL', 'suspended', 'suspended'),
    row('ADA', 'slow', 'normal'),
    row('KRW', 'normal', 'normal'),
  ];
  coinone.answers({ '/public/v2/currencies': success(`"currencies":[${rows.join(',')}]`) });
  expect(await coinone.adapter().walletStates()).toEqual([
    { asset: 'BTC', state: 'working' },
    { asset: 'ETH', state: 'withdrawals_only' },
    { asset: 'XRP', state: 'deposits_only' },
    { asset: 'SOL', state: 'halted' },
    { asset: 'ADA', state: 'unknown' },
  ]);
});

test('balances, of which one is partly locked', async () => {
  coinone.answers({
    '/v2.1/account/balance/all': success(
      '"balances":[{"available":"9007199254740993.12345678","limit":"0","average_price":"1","currency":"BTC"},' +
        '{"available":"100.00000001","limit":"0.5","average_price":"1","currency":"xrp"},{"available":"2.5E-8","limit":"0","currency":"KRW"}]',
    ),
  });
  expect(await coinone.adapter().balances()).toEqual([
    { asset: 'BTC', free: '9007199254740993.12345678', locked: '0' },
    { asset: 'XRP', free: '100.00000001', locked: '0.5' },
    { asset: 'KRW', free: '0.000000025', locked: '0' },
  ]);
});

const COINS = '/v2.1/transaction/coin/history';
const WON = '/v2.1/transaction/krw/history';
const since = new Date(NOW.getTime() - 3_600_000);
const coin = (id: string, status: string, change: Readonly<Record<string, unknown>> = {}) => ({
  id,
  currency: 'BTC',
  txid: 'bb1d72',
  type: 'DEPOSIT',
  amount: '0.12100000000000001',
  fee: '0.0001',
  status,
  created_at: since.getTime() + 1_000,
  ...change,
});
const list = (...rows: readonly object[]) => success(`"transactions":${JSON.stringify(rows)}`);
const won = { id: 'won', status: 'DEPOSIT_SUCCESS', amount: '50000', fee: '0', transaction_type: 'DEFAULT', created_at: since.getTime() };

describe('transfers', () => {
  test('deposits of coins and won, oldest first', async () => {
    coinone.answers({ [COINS]: list(coin('b', 'DEPOSIT_WAIT', { txid: '' }), coin('a', 'DEPOSIT_SUCCESS')), [WON]: list(won) });
    expect(await coinone.adapter().deposits(since)).toEqual([
      expect.objectContaining({ depositId: 'won', asset: 'KRW', quantity: '50000', state: 'credited', transactionId: undefined }),
      {
        depositId: 'a',
        asset: 'BTC',
        quantity: '0.12100000000000001',
        network: undefined,
        transactionId: 'bb1d72',
        route: 'unknown',
        state: 'credited',
        statusWord: 'DEPOSIT_SUCCESS',
        createdAt: new Date(since.getTime() + 1_000),
        creditedAt: undefined,
      },
      expect.objectContaining({ depositId: 'b', state: 'pending', transactionId: undefined }),
    ]);
    const asked = { is_deposit: true, size: 100, from_ts: since.getTime(), to_ts: NOW.getTime() };
    expect(payloadOf(coinone.sent(COINS)[0])).toEqual(asked);
    expect(payloadOf(coinone.sent(WON)[0])).toEqual(asked);
  });

  test.each([
    ['credited', ['DEPOSIT_SUCCESS', 'DEPOSIT_COMPLETE']],
    ['refused', ['DEPOSIT_FAIL', 'DEPOSIT_FAILED', 'DEPOSIT_REFUND', 'DEPOSIT_REJECT']],
    ['pending', ['DEPOSIT_WAIT', 'DEPOSIT_PROCESSING', 'DEPOSIT_A_NEW_WORD']],
  ])('%s are %j', async (state, words) => {
    coinone.answers({ [COINS]: list(...words.map((word) => coin(word, word))), [WON]: list() });
    const deposits = await coinone.adapter().deposits(since);
    expect(deposits.map((deposit) => deposit.state)).toEqual(words.map(() => state));
  });

  test.each([
    ['done', ['WITHDRAWAL_SUCCESS', 'WITHDRAWAL_COMPLETE']],
    ['failed', ['WITHDRAWAL_FAIL', 'WITHDRAWAL_FAILED', 'WITHDRAWAL_REFUND', 'WITHDRAWAL_REFUND_FAIL', 'REFUND_COMPLETE']],
    ['pending', ['WITHDRAWAL_REGISTER', 'WITHDRAWAL_WAIT', 'WITHDRAWAL_PROCESSING', 'WITHDRAWAL_A_NEW_WORD']],
  ])('withdrawals that are %s are %j', async (state, words) => {
    coinone.answers({ [COINS]: success(`"transaction":${JSON.stringify(words.map((word) => coin(word, word)))}`), [WON]: list() });
    const withdrawals = await coinone.adapter().withdrawals(since);
    expect(withdrawals.map((withdrawal) => withdrawal.state)).toEqual(words.map(() => state));
    expect(withdrawals[0]).toMatchObject({ fee: '0.0001', network: undefined, doneAt: undefined });
    expect(payloadOf(coinone.sent(COINS)[0])).toMatchObject({ is_deposit: false });
  });
});

describe('lists of transfers', () => {
  test('of more than a page and more than ninety days are read to the end, each once', async () => {
    const long = new Date(NOW.getTime() - 100 * 86_400_000);
    const row = (index: number) => coin(`d${index}`, 'DEPOSIT_SUCCESS', { created_at: NOW.getTime() - index });
    const full = list(...Array.from({ length: 100 }, (_, index) => row(index)));
    coinone.answers({
      [COINS]: [list(coin('old', 'DEPOSIT_SUCCESS', { created_at: long.getTime() })), full, list(row(99), row(100))],
      [WON]: list(),
    });
    const deposits = await coinone.adapter().deposits(long);
    expect(deposits.map(({ depositId }) => depositId)).toEqual(['old', ...Array.from({ length: 101 }, (_, index) => `d${100 - index}`)]);
    const asked = coinone.sent(COINS).map((request) => payloadOf(request));
    expect(asked.map(({ to_id }) => to_id)).toEqual([undefined, undefined, 'd99']);
    expect(asked.map(({ from_ts }) => from_ts)).toEqual([
      long.getTime(),
      long.getTime() + 90 * 86_400_000,
      long.getTime() + 90 * 86_400_000,
    ]);
  });

  test('are asked for up to the venue’s time where its clock is known to be ahead', async () => {
    coinone.answers({
      '/v2.1/account/balance/all': { headers: { Date: new Date(NOW.getTime() + 30_000).toUTCString() }, body: success('"balances":[]') },
      [COINS]: list(),
      [WON]: list(),
    });
    const adapter = coinone.adapter({ clock: new DrivenClock(NOW) });
    await adapter.balances();
    expect(adapter.clockSkewMs()).toBe(30_000);
    await adapter.deposits(since);
    expect(payloadOf(coinone.sent(COINS)[0])).toMatchObject({ to_ts: NOW.getTime() + 30_000 });
  });

  test('of a portfolio that may not ask, or without a list, are an error', async () => {
    coinone.answers({ [COINS]: failure('315', 'The API does not support a portfolio.'), [WON]: list() });
    await expect(coinone.adapter().deposits(since)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED', facts: { venueCode: '315' } });
    coinone.answers({ [COINS]: '{"result":"success","error_code":"0"}', [WON]: list() });
    await expect(coinone.adapter().deposits(since)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });
});

test('addresses with and without a tag, of a network that is not told; one that is still being made is left out', async () => {
  const rows =
    '{"currency":"BTC","address":"mnobqu4i6qMCJWDpf5UimRmr8JCvZ8FLcN","secondary_address":null},{"currency":"ADA","address":null},' +
    '{"currency":"xrp","address":"rGf3sLFW6q65YeQDCGDEFeFTKLKNxy6rDg","secondary_address":"1289063454"}';
  coinone.answers({ '/v2.1/account/deposit_address': success(`"deposit_addresses":[${rows}]`) });
  expect(await coinone.adapter().depositAddresses()).toEqual([
    { asset: 'BTC', network: 'untold', address: 'mnobqu4i6qMCJWDpf5UimRmr8JCvZ8FLcN', secondaryAddress: undefined },
    { asset: 'XRP', network: 'untold', address: 'rGf3sLFW6q65YeQDCGDEFeFTKLKNxy6rDg', secondaryAddress: '1289063454' },
  ]);
});

test('of the key Coinone tells nothing, and the capabilities say what it lacks', async () => {
  coinone.answers({});
  const adapter = coinone.adapter();
  expect(await adapter.keyFacts()).toEqual({ permissions: undefined, expiresAt: undefined, boundAddresses: undefined });
  expect(adapter.capabilities).toMatchObject({
    privatePart: 'documented',
    orderShownMs: undefined,
    postOnly: { wouldTakeCode: undefined },
  });
  expect(adapter.clockSkewMs()).toBeUndefined();
});
