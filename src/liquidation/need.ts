import type { Work } from '../database/work.ts';
import { addDays, type CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART } from '../ledger/chart.ts';
import { accrualHorizonDays, expectedCosts } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { type BillState, loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { usefulFrom } from './cover.ts';
import type { NeedFacts } from './decision-inputs.ts';

export interface TaxpayerNeed {
  readonly facts: NeedFacts;
  /** The bills this case covers, as they stand now. */
  readonly bills: readonly BillState[];
}

/** A case of the taxpayer that stands, with the bills it covers and its money. */
interface StandingCase extends CaseMoney, CaseOfPerson {
  readonly billIds: readonly number[];
}

interface CaseMoney {
  /** Net proceeds at the venues or on their way, and won at the bank that is not yet on a bill. */
  readonly realised: Decimal;
  /** Won at the venues, which costs a withdrawal to bring home. */
  readonly atVenue: Decimal;
  /** The most that open orders can still bring. */
  readonly openOrders: Decimal;
}

/** A case of a taxpayer. */
export interface CaseOfPerson {
  readonly personId: number;
  readonly caseId: number;
}

/**
 * What may still be sold for in each of these cases (invariant 5), penalty to the expected settlement and the cost of bringing the won
 * home included: no more than the taxpayer's other cases leave unpaid on the bills this one covers. The caller holds the taxpayers'
 * locks, which make the figures stay true until the order intents are committed. By case number.
 */
export async function readNeeds(
  work: Work,
  of: readonly CaseOfPerson[],
  policy: PolicySet,
  today: CivilDate,
): Promise<ReadonlyMap<number, TaxpayerNeed>> {
  const standing = await standingCases(
    work,
    of.map(({ personId }) => personId),
  );
  const bills = await loadBillStates(
    work.tx,
    standing.flatMap(({ billIds }) => billIds),
  );
  const rules = taxRules(policy);
  const asOf = addDays(today, policy.get(accrualHorizonDays, today));
  const owedOf = new Map(bills.map((bill) => [bill.billId, owedOnBills([bill], asOf, rules).total.value]));
  const withdrawalCost = policy.get(expectedCosts, today).withdrawal.value;
  return new Map(
    of.map(({ personId, caseId }) => {
      const own = standing.find((each) => each.caseId === caseId);
      const others = standing.filter((each) => each.personId === personId && each !== own);
      const facts = factsOf(own, others, owedOf, withdrawalCost);
      return [caseId, { facts, bills: bills.filter(({ billId }) => own?.billIds.includes(billId) === true) }];
    }),
  );
}

/** The same of one case. */
export async function readNeed(work: Work, personId: number, caseId: number, policy: PolicySet, today: CivilDate): Promise<TaxpayerNeed> {
  const need = (await readNeeds(work, [{ personId, caseId }], policy, today)).get(caseId);
  if (need === undefined) throw new CheongsanError('INTERNAL', `The need of case ${caseId} was not read.`);
  return need;
}

function factsOf(
  own: StandingCase | undefined,
  others: readonly StandingCase[],
  owedOf: ReadonlyMap<number, Decimal>,
  withdrawalCost: Decimal,
): NeedFacts {
  const { billIds = [], realised = NOTHING, openOrders = NOTHING } = own ?? {};
  const owed = billIds.reduce((sum, billId) => sum.plus(owedOf.get(billId) ?? NOTHING), NOTHING);
  const needBeside = (withOpenOrders: boolean): { useful: Decimal; costs: Decimal } => {
    const brought = others.map((each) => ({ billIds: each.billIds, brought: broughtBy(each, withdrawalCost, withOpenOrders) }));
    const useful = usefulFrom(billIds, brought, owedOf);
    // Nothing owed needs no costs either: a sale of nothing causes none.
    return { useful, costs: useful.isZero() ? NOTHING : withdrawalCost };
  };
  const { useful, costs } = needBeside(true);
  const final = needBeside(false);
  // Fractions of a won stay at the venue and pay nothing.
  const arriving = realised.integerValue(Decimal.ROUND_FLOOR);
  return {
    owedKrw: owed.toFixed(),
    elsewhereKrw: owed.minus(useful).toFixed(),
    costsKrw: costs.toFixed(),
    realisedKrw: arriving.toFixed(),
    openOrdersKrw: openOrders.toFixed(),
    remainingKrw: useful.plus(costs).minus(arriving).minus(openOrders).toFixed(),
    uncoveredKrw: final.useful.plus(final.costs).minus(arriving).toFixed(),
  };
}

const NOTHING = new Decimal(0);

/** Whole won that another case has for bills: what it brought and, where it is asked, may still bring, less what bringing it home costs. */
function broughtBy({ realised, atVenue, openOrders }: StandingCase, withdrawalCost: Decimal, withOpenOrders: boolean): Decimal {
  const open = withOpenOrders ? openOrders : NOTHING;
  const costs = atVenue.plus(open).isZero() ? NOTHING : withdrawalCost;
  return Decimal.max(0, realised.plus(open).integerValue(Decimal.ROUND_FLOOR).minus(costs));
}

async function standingCases(work: Work, personIds: readonly number[]): Promise<StandingCase[]> {
  const cases = await work.tx.seizureCase.findMany({
    where: { personId: { in: [...new Set(personIds)] }, seizedOn: { not: null }, closedAt: null },
    select: { id: true, personId: true, bills: { select: { billId: true }, orderBy: { billId: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  const money = await moneyOf(
    work,
    cases.map(({ id }) => id),
  );
  return cases.map(({ id, personId, bills }) => ({
    caseId: id,
    personId,
    billIds: bills.map(({ billId }) => billId),
    ...(money.get(id) ?? { realised: NOTHING, atVenue: NOTHING, openOrders: NOTHING }),
  }));
}

/**
 * Credit balances are negative in the ledger: proceeds and won at the bank count up, disposition costs down. One statement, one
 * snapshot: a withdrawal that is booked meanwhile moves won from one of these accounts to the other and must not be met twice.
 */
async function moneyOf(work: Work, caseIds: readonly number[]): Promise<ReadonlyMap<number, CaseMoney>> {
  const parts = [CHART.proceedsAtVenue, CHART.undistributed, CHART.distributed, CHART.dispositionCost];
  const rows = await work.tx.$queryRaw<{ id: number; realised: string; at_venue: string; open_orders: string }[]>`
    SELECT c.id,
           trim_scale(coalesce(-sum(b.balance) FILTER (WHERE a.chart_code = ANY (${parts})), 0))::text AS realised,
           trim_scale(coalesce(sum(b.balance) FILTER (WHERE a.chart_code = ${CHART.venueWonHeld}), 0))::text AS at_venue,
           trim_scale((SELECT coalesce(sum(s.maximum_proceeds), 0) FROM order_share s JOIN sale_order o ON o.id = s.order_id
                      WHERE s.case_id = c.id AND o.closed_at IS NULL))::text AS open_orders
      FROM unnest(${caseIds}::int[]) AS c (id)
      LEFT JOIN ledger_account a ON a.subject = 'case:' || c.id
      LEFT JOIN ledger_balance b ON b.account_id = a.id
     GROUP BY c.id`;
  return new Map(
    rows.map(({ id, realised, at_venue, open_orders }) => [
      id,
      { realised: new Decimal(realised), atVenue: new Decimal(at_venue), openOrders: new Decimal(open_orders) },
    ]),
  );
}
