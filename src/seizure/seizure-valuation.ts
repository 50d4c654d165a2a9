import { appendAudit } from '../audit/append.ts';
import { lockRows } from '../database/locks.ts';
import type { Actor, Database } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { CoinAmount } from '../kernel/money.ts';
import { readBookSnapshots } from '../valuation/book-snapshot.ts';
import { recordValuations } from '../valuation/valuation-record.ts';

const BATCH = 200;

/**
 * Values the holdings of seizures that took effect at this exchange and have no valuation of that occasion: price source, time and
 * depth. Called after service and again until nothing is left; an asset without a market is passed over. Returns how many holdings
 * were valued. Errors of the port.
 */
export async function valueSeizures(database: Database, port: ExchangePort, actor: Actor): Promise<number> {
  const unvalued = await database.read.$queryRaw<{ caseId: number; holdingId: number; asset: string; quantity: string }[]>`
    SELECT c.id AS "caseId", h.id AS "holdingId", h.asset, trim_scale(h.seized_quantity)::text AS quantity
      FROM seizure_case c JOIN holding h ON h.case_id = c.id
     WHERE c.venue_code = ${port.venue} AND c.origin <> 'old_seizure' AND c.phase IN ('seized', 'transfer_demanded')
       AND NOT EXISTS (SELECT 1 FROM valuation v WHERE v.holding_id = h.id AND v.occasion = 'seizure')
     ORDER BY c.id, h.id LIMIT ${BATCH}`;
  if (unvalued.length === 0) return 0;
  const snapshots = await readBookSnapshots(
    port,
    unvalued.map(({ asset }) => asset),
    database.clock,
  );
  let valued = 0;
  for (const caseId of new Set(unvalued.map((row) => row.caseId))) {
    const holdings = unvalued.flatMap(({ caseId: id, holdingId, asset, quantity }) => {
      const snapshot = snapshots.get(asset);
      return id !== caseId || snapshot === undefined ? [] : [{ caseId, holdingId, quantity: CoinAmount.of(asset, quantity), snapshot }];
    });
    valued += await database.work(actor, async (work) => {
      await lockRows(work, 'seizure_case', [caseId]);
      const done = await work.tx.valuation.findMany({ where: { caseId, occasion: 'seizure' }, select: { holdingId: true } });
      const open = holdings.filter(({ holdingId }) => !done.some((valuation) => valuation.holdingId === holdingId));
      if (open.length === 0) return 0;
      const valuations = await recordValuations(work, 'seizure', open);
      await appendAudit(work, { stream: `case:${caseId}`, action: 'seizure.valued', subject: `case:${caseId}`, after: valuations });
      return open.length;
    });
  }
  return valued;
}
