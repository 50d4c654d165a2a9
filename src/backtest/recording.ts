import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CheongsanError } from '../kernel/errors.ts';
import type { Candle } from '../valuation/forecast/candle.ts';
import type { MarketCandles } from './grid.ts';
import { pairOf } from './market-name.ts';
import { resampled } from './resample.ts';

const unzip = promisify(gunzip);

/** `upbit_KRW-BTC_1h.csv.gz`, `binance_LUNAUSDT_1m_2022-05.csv.gz`: venue, symbol, step, and whatever else tells recordings apart. */
const FILE_NAME = /^(?<venue>[a-z0-9]+)_(?<symbol>[A-Za-z0-9-]+)_(?<step>\d+)(?<unit>[mhd])(?:_[\w.-]+)?\.csv(?:\.gz)?$/;
const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HEADER = 'ts_ms,open,high,low,close,volume';
/** Half of the usual spread, in basis points, of coins for which it was measured; it is linear in what is sold and turns no plan. */
const HALF_SPREAD_BPS: Readonly<Record<string, number>> = { BTC: 0.5, ETH: 1, XRP: 3, SOL: 3, LINK: 5, DOGE: 8 };
const OTHER_HALF_SPREAD_BPS = 5;

/** Names of a folder's files, in order. Error: `NOT_FOUND`. */
export async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `The folder ${folder} cannot be read.`, { cause });
  });
  return names.sort();
}

/** Every recording of candles in a folder, by name. Error: `FILE_FORMAT` naming file and line. */
export async function* readRecordings(folder: string): AsyncGenerator<MarketCandles> {
  for (const name of await filesOf(folder)) if (FILE_NAME.test(name)) yield await readRecording(folder, name);
}

async function readRecording(folder: string, file: string): Promise<MarketCandles> {
  const { venue = '', symbol = '', step = '1', unit = 'h' } = FILE_NAME.exec(file)?.groups ?? {};
  const { coin, quote } = pairOf(symbol);
  const recordedMs = Number(step) * (UNIT_MS.get(unit) ?? Number.NaN);
  if (recordedMs > DAY_MS) throw new CheongsanError('FILE_FORMAT', `The bars of ${file} are longer than a day; record shorter ones.`);
  const candles = candlesOf(await readText(folder, file), file);
  // Impact without memory makes short bars look cheap: shorter ones are put together to hours, so that markets can be compared.
  const barMs = Math.max(recordedMs, HOUR_MS);
  const halfSpread = (HALF_SPREAD_BPS[coin] ?? OTHER_HALF_SPREAD_BPS) / 1e4;
  return {
    name: symbol,
    file,
    venue,
    coin,
    quote,
    barMs,
    halfSpread,
    candles: recordedMs < HOUR_MS ? resampled(candles, HOUR_MS) : candles,
  };
}

/** Content of a file that may be packed. Errors: `NOT_FOUND`, `FILE_TORN`. */
export async function readText(folder: string, file: string): Promise<string> {
  const content = await readFile(join(folder, file)).catch((cause: unknown) => {
    throw new CheongsanError('NOT_FOUND', `${join(folder, file)} cannot be read.`, { cause });
  });
  if (!file.endsWith('.gz')) return content.toString('utf8');
  const unpacked = await unzip(content).catch((cause: unknown) => {
    throw new CheongsanError('FILE_TORN', `${file} cannot be unpacked; copy it again.`, { cause });
  });
  return unpacked.toString('utf8');
}

/** Rows in order of time; a row out of order or with a figure that is none is refused, not passed over. */
function candlesOf(text: string, name: string): Candle[] {
  const [header, ...lines] = text.trimEnd().split('\n');
  if (header?.trim() !== HEADER) throw new CheongsanError('FILE_FORMAT', `${name} must begin with the line ${HEADER}.`);
  const candles: Candle[] = [];
  let beforeMs = Number.NEGATIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    const [startMs = Number.NaN, open = Number.NaN, high = Number.NaN, low = Number.NaN, close = Number.NaN, volume = Number.NaN] = line
      .split(',')
      .map(Number);
    const isCandle = startMs > beforeMs && low > 0 && high >= low && volume >= 0 && Number.isFinite(open + high + close + volume);
    if (!isCandle)
      throw new CheongsanError('FILE_FORMAT', `Line ${index + 2} of ${name} is no candle later than the one before: ${line.slice(0, 100)}`);
    beforeMs = startMs;
    candles.push({ startMs, open, high, low, close, volume });
  }
  return candles;
}
