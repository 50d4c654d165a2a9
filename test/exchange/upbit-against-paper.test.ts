import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExchangePort, LookUp, SellAnswer, SellingTerms, SellOrder, VenueOrder } from '../../src/exchange/port.ts';
import { recordMarket } from '../../src/exchange/record-market.ts';
import { createUpbitAdapter } from '../../src/exchange/upbit/adapter.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../../src/kernel/money.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';

/** The adapter and the paper exchange are built apart from each other on Upbit's documents; here they must understand each other. */

const CITY = 'city-001';
const KEYS = { accessKey: 'access-key-of-the-sample-city', secretKey: 'secret-key-of-the-sample-city' };
const START = new Date('2026-01-05T03:00:20Z');
const DAY_MS = 86_400_000;

let clock: DrivenClock;
let exchange: PaperExchange;
let adapter: ExchangePort;
let terms: SellingTerms;
let orderCount = 0;

function connect(keys: { accessKey: string; secretKey: string }, timeoutMs = 5_000): ExchangePort {
  return createUpbitAdapter({ baseUrl: exchange.url, ...keys, timeoutMs, clock });
}

beforeEach(async () => {
  clock = new DrivenClock(START);
  exchange = await startPaperExchange({ clock });
  await exchange.operator.openCorporateAccount({ accountId: CITY, ...KEYS });
  await exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity: '100', confirmationSeconds: 0 });
  adapter = connect(KEYS);
  terms = await adapter.sellingTerms('KRW-BTC');
});
afterEach(() => exchange.stop());

async function bids() {
  return (await adapter.orderBook('KRW-BTC')).bids;
}

/** An order at a share of the best bid, on the tick. */
async function order(quantity: string, shareOfBestBid = '1'): Promise<SellOrder> {
  const [best] = await bids();
  const tick = terms.ticks[0]?.tick;
  if (best === undefined || tick === undefined) throw new Error('The sample market has no bid or no tick.');
  orderCount += 1;
  return {
    identifier: `cheongsan-paper-${orderCount}`,
    symbol: 'KRW-BTC',
    quantity: CoinAmount.of('BTC', quantity),
    limitPrice: best.price.times(Rate.of(shareOfBestBid)).roundToTick(tick, 'down'),
    timeInForce: 'immediate_or_cancel',
  };
}

async function found(identifier: string): Promise<VenueOrder> {
  const answer = await adapter.lookUp(identifier, 'KRW-BTC');
  if (answer.kind !== 'found') throw new Error(`The order is ${JSON.stringify(answer)}.`);
  return answer.order;
}

async function free(asset: string): Promise<string | undefined> {
  return (await adapter.balances()).find((balance) => balance.asset === asset)?.free;
}

function proceedsOf(sold: VenueOrder): VenueWon {
  return VenueWon.sum(
    'upbit',
    sold.fills.map((fill) => fill.proceeds),
  );
}

test('terms, markets and book are understood', async () => {
  expect(terms).toMatchObject({ quantityDecimalPlaces: 8, acceptsOrders: true });
  expect(JSON.stringify(terms)).toContain(
    '"takerFeeRate":"0.0005","makerFeeRate":"0.0005","minimumOrder":"5000","maximumOrder":"1000000000"',
  );
  await exchange.operator.setMarketEvent({ asset: 'BTC', warning: true, cautions: ['PRICE_FLUCTUATIONS'] });
  expect((await adapter.markets()).find((market) => market.asset === 'BTC')?.flags).toEqual(['warning', 'caution']);
  const book = await adapter.orderBook('KRW-BTC');
  expect(book.bids.length).toBe(30);
  for (const [index, level] of book.bids.slice(1).entries())
    expect(level.price.compare(book.bids[index]?.price ?? level.price)).toBeLessThan(0);
  for (const [index, level] of book.asks.slice(1).entries())
    expect(level.price.compare(book.asks[index]?.price ?? level.price)).toBeGreaterThan(0);
  expect(book.changedAt <= clock.now()).toBe(true);
});

