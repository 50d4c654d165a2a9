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
const DUE_MAX = 1_000;
const PHASES: readonly string[] = COVERAGE_PHASES;
const STATES: readonly string[] = TO_BE_SOLD;

/**
 * Cases with coins to sell whose last reading is as old as the policy says, or since which the price of one of their coins has moved by
 * more than it says, which is looked at once for every hour that is recorded. A regular poll is no appointment, so nothing waits
 * for it.
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
      const due = new Set(await unread(database, new Date(now.getTime() - policy.get(coverageReadingDays, today) * DAY_MS)));
      const hour = Math.floor(now.getTime() / HOUR_MS);
      if (hour !== movesLookedAtHour) {
        for (const id of await moved(database, now, policy.get(coveragePriceMove, today).toString())) due.add(id);
      }
      lookedAtMs = now.getTime();
      movesLookedAtHour = hour;
      return [...due];
    },
  };
}

async function unread(database: Database, before: Date): Promise<number[]> {
  const rows = await database.read.$queryRaw<{ id: number }[]>`
    SELECT c.id FROM seizure_case c
     WHERE c.phase::text = ANY (${PHASES}::text[])
       AND EXISTS (SELECT 1 FROM holding h WHERE h.case_id = c.id AND h.state::text = ANY (${STATES}::text[]))
       AND coalesce((SELECT r.read_at FROM coverage_reading r WHERE r.case_id = c.id ORDER BY r.id DESC LIMIT 1), '-infinity') <= ${before}
     ORDER BY c.id LIMIT ${DUE_MAX}`;
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
     ORDER BY c.id LIMIT ${DUE_MAX}`;
  return rows.map(({ id }) => id);
}
