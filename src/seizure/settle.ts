import type { CasePhase } from '../database/generated/enums.ts';
import type { Transaction, Work } from '../database/work.ts';
import { chairsOf } from '../identity/approval-rules.ts';
import type { Principal } from '../identity/principal.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CHART } from '../ledger/chart.ts';
import { readPolicy } from '../policy/book.ts';
import { loadBillStates, owedOnBills } from '../tax/bill-state.ts';
import { taxRules } from '../tax/rules.ts';
import { type CaseWithParts, lockCase } from './locked-case.ts';
import { moveCase } from './phase.ts';
import type { EndingGround } from './release-grounds.ts';

/** What a look at a case needs: something to read with, and an instant. A unit of work is one. */
export type Sight = Pick<Work, 'tx' | 'at'>;

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
export async function billsThatOwe({ tx, at }: Sight, billIds: readonly number[]): Promise<ReadonlySet<number>> {
  const unpaid = await billsWithReceivable(tx, billIds);
  // A bill whose tax is paid may still owe the penalty that arose before; only of those must all be read.
  const paid = billIds.filter((billId) => !unpaid.has(billId));
  if (paid.length === 0) return unpaid;
  const rules = taxRules(await readPolicy(tx));
  const bills = await loadBillStates(tx, paid);
  // The penalty of withholding agents is computed elsewhere (LTBA 56).
  const computable = bills.filter(({ lines }) => !lines.some(({ isWithholdingAgent }) => isWithholdingAgent));
  const owing = computable.filter((bill) => owedOnBills([bill], seoulDay(at), rules).total.isPositive());
  return new Set([...unpaid, ...owing.map(({ billId }) => billId)]);
}

/** Bills with tax or 가산세 still receivable in the ledger, prescribed ones apart: these owe nothing. */
async function billsWithReceivable(tx: Pick<Transaction, '$queryRaw'>, billIds: readonly number[]): Promise<ReadonlySet<number>> {
  const places = new Map(billIds.map((billId) => [`bill:${billId}`, billId]));
  const rows = await tx.$queryRaw<{ place: string }[]>`
    SELECT DISTINCT a.place FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
     WHERE a.place = ANY (${[...places.keys()]}::text[]) AND b.balance > 0
       AND a.chart_code IN (${CHART.receivableTax}, ${CHART.receivableSurcharge})
       AND NOT EXISTS (SELECT 1 FROM bill x WHERE x.id = ANY (${[...billIds]}::int[]) AND 'bill:' || x.id = a.place AND x.write_off_state = 'prescribed')`;
  return new Set(rows.flatMap(({ place }) => places.get(place) ?? []));
}

/**
 * Where a case goes whose bills owe nothing (LTCA 63(1)1): a seizure that did not reach the exchange is refused, one that stands is
 * settled, so that what is held goes back. Once something has been sold the money is distributed first; and while an order is open
 * nobody knows whether something was. Undefined where payment ends nothing.
 */
export async function endOfPaid(sight: Sight, seizureCase: CaseWithParts): Promise<'refused' | 'settled' | undefined> {
  const isUnserved = seizureCase.phase === 'proposed' || seizureCase.phase === 'approved';
  if (!isUnserved && !UNSOLD_PHASES.includes(seizureCase.phase)) return undefined;
  const billIds = seizureCase.bills.map(({ billId }) => billId);
  if ((await billsThatOwe(sight, billIds)).size > 0) return undefined;
  if (isUnserved) return (await isLetterUnderWay(sight, seizureCase.id)) ? undefined : 'refused';
  return (await isSaleUnderWay(sight, seizureCase.id)) ? undefined : 'settled';
}

/** Ends what payment or cancellation has made needless. Returns whether it did. */
export async function settleWhenPaid(work: Work, seizureCase: CaseWithParts): Promise<boolean> {
  const end = await endOfPaid(work, seizureCase);
  if (end === undefined) return false;
  await moveCase(work, seizureCase.id, [seizureCase.phase], end, {
    action: end === 'refused' ? 'seizure.refused' : 'case.settled',
    reason: 'nothing_owed',
    changes: end === 'refused' ? { refusalCode: 'SEIZURE_NOTHING_OWED' } : {},
  });
  return true;
}

/**
 * Ends a seizure on another ground than payment: the case is settled, so that what is held goes back, and once nothing is held any more
 * it is released on that ground and no other. Since it gives up what secures a debt, somebody else decides on it than who carries the
 * case or asked for the seizure, and not his deputy. Errors: `FORBIDDEN`, `PHASE_WRONG`, `CONFLICT` once something was sold or while an
 * order is open, `NOT_FOUND`.
 */
export async function settleForRelease(
  work: Work,
  principal: Principal,
  release: { readonly caseId: number; readonly ground: EndingGround; readonly reason: string },
): Promise<void> {
  const seizureCase = await lockCase(work, release.caseId);
  await assertDecidedByAnother(work, principal, seizureCase);
  if (await isSaleUnderWay(work, seizureCase.id)) {
    throw new CheongsanError('CONFLICT', `Something of case ${seizureCase.number} is sold or being sold; its money is distributed first.`);
  }
  await moveCase(work, seizureCase.id, UNSOLD_PHASES, 'settled', {
    action: 'release.begun',
    reason: release.ground,
    payload: { why: release.reason },
    changes: { closeReason: release.ground },
  });
}

async function assertDecidedByAnother(work: Work, principal: Principal, seizureCase: CaseWithParts): Promise<void> {
  const chairs = chairsOf(principal);
  if (chairs.length === 0) throw new CheongsanError('FORBIDDEN', 'Only an official may end a seizure.');
  const { approvalId, officerId, number } = seizureCase;
  const approval = await work.tx.approval.findUnique({ where: { id: approvalId ?? 0 }, select: { requestedById: true } });
  const maker = [officerId, approval?.requestedById].find((userId) => userId !== undefined && chairs.includes(userId));
  if (maker === undefined) return;
  throw new CheongsanError(
    'FORBIDDEN',
    `User ${maker} carries case ${number} or asked for its seizure; somebody else must end it, and not his deputy.`,
    { facts: { userId: maker } },
  );
}

/** A letter to the exchange that has left may be served any day; the seizure then stands and is released, not refused. */
async function isLetterUnderWay({ tx }: Sight, caseId: number): Promise<boolean> {
  return (await tx.notice.count({ where: { subject: `case:${caseId}`, state: { in: ['sent', 'served', 'returned'] } } })) > 0;
}

async function isSaleUnderWay({ tx }: Sight, caseId: number): Promise<boolean> {
  const openOrders = await tx.orderShare.count({ where: { caseId, order: { closedAt: null } } });
  const fills = await tx.orderFill.count({ where: { caseId } });
  return openOrders + fills > 0;
}
