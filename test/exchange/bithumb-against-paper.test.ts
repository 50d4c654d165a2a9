import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBithumbAdapter } from '../../src/exchange/bithumb/adapter.ts';
import type { ExchangePort, SellAnswer, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** The adapter and Bithumb's face are built apart from each other on Bithumb's documents; here they must understand each other. */

const CITY = 'city-001';
const KEYS = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
const START = new Date('2026-01-05T03:00:20Z');
const DAY_MS = 86_400_000;
const SYMBOL = 'KRW-BTC';

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;
let count = 0;

function connect(keys = KEYS, timeoutMs = 5_000): ExchangePort {
  return createBithumbAdapter({ baseUrl: exchange.url, ...keys, timeoutMs, clock });
}

beforeEach(async () => {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ venue: 'bithumb', clock });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  await exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity: '100', confirmationSeconds: 0 });
  adapter = connect();
});
afterEach(() => exchange.stop());

/** An order at a share of the best bid, on its step. */
async function order(quantity: string, shareOfBestBid = '0.99', changes: Partial<SellOrder> = {}): Promise<SellOrder> {
  const [{ bids }, { ticks }] = await Promise.all([adapter.orderBook(SYMBOL), adapter.sellingTerms(SYMBOL)]);
  const wanted = bids[0]?.price.times(Rate.of(shareOfBestBid));
  const tick = ticks.find(({ from }) => wanted !== undefined && !wanted.isLessThan(from))?.tick;
  if (wanted === undefined || tick === undefined) throw new Error('The sample market has no bid or no step.');
  count += 1;
  return {
    identifier: `cheongsan-paper-${count}`,
    symbol: SYMBOL,
    quantity: CoinAmount.of('BTC', quantity),
    limitPrice: wanted.roundToTick(tick, 'down'),
    timeInForce: 'immediate_or_cancel',
    ...changes,
  };
}

async function found(identifier: string): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, SYMBOL);
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

async function free(asset: string): Promise<string | undefined> {
  return (await adapter.balances()).find((balance) => balance.asset === asset)?.free;
}

test('terms, markets and books are understood', async () => {
  const terms = await adapter.sellingTerms(SYMBOL);
  expect(terms).toMatchObject({ quantityDecimalPlaces: 8, acceptsOrders: true });
  expect(JSON.stringify(terms)).toContain(
    '"takerFeeRate":"0.0025","makerFeeRate":"0.0025","minimumOrder":"5000","maximumOrder":"5000000000"',
  );
  await exchange.operator.setMarketEvent({ asset: 'BTC', warning: true, cautions: ['PRICE_FLUCTUATIONS'], further: ['danger'] });
  await exchange.operator.setMarketEvent({ asset: 'AQT', further: ['delisting'] });
  const flags = new Map((await adapter.markets()).map((market) => [market.asset, market.flags]));
  expect([flags.get('BTC'), flags.get('AQT'), flags.get('ETH')]).toEqual([['danger', 'warning', 'caution'], ['delisting'], []]);
  const books = await Promise.all(['BTC', 'ETH', 'XRP'].map((asset) => adapter.orderBook(`KRW-${asset}`)));
  for (const { asset, bids, asks } of books) {
    expect([asset, bids.length, asks.length]).toEqual([asset, 30, 30]);
    // Every price that is shown lies on the steps that the adapter tells.
    const { ticks } = await adapter.sellingTerms(`KRW-${asset}`);
    for (const { price } of [...bids, ...asks]) {
      const tick = ticks.find(({ from }) => !price.isLessThan(from))?.tick ?? price;
      expect(price.roundToTick(tick, 'down').toString()).toBe(price.toString());
    }
  }
});

