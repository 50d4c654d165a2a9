import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../src/kernel/paths.ts';
import { cheongsan } from '../support/installed.ts';
import { folderOf, generatedCandles, textOf } from './generated-market.ts';

const judge = join(projectRoot, '..', 'shared', 'tools', 'frontier.mjs');
const HAS_JUDGE = existsSync(judge);

const statistics = { n: z.int(), meanBps: z.number(), sdBps: z.number(), cvar5Bps: z.number(), impactBps: z.number() };
const cell = { set: z.string(), regime: z.string(), notionalKrw: z.number(), ...statistics };
const referenceLine = z.object({ ...cell, strategy: z.string() });
const plannerLine = z.object({ ...cell, lambda: z.number(), best: z.string(), ratio: z.number().nullable() });
const summaryLine = z.object({ summary: z.record(z.string(), z.looseObject({ cells: z.int() })) });

function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

function only<T extends z.ZodType>(schema: T, lines: readonly unknown[]): z.output<T>[] {
  return lines.flatMap((line) => {
    const parsed = schema.safeParse(line);
    return parsed.success ? [parsed.data] : [];
  });
}

async function backtest(folder: string, ...more: readonly string[]) {
  return cheongsan(folder, ['backtest', '--data', folder, ...more]);
}

function frontier(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [judge, ...args], { encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`The judge refuses: ${stderr}`);
  return stdout;
}

const SIZES = ['--notionals', '2e7,1e9'];
const hourly = () =>
  folderOf({
    'upbit_KRW-AAA_1h.csv.gz': textOf(generatedCandles(11, { bars: 1_250, volume: 300_000, missing: 0.02 })),
    'upbit_KRW-BBB_1h.csv.gz': textOf(generatedCandles(3, { bars: 1_250, volume: 20_000, deviation: 0.015, silent: 0.1 })),
  });

describe.skipIf(!HAS_JUDGE)('beside the judge (skipped where ../shared/tools is absent)', () => {
  it('measures the ten references to the same digits, and the planner as the judge measures its schedules', async () => {
    const folder = await hourly();
    const { status, stdout, stderr } = await backtest(folder, '--json', '--lambdas', '0.02,0.05,0.1,0.2', ...SIZES);
    expect([status, stderr]).toEqual([0, '']);
    const own = linesOf(stdout);
    const theirs = only(referenceLine, linesOf(frontier('references', folder, ...SIZES)));
    const references = only(referenceLine, own);
    expect(references).toHaveLength(2 * 3 * 2 * 10);
    expect(theirs).toHaveLength(references.length);
    for (const [index, reference] of references.entries()) {
      const { strategy, ...figures } = theirs[index] ?? {};
      expect(reference).toEqual({ strategy, ...closeTo(figures) });
    }
    const [starts, schedules] = [join(folder, 'starts.jsonl'), join(folder, 'schedules.jsonl')];
    await writeFile(starts, frontier('starts', folder, ...SIZES));
    const written = await backtest(folder, '--json', '--starts', starts, '--schedules', schedules);
    expect(written.status).toBe(0);
    const judged = only(plannerLine, linesOf(frontier('judge', folder, schedules, ...SIZES)));
    const planned = only(plannerLine, own);
    expect(judged).toHaveLength(2 * 3 * 2 * 4);
    for (const [index, { lambda, best, ratio, ...figures }] of judged.entries())
      expect(planned[index]).toEqual({
        lambda,
        best,
        ratio: ratio !== null && ratio > 0 ? expect.closeTo(ratio, 6) : null,
        ...closeTo(figures),
      });
  });
});

function closeTo(figures: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? expect.closeTo(value, 6) : value]),
  );
}

const scheduleLine = z.object({ set: z.string(), startTs: z.int(), lambda: z.number(), now: z.number(), q: z.array(z.number()) });

