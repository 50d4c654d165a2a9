import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCoinoneAdapter } from '../../src/exchange/coinone/adapter.ts';
import type { ExchangePort, SellAnswer, SellingTerms, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** The adapter and the paper exchange are built apart from each other on Coinone's documents; here they must understand each other. */

const CITY = 'city-001';
const KEYS = { accessKey: '5d0a3a3e-sample-access-token', secretKey: 'Sample-Secret-9f41c2' };
const START = new Date('2026-01-05T03:00:20Z');
const DAY_MS = 86_400_000;
const SYMBOL = 'KRW-BTC';

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;
let terms: SellingTerms;
let orderCount = 0;

function connect(keys: { accessKey: string; secretKey: string }, timeoutMs = 5_000): ExchangePort {
  return createCoinoneAdapter({ baseUrl: exchange.url, ...keys, timeoutMs, clock });
}

beforeEach(async () => {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ clock, venue: 'coinone' });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  await exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity: '100', confirmationSeconds: 0 });
  adapter = connect(KEYS);
  terms = await adapter.sellingTerms(SYMBOL);
});
afterEach(() => exchange.stop());

/** An order at a share of the best bid, on the tick. */
async function order(quantity: string, shareOfBestBid = '1'): Promise<SellOrder> {
  const [best] = (await adapter.orderBook(SYMBOL)).bids;
  const tick = terms.ticks[0]?.tick;
  if (best === undefined || tick === undefined) throw new Error('The sample market has no bid or no tick.');
  orderCount += 1;
  return {
    identifier: `cheongsan-paper-${orderCount}`,
    symbol: SYMBOL,
    quantity: CoinAmount.of('BTC', quantity),
    limitPrice: best.price.times(Rate.of(shareOfBestBid)).roundToTick(tick, 'down'),
    timeInForce: 'immediate_or_cancel',
  };
}

async function passive(quantity: string, level = 0): Promise<SellOrder> {
  const limitPrice = (await adapter.orderBook(SYMBOL)).asks[level]?.price;
  if (limitPrice === undefined) throw new Error('Nobody asks.');
  return { ...(await order(quantity)), limitPrice, timeInForce: 'post_only' };
}

async function found(identifier: string): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, SYMBOL);
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

async function free(asset: string): Promise<string | undefined> {
  return (await adapter.balances()).find((balance) => balance.asset === asset)?.free;
}

describe('reading', () => {
  test('terms, markets, book, last trade and wallets are understood', async () => {
    expect(terms).toMatchObject({ quantityDecimalPlaces: 4, acceptsOrders: true });
    expect(JSON.stringify(terms)).toContain(
      '"takerFeeRate":"0.002","makerFeeRate":"0.002","minimumOrder":"5000","maximumOrder":"1000000000"',
    );
    expect(terms.ticks).toHaveLength(11);
    expect(terms.ticks.at(-1)?.tick.toString()).toBe('0.0001');
    const markets = await adapter.markets();
    expect(markets).toContainEqual({ asset: 'BTC', symbol: SYMBOL, flags: [] });
    const book = await adapter.orderBook(SYMBOL);
    expect([book.bids.length, book.asks.length]).toEqual([16, 16]);
    expect(book.bids[0]?.price.compare(book.asks[0]?.price ?? book.bids[0].price)).toBeLessThan(0);
    expect(book.changedAt <= clock.now()).toBe(true);
    expect((await adapter.lastTrade(SYMBOL))?.tradedAt).toEqual(new Date('2026-01-05T03:00:15Z'));
    await exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: false });
    await exchange.operator.haltWallet({ asset: 'XRP', deposits: true, withdrawals: true });
    const wallets = new Map((await adapter.walletStates()).map(({ asset, state }) => [asset, state]));
    expect([wallets.get('ETH'), wallets.get('XRP'), wallets.get('BTC'), wallets.get('KRW')]).toEqual([
      'withdrawals_only',
      'halted',
      'working',
      undefined,
    ]);
  });

  test('hours of four months, those under way included and nothing later', async () => {
    const hourMs = 3_600_000;
    const from = new Date(START.getTime() - 120 * DAY_MS);
    const candles = await adapter.candles(SYMBOL, hourMs, from, new Date(START.getTime() + hourMs));
    expect(candles).toHaveLength(120 * 24);
    expect(candles.at(-1)?.startMs).toBe(Date.parse('2026-01-05T03:00:00Z'));
    for (const [index, { startMs, open, high, low, close, volume }] of candles.entries()) {
      expect(startMs).toBe(Date.parse('2025-09-07T04:00:00Z') + index * hourMs);
      expect(low <= Math.min(open, close) && high >= Math.max(open, close) && volume > 0).toBe(true);
    }
  });

  test('the venue’s clock', async () => {
    expect(adapter.clockSkewMs()).toBe(0);
    await exchange.operator.setManners({ clockAheadSeconds: 20 });
    await adapter.balances();
    expect(adapter.clockSkewMs()).toBe(20_000);
  });

  test('limits are met by waiting, not by refusals: of the public interface, of orders and of the rest', async () => {
    const trades = await Promise.all(Array.from({ length: 30 }, () => adapter.lastTrade(SYMBOL)));
    expect(trades.every((trade) => trade !== undefined)).toBe(true);
    const sample = await order('0.001', '0.99');
    const sells = Array.from({ length: 60 }, (_, index) => adapter.sell({ ...sample, identifier: `many-${index}` }));
    expect(new Set((await Promise.all(sells)).map(({ kind }) => kind))).toEqual(new Set(['accepted']));
    const balances = await Promise.all(Array.from({ length: 120 }, () => adapter.balances()));
    expect(balances).toHaveLength(120);
    expect((await adapter.deposits(START)).map(({ asset }) => asset)).toEqual(['BTC']);
  });
});

