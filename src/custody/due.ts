import type { Database } from '../database/work.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { readPolicy } from '../policy/book.ts';
import { depositPollSeconds } from '../policy/definitions/sale.ts';
import type { DueSource } from '../queue/due.ts';
import { AWAITED_STATES } from './progress.ts';

/**
 * Accounts to be tended: `custody` rings name venue accounts. A poll is no appointment, except where something is awaited that
 * only a poll can see: a transfer that its sender has confirmed, or a deposit or withdrawal that the venue lists as pending.
 */
export function accountDueSource(database: Database): DueSource {
  return {
    queue: 'custody',
    due: async (now) => {
      const lastStart = new Date(now.getTime() - (await pollMs(database, now)));
      const rows = await database.read.venueAccount.findMany({
        where: { OR: [{ pollStartedAt: null }, { pollStartedAt: { lte: lastStart } }] },
        select: { id: true },
        orderBy: { id: 'asc' },
      });
      return rows.map(({ id }) => id);
    },
    nextDueAt: async (now) => {
      const rows = await database.read.$queryRaw<{ poll_started_at: Date }[]>`
        SELECT a.poll_started_at FROM venue_account a
         WHERE a.poll_started_at IS NOT NULL
           AND (a.deposits_settled_until < a.deposits_read_at
                OR EXISTS (SELECT 1 FROM venue_withdrawal w WHERE w.venue_account_id = a.id AND w.state = 'pending')
                OR EXISTS (SELECT 1 FROM coin_transfer t
                            WHERE t.venue_account_id = a.id AND t.state = 'instructed' AND t.confirmed_at IS NOT NULL))
         ORDER BY a.poll_started_at LIMIT 1`;
      const first = rows[0]?.poll_started_at;
      if (first === undefined) return undefined;
      const dueAt = new Date(first.getTime() + (await pollMs(database, now)));
      return dueAt > now ? dueAt : undefined;
    },
  };
}

const BATCH = 500;

/** Cases whose demand is answered in full, by coins or by shortages, and that nothing has moved on. */
export function answeredDemandDueSource(database: Database): DueSource {
  const demanded = { demandedQuantity: { gt: 0 } };
  return {
    queue: 'cases',
    due: async () => {
      const rows = await database.read.seizureCase.findMany({
        where: { phase: 'transfer_demanded', holdings: { some: demanded, none: { ...demanded, state: { in: [...AWAITED_STATES] } } } },
        select: { id: true },
        orderBy: { id: 'asc' },
        take: BATCH,
      });
      return rows.map(({ id }) => id);
    },
  };
}

async function pollMs(database: Database, now: Date): Promise<number> {
  return (await readPolicy(database.read)).get(depositPollSeconds, seoulDay(now)) * 1_000;
}
