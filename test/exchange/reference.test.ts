import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReferenceMarket, readReferences } from '../../src/exchange/reference/reference-market.ts';
import { createReferenceMarket } from '../../src/exchange/reference/venues.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { type PaperExchange, startPaperExchange } from '../../src/paper-exchange/server.ts';
import { referencePrice } from '../../src/valuation/reference-price.ts';
import { type ScriptedVenue, startScriptedVenue } from './scripted-venue.ts';

const START = new Date('2026-01-05T03:00:20Z');
const LIMITS = { bookAgeSecondsMax: 10, tradeAgeSecondsMax: 60, spreadMax: '0.01', venuesMin: 2 };

describe('reference markets at the paper exchange', () => {
  let clock: DrivenClock;
  let exchange: PaperExchange;
  let markets: readonly ReferenceMarket[];

  beforeEach(async () => {
    clock = new DrivenClock(START);
    exchange = await startPaperExchange({ clock });
    markets = [
      createReferenceMarket('upbit', { baseUrl: exchange.url }),
      createReferenceMarket('bithumb', { baseUrl: `${exchange.url}/bithumb` }),
      createReferenceMarket('coinone', { baseUrl: `${exchange.url}/coinone/` }),
    ];
  });
  afterEach(() => exchange.stop());

  it('tell book and last trade of a coin, exact and with the venue’s times, and agree within a percent', async () => {
    const readings = await readReferences(markets, 'BTC');
    expect(readings.map(({ venue }) => venue)).toEqual(['upbit', 'bithumb', 'coinone']);
    for (const reading of readings) {
      expect(reading).toMatchObject({ bookAt: START.toISOString(), lastTradeAt: '2026-01-05T03:00:15.000Z' });
      expect(reading.bestBid).toMatch(/^\d+$/);
      expect(Number(reading.bestAsk) / Number(reading.bestBid)).toBeLessThan(1.01);
    }
    const price = referencePrice(readings, clock.now().toISOString(), LIMITS);
    expect(price).toMatchObject({ kind: 'reference', venues: ['bithumb', 'coinone', 'upbit'], leftOut: [] });
  });

  it('leave the selling venue out, and what does not answer or does not list the coin is missing', async () => {
    expect((await readReferences(markets, 'ETH', { except: 'upbit' })).map(({ venue }) => venue)).toEqual(['bithumb', 'coinone']);
    await exchange.operator.setQuoteVenue({ venue: 'coinone', isDown: true });
    expect((await readReferences(markets, 'ETH', { except: 'upbit' })).map(({ venue }) => venue)).toEqual(['bithumb']);
    expect(await readReferences(markets, 'NOSUCHCOIN')).toEqual([]);
  });

  it('show a venue that stands still or moves away', async () => {
    await exchange.operator.setQuoteVenue({ venue: 'bithumb', stale: true });
    clock.advanceBy(600_000);
    const readings = await readReferences(markets, 'ETH', { except: 'upbit' });
    expect(referencePrice(readings, clock.now().toISOString(), LIMITS)).toEqual({
      kind: 'no_reference',
      leftOut: [{ venue: 'bithumb', reason: 'book_old' }],
    });
    await exchange.operator.setQuoteVenue({ venue: 'bithumb', shift: '0.1' });
    const [bithumb, coinone] = await readReferences(markets, 'ETH', { except: 'upbit' });
    expect(Number(bithumb?.bestBid) / Number(coinone?.bestBid)).toBeCloseTo(1.1, 1);
  });
});

describe('a reference market before a venue that misbehaves', () => {
  let venue: ScriptedVenue;
  beforeEach(async () => {
    venue = await startScriptedVenue();
  });
  afterEach(() => venue.close());

  const BOOK = {
    body: '[{"market":"KRW-BTC","timestamp":1751606867762,"orderbook_units":[{"ask_price":159509000.12345678,"ask_size":0,"bid_price":159508000,"bid_size":0},{"ask_price":159510000,"ask_size":1e-8,"bid_price":159507000.5,"bid_size":2}]}]',
  };
  const TRADE = { body: '[{"market":"KRW-BTC","timestamp":1751606867000,"trade_price":159508500,"trade_volume":1}]' };
  const bookOnly = (path: string) => (path.endsWith('orderbook') ? BOOK : TRADE);

  it('keeps every digit, and levels with nothing in them are no price', async () => {
    venue.script(({ path }) => bookOnly(path));
    expect(await createReferenceMarket('bithumb', { baseUrl: venue.baseUrl }).read('BTC')).toEqual({
      venue: 'bithumb',
      bestBid: '159507000.5',
      bestAsk: '159510000',
      bookAt: '2025-07-04T05:27:47.762Z',
      lastTradePrice: '159508500',
      lastTradeAt: '2025-07-04T05:27:47.000Z',
    });
  });

  it('is asked once by many at a time, and not again for a trade it has just told', async () => {
    venue.script(({ path }) => bookOnly(path));
    const market = createReferenceMarket('bithumb', { baseUrl: venue.baseUrl });
    await Promise.all([market.read('BTC'), market.read('BTC'), market.read('BTC')]);
    await market.read('BTC');
    expect(venue.seen.map(({ path }) => path)).toEqual(['/v1/orderbook', '/v1/trades/ticks', '/v1/orderbook']);
  });

  it('gives up after two seconds, with a name, and batch readings go on without it', async () => {
    venue.script('hang');
    const market = createReferenceMarket('coinone', { baseUrl: venue.baseUrl });
    await expect(market.read('BTC')).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
    venue.script({ body: '{"result":"error","error_code":"108","error_msg":"Unknown CryptoCurrency"}' });
    expect(await readReferences([market], 'BTC')).toEqual([]);
    venue.script({ status: 502, body: '<html>' });
    expect(await readReferences([market], 'BTC')).toEqual([]);
  });

  it('asks nobody any more for a while after a refusal for rate', async () => {
    venue.script({ status: 429, body: '' });
    const market = createReferenceMarket('bithumb', { baseUrl: venue.baseUrl });
    expect(await readReferences([market], 'BTC')).toEqual([]);
    expect(await readReferences([market], 'BTC')).toEqual([]);
    expect(venue.seen).toHaveLength(1);
  });
});
