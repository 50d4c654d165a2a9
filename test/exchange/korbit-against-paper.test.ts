import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKorbitAdapter } from '../../src/exchange/korbit/adapter.ts';
import type { ExchangePort, SellAnswer, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { type PaperExchange, type PaperExchangeOptions, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** The adapter and the face are built apart from each other on Korbit's documents; here they must understand each other. */

const CITY = 'city-001';
const KEYS = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
const START = new Date('2026-01-05T03:00:20Z');
const HOUR_MS = 3_600_000;
const UNLIMITED = { ordersPerSecond: 100_000, defaultPerSecond: 100_000, quotationPerSecond: 100_000 };
const [BTC, ETH] = ['btc_krw', 'eth_krw'];

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;
let orderCount = 0;

function connect(changes: { accessKey?: string; secretKey?: string; timeoutMs?: number; clock?: DrivenClock } = {}): ExchangePort {
  return createKorbitAdapter({ baseUrl: exchange.url, ...KEYS, timeoutMs: 5_000, clock, ...changes });
}

async function open(options: Partial<PaperExchangeOptions> = {}): Promise<void> {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ venue: 'korbit', clock, limits: UNLIMITED, ...options });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  for (const [asset, quantity] of [
    ['BTC', '100'],
    ['ETH', '1000'],
  ] as const)
    await exchange.operator.depositFromChain({ accountId: CITY, asset, quantity, confirmationSeconds: 0 });
  adapter = connect();
}

beforeEach(() => open());
afterEach(() => exchange.stop());

/** An order at a share of the best bid, on the tick. */
async function order(quantity: string, shareOfBestBid = '1', symbol = BTC): Promise<SellOrder> {
  const { asset, bids } = await adapter.orderBook(symbol);
  const { ticks } = await adapter.sellingTerms(symbol);
  const best = bids[0]?.price;
  if (best === undefined) throw new Error('Nobody bids.');
  const price = best.times(Rate.of(shareOfBestBid));
  const tick = ticks.find(({ from }) => !price.isLessThan(from))?.tick;
  if (tick === undefined) throw new Error('There is no tick.');
  orderCount += 1;
  return {
    identifier: `sample:${orderCount}`,
    symbol,
    quantity: CoinAmount.of(asset, quantity),
    limitPrice: price.roundToTick(tick, 'down'),
    timeInForce: 'immediate_or_cancel',
  };
}

async function passive(quantity: string, level = 0): Promise<SellOrder> {
  const { asks } = await adapter.orderBook(ETH);
  const limitPrice = asks[level]?.price;
  if (limitPrice === undefined) throw new Error('Nobody asks.');
  orderCount += 1;
  return {
    identifier: `sample:${orderCount}`,
    symbol: ETH,
    quantity: CoinAmount.of('ETH', quantity),
    limitPrice,
    timeInForce: 'post_only',
  };
}

async function found({ identifier, symbol }: SellOrder): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, symbol);
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

async function free(asset: string): Promise<string | undefined> {
  return (await adapter.balances()).find((balance) => balance.asset === asset)?.free;
}

function proceedsOf(sold: VenueOrder): VenueWon {
  return VenueWon.sum(
    'korbit',
    sold.fills.map((fill) => fill.proceeds),
  );
}

test('terms, markets and book are understood', async () => {
  const terms = await adapter.sellingTerms(BTC);
  expect(terms).toMatchObject({ quantityDecimalPlaces: 8, acceptsOrders: true });
  expect(JSON.stringify(terms)).toContain(
    '"takerFeeRate":"0.002","makerFeeRate":"0.002","minimumOrder":"5000","maximumOrder":"1000000000"',
  );
  expect(terms.ticks.map(({ from, tick }) => `${from} ${tick}`)).toEqual([
    '1000000 1000',
    '500000 500',
    '100000 100',
    '50000 50',
    '10000 10',
    '5000 5',
    '1000 1',
    '100 0.1',
    '10 0.01',
    '1 0.001',
    '0 0.0001',
  ]);
  const { operator } = exchange;
  await operator.setMarketEvent({ asset: 'BTC', warning: true, cautions: ['PRICE_FLUCTUATIONS'] });
  await operator.setMarketEvent({ asset: 'MOC', further: ['danger'] });
  await operator.setMarketEvent({ asset: 'AQT', further: ['delisting'] });
  const flags = new Map((await adapter.markets()).map((market) => [market.symbol, market.flags]));
  expect([flags.get(BTC), flags.get('moc_krw'), flags.get('aqt_krw'), flags.get(ETH)]).toEqual([
    ['warning', 'caution'],
    ['danger'],
    ['delisting'],
    [],
  ]);
  const book = await adapter.orderBook(BTC);
  expect([book.bids.length, book.asks.length]).toEqual([30, 30]);
  expect(book.changedAt <= clock.now()).toBe(true);
});

