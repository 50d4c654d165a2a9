import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';

/** Locks all cases before all holdings, as the order of locks demands. The account comes after them. */
export async function lockHoldings(work: Work, holdingIds: readonly number[]): Promise<void> {
  const holdings = await work.tx.holding.findMany({ where: { id: { in: [...holdingIds] } }, select: { caseId: true } });
  await lockRows(
    work,
    'seizure_case',
    holdings.map(({ caseId }) => caseId),
  );
  await lockRows(work, 'holding', holdingIds);
}
