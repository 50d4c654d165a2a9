import { afterAll, beforeAll, expect, test } from 'vitest';
import { adapterFor, NOW_MS, no, ok, PLENTY, script, sentSince } from './korbit-scripted.ts';
import { type Reply, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const MINUTE_MS = 60_000;

test('markets bear what alerts, notices and their status tell, the unknown not played down', async () => {
  const symbols = ['btc_krw', 'eth_krw', 'xrp_krw', 'sol_krw', 'mbl_krw', 'luna_krw', 'ada_krw', 'link_krw'];
  script(venue, {
    'GET /v2/currencyPairs': ok([
      ...symbols.map((symbol) => ({ symbol, status: symbol === 'sol_krw' ? 'stopped' : 'launched' })),
      { symbol: 'btc_usdt', status: 'launched' },
    ]),
    'GET /v2/marketAlerts': ok([
      {
        symbol: 'eth_krw',
        alerts: [
          { type: 'price', typeKorean: '가격 급등락', level: 'danger', levelKorean: '투자위험' },
          { type: 'limit_buy_range', typeKorean: '주문가격 제한', value: '145000000' },
        ],
      },
      {
        symbol: 'xrp_krw',
        alerts: [
          { type: 'volume', level: 'caution' },
          { type: 'price', level: 'warning' },
        ],
      },
      { symbol: 'ada_krw', alerts: [{ type: 'a_type_nobody_has_read_up' }] },
      { symbol: 'link_krw', alerts: [{ type: 'price', level: 'a_level_nobody_has_read_up' }] },
    ]),
    'GET /v2/notices': ok([
      { title: '[안내] 루나(LUNA) 거래유의종목 지정 해제 안내' },
      { title: '[안내] 무비블록(MBL), 비트코인에스브이(BSV) 거래지원 종료 안내' },
      { title: '[안내] 루나(LUNA) 거래유의종목 지정 안내' },
      { title: '[안내] 무비블록(MBL) 거래유의종목 지정 안내' },
      { title: '[점검] 비트코인(BTC) 지갑 점검 안내' },
    ]),
  });
  const flags = Object.fromEntries(
    (await adapterFor(venue).markets()).map(({ asset, symbol, flags: told }) => [`${asset} ${symbol}`, told]),
  );
  expect(flags).toEqual({
    'BTC btc_krw': [],
    'ETH eth_krw': ['danger', 'caution'],
    'XRP xrp_krw': ['warning', 'caution'],
    'SOL sol_krw': ['danger'],
    'MBL mbl_krw': ['delisting'],
    'LUNA luna_krw': [],
    'ADA ada_krw': ['danger'],
    'LINK link_krw': ['danger'],
  });
});

const PAIRS = [
  { symbol: 'btc_krw', status: 'launched', minOrderValue: '5000', maxOrderValue: '1000000000' },
  { symbol: 'xrp_krw', status: 'stopped' },
];

/** Fees of the markets asked for. */
function fees({ query }: SeenRequest): Reply {
  const asked = (query.get('symbol') ?? '').split(',');
  return ok(asked.map((symbol) => ({ symbol, buyFeeCurrency: 'btc', sellFeeCurrency: 'krw', takerFeeRate: '0.0015', makerFeeRate: '0' })));
}

function ticks({ query }: SeenRequest): Reply {
  const rows = [
    { priceGte: '0', tickSize: '0.0001' },
    { priceGte: '1', tickSize: '0.001' },
    { priceGte: '1000000', tickSize: '1000' },
  ];
  return ok([{ symbol: query.get('symbol'), tickSizePolicy: rows, orderbookLevels: ['1000'] }]);
}

test('selling terms are read, those of several markets with few questions; a bound that is not published is none', async () => {
  script(venue, { 'GET /v2/currencyPairs': ok(PAIRS), 'GET /v2/tradingFeePolicy': fees, 'GET /v2/tickSizePolicy': ticks });
  const adapter = adapterFor(venue);
  const before = venue.seen.length;
  const terms = await Promise.all(['btc_krw', 'xrp_krw'].map((symbol) => adapter.sellingTerms(symbol)));
  expect(JSON.parse(JSON.stringify(terms))).toEqual([
    {
      symbol: 'btc_krw',
      takerFeeRate: '0.0015',
      makerFeeRate: '0',
      minimumOrder: '5000',
      maximumOrder: '1000000000',
      quantityDecimalPlaces: 8,
      ticks: [
        { from: '1000000', tick: '1000' },
        { from: '1', tick: '0.001' },
        { from: '0', tick: '0.0001' },
      ],
      acceptsOrders: true,
    },
    expect.objectContaining({ symbol: 'xrp_krw', minimumOrder: '0', acceptsOrders: false }),
  ]);
  expect(terms[1]?.maximumOrder).toBeUndefined();
  const paths = sentSince(venue, before).map(({ path }) => path);
  expect(paths.toSorted()).toEqual(['/v2/currencyPairs', '/v2/tickSizePolicy', '/v2/tickSizePolicy', '/v2/tradingFeePolicy']);
});

test('terms that are about another market, in coins or without steps are not taken', async () => {
  const good = { 'GET /v2/currencyPairs': ok(PAIRS), 'GET /v2/tradingFeePolicy': fees, 'GET /v2/tickSizePolicy': ticks };
  const broken: Record<string, Reply>[] = [
    { 'GET /v2/tickSizePolicy': ok([{ symbol: 'eth_krw', tickSizePolicy: [{ priceGte: '0', tickSize: '1' }] }]) },
    { 'GET /v2/tickSizePolicy': ok([{ symbol: 'btc_krw', tickSizePolicy: [] }]) },
    { 'GET /v2/tickSizePolicy': ok([]) },
    { 'GET /v2/tradingFeePolicy': ok([{ symbol: 'btc_krw', sellFeeCurrency: 'btc', takerFeeRate: '0', makerFeeRate: '0' }]) },
    { 'GET /v2/tradingFeePolicy': ok([]) },
    { 'GET /v2/currencyPairs': ok([]) },
    { 'GET /v2/currencyPairs': no(500, 'INTERNAL') },
  ];
  for (const change of broken) {
    script(venue, { ...good, ...change });
    await expect(adapterFor(venue).sellingTerms('btc_krw'), JSON.stringify(change)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  }
});

test('a book keeps its digits and its own age', async () => {
  const body = `{"success":true,"data":{"timestamp":${NOW_MS - 7 * 86_400_000},
    "bids":[{"price":"159508000","qty":"0.00898326"},{"price":"0.00001234","qty":"9007199254740993.00000001"}],
    "asks":[{"price":"159509000","qty":"0"}]}}`;
  script(venue, { 'GET /v2/orderbook': { headers: PLENTY, body } });
  const book = await adapterFor(venue).orderBook('btc_krw');
  expect(JSON.parse(JSON.stringify(book))).toEqual({
    symbol: 'btc_krw',
    asset: 'BTC',
    bids: [
      { price: '159508000', quantity: '0.00898326' },
      { price: '0.00001234', quantity: '9007199254740993.00000001' },
    ],
    asks: [{ price: '159509000', quantity: '0' }],
    changedAt: '2026-11-13T03:00:00.000Z',
  });
  expect(venue.seen.at(-1)?.headers['x-kapi-key']).toBeUndefined();
});

test('bars are read backwards in pages, whether the end is among them or not', async () => {
  const startMs = NOW_MS - 450 * MINUTE_MS;
  for (const isEndIncluded of [true, false]) {
    script(venue, {
      'GET /v2/candles': ({ query }) => {
        const endMs = Number(query.get('end'));
        const bars = Array.from({ length: 1_000 }, (_, index) => NOW_MS - (index - 20) * MINUTE_MS)
          .filter((timestamp) => timestamp < endMs || (isEndIncluded && timestamp === endMs))
          .slice(0, Number(query.get('limit')))
          .map((timestamp) => ({ timestamp, open: '1.5', high: '2', low: '1', close: '1.25', volume: '1.932320026577213946' }));
        return ok(bars.reverse());
      },
    });
    const candles = await adapterFor(venue).candles('btc_krw', MINUTE_MS, new Date(startMs), new Date(NOW_MS));
    expect(candles).toHaveLength(450);
    for (const [index, candle] of candles.entries()) expect(candle.startMs).toBe(startMs + index * MINUTE_MS);
    expect(candles[0]).toEqual({ startMs, open: 1.5, high: 2, low: 1, close: 1.25, volume: 1.932320026577214 });
  }
  await expect(adapterFor(venue).candles('btc_krw', 3 * MINUTE_MS, new Date(startMs), new Date(NOW_MS))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

test('the last trade, or none', async () => {
  script(venue, {
    'GET /v2/trades': ok([{ timestamp: NOW_MS - 5, price: '70507000', qty: '0.00981535', isBuyerTaker: false, tradeId: 4 }]),
  });
  const trade = await adapterFor(venue).lastTrade('btc_krw');
  expect(JSON.parse(JSON.stringify(trade))).toEqual({ price: '70507000', quantity: '0.00981535', tradedAt: '2026-11-20T02:59:59.995Z' });
  script(venue, { 'GET /v2/trades': ok([]) });
  expect(await adapterFor(venue).lastTrade('btc_krw')).toBeUndefined();
});

test('an asset’s wallet is what its networks can do together', async () => {
  const coin = (name: string, ...networks: [string, string][]) => ({
    name,
    networkList: networks.map(([depositStatus, withdrawalStatus], index) => ({ name: `N${index}`, depositStatus, withdrawalStatus })),
  });
  script(venue, {
    'GET /v2/currencies': ok([
      { name: 'krw', fullName: 'Won', depositStatus: 'launched', withdrawalStatus: 'launched' },
      coin('btc', ['launched', 'launched']),
      coin('eth', ['stopped', 'launched'], ['launched', 'stopped']),
      coin('xrp', ['launched', 'stopped']),
      coin('sol', ['stopped', 'launched']),
      coin('ada', ['stopped', 'stopped']),
      coin('doge', ['stopped', 'a_word']),
      coin('usdt', ['launched', 'launched'], ['a_word', 'stopped']),
    ]),
  });
  const states = (await adapterFor(venue).walletStates()).map(({ asset, state }) => [asset, state]);
  expect(states).toEqual([
    ['BTC', 'working'],
    ['ETH', 'working'],
    ['XRP', 'deposits_only'],
    ['SOL', 'withdrawals_only'],
    ['ADA', 'halted'],
    ['DOGE', 'unknown'],
    ['USDT', 'working'],
  ]);
});

test('what is there and not free is locked, exactly', async () => {
  const row = {
    balance: '100.00000000000000003',
    available: '70',
    tradeInUse: '20.00000000000000002',
    withdrawalInUse: '10.00000000000000001',
  };
  script(venue, {
    'GET /v2/balance': ok([
      { currency: 'krw', balance: '0', available: '0' },
      { currency: 'btc', ...row },
    ]),
  });
  expect(await adapterFor(venue).balances()).toEqual([
    { asset: 'KRW', free: '0', locked: '0' },
    { asset: 'BTC', free: '70', locked: '30.00000000000000003' },
  ]);
  script(venue, { 'GET /v2/balance': ok([{ currency: 'btc', balance: '1', available: '2' }]) });
  await expect(adapterFor(venue).balances()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

const SINCE = new Date(NOW_MS - 86_400_000);

/** An account with addresses for two coins that holds a third. */
const ACCOUNT = {
  'GET /v2/coin/depositAddresses': ok([
    { currency: 'btc', network: 'BTC', address: 'btc-address' },
    { currency: 'xrp', network: 'XRP', address: 'xrp-address', secondaryAddress: '1234' },
    { currency: 'eth', network: 'BASE', address: 'base-address', secondaryAddress: null },
  ]),
  'GET /v2/balance': ok([
    { currency: 'krw', balance: '5', available: '5' },
    { currency: 'btc', balance: '1', available: '1' },
    { currency: 'sol', balance: '2', available: '0' },
    { currency: 'doge', balance: '0', available: '0' },
  ]),
};

test('addresses name their network, and a tag where there is one', async () => {
  script(venue, ACCOUNT);
  expect(await adapterFor(venue).depositAddresses()).toEqual([
    { asset: 'BTC', network: 'BTC', address: 'btc-address', secondaryAddress: undefined },
    { asset: 'XRP', network: 'XRP', address: 'xrp-address', secondaryAddress: '1234' },
    { asset: 'ETH', network: 'BASE', address: 'base-address', secondaryAddress: undefined },
  ]);
});

test('deposits of every coin that can have come, and of won with interest and rewards', async () => {
  const base = { network: 'BTC', address: 'a', quantity: '1.5', createdAt: NOW_MS - 1_000 };
  const rows: Readonly<Record<string, readonly unknown[]>> = {
    btc: ['pending', 'actionRequired', 'reviewing', 'done', 'refunded', 'failed', 'a_word'].map((status, index) => ({
      ...base,
      id: 10 + index,
      status,
      transactionHash: `hash-${index}`,
    })),
    sol: [
      { ...base, id: 10, status: 'done', transactionHash: 'sol-hash', createdAt: NOW_MS - 2_000 },
      { ...base, id: 9, status: 'done', transactionHash: 'old', createdAt: SINCE.getTime() - 1 },
    ],
  };
  script(venue, {
    ...ACCOUNT,
    'GET /v2/coin/recentDeposits': ({ query }) => ok(rows[query.get('currency') ?? ''] ?? []),
    'GET /v2/krw/recentDeposits': ok([
      { id: 10, type: 'general', status: 'done', quantity: '50000', createdAt: NOW_MS },
      { id: 10, type: 'depositInterest', status: 'done', quantity: '12', createdAt: NOW_MS },
      { id: 11, type: 'general', status: 'canceled', quantity: '1', createdAt: NOW_MS },
    ]),
  });
  const before = venue.seen.length;
  const deposits = await adapterFor(venue).deposits(SINCE);
  expect(deposits.map(({ depositId, asset, state }) => `${depositId} ${asset} ${state}`)).toEqual([
    'sol-10 SOL credited',
    'btc-10 BTC pending',
    'btc-11 BTC pending',
    'btc-12 BTC pending',
    'btc-13 BTC credited',
    'btc-14 BTC refused',
    'btc-15 BTC refused',
    'btc-16 BTC pending',
    'krw-10 KRW credited',
    'krw-depositInterest-10 KRW credited',
    'krw-11 KRW refused',
  ]);
  expect(deposits[1]).toEqual({
    depositId: 'btc-10',
    asset: 'BTC',
    quantity: '1.5',
    network: 'BTC',
    transactionId: 'hash-0',
    route: 'unknown',
    state: 'pending',
    statusWord: 'pending',
    createdAt: new Date(NOW_MS - 1_000),
    creditedAt: undefined,
  });
  const asked = sentSince(venue, before);
  const coins = asked.filter(({ path }) => path === '/v2/coin/recentDeposits').map(({ query }) => query.get('currency'));
  expect(coins.toSorted()).toEqual(['btc', 'eth', 'sol', 'xrp']);
  expect(asked.find(({ path }) => path === '/v2/krw/recentDeposits')?.query.get('includeAll')).toBe('true');
});

test('withdrawals likewise, with their fee', async () => {
  const row = { id: 1, quantity: '0.5', fee: '0.0008', network: 'BTC', address: 'a', transactionHash: null, createdAt: NOW_MS - 9 };
  script(venue, {
    ...ACCOUNT,
    'GET /v2/coin/recentWithdrawals': ({ query }) => ok(query.get('currency') === 'btc' ? [{ ...row, status: 'actionRequired' }] : []),
    'GET /v2/krw/recentWithdrawals': ok([
      { id: 3, quantity: '49000', fee: '1000', status: 'processing', createdAt: NOW_MS },
      { id: 2, quantity: '1', fee: '1000', status: 'canceled', createdAt: NOW_MS - 1 },
      { id: 1, quantity: '1', fee: '1000', status: 'done', createdAt: NOW_MS - 2 },
    ]),
  });
  const withdrawals = await adapterFor(venue).withdrawals(SINCE);
  expect(withdrawals.map(({ withdrawalId, fee, state }) => `${withdrawalId} ${fee} ${state}`)).toEqual([
    'btc-1 0.0008 pending',
    'krw-1 1000 done',
    'krw-2 1000 failed',
    'krw-3 1000 pending',
  ]);
  expect(withdrawals[0]).toMatchObject({ network: 'BTC', transactionId: undefined, statusWord: 'actionRequired', doneAt: undefined });
});

test('a list that is full of recent rows hides others: then nothing is said rather than too little', async () => {
  const full = (newestMs: number) =>
    Array.from({ length: 100 }, (_, index) => ({ id: index, status: 'done', quantity: '1', createdAt: newestMs - index * 1_000 }));
  script(venue, { ...ACCOUNT, 'GET /v2/coin/recentDeposits': ok([]), 'GET /v2/krw/recentDeposits': ok(full(NOW_MS)) });
  await expect(adapterFor(venue).deposits(SINCE)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(await adapterFor(venue).deposits(new Date(NOW_MS - 50_000))).toHaveLength(51);
});

test('a key’s permissions, end and addresses; a permission nobody has read up counts as the worst', async () => {
  const info = { apiKey: 'x', type: 'ed25519', status: 'activated', allowedAccountSeqs: [1], expiration: NOW_MS + 1 };
  const facts = async (permissions: readonly string[], whitelist: string) => {
    script(venue, { 'GET /v2/currentKeyInfo': ok({ ...info, permissions, whitelist }) });
    return adapterFor(venue).keyFacts();
  };
  expect(await facts(['readBalances', 'readOrders', 'writeOrders', 'readDeposits', 'readWithdrawals'], '1.2.3.4, 5.6.7.8')).toEqual({
    permissions: ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'],
    expiresAt: new Date(NOW_MS + 1),
    boundAddresses: ['1.2.3.4', '5.6.7.8'],
  });
  expect(await facts(['writeDeposits', 'writeWithdrawals'], '')).toMatchObject({
    permissions: ['deposit', 'withdraw'],
    boundAddresses: [],
  });
  expect(await facts(['readStakes', 'writeStakes'], '')).toMatchObject({ permissions: ['withdraw'] });
});

test('what a venue says no to is refused by its word, what it does not answer is unavailable', async () => {
  const cases: [Reply, string][] = [
    [no(403, 'ANY_WORD'), 'EXCHANGE_REFUSED'],
    [no(200, 'ANY_WORD'), 'EXCHANGE_REFUSED'],
    [no(500, 'ANY_WORD'), 'EXCHANGE_UNAVAILABLE'],
    [{ status: 429, body: '' }, 'EXCHANGE_UNAVAILABLE'],
    [{ body: '{"success":false}' }, 'EXCHANGE_UNAVAILABLE'],
    [{ body: '' }, 'EXCHANGE_UNAVAILABLE'],
    ['reset', 'EXCHANGE_UNAVAILABLE'],
  ];
  for (const [reply, code] of cases) {
    script(venue, { 'GET /v2/balance': reply });
    await expect(adapterFor(venue).balances(), JSON.stringify(reply)).rejects.toMatchObject({ code });
  }
});
