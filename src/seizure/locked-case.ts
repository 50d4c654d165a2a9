import type { CaseBill, Holding, SeizureCase } from '../database/generated/client.ts';
import { lockRows, lockTaxpayersOf } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

export type CaseWithParts = SeizureCase & { readonly bills: readonly CaseBill[]; readonly holdings: readonly Holding[] };

/**
 * Locks the taxpayers of these cases and the cases themselves, in that order, and reads the cases with bills and holdings, ids
 * ascending. Error: `NOT_FOUND`.
 */
export async function lockCases(work: Work, caseIds: readonly number[]): Promise<CaseWithParts[]> {
  const wanted = [...new Set(caseIds)];
  await lockTaxpayersOf(work, wanted);
  await lockRows(work, 'seizure_case', wanted);
  return work.tx.seizureCase.findMany({
    where: { id: { in: wanted } },
    include: { bills: { orderBy: { billId: 'asc' } }, holdings: { orderBy: { id: 'asc' } } },
    orderBy: { id: 'asc' },
  });
}

export async function lockCase(work: Work, caseId: number): Promise<CaseWithParts> {
  const [found] = await lockCases(work, [caseId]);
  if (found === undefined) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
  return found;
}
