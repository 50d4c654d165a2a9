import type { Transaction } from '../../database/work.ts';
import { addDays, type CivilDate, startOfDay } from '../../kernel/civil-date.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { basisPoints, type ExecutionSums, sumsOf, totalOf } from './cost.ts';
import { readCaseFacts, type SaleFacts, type Span } from './facts.ts';
import { groupBy } from './group.ts';
import { type GuardCount, guardCounts, noteCounts, type StoredCodeCount } from './guard-events.ts';
import { readCodeCounts, readNoteCounts } from './guard-facts.ts';
import { type CaseReport, fillsOf, reportCase } from './report.ts';

/** One case in a report of many. One without fills has sums of nothing. */
export interface CaseLine {
  readonly caseId: number;
  readonly number: string;
  readonly sale: SaleFacts | undefined;
  /** Coins that were ordered or sold. */
  readonly assets: readonly string[];
  readonly venues: readonly string[];
  readonly orders: number;
  readonly sums: ExecutionSums;
  /** Of what was planned and not sold at the end of the period; undefined where nothing was planned or no price is known. */
  readonly opportunityCost: Decimal | undefined;
  /** Decisions in which a guard spoke, counted once a code. */
  readonly guardEvents: number;
}

/** All that was sold of one coin at one venue. */
export interface MarketLine {
  readonly venue: string;
  readonly asset: string;
  readonly cases: number;
  readonly orders: number;
  readonly sums: ExecutionSums;
}

export interface PeriodReport {
  readonly fromDay: CivilDate;
  readonly untilDay: CivilDate;
  readonly cases: readonly CaseLine[];
  readonly markets: readonly MarketLine[];
  /** Orders at the venues; one that several cases share is one. */
  readonly orders: number;
  readonly sums: ExecutionSums;
  readonly opportunityCost: Decimal;
  /** What kept cases from being sold, and what was noted while they were. */
  readonly guards: readonly GuardCount[];
  readonly notes: readonly GuardCount[];
}

/** Two civil days, both of them included, as instants. Error: `INPUT_INVALID` when the second is the earlier one. */
export function periodSpan(fromDay: CivilDate, untilDay: CivilDate): Span {
  if (untilDay < fromDay) throw new CheongsanError('INPUT_INVALID', `The period ends on ${untilDay}, before it begins on ${fromDay}.`);
  return { from: startOfDay(fromDay), until: startOfDay(addDays(untilDay, 1)) };
}

const CASES_AT_ONCE = 200;

/** How all cases whose sale was under way in a period were sold within it. Errors: those of `periodSpan`. */
export async function readPeriodReport(reader: Transaction, fromDay: CivilDate, untilDay: CivilDate): Promise<PeriodReport> {
  const span = periodSpan(fromDay, untilDay);
  const caseIds = await casesSoldIn(reader, span);
  const cases: CaseLine[] = [];
  const markets = new Map<string, MarketGathering>();
  const codes: StoredCodeCount[] = [];
  const noted: StoredCodeCount[] = [];
  const orderIds = new Set<number>();
  for (let start = 0; start < caseIds.length; start += CASES_AT_ONCE) {
    const batch = caseIds.slice(start, start + CASES_AT_ONCE);
    const counts = await readCodeCounts(reader, batch, span);
    for (const own of (await readNoteCounts(reader, batch, span)).values()) noted.push(...own);
    for (const facts of await readCaseFacts(reader, batch, span.until)) {
      const report = reportCase(facts, span);
      const own = counts.get(facts.caseId) ?? [];
      cases.push(caseLine(report, guardCounts(own)));
      gatherMarkets(markets, report);
      for (const orderId of report.orderIds) orderIds.add(orderId);
      codes.push(...own);
    }
  }
  return {
    fromDay,
    untilDay,
    cases,
    markets: [...markets.values()].map(marketLine).sort((a, b) => b.sums.proceeds.comparedTo(a.sums.proceeds) ?? 0),
    orders: orderIds.size,
    sums: totalOf(cases.map(({ sums }) => sums)),
    opportunityCost: cases.reduce((sum, { opportunityCost }) => sum.plus(opportunityCost ?? 0), new Decimal(0)),
    guards: guardCounts(codes),
    notes: noteCounts(noted),
  };
}

async function casesSoldIn(reader: Transaction, { from, until }: Span): Promise<number[]> {
  const rows = await reader.$queryRaw<{ id: number }[]>`
    SELECT case_id AS id FROM liquidation WHERE started_at < ${until} AND (ended_at IS NULL OR ended_at >= ${from})
    UNION SELECT case_id FROM order_fill WHERE filled_at >= ${from} AND filled_at < ${until} ORDER BY id`;
  return rows.map(({ id }) => id);
}

function caseLine({ caseId, number, sale, holdings, orderIds, sums }: CaseReport, guards: readonly GuardCount[]): CaseLine {
  const traded = holdings.filter((holding) => holding.orderIds.length > 0 || holding.fills.length > 0);
  const costs = holdings.flatMap(({ opportunity }) => opportunity?.cost ?? []);
  return {
    caseId,
    number,
    sale,
    assets: traded.map(({ asset }) => asset),
    venues: [...new Set(traded.map(({ venue }) => venue))],
    orders: orderIds.size,
    sums,
    opportunityCost: costs.length === 0 ? undefined : Decimal.sum(...costs),
    guardEvents: guards.reduce((sum, { count }) => sum + count, 0),
  };
}

interface MarketGathering {
  readonly venue: string;
  readonly asset: string;
  cases: number;
  readonly orderIds: Set<number>;
  readonly sums: ExecutionSums[];
}

/** By the venue of the trades: a case may have been sold at more than one. */
function gatherMarkets(markets: Map<string, MarketGathering>, report: CaseReport): void {
  const fills = groupBy(fillsOf(report), ({ holding: { asset }, measured: { fill } }) => `${fill.venue}/${asset}`);
  for (const own of fills.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const { venue } = first.measured.fill;
    const { asset } = first.holding;
    const key = `${venue}/${asset}`;
    const market = markets.get(key) ?? { venue, asset, cases: 0, orderIds: new Set<number>(), sums: [] };
    market.cases += 1;
    for (const { measured } of own) market.orderIds.add(measured.fill.orderId);
    market.sums.push(sumsOf(own.map(({ measured }) => measured)));
    markets.set(key, market);
  }
}

function marketLine({ venue, asset, cases, orderIds, sums }: MarketGathering): MarketLine {
  return { venue, asset, cases, orders: orderIds.size, sums: totalOf(sums) };
}

/** The cases that cost most against their arrival prices, in basis points; of equal ones the older first. */
export function worstCases(cases: readonly CaseLine[], countMax: number): CaseLine[] {
  return cases
    .flatMap((line) => {
      const points = basisPoints(line.sums.arrival.total, line.sums.arrival.benchmark);
      return points === undefined ? [] : [{ line, points }];
    })
    .sort((a, b) => b.points.comparedTo(a.points) || a.line.caseId - b.line.caseId)
    .slice(0, countMax)
    .map(({ line }) => line);
}
