import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { SeededRandom } from '../../src/kernel/random.ts';
import type { Bar } from '../../src/paper-exchange/market/candles.ts';
import { atEnd } from '../support/at-end.ts';

export const MINUTE_MS = 60_000;

/** A coin minute by minute; nobody trades in a minute without a bar. */
export type Tape = readonly (Bar | undefined)[];

export interface TapeCourse {
  readonly minutes: number;
  readonly priceAt: (minute: number) => number;
  /** Won traded in a minute. */
  readonly wonAMinute: number;
  readonly isEmpty?: (minute: number, random: SeededRandom) => boolean;
}

/** A market that follows a course, with some noise of its own. */
export function tapeOf({ minutes, priceAt, wonAMinute, isEmpty = () => false }: TapeCourse): Tape {
  const random = new SeededRandom('tape', wonAMinute);
  return Array.from({ length: minutes }, (_, minute) => {
    const [open, close] = [priceAt(minute), priceAt(minute + 1)];
    const high = Math.max(open, close) * (1 + 0.0005 * random.next());
    const low = Math.min(open, close) * (1 - 0.0005 * random.next());
    const bar = { open, high, low, close, volume: (wonAMinute / open) * (0.5 + random.next()) };
    return isEmpty(minute, random) ? undefined : bar;
  });
}

/** Writes the tapes of coins as the paper exchange replays them. Returns the folder, gone at the end of the test file. */
export async function tapeFolder(tapes: Readonly<Record<string, Tape>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cheongsan-tape-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  for (const [asset, tape] of Object.entries(tapes)) {
    const lines = tape.flatMap((bar, minute) =>
      bar === undefined ? [] : [[minute * MINUTE_MS, bar.open, bar.high, bar.low, bar.close, bar.volume].join()],
    );
    const text = `ts_ms,open,high,low,close,volume\n${lines.join('\n')}\n`;
    await writeFile(join(folder, `upbit_KRW-${asset}_1m.csv.gz`), gzipSync(text));
  }
  return folder;
}

const LUNA_FILE = '../shared/market/binance_LUNAUSDT_1m_2022-05.csv.gz';
export const isLunaThere = existsSync(LUNA_FILE);

/** Minutes of the recorded fall from one instant to another. */
export function lunaTape(from: Date, to: Date): Tape {
  const tape: (Bar | undefined)[] = Array.from({ length: (to.getTime() - from.getTime()) / MINUTE_MS }, () => undefined);
  for (const line of gunzipSync(readFileSync(LUNA_FILE)).toString('utf8').split('\n').slice(1)) {
    const [startMs = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = line.split(',').map(Number);
    const minute = (startMs - from.getTime()) / MINUTE_MS;
    if (line !== '' && minute >= 0 && minute < tape.length && volume > 0) tape[minute] = { open, high, low, close, volume };
  }
  return tape;
}
