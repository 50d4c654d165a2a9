import { appendAudit } from '../audit/append.ts';
import type { Refund } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { Won } from '../kernel/money.ts';
import { assertNotBeingCancelled } from './refund-cancellation.ts';
import { originOf } from './refund-origin.ts';
import { assertPayeeCertain, openPayee, payeeKey, type RefundPayee } from './refund-payee.ts';
import { lockRefund } from './refund-row.ts';

/** What a person pays at the bank: exactly this, once, with the number in the remark. */
export interface RefundInstruction {
  readonly number: string;
  readonly amountKrw: Won;
  readonly payee: RefundPayee;
}

/**
 * Opens an approved refund for the official who pays it; the view is logged. Errors: `CONFLICT` in any other state, while its
 * cancellation is asked for, or while a stay leaves open who is to be paid, `PERSON_ERASED`, `NOT_FOUND`.
 */
export async function refundInstruction(work: Work, keys: MasterKey, refundId: number): Promise<RefundInstruction> {
  const refund = await lockRefund(work, refundId);
  if (refund.state !== 'approved' || refund.payeeCipher === null) {
    throw new CheongsanError('CONFLICT', `Refund ${refund.number} is ${refund.state}; it is not to be paid.`);
  }
  const origin = originOf(refund);
  await assertNotBeingCancelled(work, refund);
  await assertPayeeCertain(work, origin);
  const payee = openPayee(await payeeKey(work.tx, keys, origin), refund.number, refund.payeeCipher);
  await logView(work, refund);
  return { number: refund.number, amountKrw: Won.of(refund.amountKrw), payee };
}

/** In the taxpayer's own chain, as every view of what is his; a payer who is no person of ours has none. */
async function logView(work: Work, { id, caseId }: Refund): Promise<void> {
  const owner = caseId === null ? null : await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { personId: true } });
  await appendAudit(work, {
    stream: owner === null ? 'system' : `person:${owner.personId}`,
    action: 'refund.payee_viewed',
    subject: `refund:${id}`,
    payload: { purpose: 'refund.pay' },
  });
}
