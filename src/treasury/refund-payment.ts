import { appendAudit } from '../audit/append.ts';
import type { Refund } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import { type CivilDate, dayToColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Won } from '../kernel/money.ts';
import { entry } from '../ledger/entry.ts';
import { type Posted, post, reverse } from '../ledger/post.ts';
import { bankLineSubject } from './accounts.ts';
import { originOf, owedBack, refundAccounts } from './refund-origin.ts';
import { auditRefund, liveRefund, readRefund } from './refund-row.ts';

/** What a line of the bank statement says of a refund. */
export interface RefundMovement {
  readonly bankLineId: number;
  readonly occurredOn: CivilDate;
}

/**
 * The bank statement shows a refund, to the won. One that was cancelled and paid all the same is paid when an officer says so, as
 * long as the money is still owed and no other refund is to pay it. What it pays back must be locked. Returns the entry. Error: `CONFLICT`.
 */
export async function markRefundPaid(work: Work, refundId: number, paid: RefundMovement): Promise<bigint> {
  const refund = await readRefund(work.tx, refundId);
  if (refund.state === 'cancelled') await assertStillOwed(work, refund);
  else if (refund.state !== 'approved') throw new CheongsanError('CONFLICT', `Refund ${refund.number} is ${refund.state}, not approved.`);
  const { entryKind, owed, deposit, subject } = refundAccounts(originOf(refund));
  const amount = Won.of(refund.amountKrw);
  const cause = `refund:${refundId}`;
  const posted = await post(
    work,
    entry({ key: cause, kind: entryKind, occurredOn: paid.occurredOn, cause, memo: '' })
      .debit(owed, { subject }, amount)
      .credit(deposit, { subject }, amount)
      .build(),
  );
  await work.tx.refund.update({
    where: { id: refundId },
    data: { state: 'paid', paidOn: dayToColumn(paid.occurredOn), bankLineId: paid.bankLineId, ledgerEntryId: posted.entryId },
  });
  if (refund.sourceLineId !== null) await closeReceipt(work, refund.sourceLineId, refund, posted);
  await auditRefund(work, refund, 'paid', { bankLine: paid.bankLineId, paidOn: paid.occurredOn }, posted.digest);
  return posted.entryId;
}

/** Money that left though its refund was cancelled may have been owed no longer, or be about to be paid a second time. */
async function assertStillOwed(work: Work, refund: Refund): Promise<void> {
  const origin = originOf(refund);
  const live = await liveRefund(work, origin);
  if (live !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `Refund ${live.number} is ${live.state} and would pay again what the cancelled ${refund.number} has paid; have it rejected or cancelled first.`,
      { facts: { refundId: live.id, state: live.state } },
    );
  }
  const owed = await owedBack(work.tx, origin);
  if (!owed.isLessThan(Won.of(refund.amountKrw))) return;
  throw new CheongsanError(
    'CONFLICT',
    `${owed.toString()} won are still owed back, the cancelled refund ${refund.number} paid ${refund.amountKrw}: the money left twice; claim it back.`,
    { facts: { owedKrw: owed.toString(), paidKrw: refund.amountKrw.toString() } },
  );
}

/** The receipt that went back is nobody's any more. */
async function closeReceipt(work: Work, bankLineId: number, { id }: Refund, posted: Posted): Promise<void> {
  const matchedTo = `sent_back:${id}`;
  await work.tx.bankLine.update({
    where: { id: bankLineId },
    data: {
      state: 'matched',
      unmatchedReason: null,
      matchedTo,
      matchedById: userIdOf(work.actor),
      matchedAt: work.at,
      ledgerEntryId: posted.entryId,
    },
  });
  await auditReceipt(work, bankLineId, 'bank_line.sent_back', matchedTo, posted);
}

/**
 * The payee's bank sent a paid refund back, to the won: its payment is reversed, and what it paid is owed again. What it pays back
 * must be locked. Returns the reversal. Error: `CONFLICT`.
 */
export async function markRefundReturned(work: Work, refundId: number, returned: RefundMovement): Promise<bigint> {
  const refund = await readRefund(work.tx, refundId);
  if (refund.state !== 'paid' || refund.ledgerEntryId === null) {
    throw new CheongsanError('CONFLICT', `Refund ${refund.number} is ${refund.state}, not paid; nothing of it can have come back.`);
  }
  const reversal = await reverse(work, {
    key: `refund:${refundId}:returned`,
    entryId: refund.ledgerEntryId,
    occurredOn: returned.occurredOn,
    memo: '',
  });
  await work.tx.refund.update({
    where: { id: refundId },
    data: {
      state: 'returned',
      returnedOn: dayToColumn(returned.occurredOn),
      returnLineId: returned.bankLineId,
      returnEntryId: reversal.entryId,
    },
  });
  if (refund.sourceLineId !== null) await reopenReceipt(work, refund.sourceLineId, refund, reversal);
  await auditRefund(work, refund, 'returned', { bankLine: returned.bankLineId, returnedOn: returned.occurredOn }, reversal.digest);
  await raiseAlert(work, {
    code: 'refund_returned',
    severity: 'warning',
    subject: `refund:${refundId}`,
    text: `${refund.number}: 지급한 환급금을 은행이 되돌려 보냈습니다. 받을 계좌를 확인하여 다시 기안하세요.`,
    facts: { bankLine: returned.bankLineId, amountKrw: refund.amountKrw.toString() },
  });
  return reversal.entryId;
}

/** The receipt is unidentified again. */
async function reopenReceipt(work: Work, bankLineId: number, { id }: Refund, reversal: Posted): Promise<void> {
  await work.tx.bankLine.update({
    where: { id: bankLineId },
    data: { state: 'unmatched', unmatchedReason: 'came_back', matchedTo: null, matchedById: null, matchedAt: null, ledgerEntryId: null },
  });
  await auditReceipt(work, bankLineId, 'bank_line.came_back', `sent_back:${id}`, reversal);
}

async function auditReceipt(work: Work, bankLineId: number, action: string, refund: string, posted: Posted): Promise<void> {
  await appendAudit(work, {
    stream: 'system',
    action,
    subject: bankLineSubject(bankLineId),
    recordDigest: posted.digest,
    payload: { refund },
  });
}
