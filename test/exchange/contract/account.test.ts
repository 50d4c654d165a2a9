import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VENUE_CODES } from '../../../src/exchange/port.ts';
import { CITY, type ContractVenue, openContractVenue, START } from './contract-venue.ts';

const MINUTE_MS = 60_000;

/** What every adapter tells of markets and of what comes, goes and lies in an account. */
const RULES: Readonly<Record<string, (venue: ContractVenue) => Promise<void>>> = {
  'lists won markets once each, with books from the best price on and terms that can be kept': async (venue) => {
    const markets = await venue.port.markets();
    expect(venue.port.venue).toBe(venue.code);
    expect(new Set(markets.map(({ asset }) => asset)).size).toBe(markets.length);
    expect(markets.map(({ asset }) => asset)).toEqual(expect.arrayContaining(['BTC', 'ETH', 'XRP']));
    const symbols = await Promise.all(['BTC', 'ETH', 'XRP'].map((asset) => venue.symbolOf(asset)));
    for (const { symbol, bids, asks, changedAt } of await Promise.all(symbols.map((each) => venue.port.orderBook(each)))) {
      expect(bids.length > 0 && asks.length > 0).toBe(true);
      for (const [index, level] of bids.entries()) expect(bids[index + 1]?.price.isLessThan(level.price) ?? true).toBe(true);
      for (const [index, level] of asks.entries()) expect(asks[index + 1]?.price.isMoreThan(level.price) ?? true).toBe(true);
      expect(bids[0]?.price.isLessThan(asks[0]?.price ?? bids[0].price)).toBe(true);
      expect(changedAt.getTime()).toBeLessThanOrEqual(venue.clock.now().getTime());
      const terms = await venue.port.sellingTerms(symbol);
      expect(terms).toMatchObject({ symbol, acceptsOrders: true });
      expect(terms.minimumOrder.isPositive() && terms.ticks.every(({ tick }) => tick.isPositive())).toBe(true);
      expect(terms.ticks.at(-1)?.from.isZero()).toBe(true);
      expect(terms.takerFeeRate.value.isGreaterThanOrEqualTo(0)).toBe(true);
    }
  },
  'tells bars and the last trade of a market': async (venue) => {
    const symbol = await venue.symbolOf('BTC');
    const from = new Date(START.getTime() - 30 * MINUTE_MS);
    const candles = await venue.port.candles(symbol, MINUTE_MS, from, START);
    expect(candles.length).toBeGreaterThan(10);
    for (const { startMs, low, high } of candles) {
      expect(startMs >= from.getTime() && startMs < START.getTime() && startMs % MINUTE_MS === 0 && low <= high).toBe(true);
    }
    expect(candles.map(({ startMs }) => startMs)).toEqual(candles.map(({ startMs }) => startMs).toSorted((a, b) => a - b));
    const trade = await venue.port.lastTrade(symbol);
    expect(trade?.price.isPositive() && trade.tradedAt.getTime() <= venue.clock.now().getTime()).toBe(true);
    await expect(venue.port.candles(symbol, 7 * MINUTE_MS, from, START)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  },
  'tells balances to the last digit': async (venue) => {
    await venue.exchange.operator.depositFromChain({ accountId: CITY, asset: 'ADA', quantity: '0.00000001', confirmationSeconds: 0 });
    expect((await venue.port.balances()).find(({ asset }) => asset === 'ADA')).toEqual({ asset: 'ADA', free: '0.00000001', locked: '0' });
  },
  'tells deposits with their network, pending until they are final, or says that it tells none': async (venue) => {
    if (!venue.port.capabilities.depositsReadable) {
      await expect(venue.port.deposits(START)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
      return;
    }
    const since = venue.clock.now();
    await venue.exchange.operator.depositFromChain({ accountId: CITY, asset: 'BTC', quantity: '0.125', confirmationSeconds: 600 });
    const mine = async () => (await venue.port.deposits(since)).filter(({ asset, quantity }) => asset === 'BTC' && quantity === '0.125');
    expect(await mine()).toMatchObject([{ state: 'pending' }]);
    venue.clock.advanceBy(601_000);
    expect(await mine()).toMatchObject([{ state: 'credited' }]);
  },
  'tells withdrawals, or says that it tells none': async (venue) => {
    if (!venue.port.capabilities.withdrawalsReadable) {
      await expect(venue.port.withdrawals(START)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
      return;
    }
    const since = venue.clock.now();
    await venue.exchange.operator.depositWon({ accountId: CITY, amount: '500000' });
    await venue.exchange.operator.withdrawWon({ accountId: CITY, amount: '300000' });
    const mine = async () => (await venue.port.withdrawals(since)).filter(({ asset }) => asset === 'KRW');
    expect(await mine()).toMatchObject([{ quantity: '300000', state: 'pending' }]);
    venue.clock.advanceBy(MINUTE_MS * 60);
    expect(await mine()).toMatchObject([{ quantity: '300000', state: 'done' }]);
  },
  'tells coins that left over a chain, with their transaction and fee': async (venue) => {
    const { operator } = venue.exchange;
    await operator.depositFromChain({ accountId: CITY, asset: 'ETH', quantity: '0.5', confirmationSeconds: 0 });
    const since = venue.clock.now();
    const transactionId = 'a1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d';
    const leaving = { accountId: CITY, asset: 'ETH', quantity: '0.2', fee: '0.005', transactionId };
    await operator.withdrawToChain({ ...leaving, confirmationSeconds: 600 });
    const mine = async () => (await venue.port.withdrawals(since)).filter((each) => each.transactionId === transactionId);
    expect(await mine()).toMatchObject([{ asset: 'ETH', quantity: '0.2', fee: '0.005', state: 'pending' }]);
    venue.clock.advanceBy(601_000);
    expect(await mine()).toMatchObject([{ state: 'done' }]);
  },
  'tells the addresses at which coins arrive, each with its network, or says that it tells none': async (venue) => {
    const addresses = await venue.port.depositAddresses();
    expect(addresses.length > 0).toBe(venue.port.capabilities.tellsDepositAddresses);
    if (addresses.length === 0) return;
    expect(addresses.filter(({ asset }) => asset === 'BTC')).toMatchObject([{ address: expect.any(String), network: expect.any(String) }]);
    expect(addresses.find(({ asset }) => asset === 'XRP')?.secondaryAddress).toMatch(/^\d+$/);
  },
  'tells wallets that are halted while trading goes on': async (venue) => {
    const stateOf = async (asset: string) => (await venue.port.walletStates()).find((each) => each.asset === asset)?.state ?? 'unknown';
    const isTold = (await stateOf('ETH')) !== 'unknown';
    await venue.exchange.operator.haltWallet({ asset: 'ETH', deposits: true, withdrawals: true });
    expect(await stateOf('ETH')).toBe(isTold ? 'halted' : 'unknown');
    await venue.exchange.operator.haltWallet({ asset: 'ETH', deposits: false, withdrawals: false });
  },
  'tells what it tells of a key, and how far its clock is ahead': async (venue) => {
    const facts = await venue.port.keyFacts();
    if (facts.permissions !== undefined) expect(facts.permissions).not.toContain('withdraw');
    if (facts.expiresAt !== undefined) expect(facts.expiresAt.getTime()).toBeGreaterThan(START.getTime());
    expect(Math.abs(venue.port.clockSkewMs() ?? Number.NaN)).toBeLessThan(1_000);
  },
  'meets the venue’s limits by waiting': async (venue) => {
    const symbol = await venue.symbolOf('BTC');
    const orders = await Promise.all(Array.from({ length: 30 }, () => venue.sellOf('BTC', 20_000, 3, 'immediate_or_cancel')));
    const answers = await Promise.all(orders.map((order) => venue.port.sell(order)));
    expect(answers.map(({ kind }) => kind)).toEqual(orders.map(() => 'accepted'));
    expect(venue.port.orderBudget()).toMatchObject({ blockedMs: 0 });
    expect((await Promise.all(Array.from({ length: 15 }, () => venue.port.lastTrade(symbol)))).length).toBe(15);
  },
};

describe.each(VENUE_CODES)('%s', (code) => {
  let venue: ContractVenue;
  beforeAll(async () => {
    venue = await openContractVenue(code);
  });
  afterAll(() => venue.exchange.stop());

  for (const [name, rule] of Object.entries(RULES)) it(name, () => rule(venue));
});
