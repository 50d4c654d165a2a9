import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExchangePort, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Rate } from '../../src/kernel/money.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** Orders that rest, and what is read of a market beside its book, between the real adapter and the paper exchange. */

const CITY = 'city-001';
const KEYS = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
const START = new Date('2026-01-05T03:00:20Z');
const HOUR_MS = 3_600_000;
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };
const SYMBOL = 'KRW-ETH';

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;

beforeEach(async () => {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ clock, limits: UNLIMITED });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  await exchange.operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '1000', confirmationSeconds: 0 });
  adapter = createUpbitAdapter({ baseUrl: exchange.url, ...KEYS, timeoutMs: 5_000, clock });
});
afterEach(() => exchange.stop());

async function passive(identifier: string, quantity: string, level = 0): Promise<SellOrder> {
  const { asks } = await adapter.orderBook(SYMBOL);
  const limitPrice = asks[level]?.price;
  if (limitPrice === undefined) throw new Error('Nobody asks.');
  return { identifier, symbol: SYMBOL, quantity: CoinAmount.of('ETH', quantity), limitPrice, timeInForce: 'post_only' };
}

async function found(identifier: string): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, SYMBOL);
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

test('a passive sell rests, is filled in parts at its own price, and is shown among the open orders until it is over', async () => {
  const order = await passive('rest-1', '150');
  expect(await adapter.sell(order)).toMatchObject({ kind: 'accepted' });
  const [open] = await adapter.openOrders(SYMBOL);
  expect(open).toMatchObject({ identifier: 'rest-1', side: 'sell', symbol: SYMBOL });
  expect(open?.remainingQuantity?.toString()).toBe('150');
  expect(await found('rest-1')).toMatchObject({ isOpen: true, fills: [] });

  const seen = new Set<string>();
  for (let step = 0; step < 400 && (await found('rest-1')).isOpen; step++) {
    clock.advanceBy(60_000);
    seen.add((await found('rest-1')).executedQuantity.toString());
  }
  const over = await found('rest-1');
  expect(over).toMatchObject({ isOpen: false, statusWord: 'done' });
  expect(seen.size).toBeGreaterThan(2);
  expect(over.fills.every(({ price }) => price.equals(order.limitPrice))).toBe(true);
  expect(await adapter.openOrders(SYMBOL)).toEqual([]);
});

