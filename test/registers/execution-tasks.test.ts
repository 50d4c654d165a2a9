import { beforeAll, describe, expect, it } from 'vitest';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { drawCaseReport } from '../../src/registers/execution/case-plot.ts';
import { readCaseReport } from '../../src/registers/execution/case-report.ts';
import { readPeriodReport } from '../../src/registers/execution/period-report.ts';
import { fillsCsv } from '../../src/registers/execution/report-files.ts';
import { named, parseXml } from '../document/svg-document.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { ExecutionStore, type StoredHolding } from './execution-store.ts';

const MONTH = 30 * 86_400;
const FEBRUARY = civilDate('2026-02-04');

/** So many seconds after ten in Seoul on the fifth of January. */
function at(seconds: number): Date {
  return new Date(Date.parse('2026-01-05T01:00:00Z') + seconds * 1_000);
}

let test: TestDatabase;
let wished: StoredHolding;

beforeAll(async () => {
  test = await createTestDatabase();
  wished = await soldTwice(new ExecutionStore(test.database));
});

async function soldTwice(store: ExecutionStore): Promise<StoredHolding> {
  const [holding] = await store.sale(['SOL'], { startedAt: at(86_400 * 2), nextStepAt: at(MONTH) });
  if (holding === undefined) throw new Error('The sale has a holding.');
  const begun = at(86_400 * 2);
  await store.plan(holding, { madeAt: begun, planned: '1', arrival: '100', isWished: true, supersededAt: at(MONTH) });
  await store.order(holding, { decidedAt: begun, book: ['99', '101'], fills: [{ at: begun, quantity: '1', price: '99' }] });
  const ended = { version: 2, reason: 'wish_ended', madeAt: at(MONTH), planned: '3', arrival: '60' };
  await store.plan(holding, ended);
  await store.decision(holding, at(MONTH), 'wait', { codes: ['SOL:book_stale'], book: ['59', '61'] });
  const forced = { at: at(MONTH + 10), quantity: '2', price: '57', fee: '0.5' };
  await store.order(holding, { decidedAt: at(MONTH + 9), book: ['58', '60'], fills: [forced] });
  return holding;
}

describe('a case whose taxpayer wished a small sale a month before the city sold', () => {
  it('is measured by two arrival prices, in the case and in the period', async () => {
    const report = await readCaseReport(test.database.read, wished.caseId);
    const parents = report.holdings.flatMap((holding) => holding.parents);
    expect(parents.map(({ isWished, arrival, sums }) => [isWished, arrival?.price.toString(), sums.arrival.timing.toFixed()])).toEqual([
      [true, '100', '0'],
      [false, '60', '2'],
    ]);
    // 1 × (100 − 99) + 2 × (60 − 57) + 0.5
    expect(report.sums.arrival.total.toFixed()).toBe('7.5');
    const { sums } = await readPeriodReport(test.database.read, FEBRUARY, FEBRUARY);
    expect([sums.fills, sums.arrival.timing.toFixed(), sums.arrival.total.toFixed()]).toEqual([1, '2', '6.5']);
    const rows = new TextDecoder()
      .decode(await fillsCsv(report, 'utf-8'))
      .trimEnd()
      .split('\r\n')
      .map((row) => row.split(','));
    const column = rows[0]?.indexOf('도착가(원)') ?? -1;
    expect(rows.slice(1).map((row) => row[column])).toEqual(['100', '60']);
  });

  it('says which arrival price was taken from a market that a guard distrusted', async () => {
    const { holdings } = await readCaseReport(test.database.read, wished.caseId);
    expect(holdings.flatMap(({ parents }) => parents.map(({ arrival }) => arrival?.doubts))).toEqual([[], ['호가가 오래되었습니다']]);
  });

  it('is drawn with both, and with the line of prices broken between them', async () => {
    const { read } = test.database;
    const root = parseXml(await drawCaseReport(read, await readCaseReport(read, wished.caseId)));
    const texts = named(root, 'text').map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith('도착가'))).toEqual([
      '도착가 100원 (체납자의 희망, 2026. 1. 7. 10:00부터)',
      '도착가 60원 (시의 매각, 2026. 2. 4. 10:00부터)',
    ]);
    expect(named(root, 'polyline')).toHaveLength(1);
  });
});

describe('the standing of a case', () => {
  it('is its phase, and whether anything came', async () => {
    const { read } = test.database;
    const standing = async () => (await readCaseReport(read, wished.caseId)).standing;
    expect(await standing()).toEqual({ phase: 'voluntary_window', closeReason: undefined, isNothingReceived: false });
    await read.holding.update({ where: { id: wished.holdingId }, data: { state: 'released' } });
    await read.seizureCase.update({ where: { id: wished.caseId }, data: { phase: 'settled', closeReason: 'exempt' } });
    expect(await standing()).toEqual({ phase: 'settled', closeReason: 'exempt', isNothingReceived: true });
  });
});
