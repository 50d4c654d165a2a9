import type { CasePhase, HoldingState } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { addDays, type CivilDate, dayFromColumn, daysBetween, seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
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
import { type CoverageReader, type HeldUnits, type MarketRecords, marketInputs, readMarketRecords } from './coverage-prices.ts';
import { isCoveragePhase, type SaleSchedule, saleSchedule } from './coverage-schedule.ts';
import { readNeeds } from './need.ts';

/** States of a holding that is still to be sold. */
export const TO_BE_SOLD = ['demanded', 'partly_received', 'received', 'selling'] as const satisfies readonly HoldingState[];

/** Sets of cases double with each, and nobody has accounts at more exchanges than there are. */
const CASES_MAX = 12;

interface ReadCase {
  readonly id: number;
  readonly personId: number;
  readonly venueCode: string;
  readonly phase: CasePhase;
  readonly phaseSince: Date;
  readonly bills: readonly { readonly billId: number }[];
  readonly holdings: readonly { readonly id: number; readonly asset: string; readonly state: HoldingState }[];
}

/** A case with the days that are planned for it, the money it has and the coins it still has to sell. */
interface PlannedCase {
  readonly seizureCase: ReadCase;
  /** Undefined where nothing of it is to be sold any more; its settlement is then that of the case that is read. */
  readonly schedule: SaleSchedule | undefined;
  readonly bills: readonly BillState[];
  readonly realisedKrw: string;
  readonly holdings: readonly HeldUnits[];
}

/**
 * Reads what coverage readings of locked cases are made from: what each and the taxpayer's other cases with the same bills owe at the
 * expected settlement, what they have, and the past of their coins' prices. By case number. Nothing leaves the database.
 */
export async function readCoverageInputs(
  reader: CoverageReader,
  seizureCases: readonly CaseWithParts[],
): Promise<ReadonlyMap<number, CoverageInputs>> {
  const bound = await boundCases(reader.work, seizureCases);
  const all = [...new Map([...seizureCases, ...[...bound.values()].flat()].map((each) => [each.id, each])).values()];
  const planned = await readPlanned(reader, all);
  const records = await readMarketRecords(
    reader,
    [...planned.values()].flatMap(({ holdings }) => holdings),
    seizureCases.map(({ venueCode }) => venueCode),
  );
  return new Map(
    seizureCases.map((own) => {
      const together = [own, ...(bound.get(own.id) ?? [])].flatMap(({ id }) => planned.get(id) ?? []);
      return [own.id, inputsOf(reader, records, own, together)];
    }),
  );
}

/** The inputs of one case: itself first, then those that are bound to it. */
function inputsOf(reader: CoverageReader, records: MarketRecords, own: ReadCase, together: readonly PlannedCase[]): CoverageInputs {
  const { work, policy, today } = reader;
  const saleOn = together.find(({ seizureCase }) => seizureCase.id === own.id)?.schedule?.saleOn ?? addDays(today, 1);
  const scheduled = together.map((each) => ({ ...each, schedule: each.schedule ?? { saleOn, earliestOn: saleOn } }));
  const horizons = new Map(scheduled.map(({ seizureCase: { id }, schedule }) => [id, horizonsOf(schedule, today)]));
  const holdings = scheduled.flatMap((each) => each.holdings);
  return {
    readAt: work.at.toISOString(),
    cases: scheduled.map((each) => caseInputs(each, reader)),
    claims: claimsOf(scheduled, addDays(saleOn, policy.get(accrualHorizonDays, saleOn)), policy),
    ...marketInputs(reader, records, holdings, { venueCode: own.venueCode, horizons }),
    settings: settingsOf(policy, today),
  };
}

async function readPlanned(reader: CoverageReader, cases: readonly ReadCase[]): Promise<ReadonlyMap<number, PlannedCase>> {
  const { work, policy, today } = reader;
  const schedules = await schedulesOf(reader, cases);
  // What is asked of the need, the bills and the money there is, holds on any day.
  const needs = await readNeeds(
    work,
    cases.map(({ id, personId }) => ({ caseId: id, personId })),
    policy,
    today,
  );
  const holdings = await heldUnits(work, cases);
  return new Map(
    cases.map((seizureCase) => {
      const { id } = seizureCase;
      const need = needs.get(id);
      if (need === undefined) throw new CheongsanError('INTERNAL', `The need of case ${id} was not read.`);
      const own = holdings.filter(({ caseId }) => caseId === id);
      const { bills, facts } = need;
      return [id, { seizureCase, schedule: schedules.get(id), bills, realisedKrw: facts.realisedKrw, holdings: own }];
    }),
  );
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

/** The taxpayers' other standing cases that are bound to each of these by bills, directly or through another. */
async function boundCases(work: Work, seizureCases: readonly CaseWithParts[]): Promise<ReadonlyMap<number, readonly ReadCase[]>> {
  const standing = await work.tx.seizureCase.findMany({
    where: { personId: { in: [...new Set(seizureCases.map(({ personId }) => personId))] }, seizedOn: { not: null }, closedAt: null },
    include: { bills: { orderBy: { billId: 'asc' } }, holdings: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  return new Map(
    seizureCases.map((own) => [
      own.id,
      boundTo(
        own,
        standing.filter(({ id, personId }) => id !== own.id && personId === own.personId),
      ),
    ]),
  );
}

function boundTo({ bills }: ReadCase, others: readonly ReadCase[]): ReadCase[] {
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

interface ScheduledCase extends PlannedCase {
  readonly schedule: SaleSchedule;
}

function caseInputs(
  { seizureCase: { id }, schedule, realisedKrw, holdings }: ScheduledCase,
  { policy, today }: CoverageReader,
): CoverageInputs['cases'][number] {
  const isSelling = realisedKrw !== '0' || holdings.length > 0;
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
