import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGopaxAdapter } from '../../src/exchange/gopax/adapter.ts';
import { clientOrderIdOf } from '../../src/exchange/gopax/client-order-id.ts';
import type { ExchangePort, SellAnswer, SellingTerms, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** The adapter and the face are built apart from each other on GOPAX's documents; here they must understand each other. */

const CITY = 'city-001';
const KEYS = { accessKey: 'access-key-of-the-sample-city', secretKey: Buffer.from('secret of the sample city').toString('base64') };
const START = new Date('2026-01-05T03:00:20Z');
const SYMBOL = 'BTC-KRW';
const MINUTE_MS = 60_000;
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;
let terms: SellingTerms;
/** Read once, since a book may be read once a second. */
let bestBid: Price;
let orderCount = 0;

function connect(keys: { accessKey: string; secretKey: string } = KEYS, timeoutMs = 5_000): ExchangePort {
  return createGopaxAdapter({ baseUrl: exchange.url, ...keys, timeoutMs, clock });
}

async function start(limits: typeof UNLIMITED | undefined): Promise<void> {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ venue: 'gopax', clock, ...(limits === undefined ? {} : { limits }) });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  await exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity: '100', confirmationSeconds: 0 });
  adapter = connect();
}

beforeEach(async () => {
  await start(UNLIMITED);
  terms = await adapter.sellingTerms(SYMBOL);
  const [best] = (await adapter.orderBook(SYMBOL)).bids;
  if (best === undefined) throw new Error('The sample market has no bid.');
  bestBid = best.price;
});
afterEach(() => exchange.stop());

/** An order at a share of the best bid, on the tick. */
function order(quantity: string, shareOfBestBid = '1', timeInForce: SellOrder['timeInForce'] = 'immediate_or_cancel'): SellOrder {
  const wanted = bestBid.times(Rate.of(shareOfBestBid));
  const tick = terms.ticks.find(({ from }) => !wanted.isLessThan(from))?.tick ?? bestBid;
  orderCount += 1;
  return {
    identifier: `0e0f3f52-7a5e-4bb1-9a53-${String(orderCount).padStart(12, '0')}`,
    symbol: SYMBOL,
    quantity: CoinAmount.of('BTC', quantity),
    limitPrice: wanted.roundToTick(tick, 'down'),
    timeInForce,
  };
}

async function found(identifier: string): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, SYMBOL);
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

async function balance(asset: string): Promise<string[]> {
  const row = (await adapter.balances()).find((candidate) => candidate.asset === asset);
  return [row?.free ?? 'none', row?.locked ?? 'none'];
}

function proceedsOf(sold: VenueOrder): VenueWon {
  return VenueWon.sum(
    'gopax',
    sold.fills.map((fill) => fill.proceeds),
  );
}

test('terms, markets and book are understood', async () => {
  expect(terms).toMatchObject({ quantityDecimalPlaces: 8, acceptsOrders: true, maximumOrder: undefined });
  expect(JSON.stringify(terms)).toContain('"takerFeeRate":"0.002","makerFeeRate":"0.002","minimumOrder":"1000"');
  expect(terms.ticks.map(({ from, tick }) => `${from}:${tick}`)).toEqual([
    '2000000:1000',
    '500000:500',
    '100000:100',
    '50000:50',
    '10000:10',
    '5000:5',
    '1:1',
    '0:0.0001',
  ]);
  await exchange.operator.setMarketEvent({ asset: 'BTC', warning: true, cautions: ['PRICE_FLUCTUATIONS'] });
  await exchange.operator.setMarketEvent({ asset: 'ETH', cautions: ['GLOBAL_PRICE_DIFFERENCES'] });
  await exchange.operator.setMarketEvent({ asset: 'XRP', further: ['danger', 'delisting'] });
  const flags = new Map((await adapter.markets()).map((market) => [market.symbol, market.flags]));
  expect([flags.get('BTC-KRW'), flags.get('ETH-KRW'), flags.get('XRP-KRW'), flags.get('SOL-KRW')]).toEqual([
    ['warning', 'caution'],
    ['caution'],
    ['delisting', 'danger'],
    [],
  ]);
  const book = await adapter.orderBook(SYMBOL);
  expect([book.bids.length, book.asks.length]).toEqual([50, 50]);
  for (const [index, level] of book.bids.slice(1).entries())
    expect(level.price.compare(book.bids[index]?.price ?? level.price)).toBeLessThan(0);
  expect(book.bids[0]?.price.isLessThan(book.asks[0]?.price ?? Price.of('BTC', '0'))).toBe(true);
  expect(book.changedAt <= clock.now()).toBe(true);
});