test('cancelling races with fills: what was sold until it takes effect is sold, the rest is free again', async () => {
  await exchange.operator.setManners({ cancelDelaySeconds: 300 });
  await adapter.sell(await passive('race-1', '150', 4));
  await adapter.cancel('race-1', SYMBOL);
  expect(await found('race-1')).toMatchObject({ isOpen: true });
  clock.advanceBy(299_000);
  const before = await found('race-1');
  expect(before.isOpen).toBe(true);
  clock.advanceBy(1_000);
  const after = await found('race-1');
  expect(after).toMatchObject({ isOpen: false, statusWord: 'cancel' });
  expect(after.executedQuantity.isLessThan(before.executedQuantity)).toBe(false);
  const balance = (await adapter.balances()).find(({ asset }) => asset === 'ETH');
  expect(balance).toEqual({ asset: 'ETH', free: CoinAmount.of('ETH', '1000').minus(after.executedQuantity).toString(), locked: '0' });
  await expect(adapter.cancel('race-1', SYMBOL)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('one that would take is never filled: cancelled at once, or refused under the code of the capabilities', async () => {
  const { bids } = await adapter.orderBook(SYMBOL);
  const best = bids[0]?.price;
  if (best === undefined) throw new Error('Nobody bids.');
  const order = { ...(await passive('take-1', '1')), limitPrice: best };
  expect(await adapter.sell(order)).toMatchObject({ kind: 'accepted' });
  expect(await found('take-1')).toMatchObject({ isOpen: false, fills: [] });
  await exchange.operator.setManners({ refusesTakingPostOnly: true });
  const refused = await adapter.sell({ ...order, identifier: 'take-2' });
  expect(refused).toMatchObject({ kind: 'refused', venueCode: adapter.capabilities.postOnly?.wouldTakeCode });
  expect(await adapter.lookUp('take-2', SYMBOL)).toEqual({ kind: 'not_found' });
});

test('orders of other hands in the account are seen', async () => {
  await exchange.operator.depositWon({ accountId: CITY, amount: '100000000' });
  const { bids } = await adapter.orderBook(SYMBOL);
  const price = bids[5]?.price.toString() ?? '';
  await exchange.operator.placeOrder({ accountId: CITY, asset: 'ETH', side: 'buy', price, quantity: '1' });
  clock.advanceBy(1_000);
  await adapter.sell(await passive('ours-1', '1', 10));
  const open = await adapter.openOrders(SYMBOL);
  expect(open.map(({ identifier, side }) => [identifier, side])).toEqual([
    [undefined, 'buy'],
    ['ours-1', 'sell'],
  ]);
  expect(await adapter.openOrders('KRW-BTC')).toEqual([]);
});

test('hours of four months are read fast enough, those under way included and nothing later', async () => {
  const from = new Date(START.getTime() - 120 * 24 * HOUR_MS);
  const candles = await adapter.candles(SYMBOL, HOUR_MS, from, new Date(START.getTime() + HOUR_MS));
  expect(candles).toHaveLength(120 * 24);
  expect(candles.at(-1)?.startMs).toBe(Date.parse('2026-01-05T03:00:00Z'));
  for (const [index, { startMs, open, high, low, close, volume }] of candles.entries()) {
    expect(startMs).toBe(Date.parse('2025-09-07T04:00:00Z') + index * HOUR_MS);
    expect(low <= Math.min(open, close) && high >= Math.max(open, close) && volume > 0).toBe(true);
  }
  const minutes = await adapter.candles(SYMBOL, 60_000, new Date('2026-01-05T02:00:00Z'), new Date('2026-01-05T03:00:00Z'));
  expect(minutes).toHaveLength(60);
  expect(minutes.at(-1)?.close).toBe(candles.at(-2)?.close);
});

test('the last trade, wallets, flags and the venue’s clock', async () => {
  const trade = await adapter.lastTrade(SYMBOL);
  expect(trade?.tradedAt).toEqual(new Date('2026-01-05T03:00:15Z'));
  const { bids } = await adapter.orderBook(SYMBOL);
  expect(Number(trade?.price.toString()) / Number(bids[0]?.price.toString())).toBeCloseTo(1, 1);

  await exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: false });
  await exchange.operator.haltWallet({ asset: 'XRP', deposits: true, withdrawals: true });
  const wallets = new Map((await adapter.walletStates()).map(({ asset, state }) => [asset, state]));
  expect([wallets.get('ETH'), wallets.get('XRP'), wallets.get('BTC')]).toEqual(['withdrawals_only', 'halted', 'working']);

  await exchange.operator.setMarketEvent({ asset: 'MOC', warning: true, cautions: ['GLOBAL_PRICE_DIFFERENCES'], further: ['danger'] });
  await exchange.operator.setMarketEvent({ asset: 'AQT', further: ['delisting'] });
  const flags = new Map((await adapter.markets()).map((market) => [market.asset, market.flags]));
  expect([flags.get('MOC'), flags.get('AQT'), flags.get('BTC')]).toEqual([['danger', 'warning', 'caution'], ['delisting'], []]);

  expect(adapter.clockSkewMs()).toBe(0);
  await exchange.operator.setManners({ clockAheadSeconds: 20 });
  await adapter.balances();
  expect(adapter.clockSkewMs()).toBe(20_000);
});

test('an IOC sell does not meet the account’s own bid', async () => {
  await exchange.operator.depositWon({ accountId: CITY, amount: '900000000' });
  await exchange.operator.setBookFault({ asset: 'ETH', fault: 'no_bids' });
  const { asks } = await adapter.orderBook(SYMBOL);
  const below = asks[0]?.price
    .times(Rate.of('0.99'))
    .roundToTick((await adapter.sellingTerms(SYMBOL)).ticks[0]?.tick ?? asks[0].price, 'down');
  if (below === undefined) throw new Error('Nobody asks.');
  await exchange.operator.placeOrder({ accountId: CITY, asset: 'ETH', side: 'buy', price: below.toString(), quantity: '10' });
  expect((await adapter.orderBook(SYMBOL)).bids).toHaveLength(1);
  await adapter.sell({
    identifier: 'own-1',
    symbol: SYMBOL,
    quantity: CoinAmount.of('ETH', '1'),
    limitPrice: below,
    timeInForce: 'immediate_or_cancel',
  });
  expect(await found('own-1')).toMatchObject({ isOpen: false, fills: [] });
});
