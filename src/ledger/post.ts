import { actorText, type Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Entry } from './entry.ts';

export interface Posted {
  readonly entryId: bigint;
  readonly digest: string;
  /** True when this key had been posted before with the same input; nothing was booked again. */
  readonly replayed: boolean;
}

/** What a fact from outside left unexplained: the account lacked this much and was brought back to zero. */
export interface Spill {
  readonly chart: string;
  readonly asset: string;
  readonly subject: string;
  readonly amount: string;
}

interface PostedRow {
  entry_position: number;
  entry_id: bigint;
  entry_digest: string;
  replayed: boolean;
  spilled: Spill[] | null;
}

/**
 * Posts one entry in one statement. Errors: `LEDGER_OVERDRAFT`, `LEDGER_KEY_CONFLICT` (same key, other input),
 * `LEDGER_UNBALANCED`, `LEDGER_UNKNOWN_ACCOUNT`; after any of them the unit of work is lost.
 */
export async function post(work: Work, posting: Entry): Promise<Posted> {
  return first(await call(work, [posting], null));
}

/**
 * Posts many entries in one statement, with the same outcome as one after another; the answers stand in their order. All or none.
 * Errors as for `post`.
 */
export async function postMany(work: Work, postings: readonly Entry[]): Promise<Posted[]> {
  if (postings.length === 0) return [];
  return (await call(work, postings, null)).map(toPosted);
}

/**
 * Books what has happened outside, whatever our books think of it. What a guarded account lacks is booked against
 * *unexplained* at `place` (`account:ID`), and returned, so that the caller freezes that account and asset (invariant 4).
 */
export async function postFact(work: Work, posting: Entry, place: string): Promise<Posted & { readonly spilled: readonly Spill[] }> {
  const rows = await call(work, [posting], place);
  return { ...first(rows), spilled: rows[0]?.spilled ?? [] };
}

/** Books the exact opposite of an entry. An entry is reversed once: `LEDGER_REVERSED_ALREADY`. */
export async function reverse(
  work: Work,
  reversal: { key: string; entryId: bigint; occurredOn: CivilDate; memo: string },
): Promise<Posted> {
  const rows = await work.tx.$queryRaw<Omit<PostedRow, 'entry_position' | 'spilled'>[]>`
    SELECT entry_id, entry_digest, replayed
      FROM ledger_reverse(${reversal.key}, ${reversal.entryId}, ${reversal.occurredOn}::date, ${work.at}, ${actorText(work.actor)}, ${reversal.memo})`;
  const row = rows[0];
  if (row === undefined) throw new CheongsanError('INTERNAL', `The reversal of entry ${reversal.entryId} gave no answer.`);
  return { entryId: row.entry_id, digest: row.entry_digest, replayed: row.replayed };
}

function call(work: Work, postings: readonly Entry[], spillPlace: string | null): Promise<PostedRow[]> {
  const lines = postings.flatMap((posting, index) => posting.lines.map((line) => ({ ...line, position: index + 1 })));
  return work.tx.$queryRaw<PostedRow[]>`
    SELECT * FROM ledger_post(
      ${postings.map((posting) => posting.key)}::text[], ${postings.map((posting) => posting.kind)}::text[],
      ${postings.map((posting) => posting.occurredOn)}::date[], ${postings.map((posting) => posting.cause)}::text[],
      ${postings.map((posting) => posting.memo)}::text[], ${work.at}, ${actorText(work.actor)}, ${spillPlace},
      ${lines.map((line) => line.position)}::int[], ${lines.map((line) => line.chart)}::text[], ${lines.map((line) => line.asset)}::text[],
      ${lines.map((line) => line.subject)}::text[], ${lines.map((line) => line.place)}::text[], ${lines.map((line) => line.amount)}::numeric[])`;
}

function toPosted(row: PostedRow): Posted {
  return { entryId: row.entry_id, digest: row.entry_digest, replayed: row.replayed };
}

function first(rows: readonly PostedRow[]): Posted {
  const row = rows[0];
  if (row === undefined) throw new CheongsanError('INTERNAL', 'The ledger gave no answer to a posting.');
  return toPosted(row);
}
