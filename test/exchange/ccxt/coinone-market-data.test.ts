import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCoinone, startCoinone, success } from './coinone-local-venue.ts';

/** Bodies are the examples of docs.coinone.co.kr unless a test says what was changed. */
let local: LocalCoinone;
beforeAll(async () => {
  local = await startCoinone();
});
afterAll(() => local.venue.close());

test('markets: precision, limits and whether they trade', async () => {
  local.answers({});
  const [bitcoin] = await local.open().fetchMarkets();
  expect(bitcoin).toMatchObject({
    id: 'BTC-KRW',
    symbol: 'BTC/KRW',
    base: 'BTC',
    quote: 'KRW',
    baseId: 'BTC',
    quoteId: 'KRW',
    type: 'spot',
    spot: true,
    active: true,
    precision: { amount: 0.0001, price: 1000 },
    limits: {
      amount: { min: 1e-8, max: 1e8 },
      price: { min: 0.0001, max: 1e12 },
      cost: { min: 0.0001, max: 1e9 },
    },
    info: { qty_unit: '0.0001', min_order_amount: '0.0001', order_types: ['limit', 'market'] },
  });
});

test.each([
  ['open', 0, 1, true],
  ['under maintenance', 1, 1, false],
  ['without trade', 0, 0, false],
  ['not to be bought, as before the end of support', 0, 2, true],
  ['not to be sold', 0, 3, true],
])('a market that is %s', async (_name, maintenance, trade, active) => {
  const row = `{"quote_currency":"krw","target_currency":"btc","qty_unit":"0.0001","maintenance_status":${maintenance},"trade_status":${trade}}`;
  local.answers({ '/public/v2/markets/KRW': success(`"markets":[${row}]`) });
  expect(await local.open().fetchMarkets()).toMatchObject([{ symbol: 'BTC/KRW', active, precision: { price: undefined } }]);
});

test('currencies: whether coins can move in and out', async () => {
  local.answers({});
  expect(await local.open().fetchCurrencies()).toMatchObject({
    BTC: {
      id: 'BTC',
      name: 'Bitcoin',
      type: 'crypto',
      deposit: true,
      withdraw: true,
      fee: 0.0015,
      precision: 1e-8,
      limits: { withdraw: { min: 0.0001 } },
    },
    ETH: { deposit: true, withdraw: false },
    KRW: { type: 'fiat', precision: 1, limits: { withdraw: { min: 5000 } } },
  });
});

test('book', async () => {
  const sides = '"bids":[{"price":"75862000","qty":"0.5"},{"price":"75860000","qty":"0.5"}],"asks":[{"price":"75863000","qty":"22.5"}]';
  const about =
    '"timestamp":1644488410702,"id":"1644488410702001","quote_currency":"KRW","target_currency":"BTC","order_book_unit":"1000.0"';
  local.answers({ '/public/v2/orderbook/KRW/BTC': success(`${about},${sides}`) });
  expect(await local.open().fetchOrderBook('BTC/KRW')).toEqual({
    symbol: 'BTC/KRW',
    bids: [
      [75862000, 0.5],
      [75860000, 0.5],
    ],
    asks: [[75863000, 22.5]],
    timestamp: 1644488410702,
    datetime: '2022-02-10T10:20:10.702Z',
    nonce: 1644488410702001,
  });
});

const TICKER =
  '{"quote_currency":"krw","target_currency":"btc","timestamp":1499341142000,"high":"3845000.0","low":"3819000.0","first":"3825000.0",' +
  '"last":"3833000.0","quote_volume":"10000.0","target_volume":"163.3828","best_asks":[{"price":"1200.0","qty":"1.234"}],' +
  '"best_bids":[{"price":"1000.0","qty":"0.123"}],"id":"1499341142000001"}';
const PARSED_TICKER = {
  symbol: 'BTC/KRW',
  timestamp: 1499341142000,
  high: 3845000,
  low: 3819000,
  open: 3825000,
  last: 3833000,
  bid: 1000,
  bidVolume: 0.123,
  ask: 1200,
  askVolume: 1.234,
  baseVolume: 163.3828,
  quoteVolume: 10000,
};

test('one ticker, with its best prices', async () => {
  local.answers({ '/public/v2/ticker_new/KRW/BTC': success(`"server_time":1416895635000,"tickers":[${TICKER}]`) });
  expect(await local.open().fetchTicker('BTC/KRW')).toMatchObject(PARSED_TICKER);
});

test('tickers, of the markets asked for', async () => {
  const others = TICKER.replace('"btc"', '"eth"');
  local.answers({ '/public/v2/ticker_new/KRW': success(`"tickers":[${TICKER},${others}]`) });
  const tickers = await local.open().fetchTickers(['BTC/KRW']);
  expect(Object.keys(tickers)).toEqual(['BTC/KRW']);
  expect(tickers['BTC/KRW']).toMatchObject(PARSED_TICKER);
});

test('trades of anybody', async () => {
  const row = '{"id":"1416893212001","timestamp":1416895634000,"price":"420000","qty":"0.1","is_seller_maker":true}';
  local.answers({ '/public/v2/trades/KRW/BTC': success(`"quote_currency":"krw","target_currency":"btc","transactions":[${row}]`) });
  expect(await local.open().fetchTrades('BTC/KRW')).toMatchObject([
    { id: '1416893212001', symbol: 'BTC/KRW', timestamp: 1416895634000, side: 'buy', price: 420000, amount: 0.1, cost: 42000, fees: [] },
  ]);
});

test('candles, oldest first', async () => {
  const row = (timestamp: number) =>
    `{"timestamp":${timestamp},"open":"15133000.0","high":"15134000.0","low":"15132000.0","close":"15133500.0","target_volume":"0.5","quote_volume":"7566750.0"}`;
  local.answers({ '/public/v2/chart/KRW/BTC': success(`"is_last":false,"chart":[${row(1582253100000)},${row(1582252200000)}]`) });
  expect(await local.open().fetchOHLCV('BTC/KRW', '15m')).toEqual([
    [1582252200000, 15133000, 15134000, 15132000, 15133500, 0.5],
    [1582253100000, 15133000, 15134000, 15132000, 15133500, 0.5],
  ]);
});
