import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { createLog } from '../../src/kernel/log.ts';
import { CoinAmount, Price } from '../../src/kernel/money.ts';
import {
  ACCESS_KEY,
  adapterFor,
  json,
  PLENTY,
  type Reply,
  refusal,
  type ScriptedVenue,
  SECRET_KEY,
  startScriptedVenue,
} from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

/** What a caller would write down: every figure as its text. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const NO_CAUTION = {
  PRICE_FLUCTUATIONS: false,
  TRADING_VOLUME_SOARING: false,
  DEPOSIT_AMOUNT_SOARING: false,
  GLOBAL_PRICE_DIFFERENCES: false,
  CONCENTRATION_OF_SMALL_ACCOUNTS: false,
};

test('won markets with their warnings', async () => {
  const row = (market: string, warning: boolean, caution: object) => ({
    market,
    market_event: { warning, caution },
    korean_name: '표본',
    english_name: 'Sample',
  });
  venue.script(
    json([
      row('KRW-BTC', false, NO_CAUTION),
      row('KRW-ETH', true, NO_CAUTION),
      row('KRW-1INCH', false, { ...NO_CAUTION, PRICE_FLUCTUATIONS: true }),
      row('KRW-XRP', true, { ...NO_CAUTION, DEPOSIT_AMOUNT_SOARING: true }),
      row('BTC-ETH', false, NO_CAUTION),
    ]),
  );
  expect(await adapterFor(venue).markets()).toEqual([
    { asset: 'BTC', symbol: 'KRW-BTC', flags: [] },
    { asset: 'ETH', symbol: 'KRW-ETH', flags: ['warning'] },
    { asset: '1INCH', symbol: 'KRW-1INCH', flags: ['caution'] },
    { asset: 'XRP', symbol: 'KRW-XRP', flags: ['warning', 'caution'] },
  ]);
  expect(venue.seen.at(-1)?.rawQuery).toBe('is_details=true');
});

const CHANCE = {
  bid_fee: '0.0005',
  ask_fee: '0.0005',
  maker_bid_fee: '0.0005',
  maker_ask_fee: '0.0002',
  market: {
    id: 'KRW-BTC',
    name: 'BTC/KRW',
    order_types: ['limit'],
    order_sides: ['ask', 'bid'],
    bid_types: ['best_fok', 'best_ioc', 'limit', 'limit_fok', 'limit_ioc', 'price'],
    ask_types: ['best_fok', 'best_ioc', 'limit', 'limit_fok', 'limit_ioc', 'market'],
    bid: { currency: 'KRW', min_total: '5000' },
    ask: { currency: 'BTC', min_total: '5000' },
    max_total: '1000000000',
    state: 'active',
  },
  bid_account: { currency: 'KRW', balance: '10000', locked: '0', avg_buy_price: '0', avg_buy_price_modified: true, unit_currency: 'KRW' },
  ask_account: {
    currency: 'BTC',
    balance: '0.001',
    locked: '0',
    avg_buy_price: '140000000',
    avg_buy_price_modified: false,
    unit_currency: 'KRW',
  },
};
const INSTRUMENTS = [{ market: 'KRW-BTC', quote_currency: 'KRW', tick_size: '1000', supported_levels: ['0', '10000'] }];

function termsAnswering(market: object) {
  venue.script((request) =>
    json(request.path === '/v1/orders/chance' ? { ...CHANCE, market: { ...CHANCE.market, ...market } } : INSTRUMENTS),
  );
  return adapterFor(venue).sellingTerms('KRW-BTC');
}

test('selling terms from order chance and the market tick', async () => {
  expect(plain(await termsAnswering({}))).toEqual({
    symbol: 'KRW-BTC',
    takerFeeRate: '0.0005',
    makerFeeRate: '0.0002',
    minimumOrder: '5000',
    maximumOrder: '1000000000',
    quantityDecimalPlaces: 8,
    ticks: [{ from: '0', tick: '1000' }],
    acceptsOrders: true,
  });
});

test('a market that is not active, or takes no IOC sells, accepts no orders', async () => {
  for (const market of [{ state: 'delisted' }, { order_sides: ['bid'] }, { ask_types: ['limit', 'market'] }]) {
    expect((await termsAnswering(market)).acceptsOrders).toBe(false);
  }
});

test('the order book keeps every digit of prices and sizes', async () => {
  venue.script({
    headers: PLENTY,
    body: `[{"market":"KRW-BTC","timestamp":1751606867762,"total_ask_size":10.37591054,"total_bid_size":9.49577219,"orderbook_units":[
      {"ask_price":159509000.12345678,"bid_price":159508000.12345678,"ask_size":1e-8,"bid_size":0.00000001},
      {"ask_price":159510000,"bid_price":159507000,"ask_size":0,"bid_size":12345678901.12345678},
      {"ask_price":159511000,"bid_price":0,"ask_size":1,"bid_size":0}],"level":0}]`,
  });
  const book = await adapterFor(venue).orderBook('KRW-BTC');
  expect(venue.seen.at(-1)?.rawQuery).toBe('markets=KRW-BTC&count=30');
  expect(plain(book)).toEqual({
    symbol: 'KRW-BTC',
    asset: 'BTC',
    bids: [
      { price: '159508000.12345678', quantity: '0.00000001' },
      { price: '159507000', quantity: '12345678901.12345678' },
    ],
    asks: [
      { price: '159509000.12345678', quantity: '0.00000001' },
      { price: '159510000', quantity: '0' },
      { price: '159511000', quantity: '1' },
    ],
    changedAt: '2025-07-04T05:27:47.762Z',
  });
  expect(book.bids[0]?.price).toBeInstanceOf(Price);
  expect(book.bids[0]?.quantity).toBeInstanceOf(CoinAmount);
});

const bookOf = (market: string, price: number | string) =>
  `{"market":"${market}","timestamp":1751606867762,"orderbook_units":[{"ask_price":${price},"bid_price":${price},"ask_size":1,"bid_size":1}]}`;

test('books that are asked for at the same time come with one request, each its own', async () => {
  venue.script({ headers: PLENTY, body: `[${bookOf('KRW-ETH', 2)},${bookOf('KRW-BTC', 1)}]` });
  const adapter = adapterFor(venue);
  const before = venue.seen.length;
  const books = await Promise.all(['KRW-BTC', 'KRW-ETH', 'KRW-BTC'].map((symbol) => adapter.orderBook(symbol)));
  expect(books.map(({ symbol, bids }) => [symbol, bids[0]?.price.toString()])).toEqual([
    ['KRW-BTC', '1'],
    ['KRW-ETH', '2'],
    ['KRW-BTC', '1'],
  ]);
  expect(venue.seen.slice(before).map(({ rawQuery }) => rawQuery)).toEqual(['markets=KRW-BTC%2CKRW-ETH&count=30']);
});

test('a market that is unknown, missing or cannot be read keeps no other book from being read', async () => {
  const codesOf = async (...symbols: string[]) => {
    const adapter = adapterFor(venue);
    const read = await Promise.allSettled(symbols.map((symbol) => adapter.orderBook(symbol)));
    return read.map((each) => (each.status === 'fulfilled' ? each.value.symbol : (each.reason as { code?: string }).code));
  };
  venue.script({ headers: PLENTY, body: `[${bookOf('KRW-BTC', 1)},${bookOf('KRW-XRP', '"none"')}]` });
  expect(await codesOf('KRW-BTC', 'KRW-ETH', 'KRW-XRP')).toEqual(['KRW-BTC', 'EXCHANGE_UNAVAILABLE', 'EXCHANGE_UNAVAILABLE']);
  venue.script(({ query }) =>
    query.get('markets')?.includes('KRW-GONE') === true
      ? refusal(404, 'not_found')
      : { headers: PLENTY, body: `[${bookOf('KRW-BTC', 1)}]` },
  );
  expect(await codesOf('KRW-BTC', 'KRW-GONE')).toEqual(['KRW-BTC', 'EXCHANGE_REFUSED']);
});

test('balances, free and locked', async () => {
  venue.script(
    json('[{"currency":"KRW","balance":"1000000.12345678","locked":"0.0"},{"currency":"BTC","balance":0.00000001,"locked":"2.0"}]'),
  );
  expect(await adapterFor(venue).balances()).toEqual([
    { asset: 'KRW', free: '1000000.12345678', locked: '0' },
    { asset: 'BTC', free: '0.00000001', locked: '2' },
  ]);
});

const DEPOSIT = {
  type: 'deposit',
  uuid: 'd-1',
  currency: 'BTC',
  net_type: 'BTC',
  txid: 'e3b0c44298fc1c149afbf4c8996fb924',
  state: 'ACCEPTED',
  created_at: '2026-11-19T15:00:00+09:00',
  done_at: '2026-11-19T15:00:10+09:00',
  amount: '0.12345678',
  fee: '0.0',
  transaction_type: 'default',
};

test('deposits tell their route, network and what became of them, oldest first', async () => {
  const states: [string, string][] = [
    ['ACCEPTED', 'credited'],
    ['accepted', 'credited'],
    ['PROCESSING', 'pending'],
    ['TRAVEL_RULE_SUSPECTED', 'pending'],
    ['A_NEW_WORD', 'pending'],
    ['CANCELLED', 'refused'],
    ['REJECTED', 'refused'],
    ['REFUNDING', 'refused'],
    ['REFUNDED', 'refused'],
  ];
  venue.script(json(states.map(([state], index) => ({ ...DEPOSIT, uuid: `d-${index}`, state })).reverse()));
  const since = new Date('2026-11-19T00:00:00Z');
  expect((await adapterFor(venue).deposits(since)).map(({ statusWord, state }) => [statusWord, state])).toEqual(states);

  venue.script(
    json([
      { ...DEPOSIT, uuid: 'd-4', currency: 'KRW', net_type: null, txid: 'BKD-2000', amount: '100000.0' },
      { ...DEPOSIT, uuid: 'd-3', transaction_type: undefined, net_type: undefined, txid: null, done_at: null, state: 'PROCESSING' },
      { ...DEPOSIT, uuid: 'd-2', transaction_type: 'internal', created_at: '2026-11-19T14:59:59' },
      { ...DEPOSIT, uuid: 'd-0', created_at: '2026-11-18T23:59:59+09:00' },
    ]),
  );
  expect(plain(await adapterFor(venue).deposits(new Date('2026-11-19T05:59:59.900Z')))).toEqual([
    expect.objectContaining({
      depositId: 'd-2',
      route: 'internal',
      network: 'BTC',
      quantity: '0.12345678',
      createdAt: '2026-11-19T05:59:59.000Z',
    }),
    {
      depositId: 'd-3',
      asset: 'BTC',
      quantity: '0.12345678',
      route: 'unknown',
      state: 'pending',
      statusWord: 'PROCESSING',
      createdAt: '2026-11-19T06:00:00.000Z',
    },
    expect.objectContaining({
      depositId: 'd-4',
      asset: 'KRW',
      route: 'unknown',
      transactionId: 'BKD-2000',
      quantity: '100000',
      creditedAt: '2026-11-19T06:00:10.000Z',
    }),
  ]);
});

test('deposits are read page by page until they are old enough, each counted once', async () => {
  const row = (index: number) => ({
    ...DEPOSIT,
    uuid: `d-${index}`,
    created_at: new Date(Date.parse('2026-11-19T06:00:00Z') - index * 60_000).toISOString(),
  });
  // One deposit arrives while page one is read, so the last of page one comes again on page two.
  const pages = [
    Array.from({ length: 100 }, (_, i) => row(i)),
    Array.from({ length: 100 }, (_, i) => row(99 + i)),
    Array.from({ length: 100 }, (_, i) => row(199 + i)),
  ];
  venue.script((request) => json(pages[Number(request.query.get('page')) - 1] ?? []));
  const before = venue.seen.length;
  const deposits = await adapterFor(venue).deposits(new Date(Date.parse('2026-11-19T06:00:00Z') - 150 * 60_000));
  expect(deposits).toHaveLength(151);
  expect(new Set(deposits.map((deposit) => deposit.depositId)).size).toBe(151);
  expect(venue.seen.length - before).toBe(2);

  venue.script(json(pages[0]));
  await expect(adapterFor(venue).deposits(new Date(0))).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

test('withdrawals with fee and outcome', async () => {
  const row = { ...DEPOSIT, type: 'withdraw', fee: '1000.0', amount: '9999000', currency: 'KRW', net_type: null, is_cancelable: false };
  const states: [string, string][] = [
    ['WAITING', 'pending'],
    ['PROCESSING', 'pending'],
    ['DONE', 'done'],
    ['FAILED', 'failed'],
    ['CANCELLED', 'failed'],
    ['REJECTED', 'failed'],
  ];
  venue.script(
    json(states.map(([state], index) => ({ ...row, uuid: `w-${index}`, state, done_at: state === 'DONE' ? row.done_at : null })).reverse()),
  );
  const withdrawals = await adapterFor(venue).withdrawals(new Date(0));
  expect(withdrawals.map(({ statusWord, state }) => [statusWord, state])).toEqual(states);
  expect(withdrawals[2]).toMatchObject({ quantity: '9999000', fee: '1000', network: undefined, doneAt: new Date('2026-11-19T06:00:10Z') });
  expect(withdrawals[0]?.doneAt).toBeUndefined();
});

test('deposit addresses per network, with their tag; what is not ready or has no network is left out', async () => {
  venue.script(
    json([
      { currency: 'BTC', net_type: 'BTC', deposit_address: '3EusRwybuZUhVDeHL7gh3HSLmbhLcy7NqD' },
      { currency: 'XRP', net_type: 'XRP', deposit_address: 'rN9qNpgnBaZwqCg8CvUZRPqCcPPY7wfWep', secondary_address: '3057887915' },
      { currency: 'ETH', net_type: 'ETH', deposit_address: null, secondary_address: null },
      { currency: 'USDT', net_type: null, deposit_address: '0x0d73e0a482b8cf568976d2e8688f4a899d29301c' },
    ]),
  );
  expect(await adapterFor(venue).depositAddresses()).toEqual([
    { asset: 'BTC', network: 'BTC', address: '3EusRwybuZUhVDeHL7gh3HSLmbhLcy7NqD', secondaryAddress: undefined },
    { asset: 'XRP', network: 'XRP', address: 'rN9qNpgnBaZwqCg8CvUZRPqCcPPY7wfWep', secondaryAddress: '3057887915' },
  ]);
});

test('cancel asks by identifier and says whether Upbit heard it', async () => {
  venue.script(json({ uuid: 'o-1', state: 'wait' }));
  await adapterFor(venue).cancel('cheongsan-000004', 'KRW-BTC');
  expect(venue.seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/v1/order', rawQuery: 'identifier=cheongsan-000004', body: '' });

  venue.script(refusal(404, 'order_not_found'));
  const unheard = adapterFor(venue).cancel('cheongsan-000004', 'KRW-BTC');
  await expect(unheard).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED', facts: { venueCode: 'order_not_found' } });
});

test('a reading call fails with a name: refused when Upbit gives a reason, unavailable otherwise', async () => {
  const cases: [Reply, string, object][] = [
    [refusal(401, 'expired_access_key'), 'EXCHANGE_REFUSED', { status: 401, venueCode: 'expired_access_key' }],
    [refusal(403, 'out_of_scope'), 'EXCHANGE_REFUSED', { venueCode: 'out_of_scope' }],
    [refusal(400, 400, 'Invalid parameter.'), 'EXCHANGE_REFUSED', { venueCode: '400' }],
    [refusal(429, 'too_many_requests'), 'EXCHANGE_UNAVAILABLE', { status: 429, retryAfterMs: 1_000 }],
    [refusal(418, 'banned'), 'EXCHANGE_UNAVAILABLE', { status: 418, retryAfterMs: 60_000 }],
    [refusal(500, 'server_error'), 'EXCHANGE_UNAVAILABLE', { status: 500 }],
    [{ status: 404, body: '<html></html>' }, 'EXCHANGE_UNAVAILABLE', { status: 404 }],
    [{ status: 200, headers: PLENTY, body: '' }, 'EXCHANGE_UNAVAILABLE', {}],
    [{ status: 200, headers: PLENTY, body: '<html>maintenance</html>' }, 'EXCHANGE_UNAVAILABLE', {}],
    [json([{ currency: 'BTC', balance: '-1', locked: '0' }]), 'EXCHANGE_UNAVAILABLE', {}],
    [json([{ currency: 'BTC', balance: '0.0000000000000000001', locked: '0' }]), 'EXCHANGE_UNAVAILABLE', {}],
    ['reset', 'EXCHANGE_UNAVAILABLE', {}],
  ];
  for (const [reply, code, facts] of cases) {
    venue.script(reply);
    await expect(adapterFor(venue).balances(), JSON.stringify(reply)).rejects.toMatchObject({ code, facts });
  }
});

test('neither key ever reaches the log, and an address that is none is refused at once', async () => {
  const written: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  const options = {
    baseUrl: venue.baseUrl,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs: 150,
    clock: new DrivenClock(new Date(0)),
  };
  const adapter = createUpbitAdapter({ ...options, log: createLog({ level: 'trace', destination }) });
  venue.script(json([]), refusal(401, 'jwt_verification'), 'reset', 'hang');
  await adapter.balances();
  for (let call = 0; call < 3; call += 1) await adapter.balances().catch(() => undefined);
  expect(written.length).toBeGreaterThanOrEqual(4);
  for (const secret of [ACCESS_KEY, SECRET_KEY, 'Bearer']) expect(written.join('')).not.toContain(secret);

  expect(() => createUpbitAdapter({ ...options, baseUrl: 'api.upbit.com' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