describe('the schedules', () => {
  it('agree up to the cut on a file that is cut', async () => {
    const candles = generatedCandles('cut', { bars: 1_100, volume: 20_000, missing: 0.05 });
    const file = 'upbit_KRW-CUT_1h.csv.gz';
    const whole = await folderOf({ [file]: textOf(candles) });
    const begun = [300, 500, 700].map((place) => candles[place]).filter((candle) => candle !== undefined);
    const starts = begun.flatMap(({ startMs, open }) =>
      [2e7, 1e9].map((notionalKrw) => JSON.stringify({ set: 'KRW-CUT', startTs: startMs, notionalKrw, openPrice: open })),
    );
    const schedulesOf = async (folder: string, lines: readonly string[]) => {
      const [asked, out] = [join(folder, 'starts.jsonl'), join(folder, 'out.jsonl')];
      await writeFile(asked, `${lines.join('\n')}\n`);
      const { status, stdout } = await backtest(folder, '--starts', asked, '--schedules', out, '--lambdas', '0.02');
      expect([status, stdout]).toEqual([0, `매각 일정 ${lines.length}건을 ${out} 에 적었습니다.\n`]);
      return only(scheduleLine, linesOf(await readFile(out, 'utf8')));
    };
    const full = await schedulesOf(whole, starts);
    for (const { now, q } of full) {
      expect([now, ...q].every((share) => share >= 0)).toBe(true);
      expect(now + q.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
    for (const [index, candle] of begun.entries()) {
      for (const bars of [0, 1, 7, 40]) {
        const cutMs = candle.startMs + bars * 3_600_000;
        const folder = await folderOf({ [file]: textOf(candles.filter(({ startMs }) => startMs < cutMs)) });
        const asked = starts.slice(2 * index, 2 * index + 2);
        for (const [place, { now, q }] of (await schedulesOf(folder, asked)).entries()) {
          const expected = full[2 * index + place];
          expect([now, ...q.slice(0, bars)]).toEqual([expected?.now, ...(expected?.q.slice(0, bars) ?? [])]);
        }
      }
    }
  });
});

describe('the command', () => {
  it('runs over whatever is in a folder, and draws it for people', async () => {
    const book = `ts_ms,bid1_price,bid1_qty,ask1_price,ask1_qty\n${[0, 1, 2, 3].map((at) => `${at},99,1000000,101,0.5`).join('\n')}\n`;
    const folder = await folderOf({
      'anywhere_ABCUSDT_1m_x.csv': textOf(generatedCandles(1, { bars: 9_000, barMs: 60_000, missing: 0.4, fall: 0.001 })),
      'anywhere_DEFBTC_1d.csv.gz': textOf(generatedCandles(2, { bars: 90, barMs: 86_400_000, deviation: 0.002 })),
      'anywhere_GHI_1h.csv': textOf(generatedCandles(3, { bars: 2, silent: 1 })),
      'anywhere_JKL_1h.csv': 'ts_ms,open,high,low,close,volume\n',
      'anywhere_ABC_book1_x.csv': book,
    });
    const drawn = await backtest(folder, '--notionals', '2e7', '--lambdas', '0.2');
    expect([drawn.status, drawn.stderr]).toEqual([0, '']);
    for (const told of [
      'anywhere_ABCUSDT_1m_x.csv (1시간 봉',
      'anywhere_DEFBTC_1d.csv.gz (24시간 봉',
      'TWAP 10d (FSC)',
      '계획 λ=0.2',
      '시작점이 없습니다',
      '호가 4번',
    ])
      expect(drawn.stdout).toContain(told);
    expect(drawn.stdout).not.toContain('NaN');
    const { stdout } = await backtest(folder, '--notionals', '2e7', '--lambdas', '0.2', '--json');
    const lines = linesOf(stdout);
    expect(stdout).not.toContain('NaN');
    expect(only(plannerLine, lines).length).toBeGreaterThan(3);
    expect(only(summaryLine, lines)).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ markets: 4, books: 1, summary: { contested: { cells: 0, mean: null, worst: null } } });
  });

  it('says what is wrong, and ends with a status that a script can rely on', async () => {
    const empty = await folderOf({});
    const torn = await folderOf({ 'upbit_KRW-ABC_1h.csv': 'nothing' });
    const market = await folderOf({ 'upbit_KRW-ABC_1h.csv': textOf(generatedCandles(1, { bars: 50 })) });
    const starts = join(market, 'starts.jsonl');
    const out = join(market, 'out.jsonl');
    const told = async (folder: string, ...more: readonly string[]) => {
      const { status, stdout, stderr } = await backtest(folder, ...more);
      expect([status, stdout]).toEqual([1, '']);
      return stderr;
    };
    expect(await told(empty)).toContain('[NOT_FOUND]');
    expect(await told(join(empty, 'none'))).toContain('[NOT_FOUND]');
    expect(await told(torn)).toContain('[FILE_FORMAT] upbit_KRW-ABC_1h.csv must begin with');
    expect(await told(market, '--lambdas', '0')).toContain('[INPUT_INVALID]');
    expect(await told(market, '--notionals', '1,x')).toContain('[INPUT_INVALID]');
    expect(await told(market, '--starts', starts)).toContain('[INPUT_INVALID] Name both');
    expect(await told(market, '--starts', starts, '--schedules', out)).toContain('[NOT_FOUND]');
    await writeFile(starts, '{"set":"KRW-ABC"}\n');
    expect(await told(market, '--starts', starts, '--schedules', out)).toContain('line 1 is no start');
    await writeFile(starts, `${JSON.stringify({ set: 'KRW-ABC', startTs: 5, notionalKrw: 1, openPrice: 1 })}\n`);
    expect(await told(market, '--starts', starts, '--schedules', out)).toContain('[NOT_FOUND] No recording of KRW-ABC');
  });
});