describe('immediate sells', () => {
  test('one that the book can take is filled, and every won is accounted for', async () => {
    const placed = await order('0.01', '0.99');
    const answer = await adapter.sell(placed);
    const sold = await found(placed.identifier);
    expect(answer).toEqual({ kind: 'accepted', orderId: sold.orderId });
    expect(sold).toMatchObject({ isOpen: false, statusWord: 'FILLED', identifier: placed.identifier, createdAt: START });
    expect(sold.executedQuantity.toString()).toBe('0.01');
    expect(sold.fills.every((fill) => !fill.price.isLessThan(placed.limitPrice))).toBe(true);
    const proceeds = VenueWon.sum(
      'coinone',
      sold.fills.map((fill) => fill.proceeds),
    );
    expect(sold.paidFee.toString()).toBe(proceeds.times(Rate.of('0.002')).toString());
    expect(await free('KRW')).toBe(proceeds.minus(sold.paidFee).toString());
    expect(await free('BTC')).toBe('99.99');
  });

  test('one beyond its bound is filled in part, as Coinone words it, and the rest is free again', async () => {
    const available = (await adapter.orderBook(SYMBOL)).bids[0]?.quantity ?? CoinAmount.zero('BTC');
    const quantity = available.plus(CoinAmount.of('BTC', '0.0002')).roundTo(4, 'down');
    const placed = await order(quantity.toString());
    await adapter.sell(placed);
    const sold = await found(placed.identifier);
    expect(sold).toMatchObject({ isOpen: false, statusWord: 'CANCELED_LIMIT_PRICE_EXCEED' });
    expect(sold.executedQuantity.toString()).toBe(available.toString());
    expect(sold.quantity.toString()).toBe(quantity.toString());
    expect(sold.remainingQuantity.isZero()).toBe(true);
    expect(await free('BTC')).toBe(CoinAmount.of('BTC', '100').minus(available).toString());
  });

  test('one that nobody wants ends without a fill', async () => {
    const placed = await order('0.01', '1.01');
    await adapter.sell(placed);
    expect(await found(placed.identifier)).toMatchObject({ isOpen: false, fills: [] });
    expect(await free('BTC')).toBe('100');
  });

  test('each refusal is known by its code', async () => {
    const refused = async (change: Partial<SellOrder>, by = adapter): Promise<SellAnswer> =>
      by.sell({ ...(await order('0.01', '0.99')), ...change });
    const sample = await order('0.01', '0.99');
    const cases: [string, Partial<SellOrder>, string][] = [
      ['too little', { quantity: CoinAmount.of('BTC', '0.0001'), limitPrice: Price.of('BTC', '1000') }, '306'],
      ['too much', { quantity: CoinAmount.of('BTC', '99'), limitPrice: Price.of('BTC', '100000000') }, '307'],
      ['off the unit', { quantity: CoinAmount.of('BTC', '0.00101') }, '305'],
      ['off the tick', { limitPrice: sample.limitPrice.plus(Price.of('BTC', '1')) }, '310'],
      ['no such market', { symbol: 'KRW-NOSUCH', quantity: CoinAmount.of('NOSUCH', '1'), limitPrice: Price.of('NOSUCH', '10000') }, '108'],
      ['no coins', { symbol: 'KRW-ETH', quantity: CoinAmount.of('ETH', '0.01'), limitPrice: Price.of('ETH', '1000000') }, '103'],
    ];
    for (const [name, change, venueCode] of cases) expect(await refused(change), name).toMatchObject({ kind: 'refused', venueCode });
    const other = connect({ ...KEYS, secretKey: 'Not-The-Secret' });
    expect(await refused({}, other)).toMatchObject({ kind: 'refused', venueCode: '123' });
    expect(await refused({}, connect({ ...KEYS, accessKey: 'nobody' }))).toMatchObject({ kind: 'refused', venueCode: '12' });
  });
});

