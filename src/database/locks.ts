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
  const held = heldIn(work);
  const wanted = [...new Set(ids)].filter((id) => !held.rows.has(`${kind}:${id}`)).sort((a, b) => a - b);
  if (wanted.length === 0) return;
  goOnTo(held, kind);
  const rows = await work.tx.$queryRaw<{ id: number }[]>(
    Prisma.sql`SELECT id FROM ${Prisma.raw(kind)} WHERE id = ANY (${wanted}) ORDER BY id FOR NO KEY UPDATE`,
  );
  const found = new Set(rows.map((row) => row.id));
  const missing = wanted.filter((id) => !found.has(id));
  if (missing.length > 0) throw new CheongsanError('NOT_FOUND', `There is no ${kind.replace('_', ' ')} ${missing.join(', ')}.`);
  for (const id of wanted) held.rows.add(`${kind}:${id}`);
}

/**
 * Locks the taxpayers of these cases, as `lockRows` does, without asking first who they are; one who turns out to come too late is refused
 * then. A case that is not there has none.
 */
export async function lockTaxpayersOf(work: Work, caseIds: readonly number[]): Promise<void> {
  const held = heldIn(work);
  const wanted = [...new Set(caseIds)].filter((id) => !held.rows.has(taxpayerOf(id)));
  if (wanted.length === 0) return;
  const rows = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM person WHERE id IN (SELECT person_id FROM seizure_case WHERE id = ANY (${wanted})) ORDER BY id FOR NO KEY UPDATE`;
  const locked = rows.map(({ id }) => `person:${id}`);
  if (locked.some((row) => !held.rows.has(row))) goOnTo(held, 'person');
  for (const row of [...locked, ...wanted.map(taxpayerOf)]) held.rows.add(row);
}

/** Stands among the rows for whoever it is. */
function taxpayerOf(caseId: number): string {
  return `person of seizure_case:${caseId}`;
}

function heldIn({ tx }: Work): Held {
  const held = heldBy.get(tx) ?? { rank: 0, rows: new Set() };
  heldBy.set(tx, held);
  return held;
}

/** Error: `INTERNAL` when a later kind is locked already. */
function goOnTo(held: Held, kind: Lockable): void {
  const rank = LOCK_ORDER.indexOf(kind);
  if (rank < held.rank) {
    throw new CheongsanError('INTERNAL', `Locks are taken in the order ${LOCK_ORDER.join(', ')}; ${kind} came too late.`);
  }
  held.rank = rank;
}
