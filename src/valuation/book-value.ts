import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Price, Won } from '../kernel/money.ts';
import type { BookSnapshot } from './book-snapshot.ts';

/** What a quantity is worth against the bids shown at one moment. */
export interface BookValue {
  /** The best bid; zero where nobody bids. */
  readonly price: Price;
  /** Whole won, rounded down: the bids shown, and the lowest of them for what they do not take. */
  readonly value: Won;
  /** Whole won, rounded down, that the shown bids alone would have paid. */
  readonly depth: Won;
  /** True when the shown bids take the whole quantity. */
  readonly depthCovers: boolean;
}

/**
 * Values a quantity by depth and never by a last price: it is sold down the bids shown, from the best on. What they do not take is
 * counted at the lowest bid shown, since a book refills, and `depthCovers` says so. Without bids the quantity is worth nothing.
 * Error: `INPUT_INVALID` for another asset's book.
 */
export function valueAgainstBook(quantity: CoinAmount, snapshot: BookSnapshot): BookValue {
  assertSameAsset(quantity, snapshot);
  let left = quantity.value;
  let paid = new Decimal(0);
  for (const bid of snapshot.bids) {
    const taken = Decimal.min(left, bid.quantity.value);
    paid = paid.plus(taken.times(bid.price.value));
    left = left.minus(taken);
  }
  const lowest = snapshot.bids.at(-1)?.price.value ?? new Decimal(0);
  return {
    price: snapshot.bids[0]?.price ?? Price.of(quantity.asset, '0'),
    value: wholeWon(paid.plus(left.times(lowest))),
    depth: wholeWon(paid),
    depthCovers: left.isZero(),
  };
}

/**
 * The quantity, in steps of 10^-decimalPlaces, that is worth an amount against the book: `up` is the smallest that is worth at
 * least the amount, `down` the largest that is worth at most it. Undefined where no quantity is worth anything.
 */
export function quantityWorth(amount: Won, snapshot: BookSnapshot, decimalPlaces: number, rounding: 'up' | 'down'): CoinAmount | undefined {
  let left = amount.value;
  let quantity = new Decimal(0);
  for (const bid of snapshot.bids) {
    const worth = bid.price.value.times(bid.quantity.value);
    if (left.isLessThanOrEqualTo(worth)) return step(snapshot.asset, quantity, left, bid.price, decimalPlaces, rounding);
    left = left.minus(worth);
    quantity = quantity.plus(bid.quantity.value);
  }
  const lowest = snapshot.bids.at(-1)?.price;
  return lowest === undefined ? undefined : step(snapshot.asset, quantity, left, lowest, decimalPlaces, rounding);
}

/** `taken` plus what the rest buys at one price. The division keeps forty decimals, so its own rounding is far below a step. */
function step(
  asset: string,
  taken: Decimal,
  rest: Decimal,
  price: Price,
  decimalPlaces: number,
  rounding: 'up' | 'down',
): CoinAmount | undefined {
  if (price.isZero()) return undefined;
  const mode = rounding === 'up' ? Decimal.ROUND_UP : Decimal.ROUND_DOWN;
  return CoinAmount.of(asset, taken.plus(rest.div(price.value)).decimalPlaces(decimalPlaces, mode));
}

function wholeWon(exact: Decimal): Won {
  return Won.of(exact.integerValue(Decimal.ROUND_DOWN));
}

function assertSameAsset(quantity: CoinAmount, snapshot: BookSnapshot): void {
  if (quantity.asset !== snapshot.asset) {
    throw new CheongsanError('INPUT_INVALID', `The book of ${snapshot.asset} cannot value ${quantity.asset}.`);
  }
}
