import type { Work } from '../database/work.ts';
import { settleIntent } from '../intent/intent.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { reverse } from '../ledger/post.ts';
import { readVenueAccount } from '../venue/account.ts';
import { postWithdrawalReceived } from './withdrawal-posting.ts';
import { auditWithdrawal, type WithdrawalWithShares } from './withdrawal-row.ts';

/** What a line of the bank statement says of a withdrawal. */
export interface WithdrawalReceipt {
  readonly bankLineId: number;
  readonly occurredOn: CivilDate;
}

/** The bank statement shows a confirmed withdrawal, to the won. Cases and account must be locked. Returns the entry. */
export async function receiveWithdrawal(work: Work, withdrawal: WithdrawalWithShares, receipt: WithdrawalReceipt): Promise<bigint> {
  if (withdrawal.state !== 'confirmed' || withdrawal.intentId === null) {
    throw new CheongsanError('CONFLICT', `Withdrawal ${withdrawal.number} is ${withdrawal.state} and not on its way to the bank.`);
  }
  const { venueCode: venue } = await readVenueAccount(work.tx, withdrawal.venueAccountId);
  const posted = await postWithdrawalReceived(work, withdrawal, { venue, occurredOn: receipt.occurredOn });
  await settleIntent(work, withdrawal.intentId, 'settled', { bankLine: receipt.bankLineId });
  await work.tx.wonWithdrawal.update({
    where: { id: withdrawal.id },
    data: {
      state: 'received',
      receivedOn: dayToColumn(receipt.occurredOn),
      bankLineId: receipt.bankLineId,
      receivedEntryId: posted.entryId,
    },
  });
  await auditWithdrawal(work, withdrawal, 'received', { bankLine: receipt.bankLineId, receivedOn: receipt.occurredOn }, posted.digest);
  return posted.entryId;
}

/**
 * A withdrawal that had no effect: never sent, or failed at the venue. What was booked for it is reversed, once; its cases may be
 * withdrawn for anew. The withdrawal must be locked. Error: `CONFLICT` when it is received or over.
 */
export async function failLockedWithdrawal(work: Work, withdrawal: WithdrawalWithShares, reason: string): Promise<void> {
  if ((withdrawal.state !== 'approved' && withdrawal.state !== 'confirmed') || withdrawal.intentId === null) {
    throw new CheongsanError('CONFLICT', `Withdrawal ${withdrawal.number} is ${withdrawal.state}; it cannot fail any more.`);
  }
  const reversal =
    withdrawal.sentEntryId === null
      ? undefined
      : await reverse(work, {
          key: `withdrawal:${withdrawal.id}:failed`,
          entryId: withdrawal.sentEntryId,
          occurredOn: seoulDay(work.at),
          memo: '',
        });
  await settleIntent(work, withdrawal.intentId, reversal === undefined ? 'dead' : 'settled', { failed: reason });
  await work.tx.wonWithdrawal.update({ where: { id: withdrawal.id }, data: { state: 'failed', endReason: reason } });
  await auditWithdrawal(work, withdrawal, 'failed', { reason }, reversal?.digest);
}
