import { rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { gridOf, marginsOf, startsOf } from '../../src/backtest/grid.ts';
import { krwPerQuote, pairOf } from '../../src/backtest/market-name.ts';
import { readRecordings } from '../../src/backtest/recording.ts';
import { BEGAN_MS, collected, folderOf, generatedCandles, generatedGrid, HOUR_MS, marketOf, textOf } from './generated-market.ts';

const HEADER = 'ts_ms,open,high,low,close,volume';

describe('recordings of candles', () => {
  it('are read whatever venue, coin and step they are of; shorter bars are put together to hours', async () => {
    const minutes = generatedCandles(1, { bars: 150, barMs: 60_000 });
    const folder = await folderOf({
      'upbit_KRW-ABC_1h.csv.gz': textOf(generatedCandles(2, { bars: 50 })),
      'some_ABCUSDT_1m_2024-01.csv': textOf(minutes),
      'other_XYZ_1d.csv.gz': textOf(generatedCandles(3, { bars: 9, barMs: 24 * HOUR_MS })),
      'README.md': '',
    });
    const [other, some, upbit, ...none] = await collected(readRecordings(folder));
    expect(none).toEqual([]);
    expect(upbit).toMatchObject({ venue: 'upbit', name: 'KRW-ABC', coin: 'ABC', quote: 'KRW', barMs: HOUR_MS });
    expect(other).toMatchObject({ venue: 'other', name: 'XYZ', coin: 'XYZ', quote: 'KRW', barMs: 24 * HOUR_MS });
    expect(some).toMatchObject({ venue: 'some', name: 'ABCUSDT', coin: 'ABC', quote: 'USDT', barMs: HOUR_MS });
    expect(some?.candles).toHaveLength(3);
    const hour = minutes.slice(60, 120);
    expect(some?.candles[1]).toEqual({
      startMs: BEGAN_MS + HOUR_MS,
      open: hour[0]?.open,
      close: hour.at(-1)?.close,
      high: Math.max(...hour.map(({ high }) => high)),
      low: Math.min(...hour.map(({ low }) => low)),
      volume: expect.closeTo(
        hour.reduce((sum, { volume }) => sum + volume, 0),
        6,
      ),
    });
  });

  it.each([
    ['ts,open\n', 'must begin with the line'],
    [`${HEADER}\n1,1,1,1,1,1\n1,1,1,1,1,1\n`, 'Line 3'],
    [`${HEADER}\n1,1,1,0,1,1\n`, 'Line 2'],
    [`${HEADER}\n1,1,1,1,1,-1\n`, 'Line 2'],
    [`${HEADER}\n1,1,1\n`, 'Line 2'],
  ])('are refused when torn (%#)', async (text, told) => {
    const folder = await folderOf({ 'upbit_KRW-ABC_1h.csv': text });
    await expect(collected(readRecordings(folder))).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      message: expect.stringContaining(told),
    });
  });

  it('are refused when they are not packed as their name says, or their bars are longer than days', async () => {
    const torn = await folderOf({ 'upbit_KRW-ABC_1h.csv': HEADER });
    await rename(`${torn}/upbit_KRW-ABC_1h.csv`, `${torn}/upbit_KRW-ABC_1h.csv.gz`);
    await expect(collected(readRecordings(torn))).rejects.toMatchObject({ code: 'FILE_TORN' });
    const long = await folderOf({ 'upbit_KRW-ABC_3d.csv': textOf(generatedCandles(1, { bars: 9, barMs: 72 * HOUR_MS })) });
    await expect(collected(readRecordings(long))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    await expect(collected(readRecordings(`${torn}/none`))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it.each([
  ['KRW-BTC', 'BTC', 'KRW', 1],
  ['BTCUSDT', 'BTC', 'USDT', 1_300],
  ['usdcusdt', 'USDC', 'USDT', 1_300],
  ['NXSBTC', 'NXS', 'BTC', 50_000_000],
  ['BTC', 'BTC', 'KRW', 1],
  ['SOMETHING', 'SOMETHING', 'KRW', 1],
])('%s is %s for %s', (symbol, coin, quote, krw) => {
  expect(pairOf(symbol)).toEqual({ coin, quote });
  expect(krwPerQuote(quote)).toBe(krw);
});

describe('a grid', () => {
  it('repeats the last close where bars are missing, without volume', () => {
    const candles = generatedCandles(1, { bars: 10 }).filter((_, bar) => bar !== 4 && bar !== 5);
    const grid = gridOf(marketOf(candles));
    expect(grid.bars).toBe(10);
    expect([grid.close[4], grid.close[5], grid.open[5]]).toEqual([grid.close[3], grid.close[3], grid.close[3]]);
    expect([grid.volume[3] === 0, grid.volume[4], grid.volume[5]]).toEqual([false, 0, 0]);
  });

  it('leaves eight days before and thirty after a start, and less only where there is no room', () => {
    expect(marginsOf({ barMs: HOUR_MS, bars: 936 })).toEqual({ history: 192, tail: 720, isShort: false });
    expect(marginsOf({ barMs: HOUR_MS, bars: 935 })).toEqual({ history: 98, tail: 369, isShort: true });
    expect(marginsOf({ barMs: 24 * HOUR_MS, bars: 400 })).toEqual({ history: 8, tail: 30, isShort: false });
    const grid = generatedGrid(1, { bars: 1_500, silent: 0.3 });
    const { all, hivol, fall } = startsOf(grid);
    expect(all.length).toBeGreaterThan(10);
    for (const starts of [all, hivol, fall]) {
      for (const bar of starts) expect(bar >= 192 && bar + 720 < 1_500 && (grid.volume[bar] ?? 0) > 0).toBe(true);
    }
  });

  it('of nothing has no starts', () => {
    expect(startsOf(gridOf(marketOf([])))).toEqual({ all: [], hivol: [], fall: [] });
  });
});
