import type { Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CHART } from '../ledger/chart.ts';
import type { DueSource } from '../queue/due.ts';
import type { CaseWithParts } from './locked-case.ts';
import { ENDED_PHASES } from './phase-table.ts';
import { demandOfTaxpayer, isPossessionDue, seizeByPossession } from './possession.ts';
import { demandStageWhenServed } from './rest-served.ts';
import { demandWhenServed, isServiceDue, seizeWhenServed } from './served.ts';
import { endOfPaid, type Sight, settleWhenPaid } from './settle.ts';
import { imposeStay, liftStay } from './stay.ts';

const BATCH = 500;

/**
 * Does for a locked case whatever this floor owes it now: stays for undecided differences of its bills, the steps that a proof of service
 * or the taking of a wallet opens, and the end when nothing is owed any more. May be called at any time and does nothing when nothing is to be done.
 */
export async function progressCase(work: Work, seizureCase: CaseWithParts): Promise<void> {
  if (ENDED_PHASES.some((phase) => phase === seizureCase.phase)) return;
  await matchUpdateStays(work, seizureCase);
  if ((await seizeWhenServed(work, seizureCase)) || (await seizeByPossession(work, seizureCase))) return;
  if (await settleWhenPaid(work, seizureCase)) return;
  if ((await demandWhenServed(work, seizureCase)) || (await demandOfTaxpayer(work, seizureCase))) return;
  await demandStageWhenServed(work, seizureCase);
}

interface UpdateStays {
  /** Causes that have no stay yet. */
  readonly missing: readonly string[];
  /** Stays whose difference has been decided on. */
  readonly ended: readonly number[];
}

/** How the stays of a case differ from the undecided differences of its bills. */
async function updateStays({ tx }: Sight, seizureCase: CaseWithParts): Promise<UpdateStays> {
  const pending = await tx.billUpdate.findMany({
    where: { billId: { in: seizureCase.bills.map(({ billId }) => billId) }, state: 'pending' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const open = await tx.stay.findMany({
    where: { caseId: seizureCase.id, kind: 'bill_update', liftedAt: null, cause: { not: null } },
    select: { id: true, cause: true },
  });
  const causes = pending.map(({ id }) => `bill_update:${id}`);
  return {
    missing: causes.filter((cause) => !open.some((stay) => stay.cause === cause)),
    ended: open.filter(({ cause }) => cause !== null && !causes.includes(cause)).map(({ id }) => id),
  };
}

/** One stay for each undecided difference of a covered bill, from the day it is known until somebody decides on it. */
async function matchUpdateStays(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const { missing, ended } = await updateStays(work, seizureCase);
  for (const stayId of ended) await liftStay(work, { stayId, reason: '체납액 변동이 처리됨' });
  for (const cause of missing) {
    await imposeStay(work, {
      caseId: seizureCase.id,
      kind: 'bill_update',
      reason: '결재되지 않은 체납액 변동이 있음',
      fromDay: seoulDay(work.at),
      cause,
    });
  }
}

/**
 * Cases whose ring may have been lost: a letter was served or a wallet taken and nothing followed, a difference has no stay or a stay no difference,
 * or the covered bills owe nothing. Each is looked at as `progressCase` would, so that a case that only waits is not due.
 */
export function seizureDueSource(database: Database): DueSource {
  return {
    queue: 'cases',
    async due(now) {
      const sight: Sight = { tx: database.read, at: now };
      const due: number[] = [];
      for (const seizureCase of await candidates(database)) {
        if (due.length === BATCH) break;
        // A case that cannot be reckoned is rung as well: its answer fails, is counted, and a person is told of it.
        if (await isDue(sight, seizureCase).catch(() => true)) due.push(seizureCase.id);
      }
      return due;
    },
  };
}

async function isDue(sight: Sight, seizureCase: CaseWithParts): Promise<boolean> {
  const { missing, ended } = await updateStays(sight, seizureCase);
  if (missing.length + ended.length > 0) return true;
  if ((await isServiceDue(sight, seizureCase)) || (await isPossessionDue(sight, seizureCase))) return true;
  return (await endOfPaid(sight, seizureCase)) !== undefined;
}

/** Cases of which one look over the whole table says that something may be due. */
async function candidates(database: Database): Promise<CaseWithParts[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c
     WHERE c.phase NOT IN ('closed', 'refused') AND (
           (c.phase IN ('approved', 'seized') AND EXISTS (
             SELECT 1 FROM notice n WHERE n.subject = 'case:' || c.id AND n.state = 'served'
                AND n.kind::text = CASE c.phase WHEN 'approved' THEN 'venue_seizure_notice' ELSE 'transfer_demand' END))
        OR (c.origin = 'wallet' AND c.phase IN ('approved', 'seized'))
        OR (c.phase = 'transfer_demanded' AND EXISTS (
             SELECT 1 FROM test_transfer t JOIN notice n ON n.id IN (t.notice_id, t.rest_notice_id) AND n.state = 'served'
              WHERE t.case_id = c.id AND t.state IN ('asked', 'proven', 'lapsed')))
        OR EXISTS (SELECT 1 FROM case_bill b JOIN bill_update u ON u.bill_id = b.bill_id AND u.state = 'pending' WHERE b.case_id = c.id)
        OR EXISTS (SELECT 1 FROM stay s WHERE s.case_id = c.id AND s.kind = 'bill_update' AND s.lifted_at IS NULL)
        OR (c.phase NOT IN ('sale_done', 'distributing', 'settled') AND NOT EXISTS (
             SELECT 1 FROM case_bill b JOIN ledger_account a ON a.place = 'bill:' || b.bill_id
                AND a.chart_code IN (${CHART.receivableTax}, ${CHART.receivableSurcharge})
               JOIN ledger_balance l ON l.account_id = a.id AND l.balance > 0
              WHERE b.case_id = c.id)))
     ORDER BY c.id`;
  if (rows.length === 0) return [];
  return database.read.seizureCase.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    include: { bills: { orderBy: { billId: 'asc' } }, holdings: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
}