test('a sell that the book can take is filled, and every won is accounted for', async () => {
  const placed = await order('0.01', '0.99');
  const answer = await adapter.sell(placed);
  const sold = await found(placed);
  expect(answer).toEqual({ kind: 'accepted', orderId: sold.orderId });
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'filled', identifier: placed.identifier, createdAt: START });
  expect(sold.executedQuantity.toString()).toBe('0.01');
  expect(sold.fills.every((fill) => !fill.price.isLessThan(placed.limitPrice))).toBe(true);
  expect(sold.paidFee.toString()).toBe(proceedsOf(sold).times(Rate.of('0.002')).toString());
  expect(await free('KRW')).toBe(proceedsOf(sold).minus(sold.paidFee).toString());
  expect(await free('BTC')).toBe('99.99');
});

test('a sell beyond its limit is `filled` in part, and the rest is free again', async () => {
  const { bids } = await adapter.orderBook(BTC);
  const available = bids[0]?.quantity ?? CoinAmount.zero('BTC');
  const placed = await order(available.plus(CoinAmount.of('BTC', '0.00000001')).toString());
  await adapter.sell(placed);
  const sold = await found(placed);
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'filled' });
  expect(sold.executedQuantity.toString()).toBe(available.toString());
  expect(sold.remainingQuantity.isZero()).toBe(true);
  expect(await free('BTC')).toBe(CoinAmount.of('BTC', '100').minus(available).toString());
});

test('a sell nobody wants expires without a fill', async () => {
  const placed = await order('0.01', '1.01');
  await adapter.sell(placed);
  expect(await found(placed)).toMatchObject({ isOpen: false, statusWord: 'expired', fills: [] });
  expect(await free('BTC')).toBe('100');
});

test('each refusal is known by its word, and uses no identifier up', async () => {
  const refused = async (change: Partial<SellOrder>, by = adapter): Promise<SellAnswer> =>
    by.sell({ ...(await order('0.01', '0.99')), ...change });
  const offTick = (await order('0.01', '0.99')).limitPrice.plus(Price.of('BTC', '1'));
  const unknown = { symbol: 'nosuch_krw', quantity: CoinAmount.of('NOSUCH', '1'), limitPrice: Price.of('NOSUCH', '10000') };
  const cases: [Partial<SellOrder>, string][] = [
    [{ quantity: CoinAmount.of('BTC', '0.00000001') }, 'ORDER_VALUE_TOO_SMALL'],
    [{ limitPrice: Price.of('BTC', '1000000000000') }, 'ORDER_VALUE_TOO_LARGE'],
    [{ limitPrice: offTick }, 'PRICE_TICK_SIZE_INVALID'],
    [unknown, 'INVALID_CURRENCY_PAIR'],
    [{ ...unknown, symbol: 'xrp_krw', quantity: CoinAmount.of('XRP', '10'), limitPrice: Price.of('XRP', '9000') }, 'NO_BALANCE'],
  ];
  for (const [change, venueCode] of cases) expect(await refused(change), venueCode).toMatchObject({ kind: 'refused', venueCode });

  const poor = { ...(await order('0.01', '0.99')), quantity: CoinAmount.of('BTC', '100.5') };
  const tooMuch = { ...poor, limitPrice: Price.of('BTC', '9000000') };
  expect(await adapter.sell(tooMuch)).toMatchObject({ kind: 'refused' });
  expect(await adapter.lookUp(poor.identifier, BTC)).toEqual({ kind: 'not_found' });
  expect(await adapter.sell({ ...(await order('0.01', '0.99')), identifier: poor.identifier })).toMatchObject({ kind: 'accepted' });

  expect(await refused({}, connect({ secretKey: 'not the secret' }))).toMatchObject({ kind: 'refused' });
  expect(await refused({}, connect({ accessKey: 'nobody' }))).toMatchObject({ kind: 'refused', venueCode: 'KEY_NOT_FOUND' });
  await exchange.operator.setFrozen({ accountId: CITY, frozen: true });
  expect(await refused({})).toMatchObject({ kind: 'refused', venueCode: 'INVALID_USER_STATUS' });
});

