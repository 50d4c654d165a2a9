import { afterAll, beforeAll, expect, test } from 'vitest';
import { korbit } from '../../../src/exchange/ccxt/korbit.ts';
import { type ScriptedVenue, startScriptedVenue } from '../scripted-venue.ts';

const NOW = 1_700_000_000_000;

const CURRENCIES = [
  {
    name: 'krw',
    fullName: 'Won',
    withdrawalMaxAmountPerRequest: '5000000000',
    depositStatus: 'launched',
    withdrawalStatus: 'launched',
    withdrawalTxFee: '1000',
    withdrawalMinAmount: '1000',
  },
  {
    name: 'eth',
    fullName: 'Ethereum',
    withdrawalMaxAmountPerRequest: '2000',
    defaultNetwork: 'ETH',
    networkList: [
      {
        name: 'ETH',
        fullName: 'Ethereum',
        depositStatus: 'launched',
        withdrawalStatus: 'stopped',
        confirmationCount: 45,
        withdrawalTxFee: '0.005',
        withdrawalMinAmount: '0.0001',
        withdrawalPrecision: 8,
        hasSecondaryAddr: false,
      },
      {
        name: 'BASE',
        fullName: 'BASE',
        depositStatus: 'stopped',
        withdrawalStatus: 'stopped',
        confirmationCount: 1,
        withdrawalTxFee: '0.001',
        withdrawalMinAmount: '0.0001',
        withdrawalPrecision: 8,
        hasSecondaryAddr: false,
      },
    ],
  },
];

const TICKER = {
  symbol: 'btc_krw',
  open: '77060000',
  high: '79650000',
  low: '76550000',
  close: '77136000',
  prevClose: '77060000',
  priceChange: '76000',
  priceChangePercent: '0.1',
  volume: '48.73739983',
  quoteVolume: '3785149733.32633',
  bestBidPrice: '77136000',
  bestAskPrice: '77193000',
  lastTradedAt: 1_725_525_721_041,
};

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function exchange(data: unknown): korbit {
  const base: Readonly<Record<string, unknown>> = {
    '/v2/time': { time: NOW },
    '/v2/currencies': CURRENCIES,
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
  return new korbit({
    apiKey: 'sample-api-key',
    secret: 'sample-secret',
    enableRateLimit: false,
    urls: { api: { public: venue.baseUrl, private: venue.baseUrl } },
  });
}

test('markets and currencies', async () => {
  const client = exchange([]);
  await client.loadMarkets();
  expect(client.market('BTC/KRW')).toMatchObject({
    id: 'btc_krw',
    base: 'BTC',
    quote: 'KRW',
    spot: true,
    active: true,
    limits: { cost: { min: 5_000, max: 1_000_000_000 } },
  });
  expect(client.market('ETH/KRW')).toMatchObject({ id: 'eth_krw', baseId: 'eth', quoteId: 'krw', active: false });
  expect(client.currency('KRW')).toMatchObject({ id: 'krw', type: 'fiat', deposit: true, withdraw: true, fee: 1_000 });
  expect(client.currency('ETH')).toMatchObject({
    id: 'eth',
    name: 'Ethereum',
    deposit: true,
    withdraw: false,
    precision: 1e-8,
    networks: {
      ETH: { id: 'ETH', deposit: true, withdraw: false, fee: 0.005, info: { confirmationCount: 45 } },
      BASE: { id: 'BASE', active: false, limits: { withdraw: { min: 0.0001 } } },
    },
  });
});

test('the class describes itself to ccxt, and no instance changes what another is told', () => {
  exchange([]);
  const client = new korbit();
  expect(client.urls.api).toEqual({ public: 'https://{hostname}', private: 'https://{hostname}' });
  expect(client.hostname).toBe('api.digitalx.miraeasset.com');
  expect(client.features['spot']?.['fetchOHLCV']).toMatchObject({ limit: 200 });
  const missing = Object.entries(client.has).filter(
    ([name, has]) => has === true && /^(fetch|create|cancel)/.test(name) && typeof Reflect.get(client, name) !== 'function',
  );
  expect(missing).toEqual([]);
});

test('the book, by when it last changed', async () => {
  const data = {
    timestamp: 1_708_057_740_895,
    bids: [
      { price: '73303000', qty: '0.00898326' },
      { price: '73302000', qty: '0.00790837' },
    ],
    asks: [
      { price: '73304000', qty: '0.00985212' },
      { price: '73305000', qty: '0.00367505' },
    ],
  };
  expect(await exchange(data).fetchOrderBook('BTC/KRW')).toMatchObject({
    symbol: 'BTC/KRW',
    timestamp: 1_708_057_740_895,
    bids: [
      [73_303_000, 0.00898326],
      [73_302_000, 0.00790837],
    ],
    asks: [
      [73_304_000, 0.00985212],
      [73_305_000, 0.00367505],
    ],
  });
  const book = await exchange(data).fetchOrderBook('BTC/KRW', 1);
  expect([book.bids.length, book.asks.length]).toEqual([1, 1]);
});

test('tickers, trades and candles of the market', async () => {
  expect(await exchange([TICKER]).fetchTicker('BTC/KRW')).toMatchObject({
    symbol: 'BTC/KRW',
    timestamp: 1_725_525_721_041,
    last: 77_136_000,
    bid: 77_136_000,
    ask: 77_193_000,
    open: 77_060_000,
    previousClose: 77_060_000,
    percentage: 0.1,
    baseVolume: 48.73739983,
    quoteVolume: 3_785_149_733.32633,
    info: TICKER,
  });
  const stopped = { ...TICKER, symbol: 'eth_krw', bestBidPrice: '0', bestAskPrice: '0' };
  expect(await exchange([TICKER, stopped]).fetchTickers()).toMatchObject({
    'BTC/KRW': { last: 77_136_000 },
    'ETH/KRW': { bid: undefined, ask: undefined },
  });
  const trades = [
    { timestamp: 1_708_057_271_149, price: '70507000', qty: '0.00981535', isBuyerTaker: false, tradeId: 1004 },
    { timestamp: 1_708_057_271_035, price: '70508000', qty: '0.00682475', isBuyerTaker: true, tradeId: 1003 },
  ];
  expect(await exchange(trades).fetchTrades('BTC/KRW')).toMatchObject([
    { id: '1003', side: 'buy', price: 70_508_000, amount: 0.00682475, symbol: 'BTC/KRW' },
    { id: '1004', side: 'sell', timestamp: 1_708_057_271_149 },
  ]);
  const candles = [
    {
      timestamp: 1_708_041_600_000,
      open: '71211000',
      high: '71999000',
      low: '71000000',
      close: '71392000',
      volume: '1.932320026577213946',
    },
  ];
  expect(await exchange(candles).fetchOHLCV('BTC/KRW', '1h')).toEqual([
    [1_708_041_600_000, 71_211_000, 71_999_000, 71_000_000, 71_392_000, 1.932320026577214],
  ]);
});