describe('unknown outcomes', () => {
  test('an answer lost after acceptance: the look-up and a resend both tell the truth', async () => {
    const placed = await order('0.01', '0.99');
    await exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
    expect((await found(placed.identifier)).executedQuantity.toString()).toBe('0.01');
    const venueCode = adapter.capabilities.duplicateIdentifierCodes[0];
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'refused', venueCode });
    const elsewhere = { symbol: 'KRW-ETH', quantity: CoinAmount.of('ETH', '1'), limitPrice: Price.of('ETH', '1000000') };
    expect(await adapter.sell({ ...placed, ...elsewhere })).toMatchObject({ kind: 'refused', venueCode });
    expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
  });

  test('a request lost on its way: nothing finds it and a resend is accepted', async () => {
    const placed = await order('0.01', '0.99');
    await exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 1_000 });
    expect(await connect(KEYS, 150).sell(placed)).toMatchObject({ kind: 'unknown' });
    expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
    expect(await adapter.searchOrders(placed.identifier, SYMBOL, START)).toEqual({ kind: 'not_found' });
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  });

  test.each(['server_error', 'gateway_error', 'maintenance', 'empty_answer', 'server_error_after_acceptance'] as const)(
    '%s leaves it open',
    async (kind) => {
      const placed = await order('0.01', '0.99');
      await exchange.operator.injectFault({ kind });
      expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
    },
  );

  test('a rate refusal does not: the next one waits and is accepted', async () => {
    const placed = await order('0.01', '0.99');
    await exchange.operator.injectFault({ kind: 'too_many_requests' });
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'not_executed', venueCode: '4' });
    expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  });

  test('an order is found months later, by search too', async () => {
    const orders = [await order('0.01', '0.99'), await order('0.01', '1.01')];
    for (const placed of orders) await adapter.sell(placed);
    clock.advanceBy(200 * DAY_MS);
    for (const placed of orders) {
      const answer = await adapter.searchOrders(placed.identifier, SYMBOL, START);
      expect(answer).toMatchObject({ kind: 'found', order: { identifier: placed.identifier, isOpen: false } });
    }
    expect(await adapter.searchOrders('cheongsan-never-sent', SYMBOL, START)).toEqual({ kind: 'not_found' });
    expect(await adapter.lookUp(orders[0]?.identifier ?? '', 'KRW-ETH'), 'in another market').toEqual({ kind: 'not_found' });
  });
});

