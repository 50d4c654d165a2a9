import type { Work } from '../database/work.ts';
import { addDays, type CivilDate, startOfDay } from '../kernel/civil-date.ts';

/*
 * What has been sold, asked once for all holdings that a round looks at. Figures are plain decimals; what was never sold is not in the
 * answers.
 */

/**
 * Units that orders decided under the mandate in force have sold of each holding. Each decision names the mandate it was made under; from
 * the first that names this one on, every order was decided under it, since no other takes its place before it ends.
 */
export async function soldUnderMandates(
  work: Work,
  of: readonly { readonly caseId: number; readonly mandateId: number; readonly holdingId: number }[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await work.tx.$queryRaw<{ holding_id: number; sold: string }[]>`
    SELECT k.holding_id, trim_scale(sum(s.executed_quantity))::text AS sold
      FROM unnest(${of.map(({ caseId }) => caseId)}::int[], ${of.map(({ mandateId }) => mandateId)}::int[],
                  ${of.map(({ holdingId }) => holdingId)}::int[]) AS k (case_id, mandate_id, holding_id)
     CROSS JOIN LATERAL (SELECT min(d.id) AS id FROM sale_decision d
                          WHERE d.case_id = k.case_id AND (d.inputs->'gate'->'mandate'->>'id')::int = k.mandate_id) AS first
      JOIN order_share s ON s.holding_id = k.holding_id AND s.decision_id >= first.id AND s.executed_quantity > 0
     GROUP BY k.holding_id`;
  return new Map(rows.map(({ holding_id, sold }) => [holding_id, sold]));
}

/** Units of a coin that a day's orders have sold at a venue, and that open ones may still sell. */
export interface SoldAtVenue {
  readonly sold: string;
  readonly open: string;
}

/**
 * Of each coin, by all accounts of the city at the venue of this one and for whomever: what the venue's volume is held against. A paper
 * account's venue is another one. What rested over midnight and was closed on the day counts as sold on it.
 */
export async function soldAtVenue(
  work: Work,
  of: { readonly accountId: number; readonly assets: readonly string[] },
  day: CivilDate,
): Promise<ReadonlyMap<string, SoldAtVenue>> {
  const rows = await work.tx.$queryRaw<(SoldAtVenue & { readonly asset: string })[]>`
    WITH account AS MATERIALIZED (
      SELECT a.id FROM venue_account own JOIN venue_account a ON a.venue_code = own.venue_code AND a.paper = own.paper
       WHERE own.id = ${of.accountId})
    SELECT asset, trim_scale(sum(sold))::text AS sold, trim_scale(sum(open))::text AS open
      FROM (SELECT o.asset, o.executed_quantity AS sold, 0 AS open FROM account JOIN sale_order o ON o.venue_account_id = account.id
             WHERE o.asset = ANY (${[...of.assets]}) AND o.created_at >= ${startOfDay(addDays(day, -1))} AND o.closed_at >= ${startOfDay(day)}
               AND o.executed_quantity > 0
            UNION ALL
            SELECT o.asset, 0, o.quantity FROM account JOIN sale_order o ON o.venue_account_id = account.id
             WHERE o.asset = ANY (${[...of.assets]}) AND o.closed_at IS NULL) AS part
     GROUP BY asset`;
  return new Map(rows.map(({ asset, sold, open }) => [asset, { sold, open }]));
}

/** The highest order number there is: what comes later has a higher one. */
export async function latestOrderId(work: Work): Promise<number> {
  const { _max } = await work.tx.saleOrder.aggregate({ _max: { id: true } });
  return _max.id ?? 0;
}

/** A holding's plan and the slice under way, by the highest order number when each was made; null where there is none. */
export interface SoldQuestion {
  readonly holdingId: number;
  readonly planOrdersBefore: number | null;
  readonly sliceOrdersBefore: number | null;
}

/** What orders have sold of a holding: those sent under its plan, within its slice, and on a day. */
export interface SoldOfHolding {
  readonly units: string;
  readonly proceeds: string;
  readonly unitsInSlice: string;
  readonly unitsOnDay: string;
}

export const NOTHING_SOLD: SoldOfHolding = { units: '0', proceeds: '0', unitsInSlice: '0', unitsOnDay: '0' };

export async function soldOfHoldings(work: Work, of: readonly SoldQuestion[], day: CivilDate): Promise<ReadonlyMap<number, SoldOfHolding>> {
  const rows = await work.tx.$queryRaw<(SoldOfHolding & { readonly holdingId: number })[]>`
    SELECT k.holding_id AS "holdingId",
           trim_scale(coalesce(sum(f.quantity) FILTER (WHERE f.order_id > k.plan), 0))::text AS units,
           trim_scale(coalesce(sum(f.proceeds) FILTER (WHERE f.order_id > k.plan), 0))::text AS proceeds,
           trim_scale(coalesce(sum(f.quantity) FILTER (WHERE f.order_id > k.slice), 0))::text AS "unitsInSlice",
           trim_scale(coalesce(sum(f.quantity) FILTER (WHERE o.created_at >= ${startOfDay(day)}), 0))::text AS "unitsOnDay"
      FROM unnest(${of.map(({ holdingId }) => holdingId)}::int[], ${of.map(({ planOrdersBefore }) => planOrdersBefore)}::int[],
                  ${of.map(({ sliceOrdersBefore }) => sliceOrdersBefore)}::int[]) AS k (holding_id, plan, slice)
      JOIN order_fill f ON f.holding_id = k.holding_id JOIN sale_order o ON o.id = f.order_id
     GROUP BY k.holding_id`;
  return new Map(rows.map((row) => [row.holdingId, row]));
}
