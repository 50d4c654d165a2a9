import { CheongsanError } from '../kernel/errors.ts';
import { Prisma } from './generated/client.ts';
import type { Work } from './work.ts';

/** The one order in which rows are locked, so that no two units of work can wait for each other in a circle. */
const LOCK_ORDER = ['person', 'seizure_case', 'holding', 'venue_account', 'bank_line'] as const;
export type Lockable = (typeof LOCK_ORDER)[number];

interface Held {
  /** Rank of the last kind that was locked. */
  rank: number;
  readonly rows: Set<string>;
}

const heldBy = new WeakMap<object, Held>();

/**
 * Locks rows of one kind, ids ascending, until the end of the unit of work; rows it has locked already cost nothing. Kinds are
 * locked in the order taxpayer, case, holding, account, bank line; going back in that order is a defect of the caller and is refused. Error:
 * `NOT_FOUND` for a missing row.
 */
export async function lockRows(work: Work, kind: Lockable, ids: readonly number[]): Promise<void> {
  const held = heldBy.get(work.tx) ?? { rank: 0, rows: new Set() };
  heldBy.set(work.tx, held);
  const wanted = [...new Set(ids)].filter((id) => !held.rows.has(`${kind}:${id}`)).sort((a, b) => a - b);
  if (wanted.length === 0) return;
  const rank = LOCK_ORDER.indexOf(kind);
  if (rank < held.rank) {
    throw new CheongsanError('INTERNAL', `Locks are taken in the order ${LOCK_ORDER.join(', ')}; ${kind} came too late.`);
  }
  held.rank = rank;
  const rows = await work.tx.$queryRaw<{ id: number }[]>(
    Prisma.sql`SELECT id FROM ${Prisma.raw(kind)} WHERE id = ANY (${wanted}) ORDER BY id FOR NO KEY UPDATE`,
  );
  const found = new Set(rows.map((row) => row.id));
  const missing = wanted.filter((id) => !found.has(id));
  if (missing.length > 0) throw new CheongsanError('NOT_FOUND', `There is no ${kind.replace('_', ' ')} ${missing.join(', ')}.`);
  for (const id of wanted) held.rows.add(`${kind}:${id}`);
}
