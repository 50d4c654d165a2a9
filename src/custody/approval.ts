import type { Approval } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { applyTransferApproval, TRANSFER_SUBJECT } from './return.ts';
import { applyShortage, SHORTAGE_SUBJECT } from './shortage.ts';

/** Carries out a decided approval of kind `coin_transfer`: coins to be sent, or coins that will not come. */
export async function applyCustodyApproval(work: Work, approval: Approval): Promise<void> {
  if (approval.subjectType === TRANSFER_SUBJECT) return applyTransferApproval(work, approval);
  if (approval.subjectType !== SHORTAGE_SUBJECT) {
    throw new CheongsanError('INTERNAL', `Custody has nothing to do for an approval about ${approval.subjectType}.`);
  }
  if (approval.state === 'approved') await applyShortage(work, approval);
}
