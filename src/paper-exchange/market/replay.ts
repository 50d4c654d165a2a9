import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CheongsanError } from '../../kernel/errors.ts';
import { type Bar, type MarketSource, MINUTE_MS, minuteOf } from './candles.ts';

const FILE_NAME = /^upbit_KRW-([A-Z0-9]+)_1m\.csv\.gz$/;
const HEADER = 'ts_ms,open,high,low,close,volume';
const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
const FIELD_COUNT = FIELDS.length;

/** All coins on one common tape: five figures a minute, NaN where a minute has no bar. */
interface Tape {
  readonly lengthMinutes: number;
  readonly figures: ReadonlyMap<string, Float64Array>;
}

interface Recording {
  readonly asset: string;
  readonly minutes: Float64Array;
  readonly figures: Float64Array;
}

/**
 * Recorded candles of Korean won markets, replayed. `startAt` meets the first recorded minute; at the last one the tape turns
 * round and runs backwards (each bar's open and close exchanged), at the first forwards again, and likewise before `startAt`.
 * So prices are continuous over any length of time and there is a past to ask for. Minutes without a bar stay without one.
 */
export class ReplayedMarket implements MarketSource {
  readonly assets: readonly string[];
  readonly #tape: Tape;
  readonly #originMinute: number;

  constructor(folder: string, startAt: Date) {
    this.#tape = readTape(folder);
    this.assets = [...this.#tape.figures.keys()];
    this.#originMinute = minuteOf(startAt.getTime());
  }

  bar(asset: string, minute: number): Bar | undefined {
    const figures = this.#tape.figures.get(asset);
    if (figures === undefined) return undefined;
    const length = this.#tape.lengthMinutes;
    const phase = (((minute - this.#originMinute) % (2 * length)) + 2 * length) % (2 * length);
    const isBackwards = phase >= length;
    const offset = (isBackwards ? 2 * length - 1 - phase : phase) * FIELD_COUNT;
    const [open = Number.NaN, high = 0, low = 0, close = 0, volume = 0] = figures.subarray(offset, offset + FIELD_COUNT);
    if (Number.isNaN(open)) return undefined;
    return isBackwards ? { open: close, high, low, close: open, volume } : { open, high, low, close, volume };
  }
}

function readTape(folder: string): Tape {
  const recordings = listFiles(folder).map(({ asset, path }) => readRecording(asset, path));
  if (recordings.length === 0) {
    throw new CheongsanError('NOT_FOUND', `${folder} holds no file named upbit_KRW-<COIN>_1m.csv.gz; point the market to such a folder.`);
  }
  const first = Math.min(...recordings.map((recording) => recording.minutes[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...recordings.map((recording) => recording.minutes.at(-1) ?? Number.NEGATIVE_INFINITY));
  const lengthMinutes = last - first + 1;
  const figures = new Map<string, Float64Array>();
  for (const recording of recordings) {
    const tape = new Float64Array(lengthMinutes * FIELD_COUNT).fill(Number.NaN);
    recording.minutes.forEach((minute, index) => {
      tape.set(recording.figures.subarray(index * FIELD_COUNT, (index + 1) * FIELD_COUNT), (minute - first) * FIELD_COUNT);
    });
    figures.set(recording.asset, tape);
  }
  return { lengthMinutes, figures };
}

function listFiles(folder: string): { asset: string; path: string }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new CheongsanError('NOT_FOUND', `The market folder ${folder} cannot be read.`, { cause });
  }
  return names.sort().flatMap((name) => {
    const asset = FILE_NAME.exec(name)?.[1];
    return asset === undefined ? [] : [{ asset, path: join(folder, name) }];
  });
}

function readRecording(asset: string, path: string): Recording {
  const [header, ...lines] = unpack(path).trimEnd().split('\n');
  if (header !== HEADER) throw new CheongsanError('FILE_FORMAT', `${path} must begin with the line ${HEADER}, got ${header ?? 'nothing'}.`);
  if (lines.length === 0) throw new CheongsanError('FILE_FORMAT', `${path} holds no candle.`);
  const minutes = new Float64Array(lines.length);
  const figures = new Float64Array(lines.length * FIELD_COUNT);
  lines.forEach((line, index) => {
    const [openedAtMs, ...values] = line.split(',').map(Number);
    const minute = (openedAtMs ?? Number.NaN) / MINUTE_MS;
    const isLater = index === 0 || minute > (minutes[index - 1] ?? 0);
    if (!Number.isInteger(minute) || !isLater || values.length !== FIELD_COUNT || !values.every((value) => value >= 0)) {
      throw new CheongsanError('FILE_FORMAT', `${path}, line ${index + 2} is not a one-minute candle later than the line before it.`);
    }
    minutes[index] = minute;
    figures.set(values, index * FIELD_COUNT);
  });
  return { asset, minutes, figures };
}

function unpack(path: string): string {
  try {
    return gunzipSync(readFileSync(path)).toString('utf8');
  } catch (cause) {
    throw new CheongsanError('FILE_TORN', `${path} cannot be unpacked; copy it again.`, { cause });
  }
}
