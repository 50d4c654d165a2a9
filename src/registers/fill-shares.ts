import { CheongsanError } from '../kernel/errors.ts';
import { splitByLargestRemainder, VenueWon, Won } from '../kernel/money.ts';

/** What a won can have been used for, whole won each. */
export interface Destination {
  /** `bill:ID/TIER`, `surplus` and so on; unique in one case. */
  readonly name: string;
  readonly amount: Won;
}

/** How much of one fill's proceeds went to each destination, and what of it was cost, fee or fraction. */
export interface FillShare {
  readonly fillId: number;
  readonly proceeds: VenueWon;
  readonly shares: readonly Destination[];
  /** Proceeds less shares: trading fee, share of the withdrawal fee, fraction left at the venue, and what is not yet distributed. */
  readonly rest: VenueWon;
}

/**
 * Splits what a case's sales paid for over its fills, in proportion to their proceeds, each destination by largest remainder with
 * ties to the earlier fill. Over all fills a destination's shares add up to it exactly, and a fill's shares and rest to its proceeds.
 */
export function shareOverFills(
  fills: readonly { readonly fillId: number; readonly proceeds: VenueWon }[],
  destinations: readonly Destination[],
): FillShare[] {
  if (fills.length === 0) {
    if (destinations.some(({ amount }) => !amount.isZero()))
      throw new CheongsanError('INTERNAL', 'Money without a fill cannot be shared over fills.');
    return [];
  }
  const places = Math.max(...fills.map(({ proceeds }) => proceeds.value.decimalPlaces() ?? 0));
  const weights = fills.map(({ proceeds }) => BigInt(proceeds.value.shiftedBy(places).toFixed(0)));
  const split = destinations.map(({ name, amount }) => ({ name, parts: splitByLargestRemainder(amount.toBigInt(), weights) }));
  return fills.map(({ fillId, proceeds }, index) => {
    const shares = split.map(({ name, parts }) => ({ name, amount: Won.of(parts[index] ?? 0n) })).filter(({ amount }) => !amount.isZero());
    const used = Won.sum(shares.map(({ amount }) => amount));
    return { fillId, proceeds, shares, rest: proceeds.minus(VenueWon.of(proceeds.venue, used.value)) };
  });
}
