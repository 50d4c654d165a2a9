import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangePort } from '../../src/exchange/port.ts';
import { readConfig } from '../../src/kernel/config.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import { CoinAmount } from '../../src/kernel/money.ts';
import { type Desk, runDesk } from '../../src/liquidation/desk.ts';
import { referencePrices } from '../../src/liquidation/reference-prices.ts';
import { replaySales } from '../../src/liquidation/replay.ts';
import type { BookFault } from '../../src/paper-exchange/core/book-faults.ts';
import { readWatchedMarkets } from '../../src/valuation/watched-market-reading.ts';
import { openReferenceMarkets } from '../../src/venue/reference-directory.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { CITY, type SaleCase, SaleDesk } from '../support/sale-desk.ts';
import { watchMarkets } from './disaster-hands.ts';
import { breakBook } from './sequence-troubles.ts';

let city: SaleDesk;

beforeAll(async () => {
  city = await SaleDesk.open();
  return () => city.exchange.stop();
});

/** What a disaster leaves behind is as exact as anything. */
afterEach(async () => {
  expect(await city.differences()).toEqual([]);
  expect(await brokenInvariants(city.database)).toEqual([]);
  expect((await replaySales(city.database)).differences).toEqual([]);
});

const begun = () => city.runningCase({ coins: { ADA: '500' }, bills: ['200000'] });

/** So many looks of a desk, some time apart, and every case that is rung. */
async function looks(count: number, desk: Partial<Desk> = {}, seconds = 60): Promise<void> {
  for (let look = 0; look < count; look++) {
    city.advance(seconds);
    await runDesk({ ...city.desk, ...desk });
    await city.answerCases();
  }
}

async function expectWaiting({ caseId }: SaleCase, code: string): Promise<void> {
  expect(await city.orders(caseId)).toEqual([]);
  expect(await city.lastDecision(caseId)).toEqual(['wait', code]);
}

async function expectCovered({ caseId }: SaleCase): Promise<void> {
  await city.sellOut();
  expect(await city.lastDecision(caseId)).toEqual(['stop', 'covered']);
}

/** Codes of the guards that spoke in a case's orders. */
async function notesOfOrders({ caseId }: SaleCase): Promise<ReadonlySet<string>> {
  const decisions = await city.database.read.saleDecision.findMany({ where: { caseId, outcome: 'order' } });
  return new Set(decisions.flatMap(({ result }) => [...JSON.stringify(result).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code)));
}

const withBook = (change: (book: Awaited<ReturnType<ExchangePort['orderBook']>>) => Awaited<ReturnType<ExchangePort['orderBook']>>) => {
  const { port } = city.desk;
  return { port: { ...port, orderBook: async (symbol: string) => change(await port.orderBook(symbol)) } };
};

describe('before the day’s first order', () => {
  it('the account is compared with the exchange, and a coin that differs waits until it agrees', async () => {
    const sold = await begun();
    city.advance(86_400);
    await city.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'ADA', wrongBy: '-1' });
    await looks(1);
    await expectWaiting(sold, 'ADA:reconciliation_due');
    await city.exchange.operator.clearFaults();
    await looks(1);
    await expectCovered(sold);
  });

  it('a difference that three looks find freezes the coin and tells a person', async () => {
    const sold = await begun();
    city.advance(86_400);
    await city.exchange.operator.setWrongBalance({ accountId: CITY, asset: 'ADA', wrongBy: '-1' });
    await looks(4);
    await expectWaiting(sold, 'ADA:asset_frozen');
    expect(await city.database.read.assetFreeze.count({ where: { asset: 'ADA', liftedAt: null } })).toBe(1);
    await city.exchange.operator.clearFaults();
    await city.by((work) => work.tx.assetFreeze.updateMany({ where: { asset: 'ADA' }, data: { liftedAt: work.at } }));
    await looks(1);
    await expectCovered(sold);
  });

  it('an exchange whose balances cannot be read vouches for nothing', async () => {
    const sold = await begun();
    city.advance(86_400);
    const { port } = city.desk;
    const silent: ExchangePort = {
      ...port,
      balances: async () => {
        throw new CheongsanError('EXCHANGE_UNAVAILABLE', 'The balances of the sample could not be read.');
      },
    };
    await looks(1, { port: silent });
    await expectWaiting(sold, 'ADA:reconciliation_due');
    await looks(1);
    await expectCovered(sold);
  });
});

