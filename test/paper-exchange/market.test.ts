import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Decimal } from '../../src/kernel/decimal.ts';
import { CheongsanError } from '../../src/kernel/errors.ts';
import type { Book } from '../../src/paper-exchange/market/book.ts';
import { DAY_MINUTES, MINUTE_MS, minuteOf } from '../../src/paper-exchange/market/candles.ts';
import { GENERATED_COINS, GeneratedMarket } from '../../src/paper-exchange/market/generator.ts';
import { Market } from '../../src/paper-exchange/market/market.ts';
import { ReplayedMarket } from '../../src/paper-exchange/market/replay.ts';
import { UPBIT_RULES } from '../../src/paper-exchange/upbit-face/venue-rules.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bookOf, START, send, startSample } from './support.ts';

const FIRST_MS = 1_756_684_800_000;
const HEADER = 'ts_ms,open,high,low,close,volume';
const RECORDED = '../shared/market';

function row(minute: number, open: number, close: number, volume = 10): string {
  return [FIRST_MS + minute * MINUTE_MS, open, Math.max(open, close), Math.min(open, close), close, volume].join(',');
}

function folderWith(content: string | Uint8Array, name = 'upbit_KRW-ETH_1m.csv.gz'): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), typeof content === 'string' ? gzipSync(content) : content);
  return folder;
}

/** Five minutes, the third of them silent. */
const GAPPED = folderWith([HEADER, row(0, 100, 110), row(1, 110, 120), row(3, 130, 140), row(4, 140, 150)].join('\n'));

const candleList = z.array(z.object({ candle_date_time_utc: z.string(), trade_price: z.number(), timestamp: z.number() }));

async function candlesOf(url: string, path: string): Promise<z.infer<typeof candleList>> {
  return candleList.parse((await send(url, 'GET', `/v1/candles/${path}`)).json);
}

function text(book: Book): string {
  return JSON.stringify(book);
}

describe('a replayed market', () => {
  const startAt = new Date('2026-01-05T00:00:00Z');
  const origin = minuteOf(startAt.getTime());

  it('meets the first bar at its start and runs forwards, backwards and forwards again without a jump', () => {
    const source = new ReplayedMarket(GAPPED, startAt);
    const opens = Array.from({ length: 15 }, (_, offset) => source.bar('ETH', origin + offset)?.open);
    expect(opens).toEqual([100, 110, undefined, 130, 140, 150, 140, undefined, 120, 110, 100, 110, undefined, 130, 140]);
    expect(source.bar('ETH', origin + 5)).toEqual({ open: 150, high: 150, low: 140, close: 140, volume: 10 });
    expect(source.bar('ETH', origin - 1)).toEqual({ open: 110, high: 110, low: 100, close: 100, volume: 10 });
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (offset) => {
        const [bar, next] = [source.bar('ETH', origin + offset), source.bar('ETH', origin + offset + 1)];
        return bar === undefined || next === undefined || bar.close === next.open;
      }),
    );
  });

  it('leaves a silent minute without candle, and the book of the minute before stands with its time', async () => {
    const running = await startSample({ market: { kind: 'replay', folder: GAPPED, startAt: START.toISOString(), generateMissing: false } });
    running.clock.advanceTo(new Date(START.getTime() - (START.getTime() % MINUTE_MS) + MINUTE_MS + 30_000));
    const live = await bookOf(running.url, 'KRW-ETH');
    expect(live.timestamp).toBe(running.clock.now().getTime());
    running.clock.advanceBy(MINUTE_MS);
    const silent = await bookOf(running.url, 'KRW-ETH');
    expect(silent).toEqual({ ...live, timestamp: live.timestamp + 29_999 });
    running.clock.advanceBy(2 * MINUTE_MS);
    const candles = await candlesOf(running.url, 'minutes/1?market=KRW-ETH&count=4');
    expect(candles.map((candle) => candle.candle_date_time_utc.slice(14, 16))).toEqual(['04', '03', '01', '00']);
    expect((await send(running.url, 'GET', '/v1/market/all')).json).toHaveLength(1);
    await running.exchange.stop();
  });

  it.each([
    ['FILE_TORN', folderWith(new Uint8Array([31, 139, 8, 0, 1, 2, 3]))],
    ['FILE_FORMAT', folderWith('time,price\n1,2')],
    ['FILE_FORMAT', folderWith([HEADER, row(1, 100, 110), row(0, 110, 120)].join('\n'))],
    ['FILE_FORMAT', folderWith([HEADER, `${FIRST_MS},1,2,x,4,5`].join('\n'))],
    ['NOT_FOUND', folderWith('', 'something-else.csv.gz')],
    ['NOT_FOUND', join(tmpdir(), 'no-such-folder-of-candles')],
  ])('refuses what is no recording with %s', (code, folder) => {
    const open = (): ReplayedMarket => new ReplayedMarket(folder, startAt);
    expect(open).toThrow(CheongsanError);
    expect(open).toThrow(expect.objectContaining({ code }));
  });
});

