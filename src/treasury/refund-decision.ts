import type { Approval, Refund } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requireApproved } from '../identity/approval.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { applyCancellation, CANCELLATION_SUBJECT } from './refund-cancellation.ts';
import { originOf, owedBack } from './refund-origin.ts';
import { auditRefund, lockRefunds, readRefund, refundContent, rejectRefund } from './refund-row.ts';

/**
 * Takes the approvers' decisions over, on refunds and on their cancellation. One refusal keeps all of them back; pending or run again
 * it does nothing. Errors: `APPROVAL_STALE` when less is owed back by now or what was to be cancelled is paid, those of
 * `requireApproved`.
 */
export async function applyRefundDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const decided = approvals.filter(({ state }) => state !== 'pending').sort((a, b) => a.subjectId - b.subjectId);
  await lockRefunds(
    work,
    decided.map(({ subjectId }) => subjectId),
  );
  for (const approval of decided) {
    const refund = await readRefund(work.tx, approval.subjectId);
    if (approval.subjectType === CANCELLATION_SUBJECT) await applyCancellation(work, refund, approval);
    else await applyRefund(work, refund, approval);
  }
}

async function applyRefund(work: Work, refund: Refund, approval: Approval): Promise<void> {
  if (refund.state !== 'requested') return;
  if (approval.state !== 'approved') return rejectRefund(work, refund, approval.state);
  await requireApproved(work.tx, approval.id, refundContent(refund));
  const owed = await owedBack(work.tx, originOf(refund));
  if (owed.isLessThan(Won.of(refund.amountKrw))) {
    throw new CheongsanError(
      'APPROVAL_STALE',
      `${owed.toString()} won are owed back of what refund ${refund.number} pays, ${refund.amountKrw} were approved; ask again.`,
    );
  }
  await work.tx.refund.update({ where: { id: refund.id }, data: { state: 'approved' } });
  await auditRefund(work, refund, 'approved', { approval: approval.id }, approval.contentDigest);
}
