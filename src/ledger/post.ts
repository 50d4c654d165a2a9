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
  entry_id: bigint;
  entry_digest: string;
  replayed: boolean;
}

interface PostedOne extends PostedRow {
  spilled: Spill[] | null;
}

/**
 * Posts one entry in one statement. Errors: `LEDGER_OVERDRAFT`, `LEDGER_KEY_CONFLICT` (same key, other input),
 * `LEDGER_UNBALANCED`, `LEDGER_UNKNOWN_ACCOUNT`; after any of them the unit of work is lost.
 */
export async function post(work: Work, posting: Entry): Promise<Posted> {
  return toPosted(await postOne(work, posting, null));
}

/**
 * Books what has happened outside, whatever our books think of it. What a guarded account lacks is booked against
 * *unexplained* at `place` (`account:ID`), and returned, so that the caller freezes that account and asset (invariant 4).
 */
export async function postFact(work: Work, posting: Entry, place: string): Promise<Posted & { readonly spilled: readonly Spill[] }> {
  const row = await postOne(work, posting, place);
  return { ...toPosted(row), spilled: row.spilled ?? [] };
}

async function postOne(work: Work, posting: Entry, spillPlace: string | null): Promise<PostedOne> {
  const { lines } = posting;
  const rows = await work.tx.$queryRaw<PostedOne[]>`
    SELECT * FROM ledger_post(
      ${posting.key}, ${posting.kind}, ${posting.occurredOn}::date, ${posting.cause}, ${posting.memo}, ${work.at}, ${actorText(work.actor)},
      ${spillPlace}, ${lines.map((line) => line.chart)}::text[], ${lines.map((line) => line.asset)}::text[],
      ${lines.map((line) => line.subject)}::text[], ${lines.map((line) => line.place)}::text[], ${lines.map((line) => line.amount)}::numeric[])`;
  return answered(rows[0]);
}

/**
 * Posts many entries in one statement, with the same outcome as one after another; the answers stand in their order. All or none.
 * Errors as for `post`.
 */
export async function postMany(work: Work, postings: readonly Entry[]): Promise<Posted[]> {
  if (postings.length === 0) return [];
  const lines = postings.flatMap((posting, index) => posting.lines.map((line) => ({ ...line, position: index + 1 })));
  const rows = await work.tx.$queryRaw<PostedRow[]>`
    SELECT * FROM ledger_post_many(
      ${postings.map((posting) => posting.key)}::text[], ${postings.map((posting) => posting.kind)}::text[],
      ${postings.map((posting) => posting.occurredOn)}::date[], ${postings.map((posting) => posting.cause)}::text[],
      ${postings.map((posting) => posting.memo)}::text[], ${work.at}, ${actorText(work.actor)},
      ${lines.map((line) => line.position)}::int[], ${lines.map((line) => line.chart)}::text[], ${lines.map((line) => line.asset)}::text[],
      ${lines.map((line) => line.subject)}::text[], ${lines.map((line) => line.place)}::text[], ${lines.map((line) => line.amount)}::numeric[])`;
  return rows.map(toPosted);
}

/** Books the exact opposite of an entry. An entry is reversed once: `LEDGER_REVERSED_ALREADY`. */
export async function reverse(
  work: Work,
  reversal: { key: string; entryId: bigint; occurredOn: CivilDate; memo: string },
): Promise<Posted> {
  const rows = await work.tx.$queryRaw<PostedRow[]>`
    SELECT entry_id, entry_digest, replayed
      FROM ledger_reverse(${reversal.key}, ${reversal.entryId}, ${reversal.occurredOn}::date, ${work.at}, ${actorText(work.actor)}, ${reversal.memo})`;
  return toPosted(answered(rows[0]));
}

function toPosted(row: PostedRow): Posted {
  return { entryId: row.entry_id, digest: row.entry_digest, replayed: row.replayed };
}

function answered<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new CheongsanError('INTERNAL', 'The ledger gave no answer to a posting.');
  return row;
}