test('a sell that the book can take is filled, and every won is accounted for', async () => {
  const placed = await order('0.01', '0.99');
  const answer = await adapter.sell(placed);
  const sold = await found(placed.identifier);
  expect(answer).toEqual({ kind: 'accepted', orderId: sold.orderId });
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'done', identifier: placed.identifier, createdAt: expect.any(Date) });
  expect(sold.executedQuantity.toString()).toBe('0.01');
  expect(sold.fills.every((fill) => !fill.price.isLessThan(placed.limitPrice))).toBe(true);
  expect(sold.paidFee.toString()).toBe(proceedsOf(sold).times(Rate.of('0.0005')).toString());
  expect(await free('KRW')).toBe(proceedsOf(sold).minus(sold.paidFee).toString());
  expect(await free('BTC')).toBe('99.99');
});

test('a sell beyond its limit is filled in part and the rest is free again', async () => {
  const [best] = await bids();
  const available = best?.quantity ?? CoinAmount.zero('BTC');
  const placed = await order(available.plus(CoinAmount.of('BTC', '0.00000001')).toString());
  await adapter.sell(placed);
  const sold = await found(placed.identifier);
  expect(sold).toMatchObject({ isOpen: false, statusWord: 'cancel' });
  expect(sold.executedQuantity.toString()).toBe(available.toString());
  expect(sold.remainingQuantity.isZero()).toBe(true);
  expect(await free('BTC')).toBe(CoinAmount.of('BTC', '100').minus(available).toString());
});

test('a sell nobody wants ends without a fill', async () => {
  const placed = await order('0.01', '1.01');
  await adapter.sell(placed);
  expect(await found(placed.identifier)).toMatchObject({ isOpen: false, fills: [] });
  expect(await free('BTC')).toBe('100');
});

test('each refusal is known by name, and a refused identifier is used up', async () => {
  const refused = async (change: Partial<SellOrder>, by = adapter): Promise<SellAnswer> =>
    by.sell({ ...(await order('0.01', '0.99')), ...change });
  const offTick = (await order('0.01', '0.99')).limitPrice.plus(Price.of('BTC', '1'));
  const cases: [Partial<SellOrder>, string][] = [
    [{ quantity: CoinAmount.of('BTC', '0.00000001') }, 'under_min_total_ask'],
    [{ limitPrice: offTick }, 'invalid_price_ask'],
    [{ symbol: 'KRW-NOSUCH', quantity: CoinAmount.of('NOSUCH', '1'), limitPrice: Price.of('NOSUCH', '10000') }, 'notfoundmarket'],
    [{ symbol: 'KRW-ETH', quantity: CoinAmount.of('ETH', '0.01'), limitPrice: Price.of('ETH', '1000000') }, 'insufficient_funds_ask'],
  ];
  for (const [change, venueCode] of cases) expect(await refused(change), venueCode).toMatchObject({ kind: 'refused', venueCode });

  const poor = {
    ...(await order('0.01', '0.99')),
    symbol: 'KRW-ETH',
    quantity: CoinAmount.of('ETH', '0.01'),
    limitPrice: Price.of('ETH', '1000000'),
  };
  await adapter.sell(poor);
  expect(await adapter.sell(poor)).toMatchObject({ kind: 'refused', venueCode: adapter.capabilities.duplicateIdentifierCodes[0] });
  expect(await adapter.lookUp(poor.identifier, 'KRW-ETH')).toEqual({ kind: 'not_found' });

  expect(await refused({}, connect({ ...KEYS, secretKey: 'not the secret' }))).toMatchObject({
    kind: 'refused',
    venueCode: 'jwt_verification',
  });
  expect(await refused({}, connect({ ...KEYS, accessKey: 'nobody' }))).toMatchObject({ kind: 'refused', venueCode: 'invalid_access_key' });
});

test('an answer lost after acceptance is unknown; the look-up and a resend both tell the truth', async () => {
  const placed = await order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'lost_after_acceptance' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  expect((await found(placed.identifier)).executedQuantity.toString()).toBe('0.01');
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'refused', venueCode: adapter.capabilities.duplicateIdentifierCodes[0] });
  expect(await exchange.operator.orders({ accountId: CITY })).toHaveLength(1);
});

test('a request lost on its way is unknown too; no list holds it and a resend is accepted', async () => {
  const placed = await order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'lost_before_acceptance', silenceMs: 1_000 });
  expect(await connect(KEYS, 150).sell(placed)).toMatchObject({ kind: 'unknown' });
  expect(await adapter.lookUp(placed.identifier, 'KRW-BTC')).toEqual({ kind: 'not_found' });
  expect(await adapter.searchOrders(placed.identifier, 'KRW-BTC', START)).toEqual({ kind: 'not_found' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
});

