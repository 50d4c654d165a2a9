import type { Mandate } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { imposedStays } from '../seizure/stay.ts';
import type { BillState } from '../tax/bill-state.ts';
import { owedOnBills, seizableBill } from '../tax/bill-state.ts';
import type { TaxRules } from '../tax/rules.ts';
import { seizabilityOn } from '../tax/seizability.ts';
import { type SaleNoticeStatus, saleNoticeStatuses } from '../voluntary-sale/sale-notice-status.ts';
import type { GateFacts } from './decision-inputs.ts';
import { readWishes } from './wishes.ts';

/** Bars that a seizure once made does not need any more: its dunning was proven then, and owing nothing is the need's matter. */
const BARS_OF_SEIZURE_ONLY = new Set(['SEIZURE_DUNNING_UNSERVED', 'SEIZURE_DUNNING_NOT_EXPIRED', 'SEIZURE_NOTHING_OWED']);

/** A case with the bills it covers, as they stand now. */
export interface CoveringBills {
  readonly caseId: number;
  readonly bills: readonly BillState[];
}

/** What all cases are looked at by. */
export interface GateLookUp {
  readonly tradingState: GateFacts['tradingState'];
  readonly rules: TaxRules;
  readonly day: CivilDate;
}

/** Reads what the gate looks at, for each case by its number. The caller holds the locks of taxpayers and cases. Error: `NOT_FOUND`. */
export async function readGates(
  work: Work,
  of: readonly CoveringBills[],
  { tradingState, rules, day }: GateLookUp,
): Promise<ReadonlyMap<number, GateFacts>> {
  const caseIds = of.map(({ caseId }) => caseId);
  const cases = await work.tx.seizureCase.findMany({ where: { id: { in: caseIds } }, select: { id: true, phase: true } });
  const phases = new Map(cases.map(({ id, phase }) => [id, phase]));
  const mandates = await currentMandates(work, caseIds);
  const windows = new Map(
    (await work.tx.saleWindow.findMany({ where: { caseId: { in: caseIds } } })).map((window) => [window.caseId, window]),
  );
  const stays = await imposedStays(work.tx, caseIds, 'sale');
  const notices = await saleNoticeStatuses(work.tx, caseIds);
  const wishes = await readWishes(work, caseIds, day);
  return new Map(
    of.map(({ caseId, bills }) => {
      const [phase, window, mandate] = [phases.get(caseId), windows.get(caseId), mandates.get(caseId)];
      if (phase === undefined) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
      const facts: GateFacts = {
        day,
        phase,
        saleNotices: saleNotices(notices.get(caseId) ?? []),
        window: window === undefined ? null : { state: window.state, endsOn: dayFromColumn(window.endsOn) },
        wishes: [...(wishes.get(caseId) ?? [])],
        openStays: stays.filter((stay) => stay.caseId === caseId).map(({ kind, fromDay, untilDay }) => ({ kind, fromDay, untilDay })),
        pendingBillUpdates: bills.reduce((sum, { pendingUpdates }) => sum + pendingUpdates, 0),
        billBars: barsOf(bills, rules, day),
        mandate: mandate === undefined ? null : { id: mandate.id, state: mandate.state, endsOn: dayFromColumn(mandate.endsOn) },
        tradingState,
      };
      return [caseId, facts];
    }),
  );
}

/** The same of one case. */
export async function readGateFacts(
  work: Work,
  caseId: number,
  bills: readonly BillState[],
  tradingState: GateFacts['tradingState'],
  rules: TaxRules,
  day: CivilDate,
): Promise<GateFacts> {
  const facts = (await readGates(work, [{ caseId, bills }], { tradingState, rules, day })).get(caseId);
  if (facts === undefined) throw new CheongsanError('INTERNAL', `The gate of case ${caseId} was not read.`);
  return facts;
}

/** Of each case the mandate in force; while none is, the latest that was not turned down. */
async function currentMandates(work: Work, caseIds: readonly number[]): Promise<ReadonlyMap<number, Mandate>> {
  const known = await work.tx.mandate.findMany({
    where: { caseId: { in: [...caseIds] }, state: { not: 'rejected' } },
    orderBy: { id: 'asc' },
  });
  const current = new Map(known.map((mandate) => [mandate.caseId, mandate]));
  for (const mandate of known) if (mandate.state === 'approved') current.set(mandate.caseId, mandate);
  return current;
}

/** Of everyone the law names: whether he was sent a notice that stands, and whether its service is proven. */
function saleNotices(statuses: readonly SaleNoticeStatus[]): GateFacts['saleNotices'] {
  return statuses.map(({ personId, notice }) => ({
    recipient: `person:${personId}`,
    issued: notice !== undefined,
    served: notice?.state === 'served',
  }));
}

/** A bill that owes nothing, being paid or prescribed, bars nothing: the sale is for the others. */
function barsOf(bills: readonly BillState[], rules: TaxRules, day: CivilDate): string[] {
  const codes = bills
    .filter((bill) => owedOnBills([bill], day, rules).total.isPositive())
    .flatMap((bill) =>
      seizabilityOn(seizableBill(bill, day, rules), day, rules.seizabilityParametersFor(day)).bars.map(({ code }) => code),
    );
  return [...new Set(codes)].filter((code) => !BARS_OF_SEIZURE_ONLY.has(code)).sort();
}