test('a sell that the book can take is filled, and every won is accounted for', async () => {
  const placed = order('0.01', '0.99');
  const answer = await adapter.sell(placed);
  const sold = await found(placed.identifier);
  expect(answer).toEqual({ kind: 'accepted', orderId: sold.orderId });
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'completed', identifier: placed.identifier, createdAt: START });
  expect(sold.executedQuantity.toString()).toBe('0.01');
  expect(sold.fills.every((fill) => !fill.price.isLessThan(placed.limitPrice))).toBe(true);
  expect(sold.paidFee.toString()).toBe(proceedsOf(sold).times(Rate.of('0.002')).toString());
  expect(await balance('KRW')).toEqual([proceedsOf(sold).minus(sold.paidFee).toString(), '0']);
  expect(await balance('BTC')).toEqual(['99.99', '0']);
  const [row] = await exchange.operator.orders({ accountId: CITY });
  expect(JSON.stringify(row)).toContain(clientOrderIdOf(placed.identifier));
});

test('a sell beyond its limit is filled in part, whatever word is shown for it, and the rest is free again', async () => {
  for (const partialIocWord of ['cancelled', 'filled'] as const) {
    await exchange.operator.setManners({ partialIocWord });
    const [best] = (await adapter.orderBook(SYMBOL)).bids;
    const available = best?.quantity ?? CoinAmount.zero('BTC');
    const [freeBefore = '0'] = await balance('BTC');
    const placed = { ...order(available.plus(CoinAmount.of('BTC', '0.00000001')).toString()), limitPrice: best?.price ?? bestBid };
    await adapter.sell(placed);
    const sold = await found(placed.identifier);
    expect(sold).toMatchObject({ isOpen: false, statusWord: partialIocWord === 'filled' ? 'completed' : 'cancelled' });
    expect(sold.executedQuantity.toString()).toBe(available.toString());
    expect(sold.remainingQuantity.isZero()).toBe(true);
    expect(await balance('BTC')).toEqual([CoinAmount.of('BTC', freeBefore).minus(available).toString(), '0']);
  }
});

test('a sell nobody wants ends without a fill', async () => {
  const placed = order('0.01', '1.01');
  await adapter.sell(placed);
  expect(await found(placed.identifier)).toMatchObject({ isOpen: false, statusWord: 'cancelled', fills: [] });
  expect(await balance('BTC')).toEqual(['100', '0']);
});

test('an order that only makes rests, and one that would take is over at once', async () => {
  const resting = order('0.5', '1.05', 'post_only');
  await adapter.sell(resting);
  expect(await found(resting.identifier)).toMatchObject({ isOpen: true, statusWord: 'placed', fills: [] });
  expect(await balance('BTC')).toEqual(['99.5', '0.5']);
  expect(await adapter.openOrders(SYMBOL)).toMatchObject([{ identifier: resting.identifier, side: 'sell', createdAt: START }]);
  expect(await adapter.openOrders('ETH-KRW')).toEqual([]);

  const taking = order('0.5', '0.99', 'post_only');
  expect(await adapter.sell(taking)).toMatchObject({ kind: 'accepted' });
  expect(await found(taking.identifier)).toMatchObject({ isOpen: false, fills: [] });
  expect(adapter.capabilities.postOnly?.wouldTakeCode).toBeUndefined();
});

