import type { Approval } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import type { Won } from '../kernel/money.ts';
import { approvalExpiresAt } from '../policy/approval-expiry.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { originColumns, type RefundOrigin } from './refund-origin.ts';
import { payeeKey, type RefundPayee, sealPayee } from './refund-payee.ts';
import { auditRefund, liveRefund, refundContent } from './refund-row.ts';

/** What an approval to pay won back is about. */
export const REFUND_SUBJECT = 'refund';

export interface RequestedRefund {
  readonly refundId: number;
  readonly number: string;
  readonly amountKrw: Won;
  readonly approval: Approval;
}

/** Error: `CONFLICT` while a refund of this origin is asked for or to be paid; one runs at a time. The origin must be locked. */
export async function assertNoLiveRefund(work: Work, origin: RefundOrigin): Promise<void> {
  const live = await liveRefund(work, origin);
  if (live === undefined) return;
  const of = origin.kind === 'surplus' ? `case ${origin.caseId}` : `bank line ${origin.bankLineId}`;
  throw new CheongsanError('CONFLICT', `Refund ${live.number} of ${of} is ${live.state}; one runs at a time.`, {
    facts: { refundId: live.id, state: live.state },
  });
}

/** Stores a refund with its payee sealed, and asks for leave to pay it. Errors: `PERSON_ERASED`, those of `requestApproval`. */
export async function askForRefund(
  work: Work,
  keys: MasterKey,
  request: {
    readonly origin: RefundOrigin;
    /** Where the number stands for the id, both. */
    readonly row: { readonly id?: number; readonly number: string };
    readonly amount: Won;
    readonly payee: RefundPayee;
    /** One Korean line for the approver, behind the number. */
    readonly summary: string;
    readonly reason: string;
  },
): Promise<RequestedRefund> {
  const { origin, row, amount, payee } = request;
  const refund = await work.tx.refund.create({
    data: {
      ...row,
      ...originColumns(origin),
      amountKrw: amount.toBigInt(),
      ...sealPayee(await payeeKey(work.tx, keys, origin), row.number, payee),
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const approval = await requestApproval(work, {
    kind: 'refund',
    subjectType: REFUND_SUBJECT,
    subjectId: refund.id,
    summary: `${refund.number} ${request.summary}`,
    content: refundContent(refund),
    moneyAtStakeKrw: amount,
    secondFromKrw: policy.get(secondApprovalFrom, today),
    reason: request.reason,
    expiresAt: approvalExpiresAt(policy, work.at),
  });
  await work.tx.refund.update({ where: { id: refund.id }, data: { approvalId: approval.id } });
  await auditRefund(work, refund, 'requested', { approval: approval.id });
  return { refundId: refund.id, number: refund.number, amountKrw: amount, approval };
}