test('a server error leaves the outcome open, a rate refusal does not', async () => {
  const placed = await order('0.01', '0.99');
  await exchange.operator.injectFault({ kind: 'server_error' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'unknown' });
  await exchange.operator.injectFault({ kind: 'too_many_requests' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'not_executed' });
  expect(await adapter.sell(placed)).toMatchObject({ kind: 'accepted' });
});

test('a search finds filled, partly filled and unfilled orders weeks later', async () => {
  const orders = [await order('0.01', '0.99'), await order('0.01', '1.01')];
  for (const placed of orders) await adapter.sell(placed);
  clock.advanceBy(20 * DAY_MS);
  for (const placed of orders) {
    const answer: LookUp = await adapter.searchOrders(placed.identifier, 'KRW-BTC', START);
    expect(answer).toMatchObject({ kind: 'found', order: { identifier: placed.identifier, isOpen: false } });
  }
  expect(await adapter.searchOrders('cheongsan-never-sent', 'KRW-BTC', START)).toEqual({ kind: 'not_found' });
});

test('deposits by chain, within the exchange and from the bank, and withdrawals to it', async () => {
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
  expect(eth).toMatchObject({
    asset: 'ETH',
    quantity: '1.23456789',
    route: 'on_chain',
    state: 'pending',
    creditedAt: undefined,
    transactionId: '0xabc',
  });
  expect(xrp).toMatchObject({ asset: 'XRP', quantity: '12.345678', route: 'internal', state: 'pending' });
  clock.advanceBy(700_000);
  const credited = await adapter.deposits(since);
  expect(credited.map(({ asset, state }) => [asset, state])).toEqual([
    ['ETH', 'credited'],
    ['XRP', 'credited'],
    ['KRW', 'credited'],
  ]);
  expect(credited.every((deposit) => deposit.creditedAt !== undefined)).toBe(true);
  expect(await free('XRP')).toBe('12.345678');

  await operator.withdrawWon({ accountId: CITY, amount: '10000' });
  expect(await adapter.withdrawals(since)).toMatchObject([{ asset: 'KRW', quantity: '10000', fee: '1000', state: 'pending' }]);
  clock.advanceBy(700_000);
  expect(await adapter.withdrawals(since)).toMatchObject([{ state: 'done', doneAt: expect.any(Date) }]);
});

test('deposit addresses name their network, and a tag where the network needs one', async () => {
  const addresses = await adapter.depositAddresses();
  const of = (asset: string) => addresses.find((address) => address.asset === asset);
  expect(of('BTC')).toMatchObject({ network: 'BTC', secondaryAddress: undefined });
  expect(of('XRP')?.secondaryAddress).toMatch(/^\d+$/);
});

test('Upbit-like rate limits are met by waiting, not by refusals', async () => {
  const trades = await Promise.all(Array.from({ length: 25 }, () => adapter.lastTrade('KRW-BTC')));
  expect(trades).toHaveLength(25);
});

test('candles are recorded from it as from anywhere else, minutes and hours', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-paper-'));
  const cases = [
    { bars: '1m', barMs: 60_000, count: 300, name: 'upbit_KRW-BTC_1m.csv.gz' },
    { bars: '1h', barMs: 3_600_000, count: 1_500, name: 'upbit_KRW-BTC_1h.csv.gz' },
  ] as const;
  try {
    for (const { bars, barMs, count, name } of cases) {
      const from = new Date(START.getTime() - count * barMs);
      const [recording] = await recordMarket({ baseUrl: exchange.url, symbols: ['KRW-BTC'], bars, from, to: START, folder, clock });
      expect(recording).toEqual({ symbol: 'KRW-BTC', file: join(folder, name), barCount: count });
      const lines = gunzipSync(await readFile(join(folder, name)))
        .toString('utf8')
        .trimEnd()
        .split('\n');
      expect(lines).toHaveLength(count + 1);
      expect(lines[0]).toBe('ts_ms,open,high,low,close,volume');
      expect(lines.slice(1).every((line) => /^\d{13}(,\d+(\.\d+)?){5}$/.test(line))).toBe(true);
      expect(Number(lines.at(-1)?.split(',')[0])).toBe(Math.floor(START.getTime() / barMs) * barMs - barMs);
    }
    expect(await readdir(folder)).toEqual(['upbit_KRW-BTC_1h.csv.gz', 'upbit_KRW-BTC_1m.csv.gz']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
