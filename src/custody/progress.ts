import type { Work } from '../database/work.ts';
import { raiseAlert } from '../intent/alert.ts';
import type { CaseWithParts } from '../seizure/locked-case.ts';
import { moveCase } from '../seizure/phase.ts';

/** States in which something of a holding is still awaited. */
export const AWAITED_STATES = ['proposed', 'seized', 'demanded', 'partly_received'] as const;

/**
 * Moves a locked case whose transfer demand is answered: into custody once every holding of which something was demanded has come or is
 * declared short; what is not demanded of an old seizure stays seized where it lies and is not waited for. When nothing came at all the case is settled, and a person is told to release it, for the release is a letter that an official signs. Does nothing
 * otherwise.
 */
export async function progressCase(work: Work, { id: caseId, number, phase }: CaseWithParts): Promise<void> {
  if (phase !== 'transfer_demanded') return;
  const holdings = await work.tx.holding.findMany({ where: { caseId, demandedQuantity: { gt: 0 } }, select: { state: true } });
  if (holdings.length === 0 || holdings.some(({ state }) => AWAITED_STATES.some((awaited) => awaited === state))) return;
  if (holdings.some(({ state }) => state !== 'released')) {
    await moveCase(work, caseId, ['transfer_demanded'], 'in_custody', { changes: { inCustodyAt: work.at } });
    return;
  }
  await moveCase(work, caseId, ['transfer_demanded'], 'settled', { reason: 'nothing_received' });
  await raiseAlert(work, {
    code: 'nothing_received',
    severity: 'warning',
    subject: `case:${caseId}`,
    text: `사건 ${number}은 이전받은 가상자산이 없습니다. 압류를 해제하거나 다른 재산을 압류하십시오.`,
    facts: { caseId },
  });
}
