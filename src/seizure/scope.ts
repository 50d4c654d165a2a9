import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, Rate, Won } from '../kernel/money.ts';
import type { BookSnapshot } from '../valuation/book-snapshot.ts';
import { type BookValue, quantityWorth, valueAgainstBook } from '../valuation/book-value.ts';

/** An asset the debtor holds and what its market shows; without a snapshot the venue has no market and cannot sell it. */
export interface SeizableHolding {
  readonly quantity: CoinAmount;
  readonly snapshot: BookSnapshot | undefined;
}

export interface ScopeLine {
  readonly quantity: CoinAmount;
  readonly snapshot: BookSnapshot;
  readonly worth: BookValue;
  /** True when all that the debtor holds of the asset is taken. */
  readonly isWhole: boolean;
  /** True when the venue's minimum order made the quantity larger than the limit alone would have. */
  readonly isRaisedToMinimumOrder: boolean;
}

export type LeftOutCode =
  /** What is taken already covers the need. */
  | 'NOT_NEEDED'
  /** No won market or no bid at the venue: nothing a seizure could be turned into money with. */
  | 'NOT_TRADED'
  /** All of it is worth less than the venue's smallest order. */
  | 'BELOW_MINIMUM_ORDER';

export interface LeftOut {
  readonly asset: string;
  readonly code: LeftOutCode;
}

/** What a seizure takes: which assets, how much of each, and why the rest stays free. */
export interface Scope {
  readonly lines: readonly ScopeLine[];
  readonly leftOut: readonly LeftOut[];
  readonly value: Won;
  readonly coversNeed: boolean;
  /** True when something that could be sold stays with the debtor. */
  readonly isPartial: boolean;
}

/** `need` must be covered if the holdings suffice; `limit` is need × (1 + approved margin) and may be passed by one step only. */
export interface ScopeBounds {
  readonly need: Won;
  readonly limit: Won;
}

/** The most that may be seized for a need under a margin (LTCA 43, 53 proviso), rounded down. */
export function limitUnder(need: Won, margin: Rate): Won {
  return need.times(Rate.one.plus(margin), 'down');
}

/**
 * Chooses what to seize: the easily sold assets first (LTCA-D 60-2(3)), each whole while the limit allows, the last one in part.
 * Covers the need whenever the holdings suffice. Passes the limit only where a step of quantity or the venue's smallest order
 * leaves no choice. Error: `INPUT_INVALID` for an asset given twice or a limit below the need.
 */
export function planScope(holdings: readonly SeizableHolding[], bounds: ScopeBounds): Scope {
  assertUsable(holdings, bounds);
  const lines: ScopeLine[] = [];
  const leftOut: LeftOut[] = [];
  let value = Won.zero;
  let isPartial = false;
  for (const holding of byEaseOfSale(holdings)) {
    const chosen = chooseQuantity(holding, bounds, value);
    if (chosen.line !== undefined) {
      lines.push(chosen.line);
      value = value.plus(chosen.line.worth.value);
      isPartial ||= !chosen.line.isWhole;
    } else {
      leftOut.push({ asset: holding.quantity.asset, code: chosen.code });
      isPartial ||= chosen.code === 'NOT_NEEDED';
    }
  }
  return { lines, leftOut, value, coversNeed: !value.isLessThan(bounds.need), isPartial };
}

type Choice = { readonly line: ScopeLine } | { readonly line: undefined; readonly code: LeftOutCode };

function chooseQuantity({ quantity, snapshot }: SeizableHolding, { need, limit }: ScopeBounds, taken: Won): Choice {
  if (snapshot === undefined || snapshot.bids.length === 0) return { line: undefined, code: 'NOT_TRADED' };
  if (!taken.isLessThan(need)) return { line: undefined, code: 'NOT_NEEDED' };
  const minimum = snapshot.minimumOrder.toWon('up');
  const whole = valueAgainstBook(quantity, snapshot);
  if (whole.value.isLessThan(minimum)) return { line: undefined, code: 'BELOW_MINIMUM_ORDER' };
  if (!taken.plus(whole.value).isMoreThan(limit)) return lineOf(quantity, snapshot, true, false);

  const places = snapshot.quantityDecimalPlaces;
  const room = limit.minus(taken);
  const most = quantityWorth(room, snapshot, places, 'down') ?? quantity;
  const coversNeed = !taken.plus(valueAgainstBook(most, snapshot).value).isLessThan(need);
  const wanted = coversNeed ? most : (quantityWorth(need.minus(taken), snapshot, places, 'up') ?? quantity);
  const sellable = quantityWorth(minimum, snapshot, places, 'up') ?? quantity;
  const isRaised = wanted.isLessThan(sellable);
  const chosen = wanted.larger(sellable).smaller(quantity);
  return lineOf(chosen, snapshot, chosen.equals(quantity), isRaised);
}

function lineOf(quantity: CoinAmount, snapshot: BookSnapshot, isWhole: boolean, isRaisedToMinimumOrder: boolean): Choice {
  return { line: { quantity, snapshot, worth: valueAgainstBook(quantity, snapshot), isWhole, isRaisedToMinimumOrder } };
}

/** Unflagged markets first, then those whose shown bids take the whole holding, then the larger value; ties by asset code. */
function byEaseOfSale(holdings: readonly SeizableHolding[]): SeizableHolding[] {
  const ranked = holdings.map((holding) => ({ holding, rank: rankOf(holding) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank));
  return ranked.map(({ holding }) => holding);
}

interface EaseRank {
  readonly isFlagged: boolean;
  readonly isDeep: boolean;
  readonly value: Won;
  readonly asset: string;
}

function rankOf({ quantity, snapshot }: SeizableHolding): EaseRank {
  const worth = snapshot === undefined ? undefined : valueAgainstBook(quantity, snapshot);
  return {
    isFlagged: (snapshot?.flags.length ?? 0) > 0,
    isDeep: worth?.depthCovers ?? false,
    value: worth?.value ?? Won.zero,
    asset: quantity.asset,
  };
}

function compareRanks(a: EaseRank, b: EaseRank): number {
  return (
    Number(a.isFlagged) - Number(b.isFlagged) ||
    Number(b.isDeep) - Number(a.isDeep) ||
    b.value.compare(a.value) ||
    (a.asset < b.asset ? -1 : a.asset > b.asset ? 1 : 0)
  );
}

function assertUsable(holdings: readonly SeizableHolding[], { need, limit }: ScopeBounds): void {
  const assets = new Set(holdings.map(({ quantity }) => quantity.asset));
  if (assets.size !== holdings.length) throw new CheongsanError('INPUT_INVALID', 'An asset is given twice; add its quantities first.');
  if (limit.isLessThan(need)) {
    throw new CheongsanError('INPUT_INVALID', `A limit of ${limit.toString()} won is below the need of ${need.toString()} won.`);
  }
}

/** What exactly these quantities would be worth, for a scope that an officer names himself. Same errors as `planScope`. */
export function valueScope(holdings: readonly SeizableHolding[]): Won {
  return Won.sum(
    holdings.map(({ quantity, snapshot }) => (snapshot === undefined ? Won.zero : valueAgainstBook(quantity, snapshot).value)),
  );
}