describe.skipIf(!existsSync(RECORDED))('the recorded market of ../shared/market (skipped: the folder is absent)', () => {
  it('replays three coins for longer than it was recorded, all quotes on ticks, and generates the others', async () => {
    const running = await startSample({ market: { kind: 'replay', folder: RECORDED } });
    for (let day = 0; day < 40; day += 8) {
      for (const asset of ['BTC', 'ETH', 'XRP', 'SOL']) {
        const book = await bookOf(running.url, `KRW-${asset}`);
        const ticks = UPBIT_RULES.ticksOf(asset);
        for (const unit of book.orderbook_units)
          expect(ticks.fits(new Decimal(unit.bid_price)) && ticks.fits(new Decimal(unit.ask_price))).toBe(true);
        expect(book.orderbook_units[0]?.bid_price).toBeLessThan(book.orderbook_units[0]?.ask_price ?? 0);
      }
      expect((await bookOf(running.url, 'KRW-BTC')).orderbook_units[0]?.bid_price).toBeGreaterThan(140_000_000);
      running.clock.advanceBy(8 * 86_400_000);
    }
    await running.exchange.stop();
  });
});

describe('a generated market', () => {
  const minutes = fc.integer({ min: minuteOf(Date.parse('2020-01-01')), max: minuteOf(Date.parse('2032-01-01')) });
  const coins = fc.constantFrom(...GENERATED_COINS.map((coin) => coin.asset));

  it('is the same for the same seed whatever was asked before, and another for another seed', () => {
    const used = new GeneratedMarket('7');
    fc.assert(
      fc.property(coins, minutes, (asset, minute) => {
        expect(new GeneratedMarket('7').bar(asset, minute)).toEqual(used.bar(asset, minute));
      }),
      { numRuns: 20 },
    );
    expect(new GeneratedMarket('8').bar('BTC', 29_000_000)).not.toEqual(used.bar('BTC', 29_000_000));
  });

  it('has prices without jumps between minutes and days, within each bar’s extremes, near their usual level', () => {
    const source = new GeneratedMarket('7');
    fc.assert(
      fc.property(fc.constantFrom('BTC', 'ETH', 'XRP'), minutes, (asset, near) => {
        const minute = near - (near % DAY_MINUTES) - 1;
        const [last, first] = [source.bar(asset, minute), source.bar(asset, minute + 1)];
        expect(first?.open).toBeCloseTo(last?.close ?? 0, 6);
        const bar = source.bar(asset, near);
        expect(bar?.high).toBeGreaterThanOrEqual(Math.max(bar?.open ?? 0, bar?.close ?? 0));
        expect(bar?.low).toBeLessThanOrEqual(Math.min(bar?.open ?? 0, bar?.close ?? 0));
        const base = GENERATED_COINS.find((coin) => coin.asset === asset)?.basePrice ?? 1;
        expect(Math.abs(Math.log((bar?.open ?? 0) / base))).toBeLessThan(3);
      }),
      { numRuns: 40 },
    );
  });

  it('moves its coins together, each about as much a day as it should, and leaves thin ones silent', () => {
    const source = new GeneratedMarket('3');
    const start = minuteOf(Date.parse('2026-01-05'));
    const returns = (asset: string): number[] =>
      Array.from({ length: 60 }, (_, day) => {
        const open = (offset: number): number => source.bar(asset, start + (day + offset) * DAY_MINUTES)?.open ?? 0;
        return Math.log(open(1) / open(0));
      });
    const [btc, eth] = [returns('BTC'), returns('ETH')];
    const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    expect(deviation(btc)).toBeGreaterThan(0.012);
    expect(deviation(btc)).toBeLessThan(0.048);
    const together = btc.reduce((sum, value, day) => sum + value * (eth[day] ?? 0), 0) / btc.length / deviation(btc) / deviation(eth);
    expect(together).toBeGreaterThan(0.5);
    const silent = Array.from({ length: DAY_MINUTES }, (_, offset) => source.bar('MOC', start + offset)).filter((bar) => bar === undefined);
    expect(silent.length / DAY_MINUTES).toBeCloseTo(0.65, 1);
  });
});

