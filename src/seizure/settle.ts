import type { CasePhase } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import type { CaseWithParts } from './locked-case.ts';
import { moveCase } from './phase.ts';

/** Phases before a sale, in which a case whose bills owe nothing is settled at once. */
const UNSOLD_PHASES: readonly CasePhase[] = [
  'seized',
  'transfer_demanded',
  'in_custody',
  'sale_noticed',
  'voluntary_window',
  'cleared_for_sale',
  'selling',
];

/** Which of these bills owe anything today, penalty included. */
export async function billsThatOwe(work: Work, billIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rules = taxRules(await readPolicy(work.tx));
  const bills = await loadBillStates(work.tx, billIds);
  const owing = bills.filter((bill) => owedOnBills([bill], seoulDay(work.at), rules).total.isPositive());
  return new Set(owing.map(({ billId }) => billId));
}

/**
 * Ends what payment or cancellation has made needless (LTCA 63(1)1): a seizure that did not reach the exchange is refused, one that
 * stands is settled, so that what is held goes back. Once something has been sold the money is distributed first; and while an order
 * is open nobody knows whether something was.
 */
export async function settleWhenPaid(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  const isUnserved = seizureCase.phase === 'proposed' || seizureCase.phase === 'approved';
  if (!isUnserved && !UNSOLD_PHASES.includes(seizureCase.phase)) return false;
  const billIds = seizureCase.bills.map(({ billId }) => billId);
  if ((await billsThatOwe(work, billIds)).size > 0) return false;
  if (isUnserved) {
    if (await isLetterUnderWay(work, seizureCase.id)) return false;
    await moveCase(work, seizureCase.id, [seizureCase.phase], 'refused', {
      action: 'seizure.refused',
      reason: 'nothing_owed',
      changes: { refusalCode: 'SEIZURE_NOTHING_OWED' },
    });
    return true;
  }
  if (await isSaleUnderWay(work, seizureCase.id)) return false;
  await moveCase(work, seizureCase.id, [seizureCase.phase], 'settled', { action: 'case.settled', reason: 'nothing_owed' });
  return true;
}

/** A letter to the exchange that has left may be served any day; the seizure then stands and is released, not refused. */
async function isLetterUnderWay(work: Work, caseId: number): Promise<boolean> {
  return (await work.tx.notice.count({ where: { subject: `case:${caseId}`, state: { in: ['sent', 'served', 'returned'] } } })) > 0;
}

async function isSaleUnderWay(work: Work, caseId: number): Promise<boolean> {
  const openOrders = await work.tx.saleOrder.count({ where: { caseId, closedAt: null } });
  const fills = await work.tx.orderFill.count({ where: { caseId } });
  return openOrders + fills > 0;
}