test('an answer lost after acceptance is unknown; the look-up and a resend both tell the truth', async () => {
  const placed = await order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  expect((await found(placed)).executedQuantity.toString()).toBe('0.01');
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'refused', venueCode: adapter.capabilities.duplicateIdentifierCodes[0] });
  expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
});

test('a request lost on its way is unknown too; no list holds it and a resend is accepted', async () => {
  const placed = await order('0.01', '0.99');
  const impatient = connect({ timeoutMs: 150 });
  await impatient.balances();
  await exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 1_000 });
  expect(await impatient.sell(placed)).toMatchObject({ kind: 'unknown' });
  expect(await adapter.lookUp(placed.identifier, BTC)).toEqual({ kind: 'not_found' });
  expect(await adapter.searchOrders(placed.identifier, BTC, START)).toEqual({ kind: 'not_found' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
});

test('a server error leaves the outcome open, a rate refusal does not', async () => {
  const placed = await order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'server_error' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  await exchange.operator.injectFault({ kind: 'too_many_requests' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'not_executed', retryAfterMs: 1_000 });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
});

test('orders of each end are found and searched for within their time, and not beyond', async () => {
  const [filled, expired] = [await order('0.01', '0.99'), await order('0.01', '1.01')];
  for (const placed of [filled, expired]) await adapter.sell(placed);
  clock.advanceBy(30 * HOUR_MS);
  for (const { identifier, symbol } of [filled, expired]) {
    expect(await adapter.lookUp(identifier, symbol)).toMatchObject({ kind: 'found' });
    expect(await adapter.searchOrders(identifier, symbol, START)).toMatchObject({ kind: 'found', order: { identifier, isOpen: false } });
  }
  expect(await adapter.searchOrders('never-sent', BTC, START)).toEqual({ kind: 'not_found' });
  clock.advanceBy(7 * HOUR_MS);
  expect(await adapter.searchOrders('never-sent', BTC, START)).toMatchObject({ kind: 'unavailable' });
  // Its trades are listed no more, so that what it brought cannot be read; the one without a fill is still known.
  expect(await adapter.lookUp(filled.identifier, BTC)).toMatchObject({ kind: 'unavailable' });
  expect(await adapter.lookUp(expired.identifier, BTC)).toMatchObject({ kind: 'found' });
  clock.advanceBy(40 * HOUR_MS);
  expect(await adapter.lookUp(expired.identifier, BTC)).toEqual({ kind: 'not_found' });
});

test('a passive sell rests, is filled in parts at its own price, and is shown among the open orders until it is over', async () => {
  const placed = await passive('150');
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
  const [resting] = await adapter.openOrders(ETH);
  expect(resting).toMatchObject({ identifier: placed.identifier, side: 'sell', symbol: ETH });
  expect(resting?.remainingQuantity?.toString()).toBe('150');
  const words = new Set<string>();
  for (let step = 0; step < 400 && (await found(placed)).isOpen; step++) {
    clock.advanceBy(60_000);
    words.add((await found(placed)).statusWord);
  }
  const over = await found(placed);
  expect([...words]).toEqual(expect.arrayContaining(['partiallyFilled', 'filled']));
  expect(over).toMatchObject({ isOpen: false, statusWord: 'filled' });
  expect(over.fills.every(({ price }) => price.equals(placed.limitPrice))).toBe(true);
  expect(await adapter.openOrders(ETH)).toEqual([]);
});

