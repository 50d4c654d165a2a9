import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { amendedTransferId, applyExplanation, EXPLANATION_SUBJECT } from './explained-withdrawal.ts';
import { lockHoldings } from './holding-locks.ts';
import { applyReversal, REVERSAL_SUBJECT, reversedTransferIds } from './match-reversal.ts';
import { applyTransferApproval, TRANSFER_SUBJECT } from './return.ts';
import { applyShortage, SHORTAGE_SUBJECT } from './shortage.ts';
import { applyGivingUp, TEST_SUBJECT } from './test-transfer.ts';
import { applyAddressApproval } from './withdrawal-address.ts';
import { ADDRESS_SUBJECT } from './withdrawal-address-row.ts';

const SUBJECTS: readonly string[] = [
  TRANSFER_SUBJECT,
  SHORTAGE_SUBJECT,
  TEST_SUBJECT,
  EXPLANATION_SUBJECT,
  REVERSAL_SUBJECT,
  ADDRESS_SUBJECT,
];

/**
 * Carries out decided approvals of kind `coin_transfer`: addresses to which coins may leave, coins to be sent, coins that will not come
 * or are not demanded, and transfers of which another quantity has left.
 */
export async function applyCustodyApprovals(work: Work, approvals: readonly Approval[]): Promise<void> {
  const strange = approvals.find(({ subjectType }) => !SUBJECTS.includes(subjectType));
  if (strange !== undefined) {
    throw new CheongsanError('INTERNAL', `Custody has nothing to do for an approval about ${strange.subjectType}.`);
  }
  const about = (subject: string) => approvals.filter(({ subjectType, state }) => subjectType === subject && state === 'approved');
  const shortages = about(SHORTAGE_SUBJECT);
  const givenUp = about(TEST_SUBJECT);
  const tests = await work.tx.testTransfer.findMany({ where: { id: { in: givenUp.map(({ subjectId }) => subjectId) } } });
  const explanations = about(EXPLANATION_SUBJECT);
  const reversals = about(REVERSAL_SUBJECT);
  const changed = [...explanations.map(amendedTransferId), ...reversals.flatMap(reversedTransferIds)];
  const amended = await work.tx.coinTransfer.findMany({ where: { id: { in: changed } } });
  await lockHoldings(work, [
    ...shortages.map(({ subjectId }) => subjectId),
    ...tests.map(({ holdingId }) => holdingId),
    ...amended.flatMap(({ holdingId }) => holdingId ?? []),
  ]);
  const listed = await work.tx.withdrawalAddress.findMany({
    where: { id: { in: approvals.filter(({ subjectType }) => subjectType === ADDRESS_SUBJECT).map(({ subjectId }) => subjectId) } },
  });
  await lockRows(
    work,
    'venue_account',
    [...amended, ...listed].map(({ venueAccountId }) => venueAccountId),
  );
  for (const approval of shortages) await applyShortage(work, approval);
  for (const approval of givenUp) await applyGivingUp(work, approval);
  for (const approval of explanations) await applyExplanation(work, approval);
  for (const approval of reversals) await applyReversal(work, approval);
  for (const approval of approvals) if (approval.subjectType === ADDRESS_SUBJECT) await applyAddressApproval(work, approval);
  for (const approval of approvals) if (approval.subjectType === TRANSFER_SUBJECT) await applyTransferApproval(work, approval);
}