test('what a resting order sold was made, and its fee is found', async () => {
  const { asks } = await adapter.orderBook(SYMBOL);
  const resting = { ...order('0.001', '1', 'post_only'), limitPrice: asks[0]?.price ?? Price.of('BTC', '1') };
  await adapter.sell(resting);
  const { accountId } = await exchange.operator.openAccount({
    identity: { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' },
  });
  await exchange.operator.depositWon({ accountId, amount: '100000000000' });
  const price = resting.limitPrice.toString();
  await exchange.operator.placeOrder({ accountId, asset: 'BTC', side: 'buy', price, quantity: '100', execution: 'rest' });
  const sold = await found(resting.identifier);
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'completed', fills: [{}] });
  expect(sold.paidFee.toString()).toBe(proceedsOf(sold).times(Rate.of('0.002')).toString());
});

test('a request to cancel races with fills: it is heard, and what it came to is looked up', async () => {
  await exchange.operator.setManners({ cancelDelaySeconds: 5 });
  const placed = order('0.5', '1.05', 'post_only');
  await adapter.sell(placed);
  await adapter.cancel(placed.identifier, SYMBOL);
  expect(await found(placed.identifier)).toMatchObject({ isOpen: true });
  clock.advanceBy(6_000);
  expect(await found(placed.identifier)).toMatchObject({ isOpen: false, statusWord: 'cancelled', fills: [] });
  expect(await balance('BTC')).toEqual(['100', '0']);
  await expect(adapter.cancel(placed.identifier, SYMBOL)).rejects.toMatchObject({
    code: 'EXCHANGE_REFUSED',
    message: expect.stringContaining('10221'),
  });
});

test('each refusal is known by its code', async () => {
  const refused = async (change: Partial<SellOrder>, by = adapter): Promise<SellAnswer> => by.sell({ ...order('0.01', '0.99'), ...change });
  const offTick = order('0.01', '0.99').limitPrice.plus(Price.of('BTC', '1'));
  const cases: [Partial<SellOrder>, string][] = [
    [{ quantity: CoinAmount.of('BTC', '0.00000001') }, '10212'],
    [{ quantity: CoinAmount.of('BTC', '0.000000001') }, '107'],
    [{ limitPrice: offTick }, '108'],
    [{ symbol: 'NOSUCH-KRW', quantity: CoinAmount.of('NOSUCH', '1'), limitPrice: Price.of('NOSUCH', '10000') }, '10058'],
    [{ symbol: 'ETH-KRW', quantity: CoinAmount.of('ETH', '0.01'), limitPrice: Price.of('ETH', '1000000') }, '201'],
  ];
  for (const [change, venueCode] of cases) expect(await refused(change), venueCode).toMatchObject({ kind: 'refused', venueCode });
  const strange = { ...KEYS, secretKey: Buffer.from('another').toString('base64') };
  expect(await refused({}, connect(strange))).toMatchObject({ kind: 'refused', venueCode: '10004' });
  expect(await refused({}, connect({ ...KEYS, accessKey: 'nobody' }))).toMatchObject({ kind: 'refused', venueCode: '10155' });
  expect(await exchange.operator.orders({ accountId: CITY })).toEqual([]);
});

test('an id stays used while its order is open and is free again afterwards: nothing may be sent twice under one', async () => {
  expect(adapter.capabilities.identifierStaysUsed).toBe(false);
  const resting = order('0.5', '1.05', 'post_only');
  await adapter.sell(resting);
  const duplicate = await adapter.sell(resting);
  expect(duplicate).toMatchObject({ kind: 'refused', venueCode: '10222' });
  expect(adapter.capabilities.duplicateIdentifierCodes).toContain('10222');
  await adapter.cancel(resting.identifier, SYMBOL);
  expect(await adapter.sell(resting)).toMatchObject({ kind: 'accepted' });
  expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(2);
});

