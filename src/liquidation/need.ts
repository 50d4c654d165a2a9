import type { Work } from '../database/work.ts';
import { addDays, type CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import type { Won } from '../kernel/money.ts';
import { balances } from '../ledger/balance.ts';
import { CHART } from '../ledger/chart.ts';
import { accrualHorizonDays, expectedCosts } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { type TaxRules, taxRules } from '../tax/rules.ts';
import type { NeedFacts } from './decision-inputs.ts';

/** A case of the taxpayer that stands, with the bills it covers. */
export interface StandingCase {
  readonly caseId: number;
  readonly billIds: readonly number[];
}

export interface TaxpayerNeed {
  readonly facts: NeedFacts;
  /** The bills this case covers, as they stand now. */
  readonly bills: readonly BillState[];
}

/**
 * What may still be sold for in a case (invariant 5). Two limits hold together: the case's own bills, and all standing cases of
 * the taxpayer against all bills they cover, so that two cases over the same bill cannot both sell for it. The caller holds the
 * taxpayer's lock, which makes the figures stay true until the order intent is committed.
 */
export async function readNeed(work: Work, personId: number, caseId: number, policy: PolicySet, today: CivilDate): Promise<TaxpayerNeed> {
  const cases = await standingCases(work, personId);
  const rules = taxRules(policy);
  const asOf = addDays(today, policy.get(accrualHorizonDays, today));
  const withdrawalCost = policy.get(expectedCosts, today).withdrawal;
  const bills = new Map(
    (
      await loadBillStates(
        work.tx,
        cases.flatMap(({ billIds }) => billIds),
      )
    ).map((bill) => [bill.billId, bill]),
  );
  const own = cases.filter((each) => each.caseId === caseId);
  const limitOf = async (among: readonly StandingCase[]) => {
    const covered = [...new Set(among.flatMap(({ billIds }) => billIds))].flatMap((id) => bills.get(id) ?? []);
    const owed = owedWithCosts(covered, asOf, rules, withdrawalCost, among.length);
    const caseIds = among.map((each) => each.caseId);
    const realised = await realisedFor(work, caseIds);
    const openOrders = await openOrdersOf(work, caseIds);
    return { covered, owed, realised, openOrders, remaining: owed.minus(realised).minus(openOrders) };
  };
  const ofCase = await limitOf(own);
  const ofTaxpayer = await limitOf(cases);
  return {
    bills: ofCase.covered,
    facts: {
      owedKrw: ofCase.owed.toFixed(),
      realisedKrw: ofCase.realised.toFixed(),
      openOrdersKrw: ofCase.openOrders.toFixed(),
      remainingKrw: Decimal.min(ofCase.remaining, ofTaxpayer.remaining).toFixed(),
    },
  };
}

async function standingCases(work: Work, personId: number): Promise<StandingCase[]> {
  const cases = await work.tx.seizureCase.findMany({
    where: { personId, seizedOn: { not: null }, closedAt: null },
    select: { id: true, bills: { select: { billId: true } } },
    orderBy: { id: 'asc' },
  });
  return cases.map(({ id, bills }) => ({ caseId: id, billIds: bills.map(({ billId }) => billId) }));
}

/** Nothing owed needs no costs either: a sale of nothing causes none. */
function owedWithCosts(bills: readonly BillState[], asOf: CivilDate, rules: TaxRules, costPerCase: Won, caseCount: number): Decimal {
  const { total } = owedOnBills(bills, asOf, rules);
  return total.isZero() ? new Decimal(0) : total.value.plus(costPerCase.value.times(caseCount));
}

/** Net proceeds at the venues or on their way, and won at the bank that is not yet on a bill. */
async function realisedFor(work: Work, caseIds: readonly number[]): Promise<Decimal> {
  const parts = [CHART.proceedsAtVenue, CHART.undistributed, CHART.distributed, CHART.dispositionCost] as const;
  let total = new Decimal(0);
  for (const caseId of caseIds) {
    for (const chart of parts) {
      // Credit balances are negative here: proceeds count up, disposition costs down.
      for (const { balance } of await balances(work.tx, { chart, subject: `case:${caseId}` })) total = total.minus(balance);
    }
  }
  return total;
}

async function openOrdersOf(work: Work, caseIds: readonly number[]): Promise<Decimal> {
  const { _sum } = await work.tx.saleOrder.aggregate({
    where: { caseId: { in: [...caseIds] }, closedAt: null },
    _sum: { maximumProceeds: true },
  });
  return new Decimal(_sum.maximumProceeds?.toFixed() ?? '0');
}
