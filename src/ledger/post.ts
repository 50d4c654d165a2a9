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

interface PostedFact extends Posted {
  readonly spilled: readonly Spill[];
}

/**
 * Posts one entry in one statement. Errors: `LEDGER_OVERDRAFT`, `LEDGER_KEY_CONFLICT` (same key, other input),
 * `LEDGER_UNBALANCED`, `LEDGER_UNKNOWN_ACCOUNT`; after any of them the unit of work is lost.
 */
export async function post(work: Work, posting: Entry): Promise<Posted> {
  const { lines } = posting;
  const rows = await work.tx.$queryRaw<PostedRow[]>`
    SELECT entry_id, entry_digest, replayed FROM ledger_post(
      ${posting.key}, ${posting.kind}, ${posting.occurredOn}::date, ${posting.cause}, ${posting.memo}, ${work.at}, ${actorText(work.actor)},
      NULL, ${lines.map((line) => line.chart)}::text[], ${lines.map((line) => line.asset)}::text[],
      ${lines.map((line) => line.subject)}::text[], ${lines.map((line) => line.place)}::text[], ${lines.map((line) => line.amount)}::numeric[])`;
  return toPosted(answered(rows[0]));
}

/**
 * Books what has happened outside, whatever our books think of it. What a guarded account lacks is booked against
 * *unexplained* at `place` (`account:ID`), and returned, so that the caller freezes that account and asset (invariant 4).
 */
export async function postFact(work: Work, posting: Entry, place: string): Promise<PostedFact> {
  const [posted] = await postFacts(work, [posting], place);
  return answered(posted);
}

/** Books facts in one statement, each as `postFact` does, one after another; the answers stand in their order. */
export async function postFacts(work: Work, postings: readonly Entry[], place: string): Promise<PostedFact[]> {
  if (postings.length === 0) return [];
  const { heads, lines } = columnsOf(postings);
  const rows = await work.tx.$queryRaw<(PostedRow & { spilled: Spill[] | null })[]>`
    SELECT * FROM ledger_post_facts(
      ${heads.keys}::text[], ${heads.kinds}::text[], ${heads.days}::date[], ${heads.causes}::text[], ${heads.memos}::text[],
      ${work.at}, ${actorText(work.actor)}, ${place},
      ${lines.positions}::int[], ${lines.charts}::text[], ${lines.assets}::text[], ${lines.subjects}::text[], ${lines.places}::text[],
      ${lines.amounts}::numeric[])`;
  return rows.map((row) => ({ ...toPosted(row), spilled: row.spilled ?? [] }));
}

/**
 * Posts many entries in one statement, with the same outcome as one after another; the answers stand in their order. All or none.
 * Errors as for `post`.
 */
export async function postMany(work: Work, postings: readonly Entry[]): Promise<Posted[]> {
  if (postings.length === 0) return [];
  const { heads, lines } = columnsOf(postings);
  const rows = await work.tx.$queryRaw<PostedRow[]>`
    SELECT * FROM ledger_post_many(
      ${heads.keys}::text[], ${heads.kinds}::text[], ${heads.days}::date[], ${heads.causes}::text[], ${heads.memos}::text[],
      ${work.at}, ${actorText(work.actor)},
      ${lines.positions}::int[], ${lines.charts}::text[], ${lines.assets}::text[], ${lines.subjects}::text[], ${lines.places}::text[],
      ${lines.amounts}::numeric[])`;
  return rows.map(toPosted);
}

/** Entries as the columns that the ledger's functions take; lines name their entry by position, from 1. */
function columnsOf(postings: readonly Entry[]) {
  const lines = postings.flatMap((posting, index) => posting.lines.map((line) => ({ ...line, position: index + 1 })));
  return {
    heads: {
      keys: postings.map(({ key }) => key),
      kinds: postings.map(({ kind }) => kind),
      days: postings.map(({ occurredOn }) => occurredOn),
      causes: postings.map(({ cause }) => cause),
      memos: postings.map(({ memo }) => memo),
    },
    lines: {
      positions: lines.map(({ position }) => position),
      charts: lines.map(({ chart }) => chart),
      assets: lines.map(({ asset }) => asset),
      subjects: lines.map(({ subject }) => subject),
      places: lines.map(({ place }) => place),
      amounts: lines.map(({ amount }) => amount),
    },
  };
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
