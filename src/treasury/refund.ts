import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPerson } from '../person/read.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { refundNumber } from './bank-reference.ts';
import { owedBack, type RefundOrigin } from './refund-origin.ts';
import { assertPayeeCertain, isHeldBy, parsePayee, type RefundPayee } from './refund-payee.ts';
import { askForRefund, assertNoLiveRefund, type RequestedRefund } from './refund-request.ts';

export interface RefundRequest {
  readonly caseId: number;
  readonly payee: RefundPayee;
  readonly reason: string;
}

/**
 * Asks for leave to pay the whole surplus of a case to the taxpayer's own account. Errors: `REFUND_PAYEE_DIFFERS` when the account
 * is held under another name, `CONFLICT` when nothing is owed back, a refund runs already or a stay leaves it open who is to be
 * paid, `INPUT_INVALID`, `PERSON_ERASED`, those of `requestApproval`.
 */
export async function requestRefund(work: Work, keys: MasterKey, request: RefundRequest): Promise<RequestedRefund> {
  const payee = parsePayee(request.payee);
  const { id: caseId, number: caseNumber, personId } = await lockCase(work, request.caseId);
  const origin: RefundOrigin = { kind: 'surplus', caseId };
  await assertNoLiveRefund(work, origin);
  await assertPayeeCertain(work, origin);
  const taxpayer = await readPerson(work, keys, personId, 'refund.payee');
  if (!isHeldBy(payee, taxpayer.name)) {
    throw new CheongsanError(
      'REFUND_PAYEE_DIFFERS',
      `The account given for case ${caseNumber} is not held by the taxpayer; a surplus is paid to him alone (LTCA 99(3)).`,
    );
  }
  const amount = await owedBack(work.tx, origin);
  if (!amount.isPositive()) throw new CheongsanError('CONFLICT', `Nothing is owed back in case ${caseNumber}.`);
  const ordinal = (await work.tx.refund.count({ where: { caseId } })) + 1;
  return askForRefund(work, keys, {
    origin,
    row: { number: refundNumber(caseNumber, ordinal) },
    amount,
    payee,
    summary: `잔여금 ${amount.toString()}원 환급 (사건 ${caseNumber})`,
    reason: request.reason,
  });
}
