import type { Work } from '../database/work.ts';
import { type CivilDate, dayToColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { entry } from '../ledger/entry.ts';
import { post } from '../ledger/post.ts';
import { caseSubject } from './accounts.ts';
import { ENTRY_KIND } from './case-ledger.ts';
import { auditRefund, readRefund } from './refund.ts';

/** The bank statement shows an approved refund, to the won. The case must be locked. Returns the entry. Error: `CONFLICT`. */
export async function markRefundPaid(
  work: Work,
  refundId: number,
  paid: { readonly bankLineId: number; readonly occurredOn: CivilDate },
): Promise<bigint> {
  const refund = await readRefund(work.tx, refundId);
  if (refund.state !== 'approved') throw new CheongsanError('CONFLICT', `Refund ${refund.number} is ${refund.state}, not approved.`);
  const subject = caseSubject(refund.caseId);
  const amount = Won.of(refund.amountKrw);
  const cause = `refund:${refundId}`;
  const posted = await post(
    work,
    entry({ key: cause, kind: ENTRY_KIND.refund, occurredOn: paid.occurredOn, cause, memo: '' })
      .debit(CHART.surplusOwed, { subject }, amount)
      .credit(CHART.bankDeposit, { subject }, amount)
      .build(),
  );
  await work.tx.refund.update({
    where: { id: refundId },
    data: { state: 'paid', paidOn: dayToColumn(paid.occurredOn), bankLineId: paid.bankLineId, ledgerEntryId: posted.entryId },
  });
  await auditRefund(work, refund, 'paid', { bankLine: paid.bankLineId, paidOn: paid.occurredOn }, posted.digest);
  work.ring('cases', refund.caseId);
  return posted.entryId;
}
