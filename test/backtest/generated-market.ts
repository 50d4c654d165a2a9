import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Grid, MarketCandles } from '../../src/backtest/grid.ts';
import { gridOf } from '../../src/backtest/grid.ts';
import { SeededRandom } from '../../src/kernel/random.ts';
import type { Candle } from '../../src/valuation/forecast/candle.ts';
import { atEnd } from '../support/at-end.ts';

export const HOUR_MS = 3_600_000;
export const BEGAN_MS = Date.UTC(2024, 0, 1);

export interface GeneratedOptions {
  readonly bars: number;
  readonly barMs?: number;
  readonly price?: number;
  /** Units a bar on average. */
  readonly volume?: number;
  /** Deviation of an hour's return. */
  readonly deviation?: number;
  /** Share of bars that are missing. */
  readonly missing?: number;
  /** Share of bars without trade. */
  readonly silent?: number;
  /** By which the price has fallen at the end of each bar, beside chance. */
  readonly fall?: number;
}

/** A random walk whose volatility comes and goes, and whose volume follows it; the same for the same seed. */
export function generatedCandles(seed: string | number, options: GeneratedOptions): Candle[] {
  const { bars, barMs = HOUR_MS, volume = 500, deviation = 0.008, missing = 0, silent = 0, fall = 0 } = options;
  const random = new SeededRandom(seed, 'candles');
  const candles: Candle[] = [];
  let [price, heat] = [options.price ?? 1_000, 0];
  for (let bar = 0; bar < bars; bar++) {
    heat = 0.98 * heat + 0.1 * random.normal();
    const step = deviation * Math.sqrt(barMs / HOUR_MS) * Math.exp(heat);
    const open = price;
    price = Math.max(price * Math.exp(step * random.normal() - fall), 1e-9);
    const [high, low] = [Math.max(open, price) * Math.exp(0.3 * step), Math.min(open, price) * Math.exp(-0.3 * step)];
    const traded = random.chance(silent) ? 0 : volume * Math.exp(heat + 0.5 * random.normal());
    const isMissing = bar > 0 && bar < bars - 1 && random.chance(missing);
    if (!isMissing) candles.push({ startMs: BEGAN_MS + bar * barMs, open, high, low, close: price, volume: traded });
  }
  return candles;
}

export function generatedGrid(seed: string | number, options: GeneratedOptions): Grid {
  return gridOf(marketOf(generatedCandles(seed, options), options.barMs));
}

export function marketOf(candles: readonly Candle[], barMs = HOUR_MS): MarketCandles {
  return { name: 'KRW-ABC', file: 'upbit_KRW-ABC_1h.csv', venue: 'upbit', coin: 'ABC', quote: 'KRW', barMs, halfSpread: 0.0005, candles };
}

export function textOf(candles: readonly Candle[]): string {
  const rows = candles.map(({ startMs, open, high, low, close, volume }) => [startMs, open, high, low, close, volume].join(','));
  return `${['ts_ms,open,high,low,close,volume', ...rows].join('\n')}\n`;
}

/** A folder with files, packed where their names say so; removed at the end of the test file. */
export async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-backtest-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return folder;
}

export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
