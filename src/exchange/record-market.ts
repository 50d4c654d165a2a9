import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import { type Clock, pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { UpbitConnection } from './upbit/connection.ts';
import { assetOf, type MinuteCandle, minuteCandleRows } from './upbit/wire.ts';

export const CANDLE_CSV_HEADER = 'ts_ms,open,high,low,close,volume';

const unpack = promisify(gunzip);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CANDLES_PER_REQUEST = 200;
const ATTEMPTS = 5;

export interface RecordMarketOptions {
  readonly baseUrl?: string;
  /** Won markets, for example `KRW-BTC`. */
  readonly symbols: readonly string[];
  readonly from: Date;
  /** Exclusive; a minute that is not over yet is never recorded. */
  readonly to: Date;
  readonly folder: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly log?: Log;
  readonly onProgress?: (progress: { symbol: string; daysDone: number; daysTotal: number }) => void;
}

export interface MarketRecording {
  readonly symbol: string;
  readonly file: string;
  /** Bars in the file, earlier recordings included. */
  readonly barCount: number;
}

/** Part of a UTC day, the unit that is fetched and kept as a whole. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Stores Upbit's public one-minute candles as `upbit_KRW-<COIN>_1m.csv.gz`: bar open in UTC milliseconds, exact figures,
 * bars without a trade left out. Each day is kept in a folder of its own as soon as it is complete, so that an
 * interrupted run goes on where it stopped; the file under its final name is replaced in one step and keeps the bars of
 * earlier recordings outside this range. Errors: `INPUT_INVALID`, `EXCHANGE_REFUSED`, `EXCHANGE_UNAVAILABLE` after five
 * attempts, `FILE_FORMAT` or `FILE_TORN` for a file of that name that is no such recording.
 */
export async function recordMarket(options: RecordMarketOptions): Promise<MarketRecording[]> {
  const connection = new UpbitConnection({
    baseUrl: options.baseUrl ?? 'https://api.upbit.com',
    accessKey: '',
    secretKey: '',
    timeoutMs: options.timeoutMs ?? 10_000,
    clock: options.clock,
    log: options.log,
  });
  const range = wholeMinutes(options);
  for (const symbol of options.symbols) assetOf(symbol);
  const recordings: MarketRecording[] = [];
  for (const symbol of options.symbols) {
    const parts = await recordDays(connection, options, symbol, range);
    recordings.push(await assemble(options.folder, symbol, range, parts));
  }
  return recordings;
}

function wholeMinutes(options: { from: Date; to: Date; clock: Clock }): Span {
  const floor = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  const fromMs = floor(options.from.getTime());
  const toMs = floor(Math.min(options.to.getTime(), options.clock.now().getTime()));
  if (!(fromMs < toMs)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Nothing to record from ${options.from.toISOString()} to ${options.to.toISOString()}: no minute of it is over. Give an earlier start.`,
    );
  }
  return { fromMs, toMs };
}

async function recordDays(connection: UpbitConnection, options: RecordMarketOptions, symbol: string, range: Span): Promise<string[]> {
  const partFolder = partFolderOf(options.folder, symbol);
  await mkdir(partFolder, { recursive: true });
  const kept = new Set(await readdir(partFolder));
  const spans = daysOf(range);
  const parts: string[] = [];
  for (const span of spans) {
    const name = `${span.fromMs}-${span.toMs}.csv`;
    const file = join(partFolder, name);
    if (!kept.has(name)) {
      const lines = await fetchLines(connection, symbol, span);
      await writeFile(`${file}.tmp`, lines.join(''));
      await rename(`${file}.tmp`, file);
    }
    parts.push(file);
    options.onProgress?.({ symbol, daysDone: parts.length, daysTotal: spans.length });
  }
  return parts;
}

function partFolderOf(folder: string, symbol: string): string {
  return join(folder, '.recording', `upbit_${symbol}_1m`);
}

function daysOf(range: Span): Span[] {
  const spans: Span[] = [];
  for (let fromMs = range.fromMs; fromMs < range.toMs; ) {
    const toMs = Math.min(range.toMs, (Math.floor(fromMs / DAY_MS) + 1) * DAY_MS);
    spans.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return spans;
}

/** Upbit answers with the candles before an instant, newest first; so a span is read backwards. */
async function fetchLines(connection: UpbitConnection, symbol: string, span: Span): Promise<string[]> {
  const lines = new Map<number, string>();
  for (let beforeMs = span.toMs; ; ) {
    const candles = await fetchCandles(connection, symbol, beforeMs);
    for (const candle of candles) {
      const openMs = candle.candle_date_time_utc.getTime();
      if (openMs >= span.fromMs && openMs < span.toMs) lines.set(openMs, lineOf(openMs, candle));
    }
    const oldestMs = Math.min(...candles.map((candle) => candle.candle_date_time_utc.getTime()));
    if (candles.length < CANDLES_PER_REQUEST || oldestMs <= span.fromMs) break;
    if (oldestMs >= beforeMs)
      throw new CheongsanError('EXCHANGE_UNAVAILABLE', `Upbit repeats the candles of ${symbol}; they cannot be read to the start.`);
    beforeMs = oldestMs;
  }
  return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line);
}

function lineOf(openMs: number, candle: MinuteCandle): string {
  const { opening_price, high_price, low_price, trade_price, candle_acc_trade_volume } = candle;
  return `${openMs},${opening_price},${high_price},${low_price},${trade_price},${candle_acc_trade_volume}\n`;
}

async function fetchCandles(connection: UpbitConnection, symbol: string, beforeMs: number): Promise<MinuteCandle[]> {
  const to = new Date(beforeMs).toISOString().replace('.000Z', 'Z');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connection.read('minuteCandles', minuteCandleRows, { market: symbol, to, count: CANDLES_PER_REQUEST });
    } catch (error) {
      if (!(error instanceof CheongsanError) || error.code !== 'EXCHANGE_UNAVAILABLE' || attempt === ATTEMPTS) throw error;
      const { retryAfterMs } = error.facts;
      await pause(typeof retryAfterMs === 'number' ? retryAfterMs : attempt * 1_000);
    }
  }
}

async function assemble(folder: string, symbol: string, range: Span, parts: readonly string[]): Promise<MarketRecording> {
  const file = join(folder, `upbit_${symbol}_1m.csv.gz`);
  const earlier = await readRecording(file);
  const openMs = (line: string) => Number(line.slice(0, line.indexOf(',')));
  const before = earlier.filter((line) => openMs(line) < range.fromMs);
  const after = earlier.filter((line) => openMs(line) >= range.toMs);
  const fresh = (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).flatMap((text) =>
    text.split('\n').filter((line) => line !== ''),
  );
  const lines = [CANDLE_CSV_HEADER, ...before, ...fresh, ...after];

  await pipeline(Readable.from(lines.map((line) => `${line}\n`)), createGzip(), createWriteStream(`${file}.tmp`, { flush: true }));
  await rename(`${file}.tmp`, file);
  await Promise.all(parts.map((part) => rm(part)));
  await removeIfEmpty(partFolderOf(folder, symbol));
  await removeIfEmpty(join(folder, '.recording'));
  return { symbol, file, barCount: lines.length - 1 };
}

async function readRecording(file: string): Promise<string[]> {
  const packed = await readFile(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (packed === undefined) return [];
  const text = await unpack(packed).catch((error: unknown) => {
    throw new CheongsanError('FILE_TORN', `${file} cannot be unpacked; move it away and record again.`, { cause: error });
  });
  const [header, ...lines] = text.toString('utf8').trimEnd().split('\n');
  if (header !== CANDLE_CSV_HEADER) {
    throw new CheongsanError('FILE_FORMAT', `${file} does not begin with "${CANDLE_CSV_HEADER}"; move it away and record again.`);
  }
  return lines;
}

/** Parts of another range that was interrupted stay for its own next run. */
async function removeIfEmpty(folder: string): Promise<void> {
  if ((await readdir(folder)).length === 0) await rmdir(folder);
}
