import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bookOf, CITY, errorName, give, postOrder, type Running, send, startSample } from './support.ts';

let running: Running;

beforeEach(async () => {
  running = await startSample();
});

afterEach(async () => {
  await running.exchange.stop();
});

async function broken(fault: 'empty' | 'no_bids' | 'thin' | 'zero_size' | 'crossed' | null) {
  await running.exchange.operator.setBookFault({ asset: 'ETH', fault });
  return bookOf(running.url, 'KRW-ETH');
}

function sell(identifier: string, price: number, volume: string): Record<string, string> {
  return { market: 'KRW-ETH', side: 'ask', ord_type: 'limit', time_in_force: 'ioc', price: String(price), volume, identifier };
}

describe('a broken book', () => {
  it('is empty: nothing is shown and nothing can be sold', async () => {
    await give(running, 'ETH', '10');
    expect(await broken('empty')).toMatchObject({ orderbook_units: [], total_bid_size: 0 });
    expect(errorName(await postOrder(running.url, sell('e-1', 5_000_000, '1')))).toBe('volume_too_large');
  });

  it('has no bids: asks alone, filled up with zeros', async () => {
    const { orderbook_units: units } = await broken('no_bids');
    expect(units).toHaveLength(30);
    expect(units.every(({ bid_price, bid_size, ask_size }) => bid_price === 0 && bid_size === 0 && ask_size > 0)).toBe(true);
  });

  it('is thin: two levels with next to nothing in them, and no more can be sold there', async () => {
    await give(running, 'ETH', '10');
    const whole = await bookOf(running.url, 'KRW-ETH');
    const thin = await broken('thin');
    expect(thin.orderbook_units).toHaveLength(2);
    const best = thin.orderbook_units[0];
    expect(best?.bid_price).toBe(whole.orderbook_units[0]?.bid_price);
    expect((best?.bid_size ?? 1) / (whole.orderbook_units[0]?.bid_size ?? 1)).toBeCloseTo(0.001, 4);
    expect(errorName(await postOrder(running.url, sell('t-1', best?.bid_price ?? 0, '1')))).toBe('volume_too_large');
  });

  it('shows a best level with nothing in it, and nothing is traded there', async () => {
    await give(running, 'ETH', '10');
    const whole = await bookOf(running.url, 'KRW-ETH');
    const [best, next] = (await broken('zero_size')).orderbook_units;
    expect(best).toMatchObject({ bid_price: whole.orderbook_units[0]?.bid_price, bid_size: 0, ask_size: 0 });
    expect(next?.bid_price).toBe(whole.orderbook_units[1]?.bid_price);
    await postOrder(running.url, sell('z-1', next?.bid_price ?? 0, '0.01'));
    const [order] = await running.exchange.operator.orders({ accountId: CITY });
    expect(order?.fills.map(({ price }) => Number(price))).toEqual([next?.bid_price]);
  });

  it('is crossed in the picture, and whole again afterwards', async () => {
    const whole = await bookOf(running.url, 'KRW-ETH');
    const [best] = (await broken('crossed')).orderbook_units;
    expect(best?.bid_price).toBeGreaterThan(best?.ask_price ?? 0);
    expect(await broken(null)).toEqual(whole);
  });
});

const markets = z.array(z.object({ market: z.string(), market_event: z.record(z.string(), z.unknown()) }));

it('shows events that Upbit does not know only where they are on', async () => {
  await running.exchange.operator.setMarketEvent({ asset: 'MOC', further: ['danger', 'delisting'] });
  const list = markets.parse((await send(running.url, 'GET', '/v1/market/all?is_details=true')).json);
  expect(list.find(({ market }) => market === 'KRW-MOC')?.market_event).toMatchObject({ warning: false, danger: true, delisting: true });
  expect(Object.keys(list.find(({ market }) => market === 'KRW-BTC')?.market_event ?? {})).toEqual(['warning', 'caution']);
});

it('dates its answers by its own clock, and ahead of it when told', async () => {
  const dateOf = async () => new Date((await send(running.url, 'GET', '/v1/market/all')).headers.get('Date') ?? 0).getTime();
  expect(await dateOf()).toBe(running.clock.now().getTime());
  await running.exchange.operator.setManners({ clockAheadSeconds: -90 });
  expect(await dateOf()).toBe(running.clock.now().getTime() - 90_000);
});

const trades = z.array(z.object({ timestamp: z.number(), trade_price: z.number(), trade_date_utc: z.string() }));

it('lists trades of one day, today or before', async () => {
  const listed = async (more: string) => trades.parse((await send(running.url, 'GET', `/v1/trades/ticks?market=KRW-ETH&${more}`)).json);
  const today = await listed('count=500');
  expect(today[0]?.timestamp).toBe(Date.parse('2026-01-05T03:00:15Z'));
  expect(new Set(today.map(({ trade_date_utc: day }) => day))).toEqual(new Set(['2026-01-05']));
  const [before] = await listed('count=1&days_ago=2');
  expect(before).toMatchObject({ timestamp: Date.parse('2026-01-03T23:59:45Z'), trade_date_utc: '2026-01-03' });
  expect((await send(running.url, 'GET', '/v1/trades/ticks?market=KRW-ETH&days_ago=8')).status).toBe(400);
});

const candles = z.array(z.object({ candle_date_time_utc: z.string(), trade_price: z.number(), candle_acc_trade_volume: z.number() }));

it('has hours from long before it was opened, made of the same minutes', async () => {
  const read = async (path: string) => candles.parse((await send(running.url, 'GET', `/v1/candles/minutes/${path}`)).json);
  const old = await read('60?market=KRW-ETH&count=200&to=2025-09-08T00:00:00Z');
  expect(old).toHaveLength(200);
  expect(old[0]?.candle_date_time_utc).toBe('2025-09-07T23:00:00');
  const minutes = await read('1?market=KRW-ETH&count=60&to=2025-09-08T00:00:00Z');
  expect(old[0]?.trade_price).toBe(minutes[0]?.trade_price);
  const volume = minutes.reduce((sum, { candle_acc_trade_volume }) => sum + candle_acc_trade_volume, 0);
  expect(old[0]?.candle_acc_trade_volume).toBeCloseTo(volume, 5);
});
