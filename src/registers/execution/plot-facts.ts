import type { Transaction } from '../../database/work.ts';
import { CoinAmount } from '../../kernel/money.ts';
import type { MidPrice } from './benchmark.ts';
import { midsOfSale } from './decision-books.ts';
import { ALL_TIME } from './facts.ts';
import { type GuardPause, guardPauses } from './guard-events.ts';
import { readDecisionMoments } from './guard-facts.ts';
import type { CaseReport, HoldingReport } from './report.ts';

const HOUR_MS = 3_600_000;

/** A bar of time, and the units that the plan wanted to be sold in it by orders with a higher number. */
export interface PlannedSlice {
  readonly startsAt: Date;
  readonly quantity: CoinAmount;
  readonly ordersBefore: number;
}

/** What a holding's plots show beside its report. */
export interface HoldingPlotFacts {
  readonly holding: HoldingReport;
  /** Of the books behind decisions, in the order of time. */
  readonly mids: readonly MidPrice[];
  /** Closes of hourly candles at the ends of their hours. */
  readonly closes: readonly { readonly at: Date; readonly close: number }[];
  readonly slices: readonly PlannedSlice[];
  readonly pauses: readonly GuardPause[];
  /** What the time axis shows. */
  readonly from: Date;
  readonly until: Date;
}

/** Of every holding that was planned, looked at or sold. */
export async function readPlotFacts(reader: Transaction, report: CaseReport): Promise<HoldingPlotFacts[]> {
  const { sale } = report;
  const moments = sale === undefined ? [] : await readDecisionMoments(reader, sale.saleId, ALL_TIME.until);
  const facts: HoldingPlotFacts[] = [];
  for (const holding of report.holdings) {
    const mids = sale === undefined ? [] : await midsOfSale(reader, sale.saleId, holding.holdingId, ALL_TIME.until);
    const slices = await readSlices(reader, holding);
    const instants = [
      ...holding.fills.flatMap(({ fill }) => [fill.filledAt, ...(fill.decidedAt === undefined ? [] : [fill.decidedAt])]),
      ...holding.plans.map(({ madeAt }) => madeAt),
      ...slices.map(({ startsAt }) => startsAt),
      ...mids.map(({ at }) => at),
    ].map((instant) => instant.getTime());
    if (instants.length === 0) continue;
    const [from, until] = [new Date(instants.reduce(earlierOf)), new Date(instants.reduce(laterOf))];
    facts.push({
      holding,
      mids,
      slices,
      from,
      until,
      closes: await readCloses(reader, holding, from, until),
      pauses: guardPauses(holding.asset, moments, sale?.endedAt ?? until),
    });
  }
  return facts;
}

async function readSlices(reader: Transaction, { asset, plans }: HoldingReport): Promise<PlannedSlice[]> {
  const slices = await reader.planSlice.findMany({
    where: { planId: { in: plans.map(({ planId }) => planId) } },
    orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    select: { startsAt: true, quantity: true, ordersBefore: true },
  });
  return slices.map(({ quantity, ...slice }) => ({ ...slice, quantity: CoinAmount.of(asset, quantity.toFixed()) }));
}

/** With one hour before and after, so that the line does not begin inside the plot. */
async function readCloses(
  reader: Transaction,
  { venue, asset }: HoldingReport,
  from: Date,
  until: Date,
): Promise<HoldingPlotFacts['closes']> {
  const candles = await reader.candle.findMany({
    where: {
      venueCode: venue,
      asset,
      barMs: HOUR_MS,
      startAt: { gte: new Date(from.getTime() - 2 * HOUR_MS), lte: until },
    },
    orderBy: { startAt: 'asc' },
    select: { startAt: true, close: true },
  });
  return candles.map(({ startAt, close }) => ({ at: new Date(startAt.getTime() + HOUR_MS), close }));
}

function earlierOf(a: number, b: number): number {
  return Math.min(a, b);
}

function laterOf(a: number, b: number): number {
  return Math.max(a, b);
}
