import type { Database } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { coveragePriceMove, coverageReadingDays } from '../policy/definitions/coverage.ts';
import type { DueSource } from '../queue/due.ts';
import { TO_BE_SOLD } from './coverage-inputs.ts';
import { HOUR_MS } from './coverage-market.ts';
import { COVERAGE_PHASES } from './coverage-schedule.ts';

const DAY_MS = 86_400_000;
/** Coverage is a matter of days: looking every second would cost more than it finds. */
const LOOK_MS = 60_000;
/** Readings that are only due by the calendar are spread, the longest unread first: so many a look are 14,400 a day. */
const REGULAR_MAX = 10;
/** A price that has moved is news. */
const MOVED_MAX = 200;
const PHASES: readonly string[] = COVERAGE_PHASES;
const STATES: readonly string[] = TO_BE_SOLD;

/**
 * One of the cases with coins to sell of which no reading is as young as the policy wants, and one of those of which the price of a coin
 * has moved by more than it allows since the last reading: the answer to its ring reads the others. Prices are looked at once for every
 * hour that is recorded, and again as long as one has moved: what an answer left unread when it was killed is found at the next look. A
 * regular poll is no appointment, so nothing waits for it.
 */
export function coverageDueSource(database: Database): DueSource {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let unmovedHour = Number.NEGATIVE_INFINITY;
  return {
    queue: 'coverage',
    async due(now) {
      if (Math.abs(now.getTime() - lookedAtMs) < LOOK_MS) return [];
      const limits = await limitsAt(database, now);
      const hour = Math.floor(now.getTime() / HOUR_MS);
      const news = hour === unmovedHour ? [] : await moved(database, limits, { atMost: 1 });
      const regular = await unread(database, limits, { atMost: 1 });
      lookedAtMs = now.getTime();
      if (news.length === 0) unmovedHour = hour;
      return [...new Set([...news, ...regular])];
    },
  };
}

/**
 * The cases that the answer to the ring of one of them reads: itself first, and with one of which a price has moved all such cases, with
 * any other those that are longest unread. One whose own answer has failed is read alone, and by no other's answer.
 */
export async function casesReadWith(database: Database, caseId: number): Promise<number[]> {
  const failing = await database.read.doorbell.count({ where: { queue: 'coverage', rowId: caseId, failures: { gt: 0 } } });
  if (failing > 0) return [caseId];
  const limits = await limitsAt(database, database.clock.now());
  const isNews = (await moved(database, limits, { atMost: 1, caseId })).length > 0;
  const others = isNews ? await moved(database, limits, { atMost: MOVED_MAX }) : await unread(database, limits, { atMost: REGULAR_MAX });
  return [...new Set([caseId, ...others])];
}

interface Limits {
  readonly now: Date;
  /** A reading as old as this is too old. */
  readonly unreadSince: Date;
  /** And one that could tell nothing as old as this: a price may have come. */
  readonly unknownSince: Date;
  /** A price that moves by so much is news. */
  readonly move: string;
}

async function limitsAt(database: Database, now: Date): Promise<Limits> {
  const policy = await readPolicy(database.read);
  const today = seoulDay(now);
  const unreadSince = new Date(now.getTime() - policy.get(coverageReadingDays, today) * DAY_MS);
  return { now, unreadSince, unknownSince: new Date(now.getTime() - HOUR_MS), move: policy.get(coveragePriceMove, today).toString() };
}

/** The longest unread first. */
async function unread(
  database: Database,
  { unreadSince, unknownSince }: Limits,
  { atMost }: { readonly atMost: number },
): Promise<number[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c
      LEFT JOIN LATERAL (SELECT r.read_at, r.standing FROM coverage_reading r WHERE r.case_id = c.id ORDER BY r.id DESC LIMIT 1) last ON true
     WHERE c.phase::text = ANY (${PHASES}::text[])
       AND (last.read_at IS NULL OR last.read_at <= CASE last.standing WHEN 'unknown' THEN ${unknownSince}::timestamptz ELSE ${unreadSince} END)
       AND EXISTS (SELECT 1 FROM holding h WHERE h.case_id = c.id AND h.state::text = ANY (${STATES}::text[]))
       AND NOT EXISTS (SELECT 1 FROM doorbell d WHERE d.queue = 'coverage' AND d.row_id = c.id AND d.failures > 0)
     ORDER BY last.read_at NULLS FIRST, c.id LIMIT ${atMost}`;
  return rows.map(({ id }) => id);
}

/** By the closes of the last whole hour, now and when the last reading was taken. Restricted to one case when given. */
async function moved(
  database: Database,
  { now, move }: Limits,
  { atMost, caseId }: { readonly atMost: number; readonly caseId?: number },
): Promise<number[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT c.id FROM seizure_case c
      JOIN holding h ON h.case_id = c.id AND h.state::text = ANY (${STATES}::text[])
      CROSS JOIN LATERAL (SELECT r.read_at FROM coverage_reading r WHERE r.case_id = c.id ORDER BY r.id DESC LIMIT 1) last
      CROSS JOIN LATERAL (
        SELECT k.close FROM candle k
         WHERE k.venue_code = c.venue_code AND k.asset = h.asset AND k.bar_ms = ${HOUR_MS} AND k.start_at <= last.read_at - interval '1 hour'
         ORDER BY k.start_at DESC LIMIT 1) known
      CROSS JOIN LATERAL (
        SELECT k.close FROM candle k
         WHERE k.venue_code = c.venue_code AND k.asset = h.asset AND k.bar_ms = ${HOUR_MS} AND k.start_at <= ${now}::timestamptz - interval '1 hour'
         ORDER BY k.start_at DESC LIMIT 1) present
     WHERE c.phase::text = ANY (${PHASES}::text[]) AND abs(present.close / known.close - 1) >= ${move}::float8
       AND (${caseId ?? null}::int IS NULL OR c.id = ${caseId ?? null}::int)
       AND NOT EXISTS (SELECT 1 FROM doorbell d WHERE d.queue = 'coverage' AND d.row_id = c.id AND d.failures > 0)
     ORDER BY c.id LIMIT ${atMost}`;
  return rows.map(({ id }) => id);
}