describe('a book', () => {
  it('is a function of seed, coin and minute, on ticks, ordered, with a spread, and never looks ahead', () => {
    const source = new GeneratedMarket('5');
    const market = new Market(source, '5', UPBIT_RULES);
    const assets = fc.constantFrom(...GENERATED_COINS.map((coin) => coin.asset));
    fc.assert(
      fc.property(assets, fc.integer({ min: 0, max: 600_000 }), (asset, offset) => {
        const atMs = Date.parse('2025-06-01') + offset * 47_000;
        const book = market.book(asset, atMs);
        const { minute } = book;
        const past = {
          assets: source.assets,
          bar: (name: string, asked: number) => (asked > minute ? undefined : source.bar(name, asked)),
        };
        expect(text(new Market(past, '5', UPBIT_RULES).book(asset, atMs))).toBe(text(book));
        const ticks = UPBIT_RULES.ticksOf(asset);
        expect(book.bids).toHaveLength(30);
        for (const level of [...book.bids, ...book.asks]) {
          expect(ticks.fits(level.price)).toBe(true);
          expect(level.quantity.isGreaterThan(0) && (level.quantity.decimalPlaces() ?? 0) <= 8).toBe(true);
        }
        const falls = (levels: Book['bids']): boolean =>
          levels.every((level, index) => index === 0 || level.price.isLessThan(levels[index - 1]?.price ?? 0));
        expect(falls(book.bids) && falls([...book.asks].reverse())).toBe(true);
        expect(book.bids[0]?.price.isLessThan(book.asks[0]?.price ?? 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('stands still when it is made stale, and lives again', async () => {
    const running = await startSample();
    const before = await bookOf(running.url, 'KRW-BTC');
    await running.exchange.operator.setStaleBook({ asset: 'BTC', stale: true });
    running.clock.advanceBy(3_600_000);
    expect(await bookOf(running.url, 'KRW-BTC')).toEqual(before);
    await running.exchange.operator.setStaleBook({ asset: 'BTC', stale: false });
    expect((await bookOf(running.url, 'KRW-BTC')).timestamp).toBe(running.clock.now().getTime());
    await running.exchange.stop();
  });
});

describe('price steps', () => {
  const ticks = UPBIT_RULES.ticksOf('BTC');

  it.each([
    ['2500000', '1000'],
    ['1000000', '1000'],
    ['999500', '500'],
    ['100000', '100'],
    ['50000', '50'],
    ['10000', '10'],
    ['5000', '5'],
    ['4999', '1'],
    ['100', '1'],
    ['99.9', '0.1'],
    ['9.99', '0.01'],
    ['0.999', '0.001'],
    ['0.0999', '0.0001'],
  ])('at %s won are %s', (price, tick) => {
    expect(ticks.tickAt(new Decimal(price)).toFixed()).toBe(tick);
  });

  it('lead down and up across their boundaries and back', () => {
    expect(ticks.below(new Decimal(1_000_000))?.toFixed()).toBe('999500');
    expect(ticks.above(new Decimal(999_500)).toFixed()).toBe('1000000');
    const prices = fc.integer({ min: 1, max: 2_000_000_000 }).map((units) => ticks.nearest(new Decimal(units).div(1_000)));
    fc.assert(
      fc.property(prices, (price) => {
        const below = ticks.below(price);
        return ticks.fits(price) && below !== undefined && ticks.fits(below) && ticks.above(below).isEqualTo(price);
      }),
    );
  });
});

it('answers candles newest first, before an exclusive end, and 404 for what is not listed', async () => {
  const running = await startSample();
  const candles = (path: string) => candlesOf(running.url, path);
  const hours = await candles('minutes/60?market=KRW-BTC&count=3&to=2026-01-05T02:00:00Z');
  expect(hours.map((candle) => candle.candle_date_time_utc)).toEqual(['2026-01-05T01:00:00', '2026-01-05T00:00:00', '2026-01-04T23:00:00']);
  expect(hours[0]?.timestamp).toBe(Date.parse('2026-01-05T02:00:00Z') - 1);
  expect((await candles('minutes/1?market=KRW-BTC&count=1'))[0]?.timestamp).toBe(START.getTime());
  expect((await candles('minutes/1?market=KRW-BTC&count=500')).length).toBe(200);
  const [day] = await candles('days?market=KRW-BTC&count=2');
  const [minute] = await candles('minutes/1?market=KRW-BTC&count=1');
  expect(day).toMatchObject({ candle_date_time_utc: '2026-01-05T00:00:00', trade_price: minute?.trade_price });
  expect(await send(running.url, 'GET', '/v1/candles/minutes/1?market=KRW-NONE')).toMatchObject({
    status: 404,
    json: { error: { name: 404, message: 'Code not found' } },
  });
  expect((await send(running.url, 'GET', '/v1/candles/minutes/7?market=KRW-BTC')).status).toBe(400);
  expect((await send(running.url, 'GET', '/v1/orderbook')).status).toBe(400);
  await running.exchange.stop();
});