test('a sell that the book can take is filled, and every won is accounted for by the fee that was paid', async () => {
  const placed = await order('0.01');
  const answer = await adapter.sell(placed);
  const sold = await found(placed.identifier);
  expect(answer).toEqual({ kind: 'accepted', orderId: sold.orderId });
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'done' });
  expect(sold.executedQuantity.toString()).toBe('0.01');
  const proceeds = VenueWon.sum(
    'bithumb',
    sold.fills.map((fill) => fill.proceeds),
  );
  expect(sold.paidFee.toString()).toBe(proceeds.times(Rate.of('0.0025')).toString());
  expect(await free('KRW')).toBe(proceeds.minus(sold.paidFee).toString());
});

test('a sell beyond its limit is filled in part, shown as `done`, and the rest is free again', async () => {
  const { bids } = await adapter.orderBook(SYMBOL);
  const available = bids[0]?.quantity ?? CoinAmount.zero('BTC');
  const placed = await order(available.plus(CoinAmount.of('BTC', '0.00000001')).toString(), '1');
  await adapter.sell(placed);
  const sold = await found(placed.identifier);
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'done' });
  expect(sold.executedQuantity.toString()).toBe(available.toString());
  expect(sold.remainingQuantity.isZero()).toBe(true);
  expect(await free('BTC')).toBe(CoinAmount.of('BTC', '100').minus(available).toString());

  const unwanted = await order('0.01', '1.01');
  await adapter.sell(unwanted);
  expect(await found(unwanted.identifier)).toMatchObject({ isOpen: false, statusWord: 'cancel', fills: [] });
});

