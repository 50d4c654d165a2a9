import type { Work } from '../database/work.ts';
import { type CivilDate, startOfDay } from '../kernel/civil-date.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';

/** Units of a holding that orders decided under a mandate have sold. Each decision names the mandate it was made under. */
export async function soldUnder(work: Work, mandateId: number, holdingId: number, asset: string): Promise<CoinAmount> {
  const rows = await work.tx.$queryRaw<{ sold: string }[]>`
    SELECT trim_scale(coalesce(sum(s.executed_quantity), 0))::text AS sold FROM order_share s JOIN sale_decision d ON d.id = s.decision_id
     WHERE s.holding_id = ${holdingId} AND (d.inputs->'gate'->'mandate'->>'id')::int = ${mandateId}`;
  return CoinAmount.of(asset, rows[0]?.sold ?? '0');
}

/** Units of a coin that an account has sold on a day, for whomever: what the venue's volume is held against. */
export async function soldSince(work: Work, of: { readonly accountId: number; readonly asset: string }, day: CivilDate): Promise<string> {
  const rows = await work.tx.$queryRaw<{ sold: string }[]>`
    SELECT trim_scale(coalesce(sum(executed_quantity), 0))::text AS sold FROM sale_order
     WHERE venue_account_id = ${of.accountId} AND asset = ${of.asset} AND created_at >= ${startOfDay(day)}`;
  return rows[0]?.sold ?? '0';
}

/** Units of a holding that orders placed on a day have sold. */
export async function soldOnDay(
  work: Work,
  of: { readonly holdingId: number; readonly asset: string },
  day: CivilDate,
): Promise<CoinAmount> {
  const rows = await work.tx.$queryRaw<{ units: string }[]>`
    SELECT trim_scale(coalesce(sum(f.quantity), 0))::text AS units FROM order_fill f JOIN sale_order o ON o.id = f.order_id
     WHERE f.holding_id = ${of.holdingId} AND o.created_at >= ${startOfDay(day)}`;
  return CoinAmount.of(of.asset, rows[0]?.units ?? '0');
}

/** The highest order number there is: what comes later has a higher one. */
export async function latestOrderId(work: Work): Promise<number> {
  const { _max } = await work.tx.saleOrder.aggregate({ _max: { id: true } });
  return _max.id ?? 0;
}

export interface Sold {
  readonly units: CoinAmount;
  readonly proceeds: VenueWon;
}

/** What orders with a higher number have sold of a holding. */
export async function soldOfHolding(
  work: Work,
  of: { readonly holdingId: number; readonly asset: string; readonly venue: string },
  ordersBefore: number,
): Promise<Sold> {
  const rows = await work.tx.$queryRaw<{ units: string; proceeds: string }[]>`
    SELECT trim_scale(coalesce(sum(f.quantity), 0))::text AS units, trim_scale(coalesce(sum(f.proceeds), 0))::text AS proceeds
      FROM order_fill f
     WHERE f.holding_id = ${of.holdingId} AND f.order_id > ${ordersBefore}`;
  return { units: CoinAmount.of(of.asset, rows[0]?.units ?? '0'), proceeds: VenueWon.of(of.venue, rows[0]?.proceeds ?? '0') };
}
