import type { Work } from '../database/work.ts';

/**
 * Why a request for approval is over although nobody has carried it out: `expired`, `withdrawn` or `rejected`; undefined while it
 * may still be decided or was approved.
 */
export async function lapseOf(work: Work, approvalId: number | null): Promise<string | undefined> {
  if (approvalId === null) return undefined;
  const { state, expiresAt } = await work.tx.approval.findUniqueOrThrow({ where: { id: approvalId } });
  if (state === 'approved') return undefined;
  if (state === 'pending') return expiresAt <= work.at ? 'expired' : undefined;
  return state;
}
