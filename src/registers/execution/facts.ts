import type { Holding } from '../../database/generated/client.ts';
import type { CasePhase, LiquidationState } from '../../database/generated/enums.ts';
import type { Transaction } from '../../database/work.ts';
import type { MidPrice, PlanFacts, WindowStartPrice } from './benchmark.ts';
import { readPlans, readWindowStarts } from './benchmark-facts.ts';
import { lastMids } from './decision-books.ts';
import { groupBy } from './group.ts';
import { type HoldingOrders, NO_ORDERS, readOrders } from './order-facts.ts';

/** From an instant on, and before another. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}
export const ALL_TIME: Span = { from: new Date(0), until: new Date('9999-12-31T00:00:00Z') };

/** One coin of a case: everything that happened to it before an instant, and what it is measured by. */
export interface HoldingFacts extends HoldingOrders {
  readonly holdingId: number;
  readonly asset: string;
  readonly venue: string;
  readonly plans: readonly PlanFacts[];
  readonly lastMid: MidPrice | undefined;
  readonly windowStart: WindowStartPrice | undefined;
}

/** The running sale of a case as it stood at the instant. */
export interface SaleFacts {
  readonly saleId: number;
  readonly state: LiquidationState;
  /** Why it ended, where it has. */
  readonly endCode: string | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
}

/** How far the case itself has come by now. */
export interface CaseStanding {
  readonly phase: CasePhase;
  /** The ground on which its seizure ended or is to end, where one was decided. */
  readonly closeReason: string | undefined;
  /** Something was demanded of the exchange, and nothing of it came. */
  readonly isNothingReceived: boolean;
}

export interface CaseFacts {
  readonly caseId: number;
  readonly number: string;
  readonly standing: CaseStanding;
  readonly sale: SaleFacts | undefined;
  readonly holdings: readonly HoldingFacts[];
}

/** What cases sold before an instant and what that is measured by, in the order of their ids. No person stands in it. */
export async function readCaseFacts(reader: Transaction, caseIds: readonly number[], until: Date): Promise<CaseFacts[]> {
  const cases = await reader.seizureCase.findMany({
    where: { id: { in: [...caseIds] } },
    orderBy: { id: 'asc' },
    select: { id: true, number: true, phase: true, closeReason: true, venueCode: true, holdings: { orderBy: { id: 'asc' } } },
  });
  const sales = await reader.liquidation.findMany({ where: { caseId: { in: [...caseIds] } } });
  const saleOf = new Map(sales.map((sale) => [sale.caseId, sale]));
  const accounts = await reader.venueAccount.findMany({ select: { id: true, venueCode: true } });
  const venues = new Map(accounts.map(({ id, venueCode }) => [id, venueCode]));
  const holdings = cases.flatMap(({ id: caseId, venueCode, holdings: own }) => {
    const sale = saleOf.get(caseId);
    return own.map(({ id, asset, venueAccountId }) => {
      const accountId = sale?.venueAccountId ?? venueAccountId;
      return { id, caseId, asset, saleId: sale?.id, venue: (accountId === null ? undefined : venues.get(accountId)) ?? venueCode };
    });
  });
  const orders = await readOrders(reader, caseIds, until, venues);
  const plans = await readPlans(reader, caseIds, until);
  const windowStarts = await readWindowStarts(reader, caseIds, holdings);
  const mids = await lastMids(reader, holdings, until);
  const facts = groupBy(holdings, ({ caseId }) => caseId);
  return cases.map(({ id: caseId, number, phase, closeReason, holdings: own }) => ({
    caseId,
    number,
    standing: { phase, closeReason: closeReason ?? undefined, isNothingReceived: isNothingReceived(own) },
    sale: saleFacts(saleOf.get(caseId), until),
    holdings: (facts.get(caseId) ?? []).map(({ id, asset, venue }) => ({
      holdingId: id,
      asset,
      venue,
      ...(orders.get(id) ?? NO_ORDERS),
      plans: plans.get(id) ?? [],
      lastMid: mids.get(id),
      windowStart: windowStarts.get(id),
    })),
  }));
}

function isNothingReceived(holdings: readonly Holding[]): boolean {
  const demanded = holdings.filter(({ demandedQuantity }) => demandedQuantity.greaterThan(0));
  return demanded.length > 0 && demanded.every(({ state }) => state === 'released');
}

type SaleRow = NonNullable<Awaited<ReturnType<Transaction['liquidation']['findUnique']>>>;

/** A sale that ended after the instant was still under way at it. */
function saleFacts(sale: SaleRow | undefined, until: Date): SaleFacts | undefined {
  if (sale === undefined || sale.startedAt >= until) return undefined;
  const { id: saleId, state, lastCode, startedAt, endedAt } = sale;
  const hasEnded = endedAt !== null && endedAt < until;
  return {
    saleId,
    state: state === 'done' && !hasEnded ? 'running' : state,
    endCode: hasEnded ? (lastCode ?? undefined) : undefined,
    startedAt,
    endedAt: hasEnded ? endedAt : undefined,
  };
}
