import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CANDLE_CSV_HEADER, recordMarket } from '../../src/exchange/record-market.ts';
import { DrivenClock } from '../../src/kernel/clock.ts';
import { type Reply, refusal, type ScriptedVenue, type SeenRequest, startScriptedVenue } from './scripted-venue.ts';

let venue: ScriptedVenue;
let folder: string;
beforeAll(async () => {
  venue = await startScriptedVenue();
});
afterAll(() => venue.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cheongsan-market-'));
});
afterEach(() => rm(folder, { recursive: true }));

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-01T00:00:00Z');

/** Every third minute has no trade and so no candle; open and volume tell the minute and need every digit. */
function hasTrade(openMs: number): boolean {
  return (openMs / MINUTE_MS) % 3 !== 0;
}

function candles(request: SeenRequest): Reply {
  const before = Date.parse(request.query.get('to') ?? '');
  const rows: string[] = [];
  for (let openMs = before - MINUTE_MS; rows.length < Number(request.query.get('count')); openMs -= MINUTE_MS) {
    if (!hasTrade(openMs)) continue;
    const utc = new Date(openMs).toISOString().slice(0, 19);
    rows.push(
      `{"market":"KRW-BTC","candle_date_time_utc":"${utc}","candle_date_time_kst":"-","opening_price":${openMs / MINUTE_MS}.12345678,` +
        `"high_price":160000000,"low_price":0.00000001,"trade_price":1e-7,"timestamp":${openMs},"candle_acc_trade_price":1,"candle_acc_trade_volume":12345678.12345678,"unit":1}`,
    );
  }
  return { headers: { 'Remaining-Req': 'group=candles; min=600; sec=99' }, body: `[${rows.join(',')}]` };
}

function record(fromMs: number, toMs: number, nowMs = Number.MAX_SAFE_INTEGER / 2) {
  return recordMarket({
    baseUrl: venue.baseUrl,
    symbols: ['KRW-BTC'],
    from: new Date(fromMs),
    to: new Date(toMs),
    folder,
    clock: new DrivenClock(new Date(Math.min(nowMs, Date.parse('2027-01-01T00:00:00Z')))),
    timeoutMs: 2_000,
  });
}

const FILE = 'upbit_KRW-BTC_1m.csv.gz';
async function stored(): Promise<string[]> {
  return gunzipSync(await readFile(join(folder, FILE)))
    .toString('utf8')
    .trimEnd()
    .split('\n');
}
const openOf = (line: string) => Number(line.split(',')[0]);
function minutes(fromMs: number, toMs: number): number[] {
  return Array.from({ length: (toMs - fromMs) / MINUTE_MS }, (_, index) => fromMs + index * MINUTE_MS).filter(hasTrade);
}

test('records every bar of the range once, oldest first, with exact figures, and leaves gaps as gaps', async () => {
  venue.script(candles);
  const [fromMs, toMs] = [START_MS + 5 * MINUTE_MS, START_MS + 2 * DAY_MS + 7 * MINUTE_MS];
  const [recording] = await record(fromMs, toMs);
  const [header, ...lines] = await stored();
  expect(header).toBe(CANDLE_CSV_HEADER);
  expect(lines.map(openOf)).toEqual(minutes(fromMs, toMs));
  const firstMs = minutes(fromMs, toMs)[0] ?? 0;
  expect(lines[0]).toBe(`${firstMs},${firstMs / MINUTE_MS}.12345678,160000000,0.00000001,0.0000001,12345678.12345678`);
  expect(recording).toEqual({ symbol: 'KRW-BTC', file: join(folder, FILE), barCount: lines.length });
  expect(await readdir(folder)).toEqual([FILE]);
});

test('an interrupted run leaves no file under the final name and goes on with the day that is missing', async () => {
  const [fromMs, toMs] = [START_MS, START_MS + 3 * DAY_MS];
  venue.script((request) =>
    Date.parse(request.query.get('to') ?? '') > START_MS + 2 * DAY_MS ? refusal(404, 404, 'Code not found') : candles(request),
  );
  await expect(record(fromMs, toMs)).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' });
  expect(existsSync(join(folder, FILE))).toBe(false);

  venue.script(candles);
  const before = venue.seen.length;
  await record(fromMs, toMs);
  for (const request of venue.seen.slice(before)) expect(Date.parse(request.query.get('to') ?? '')).toBeGreaterThan(START_MS + 2 * DAY_MS);
  expect((await stored()).slice(1).map(openOf)).toEqual(minutes(fromMs, toMs));
  expect(await readdir(folder)).toEqual([FILE]);
});

test('a later range is added to what was recorded before', async () => {
  venue.script(candles);
  await record(START_MS + DAY_MS, START_MS + 2 * DAY_MS);
  await record(START_MS + 2 * DAY_MS, START_MS + 3 * DAY_MS);
  await record(START_MS, START_MS + DAY_MS + 60 * MINUTE_MS);
  expect((await stored()).slice(1).map(openOf)).toEqual(minutes(START_MS, START_MS + 3 * DAY_MS));
});

test('a minute that is not over is not recorded, and a range without a whole minute is refused', async () => {
  venue.script(candles);
  await record(START_MS, START_MS + DAY_MS, START_MS + 10 * MINUTE_MS + 30_000);
  expect((await stored()).slice(1).map(openOf)).toEqual(minutes(START_MS, START_MS + 10 * MINUTE_MS));
  await expect(record(START_MS, START_MS + DAY_MS, START_MS + 30_000)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('a passing failure is tried again', async () => {
  venue.script({ status: 503, headers: { 'Retry-After': '0' }, body: '' }, candles);
  await record(START_MS, START_MS + 30 * MINUTE_MS);
  expect((await stored()).slice(1).map(openOf)).toEqual(minutes(START_MS, START_MS + 30 * MINUTE_MS));
});

test('a file of that name that is no recording is named, not overwritten', async () => {
  venue.script(candles);
  const cases = [
    [gzipSync('something else\n'), 'FILE_FORMAT'],
    [gzipSync(`${CANDLE_CSV_HEADER}\n1,1,1,1,1,1\n`).subarray(0, 30), 'FILE_TORN'],
  ] as const;
  for (const [content, code] of cases) {
    await writeFile(join(folder, FILE), content);
    await expect(record(START_MS, START_MS + 30 * MINUTE_MS)).rejects.toMatchObject({ code });
    expect(await readFile(join(folder, FILE))).toEqual(content);
  }
});
