import { CoinAmount } from '../../kernel/money.ts';
import { type ArrivalPrice, type Opportunity, opportunityOf, type PlanFacts, type WindowStartPrice } from './benchmark.ts';
import { type ExecutionSums, type Fill, type MeasuredFill, measureFill, sumsOf, totalOf } from './cost.ts';
import type { CaseFacts, CaseStanding, HoldingFacts, SaleFacts, Span } from './facts.ts';
import { type Parent, parentOf, parentsOf } from './parents.ts';

/** How one task of selling a coin was carried out within a span of time, measured by the price when it began. */
export interface ParentReport extends Parent {
  readonly soldQuantity: CoinAmount;
  readonly orderIds: readonly number[];
  readonly fills: readonly MeasuredFill[];
  readonly sums: ExecutionSums;
}

/** How one coin of a case was sold within a span of time. */
export interface HoldingReport {
  readonly holdingId: number;
  readonly asset: string;
  readonly venue: string;
  /** In the order of time; what they sold and cost adds up to the holding's. */
  readonly parents: readonly ParentReport[];
  /** Of the latest parent: what is still to be sold is measured by it. */
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
  readonly standing: CaseStanding;
  readonly sale: SaleFacts | undefined;
  readonly holdings: readonly HoldingReport[];
  readonly orderIds: ReadonlySet<number>;
  readonly sums: ExecutionSums;
}

/** Measures a case by what is known of it; a pure function. Fills outside the span count for nothing but what is still to be sold. */
export function reportCase({ caseId, number, standing, sale, holdings }: CaseFacts, span: Span): CaseReport {
  const reports = holdings.map((holding) => reportHolding(holding, sale, span));
  return {
    caseId,
    number,
    standing,
    sale,
    holdings: reports,
    orderIds: new Set(reports.flatMap(({ orderIds }) => orderIds)),
    sums: totalOf(reports.map(({ sums }) => sums)),
  };
}

function reportHolding(facts: HoldingFacts, sale: SaleFacts | undefined, span: Span): HoldingReport {
  const { holdingId, asset, venue, plans, windowStart, lastMid } = facts;
  const parents = parentsOf(plans, facts.firstOrder);
  const sold = facts.fills
    .filter(({ filledAt }) => isWithin(filledAt, span))
    .map((fill) => {
      const parent = parentOf(parents, fill.orderId);
      return { parent, measured: measureFill(fill, { arrival: parent.arrival?.price, windowStart: windowStart?.price }) };
    });
  const ordered = facts.orders
    .filter(({ decidedAt }) => isWithin(decidedAt, span))
    .map(({ orderId }) => ({ parent: parentOf(parents, orderId), orderId }));
  const reports = parents.map((parent) => ({
    ...parent,
    orderIds: ordered.filter((each) => each.parent === parent).map(({ orderId }) => orderId),
    ...soldOf(
      asset,
      sold.filter((each) => each.parent === parent).map(({ measured }) => measured),
    ),
  }));
  const arrival = parents.at(-1)?.arrival;
  // Once the debt is covered or gone nothing more is to be sold, whatever was planned.
  const isOver = sale?.endCode === 'covered' || sale?.endCode === 'settled';
  return {
    holdingId,
    asset,
    venue,
    parents: reports,
    arrival,
    windowStart,
    plans,
    orderIds: ordered.map(({ orderId }) => orderId),
    ...soldOf(
      asset,
      sold.map(({ measured }) => measured),
    ),
    opportunity: isOver ? undefined : opportunityOf(plans, facts.fills, span.until, { arrival: arrival?.price, lastMid, venue }),
  };
}

function soldOf(asset: string, fills: readonly MeasuredFill[]): Pick<ParentReport, 'soldQuantity' | 'fills' | 'sums'> {
  const quantities = fills.map(({ fill }) => fill.quantity);
  return { soldQuantity: CoinAmount.sum(asset, quantities), fills, sums: sumsOf(fills) };
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
