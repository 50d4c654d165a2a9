import { appendAudit } from '../audit/append.ts';
import type { RightHolderKind } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { lockCase } from './locked-case.ts';
import { ENDED_PHASES } from './phase-table.ts';

/**
 * Puts somebody with a right in the seized coins on the case: owner of collateral, pledgee, or other. Everyone on it is told before
 * a sale (LTCA 71(3), LTCA-D 70), so a new one keeps the sale closed until he has been served. Registered again he stays as he is.
 * Errors: `PHASE_WRONG` when the case is over, `CONFLICT` when he is on it as something else or is the delinquent, `NOT_FOUND`.
 */
export async function registerRightHolder(
  work: Work,
  holder: { readonly caseId: number; readonly personId: number; readonly kind: RightHolderKind },
): Promise<void> {
  const seizureCase = await lockCase(work, holder.caseId);
  if (ENDED_PHASES.some((phase) => phase === seizureCase.phase)) {
    throw new CheongsanError('PHASE_WRONG', `Case ${seizureCase.number} is ${seizureCase.phase}; nobody is told about it any more.`);
  }
  if (seizureCase.personId === holder.personId) {
    throw new CheongsanError('CONFLICT', `Person ${holder.personId} is the delinquent of case ${seizureCase.number} himself.`);
  }
  const person = await work.tx.person.findUnique({ where: { id: holder.personId }, select: { id: true } });
  if (person === null) throw new CheongsanError('NOT_FOUND', `There is no person ${holder.personId}.`);
  const { caseId, personId, kind } = holder;
  const before = await work.tx.rightHolder.findUnique({ where: { caseId_personId: { caseId, personId } } });
  if (before !== null) {
    if (before.kind === kind) return;
    throw new CheongsanError('CONFLICT', `Person ${personId} is on case ${seizureCase.number} as ${before.kind} already.`);
  }
  const { id } = await work.tx.rightHolder.create({ data: { caseId, personId, kind, createdAt: work.at } });
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'right_holder.registered',
    subject: `right_holder:${id}`,
    payload: { person: personId, kind },
  });
  work.ring('cases', caseId);
}
