import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { caseExecutionAnswer, periodExecutionAnswer, toCaseExecution, toPeriodExecution } from '../../src/http/views/execution-view.ts';
import { civilDate, startOfDay } from '../../src/kernel/civil-date.ts';
import { drawCaseReport } from '../../src/registers/execution/case-plot.ts';
import { readCaseReport } from '../../src/registers/execution/case-report.ts';
import { readPeriodReport } from '../../src/registers/execution/period-report.ts';
import { casesCsv, fillsCsv } from '../../src/registers/execution/report-files.ts';
import { caseNamed } from '../../src/seizure/case-named.ts';
import { named, parseXml } from '../document/svg-document.ts';
import { atEnd } from '../support/at-end.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { cheongsan, type Ended } from '../support/installed.ts';
import { ExecutionStore, type StoredHolding } from './execution-store.ts';

const MONDAY = civilDate('2026-01-05');
const WINDOW_START = startOfDay(civilDate('2025-11-29'));

/** So many seconds after ten in Seoul on the Monday. */
function at(seconds: number): Date {
  return new Date(Date.parse('2026-01-05T01:00:00Z') + seconds * 1_000);
}

let test: TestDatabase;
let store: ExecutionStore;
/** Planned, sold crossing and resting, and held by a guard. */
let planned: StoredHolding;
/** Sold without a plan, together with the next in one order. */
let unplanned: StoredHolding;
let together: StoredHolding;
let unsold: StoredHolding;
let numberOf: (holding: StoredHolding) => Promise<string>;

async function storePlanned(): Promise<void> {
  await store.plan(planned, { madeAt: at(0), planned: '10', arrival: '102' });
  await store.candle('BTC', WINDOW_START, 110);
  await store.candle('BTC', WINDOW_START, 7, 14_400_000);
  await store.candle('BTC', at(-3_600), 103);
  await store.valuation(planned, WINDOW_START, '90');
  await store.order(planned, {
    decidedAt: at(60),
    book: ['99.5', '100.5'],
    // Twice in one decision counts once.
    notes: ['no_reference', 'levels_of_zero', 'levels_of_zero'],
    fills: [{ at: at(61), quantity: '2', price: '99', fee: '1' }],
  });
  await store.order(planned, {
    style: 'passive',
    decidedAt: at(120),
    book: ['100', '102'],
    fills: [{ at: at(150), quantity: '1', price: '101.5', fee: '0.5' }],
  });
  await store.decision(planned, at(180), 'wait', { codes: ['BTC:book_stale'], notes: ['levels_of_zero'] });
  await store.decision(planned, at(240), 'wait', { codes: ['BTC:book_stale'], book: ['97.5', '98.5'] });
  await store.decision(planned, at(300), 'wait', { codes: ['BTC:slice_done'], book: ['99', '98'] });
}

beforeAll(async () => {
  test = await createTestDatabase();
  store = new ExecutionStore(test.database);
  const first = async (holdings: Promise<StoredHolding[]>): Promise<StoredHolding> => {
    const [holding] = await holdings;
    if (holding === undefined) throw new Error('The sale has a holding.');
    return holding;
  };
  planned = await first(store.sale(['BTC']));
  unplanned = await first(store.sale(['ETH', 'XRP']));
  together = await first(store.sale(['ETH']));
  unsold = await first(store.sale(['BTC']));
  const before = await first(store.sale(['BTC'], { startedAt: at(-9e5), state: 'done', endedAt: at(-8e5), lastCode: 'covered' }));
  await storePlanned();
  await store.valuation(unplanned, new Date(WINDOW_START.getTime() - 86_400_000), '52');
  await store.order(
    unplanned,
    { decidedAt: at(10), book: ['49', '51'], fills: [{ at: at(12), quantity: '4', price: '48', fee: '0.25' }] },
    [together],
  );
  await store.decision(unsold, at(30), 'deny', { codes: ['trading_halted'] });
  await store.decision(unsold, at(31), 'stop', { codes: ['exhausted', 'BTC:book_thin'] });
  await store.order(before, { decidedAt: at(-9e5), book: ['1', '3'], fills: [{ at: at(-85e4), quantity: '1', price: '1' }] });
  numberOf = async ({ caseId }) => (await test.database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId } })).number;
});

