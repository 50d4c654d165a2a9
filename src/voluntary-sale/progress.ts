import type { CasePhase } from '../database/generated/enums.ts';
import type { Database, Work } from '../database/work.ts';
import { addDays, dayFromColumn, dayToColumn, seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { settlePublicNotices } from '../notice/public-notice.ts';
import type { DueSource } from '../queue/due.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { saleSubject } from './sale-notice-status.ts';
import { openWindow, reviewWindow } from './window.ts';
import { reviewWishes } from './wish-review.ts';
import { LIVE_WISH_STATES } from './wish-rules.ts';

/** Before the sale is noticed there is neither a window nor a wish. */
const BEFORE_NOTICE: readonly CasePhase[] = ['seized', 'transfer_demanded', 'in_custody'];
/** A window stays as it is from the clearing for sale on; only wishes are still to be ended. */
const AFTER_WINDOW: readonly CasePhase[] = ['cleared_for_sale', 'selling', 'sale_done', 'distributing'];

/**
 * Looks at a locked case for what concerns the taxpayer's own time: public notices that take effect, the window that opens when the last
 * recipient is proven served, and how it stands now. Does nothing when nothing is to be done. Stays stop none of it; the gate before
 * the sale sees them.
 */
export async function progressCase(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const { id: caseId, phase } = seizureCase;
  await settlePublicNotices(work, saleSubject(caseId));
  if (BEFORE_NOTICE.includes(phase)) return;
  if (phase === 'sale_noticed') return openWhenServed(work, seizureCase);
  if (AFTER_WINDOW.includes(phase) && !(await hasLiveWish(work, caseId))) return;
  const window = await work.tx.saleWindow.findUnique({ where: { caseId } });
  await (window === null ? reviewWishes(work, seizureCase, null) : reviewWindow(work, seizureCase, window));
}

async function openWhenServed(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const opened = await openWindow(work, seizureCase);
  // A waiver may have come while others were still to be served.
  if (opened !== undefined) await reviewWindow(work, { ...seizureCase, phase: 'voluntary_window' }, opened);
}

async function hasLiveWish(work: Work, caseId: number): Promise<boolean> {
  return (await work.tx.saleWish.count({ where: { caseId, state: { in: [...LIVE_WISH_STATES] } } })) > 0;
}

const DUE_MAX = 1_000;

/** Rings cases whose window is over at the midnight after its last day, and cases whose last service was proven unheard. */
export function windowDueSource(database: Database): DueSource {
  return {
    queue: 'cases',
    async due(now) {
      const over = await database.read.saleWindow.findMany({
        where: { state: 'open', endsOn: { lt: dayToColumn(seoulDay(now)) } },
        select: { caseId: true },
        orderBy: { endsOn: 'asc' },
        take: DUE_MAX,
      });
      return [...over.map(({ caseId }) => caseId), ...(await servedWithoutWindow(database))];
    },
    async nextDueAt(now) {
      const next = await database.read.saleWindow.findFirst({
        where: { state: 'open', endsOn: { gte: dayToColumn(seoulDay(now)) } },
        select: { endsOn: true },
        orderBy: { endsOn: 'asc' },
      });
      return next === null ? undefined : startOfDay(addDays(dayFromColumn(next.endsOn), 1));
    },
  };
}

async function servedWithoutWindow(database: Database): Promise<number[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c
     WHERE c.phase = 'sale_noticed' AND NOT EXISTS (
       SELECT 1 FROM (SELECT c.person_id UNION SELECT h.person_id FROM right_holder h WHERE h.case_id = c.id) AS owed (person_id)
        WHERE NOT EXISTS (SELECT 1 FROM notice n
                           WHERE n.subject = 'case:' || c.id AND n.kind = 'sale_notice' AND n.state = 'served' AND n.recipient_id = owed.person_id))
     ORDER BY c.id LIMIT ${DUE_MAX}`;
  return rows.map(({ id }) => id);
}
