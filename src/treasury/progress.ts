import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';
import { draftLocked, draftNeedsReason } from './distribution-draft.ts';
import { readMoneyState } from './distribution-money.ts';

/**
 * Looks at the money of a locked case whose sale is over: once all of it is at the bank the draft of its distribution is filed; a case that
 * brought nothing is settled without one. Does nothing when nothing is to be done.
 */
export async function progressCase(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const { id: caseId, phase } = seizureCase;
  if (phase !== 'sale_done' && phase !== 'distributing' && phase !== 'settled') return;
  const standing = await work.tx.distribution.count({ where: { caseId, state: 'drafted' } });
  if (standing > 0) return;
  const { isUnderWay, undistributed } = await readMoneyState(work.tx, seizureCase);
  if (isUnderWay) return;
  if (undistributed.isPositive()) return fileOrAsk(work, seizureCase);
  if (phase !== 'settled') await moveCase(work, caseId, [phase], 'settled', { reason: 'nothing_to_distribute' });
}

/** The law's first limit may have passed while the money was on its way; why it is put off is a person's to say. */
async function fileOrAsk(work: Work, seizureCase: CaseWithParts): Promise<void> {
  const { id: caseId } = seizureCase;
  if (!(await draftNeedsReason(work, caseId))) {
    await draftLocked(work, seizureCase);
    return;
  }
  await raiseAlert(work, {
    code: 'distribution_needs_reason',
    severity: 'critical',
    subject: `case:${caseId}`,
    text: '매각대금을 받은 날부터 30일 안에 배분할 수 없습니다. 연기하는 사유를 적어 배분계산서를 작성하세요.',
    facts: { case: caseId },
  });
}
