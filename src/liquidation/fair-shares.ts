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
 * in the order of time and then of the venue's ids, is divided in proportion to what is still open of every share: quantities in the unit the venue
 * counts in (`decimalPlaces`), then proceeds and fee as the quantities, in hundred-millionths of a won; what rounding leaves over goes, unit by unit, to the largest
 * remainders, ties to the lower holding number. So no share ever receives more than it put in, an order that is filled whole fills
 * every share whole, and anybody can repeat the division from the published quantities. More than was open, which no venue should
 * say, is divided as the shares were: what has happened is never refused (invariant 4).
 */
export function shareFills<S extends Share>(
  shares: readonly S[],
  fills: readonly Fill[],
  paidFee: VenueWon,
  decimalPlaces: number,
): SharedFill<S>[] {
  const ordered = shares.toSorted((a, b) => a.holdingId - b.holdingId);
  const trades = fills.toSorted(byTime);
  const fees = shareWon(
    paidFee,
    trades.map(({ proceeds }) => proceeds),
  );
  const whole = ordered.map(({ quantity }) => quantity);
  let open = whole;
  return trades.flatMap((fill, index) => {
    const weights = open.some((left) => left.isPositive()) ? open : whole;
    const quantities = shareCoins(fill.quantity, weights, decimalPlaces);
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

/** The same whatever the order in which the venue lists them this time. */
function byTime(a: Fill, b: Fill): number {
  return a.filledAt.getTime() - b.filledAt.getTime() || (a.tradeId < b.tradeId ? -1 : a.tradeId > b.tradeId ? 1 : 0);
}

/**
 * A quantity over weights of the same coin, in the unit the venue counts in, or a finer one that occurs in any of them: a round figure
 * is no reason to divide in whole coins. Over weights that are all zero, in equal parts.
 */
export function shareCoins(quantity: CoinAmount, weights: readonly CoinAmount[], decimalPlaces: number): CoinAmount[] {
  const places = Math.max(decimalPlaces, placesOf([quantity, ...weights]));
  return split(quantity.value, weights, places).map((part) => CoinAmount.of(quantity.asset, part));
}

/**
 * However round a trade's won are: in whole won a small share of a small trade would get none of the proceeds and bear some of the fee,
 * and of many such trades the lower number would get more each time.
 */
const WON_PLACES_MIN = 8;

function shareWon(amount: VenueWon, weights: readonly Valued[]): VenueWon[] {
  if (amount.isNegative()) return shareWon(amount.negated(), weights).map((part) => part.negated());
  return split(amount.value, weights, Math.max(WON_PLACES_MIN, placesOf([amount]))).map((part) => VenueWon.of(amount.venue, part));
}

interface Valued {
  readonly value: Decimal;
}

function split(whole: Decimal, weights: readonly Valued[], places: number): Decimal[] {
  if (weights.length === 0) return [];
  const weightPlaces = placesOf(weights);
  const isWeighed = weights.some(({ value }) => value.isGreaterThan(0));
  const parts = splitByLargestRemainder(
    toUnits(whole, places),
    weights.map(({ value }) => (isWeighed ? toUnits(value, weightPlaces) : 1n)),
  );
  return parts.map((part) => new Decimal(part.toString()).shiftedBy(-places));
}

function toUnits(value: Decimal, places: number): bigint {
  return BigInt(value.shiftedBy(places).toFixed(0));
}

function placesOf(amounts: readonly Valued[]): number {
  return Math.max(0, ...amounts.map(({ value }) => value.decimalPlaces() ?? 0));
}