test('one that only makes rests and is cancelled in a race with fills; one that would take is cancelled at once', async () => {
  const taking = await order('0.01', '0.99', { timeInForce: 'post_only' });
  expect(await adapter.sell(taking)).toMatchObject({ kind: 'accepted' });
  expect(await found(taking.identifier)).toMatchObject({ isOpen: false, statusWord: 'cancel', fills: [] });

  const { asks } = await adapter.orderBook(SYMBOL);
  const price = asks[4]?.price;
  if (price === undefined) throw new Error('Nobody asks.');
  const resting = await order('20', '1', { timeInForce: 'post_only', limitPrice: price });
  await adapter.sell(resting);
  const [open] = await adapter.openOrders(SYMBOL);
  expect(open).toMatchObject({ identifier: resting.identifier, side: 'sell' });
  expect(open?.remainingQuantity?.toString()).toBe('20');
  await exchange.operator.setManners({ cancelDelaySeconds: 300 });
  await adapter.cancel(resting.identifier, SYMBOL);
  clock.advanceBy(299_000);
  const before = await found(resting.identifier);
  expect(before.isOpen).toBe(true);
  clock.advanceBy(1_000);
  const after = await found(resting.identifier);
  expect(after).toMatchObject({ isOpen: false, statusWord: 'cancel' });
  expect(after.executedQuantity.isLessThan(before.executedQuantity)).toBe(false);
  expect(await free('BTC')).toBe(CoinAmount.of('BTC', '100').minus(after.executedQuantity).toString());
  expect(await adapter.openOrders(SYMBOL)).toEqual([]);
  await expect(adapter.cancel(resting.identifier, SYMBOL)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('each refusal is known by name, and a refused identifier is not used up', async () => {
  const refused = async (changes: Partial<SellOrder>, by = adapter): Promise<SellAnswer> => by.sell(await order('0.01', '0.99', changes));
  const eth = { symbol: 'KRW-ETH', quantity: CoinAmount.of('ETH', '0.01'), limitPrice: Price.of('ETH', '1000000') };
  const cases: [Partial<SellOrder>, string][] = [
    [{ quantity: CoinAmount.of('BTC', '0.00000001') }, 'under_price_limit_ask'],
    [{ limitPrice: (await order('0.01')).limitPrice.plus(Price.of('BTC', '1')) }, 'invalid_price_ask'],
    [
      { symbol: 'KRW-NOSUCH', quantity: CoinAmount.of('NOSUCH', '1'), limitPrice: Price.of('NOSUCH', '10000') },
      'currency does not have a valid value',
    ],
    [eth, 'insufficient_funds_ask'],
  ];
  for (const [changes, venueCode] of cases) expect(await refused(changes), venueCode).toMatchObject({ kind: 'refused', venueCode });
  const identifier = 'cheongsan-refused-once';
  expect(await refused({ ...eth, identifier })).toMatchObject({ kind: 'refused' });
  expect(await adapter.lookUp(identifier, SYMBOL)).toEqual({ kind: 'not_found' });
  expect(await refused({ identifier })).toMatchObject({ kind: 'accepted' });
  const stranger = connect({ ...KEYS, secretKey: 'not the secret' });
  expect(await refused({}, stranger)).toMatchObject({ kind: 'refused', venueCode: 'jwt_verification' });
});

test('an answer lost after acceptance is unknown; the look-up tells, and the same id is answered with the same order', async () => {
  const placed = await order('0.01');
  await exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  const sold = await found(placed.identifier);
  expect(await adapter.sell(placed)).toEqual({ kind: 'accepted', orderId: sold.orderId });
  expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
});

test('a request lost on its way is unknown; no look-up and no list has it', async () => {
  const placed = await order('0.01');
  await adapter.sell(await order('0.01'));
  await exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 1_000 });
  expect(await connect(KEYS, 150).sell(placed)).toMatchObject({ kind: 'unknown' });
  expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
  expect(await adapter.searchOrders(placed.identifier, SYMBOL, START)).toEqual({ kind: 'not_found' });
});

test('an order that is not to be seen yet is no answer, and is found later', async () => {
  await exchange.operator.setManners({ hiddenSeconds: 5 });
  const orders = await Promise.all(Array.from({ length: 5 }, () => order('0.01')));
  for (const placed of orders) expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  const atOnce = await Promise.all(orders.map(({ identifier }) => adapter.lookUp(identifier, SYMBOL)));
  expect(atOnce.some((answer) => answer.kind === 'unavailable' && answer.reason.includes('order_not_ready'))).toBe(true);
  expect(atOnce.every(({ kind }) => kind !== 'not_found')).toBe(true);
  clock.advanceBy(5_000);
  for (const { identifier } of orders) expect(await found(identifier)).toMatchObject({ isOpen: false });
});

test('a search finds filled and unfilled orders weeks later', async () => {
  const orders = [await order('0.01'), await order('0.01', '1.01')];
  for (const placed of orders) await adapter.sell(placed);
  clock.advanceBy(20 * DAY_MS);
  for (const { identifier } of orders) {
    expect(await adapter.searchOrders(identifier, SYMBOL, START)).toMatchObject({ kind: 'found', order: { identifier, isOpen: false } });
  }
  expect(await adapter.searchOrders('cheongsan-never-sent', SYMBOL, START)).toEqual({ kind: 'not_found' });
});

test('a clock that differs too far means that nothing was executed, and is seen', async () => {
  await exchange.operator.setManners({ clockAheadSeconds: 25 });
  expect(await adapter.sell(await orderOf('0.01'))).toMatchObject({ kind: 'not_executed', venueCode: 'expired_jwt' });
  expect(adapter.clockSkewMs()).toBe(25_000);
  expect(await exchange.operator.orders({ accountId: CITY })).toEqual([]);
  await exchange.operator.setManners({ clockAheadSeconds: 15 });
  expect(await adapter.sell(await order('0.01'))).toMatchObject({ kind: 'accepted' });
});

/** Without asking what needs a token. */
async function orderOf(quantity: string): Promise<SellOrder> {
  const { bids } = await adapter.orderBook(SYMBOL);
  const limitPrice = bids[0]?.price ?? Price.of('BTC', '1000');
  return {
    identifier: 'clock-1',
    symbol: SYMBOL,
    quantity: CoinAmount.of('BTC', quantity),
    limitPrice,
    timeInForce: 'immediate_or_cancel',
  };
}

test('deposits of coins and won, and withdrawals to the bank', async () => {
  const { operator } = exchange;
  const { accountId: person } = await operator.openAccount({
    identity: { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' },
  });
  await operator.depositFromChain({ accountId: person, asset: 'XRP', quantity: '12.345678', confirmationSeconds: 0 });
  clock.advanceBy(1_500);
  const since = clock.now();
  await operator.depositFromChain({
    accountId: CITY,
    asset: 'ETH',
    quantity: '1.23456789',
    confirmationSeconds: 600,
    transactionId: '0xabc',
  });
  await operator.transferInternally({ fromAccountId: person, toAccountId: CITY, asset: 'XRP', quantity: '12.345678', by: 'staff' });
  clock.advanceBy(1_000);
  await operator.depositWon({ accountId: CITY, amount: '50000' });
  const [eth, xrp] = await adapter.deposits(since);
  expect(eth).toMatchObject({
    asset: 'ETH',
    quantity: '1.23456789',
    network: 'ETH',
    route: 'unknown',
    state: 'pending',
    transactionId: '0xabc',
  });
  expect(xrp).toMatchObject({ asset: 'XRP', network: undefined, state: 'pending', statusWord: 'DEPOSIT_PROCESSING' });
  clock.advanceBy(700_000);
  const credited = await adapter.deposits(since);
  expect(credited.map(({ asset, state }) => [asset, state])).toEqual([
    ['ETH', 'credited'],
    ['XRP', 'credited'],
    ['KRW', 'credited'],
  ]);
  expect(credited.every((deposit) => deposit.creditedAt !== undefined)).toBe(true);
  await operator.withdrawWon({ accountId: CITY, amount: '10000' });
  expect(await adapter.withdrawals(since)).toMatchObject([{ asset: 'KRW', quantity: '10000', fee: '1000', state: 'pending' }]);
  clock.advanceBy(700_000);
  expect(await adapter.withdrawals(since)).toMatchObject([{ state: 'done', doneAt: expect.any(Date) }]);
});

test('bars, the last trade, wallets, addresses and the key', async () => {
  const hours = await adapter.candles(SYMBOL, 3_600_000, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-05T03:00:00Z'));
  expect(hours).toHaveLength(99);
  expect(hours.at(-1)?.startMs).toBe(Date.parse('2026-01-05T02:00:00Z'));
  const minutes = await adapter.candles(SYMBOL, 60_000, new Date('2026-01-05T02:00:00Z'), new Date('2026-01-05T03:00:00Z'));
  expect(minutes).toHaveLength(60);
  expect(minutes.at(-1)?.close).toBe(hours.at(-1)?.close);
  expect((await adapter.lastTrade(SYMBOL))?.tradedAt).toEqual(new Date('2026-01-05T03:00:15Z'));
  await exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: false });
  const wallets = new Map((await adapter.walletStates()).map(({ asset, state }) => [asset, state]));
  expect([wallets.get('ETH'), wallets.get('BTC')]).toEqual(['withdrawals_only', 'working']);
  expect((await adapter.depositAddresses()).find(({ asset }) => asset === 'XRP')?.secondaryAddress).toMatch(/^\d+$/);
  expect((await adapter.keyFacts()).expiresAt).toBeInstanceOf(Date);
});

test('rates are met by waiting: of orders by ours, of everything else by the venue’s', async () => {
  const orders = await Promise.all(Array.from({ length: 45 }, () => order('0.001')));
  const answers = await Promise.all(orders.map((placed) => adapter.sell(placed)));
  expect(answers.every(({ kind }) => kind === 'accepted')).toBe(true);
  const trades = await Promise.all(Array.from({ length: 400 }, () => adapter.lastTrade(SYMBOL)));
  expect(trades).toHaveLength(400);
});
