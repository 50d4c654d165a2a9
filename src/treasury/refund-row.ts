import { type AuditStream, appendAudit } from '../audit/append.ts';
import type { Refund } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { lockCases } from '../seizure/locked-case.ts';
import { lapseOf } from './lapsed-approval.ts';
import { originColumns, originOf, type RefundOrigin } from './refund-origin.ts';

/*
 * Won that goes back leaves the bank by the hand of a person, once:
 *
 *   requested ─▶ approved ─▶ paid ─▶ returned
 *       │            │
 *       ▼            ▼
 *   rejected     cancelled
 *
 * A surplus goes to the taxpayer himself and nobody else (LTCA 99(3)); a receipt that belongs to no case to whoever paid it.
 * `approved` lets a person pay at the bank; `paid` is the bank statement's word, by the refund's number and amount, and `returned`
 * its word that the payee's bank sent it back. `cancelled` was approved and called off by two officials before it was paid. After
 * `rejected`, `cancelled` and `returned` the money is owed as before, and may be asked for anew.
 */

/** Locks what these refunds pay back: taxpayers, cases and receipts, in that order. */
export async function lockRefunds(work: Work, refundIds: readonly number[]): Promise<void> {
  const found = await work.tx.refund.findMany({ where: { id: { in: [...refundIds] } }, select: { caseId: true, sourceLineId: true } });
  await lockCases(
    work,
    found.flatMap(({ caseId }) => caseId ?? []),
  );
  await lockRows(
    work,
    'bank_line',
    found.flatMap(({ sourceLineId }) => sourceLineId ?? []),
  );
}

/** One, as `lockRefunds`, and reads it then. Error: `NOT_FOUND`. */
export async function lockRefund(work: Work, refundId: number): Promise<Refund> {
  await lockRefunds(work, [refundId]);
  return readRefund(work.tx, refundId);
}

/** Error: `NOT_FOUND`. */
export async function readRefund(reader: Pick<Transaction, 'refund'>, refundId: number): Promise<Refund> {
  const refund = await reader.refund.findUnique({ where: { id: refundId } });
  if (refund === null) throw new CheongsanError('NOT_FOUND', `There is no refund ${refundId}.`);
  return refund;
}

/** The one refund of an origin that is asked for or to be paid; a request whose approval lapsed is ended on the way. The origin must be locked. */
export async function liveRefund(work: Work, origin: RefundOrigin): Promise<Refund | undefined> {
  const live = await work.tx.refund.findFirst({ where: { ...originColumns(origin), state: { in: ['requested', 'approved'] } } });
  if (live === null) return undefined;
  const lapse = live.state === 'requested' ? await lapseOf(work, live.approvalId) : undefined;
  if (lapse === undefined) return live;
  await rejectRefund(work, live, lapse);
  return undefined;
}

/** The request is over before anything was paid. */
export async function rejectRefund(work: Work, refund: Refund, reason: string): Promise<void> {
  await work.tx.refund.update({ where: { id: refund.id }, data: { state: 'rejected' } });
  await auditRefund(work, refund, 'rejected', { reason });
}

/** What is approved: this much, of this case or receipt, to the account behind this digest. */
export function refundContent({ id, number, caseId, sourceLineId, amountKrw, payeeDigest }: Refund) {
  return {
    act: 'refund',
    refundId: id,
    number,
    ...(caseId === null ? {} : { caseId }),
    ...(sourceLineId === null ? {} : { bankLineId: sourceLineId }),
    amountKrw: amountKrw.toString(),
    payeeDigest,
  };
}

/** One event in the chain of what it pays back; a case is rung. */
export async function auditRefund(
  work: Work,
  refund: Refund,
  state: string,
  payload: { readonly [key: string]: string | number },
  recordDigest?: string,
): Promise<void> {
  await appendAudit(work, {
    stream: refundStream(refund),
    action: `refund.${state}`,
    subject: `refund:${refund.id}`,
    ...(refund.state === state ? {} : { before: { state: refund.state } }),
    after: { state },
    ...(recordDigest === undefined ? {} : { recordDigest }),
    payload: { number: refund.number, amountKrw: refund.amountKrw.toString(), ...payload },
  });
  if (refund.caseId !== null) work.ring('cases', refund.caseId);
}

export function refundStream(refund: Refund): AuditStream {
  const origin = originOf(refund);
  return origin.kind === 'surplus' ? `case:${origin.caseId}` : 'system';
}