test('cancelling races with fills: what was sold until it takes effect is sold, the rest is free again', async () => {
  await exchange.operator.setManners({ cancelDelaySeconds: 300 });
  const placed = await passive('150', 4);
  await adapter.sell(placed);
  await adapter.cancel(placed.identifier, ETH);
  expect(await found(placed)).toMatchObject({ isOpen: true });
  clock.advanceBy(299_000);
  const before = await found(placed);
  clock.advanceBy(1_000);
  const after = await found(placed);
  expect(after.isOpen).toBe(false);
  expect(after.statusWord).toBe(after.executedQuantity.isZero() ? 'canceled' : 'partiallyFilledCanceled');
  expect(after.executedQuantity.isLessThan(before.executedQuantity)).toBe(false);
  const balance = (await adapter.balances()).find(({ asset }) => asset === 'ETH');
  expect(balance).toEqual({ asset: 'ETH', free: CoinAmount.of('ETH', '1000').minus(after.executedQuantity).toString(), locked: '0' });
  await expect(adapter.cancel(placed.identifier, ETH)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('one that would take is accepted and expires at once', async () => {
  const taking = { ...(await order('1', '1', ETH)), timeInForce: 'post_only' } as const;
  expect(await adapter.sell(taking)).toMatchObject({ kind: 'accepted' });
  expect(await found(taking)).toMatchObject({ isOpen: false, statusWord: 'expired', fills: [] });
});

test('orders of other hands in the account are seen', async () => {
  await exchange.operator.depositWon({ accountId: CITY, amount: '100000000' });
  const { bids } = await adapter.orderBook(ETH);
  const price = bids[5]?.price.toString() ?? '';
  await exchange.operator.placeOrder({ accountId: CITY, asset: 'ETH', side: 'buy', price, quantity: '1' });
  clock.advanceBy(1_000);
  const ours = await passive('1', 10);
  await adapter.sell(ours);
  expect((await adapter.openOrders(ETH)).map(({ identifier, side }) => [identifier, side])).toEqual([
    [undefined, 'buy'],
    [ours.identifier, 'sell'],
  ]);
  expect(await adapter.openOrders(BTC)).toEqual([]);
});

test('deposits by chain, within the exchange and from the bank, and withdrawals to it', async () => {
  const { operator } = exchange;
  const { accountId: person } = await operator.openAccount({
    identity: { name: '표본-001', birthDate: '1980-01-01', phone: '010-0000-0001' },
  });
  await operator.depositFromChain({ accountId: person, asset: 'XRP', quantity: '12.345678', confirmationSeconds: 0 });
  clock.advanceBy(1_500);
  const since = clock.now();
  const chain = { accountId: CITY, asset: 'ETH', quantity: '1.23456789', confirmationSeconds: 600, transactionId: '0xabc' };
  await operator.depositFromChain(chain);
  await operator.transferInternally({ fromAccountId: person, toAccountId: CITY, asset: 'XRP', quantity: '12.345678', by: 'staff' });
  await operator.depositWon({ accountId: CITY, amount: '50000' });
  const [eth, xrp] = await adapter.deposits(since);
  expect(eth).toMatchObject({ asset: 'ETH', quantity: '1.23456789', network: 'ETH', state: 'pending', transactionId: '0xabc' });
  expect(xrp).toMatchObject({ asset: 'XRP', quantity: '12.345678', route: 'unknown', state: 'pending' });
  clock.advanceBy(700_000);
  const credited = await adapter.deposits(since);
  expect(credited.map(({ asset, state }) => [asset, state])).toEqual([
    ['ETH', 'credited'],
    ['XRP', 'credited'],
    ['KRW', 'credited'],
  ]);
  expect(new Set(credited.map(({ depositId }) => depositId)).size).toBe(3);
  expect(await free('XRP')).toBe('12.345678');
  await operator.withdrawWon({ accountId: CITY, amount: '10000' });
  expect(await adapter.withdrawals(since)).toMatchObject([{ asset: 'KRW', quantity: '10000', fee: '1000', state: 'pending' }]);
  clock.advanceBy(700_000);
  expect(await adapter.withdrawals(since)).toMatchObject([{ state: 'done' }]);
});

test('addresses, wallets, key, last trade and bars', async () => {
  const addresses = await adapter.depositAddresses();
  expect(addresses.find(({ asset }) => asset === 'BTC')).toMatchObject({ network: 'BTC', secondaryAddress: undefined });
  expect(addresses.find(({ asset }) => asset === 'XRP')?.secondaryAddress).toMatch(/^\d+$/);

  await exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: false });
  await exchange.operator.haltWallet({ asset: 'XRP', deposits: true, withdrawals: true });
  const wallets = new Map((await adapter.walletStates()).map(({ asset, state }) => [asset, state]));
  expect([wallets.get('ETH'), wallets.get('XRP'), wallets.get('BTC'), wallets.get('KRW')]).toEqual([
    'withdrawals_only',
    'halted',
    'working',
    undefined,
  ]);
  expect(await adapter.keyFacts()).toEqual({
    permissions: ['view_assets', 'view_orders', 'trade', 'view_deposits', 'view_withdrawals'],
    expiresAt: new Date(START.getTime() + 365 * 24 * HOUR_MS),
    boundAddresses: [],
  });
  expect((await adapter.lastTrade(ETH))?.tradedAt).toEqual(new Date('2026-01-05T03:00:15Z'));

  const candles = await adapter.candles(ETH, HOUR_MS, new Date(START.getTime() - 480 * HOUR_MS), new Date(START.getTime() + HOUR_MS));
  expect(candles).toHaveLength(480);
  for (const [index, { startMs, open: first, high, low, close, volume }] of candles.entries()) {
    expect(startMs).toBe(Date.parse('2025-12-16T04:00:00Z') + index * HOUR_MS);
    expect(low <= Math.min(first, close) && high >= Math.max(first, close) && volume > 0).toBe(true);
  }
  const minutes = await adapter.candles(ETH, 60_000, new Date('2026-01-05T02:00:00Z'), new Date('2026-01-05T03:00:00Z'));
  expect([minutes.length, minutes.at(-1)?.close]).toEqual([60, candles.at(-2)?.close]);
});

test('a clock that is wrong by less or more than the window does no harm', async () => {
  for (const wrongMs of [-40_000, -900, 900, 40_000]) {
    const wrong = new DrivenClock(new Date(START.getTime() + wrongMs));
    const other = connect({ clock: wrong });
    const placed = await order('0.01', '0.99');
    expect(await other.sell(placed)).toMatchObject({ kind: 'accepted' });
    expect(await other.lookUp(placed.identifier, BTC)).toMatchObject({ kind: 'found' });
  }
  const drifting = new DrivenClock(START);
  const other = connect({ clock: drifting });
  await other.balances();
  drifting.advanceBy(2_000);
  expect(await other.sell(await order('0.01', '0.99'))).toMatchObject({ kind: 'not_executed', venueCode: 'EXCEED_TIME_WINDOW' });
  expect(await other.sell(await order('0.01', '0.99'))).toMatchObject({ kind: 'accepted' });
});

test('a key of the kind Ed25519 is understood', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const secretKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey: 'ed25519-key', secretKey });
  expect(await connect({ accessKey: 'ed25519-key', secretKey }).balances()).toEqual(await adapter.balances());
  const { privateKey: another } = generateKeyPairSync('ed25519');
  const wrong = another.export({ type: 'pkcs8', format: 'pem' }).toString();
  await expect(connect({ accessKey: 'ed25519-key', secretKey: wrong }).balances()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('what a key may not do is refused, not broken', async () => {
  const scopes = ['view_account'] as const;
  await exchange.operator.openCorporateAccount({ accountId: CITY, accessKey: 'viewer', secretKey: KEYS.secretKey, scopes: [...scopes] });
  const viewer = connect({ accessKey: 'viewer' });
  expect((await viewer.keyFacts()).permissions).toEqual(['view_assets']);
  expect(await viewer.sell(await order('0.01', '0.99'))).toMatchObject({ kind: 'refused' });
  expect(await viewer.lookUp('any', BTC)).toMatchObject({ kind: 'unavailable' });
  await expect(viewer.deposits(START)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
});

test('Korbit’s rates are met by waiting, not by refusals, and the budget is the one of orders', async () => {
  await exchange.stop();
  await open({ limits: {} });
  const template = await order('0.001', '0.99');
  const orders = Array.from({ length: 45 }, (_, index) => ({ ...template, identifier: `rate:${index}` }));
  const answers = await Promise.all(orders.map((each) => adapter.sell(each)));
  expect(answers.every(({ kind }) => kind === 'accepted')).toBe(true);
  expect(adapter.orderBudget()).toMatchObject({ perSecond: 30, blockedMs: 0 });
  expect((await exchange.operator.statistics()).ordersAccepted).toBe(45);
  expect(await adapter.deposits(START)).toHaveLength(2);
});
