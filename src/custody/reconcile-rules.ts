import { Decimal } from '../kernel/decimal.ts';

/**
 * What an account holds of one asset by the ledger, and how far the venue may truly differ from it because of what is under
 * way: `less` has perhaps left there and not here, `more` has perhaps come there and not here. Both at least zero. Plain
 * decimals, since an asset is coins or won.
 */
export interface BookedBalance {
  readonly quantity: Decimal;
  readonly less: Decimal;
  readonly more: Decimal;
}

export const NOTHING_BOOKED: BookedBalance = { quantity: new Decimal(0), less: new Decimal(0), more: new Decimal(0) };

export interface Comparison {
  readonly agrees: boolean;
  /** How far below and above the ledger's quantity the venue may be, both ways counted from the later look at the ledger. */
  readonly toleranceLow: Decimal;
  readonly toleranceHigh: Decimal;
}

/**
 * Compares a venue's balance with the ledger as it was before and after the venue was asked: what moved in between is no
 * difference. Within the bounds nothing is said about where in them the truth lies.
 */
export function compareBalance(venue: Decimal, before: BookedBalance, after: BookedBalance): Comparison {
  const low = Decimal.min(before.quantity.minus(before.less), after.quantity.minus(after.less));
  const high = Decimal.max(before.quantity.plus(before.more), after.quantity.plus(after.more));
  return {
    agrees: venue.isGreaterThanOrEqualTo(low) && venue.isLessThanOrEqualTo(high),
    toleranceLow: after.quantity.minus(low),
    toleranceHigh: high.minus(after.quantity),
  };
}

/** Whether the venue shows what an explanation says. */
export type Showing =
  | 'shown'
  /** It shows another difference, or none. */
  | 'gone'
  /** Something is under way, or the books moved while the venue was asked: the next reading knows. */
  | 'unsure';

/**
 * Holds a venue's balance against a difference that somebody explained. The venue was asked between two looks at the books, so both must
 * leave that much over, and nothing of the asset may have been under way in either: else a deposit, a fill or a withdrawal that one process
 * has booked while another asked would be taken for the difference.
 */
export function showsDifference(
  explained: { readonly side: 'excess' | 'shortage'; readonly quantity: Decimal },
  venue: Decimal,
  books: readonly BookedBalance[],
): Showing {
  if (books.some(({ less, more }) => !less.isZero() || !more.isZero())) return 'unsure';
  const isShown = books.map(({ quantity }) => {
    const differing = explained.side === 'excess' ? venue.minus(quantity) : quantity.minus(venue);
    return differing.isGreaterThanOrEqualTo(explained.quantity);
  });
  if (isShown.every((each) => each)) return 'shown';
  return isShown.some((each) => each) ? 'unsure' : 'gone';
}

export interface EarlierReading {
  readonly venueQuantity: Decimal;
  readonly ledgerQuantity: Decimal;
  readonly agrees: boolean;
  readonly breaksInRow: number;
  /** When the last of these breaks was counted; undefined without one. */
  readonly countedAt: Date | undefined;
  readonly isToday: boolean;
}

/**
 * A venue's list may lag behind its balance, so readings closer together than this see one and the same moment: somebody who presses a
 * button three times has not seen a difference survive three readings.
 */
export const BREAKS_APART_MS = 60_000;

/** Readings in a row that do not agree, this one included unless it comes too soon after the last that counted. */
export function breaksInRow(agrees: boolean, earlier: EarlierReading | undefined, at: Date): number {
  if (agrees) return 0;
  if (earlier?.countedAt === undefined) return 1;
  return earlier.breaksInRow + (at.getTime() - earlier.countedAt.getTime() >= BREAKS_APART_MS ? 1 : 0);
}

/** An agreeing balance that has not changed is kept once a day; whatever differs, or has changed, every time. */
export function isWorthKeeping(
  reading: { readonly venueQuantity: Decimal; readonly ledgerQuantity: Decimal; readonly agrees: boolean },
  earlier: EarlierReading | undefined,
): boolean {
  if (earlier === undefined || !earlier.isToday || !reading.agrees || !earlier.agrees) return true;
  return !earlier.venueQuantity.isEqualTo(reading.venueQuantity) || !earlier.ledgerQuantity.isEqualTo(reading.ledgerQuantity);
}