describe('a book that is broken pauses the sale with its code, and mended lets it go on by itself', () => {
  it.each<[BookFault | 'stale', string]>([
    ['empty', 'ADA:book_empty'],
    ['no_bids', 'ADA:book_empty'],
    ['thin', 'ADA:book_thin'],
    ['crossed', 'ADA:book_crossed'],
    ['stale', 'ADA:book_stale'],
  ])('%s: %s', async (fault, code) => {
    const sold = await begun();
    const mend = await breakBook(city, 'ADA', fault);
    await looks(3);
    await expectWaiting(sold, code);
    await mend();
    await expectCovered(sold);
  });

  it('with nothing in any level: ADA:book_empty', async () => {
    const sold = await begun();
    const nothing = CoinAmount.zero('ADA');
    await looks(
      3,
      withBook((book) => ({
        ...book,
        bids: book.bids.map(({ price }) => ({ price, quantity: nothing })),
        asks: book.asks.map(({ price }) => ({ price, quantity: nothing })),
      })),
    );
    await expectWaiting(sold, 'ADA:book_empty');
    await expectCovered(sold);
  });

  it('by a clock that runs ahead: ADA:clock_skewed', async () => {
    const sold = await begun();
    await city.exchange.operator.setManners({ clockAheadSeconds: 30 });
    await looks(3);
    await expectWaiting(sold, 'ADA:clock_skewed');
    await city.exchange.operator.setManners({});
    await expectCovered(sold);
  });

  it('by an order that somebody placed by hand: ADA:own_orders_open, and a person is told', async () => {
    const sold = await begun();
    const { orderId } = await city.exchange.operator.placeOrder({
      accountId: CITY,
      asset: 'ADA',
      side: 'sell',
      price: '99000',
      quantity: '1',
    });
    await looks(12);
    await expectWaiting(sold, 'ADA:own_orders_open');
    expect(await alerts('sale_stands_still', sold)).toBe(1);
    await city.exchange.operator.cancelOrder({ orderId });
    await expectCovered(sold);
  });
});

describe('a book that is only poor is sold into', () => {
  it('with a level of nothing on top, which is left out and told', async () => {
    const sold = await begun();
    const mend = await breakBook(city, 'ADA', 'zero_size');
    await expectCovered(sold);
    expect(await notesOfOrders(sold)).toContain('levels_of_zero');
    await mend();
  });

  it('of five levels, no more than half of what they show', async () => {
    const sold = await city.runningCase({ coins: { MOC: '9000' }, bills: ['900000000'] });
    const five = withBook((book) => ({ ...book, bids: book.bids.slice(0, 5), asks: book.asks.slice(0, 5) }));
    for (let look = 0; look < 120 && (await city.sale(sold.caseId)).state === 'running'; look++) await looks(1, five, 20);
    expect((await city.lastDecision(sold.caseId)).slice(0, 2)).toEqual(['stop', 'exhausted']);
    expect((await city.orders(sold.caseId)).length).toBeGreaterThan(1);
  });
});

function alerts(code: string, { caseId }: SaleCase): Promise<number> {
  return city.database.read.alert.count({ where: { code, subject: `case:${caseId}` } });
}

