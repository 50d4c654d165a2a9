import { CoinAmount, Rate } from '../kernel/money.ts';
import type { SliceFacts } from './decision-inputs.ts';

/** What of a slice is late, what may rest until it is, and until when. */
export interface SliceDue {
  /** Units that should have been sold by now and were not: they cross. */
  readonly late: CoinAmount;
  /** Units of the child under way: they may wait at their price until then. */
  readonly ahead: CoinAmount;
  /** Units of the slice not sold yet. */
  readonly left: CoinAmount;
  /** When the child under way stops resting. */
  readonly childEndsAt: Date;
}

/** Units of a slice that is a share of a plan; rounded up, so that the shares of a whole plan leave nothing of it. */
export function sliceQuantity(planned: CoinAmount, share: Rate): CoinAmount {
  return planned.times(share, CoinAmount.DECIMAL_PLACES_MAX, 'up');
}

/** So long before its end a child stops resting: what is left of it then still crosses within its time. */
const CROSSING_MS = 20_000;
const CROSSING_SHARE = 0.25;

/**
 * A slice is sold in children of equal size, one after the other. Until shortly before its end a child may rest; what it has not sold
 * by then is late. An immediate slice is late as a whole, and so is every slice once its time is over.
 */
export function dueOfSlice(asset: string, slice: SliceFacts, children: number, at: Date): SliceDue {
  const [startsMs, endsMs] = [Date.parse(slice.startsAt), Date.parse(slice.endsAt)];
  const quantity = CoinAmount.of(asset, slice.quantity);
  const zero = CoinAmount.zero(asset);
  const left = quantity.minus(CoinAmount.of(asset, slice.sold)).larger(zero);
  const childMs = Math.max(1, Math.floor((endsMs - startsMs) / children));
  const crossingMs = Math.min(CROSSING_MS, CROSSING_SHARE * childMs);
  const begun = Math.min(Math.max(Math.floor((at.getTime() + crossingMs - startsMs) / childMs), 0), children);
  if (slice.isImmediate || begun >= children) return { late: left, ahead: zero, left, childEndsAt: new Date(endsMs) };
  const byNow = share(quantity, begun, children);
  const byChildsEnd = share(quantity, begun + 1, children);
  const sold = quantity.minus(left);
  const late = byNow.minus(sold).larger(zero);
  const ahead = byChildsEnd.minus(sold).minus(late).larger(zero);
  return { late, ahead, left, childEndsAt: new Date(startsMs + (begun + 1) * childMs - crossingMs) };
}

function share(quantity: CoinAmount, part: number, whole: number): CoinAmount {
  if (part >= whole) return quantity;
  const rate = Rate.of(`${part}`).value.div(whole);
  return quantity.times(Rate.of(rate), CoinAmount.DECIMAL_PLACES_MAX, 'up').smaller(quantity);
}
