import { afterAll, beforeAll, expect, test } from 'vitest';
import { gopaxFor, json, NOW, ORDER, PLENTY, refusal, SYMBOL } from './gopax-scripted.ts';
import { type Reply, type ScriptedVenue, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

const TICKS = '[{"startPrice":1,"tickSize":1},{"startPrice":2000000,"tickSize":1000},{"startPrice":0.0001,"tickSize":0.0001}]';

function pair(limitAsk: string, percent = '0.2'): string {
  return `{"id":1,"name":"BTC-KRW","baseAsset":"BTC","quoteAsset":"KRW","baseAssetScale":8,"quoteAssetScale":0,"priceMin":0.0001,
    "restApiOrderAmountMin":{"limitAsk":${limitAsk},"marketAsk":{"amount":0.001,"unit":"BTC"}},"makerFeePercent":-0.01,"takerFeePercent":${percent}}`;
}

const OTHER_PAIRS = '{"name":"BTC-USDC","baseAsset":"BTC","quoteAsset":"USDC"},{"name":"ETH-KRW","baseAsset":"ETH","quoteAsset":"KRW"}';

/** Answers by path; anything else is a failure. */
function answers(byPath: Readonly<Record<string, Reply>>): void {
  venue.script((request) => byPath[request.path] ?? refusal(500, 10_195));
}

test('won markets only, with what the cautions say', async () => {
  const cautions = [
    ['AAA', { alertLevel: 1, isPriceChange: false }],
    ['BBB', { alertLevel: 2, isPriceChange: true, isLowLiquidity: false }],
    ['CCC', { alertLevel: 3 }],
    ['DDD', { alertLevel: 0, isNobodyHasReadThisUp: true }],
    ['EEE', { alertLevel: 2, isDelistingScheduled: true }],
    ['FFF', { alertLevel: 0, isGlobalPriceDifference: true }],
  ] as const;
  const names = [...cautions.map(([asset]) => asset), 'GGG'];
  venue.script((request) =>
    request.path === '/trading-pairs'
      ? json([...names.map((asset) => ({ name: `${asset}-KRW`, quoteAsset: 'KRW' })), { name: 'BTC-USDC', quoteAsset: 'USDC' }])
      : json(cautions.map(([asset, row]) => ({ id: 1, name: `${asset}-KRW`, ...row }))),
  );
  const markets = await gopaxFor(venue).markets();
  expect(markets.map(({ asset, symbol, flags }) => `${asset} ${symbol} ${flags.join(',')}`)).toEqual([
    'AAA AAA-KRW caution',
    'BBB BBB-KRW warning,caution',
    'CCC CCC-KRW danger',
    'DDD DDD-KRW danger',
    'EEE EEE-KRW delisting,warning',
    'FFF FFF-KRW caution',
    'GGG GGG-KRW ',
  ]);
  expect(venue.seen.find(({ path }) => path === '/trading-pairs/cautions')?.rawQuery).toBe('showActive=true');
});

test('terms: fees in percent, steps from the highest, a minimum in won', async () => {
  answers({
    '/trading-pairs/BTC-KRW/price-tick-size': json(TICKS),
    '/trading-pairs': json(`[${OTHER_PAIRS},${pair('{"amount":1000,"unit":"KRW"}')}]`),
  });
  expect(JSON.parse(JSON.stringify(await gopaxFor(venue).sellingTerms(SYMBOL)))).toEqual({
    symbol: SYMBOL,
    takerFeeRate: '0.002',
    makerFeeRate: '-0.0001',
    minimumOrder: '1000',
    quantityDecimalPlaces: 8,
    ticks: [
      { from: '2000000', tick: '1000' },
      { from: '1', tick: '1' },
      { from: '0.0001', tick: '0.0001' },
    ],
    acceptsOrders: true,
  });
});

test('a minimum in coins is worth what they cost at the dearer of ask and last trade; one in anything else is not understood', async () => {
  const terms = (limitAsk: string, ticker: string) => {
    answers({
      '/trading-pairs/BTC-KRW/price-tick-size': json(TICKS),
      '/trading-pairs/BTC-KRW/ticker': json(ticker),
      '/trading-pairs': json(`[${pair(limitAsk)}]`),
    });
    return gopaxFor(venue).sellingTerms(SYMBOL);
  };
  expect((await terms('{"amount":0.001,"unit":"BTC"}', '{"price":117000000,"ask":117020000.5}')).minimumOrder.toString()).toBe(
    '117020.0005',
  );
  expect((await terms('{"amount":1e-3,"unit":"BTC"}', '{"price":118000000,"ask":0}')).minimumOrder.toString()).toBe('118000');
  await expect(terms('{"amount":1,"unit":"USDC"}', '{}')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

test('a pair that is not listed is refused by name', async () => {
  venue.script(refusal(404, 10_059, 'Invalid trading pair: ZEC-KRW'));
  await expect(gopaxFor(venue).sellingTerms('ZEC-KRW')).rejects.toMatchObject({
    code: 'EXCHANGE_REFUSED',
    facts: { status: 404, venueCode: '10059' },
  });
  await expect(gopaxFor(venue).sellingTerms('KRW-BTC')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('a book keeps every digit, is best first, and is as new as its newest level', async () => {
  venue.script(
    json(`{"sequence":84551349,
      "bid":[["84551218",114980000,0.0014,"1790137997710"],["84551219",114990000.123456789012345678,1e-18,"1790137997711"]],
      "ask":[["84469259",117020000,0.00000858,"1790130106866"],["84469260",117010000,0,"1790130106867"]]}`),
  );
  const book = await gopaxFor(venue).orderBook(SYMBOL);
  expect(venue.seen.at(-1)?.rawQuery).toBe('level=2');
  expect(JSON.parse(JSON.stringify(book))).toEqual({
    symbol: SYMBOL,
    asset: 'BTC',
    bids: [
      { price: '114990000.123456789012345678', quantity: '0.000000000000000001' },
      { price: '114980000', quantity: '0.0014' },
    ],
    asks: [
      { price: '117010000', quantity: '0' },
      { price: '117020000', quantity: '0.00000858' },
    ],
    changedAt: new Date(1_790_137_997_711).toISOString(),
  });
  venue.script(json('{"sequence":1,"bid":[],"ask":[]}'));
  expect(await gopaxFor(venue).orderBook(SYMBOL)).toMatchObject({ bids: [], asks: [], changedAt: new Date(0) });
});

test('balances keep every digit; what withdrawals hold is locked; what the ledger cannot hold is not rounded', async () => {
  venue.script(
    json('[{"asset":"KRW","avail":1759466.760000000012345678,"hold":16500,"pendingWithdrawal":0.000000000000000001,"lastUpdatedAt":"1"}]'),
  );
  expect(await gopaxFor(venue).balances()).toEqual([
    { asset: 'KRW', free: '1759466.760000000012345678', locked: '16500.000000000000000001' },
  ]);
  venue.script(json('[{"asset":"BTC","avail":1e-19,"hold":0,"pendingWithdrawal":0}]'));
  await expect(gopaxFor(venue).balances()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

test('candles: low before high before open, windows of a thousand bars, bars without a trade left out', async () => {
  const MINUTE_MS = 60_000;
  const fromMs = Date.parse('2026-11-19T00:00:00Z');
  venue.script((request) => {
    const [start, end] = [Number(request.query.get('start')), Number(request.query.get('end'))];
    const bars = [];
    // Answers with the bar before the span and the one at its end too.
    for (let at = start - MINUTE_MS; at <= end; at += MINUTE_MS) bars.push([at, 9, 13, 10, 12, at === fromMs + MINUTE_MS ? 0 : 0.5]);
    return json(bars);
  });
  const before = venue.seen.length;
  const candles = await gopaxFor(venue).candles(SYMBOL, MINUTE_MS, new Date(fromMs), new Date(fromMs + 1_500 * MINUTE_MS));
  expect(venue.seen.slice(before).map(({ rawQuery }) => rawQuery)).toEqual([
    `start=${fromMs}&end=${fromMs + 1_000 * MINUTE_MS}&interval=1&limit=1024`,
    `start=${fromMs + 1_000 * MINUTE_MS}&end=${fromMs + 1_500 * MINUTE_MS}&interval=1&limit=1024`,
  ]);
  expect(candles).toHaveLength(1_499);
  expect(candles[0]).toEqual({ startMs: fromMs, open: 10, high: 13, low: 9, close: 12, volume: 0.5 });
  expect(candles.at(-1)?.startMs).toBe(fromMs + 1_499 * MINUTE_MS);
});

test('an hour, which GOPAX has no bar of, is its two halves; one that began before the span is not told', async () => {
  const HALF_MS = 30 * 60_000;
  const fromMs = Date.parse('2026-11-19T00:30:00Z');
  const [one, two, three] = [fromMs + HALF_MS, fromMs + 3 * HALF_MS, fromMs + 5 * HALF_MS];
  venue.script(
    json([
      [fromMs, 1, 99, 5, 5, 7],
      [one, 9, 13, 10, 12, 0.5],
      [one + HALF_MS, 8, 14, 12, 11, 0.25],
      [two + HALF_MS, 10, 12, 11, 10, 1],
      [three, 10, 11, 10, 11, 2],
      [three + HALF_MS, 6, 11, 11, 7, 3],
    ]),
  );
  const candles = await gopaxFor(venue).candles(SYMBOL, 2 * HALF_MS, new Date(fromMs), new Date(three + 1));
  expect(venue.seen.at(-1)?.rawQuery).toBe(`start=${one}&end=${three + 2 * HALF_MS}&interval=30&limit=1024`);
  expect(candles).toEqual([
    { startMs: one, open: 10, high: 14, low: 8, close: 11, volume: 0.75 },
    { startMs: two, open: 11, high: 12, low: 10, close: 10, volume: 1 },
    { startMs: three, open: 10, high: 11, low: 6, close: 7, volume: 5 },
  ]);
});

test('the last trade of anybody, or none', async () => {
  venue.script(
    json('[{"time":"2020-09-25T11:10:29.000Z","date":1601032229,"id":21876490,"price":12353000,"amount":0.2951,"side":"sell"}]'),
  );
  const trade = await gopaxFor(venue).lastTrade(SYMBOL);
  expect(JSON.parse(JSON.stringify(trade))).toEqual({ price: '12353000', quantity: '0.2951', tradedAt: '2020-09-25T11:10:29.000Z' });
  venue.script(json([]));
  expect(await gopaxFor(venue).lastTrade(SYMBOL)).toBeUndefined();
});

const TRANSFER = {
  id: 640,
  asset: 'BTC',
  netAmount: 0.0001,
  feeAmount: 0.0005,
  reviewStartedAt: 1_795_143_600,
  completedAt: null,
  txId: 'eaca5ad3',
};

test('deposits and withdrawals: each word of theirs, in whole seconds, and fees that are not there', async () => {
  const rows = [
    { ...TRANSFER, id: 5, type: 'crypto_deposit', status: 'completed', completedAt: 1_795_143_700, feeAmount: null },
    { ...TRANSFER, id: 4, type: 'crypto_deposit', status: 'rejected' },
    { ...TRANSFER, id: 3, type: 'fiat_deposit', asset: 'KRW', status: 'reviewing', txId: null },
    { ...TRANSFER, id: 2, type: 'crypto_withdrawal', status: 'completed', completedAt: 1_795_143_700 },
    { ...TRANSFER, id: 1, type: 'fiat_withdrawal', asset: 'KRW', status: 'failed', feeAmount: null, txId: null },
    { ...TRANSFER, id: 6, type: 'crypto_withdrawal', status: 'a new word' },
    { ...TRANSFER, id: 7, type: 'something_else', status: 'completed' },
    { ...TRANSFER, id: 0, type: 'crypto_deposit', status: 'completed', reviewStartedAt: TRANSFER.reviewStartedAt - 1 },
  ];
  venue.script(json(rows));
  const since = new Date(TRANSFER.reviewStartedAt * 1_000 + 999);
  const deposits = await gopaxFor(venue).deposits(since);
  expect(deposits.map(({ depositId, state, statusWord, transactionId }) => [depositId, state, statusWord, transactionId])).toEqual([
    ['3', 'pending', 'reviewing', undefined],
    ['4', 'refused', 'rejected', 'eaca5ad3'],
    ['5', 'credited', 'completed', 'eaca5ad3'],
  ]);
  expect(deposits.at(-1)).toMatchObject({
    quantity: '0.0001',
    network: undefined,
    route: 'unknown',
    creditedAt: new Date(1_795_143_700_000),
  });
  const withdrawals = await gopaxFor(venue).withdrawals(since);
  expect(withdrawals.map(({ withdrawalId, state, fee, doneAt }) => [withdrawalId, state, fee, doneAt?.getTime()])).toEqual([
    ['1', 'failed', '0', undefined],
    ['2', 'done', '0.0005', 1_795_143_700_000],
    ['6', 'pending', '0.0005', undefined],
  ]);
});

test('transfers are read back page by page; the second at which a page ends is asked for again', async () => {
  const rows = Array.from({ length: 55 }, (_, index) => ({
    ...TRANSFER,
    id: 100 + index,
    type: index % 2 === 0 ? 'crypto_deposit' : 'crypto_withdrawal',
    status: 'completed',
    reviewStartedAt: TRANSFER.reviewStartedAt + Math.floor(index / 6),
  })).reverse();
  venue.script((request) => {
    const before = Number(request.query.get('before') ?? Number.POSITIVE_INFINITY);
    return json(rows.filter((row) => row.reviewStartedAt * 1_000 < before).slice(0, 20));
  });
  const deposits = await gopaxFor(venue).deposits(new Date(TRANSFER.reviewStartedAt * 1_000));
  expect(deposits.map(({ depositId }) => Number(depositId))).toEqual(Array.from({ length: 28 }, (_, index) => 100 + index * 2));
});

test('more transfers in one second than a page shows hide each other, and nothing before them', async () => {
  const rows = Array.from({ length: 45 }, (_, index) => ({
    ...TRANSFER,
    id: 100 + index,
    type: 'crypto_deposit',
    status: 'completed',
    reviewStartedAt: TRANSFER.reviewStartedAt + (index < 5 ? index : 7),
  })).reverse();
  venue.script((request) => {
    const before = Number(request.query.get('before') ?? Number.POSITIVE_INFINITY);
    return json(rows.filter((row) => row.reviewStartedAt * 1_000 < before).slice(0, 20));
  });
  const deposits = await gopaxFor(venue).deposits(new Date(0));
  expect(deposits.map(({ depositId }) => Number(depositId))).toEqual([
    ...[100, 101, 102, 103, 104],
    ...Array.from({ length: 20 }, (_, index) => 125 + index),
  ]);
  venue.script(json(rows.slice(0, 20)));
  await expect(gopaxFor(venue).deposits(new Date(0))).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

test('an address without a network is not offered', async () => {
  venue.script(json([{ asset: 'BTC', address: '1CwC2cMFu1jRQUBtw925cENbT1kctJBMdm', memoId: null, createdAt: 1_594_802_312 }]));
  expect(await gopaxFor(venue).depositAddresses()).toEqual([]);
  venue.script(refusal(403, 10_004));
  await expect(gopaxFor(venue).depositAddresses()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('errors in a 200 are errors, and what cannot be read is not made up', async () => {
  venue.script(refusal(200, 10_155));
  await expect(gopaxFor(venue).balances()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED', facts: { status: 200, venueCode: '10155' } });
  venue.script(json({ errormsg: 'something' }));
  await expect(gopaxFor(venue).balances()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  for (const reply of [{ status: 200, body: '' }, json({}), refusal(500, 10_195), 'reset'] satisfies Reply[]) {
    venue.script(reply);
    await expect(gopaxFor(venue).balances()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  }
});

test('while GOPAX bans our address nothing is sent, whatever status it said so under', async () => {
  for (const status of [403, 200]) {
    venue.script(refusal(status, 10_364));
    const adapter = gopaxFor(venue);
    await expect(adapter.lastTrade(SYMBOL)).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', facts: { venueCode: '10364' } });
    const before = venue.seen.length;
    expect(await adapter.sell(ORDER)).toMatchObject({ kind: 'not_executed', retryAfterMs: expect.any(Number) });
    expect(await adapter.lookUp(ORDER.identifier, SYMBOL)).toMatchObject({ kind: 'unavailable' });
    expect(adapter.orderBudget()).toMatchObject({ availableNow: 0 });
    expect(venue.seen.length).toBe(before);
  }
});

test('what is left for orders is what the key has left, less what is kept for its trades', async () => {
  const adapter = gopaxFor(venue);
  expect(adapter.orderBudget()).toEqual({ perSecond: 18, availableNow: 18, blockedMs: 0 });
  venue.script({ headers: { 'x-gopax-api-key-left-weight': '9' }, body: '[]' });
  await adapter.balances();
  expect(adapter.orderBudget()).toMatchObject({ perSecond: 8, availableNow: 7 });
  venue.script({ headers: PLENTY, body: '[]' });
  await adapter.lastTrade(SYMBOL);
  expect(adapter.orderBudget().perSecond).toBe(8);
});

test('books come once a second, whatever is left', async () => {
  venue.script(json('{"sequence":1,"bid":[],"ask":[]}'));
  const adapter = gopaxFor(venue);
  const before = venue.seen.length;
  await Promise.all([adapter.orderBook(SYMBOL), adapter.orderBook('ETH-KRW')]);
  const [first, second] = venue.seen.slice(before);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
});

test('requests are signed with our clock, and the venue’s is told by its dates', async () => {
  venue.script({ headers: { ...PLENTY, Date: new Date(NOW.getTime() + 30_000).toUTCString() }, body: '[]' });
  const adapter = gopaxFor(venue);
  expect(adapter.clockSkewMs()).toBeUndefined();
  await adapter.balances();
  expect(venue.seen.at(-1)?.headers['timestamp']).toBe(String(NOW.getTime()));
  expect(adapter.clockSkewMs()).toBe(30_000);
});
