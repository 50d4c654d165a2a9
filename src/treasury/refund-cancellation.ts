import type { Approval, Refund } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { approvalExpiry } from '../policy/approval-expiry.ts';
import { auditRefund, lockRefund } from './refund-row.ts';

/** What an approval to call a refund off is about. */
export const CANCELLATION_SUBJECT = 'refund_cancellation';

/**
 * Asks for leave to call off a refund that was approved and is not paid: the account was typed wrongly, the taxpayer has died. While
 * it is asked for nobody is told to pay. Errors: `CONFLICT` in any other state, `NOT_FOUND`, those of `requestApproval`.
 */
export async function requestRefundCancellation(
  work: Work,
  request: { readonly refundId: number; readonly reason: string },
): Promise<Approval> {
  const refund = await lockRefund(work, request.refundId);
  if (refund.state !== 'approved') {
    throw new CheongsanError(
      'CONFLICT',
      `Refund ${refund.number} is ${refund.state}; only one that is approved and not paid is cancelled.`,
    );
  }
  return requestApproval(work, {
    kind: 'refund',
    subjectType: CANCELLATION_SUBJECT,
    subjectId: refund.id,
    summary: `${refund.number} 지급하지 않은 환급 ${refund.amountKrw}원의 결재 취소`,
    content: cancellationContent(refund),
    moneyAtStakeKrw: Won.of(refund.amountKrw),
    reason: request.reason,
    expiresAt: await approvalExpiry(work),
  });
}

function cancellationContent({ id, number, amountKrw }: Refund) {
  return { act: 'cancel_refund', refundId: id, number, amountKrw: amountKrw.toString() };
}

/** Error: `CONFLICT` while it is asked for that the refund be called off. */
export async function assertNotBeingCancelled(work: Work, { id, number }: Refund): Promise<void> {
  const pending = await work.tx.approval.findFirst({
    where: { subjectType: CANCELLATION_SUBJECT, subjectId: id, state: 'pending', expiresAt: { gt: work.at } },
    select: { id: true },
  });
  if (pending === null) return;
  throw new CheongsanError(
    'CONFLICT',
    `Approval ${pending.id} asks for refund ${number} to be cancelled; it is not paid before that is decided.`,
    {
      facts: { approvalId: pending.id },
    },
  );
}

/**
 * Calls a refund off when its cancellation was approved; what it was to pay is owed as before. The refund must be locked. Errors:
 * `APPROVAL_STALE` when it has been paid meanwhile, those of `requireApproved`.
 */
export async function applyCancellation(work: Work, refund: Refund, approval: Approval): Promise<void> {
  if (approval.state !== 'approved' || refund.state === 'cancelled') return;
  await requireApproved(work.tx, approval.id, cancellationContent(refund));
  if (refund.state !== 'approved') {
    throw new CheongsanError('APPROVAL_STALE', `Refund ${refund.number} is ${refund.state} by now; it cannot be cancelled.`);
  }
  await work.tx.refund.update({ where: { id: refund.id }, data: { state: 'cancelled' } });
  await auditRefund(work, refund, 'cancelled', { approval: approval.id }, approval.contentDigest);
}
