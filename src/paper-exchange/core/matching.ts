import { Decimal } from '../../kernel/decimal.ts';
import type { Side } from './orders.ts';

/** Something to trade against at one price: the market's own level, or another customer's resting order. */
export interface Interest {
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** The resting order behind it; undefined for the market. */
  readonly orderId: string | undefined;
}

export interface Match {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly orderId: string | undefined;
}

/** What a taker wants: units, or as many units as its won pay for. */
export type Want = { readonly quantity: Decimal } | { readonly budget: Decimal };

/** True when a taker with this limit would trade at that price. No limit means any price. */
export function crosses(side: Side, limit: Decimal | undefined, price: Decimal): boolean {
  if (limit === undefined) return true;
  return side === 'buy' ? price.isLessThanOrEqualTo(limit) : price.isGreaterThanOrEqualTo(limit);
}

/**
 * Walks the interests, best price first and at one price in the order given, and takes what the want and the limit allow.
 * Units bought for a budget are cut to `quantityDecimalPlaces`, so that less than one such unit's price may be left of it.
 */
export function match(
  side: Side,
  limit: Decimal | undefined,
  want: Want,
  interests: readonly Interest[],
  quantityDecimalPlaces: number,
): Match[] {
  const matches: Match[] = [];
  let left: Decimal = 'budget' in want ? want.budget : want.quantity;
  for (const interest of interests) {
    if (!left.isGreaterThan(0) || !crosses(side, limit, interest.price)) break;
    const wanted = 'budget' in want ? left.div(interest.price).decimalPlaces(quantityDecimalPlaces, Decimal.ROUND_DOWN) : left;
    const quantity = Decimal.min(wanted, interest.quantity);
    if (!quantity.isGreaterThan(0)) continue;
    matches.push({ price: interest.price, quantity, orderId: interest.orderId });
    left = left.minus('budget' in want ? quantity.times(interest.price) : quantity);
  }
  return matches;
}

/** The first of the matches, up to a share of all their units. */
export function shareOf(matches: readonly Match[], share: number, quantityDecimalPlaces: number): Match[] {
  const all = matches.reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0));
  let left = all.times(share).decimalPlaces(quantityDecimalPlaces, Decimal.ROUND_DOWN);
  return matches.flatMap((found) => {
    const quantity = Decimal.min(left, found.quantity);
    left = left.minus(quantity);
    return quantity.isGreaterThan(0) ? [{ ...found, quantity }] : [];
  });
}

/** Units that the interests offer within a limit. */
export function depthWithin(side: Side, limit: Decimal | undefined, interests: readonly Interest[]): Decimal {
  return interests.reduce((sum, interest) => (crosses(side, limit, interest.price) ? sum.plus(interest.quantity) : sum), new Decimal(0));
}