const reportOf = async ({ caseId }: StoredHolding) => toCaseExecution(await readCaseReport(test.database.read, caseId));

describe('the report of a case', () => {
  it('measures what was sold under a plan against arrival and window start', async () => {
    const report = await reportOf(planned);
    expect(report).toMatchObject({
      hasFills: true,
      sale: { state: 'running', endCode: null },
      orders: 2,
      fills: 2,
      proceedsKrw: '299.5',
      feesKrw: '1.5',
      passiveShare: '0.338898',
      // (198 × 1 s + 101.5 × 30 s) / 299.5
      averageSecondsToFill: '10.828',
      arrival: {
        fills: 2,
        benchmarkKrw: '306',
        shortfall: { krw: '8', bps: '261.4379' },
        fees: { krw: '1.5', bps: '49.0196' },
        impact: { krw: '1.5' },
        timing: { krw: '5' },
        unsplit: { krw: '0', bps: '0' },
      },
      windowStart: { fills: 2, benchmarkKrw: '330', shortfall: { krw: '32' } },
    });
    expect(report.holdings).toMatchObject([
      {
        asset: 'BTC',
        venue: 'upbit',
        arrivalPrice: { priceKrw: '102', at: at(0).toISOString(), source: 'plan' },
        windowStartPrice: { priceKrw: '110', at: WINDOW_START.toISOString(), source: 'candle' },
        plans: [{ version: 1, reason: 'begun', plannedQuantity: '10' }],
        soldQuantity: '3',
        opportunity: { unsoldQuantity: '7', lastMidKrw: '98', lastMidAt: at(240).toISOString(), costKrw: '28' },
        trades: [
          { style: 'cross', quantity: '2', midKrw: '100', decidedAt: at(60).toISOString(), arrival: { shortfall: { krw: '7' } } },
          { style: 'passive', quantity: '1', midKrw: '101', filledAt: at(150).toISOString(), arrival: { shortfall: { krw: '1' } } },
        ],
      },
    ]);
    expect(report.guardEvents).toMatchObject([
      { code: 'book_stale', asset: 'BTC', count: 2, firstAt: at(180).toISOString(), lastAt: at(240).toISOString() },
    ]);
    const { notes } = await readCaseReport(test.database.read, planned.caseId);
    expect(notes).toMatchObject([
      { code: 'levels_of_zero', asset: 'BTC', count: 2, firstAt: at(60), lastAt: at(180) },
      { code: 'no_reference', asset: 'BTC', count: 1 },
    ]);
    expect(caseExecutionAnswer.parse(report)).toEqual(report);
  });

  it('measures an old order by the mid it was decided at, and the window by a valuation', async () => {
    const { holdings, orders, arrival } = await reportOf(unplanned);
    expect([orders, arrival?.shortfall, arrival?.timing.krw]).toEqual([1, { krw: '8.25', bps: '412.5' }, '0']);
    expect(holdings).toMatchObject([
      {
        asset: 'ETH',
        arrivalPrice: { priceKrw: '50', source: 'first_order' },
        windowStartPrice: { priceKrw: '52', source: 'valuation' },
        opportunity: null,
      },
      { asset: 'XRP', arrivalPrice: null, windowStartPrice: null, fills: 0, arrival: null },
    ]);
  });
});

