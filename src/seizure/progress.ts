import type { Database, Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import type { DueSource } from '../queue/due.ts';
import { type CaseWithParts, lockCase } from './locked-case.ts';
import { ENDED_PHASES, SEIZED_PHASES } from './phase-table.ts';
import { demandWhenServed, seizeWhenServed } from './served.ts';
import { settleWhenPaid } from './settle.ts';
import { imposeStay, liftStay } from './stay.ts';

const BATCH = 500;

/**
 * Does for a case whatever this floor owes it now: stays for undecided differences of its bills, the steps that a proof of service
 * opens, and the end when nothing is owed any more. May be called at any time and does nothing when nothing is to be done.
 */
export async function progressCase(database: Database, caseId: number): Promise<void> {
  await database.work({ kind: 'system', part: 'cases' }, async (work) => {
    const seizureCase = await lockCase(work, caseId);
    if (ENDED_PHASES.some((phase) => phase === seizureCase.phase)) return;
    await matchUpdateStays(work, seizureCase);
    if (await seizeWhenServed(work, seizureCase)) return;
    if (await settleWhenPaid(work, seizureCase)) return;
    await demandWhenServed(work, seizureCase);
  });
}

/** One stay for each undecided difference of a covered bill, from the day it is known until somebody decides on it. */
async function matchUpdateStays(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const pending = await work.tx.billUpdate.findMany({
    where: { billId: { in: seizureCase.bills.map(({ billId }) => billId) }, state: 'pending' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const open = await work.tx.stay.findMany({ where: { caseId: seizureCase.id, kind: 'bill_update', liftedAt: null } });
  const causes = new Set(pending.map(({ id }) => `bill_update:${id}`));
  for (const stay of open) {
    if (stay.cause !== null && !causes.has(stay.cause)) await liftStay(work, { stayId: stay.id, reason: '체납액 변동이 처리됨' });
  }
  const standing = new Set(open.map(({ cause }) => cause));
  for (const cause of causes) {
    if (standing.has(cause)) continue;
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
 * Cases whose ring may have been lost: a letter was served and nothing followed, a difference has no stay or a stay no difference,
 * or the receivables of the covered bills stand at zero.
 */
export function seizureDueSource(database: Database): DueSource {
  return {
    queue: 'cases',
    async due() {
      const rows = await database.read.$queryRaw<{ id: number }[]>`
        SELECT c.id FROM seizure_case c
         WHERE (c.phase IN ('approved', 'seized') AND EXISTS (
                 SELECT 1 FROM notice n WHERE n.subject = 'case:' || c.id AND n.state = 'served'
                    AND n.kind::text = CASE c.phase WHEN 'approved' THEN 'venue_seizure_notice' ELSE 'transfer_demand' END))
            OR (c.phase NOT IN ('closed', 'refused') AND EXISTS (
                 SELECT 1 FROM case_bill b JOIN bill_update u ON u.bill_id = b.bill_id AND u.state = 'pending'
                  WHERE b.case_id = c.id AND NOT EXISTS (
                    SELECT 1 FROM stay s WHERE s.case_id = c.id AND s.lifted_at IS NULL AND s.cause = 'bill_update:' || u.id)))
            OR (c.phase NOT IN ('closed', 'refused') AND EXISTS (
                 SELECT 1 FROM stay s WHERE s.case_id = c.id AND s.kind = 'bill_update' AND s.lifted_at IS NULL AND NOT EXISTS (
                   SELECT 1 FROM bill_update u WHERE u.state = 'pending' AND s.cause = 'bill_update:' || u.id)))
            OR (c.phase = ANY (${UNSETTLED}::case_phase[]) AND NOT EXISTS (
                 SELECT 1 FROM case_bill b JOIN ledger_account a ON a.place = 'bill:' || b.bill_id AND a.chart_code IN ('1410', '1420')
                   JOIN ledger_balance l ON l.account_id = a.id AND l.balance > 0
                  WHERE b.case_id = c.id))
         ORDER BY c.id LIMIT ${BATCH}`;
      return rows.map(({ id }) => id);
    },
  };
}

const UNSETTLED = ['proposed', 'approved', ...SEIZED_PHASES.filter((phase) => !['sale_done', 'distributing', 'settled'].includes(phase))];
