import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { amendedTransferId, applyExplanation, EXPLANATION_SUBJECT } from './explained-withdrawal.ts';
import { applyTransferApproval, TRANSFER_SUBJECT } from './return.ts';
import { applyShortage, SHORTAGE_SUBJECT } from './shortage.ts';
import { ADDRESS_SUBJECT, applyAddressApproval } from './withdrawal-address.ts';

const SUBJECTS: readonly string[] = [TRANSFER_SUBJECT, SHORTAGE_SUBJECT, EXPLANATION_SUBJECT, ADDRESS_SUBJECT];

/**
 * Carries out decided approvals of kind `coin_transfer`: addresses to which coins may leave, coins to be sent, coins that will not come,
 * and transfers of which another quantity has left.
 */
export async function applyCustodyApprovals(work: Work, approvals: readonly Approval[]): Promise<void> {
  const strange = approvals.find(({ subjectType }) => !SUBJECTS.includes(subjectType));
  if (strange !== undefined) {
    throw new CheongsanError('INTERNAL', `Custody has nothing to do for an approval about ${strange.subjectType}.`);
  }
  const about = (subject: string) => approvals.filter(({ subjectType, state }) => subjectType === subject && state === 'approved');
  const shortages = about(SHORTAGE_SUBJECT);
  const explanations = about(EXPLANATION_SUBJECT);
  const amended = await work.tx.coinTransfer.findMany({ where: { id: { in: explanations.map(amendedTransferId) } } });
  await lockHoldings(work, [...shortages.map(({ subjectId }) => subjectId), ...amended.flatMap(({ holdingId }) => holdingId ?? [])]);
  const listed = await work.tx.withdrawalAddress.findMany({
    where: { id: { in: approvals.filter(({ subjectType }) => subjectType === ADDRESS_SUBJECT).map(({ subjectId }) => subjectId) } },
  });
  await lockRows(
    work,
    'venue_account',
    [...amended, ...listed].map(({ venueAccountId }) => venueAccountId),
  );
  for (const approval of shortages) await applyShortage(work, approval);
  for (const approval of explanations) await applyExplanation(work, approval);
  for (const approval of approvals) if (approval.subjectType === ADDRESS_SUBJECT) await applyAddressApproval(work, approval);
  for (const approval of approvals) if (approval.subjectType === TRANSFER_SUBJECT) await applyTransferApproval(work, approval);
}

/** All cases before all holdings, as the order of locks demands. */
async function lockHoldings(work: Work, holdingIds: readonly number[]): Promise<void> {
  const holdings = await work.tx.holding.findMany({ where: { id: { in: [...holdingIds] } }, select: { caseId: true } });
  await lockRows(
    work,
    'seizure_case',
    holdings.map(({ caseId }) => caseId),
  );
  await lockRows(work, 'holding', holdingIds);
}
