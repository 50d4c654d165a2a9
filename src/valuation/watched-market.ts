import type { Database } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { coverageProxy } from '../policy/definitions/coverage.ts';
import type { DueSource } from '../queue/due.ts';

/*
 * A market is watched while coins of it are demanded for an account of the city's or lie there: its flags, whether coins move, and
 * the bars of each hour are read once an hour. Beside it, at the same accounts, the market that stands for coins with too short a past.
 */

/** New markets are looked for this often; coins that are demanded take longer to arrive. */
const LOOK_MS = 60_000;
const BATCH = 500;

/** Who reads markets. */
export const WATCHER = { kind: 'system', part: 'markets' } as const;

/**
 * Watched markets whose hour has come: `markets` rings name their rows, one of each account, since its answer reads all that is due
 * there. What is newly to be watched gets its row here. No reading is an appointment: when nothing else happens, nobody needs it.
 */
export function marketDueSource(database: Database): DueSource {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let proxy: string | undefined;
  return {
    queue: 'markets',
    due: async (now) => {
      if (proxy === undefined || Math.abs(now.getTime() - lookedAtMs) >= LOOK_MS) {
        proxy = await proxyAsset(database, now);
        await watchNewMarkets(database, proxy);
        lookedAtMs = now.getTime();
      }
      const due = await dueMarkets(database, now, proxy);
      return [...new Map(due.toReversed().map(({ id, accountId }) => [accountId, id])).values()];
    },
  };
}

/** Rows of markets whose hour has come and that coins still call for, at all accounts or at one. */
export function dueMarkets(
  database: Database,
  now: Date,
  proxy: string,
  accountId: number | null = null,
): Promise<{ readonly id: number; readonly accountId: number }[]> {
  return database.read.$queryRaw`
    SELECT w.id, w.venue_account_id AS "accountId" FROM watched_market w
     WHERE w.next_read_at <= ${now} AND (${accountId}::int IS NULL OR w.venue_account_id = ${accountId}::int)
       AND EXISTS (SELECT 1 FROM holding h JOIN seizure_case c ON c.id = h.case_id
                    WHERE h.venue_account_id = w.venue_account_id AND (h.asset = w.asset OR w.asset = ${proxy})
                      AND h.state IN ('demanded', 'partly_received', 'received', 'selling') AND c.phase NOT IN ('closed', 'refused'))
     ORDER BY w.id LIMIT ${BATCH}`;
}

/** The asset whose market stands for those with too short a past. */
export async function proxyAsset(database: Database, now: Date): Promise<string> {
  return (await readPolicy(database.read)).get(coverageProxy, seoulDay(now)).asset;
}

/** Begins to watch what coins call for and nobody watches yet, and the market that stands for others. Returns how many. */
export async function watchNewMarkets(database: Database, proxy: string): Promise<number> {
  const found = await database.read.$queryRaw<{ account: number; asset: string }[]>`
    WITH called AS (
      SELECT DISTINCT h.venue_account_id AS account, h.asset FROM holding h JOIN seizure_case c ON c.id = h.case_id
       WHERE h.venue_account_id IS NOT NULL AND h.state IN ('demanded', 'partly_received', 'received', 'selling')
         AND c.phase NOT IN ('closed', 'refused'))
    SELECT account, asset FROM (SELECT account, asset FROM called UNION SELECT account, ${proxy} FROM called) wanted
     WHERE NOT EXISTS (SELECT 1 FROM watched_market w WHERE w.venue_account_id = wanted.account AND w.asset = wanted.asset)
     ORDER BY account, asset`;
  if (found.length === 0) return 0;
  const { count } = await database.work(WATCHER, (work) =>
    work.tx.watchedMarket.createMany({
      data: found.map(({ account, asset }) => ({ venueAccountId: account, asset, flags: [], nextReadAt: work.at })),
      skipDuplicates: true,
    }),
  );
  return count;
}