describe('a price away from the other won venues', () => {
  const shifted = async (shift: string, isDown = false) => {
    for (const venue of ['bithumb', 'coinone'] as const) await city.exchange.operator.setQuoteVenue({ venue, shift, isDown });
  };

  it('pauses the sale until it is back, either way', async () => {
    const { url } = city.exchange;
    const config = readConfig({ REFERENCE_VENUES: `bithumb=${url}/bithumb,coinone=${url}/coinone` });
    const references = referencePrices(city.database, openReferenceMarkets(config, 'demo'), 'upbit');
    const sold = await begun();
    for (const shift of ['0.05', '-0.05']) {
      await shifted(shift);
      await looks(2, { references });
      await expectWaiting(sold, 'ADA:price_off_reference');
    }
    await shifted('0');
    await looks(2, { references });
    expect((await city.orders(sold.caseId)).length).toBeGreaterThan(0);
    expect(await notesOfOrders(sold)).not.toContain('no_reference');
    const other = await begun();
    await shifted('0', true);
    await looks(2, { references });
    expect(await notesOfOrders(other)).toContain('no_reference');
    await shifted('0');
    await expectCovered(sold);
    await expectCovered(other);
  });
});

describe('what the venue says of a market', () => {
  it.each<[string, Partial<Parameters<SaleDesk['exchange']['operator']['setMarketEvent']>[0]>, string]>([
    ['a caution', { cautions: ['PRICE_FLUCTUATIONS'] }, 'market_caution'],
    ['a warning', { warning: true }, 'market_warning'],
    ['the end of its support', { further: ['delisting'] }, 'support_ending'],
  ])('%s is noted, and the sale goes on', async (_what, event, code) => {
    const sold = await begun();
    await city.exchange.operator.setMarketEvent({ asset: 'ADA', ...event });
    await expectCovered(sold);
    expect(await notesOfOrders(sold)).toContain(code);
    await city.exchange.operator.setMarketEvent({ asset: 'ADA' });
  });

  it('danger pauses it, and what is danger no more is sold', async () => {
    const sold = await begun();
    await city.exchange.operator.setMarketEvent({ asset: 'ADA', further: ['danger'] });
    await looks(3);
    await expectWaiting(sold, 'ADA:market_danger');
    await city.exchange.operator.setMarketEvent({ asset: 'ADA' });
    await expectCovered(sold);
  });

  it('a wallet that lets nothing in and out pauses it, one that lets something in does not', async () => {
    const sold = await begun();
    await watchMarkets(city);
    const halt = async (deposits: boolean, withdrawals: boolean) => {
      await city.exchange.operator.haltWallet({ asset: 'ADA', deposits, withdrawals });
      city.advance(3_700);
      await readWatchedMarkets(city.database, city.desk.port, city.accountId);
    };
    await halt(true, true);
    await looks(3);
    await expectWaiting(sold, 'ADA:wallet_halted');
    await halt(false, true);
    await expectCovered(sold);
    await halt(false, false);
  });
});

describe('a venue that is gone', () => {
  it('a market that stops taking orders and comes back after a week is sold in then, and asked for quietly until then', async () => {
    const sold = await begun();
    const { port } = city.desk;
    const closed = { ...port, sellingTerms: async (symbol: string) => ({ ...(await port.sellingTerms(symbol)), acceptsOrders: false }) };
    await looks(60, { port: closed }, 10);
    expect((await city.codes(sold.caseId)).length).toBeLessThan(20);
    await looks(7, { port: closed }, 86_400);
    await expectWaiting(sold, 'ADA:market_closed');
    await expectCovered(sold);
  });

  it.each(['gateway_error', 'empty_answer', 'server_error', 'lost_before_acceptance'] as const)(
    'for a day, by %s, and comes back',
    async (kind) => {
      const sold = await begun();
      await city.exchange.operator.injectFault({ kind, target: 'all', times: 1_000_000 });
      await looks(4, {}, 21_600);
      await expectWaiting(sold, 'ADA:market_unreadable');
      await city.exchange.operator.clearFaults();
      await expectCovered(sold);
    },
  );
});
