import type { Mandate } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { imposedStays } from '../seizure/stay.ts';
import type { BillState } from '../tax/bill-state.ts';
import { owedOnBills, seizableBill } from '../tax/bill-state.ts';
import type { TaxRules } from '../tax/rules.ts';
import { seizabilityOn } from '../tax/seizability.ts';
import { saleNoticeStatus } from '../voluntary-sale/sale-notice-status.ts';
import type { GateFacts } from './decision-inputs.ts';
import { readWishes } from './wishes.ts';

/** Bars that a seizure once made does not need any more: its dunning was proven then, and owing nothing is the need's matter. */
const BARS_OF_SEIZURE_ONLY = new Set(['SEIZURE_DUNNING_UNSERVED', 'SEIZURE_DUNNING_NOT_EXPIRED', 'SEIZURE_NOTHING_OWED']);

/** Reads what the gate looks at. The caller holds the locks of taxpayer and case. */
export async function readGateFacts(
  work: Work,
  caseId: number,
  bills: readonly BillState[],
  tradingState: GateFacts['tradingState'],
  rules: TaxRules,
  day: CivilDate,
): Promise<GateFacts> {
  const { phase } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  const mandate = await currentMandate(work, caseId);
  const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
  const stays = await imposedStays(work.tx, [caseId], 'sale');
  return {
    day,
    phase,
    saleNotices: await saleNotices(work, caseId),
    window: window === null ? null : { state: window.state, endsOn: dayFromColumn(window.endsOn) },
    wishes: await readWishes(work, caseId, day),
    openStays: stays.map(({ kind, fromDay, untilDay }) => ({ kind, fromDay, untilDay })),
    pendingBillUpdates: bills.reduce((sum, { pendingUpdates }) => sum + pendingUpdates, 0),
    billBars: barsOf(bills, rules, day),
    mandate: mandate === null ? null : { id: mandate.id, state: mandate.state, endsOn: dayFromColumn(mandate.endsOn) },
    tradingState,
  };
}

/** The mandate in force; while none is, the latest that was not turned down. */
async function currentMandate(work: Work, caseId: number): Promise<Mandate | null> {
  const approved = await work.tx.mandate.findFirst({ where: { caseId, state: 'approved' } });
  return approved ?? work.tx.mandate.findFirst({ where: { caseId, state: { in: ['requested', 'ended'] } }, orderBy: { id: 'desc' } });
}

/** Of everyone the law names: whether he was sent a notice that stands, and whether its service is proven. */
async function saleNotices(work: Work, caseId: number): Promise<GateFacts['saleNotices']> {
  return (await saleNoticeStatus(work.tx, caseId)).map(({ personId, notice }) => ({
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
