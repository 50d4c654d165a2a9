import { CoinAmount } from '../../kernel/money.ts';
import { type ArrivalPrice, arrivalPriceOf, type Opportunity, opportunityOf, type PlanFacts, type WindowStartPrice } from './benchmark.ts';
import { type ExecutionSums, type Fill, type MeasuredFill, measureFill, NO_SUMS, sumsOf, totalOf } from './cost.ts';
import type { CaseFacts, HoldingFacts, SaleFacts, Span } from './facts.ts';

/** How one coin of a case was sold within a span of time. */
export interface HoldingReport {
  readonly holdingId: number;
  readonly asset: string;
  readonly venue: string;
  readonly arrival: ArrivalPrice | undefined;
  readonly windowStart: WindowStartPrice | undefined;
  readonly plans: readonly PlanFacts[];
  readonly soldQuantity: CoinAmount;
  readonly orderIds: readonly number[];
  readonly fills: readonly MeasuredFill[];
  readonly sums: ExecutionSums;
  /** As it stood at the end of the span. */
  readonly opportunity: Opportunity | undefined;
}

/** How a case was sold within a span of time. One without fills has sums of nothing. */
export interface CaseReport {
  readonly caseId: number;
  readonly number: string;
  readonly sale: SaleFacts | undefined;
  readonly holdings: readonly HoldingReport[];
  readonly orderIds: ReadonlySet<number>;
  readonly sums: ExecutionSums;
}

/** Measures a case by what is known of it; a pure function. Fills outside the span count for nothing but what is still to be sold. */
export function reportCase({ caseId, number, sale, holdings }: CaseFacts, span: Span): CaseReport {
  const reports = holdings.map((holding) => reportHolding(holding, sale, span));
  return {
    caseId,
    number,
    sale,
    holdings: reports,
    orderIds: new Set(reports.flatMap(({ orderIds }) => orderIds)),
    sums: totalOf(reports.map(({ sums }) => sums)),
  };
}

function reportHolding(facts: HoldingFacts, sale: SaleFacts | undefined, span: Span): HoldingReport {
  const { holdingId, asset, venue, plans, windowStart, lastMid } = facts;
  const arrival = arrivalPriceOf(plans, facts.firstOrder);
  const prices = { arrival: arrival?.price, windowStart: windowStart?.price };
  const fills = facts.fills.filter(({ filledAt }) => isWithin(filledAt, span)).map((fill) => measureFill(fill, prices));
  // Once the debt is covered nothing more is to be sold, whatever was planned.
  const isOver = sale?.endCode === 'covered';
  return {
    holdingId,
    asset,
    venue,
    arrival,
    windowStart,
    plans,
    soldQuantity: CoinAmount.sum(
      asset,
      fills.map(({ fill }) => fill.quantity),
    ),
    orderIds: facts.orders.filter(({ decidedAt }) => isWithin(decidedAt, span)).map(({ orderId }) => orderId),
    fills,
    sums: fills.length === 0 ? NO_SUMS : sumsOf(fills),
    opportunity: isOver ? undefined : opportunityOf(plans, facts.fills, span.until, { arrival: arrival?.price, lastMid, venue }),
  };
}

export function isWithin(instant: Date, { from, until }: Span): boolean {
  return instant >= from && instant < until;
}

/** Of one case, in the order of the trades. */
export function fillsOf(report: Pick<CaseReport, 'holdings'>): { readonly holding: HoldingReport; readonly measured: MeasuredFill }[] {
  return report.holdings
    .flatMap((holding) => holding.fills.map((measured) => ({ holding, measured })))
    .sort((a, b) => orderOf(a.measured.fill, b.measured.fill));
}

function orderOf(a: Fill, b: Fill): number {
  return a.filledAt.getTime() - b.filledAt.getTime() || a.fillId - b.fillId;
}
