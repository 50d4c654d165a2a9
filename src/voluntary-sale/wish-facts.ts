import type { SaleWish } from '../database/generated/client.ts';
import type { WishState } from '../database/generated/enums.ts';
import type { Transaction, Work } from '../database/work.ts';
import { type CivilDate, dayFromColumn } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { endWish } from './wish-review.ts';
import { LIVE_WISH_STATES } from './wish-rules.ts';

/** A price that the taxpayer wishes for, as plain JSON: what a stored decision is made from. */
export interface PriceWishFacts {
  readonly id: number;
  readonly kind: 'limit' | 'stop';
  readonly asset: string;
  /** Won for one unit, plain decimal. Of a stop: what set it off, and nothing that was promised. */
  readonly price: string;
  /** Units that may be sold under it at most, plain decimal; null for as many as the debt needs. */
  readonly maximumQuantity: string | null;
  /** A limit is carried out while `active`, a stop once it is `triggered`. */
  readonly state: Extract<WishState, 'active' | 'triggered'>;
}

export interface LiveWishes {
  /** Oldest first. Empty outside the open window, whatever nobody has marked yet. */
  readonly priceWishes: readonly PriceWishFacts[];
  /** The first is sold first; coins that are not named come after them. Holds for wishes and for the forced sale. */
  readonly coinOrder: readonly string[];
}

/** What the taxpayer of a case wishes on a day. For a decision, the caller holds the case's lock. */
export async function liveWishes(reader: WishReader, caseId: number, day: CivilDate): Promise<LiveWishes> {
  return (await liveWishesOf(reader, [caseId], day)).get(caseId) ?? NO_WISHES;
}

type WishReader = Pick<Transaction, 'saleWish' | 'saleWindow'>;
export const NO_WISHES: LiveWishes = { priceWishes: [], coinOrder: [] };

/** The same of several cases, by their numbers; a case without wishes is not among them. */
export async function liveWishesOf(
  reader: WishReader,
  caseIds: readonly number[],
  day: CivilDate,
): Promise<ReadonlyMap<number, LiveWishes>> {
  const live = await reader.saleWish.findMany({
    where: { caseId: { in: [...caseIds] }, state: { in: [...LIVE_WISH_STATES] } },
    orderBy: { id: 'asc' },
  });
  const wishing = [...new Set(live.map(({ caseId }) => caseId))];
  const windows = wishing.length === 0 ? [] : await reader.saleWindow.findMany({ where: { caseId: { in: wishing } } });
  return new Map(
    wishing.map((caseId) => {
      const window = windows.find((each) => each.caseId === caseId);
      const isOpen = window?.state === 'open' && day <= dayFromColumn(window.endsOn);
      const own = live.filter((wish) => wish.caseId === caseId);
      return [
        caseId,
        {
          priceWishes: isOpen ? own.flatMap(factsOf) : [],
          coinOrder: own.find(({ kind }) => kind === 'coin_order')?.assetOrder ?? [],
        },
      ];
    }),
  );
}

function factsOf({ id, kind, asset, price, maximumQuantity, state }: SaleWish): PriceWishFacts[] {
  if (kind === 'coin_order' || asset === null || price === null || (state !== 'active' && state !== 'triggered')) return [];
  return [{ id, kind, asset, price: price.toFixed(), maximumQuantity: maximumQuantity?.toFixed() ?? null, state }];
}

/**
 * Records that a wish is carried out: its maximum is sold, or the need is covered without more. The caller holds the case's lock. Returns
 * false, and changes nothing, when it ended otherwise meanwhile: an order that was open then fills all the same. Error: `NOT_FOUND`.
 */
export async function markWishDone(work: Work, wishId: number, reason: 'quantity_sold' | 'need_covered'): Promise<boolean> {
  const wish = await work.tx.saleWish.findUnique({ where: { id: wishId } });
  if (wish === null) throw new CheongsanError('NOT_FOUND', `There is no wish ${wishId}.`);
  if (!LIVE_WISH_STATES.some((state) => state === wish.state)) return false;
  await endWish(work, wish, { state: 'done', reason, revokeReference: null });
  return true;
}
