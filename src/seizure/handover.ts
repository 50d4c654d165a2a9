import { appendAudit } from '../audit/append.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { lockCases } from './locked-case.ts';
import { ENDED_PHASES } from './phase-table.ts';

/**
 * Hands cases over to another official, with a reason free of personal data; the history stays. Errors: `INPUT_INVALID` for an
 * official who is not active or carries none of the collection work, `PHASE_WRONG` when a case is over, `NOT_FOUND`.
 */
export async function handOverCases(
  work: Work,
  handover: { readonly caseIds: readonly number[]; readonly toId: number; readonly reason: string },
): Promise<void> {
  const reason = handover.reason.trim();
  if (reason === '') throw new CheongsanError('INPUT_INVALID', 'A handover needs a reason.');
  const officer = await work.tx.userAccount.findUnique({ where: { id: handover.toId }, select: { active: true, roles: true } });
  if (officer?.active !== true || !officer.roles.includes('collection_officer')) {
    throw new CheongsanError('INPUT_INVALID', `User ${handover.toId} is no active collection officer; cases go to one.`);
  }
  for (const seizureCase of await lockCases(work, handover.caseIds)) {
    if (ENDED_PHASES.some((phase) => phase === seizureCase.phase)) {
      throw new CheongsanError('PHASE_WRONG', `Case ${seizureCase.number} is ${seizureCase.phase}; nothing in it is left to hand over.`);
    }
    if (seizureCase.officerId === handover.toId) continue;
    await work.tx.seizureCase.update({ where: { id: seizureCase.id }, data: { officerId: handover.toId } });
    await work.tx.caseHandover.create({
      data: { caseId: seizureCase.id, fromId: seizureCase.officerId, toId: handover.toId, reason, createdAt: work.at },
    });
    await appendAudit(work, {
      stream: `case:${seizureCase.id}`,
      action: 'case.handed_over',
      subject: `case:${seizureCase.id}`,
      before: { officer: seizureCase.officerId },
      after: { officer: handover.toId },
      payload: { from: seizureCase.officerId, to: handover.toId, reason },
    });
  }
}
