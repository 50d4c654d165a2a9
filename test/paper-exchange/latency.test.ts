import { afterEach, describe, expect, it } from 'vitest';
import { LatencySource } from '../../src/paper-exchange/latency.ts';
import type { PaperExchangeHooks } from '../../src/paper-exchange/request-handler.ts';
import { ask, bookOf, errorName, give, orderBody, postOrder, type Running, startSample } from './support.ts';

const SAMPLES = 40_000;
/** The same for every request, so that a timer set before it comes before it, however busy the machine is. */
const CONSTANT = { medianMs: 60, p99Ms: 60 };

let running: Running | undefined;

afterEach(async () => {
  await running?.exchange.stop();
  running = undefined;
});

describe('latency', () => {
  it('is log-normal with the median and the 99th percentile asked for, on both ways', () => {
    const source = new LatencySource('1', { medianMs: 40, p99Ms: 400 });
    const drawn = Array.from({ length: SAMPLES }, (_, sequence) => source.of(sequence));
    for (const way of ['beforeMs', 'afterMs'] as const) {
      const sorted = drawn.map((one) => one[way]).sort((a, b) => a - b);
      expect(sorted[SAMPLES / 2]).toBeGreaterThan(38.5);
      expect(sorted[SAMPLES / 2]).toBeLessThan(41.5);
      expect(sorted[SAMPLES * 0.99]).toBeGreaterThan(360);
      expect(sorted[SAMPLES * 0.99]).toBeLessThan(445);
      const logs = sorted.map(Math.log);
      const mean = logs.reduce((sum, log) => sum + log, 0) / SAMPLES;
      const skew = logs.reduce((sum, log) => sum + (log - mean) ** 3, 0) / SAMPLES;
      expect(Math.abs(skew)).toBeLessThan(0.05);
    }
  });

  it('is the same for the same seed, another for another, and none unless asked for', () => {
    const asked = { medianMs: 40, p99Ms: 400 };
    expect(new LatencySource('1', asked).of(7)).toEqual(new LatencySource('1', asked).of(7));
    expect(new LatencySource('1', asked).of(7)).not.toEqual(new LatencySource('2', asked).of(7));
    expect(new LatencySource('1', undefined).of(7)).toEqual({ beforeMs: 0, afterMs: 0 });
    const { beforeMs, afterMs } = new LatencySource('1', asked).of(7);
    expect(beforeMs).not.toBe(afterMs);
  });

  it('refuses a 99th percentile below the median', async () => {
    await expect(startSample({ latency: { medianMs: 40, p99Ms: 39 } })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

/** Moves the clock while a request of this method is on its way. */
function movingClock(method: string, byMs: () => number): PaperExchangeHooks {
  return {
    onRequest: (seen) => {
      if (seen.method === method) setTimeout(() => running?.clock.advanceBy(byMs()), 1);
    },
  };
}

describe('while it is on its way', () => {
  it('an order is decided on one book and matched on a newer one', async () => {
    running = await startSample({ latency: CONSTANT, hooks: movingClock('POST', () => 60_000) });
    await give(running, 'ETH', '1');
    const decidedOn = (await bookOf(running.url, 'KRW-ETH')).orderbook_units[0]?.bid_price;
    await postOrder(running.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '0.001', identifier: 'l-1' });
    const order = orderBody.parse((await ask(running.url, '/v1/order', 'identifier=l-1')).json);
    const matchedOn = (await bookOf(running.url, 'KRW-ETH')).orderbook_units[0]?.bid_price;
    expect(matchedOn).not.toBe(decidedOn);
    expect(order.trades?.[0]?.price).toBe(String(matchedOn));
    expect(order.created_at).toBe('2026-01-05T12:01:20+09:00');
  });

  it('a cancellation races the fill, and may lose', async () => {
    let waitsMs = 0;
    running = await startSample({ latency: CONSTANT, hooks: movingClock('DELETE', () => waitsMs) });
    await give(running, 'ETH', '2');
    const ask3 = String((await bookOf(running.url, 'KRW-ETH')).orderbook_units[3]?.ask_price);
    const order = { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', volume: '1', price: ask3 };
    await postOrder(running.url, { ...order, identifier: 'r-1' });
    expect((await ask(running.url, '/v1/order', 'identifier=r-1', 'DELETE')).status).toBe(200);
    await postOrder(running.url, { ...order, identifier: 'r-2' });
    waitsMs = 6 * 3_600_000;
    expect(errorName(await ask(running.url, '/v1/order', 'identifier=r-2', 'DELETE'))).toBe('order_not_found');
    const states = (await running.exchange.operator.orders()).map(({ identifier, state }) => [identifier, state]);
    expect(states).toEqual([
      ['r-1', 'cancelled'],
      ['r-2', 'filled'],
    ]);
  });

  it('nothing is carried out any more when the exchange stops', async () => {
    running = await startSample({ latency: { medianMs: 600_000, p99Ms: 600_000 } });
    await give(running, 'ETH', '1');
    const { exchange } = running;
    const lost = postOrder(running.url, { market: 'KRW-ETH', side: 'ask', ord_type: 'market', volume: '1', identifier: 's-1' });
    const refused = expect(lost).rejects.toThrow('fetch failed');
    await expect.poll(async () => (await exchange.operator.statistics()).requests).toBe(1);
    await exchange.stop();
    await refused;
    expect(await exchange.operator.orders()).toEqual([]);
    running = undefined;
  });
});
