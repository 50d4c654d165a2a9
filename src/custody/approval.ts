import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { applyTransferApproval, TRANSFER_SUBJECT } from './return.ts';
import { applyShortage, SHORTAGE_SUBJECT } from './shortage.ts';

/** Carries out decided approvals of kind `coin_transfer`: coins to be sent, and coins that will not come. */
export async function applyCustodyApprovals(work: Work, approvals: readonly Approval[]): Promise<void> {
  const strange = approvals.find(({ subjectType }) => subjectType !== TRANSFER_SUBJECT && subjectType !== SHORTAGE_SUBJECT);
  if (strange !== undefined) {
    throw new CheongsanError('INTERNAL', `Custody has nothing to do for an approval about ${strange.subjectType}.`);
  }
  const shortages = approvals.filter(({ subjectType, state }) => subjectType === SHORTAGE_SUBJECT && state === 'approved');
  await lockHoldings(
    work,
    shortages.map(({ subjectId }) => subjectId),
  );
  for (const approval of shortages) await applyShortage(work, approval);
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
