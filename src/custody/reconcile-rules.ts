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

export interface EarlierReading {
  readonly venueQuantity: Decimal;
  readonly ledgerQuantity: Decimal;
  readonly agrees: boolean;
  readonly breaksInRow: number;
  readonly isToday: boolean;
}

/** Readings in a row that do not agree, this one included. */
export function breaksInRow(agrees: boolean, earlier: EarlierReading | undefined): number {
  if (agrees) return 0;
  return (earlier?.breaksInRow ?? 0) + 1;
}

/** An agreeing balance that has not changed is kept once a day; whatever differs, or has changed, every time. */
export function isWorthKeeping(
  reading: { readonly venueQuantity: Decimal; readonly ledgerQuantity: Decimal; readonly agrees: boolean },
  earlier: EarlierReading | undefined,
): boolean {
  if (earlier === undefined || !earlier.isToday || !reading.agrees || !earlier.agrees) return true;
  return !earlier.venueQuantity.isEqualTo(reading.venueQuantity) || !earlier.ledgerQuantity.isEqualTo(reading.ledgerQuantity);
}