describe('passive sells', () => {
  test('one rests, is filled in parts at its own price, and is shown until it is over', async () => {
    const placed = await passive('5');
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
    const [open] = await adapter.openOrders(SYMBOL);
    expect(open).toMatchObject({ identifier: placed.identifier, side: 'sell', symbol: SYMBOL, createdAt: START });
    expect(open?.remainingQuantity?.toString()).toBe('5');
    expect((await adapter.balances()).find(({ asset }) => asset === 'BTC')).toEqual({ asset: 'BTC', free: '95', locked: '5' });

    const seen = new Set<string>();
    let now = await found(placed.identifier);
    for (let step = 0; step < 600 && now.isOpen; step++) {
      clock.advanceBy(60_000);
      now = await found(placed.identifier);
      seen.add(`${now.statusWord} ${now.executedQuantity}`);
      const filled = now.fills.map((fill) => fill.quantity);
      expect(CoinAmount.sum('BTC', filled).toString()).toBe(now.executedQuantity.toString());
    }
    expect(now).toMatchObject({ isOpen: false, statusWord: 'FILLED' });
    expect([...seen].some((word) => word.startsWith('PARTIALLY_FILLED'))).toBe(true);
    expect(now.fills.every(({ price }) => price.equals(placed.limitPrice))).toBe(true);
    expect(await adapter.openOrders(SYMBOL)).toEqual([]);
  });

  test('cancelling races with fills: what was sold until it takes effect is sold, the rest is free again', async () => {
    await exchange.operator.setManners({ cancelDelaySeconds: 300 });
    const placed = await passive('5', 2);
    await adapter.sell(placed);
    await adapter.cancel(placed.identifier, SYMBOL);
    expect(await found(placed.identifier)).toMatchObject({ isOpen: true });
    clock.advanceBy(299_000);
    const before = await found(placed.identifier);
    expect(before.isOpen).toBe(true);
    clock.advanceBy(1_000);
    const after = await found(placed.identifier);
    expect(after.isOpen).toBe(false);
    expect(after.statusWord).toBe(after.executedQuantity.isZero() ? 'CANCELED' : 'PARTIALLY_CANCELED');
    expect(after.executedQuantity.isLessThan(before.executedQuantity)).toBe(false);
    const balance = (await adapter.balances()).find(({ asset }) => asset === 'BTC');
    expect(balance).toEqual({ asset: 'BTC', free: CoinAmount.of('BTC', '100').minus(after.executedQuantity).toString(), locked: '0' });
    const again = { code: 'EXCHANGE_REFUSED', facts: { venueCode: '117' } };
    await expect(adapter.cancel(placed.identifier, SYMBOL)).rejects.toMatchObject(again);
  });

  test('one that would take is never filled: it is cancelled at once', async () => {
    const placed: SellOrder = { ...(await order('0.01')), timeInForce: 'post_only' };
    expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
    expect(await found(placed.identifier)).toMatchObject({ isOpen: false, statusWord: 'CANCELED', fills: [] });
    await exchange.operator.setManners({ refusesTakingPostOnly: true });
    expect(await adapter.sell({ ...placed, identifier: 'refused-1' })).toMatchObject({ kind: 'refused', venueCode: '300' });
    expect(await adapter.lookUp('refused-1', SYMBOL)).toEqual({ kind: 'not_found' });
  });

  test('orders of other hands in the account are seen', async () => {
    await exchange.operator.depositWon({ accountId: CITY, amount: '900000000' });
    const price = (await adapter.orderBook(SYMBOL)).bids[5]?.price.toString() ?? '';
    await exchange.operator.placeOrder({ accountId: CITY, asset: 'BTC', side: 'buy', price, quantity: '1' });
    clock.advanceBy(1_000);
    const ours = await passive('1', 10);
    await adapter.sell(ours);
    const open = await adapter.openOrders(SYMBOL);
    expect(open.map(({ identifier, side }) => [identifier, side])).toEqual([
      [undefined, 'buy'],
      [ours.identifier, 'sell'],
    ]);
    expect(await adapter.openOrders('KRW-ETH')).toEqual([]);
  });
});

test('deposits by chain, within the exchange and from the bank, and withdrawals to it', async () => {
  const { operator } = exchange;
  const identity = { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' };
  const { accountId: person } = await operator.openAccount({ identity });
  await operator.depositFromChain({ accountId: person, asset: 'XRP', quantity: '12.345678', confirmationSeconds: 0 });
  clock.advanceBy(1_500);
  const since = clock.now();
  const chain = { asset: 'ETH', quantity: '1.23456789', confirmationSeconds: 600, transactionId: '0xabc' };
  await operator.depositFromChain({ accountId: CITY, ...chain });
  await operator.transferInternally({ fromAccountId: person, toAccountId: CITY, asset: 'XRP', quantity: '12.345678', by: 'staff' });
  await operator.depositWon({ accountId: CITY, amount: '50000' });

  const [eth, xrp] = await adapter.deposits(since);
  const untold = { network: undefined, route: 'unknown', creditedAt: undefined };
  expect(eth).toMatchObject({
    asset: 'ETH',
    quantity: '1.23456789',
    state: 'pending',
    transactionId: '0xabc',
    confirmations: 0,
    ...untold,
  });
  expect(xrp).toMatchObject({ asset: 'XRP', quantity: '12.345678', state: 'pending', ...untold });
  clock.advanceBy(700_000);
  expect((await adapter.deposits(since)).map(({ asset, state }) => [asset, state])).toEqual([
    ['ETH', 'credited'],
    ['XRP', 'credited'],
    ['KRW', 'credited'],
  ]);
  expect(await free('XRP')).toBe('12.345678');
  await operator.withdrawWon({ accountId: CITY, amount: '10000' });
  expect(await adapter.withdrawals(since)).toMatchObject([{ asset: 'KRW', quantity: '10000', fee: '1000', state: 'pending' }]);
  clock.advanceBy(700_000);
  expect(await adapter.withdrawals(since)).toMatchObject([{ state: 'done' }]);
  clock.advanceBy(100 * DAY_MS);
  expect(
    (await adapter.deposits(since)).map(({ asset }) => asset),
    'more than ninety days later',
  ).toEqual(['ETH', 'XRP', 'KRW']);
});

test('deposit addresses, with a tag where one is needed, none while deposits are halted', async () => {
  await exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: false });
  const addresses = new Map((await adapter.depositAddresses()).map((address) => [address.asset, address]));
  expect(addresses.get('BTC')).toMatchObject({ network: 'untold', address: expect.any(String), secondaryAddress: undefined });
  expect(addresses.get('XRP')?.secondaryAddress).toMatch(/^\d+$/);
  expect(addresses.has('ETH')).toBe(false);
});
