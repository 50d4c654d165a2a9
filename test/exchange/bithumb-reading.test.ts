import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBithumbAdapter } from '../../src/exchange/bithumb/adapter.ts';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { ACCESS_KEY, json, refusal, type ScriptedVenue, SECRET_KEY, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());

function adapter(): ExchangePort {
  return createBithumbAdapter({
    baseUrl: `${venue.baseUrl}/`,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    timeoutMs: 5_000,
    clock: new DrivenClock(new Date('2026-11-20T03:00:00Z')),
  });
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('markets carry designation and alarm, each by its weight, and won markets only', async () => {
  const alarm = (market: string, warning_step?: string) => ({ market, warning_type: 'PRICE_DIFFERENCE_HIGH', warning_step });
  venue.script(({ path, query }) => {
    if (path === '/v1/market/virtual_asset_warning')
      return json([
        alarm('KRW-ETH', 'CAUTION'),
        alarm('KRW-ETH', 'DANGER'),
        alarm('KRW-XRP', 'WARNING'),
        alarm('KRW-SOL'),
        alarm('BTC-ETH', 'DANGER'),
        alarm('KRW-ADA', 'UNHEARD_OF'),
      ]);
    const market = (name: string, market_warning?: string) => ({
      market: name,
      korean_name: '표본',
      english_name: 'Sample',
      market_warning,
    });
    expect(query.get('isDetails')).toBe('true');
    return json([
      market('KRW-BTC', 'NONE'),
      market('KRW-ETH', 'CAUTION'),
      market('KRW-XRP', 'NONE'),
      market('KRW-SOL'),
      market('KRW-ADA', 'NONE'),
      market('KRW-DOGE', 'DELISTING'),
      market('KRW-AQT', 'SUSPICIOUS'),
      market('BTC-ETH', 'NONE'),
    ]);
  });
  expect((await adapter().markets()).map(({ asset, symbol, flags }) => [asset, symbol, ...flags])).toEqual([
    ['BTC', 'KRW-BTC'],
    ['ETH', 'KRW-ETH', 'danger', 'warning', 'caution'],
    ['XRP', 'KRW-XRP', 'warning'],
    ['SOL', 'KRW-SOL', 'caution'],
    ['ADA', 'KRW-ADA', 'danger'],
    ['DOGE', 'KRW-DOGE', 'delisting'],
    ['AQT', 'KRW-AQT', 'danger'],
  ]);
});

const CHANCE = {
  bid_fee: '0.0025',
  ask_fee: '0.0004',
  maker_bid_fee: '0.0025',
  maker_ask_fee: '0.0003',
  market: {
    id: 'KRW-BTC',
    name: 'BTC/KRW',
    order_types: ['limit'],
    order_sides: ['ask', 'bid'],
    bid_types: ['limit', 'price'],
    ask_types: ['limit', 'market'],
    bid: { currency: 'KRW', price_unit: '1', min_total: '5000' },
    ask: { currency: 'BTC', price_unit: '1', min_total: '5000' },
    max_total: '5000000000',
    state: 'active',
  },
};

test('terms are read, and price steps are those of the price', async () => {
  venue.script(json(CHANCE));
  const terms = await adapter().sellingTerms('KRW-BTC');
  expect(venue.seen.at(-1)?.rawQuery).toBe('market=KRW-BTC');
  const { ticks, ...others } = terms;
  expect(plain(others)).toEqual({
    symbol: 'KRW-BTC',
    takerFeeRate: '0.0004',
    makerFeeRate: '0.0003',
    minimumOrder: '5000',
    maximumOrder: '5000000000',
    quantityDecimalPlaces: 8,
    acceptsOrders: true,
  });
  const froms = ticks.map(({ from }) => Number(from.toString()));
  expect(froms).toEqual([...froms].sort((a, b) => b - a));
  expect(froms.at(-1)).toBe(0);
  // A price rounded across a boundary must still fit.
  for (const { from, tick } of ticks) expect(from.roundToTick(tick, 'down').toString()).toBe(from.toString());
  for (const changes of [{ state: 'suspended' }, { order_sides: ['bid'] }, { ask_types: ['market'] }]) {
    venue.script(json({ ...CHANCE, market: { ...CHANCE.market, ...changes } }));
    expect((await adapter().sellingTerms('KRW-BTC')).acceptsOrders, JSON.stringify(changes)).toBe(false);
  }
});

test('a book is asked for alone, since several together are shown half as deep', async () => {
  const unit = '{"ask_price":80873000,"bid_price":80838000,"ask_size":0.1749,"bid_size":1e-8}';
  venue.script(({ query }) => json(`[{"market":"${query.get('markets')}","timestamp":1723102637709,"orderbook_units":[${unit}]}]`));
  const port = adapter();
  const before = venue.seen.length;
  const [btc] = await Promise.all([port.orderBook('KRW-BTC'), port.orderBook('KRW-ETH')]);
  expect(venue.seen.slice(before).map(({ rawQuery }) => rawQuery)).toEqual(['markets=KRW-BTC', 'markets=KRW-ETH']);
  expect(plain(btc)).toEqual({
    symbol: 'KRW-BTC',
    asset: 'BTC',
    bids: [{ price: '80838000', quantity: '0.00000001' }],
    asks: [{ price: '80873000', quantity: '0.1749' }],
    changedAt: '2024-08-08T07:37:17.709Z',
  });
  venue.script(json([]));
  await expect(port.orderBook('KRW-BTC')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  venue.script(refusal(404, 404));
  await expect(port.orderBook('KRW-NONE')).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('bars are asked for until an instant in Korean time, without offset', async () => {
  venue.script(
    json([
      {
        candle_date_time_utc: '2026-11-20T02:59:00',
        opening_price: 1.5,
        high_price: 2,
        low_price: 1,
        trade_price: 1.25,
        candle_acc_trade_volume: 7.25,
      },
    ]),
  );
  const candles = await adapter().candles('KRW-XRP', 60_000, new Date('2026-11-20T02:50:00Z'), new Date('2026-11-20T03:00:00Z'));
  expect(candles).toEqual([{ startMs: Date.parse('2026-11-20T02:59:00Z'), open: 1.5, high: 2, low: 1, close: 1.25, volume: 7.25 }]);
  const asked = venue.seen.at(-1);
  expect([asked?.path, asked?.query.get('to')]).toEqual(['/v1/candles/minutes/1', '2026-11-20T12:00:00']);
  await expect(adapter().candles('KRW-XRP', 7_000, new Date(0), new Date(1))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('deposits of coins and of won are listed apart and told together, oldest first', async () => {
  const coin = (uuid: string, state: string, created_at: string) => ({
    type: 'deposit',
    uuid,
    currency: 'SHIB',
    net_type: null,
    txid: '20240709163030.72335',
    state,
    created_at,
    done_at: created_at,
    amount: '100000',
    fee: '0',
    transaction_type: null,
  });
  const won = {
    ...coin('202620152', 'ACCEPTED', '2026-11-20T10:00:00+09:00'),
    currency: 'KRW',
    amount: '20000',
    transaction_type: 'default',
  };
  venue.script(({ path }) =>
    path === '/v1/deposits/krw'
      ? json([won])
      : json([
          coin('202620153', 'DEPOSIT_ACCEPTED', '2026-11-20T11:00:00+09:00'),
          coin('202620152', 'REFUNDING_PROCESSING', '2026-11-20T09:00:00+09:00'),
          coin('202620151', 'REQUESTED_PROCESSING', '2026-11-20T08:00:00+09:00'),
          coin('202620150', 'DEPOSIT_ACCEPTED', '2026-11-19T08:00:00+09:00'),
        ]),
  );
  const deposits = await adapter().deposits(new Date('2026-11-19T23:00:00Z'));
  expect(deposits.map(({ depositId, asset, state, statusWord }) => [depositId, asset, state, statusWord])).toEqual([
    ['202620151', 'SHIB', 'pending', 'REQUESTED_PROCESSING'],
    ['202620152', 'SHIB', 'refused', 'REFUNDING_PROCESSING'],
    ['KRW-202620152', 'KRW', 'credited', 'ACCEPTED'],
    ['202620153', 'SHIB', 'credited', 'DEPOSIT_ACCEPTED'],
  ]);
  expect(plain(deposits.at(-1))).toEqual({
    depositId: '202620153',
    asset: 'SHIB',
    quantity: '100000',
    transactionId: '20240709163030.72335',
    route: 'unknown',
    state: 'credited',
    statusWord: 'DEPOSIT_ACCEPTED',
    createdAt: '2026-11-20T02:00:00.000Z',
    creditedAt: '2026-11-20T02:00:00.000Z',
  });
});

test('withdrawals likewise', async () => {
  const row = {
    type: 'withdraw',
    net_type: 'MTL_ETH',
    txid: '0x28d3',
    created_at: '2026-11-20T10:00:00+09:00',
    amount: '0.6113',
    fee: '0.1',
  };
  venue.script(({ path }) =>
    path === '/v1/withdraws/krw'
      ? json([{ ...row, uuid: '1', currency: 'KRW', net_type: null, state: 'CANCELLED', done_at: null, amount: '6000', fee: '1000' }])
      : json([
          { ...row, uuid: '1', currency: 'MTL', state: 'DONE', done_at: '2026-11-20T10:05:00+09:00' },
          { ...row, uuid: '2', currency: 'MTL', state: 'processing', done_at: null },
        ]),
  );
  const withdrawals = await adapter().withdrawals(new Date('2026-11-20T00:00:00Z'));
  expect(withdrawals.map(({ withdrawalId, state, fee }) => [withdrawalId, state, fee])).toEqual([
    ['2', 'pending', '0.1'],
    ['1', 'done', '0.1'],
    ['KRW-1', 'failed', '1000'],
  ]);
});

test('wallets, balances, addresses and the end of the key', async () => {
  const wallet = (currency: string, wallet_state: string) => ({ currency, wallet_state, block_state: 'normal', net_type: currency });
  venue.script(json([wallet('BTC', 'working'), wallet('ETH', 'deposit_only'), wallet('XRP', 'paused'), wallet('SOL', 'what_is_this')]));
  expect(await adapter().walletStates()).toEqual([
    { asset: 'BTC', state: 'working' },
    { asset: 'ETH', state: 'deposits_only' },
    { asset: 'XRP', state: 'halted' },
    { asset: 'SOL', state: 'unknown' },
  ]);
  venue.script(json([{ currency: 'KRW', balance: '10981650.10635', locked: '98246', avg_buy_price: '0', unit_currency: 'KRW' }]));
  expect(await adapter().balances()).toEqual([{ asset: 'KRW', free: '10981650.10635', locked: '98246' }]);
  const address = { currency: 'XRP', net_type: 'XRP', deposit_address: 'rs6qtDrs8', secondary_address: '1004775304' };
  venue.script(json([address, { ...address, net_type: null }]));
  expect(await adapter().depositAddresses()).toEqual([
    { asset: 'XRP', network: 'XRP', address: 'rs6qtDrs8', secondaryAddress: '1004775304' },
  ]);
  venue.script(
    json([
      { access_key: 'another', expire_at: '2027-01-01T09:00:00+09:00' },
      { access_key: ACCESS_KEY, expire_at: '2027-06-12T09:00:00+09:00' },
    ]),
  );
  expect(await adapter().keyFacts()).toEqual({
    permissions: undefined,
    expiresAt: new Date('2027-06-12T00:00:00Z'),
    boundAddresses: undefined,
  });
});

test('what is left is understood as a header may write it, and its absence too', async () => {
  const headers = [
    (left: number) => `limit=2, remaining=${left}, reset=1`,
    (left: number) => `"default";r=${left};t=1`,
    (left: number) => `group=default; min=60; sec=${left}`,
  ];
  for (const header of headers) {
    let count = 0;
    venue.script(() => {
      count += 1;
      return { headers: { Ratelimit: header(count % 2) }, body: '[]' };
    });
    const port = adapter();
    await port.balances();
    const before = venue.seen.length;
    await Promise.all(Array.from({ length: 4 }, () => port.balances()));
    const times = venue.seen.slice(before).map(({ atMs }) => atMs);
    expect(Math.max(...times) - Math.min(...times), header(1)).toBeGreaterThan(800);
  }
  venue.script({ body: '[]' });
  const port = adapter();
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: 60 }, () => port.balances()));
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
