import type { CasePhase, HoldingState } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { addDays, type CivilDate, dayFromColumn, daysBetween, seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CHART } from '../ledger/chart.ts';
import {
  coverageAlertBelow,
  coverageConfidence,
  coverageProxy,
  coverageSimulation,
  coverageStageDays,
} from '../policy/definitions/coverage.ts';
import { accrualHorizonDays, excessSeizureMargin, expectedCosts, voluntaryWindowDays } from '../policy/definitions/sale.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { imposedStays } from '../seizure/stay.ts';
import { type BillState, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { COVERAGE_RULE_VERSION } from '../valuation/coverage/coverage-at-risk.ts';
import type { CoverageInputs } from '../valuation/coverage/inputs.ts';
import { type CoverageReader, type HeldUnits, readMarketInputs } from './coverage-prices.ts';
import { isCoveragePhase, type SaleSchedule, saleSchedule } from './coverage-schedule.ts';
import { readNeed } from './need.ts';

/** States of a holding that is still to be sold. */
export const TO_BE_SOLD = ['demanded', 'partly_received', 'received', 'selling'] as const satisfies readonly HoldingState[];

/** Sets of cases double with each, and nobody has accounts at more exchanges than there are. */
const CASES_MAX = 12;

interface ReadCase {
  readonly id: number;
  readonly venueCode: string;
  readonly phase: CasePhase;
  readonly phaseSince: Date;
  readonly bills: readonly { readonly billId: number }[];
  readonly holdings: readonly { readonly id: number; readonly asset: string; readonly state: HoldingState }[];
}

/** A case with the days that are planned for it and the money it has. */
interface PlannedCase {
  readonly seizureCase: ReadCase;
  readonly schedule: SaleSchedule;
  readonly bills: readonly BillState[];
  readonly realisedKrw: string;
}

/**
 * Reads what a coverage reading of a locked case is made from: what it and the taxpayer's other cases with the same bills owe at the
 * expected settlement, what they have, and the past of their coins' prices. Nothing leaves the database.
 */
export async function readCoverageInputs(reader: CoverageReader, seizureCase: CaseWithParts): Promise<CoverageInputs> {
  const { work, policy, today } = reader;
  const cases = [seizureCase, ...(await boundCases(work, seizureCase))];
  const schedules = await schedulesOf(reader, cases);
  const saleOn = schedules.get(seizureCase.id)?.saleOn ?? addDays(today, 1);
  const planned: PlannedCase[] = [];
  for (const each of cases) {
    const { facts, bills } = await readNeed(work, seizureCase.personId, each.id, policy, saleOn);
    const schedule = schedules.get(each.id) ?? { saleOn, earliestOn: saleOn };
    planned.push({ seizureCase: each, schedule, bills, realisedKrw: facts.realisedKrw });
  }
  const holdings = await heldUnits(work, cases);
  const horizons = new Map(planned.map(({ seizureCase: { id }, schedule }) => [id, horizonsOf(schedule, today)]));
  return {
    readAt: work.at.toISOString(),
    cases: planned.map((each) => caseInputs(each, reader, holdings)),
    claims: claimsOf(planned, addDays(saleOn, policy.get(accrualHorizonDays, saleOn)), policy),
    ...(await readMarketInputs(reader, holdings, { venueCode: seizureCase.venueCode, horizons })),
    settings: settingsOf(policy, today),
  };
}

function settingsOf(policy: PolicySet, today: CivilDate): CoverageInputs['settings'] {
  const { paths, usableDays } = policy.get(coverageSimulation, today);
  return {
    confidence: policy.get(coverageConfidence, today).toString(),
    alertBelow: policy.get(coverageAlertBelow, today).toString(),
    excessMargin: policy.get(excessSeizureMargin, today).toString(),
    paths,
    usableDays,
    proxyMultiple: policy.get(coverageProxy, today).multiple.toString(),
    // One seed for all: what differs from day to day and from case to case is then what is known, never the draw.
    seed: COVERAGE_RULE_VERSION,
  };
}

/** The taxpayer's other standing cases that are bound to this one by bills, directly or through another. */
async function boundCases(work: Work, { id, personId, bills }: CaseWithParts): Promise<ReadCase[]> {
  const others = await work.tx.seizureCase.findMany({
    where: { personId, id: { not: id }, seizedOn: { not: null }, closedAt: null },
    include: { bills: { orderBy: { billId: 'asc' } }, holdings: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  const bound = new Set<ReadCase>();
  const billIds = new Set(bills.map(({ billId }) => billId));
  for (let isGrowing = true; isGrowing; ) {
    const found = others.filter((each) => !bound.has(each) && each.bills.some(({ billId }) => billIds.has(billId)));
    for (const each of found) {
      bound.add(each);
      for (const { billId } of each.bills) billIds.add(billId);
    }
    isGrowing = found.length > 0;
  }
  return others.filter((each) => bound.has(each)).slice(0, CASES_MAX - 1);
}

async function schedulesOf(
  { work, policy, today }: CoverageReader,
  cases: readonly ReadCase[],
): Promise<ReadonlyMap<number, SaleSchedule>> {
  const ids = cases.map(({ id }) => id);
  const windows = await work.tx.saleWindow.findMany({ where: { caseId: { in: ids } } });
  const stays = await imposedStays(work.tx, ids, 'sale');
  const days = { ...policy.get(coverageStageDays, today), window: policy.get(voluntaryWindowDays, today) };
  return new Map(
    cases.flatMap(({ id, phase, phaseSince }) => {
      if (!isCoveragePhase(phase)) return [];
      const window = windows.find(({ caseId }) => caseId === id);
      const facts = {
        phase,
        phaseSince: seoulDay(phaseSince),
        window: window === undefined ? null : { state: window.state, endsOn: dayFromColumn(window.endsOn) },
        stayedUntil: stays
          .filter(({ caseId, fromDay, untilDay }) => caseId === id && fromDay <= today && (untilDay === null || untilDay >= today))
          .map(({ untilDay }) => untilDay),
      };
      return [[id, saleSchedule(facts, today, days)]];
    }),
  );
}

function horizonsOf(
  { saleOn, earliestOn }: SaleSchedule,
  today: CivilDate,
): { readonly horizonDays: number; readonly earliestDays: number } {
  return { horizonDays: Math.max(1, daysBetween(today, saleOn)), earliestDays: Math.max(1, daysBetween(today, earliestOn)) };
}

function caseInputs(
  { seizureCase: { id }, schedule, realisedKrw }: PlannedCase,
  { policy, today }: CoverageReader,
  holdings: readonly HeldUnits[],
): CoverageInputs['cases'][number] {
  const isSelling = realisedKrw !== '0' || holdings.some(({ caseId }) => caseId === id);
  const costsKrw = isSelling ? policy.get(expectedCosts, today).withdrawal.toString() : '0';
  return { caseId: id, saleOn: schedule.saleOn, ...horizonsOf(schedule, today), cashKrw: realisedKrw, costsKrw };
}

/** What is owed at the settlement, bills that the same cases cover together. */
function claimsOf(planned: readonly PlannedCase[], asOf: CivilDate, policy: PolicySet): CoverageInputs['claims'] {
  const rules = taxRules(policy);
  const bills = new Map(planned.flatMap((each) => each.bills.map((bill) => [bill.billId, bill] as const)));
  const claims = new Map<string, { readonly caseIds: number[]; owed: Decimal }>();
  for (const [billId, bill] of [...bills].sort(([a], [b]) => a - b)) {
    const caseIds = planned.flatMap((each) => (each.bills.some((own) => own.billId === billId) ? [each.seizureCase.id] : []));
    const claim = claims.get(caseIds.join()) ?? { caseIds, owed: new Decimal(0) };
    claim.owed = claim.owed.plus(owedOnBills([bill], asOf, rules).total.value);
    claims.set(caseIds.join(), claim);
  }
  return [...claims.values()].map(({ caseIds, owed }) => ({ owedKrw: owed.toFixed(), caseIds }));
}

async function heldUnits(work: Work, cases: readonly ReadCase[]): Promise<HeldUnits[]> {
  const wanted = cases.flatMap(({ id: caseId, venueCode, holdings }) =>
    holdings.flatMap(({ id, asset, state }) =>
      TO_BE_SOLD.some((known) => known === state) ? [{ caseId, holdingId: id, venueCode, asset, subject: `holding:${id}` }] : [],
    ),
  );
  const charts = [CHART.coinsHeld, CHART.coinsOnOrder, CHART.coinsOutstanding];
  const rows = await work.tx.$queryRaw<{ subject: string; units: string }[]>`
    SELECT a.subject, trim_scale(sum(b.balance))::text AS units FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.subject = ANY (${wanted.map(({ subject }) => subject)}::text[]) AND a.chart_code = ANY (${charts}::text[])
     GROUP BY a.subject`;
  const unitsOf = new Map(rows.map(({ subject, units }) => [subject, units]));
  return wanted.map(({ subject, ...holding }) => ({ ...holding, units: unitsOf.get(subject) ?? '0' }));
}
