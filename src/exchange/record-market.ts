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
import { connectUpbit, UPBIT, type UpbitConnection } from './upbit/connection.ts';
import { readCandlePage, readCandleRows } from './upbit-like/trades.ts';
import { assetOf, type MinuteCandle } from './upbit-like/wire.ts';

export const CANDLE_CSV_HEADER = 'ts_ms,open,high,low,close,volume';

const unpack = promisify(gunzip);
/** A day of minutes, two months of hours. */
const PART_BARS = 1_440;
/** Lengths of bars that are recorded, by the word in the name of their file. */
const BAR_MS = { '1m': 60_000, '1h': 3_600_000 } as const;
export type RecordedBars = keyof typeof BAR_MS;
const ATTEMPTS = 5;

export interface RecordMarketOptions {
  readonly baseUrl?: string;
  /** Won markets, for example `KRW-BTC`. */
  readonly symbols: readonly string[];
  /** One minute unless told otherwise. */
  readonly bars?: RecordedBars;
  readonly from: Date;
  /** Exclusive; a bar that is not over yet is never recorded. */
  readonly to: Date;
  readonly folder: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly log?: Log;
  readonly onProgress?: (progress: { symbol: string; partsDone: number; partsTotal: number }) => void;
}

export interface MarketRecording {
  readonly symbol: string;
  readonly file: string;
  /** Bars in the file, earlier recordings included. */
  readonly barCount: number;
}

/** Part of the range, the unit that is fetched and kept as a whole. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Stores Upbit's public candles as `upbit_KRW-<COIN>_1m.csv.gz`, or `_1h`: bar open in UTC milliseconds, exact figures,
 * bars without a trade left out. Each part of the range is kept in a folder of its own as soon as it is complete, so that an
 * interrupted run goes on where it stopped; the file under its final name is replaced in one step and keeps the bars of
 * earlier recordings outside this range. Errors: `INPUT_INVALID`, `EXCHANGE_REFUSED`, `EXCHANGE_UNAVAILABLE` after five
 * attempts, `FILE_FORMAT` or `FILE_TORN` for a file of that name that is no such recording.
 */
export async function recordMarket(options: RecordMarketOptions): Promise<MarketRecording[]> {
  const connection = connectUpbit({
    baseUrl: options.baseUrl ?? 'https://api.upbit.com',
    accessKey: '',
    secretKey: '',
    timeoutMs: options.timeoutMs ?? 10_000,
    clock: options.clock,
    log: options.log,
  });
  const bars = options.bars ?? '1m';
  const range = wholeBars(options, BAR_MS[bars]);
  for (const symbol of options.symbols) assetOf(symbol, UPBIT);
  const recordings: MarketRecording[] = [];
  for (const symbol of options.symbols) {
    const name = `upbit_${symbol}_${bars}`;
    const parts = await recordParts(connection, options, { symbol, name, barMs: BAR_MS[bars] }, range);
    recordings.push(await assemble(options.folder, { symbol, name }, range, parts));
  }
  return recordings;
}

function wholeBars(options: { from: Date; to: Date; clock: Clock }, barMs: number): Span {
  const floor = (ms: number) => Math.floor(ms / barMs) * barMs;
  const fromMs = floor(options.from.getTime());
  const toMs = floor(Math.min(options.to.getTime(), options.clock.now().getTime()));
  if (!(fromMs < toMs)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Nothing to record from ${options.from.toISOString()} to ${options.to.toISOString()}: no bar of it is over. Give an earlier start.`,
    );
  }
  return { fromMs, toMs };
}

interface Recorded {
  readonly symbol: string;
  /** Of the file, without its ending. */
  readonly name: string;
}

async function recordParts(
  connection: UpbitConnection,
  options: RecordMarketOptions,
  { symbol, name, barMs }: Recorded & { readonly barMs: number },
  range: Span,
): Promise<string[]> {
  const partFolder = partFolderOf(options.folder, name);
  await mkdir(partFolder, { recursive: true });
  const kept = new Set(await readdir(partFolder));
  const spans = partsOf(range, barMs);
  const parts: string[] = [];
  for (const span of spans) {
    const partName = `${span.fromMs}-${span.toMs}.csv`;
    const file = join(partFolder, partName);
    if (!kept.has(partName)) {
      const lines = await fetchLines(connection, symbol, span, barMs);
      await writeFile(`${file}.tmp`, lines.join(''));
      await rename(`${file}.tmp`, file);
    }
    parts.push(file);
    options.onProgress?.({ symbol, partsDone: parts.length, partsTotal: spans.length });
  }
  return parts;
}

function partFolderOf(folder: string, name: string): string {
  return join(folder, '.recording', name);
}

function partsOf(range: Span, barMs: number): Span[] {
  const partMs = PART_BARS * barMs;
  const spans: Span[] = [];
  for (let fromMs = range.fromMs; fromMs < range.toMs; ) {
    const toMs = Math.min(range.toMs, (Math.floor(fromMs / partMs) + 1) * partMs);
    spans.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return spans;
}

async function fetchLines(connection: UpbitConnection, symbol: string, span: Span, barMs: number): Promise<string[]> {
  const rows = await readCandleRows({ ...span, symbol, barMs }, UPBIT, (beforeMs) => fetchPage(connection, symbol, barMs, beforeMs));
  return rows.map(lineOf);
}

function lineOf(candle: MinuteCandle): string {
  const { candle_date_time_utc, opening_price, high_price, low_price, trade_price, candle_acc_trade_volume } = candle;
  return `${candle_date_time_utc.getTime()},${opening_price},${high_price},${low_price},${trade_price},${candle_acc_trade_volume}\n`;
}

async function fetchPage(connection: UpbitConnection, symbol: string, barMs: number, beforeMs: number): Promise<MinuteCandle[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readCandlePage(connection, UPBIT, { symbol, barMs }, beforeMs);
    } catch (error) {
      if (!(error instanceof CheongsanError) || error.code !== 'EXCHANGE_UNAVAILABLE' || attempt === ATTEMPTS) throw error;
      const { retryAfterMs } = error.facts;
      await pause(typeof retryAfterMs === 'number' ? retryAfterMs : attempt * 1_000);
    }
  }
}

async function assemble(folder: string, { symbol, name }: Recorded, range: Span, parts: readonly string[]): Promise<MarketRecording> {
  const file = join(folder, `${name}.csv.gz`);
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
  await removeIfEmpty(partFolderOf(folder, name));
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
