import type { Database } from '../../database/work.ts';
import { unknownCondition } from '../../liquidation/unknown-outcome.ts';
import type { IdleReport } from './messages.ts';

/** How one account stands, and when something of it falls due, be it now: as `deskDueSource` says it of all accounts together. */
export async function standingOfAccount({ read, clock }: Database, accountId: number): Promise<Omit<IdleReport, 'isBlocked'>> {
  const now = clock.now();
  const rows = await read.$queryRaw<
    { next: Date | null; sales: number; open: number; left: number; freezes: number; state: IdleReport['tradingState'] }[]
  >`
    SELECT (SELECT min(at) FROM (
              SELECT min(q.next_step_at) AS at FROM liquidation q
               WHERE q.venue_account_id = v.id AND q.state = 'running'
                 AND NOT EXISTS (SELECT 1 FROM sale_order o JOIN intent i ON i.id = o.intent_id
                                  WHERE o.venue_account_id = v.id AND ${unknownCondition(now)})
              UNION ALL
              SELECT min(i.next_look_at) FROM sale_order o JOIN intent i ON i.id = o.intent_id
               WHERE o.venue_account_id = v.id AND o.closed_at IS NULL AND i.state = 'open') appointments) AS next,
           (SELECT count(*)::int FROM liquidation q WHERE q.venue_account_id = v.id AND q.state <> 'done') AS sales,
           (SELECT count(*)::int FROM sale_order o WHERE o.venue_account_id = v.id AND o.closed_at IS NULL) AS open,
           (SELECT count(*)::int FROM sale_order o JOIN intent i ON i.id = o.intent_id
             WHERE o.venue_account_id = v.id AND o.closed_at IS NULL AND i.state = 'with_person') AS left,
           (SELECT count(*)::int FROM asset_freeze f WHERE f.venue_account_id = v.id AND f.lifted_at IS NULL) AS freezes,
           v.trading_state AS state
      FROM venue_account v WHERE v.id = ${accountId}`;
  const [row] = rows;
  return {
    nextDueAt: row?.next?.toISOString() ?? null,
    salesOpen: row?.sales ?? 0,
    ordersOpen: row?.open ?? 0,
    ordersWithPerson: row?.left ?? 0,
    freezes: row?.freezes ?? 0,
    tradingState: row?.state ?? 'HALTED',
  };
}