test('an answer lost after acceptance is unknown, and the look-up tells the truth', async () => {
  const placed = order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  expect((await found(placed.identifier)).executedQuantity.toString()).toBe('0.01');
  expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
});

test('a request lost on its way is unknown too, and no list holds it', async () => {
  const placed = order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 1_000 });
  expect(await connect(KEYS, 150).sell(placed)).toMatchObject({ kind: 'unknown' });
  expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
  expect(await adapter.searchOrders(placed.identifier, SYMBOL, START)).toEqual({ kind: 'not_found' });
});

test('trouble inside leaves the outcome open, too many requests do not', async () => {
  const placed = order('0.01', '0.99');
  for (const kind of ['server_error', 'maintenance', 'gateway_error', 'empty_answer'] as const) {
    await exchange.operator.injectFault({ kind });
    expect(await adapter.sell({ ...placed, identifier: kind }), kind).toMatchObject({ kind: 'unknown' });
  }
  await exchange.operator.injectFault({ kind: 'too_many_requests' });
  expect(await adapter.sell(placed)).toEqual({ kind: 'not_executed', venueCode: '10105', retryAfterMs: 1_000 });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  await exchange.operator.injectFault({ kind: 'blocked' });
  expect(await adapter.sell(placed)).toEqual({ kind: 'not_executed', venueCode: '10364', retryAfterMs: 60_000 });
  expect(await adapter.lookUp(placed.identifier, SYMBOL)).toMatchObject({ kind: 'unavailable' });
});

test('an order that is over is shown for ten minutes, and afterwards nothing proves that it never was', async () => {
  const placed = order('0.01', '0.99');
  await adapter.sell(placed);
  const { orderShownMs = 0 } = adapter.capabilities;
  clock.advanceBy(orderShownMs);
  expect(await adapter.searchOrders(placed.identifier, SYMBOL, START)).toMatchObject({ kind: 'found', order: { isOpen: false } });
  expect(await adapter.searchOrders('never sent', SYMBOL, START)).toEqual({ kind: 'not_found' });
  await found(placed.identifier);
  clock.advanceBy(10 * MINUTE_MS - orderShownMs);
  expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
  expect(await adapter.searchOrders(placed.identifier, SYMBOL, START)).toMatchObject({ kind: 'unavailable' });
});

test('an order that was accepted and is not visible yet is in no look-up and no list', async () => {
  await exchange.operator.setManners({ hiddenSeconds: 5 });
  const placed = order('0.5', '1.05', 'post_only');
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  expect(await adapter.lookUp(placed.identifier, SYMBOL)).toEqual({ kind: 'not_found' });
  expect(await adapter.openOrders(SYMBOL)).toEqual([]);
  clock.advanceBy(5_000);
  expect(await found(placed.identifier)).toMatchObject({ isOpen: true });
});

test('another program knows nothing of our identifiers, and neither do we of its ids', async () => {
  const placed = order('0.5', '1.05', 'post_only');
  await adapter.sell(placed);
  await exchange.operator.depositWon({ accountId: CITY, amount: '1000000' });
  await exchange.operator.placeOrder({ accountId: CITY, asset: 'BTC', side: 'buy', price: '10000000', quantity: '0.01' });
  const another = connect();
  const identifiers = async () => (await another.openOrders(SYMBOL)).map(({ identifier }) => identifier);
  expect(await identifiers()).toEqual([clientOrderIdOf(placed.identifier), undefined]);
  await another.lookUp(placed.identifier, SYMBOL);
  expect(await identifiers()).toEqual([placed.identifier, undefined]);
});

