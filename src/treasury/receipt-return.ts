import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { dayFromColumn, seoulDay, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { nextRowId } from '../venue/next-row-id.ts';
import { openCounterpart } from './bank-counterpart.ts';
import { receiptRefundNumber } from './bank-reference.ts';
import { owedBack, type RefundOrigin } from './refund-origin.ts';
import { isHeldBy, parsePayee, type RefundPayee } from './refund-payee.ts';
import { askForRefund, assertNoLiveRefund, type RequestedRefund } from './refund-request.ts';

export interface ReceiptReturnRequest {
  readonly bankLineId: number;
  /** The account of whoever paid it. */
  readonly payee: RefundPayee;
  readonly reason: string;
}

/**
 * Asks for leave to send an unidentified receipt, all of it, back to whoever paid it. From now on the line cannot be matched to
 * anything else until the request is rejected, lapses or is cancelled. Banks shorten names, so an account under another name than
 * the bank wrote beside the receipt is not refused, but the approver is told. Errors: `CONFLICT` for a line that is matched, went
 * out or goes back already, `NOT_FOUND`, `INPUT_INVALID`, those of `requestApproval`.
 */
export async function requestReceiptReturn(work: Work, keys: MasterKey, request: ReceiptReturnRequest): Promise<RequestedRefund> {
  const payee = parsePayee(request.payee);
  const { bankLineId } = request;
  await lockRows(work, 'bank_line', [bankLineId]);
  const line = await work.tx.bankLine.findUniqueOrThrow({ where: { id: bankLineId } });
  if (line.direction !== 'in' || line.state !== 'unmatched') {
    const state = line.matchedTo === null ? `an unmatched line that went ${line.direction}` : `matched to ${line.matchedTo}`;
    throw new CheongsanError('CONFLICT', `Bank line ${bankLineId} is ${state}; only an unidentified receipt goes back to whoever paid it.`);
  }
  const origin: RefundOrigin = { kind: 'receipt', bankLineId };
  await assertNoLiveRefund(work, origin);
  const amount = await owedBack(work.tx, origin);
  const id = await nextRowId(work.tx, 'refund');
  const isAsWritten = isHeldBy(payee, openCounterpart(keys, line).counterpart);
  return askForRefund(work, keys, {
    origin,
    row: { id, number: receiptRefundNumber(id, yearOf(seoulDay(work.at))) },
    amount,
    payee,
    summary: `미확인 입금 ${amount.toString()}원 반환 (${dayFromColumn(line.occurredOn)} 입금, 예금주가 은행이 적은 상대방과 ${isAsWritten ? '같음' : '다름'})`,
    reason: request.reason,
  });
}
