import { CheongsanError } from '../kernel/errors.ts';
import { Prisma } from './generated/client.ts';
import type { Work } from './work.ts';

/** The one order in which rows are locked, so that no two units of work can wait for each other in a circle. */
const LOCK_ORDER = ['person', 'seizure_case', 'holding', 'venue_account'] as const;
export type Lockable = (typeof LOCK_ORDER)[number];

const highestLocked = new WeakMap<object, number>();

/**
 * Locks rows of one kind, ids ascending, until the end of the unit of work. Kinds are locked in the order taxpayer, case,
 * holding, account; going back in that order is a defect of the caller and is refused. Error: `NOT_FOUND` for a missing row.
 */
export async function lockRows(work: Work, kind: Lockable, ids: readonly number[]): Promise<void> {
  const rank = LOCK_ORDER.indexOf(kind);
  if (rank < (highestLocked.get(work.tx) ?? 0)) {
    throw new CheongsanError('INTERNAL', `Locks are taken in the order ${LOCK_ORDER.join(', ')}; ${kind} came too late.`);
  }
  highestLocked.set(work.tx, rank);
  const wanted = [...new Set(ids)].sort((a, b) => a - b);
  const rows = await work.tx.$queryRaw<{ id: number }[]>(
    Prisma.sql`SELECT id FROM ${Prisma.raw(kind)} WHERE id = ANY (${wanted}) ORDER BY id FOR NO KEY UPDATE`,
  );
  if (rows.length !== wanted.length) {
    const found = new Set(rows.map((row) => row.id));
    const missing = wanted.filter((id) => !found.has(id));
    throw new CheongsanError('NOT_FOUND', `There is no ${kind.replace('_', ' ')} ${missing.join(', ')}.`);
  }
}