test('deposits and withdrawals: one list at GOPAX, two here', async () => {
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
  await operator.depositWon({ accountId: CITY, amount: '50000' });
  const [eth, xrp] = await adapter.deposits(since);
  const untold = { network: undefined, route: 'unknown', state: 'pending', statusWord: 'processing', creditedAt: undefined };
  expect(eth).toMatchObject({ asset: 'ETH', quantity: '1.23456789', transactionId: '0xabc', ...untold });
  expect(xrp).toMatchObject({ asset: 'XRP', quantity: '12.345678', ...untold });
  clock.advanceBy(700_000);
  expect((await adapter.deposits(since)).map(({ asset, state, creditedAt }) => [asset, state, creditedAt !== undefined])).toEqual([
    ['ETH', 'credited', true],
    ['XRP', 'credited', true],
    ['KRW', 'credited', true],
  ]);
  await operator.withdrawWon({ accountId: CITY, amount: '10000' });
  expect(await adapter.withdrawals(since)).toMatchObject([{ asset: 'KRW', quantity: '10000', fee: '1000', state: 'pending' }]);
  clock.advanceBy(700_000);
  expect(await adapter.withdrawals(since)).toMatchObject([{ state: 'done', doneAt: expect.any(Date) }]);
});

test('more transfers than a page holds are read to the end, also within one second', async () => {
  for (let index = 0; index < 50; index += 1) {
    await exchange.operator.depositWon({ accountId: CITY, amount: String(1_000 + index) });
    if (index % 10 === 9) clock.advanceBy(1_000);
  }
  const deposits = await adapter.deposits(START);
  expect(deposits.filter(({ asset }) => asset === 'KRW').map(({ quantity }) => quantity)).toEqual(
    Array.from({ length: 50 }, (_, index) => String(1_000 + index)),
  );
});

test('what GOPAX does not tell is not made up: networks of addresses, wallets, rights of a key', async () => {
  expect(await adapter.depositAddresses()).toEqual([]);
  const wallets = await adapter.walletStates();
  expect(wallets).toContainEqual({ asset: 'BTC', state: 'unknown' });
  expect(wallets.map(({ asset }) => asset)).not.toContain('KRW');
  expect(await adapter.keyFacts()).toEqual({ permissions: undefined, expiresAt: undefined, boundAddresses: undefined });
  await expect(connect({ ...KEYS, accessKey: 'nobody' }).balances()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  expect(adapter.capabilities.privatePart).toBe('unverified');
});

test('candles, the last trade and the venue’s clock', async () => {
  const from = new Date(START.getTime() - 2_500 * MINUTE_MS);
  const candles = await adapter.candles(SYMBOL, MINUTE_MS, from, START);
  expect(candles).toHaveLength(2_500);
  for (const [index, { startMs, open, high, low, close }] of candles.entries()) {
    expect(startMs).toBe(Date.parse('2026-01-03T09:21:00Z') + index * MINUTE_MS);
    expect(low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
  }
  await expect(adapter.candles(SYMBOL, 15 * MINUTE_MS, from, START)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect((await adapter.lastTrade(SYMBOL))?.tradedAt).toEqual(new Date('2026-01-05T03:00:15Z'));
  expect(adapter.clockSkewMs()).toBe(0);
  await exchange.operator.setManners({ clockAheadSeconds: 20 });
  await adapter.balances();
  expect(adapter.clockSkewMs()).toBe(20_000);
});

test('a coin that was delisted is gone from the markets and refused by name', async () => {
  await exchange.operator.setDelisting({ asset: 'BTC', closesAt: START.toISOString() });
  expect((await adapter.markets()).map(({ asset }) => asset)).not.toContain('BTC');
  await expect(adapter.sellingTerms(SYMBOL)).rejects.toMatchObject({
    code: 'EXCHANGE_REFUSED',
    message: expect.stringContaining('10059'),
  });
});

test('rates are met by waiting, not by refusals: twenty a second, and one book', async () => {
  await exchange.stop();
  await start(undefined);
  await Promise.all([
    ...Array.from({ length: 30 }, () => adapter.balances()),
    ...Array.from({ length: 30 }, () => adapter.lastTrade(SYMBOL)),
    ...Array.from({ length: 2 }, () => adapter.orderBook(SYMBOL)),
  ]);
  expect(adapter.orderBudget()).toMatchObject({ blockedMs: 0 });
});
