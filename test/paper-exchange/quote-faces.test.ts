import { bithumb, coinone } from 'ccxt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bookOf, type Running, send, startSample } from './support.ts';

let running: Running;

beforeEach(async () => {
  running = await startSample();
});

afterEach(async () => {
  await running.exchange.stop();
});

/** ccxt's own classes, pointed at the faces. */
function bithumbClient(): bithumb {
  const url = `${running.url}/bithumb`;
  return new bithumb({ enableRateLimit: false, urls: { api: { public: url, private: url } } });
}
function coinoneClient(): coinone {
  const url = `${running.url}/coinone`;
  return new coinone({ enableRateLimit: false, urls: { api: { rest: url, v2Public: `${url}/public/v2` } } });
}

describe('quotations of other venues', () => {
  it('are read by ccxt’s own classes: book and trades, close to the market but not the same', async () => {
    const upbit = await bookOf(running.url, 'KRW-BTC');
    const middle = ((upbit.orderbook_units[0]?.bid_price ?? 0) + (upbit.orderbook_units[0]?.ask_price ?? 0)) / 2;
    const books: string[] = [];
    for (const client of [bithumbClient(), coinoneClient()]) {
      const book = await client.fetchOrderBook('BTC/KRW');
      const [bid, ask] = [Number(book.bids[0]?.[0]), Number(book.asks[0]?.[0])];
      expect(bid).toBeLessThan(ask);
      expect(Math.abs((bid + ask) / 2 / middle - 1)).toBeLessThan(0.005);
      expect(book.timestamp).toBe(running.clock.now().getTime());
      const [trade] = (await client.fetchTrades('BTC/KRW', undefined, 5)).toSorted((a, b) => Number(b.timestamp) - Number(a.timestamp));
      expect(trade?.timestamp).toBe(Date.parse('2026-01-05T03:00:15Z'));
      expect(Math.abs(Number(trade?.price) / middle - 1)).toBeLessThan(0.01);
      books.push(JSON.stringify(book.bids));
    }
    expect(new Set(books).size).toBe(2);
  });

  it('stand still, move away, or are gone, as the operator says', async () => {
    const client = bithumbClient();
    const before = await client.fetchOrderBook('ETH/KRW');
    const bestBid = Number(before.bids[0]?.[0]);
    await running.exchange.operator.setQuoteVenue({ venue: 'bithumb', shift: '0.05' });
    expect(Number((await client.fetchOrderBook('ETH/KRW')).bids[0]?.[0]) / bestBid).toBeCloseTo(1.05, 3);
    await running.exchange.operator.setQuoteVenue({ venue: 'bithumb', stale: true });
    running.clock.advanceBy(600_000);
    expect(await client.fetchOrderBook('ETH/KRW')).toEqual(before);
    await running.exchange.operator.setQuoteVenue({ venue: 'bithumb', isDown: true });
    expect((await send(running.url, 'GET', '/bithumb/v1/orderbook?markets=KRW-ETH')).status).toBe(503);
    expect((await send(running.url, 'GET', '/coinone/public/v2/orderbook/KRW/ETH')).json).toMatchObject({ result: 'success' });
    await running.exchange.operator.setQuoteVenue({ venue: 'bithumb' });
    expect((await client.fetchOrderBook('ETH/KRW')).timestamp).toBe(running.clock.now().getTime());
  });

  it('refuse what they do not list in their own words, and are no requests to the exchange itself', async () => {
    expect(await send(running.url, 'GET', '/bithumb/v1/orderbook?markets=KRW-NONE')).toMatchObject({ status: 404 });
    expect(await send(running.url, 'GET', '/coinone/public/v2/trades/KRW/NONE')).toMatchObject({
      status: 200,
      json: { result: 'error', error_code: '108' },
    });
    expect((await running.exchange.operator.statistics()).requests).toBe(0);
  });
});