describe('the report of any case', () => {
  it('is of nothing where nothing was sold', async () => {
    const report = await reportOf(unsold);
    expect(report).toMatchObject({
      hasFills: false,
      fills: 0,
      passiveShare: null,
      averageSecondsToFill: null,
      arrival: null,
      windowStart: null,
    });
    // The candle at the start of the window is there, though nothing was sold to be measured by it.
    expect(report.holdings).toMatchObject([{ arrivalPrice: null, windowStartPrice: { source: 'candle' }, trades: [] }]);
    expect(report.guardEvents).toMatchObject([
      { code: 'trading_halted', asset: null, text: '거래가 중지되어 있습니다 (HALTED)', count: 1 },
    ]);
  });

  it('is refused for a case that is not there', async () => {
    await expect(readCaseReport(test.database.read, 999_999)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds a case by its number and by its id', async () => {
    const { read } = test.database;
    expect(await caseNamed(read, await numberOf(planned))).toMatchObject({ id: planned.caseId });
    expect(await caseNamed(read, String(planned.caseId))).toMatchObject({ id: planned.caseId });
    expect(await caseNamed(read, `case:${planned.caseId}`)).toMatchObject({ id: planned.caseId });
    await expect(caseNamed(read, 'case:x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is drawn with its fills, plan and pause', async () => {
    const { read } = test.database;
    const root = parseXml(await drawCaseReport(read, await readCaseReport(read, planned.caseId)));
    const texts = named(root, 'text').map(({ text }) => text);
    for (const text of ['즉시 체결 1건', '호가 대기 1건', '판단 때 중간가', '도착가 102원', '계획 (구간의 목표)'])
      expect(texts).toContain(text);
    // One close of an hour lies within the five minutes, and one makes no line.
    expect(texts).not.toContain('시간봉 종가');
    const [pause] = named(root, 'rect').filter(({ text }) => text !== '');
    expect(pause?.text).toBe('2026. 1. 5. 10:03 ~ 2026. 1. 5. 10:05 호가가 오래되었습니다');
  });
});

describe('the report of a period', () => {
  it('adds up its cases, and shows those without fills as such', async () => {
    const report = await readPeriodReport(test.database.read, MONDAY, MONDAY);
    const data = toPeriodExecution(report);
    expect(data).toMatchObject({
      caseCount: 4,
      casesWithFills: 3,
      // The order of two cases is one.
      orders: 3,
      fills: 4,
      proceedsKrw: '683.5',
      arrival: { fills: 4, benchmarkKrw: '706', shortfall: { krw: '24.5', bps: '347.0255' } },
      windowStart: { fills: 3 },
      opportunityCostKrw: '28',
    });
    expect(data.markets).toMatchObject([
      { venue: 'upbit', asset: 'ETH', cases: 2, orders: 1, fills: 2, proceedsKrw: '384' },
      { venue: 'upbit', asset: 'BTC', cases: 1, orders: 2, fills: 2, proceedsKrw: '299.5' },
    ]);
    expect(data.worstCases.map(({ caseId }) => caseId)).toEqual([unplanned, together, planned].map(({ caseId }) => caseId));
    expect(data.cases.filter(({ hasFills }) => !hasFills)).toMatchObject([{ caseId: unsold.caseId, arrival: null, guardEvents: 1 }]);
    expect(data.guardEvents.map(({ code, count }) => [code, count])).toEqual([
      ['book_stale', 2],
      ['trading_halted', 1],
    ]);
    expect(report.notes.map(({ code, count }) => [code, count])).toEqual([
      ['levels_of_zero', 2],
      ['no_reference', 1],
    ]);
    expect(periodExecutionAnswer.parse(data)).toEqual(data);
  });

  it('counts the days in Seoul, both of them included', async () => {
    const days = async (from: string, until: string) => {
      const { cases, sums } = await readPeriodReport(test.database.read, civilDate(from), civilDate(until));
      return [cases.length, sums.fills];
    };
    expect(await days('2025-12-26', '2025-12-26')).toEqual([1, 1]);
    expect(await days('2025-12-25', '2026-01-05')).toEqual([5, 5]);
    expect(await days('2026-01-06', '2026-01-06')).toEqual([4, 0]);
    expect(await days('2025-01-01', '2025-01-31')).toEqual([0, 0]);
    await expect(days('2026-01-06', '2026-01-05')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

function linesOf(bytes: Uint8Array): string[][] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\r\n');
  return lines.map((line) => line.split(','));
}

describe('the files', () => {
  it('have one row a fill, in which nothing is run', async () => {
    const report = await readCaseReport(test.database.read, planned.caseId);
    const [header, ...rows] = linesOf(await fillsCsv(report, 'utf-8'));
    expect(rows).toHaveLength(2);
    const cells = Object.fromEntries((header ?? []).map((name, index) => [name, rows[1]?.[index]]));
    expect(cells).toMatchObject({
      사건번호: await numberOf(planned),
      '거래소 체결번호': expect.stringMatching(/^'=trade-/),
      '주문 방식': '호가 대기',
      체결일: '2026-01-05',
      '체결시각(서울)': '10:02:30.000',
      '체결가(원)': '101.5',
      '판단에서 체결까지(초)': '30.000',
      '도착가 대비 비용(원)': '1',
      '그중 가격충격·호가차(원)': '-0.5',
      '시작가 대비 비용(원)': '9',
    });
    expect((await fillsCsv(report, 'cp949')).length).toBeGreaterThan(100);
  });

  it('have one row a case', async () => {
    const report = await readPeriodReport(test.database.read, MONDAY, MONDAY);
    const [header, ...rows] = linesOf(await casesCsv(report, 'utf-8'));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([header?.length]));
    const without = rows.find((row) => row.includes('체결 없음'));
    expect([without?.[0], without?.[header?.indexOf('도착가 대비 비용(bp)') ?? -1]]).toEqual([await numberOf(unsold), '']);
    expect((await casesCsv(report, 'cp949')).length).toBeGreaterThan(100);
  });
});

describe('cheongsan report', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cheongsan-report-'));
    atEnd(() => rm(folder, { recursive: true, force: true }));
  });

  function run(...args: string[]): Promise<Ended> {
    const key = Buffer.alloc(32, 7).toString('base64');
    return cheongsan(folder, ['report', ...args], { DATABASE_URL: test.access.applicationUrl, CHEONGSAN_KEY: key });
  }

  it('tells of a case, and writes its files once', async () => {
    const number = await numberOf(planned);
    const [csv, svg] = [join(folder, 'fills.csv'), join(folder, 'case.svg')];
    const told = await run(number, '--csv', csv, '--svg', svg);
    expect([told.status, told.stderr]).toEqual([0, '']);
    for (const text of [
      number,
      '매각 중',
      '도착가 102원',
      '자진기간 시작가 110원',
      '261.4',
      '남은 계획 7 BTC',
      'book_stale',
      '33.9%',
      'levels_of_zero',
    ])
      expect(told.stdout).toContain(text);
    expect(linesOf(await readFile(csv))).toHaveLength(3);
    expect(parseXml(await readFile(svg, 'utf8')).text).toContain(number);
    const again = await run(number, '--csv', csv);
    expect([again.status, again.stdout]).toEqual([1, '']);
    expect(again.stderr).toContain('[INPUT_INVALID]');
  });

  it('tells of a period, and says the same as the service', async () => {
    const told = await run('--from', MONDAY, '--to', MONDAY);
    expect([told.status, told.stderr]).toEqual([0, '']);
    for (const text of [
      '사건 4건, 주문 3건, 체결 4건',
      '347.0',
      '자진기간 시작가를 알 수 없는 체결 1건',
      `체결 없음 1건: ${await numberOf(unsold)}`,
    ])
      expect(told.stdout).toContain(text);
    const data = await run('--from', MONDAY, '--to', MONDAY, '--json');
    expect(JSON.parse(data.stdout)).toEqual(toPeriodExecution(await readPeriodReport(test.database.read, MONDAY, MONDAY)));
    const ofCase = await run(String(planned.caseId), '--json');
    expect(JSON.parse(ofCase.stdout)).toEqual(toCaseExecution(await readCaseReport(test.database.read, planned.caseId)));
  });

  it.each([
    [[], 'Name a case, or a period'],
    [['--from', '2026-01-05'], 'Name a case, or a period'],
    [['1', '--from', '2026-01-05'], 'Name either a case or a period'],
    [['--from', '2026-01-05', '--to', '2026-01-05', '--svg', 'x.svg'], '--svg draws one case'],
    [['--from', '2026-02-30'], '날짜는 2026-03-05'],
    [['none-such'], '[NOT_FOUND] There is no case none-such'],
  ])('refuses %j', async (args, told) => {
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(told);
  });
});
