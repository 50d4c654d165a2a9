import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';

/** Holds the taxpayers of bills, so that no order is decided on what is about to change. The first lock of a unit of work. */
export async function lockTaxpayers(work: Work, personIds: readonly number[]): Promise<void> {
  if (personIds.length > 0) await lockRows(work, 'person', personIds);
}

/** Rings for every open case that covers one of these bills. */
export async function ringCoveringCases(work: Work, billIds: readonly number[]): Promise<void> {
  const cases = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT c.id FROM case_bill cb JOIN seizure_case c ON c.id = cb.case_id
     WHERE cb.bill_id = ANY (${billIds}::int[]) AND c.closed_at IS NULL ORDER BY c.id`;
  for (const { id } of cases) work.ring('cases', id);
}
