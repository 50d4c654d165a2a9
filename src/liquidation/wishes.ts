import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount } from '../kernel/money.ts';
import { liveWishesOf, markWishDone, type PriceWishFacts } from '../voluntary-sale/wish-facts.ts';
import type { WishFacts } from './decision-inputs.ts';

/**
 * What the taxpayers of these cases ask to be sold now, within their windows: a limit at its price, a stop that was reached at the
 * market's. A stop that waits asks for nothing yet. By case number.
 */
export async function readWishes(work: Work, caseIds: readonly number[], day: CivilDate): Promise<ReadonlyMap<number, WishFacts[]>> {
  const wishes = new Map<number, WishFacts[]>();
  for (const [caseId, { priceWishes }] of await liveWishesOf(work.tx, caseIds, day)) {
    wishes.set(caseId, await askedNow(work, caseId, priceWishes));
  }
  return wishes;
}

async function askedNow(work: Work, caseId: number, priceWishes: readonly PriceWishFacts[]): Promise<WishFacts[]> {
  const wishes: WishFacts[] = [];
  for (const { id, kind, asset, price, maximumQuantity, state } of priceWishes) {
    if (kind === 'stop' && state !== 'triggered') continue;
    const left = maximumQuantity === null ? null : await unitsLeft(work, id, caseId, asset, maximumQuantity);
    wishes.push({ id, kind, asset, price: kind === 'limit' ? price : null, left });
  }
  return wishes;
}

async function unitsLeft(work: Work, wishId: number, caseId: number, asset: string, maximumQuantity: string): Promise<string> {
  const rows = await work.tx.$queryRaw<{ sold: string }[]>`
    SELECT trim_scale(coalesce(sum(s.executed_quantity), 0))::text AS sold
      FROM order_share s JOIN sale_order o ON o.id = s.order_id JOIN sale_wish w ON w.id = ${wishId}
     WHERE s.case_id = ${caseId} AND o.asset = ${asset} AND o.created_at >= w.created_at`;
  return CoinAmount.of(asset, maximumQuantity)
    .minus(CoinAmount.of(asset, rows[0]?.sold ?? '0'))
    .larger(CoinAmount.zero(asset))
    .toString();
}

/** A wish is carried out when its maximum is sold, or nothing more is owed. */
export async function endFulfilledWishes(work: Work, wishes: readonly WishFacts[], isCovered: boolean): Promise<void> {
  for (const { id, asset, left } of wishes) {
    if (isCovered) await markWishDone(work, id, 'need_covered');
    else if (left !== null && CoinAmount.of(asset, left).isZero()) await markWishDone(work, id, 'quantity_sold');
  }
}
