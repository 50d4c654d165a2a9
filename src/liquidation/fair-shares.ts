import type { Fill } from '../exchange/port.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CoinAmount, splitByLargestRemainder, VenueWon } from '../kernel/money.ts';

/** Name of the rule below; stored with every order that several cases share. */
export const SHARING_RULE = 'open-remainder-1';

/** What of an order is one case's. */
export interface Share {
  readonly holdingId: number;
  readonly quantity: CoinAmount;
}

/** One case's part of one trade. */
export interface SharedFill<S extends Share> {
  readonly share: S;
  readonly fill: Fill;
  readonly quantity: CoinAmount;
  readonly proceeds: VenueWon;
  readonly fee: VenueWon;
}

/**
 * Whose each trade of an order is, down to the last unit. The fee of the order lies over its trades as their proceeds do. Each trade,
 * in the order the venue lists them, is divided in proportion to what is still open of every share: quantities in the smallest unit
 * that occurs, then proceeds and fee as the quantities; what rounding leaves over goes, unit by unit, to the largest remainders, ties
 * to the lower holding number. So no share ever receives more than it put in, an order that is filled whole fills every share whole,
 * and anybody can repeat the division from the published quantities.
 */
export function shareFills<S extends Share>(shares: readonly S[], fills: readonly Fill[], paidFee: VenueWon): SharedFill<S>[] {
  const ordered = shares.toSorted((a, b) => a.holdingId - b.holdingId);
  const fees = shareWon(
    paidFee,
    fills.map(({ proceeds }) => proceeds),
  );
  let open = ordered.map(({ quantity }) => quantity);
  return fills.flatMap((fill, index) => {
    const quantities = shareCoins(fill.quantity, open);
    open = open.map((left, place) => left.minus(quantities[place] ?? left).larger(CoinAmount.zero(left.asset)));
    const proceeds = shareWon(fill.proceeds, quantities);
    const fee = shareWon(fees[index] ?? VenueWon.zero(paidFee.venue), quantities);
    return ordered.flatMap((share, place) => {
      const [quantity, won, cost] = [quantities[place], proceeds[place], fee[place]];
      if (quantity === undefined || won === undefined || cost === undefined || quantity.isZero()) return [];
      return [{ share, fill, quantity, proceeds: won, fee: cost }];
    });
  });
}

/**
 * A quantity over weights of the same coin, in the smallest unit that occurs in any of them. What no venue should say, more than is
 * open, or something where nothing is open, is divided all the same: what has happened is never refused (invariant 4).
 */
export function shareCoins(quantity: CoinAmount, weights: readonly CoinAmount[]): CoinAmount[] {
  const places = decimalPlaces([quantity, ...weights]);
  const values = weights.map(({ value }) => value);
  const usable = values.some((value) => value.isGreaterThan(0)) ? values : values.map(() => new Decimal(1));
  return split(quantity.value, usable, places).map((part) => CoinAmount.of(quantity.asset, part));
}

function shareWon(amount: VenueWon, weights: readonly Valued[]): VenueWon[] {
  const values = weights.map(({ value }) => value);
  if (values.every((value) => value.isZero())) return values.map(() => VenueWon.zero(amount.venue));
  return split(amount.value, values, decimalPlaces([amount])).map((part) => VenueWon.of(amount.venue, part));
}

interface Valued {
  readonly value: Decimal;
}

function split(whole: Decimal, weights: readonly Decimal[], places: number): Decimal[] {
  const weightPlaces = Math.max(0, ...weights.map((weight) => weight.decimalPlaces() ?? 0));
  const parts = splitByLargestRemainder(
    toUnits(whole, places),
    weights.map((weight) => toUnits(weight, weightPlaces)),
  );
  return parts.map((part) => new Decimal(part.toString()).shiftedBy(-places));
}

function toUnits(value: Decimal, places: number): bigint {
  return BigInt(value.shiftedBy(places).toFixed(0));
}

function decimalPlaces(amounts: readonly Valued[]): number {
  return Math.max(0, ...amounts.map(({ value }) => value.decimalPlaces() ?? 0));
}
