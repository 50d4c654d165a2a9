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
const REGULAR_MAX = 4;
/** A price that has moved is news. */
const MOVED_MAX = 200;
const PHASES: readonly string[] = COVERAGE_PHASES;
const STATES: readonly string[] = TO_BE_SOLD;

/**
 * Cases with coins to sell of which no reading is as young as the policy wants, and those of which the price of a coin has moved by more
 * than it allows since the last one, which is looked at once for every hour that is recorded. A regular poll is no appointment, so
 * nothing waits for it.
 */
export function coverageDueSource(database: Database): DueSource {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let movesLookedAtHour = Number.NEGATIVE_INFINITY;
  return {
    queue: 'coverage',
    async due(now) {
      if (Math.abs(now.getTime() - lookedAtMs) < LOOK_MS) return [];
      const policy = await readPolicy(database.read);
      const today = seoulDay(now);
      const hour = Math.floor(now.getTime() / HOUR_MS);
      const news = hour === movesLookedAtHour ? [] : await moved(database, now, policy.get(coveragePriceMove, today).toString());
      const regular = await unread(database, new Date(now.getTime() - policy.get(coverageReadingDays, today) * DAY_MS));
      lookedAtMs = now.getTime();
      if (news.length < MOVED_MAX) movesLookedAtHour = hour;
      return [...new Set([...news, ...regular])];
    },
  };
}

async function unread(database: Database, before: Date): Promise<number[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c
      LEFT JOIN LATERAL (SELECT r.read_at FROM coverage_reading r WHERE r.case_id = c.id ORDER BY r.id DESC LIMIT 1) last ON true
     WHERE c.phase::text = ANY (${PHASES}::text[]) AND (last.read_at IS NULL OR last.read_at <= ${before})
       AND EXISTS (SELECT 1 FROM holding h WHERE h.case_id = c.id AND h.state::text = ANY (${STATES}::text[]))
     ORDER BY last.read_at NULLS FIRST, c.id LIMIT ${REGULAR_MAX}`;
  return rows.map(({ id }) => id);
}

/** By the closes of the last whole hour, now and when the last reading was taken. */
async function moved(database: Database, now: Date, share: string): Promise<number[]> {
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
     WHERE c.phase::text = ANY (${PHASES}::text[]) AND abs(present.close / known.close - 1) >= ${share}::float8
     ORDER BY c.id LIMIT ${MOVED_MAX}`;
  return rows.map(({ id }) => id);
}
