import { Decimal, isPlainDecimal } from './decimal.ts';
import { CheongsanError } from './errors.ts';

/** What a figure may be made from. A JavaScript number is not among them: it has lost digits before anyone looks. */
export type Figure = string | bigint | Decimal;

export type Rounding = 'down' | 'up';
/** bignumber.js names its modes by number: 0 is away from zero, 1 towards zero. */
const ROUNDING = { down: 1, up: 0 } as const;

function parse(figure: Figure, what: string): Decimal {
  if (typeof figure === 'string' && !isPlainDecimal(figure)) {
    throw new CheongsanError('INPUT_INVALID', `${what} must be a plain decimal such as "1200" or "0.015", got ${JSON.stringify(figure)}.`);
  }
  const value = new Decimal(figure.toString());
  if (!value.isFinite()) {
    throw new CheongsanError('INPUT_INVALID', `${what} must be finite, got ${value.toString()}.`);
  }
  return value;
}

/** Arithmetic that every unit shares. Each unit is a class of its own, so that the compiler refuses to mix two. */
abstract class Quantity<Self extends Quantity<Self>> {
  abstract readonly unit: string;
  readonly value: Decimal;

  protected constructor(value: Decimal) {
    this.value = value;
  }

  /** A quantity of the same unit, asset and venue with another value; checks what the unit demands of a value. */
  protected abstract with(value: Decimal): Self;
  /** Throws unless the other quantity is of the same asset and venue, which types alone cannot tell. */
  protected abstract assertLike(other: Self): void;

  plus(other: Self): Self {
    this.assertLike(other);
    return this.with(this.value.plus(other.value));
  }

  minus(other: Self): Self {
    this.assertLike(other);
    return this.with(this.value.minus(other.value));
  }

  negated(): Self {
    return this.with(this.value.negated());
  }

  /** Negative, zero or positive as this is less than, equal to or more than the other. */
  compare(other: Self): number {
    this.assertLike(other);
    return this.value.comparedTo(other.value) ?? 0;
  }

  equals(other: Self): boolean {
    return this.compare(other) === 0;
  }

  isLessThan(other: Self): boolean {
    return this.compare(other) < 0;
  }

  isMoreThan(other: Self): boolean {
    return this.compare(other) > 0;
  }

  smaller(other: Self): Self {
    return this.compare(other) <= 0 ? this.with(this.value) : other;
  }

  larger(other: Self): Self {
    return this.compare(other) >= 0 ? this.with(this.value) : other;
  }

  isZero(): boolean {
    return this.value.isZero();
  }

  isNegative(): boolean {
    return this.value.isLessThan(0);
  }

  isPositive(): boolean {
    return this.value.isGreaterThan(0);
  }

  /** Plain decimal digits, never an exponent: what is stored, sent and printed. */
  toString(): string {
    return this.value.toFixed();
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Whole won, the unit of bills, the bank and the treasury. Nothing in it has a fraction. */
export class Won extends Quantity<Won> {
  readonly unit = 'KRW';
  static readonly zero = new Won(new Decimal(0));

  static of(figure: Figure): Won {
    return new Won(Won.whole(parse(figure, 'Won')));
  }

  static sum(amounts: Iterable<Won>): Won {
    let total = Won.zero;
    for (const amount of amounts) total = total.plus(amount);
    return total;
  }

  private static whole(value: Decimal): Decimal {
    if (!value.isInteger()) throw new CheongsanError('INPUT_INVALID', `Won must be whole, got ${value.toString()}.`);
    return value;
  }

  /** This many won times a rate, rounded to a whole won the stated way. */
  times(rate: Rate, rounding: Rounding): Won {
    return new Won(this.value.times(rate.value).integerValue(ROUNDING[rounding]));
  }

  /** The largest multiple of `step` won that is not above this: fractions below 10 won are dropped this way. */
  floorTo(step: bigint): Won {
    const size = new Decimal(step.toString());
    return new Won(this.value.div(size).integerValue(ROUNDING.down).times(size));
  }

  toBigInt(): bigint {
    return BigInt(this.value.toFixed(0));
  }

  protected override with(value: Decimal): Won {
    return new Won(Won.whole(value));
  }

  protected override assertLike(_other: Won): void {}
}

/** Won on an account at a venue, with the venue's decimals: an asset of its own until it is withdrawn to the bank. */
export class VenueWon extends Quantity<VenueWon> {
  readonly unit = 'KRW@venue';
  readonly venue: string;

  private constructor(venue: string, value: Decimal) {
    super(value);
    this.venue = venue;
  }

  static of(venue: string, figure: Figure): VenueWon {
    return new VenueWon(venue, parse(figure, 'Venue won'));
  }

  static zero(venue: string): VenueWon {
    return new VenueWon(venue, new Decimal(0));
  }

  static sum(venue: string, amounts: Iterable<VenueWon>): VenueWon {
    let total = VenueWon.zero(venue);
    for (const amount of amounts) total = total.plus(amount);
    return total;
  }

  times(rate: Rate): VenueWon {
    return new VenueWon(this.venue, this.value.times(rate.value));
  }

  /** The whole won in it; `up` is for what must surely suffice, `down` for what may be withdrawn. */
  toWon(rounding: Rounding): Won {
    return Won.of(this.value.integerValue(ROUNDING[rounding]));
  }

  /** Asset code in the ledger, for example `KRW@upbit`. */
  get asset(): string {
    return `KRW@${this.venue}`;
  }

  protected override with(value: Decimal): VenueWon {
    return new VenueWon(this.venue, value);
  }

  protected override assertLike(other: VenueWon): void {
    if (other.venue !== this.venue) {
      throw new CheongsanError('ASSET_DIFFERS', `Won at ${this.venue} and won at ${other.venue} are different assets and cannot be mixed.`);
    }
  }
}

/** Units of one virtual asset, exact to 18 decimals. */
export class CoinAmount extends Quantity<CoinAmount> {
  readonly unit = 'coin';
  readonly asset: string;
  /** What the ledger's numeric column holds. */
  static readonly DECIMAL_PLACES_MAX = 18;

  private constructor(asset: string, value: Decimal) {
    super(value);
    this.asset = asset;
  }

  static of(asset: string, figure: Figure): CoinAmount {
    const value = parse(figure, `Amount of ${asset}`);
    const places = value.decimalPlaces() ?? 0;
    if (places > CoinAmount.DECIMAL_PLACES_MAX) {
      throw new CheongsanError(
        'INPUT_INVALID',
        `Amount of ${asset} has ${places} decimals, at most ${CoinAmount.DECIMAL_PLACES_MAX} are possible.`,
      );
    }
    return new CoinAmount(asset, value);
  }

  static zero(asset: string): CoinAmount {
    return new CoinAmount(asset, new Decimal(0));
  }

  static sum(asset: string, amounts: Iterable<CoinAmount>): CoinAmount {
    let total = CoinAmount.zero(asset);
    for (const amount of amounts) total = total.plus(amount);
    return total;
  }

  /** The exact won these units cost at a price, as won of that venue. */
  costAt(price: Price, venue: string): VenueWon {
    this.assertPriced(price);
    return VenueWon.of(venue, this.value.times(price.value));
  }

  /** What these units are worth at a price in whole won, rounded down: a valuation never promises more. */
  worthAt(price: Price): Won {
    this.assertPriced(price);
    return Won.of(this.value.times(price.value).integerValue(ROUNDING.down));
  }

  times(rate: Rate, decimalPlaces: number, rounding: Rounding): CoinAmount {
    return new CoinAmount(this.asset, this.value.times(rate.value).decimalPlaces(decimalPlaces, ROUNDING[rounding]));
  }

  /** This amount in steps of 10^-decimalPlaces, as a venue accepts it. */
  roundTo(decimalPlaces: number, rounding: Rounding): CoinAmount {
    return new CoinAmount(this.asset, this.value.decimalPlaces(decimalPlaces, ROUNDING[rounding]));
  }

  protected override with(value: Decimal): CoinAmount {
    return new CoinAmount(this.asset, value);
  }

  protected override assertLike(other: CoinAmount): void {
    if (other.asset !== this.asset) {
      throw new CheongsanError('ASSET_DIFFERS', `${this.asset} and ${other.asset} are different assets and cannot be mixed.`);
    }
  }

  private assertPriced(price: Price): void {
    if (price.asset !== this.asset) {
      throw new CheongsanError('ASSET_DIFFERS', `A price of ${price.asset} cannot value ${this.asset}.`);
    }
  }
}

/** Won for one unit of an asset. */
export class Price extends Quantity<Price> {
  readonly unit = 'KRW/coin';
  readonly asset: string;

  private constructor(asset: string, value: Decimal) {
    super(value);
    this.asset = asset;
  }

  static of(asset: string, figure: Figure): Price {
    const value = parse(figure, `Price of ${asset}`);
    if (value.isLessThan(0))
      throw new CheongsanError('AMOUNT_NEGATIVE', `A price cannot be negative, got ${value.toString()} for ${asset}.`);
    return new Price(asset, value);
  }

  times(rate: Rate): Price {
    return new Price(this.asset, this.value.times(rate.value));
  }

  /** How many units these won buy at this price, in steps of 10^-decimalPlaces. */
  unitsFor(won: Won | VenueWon, decimalPlaces: number, rounding: Rounding): CoinAmount {
    if (this.isZero()) throw new CheongsanError('INPUT_INVALID', `A price of zero for ${this.asset} cannot be divided by.`);
    return CoinAmount.of(this.asset, won.value.div(this.value).decimalPlaces(decimalPlaces, ROUNDING[rounding]));
  }

  /** The nearest price that is a multiple of the tick, below or above. */
  roundToTick(tick: Price, rounding: Rounding): Price {
    this.assertLike(tick);
    if (tick.isZero()) throw new CheongsanError('INPUT_INVALID', `The tick of ${this.asset} is zero.`);
    return new Price(this.asset, this.value.div(tick.value).integerValue(ROUNDING[rounding]).times(tick.value));
  }

  protected override with(value: Decimal): Price {
    return Price.of(this.asset, value);
  }

  protected override assertLike(other: Price): void {
    if (other.asset !== this.asset) {
      throw new CheongsanError('ASSET_DIFFERS', `Prices of ${this.asset} and ${other.asset} cannot be mixed.`);
    }
  }
}

/** A pure ratio: a fee of 0.0005, a band of 0.01, a penalty of 0.03. */
export class Rate extends Quantity<Rate> {
  readonly unit = 'rate';
  static readonly one = new Rate(new Decimal(1));
  static readonly zero = new Rate(new Decimal(0));

  static of(figure: Figure): Rate {
    return new Rate(parse(figure, 'Rate'));
  }

  times(other: Rate): Rate {
    return new Rate(this.value.times(other.value));
  }

  protected override with(value: Decimal): Rate {
    return new Rate(value);
  }

  protected override assertLike(_other: Rate): void {}
}

/**
 * Splits a whole into parts in proportion to weights; the parts add up to the whole exactly. The remainder of rounding
 * goes unit by unit to the largest fractions, ties to the earlier weight (largest remainder). Weights are not negative
 * and not all zero unless the whole is zero.
 */
export function splitByLargestRemainder(whole: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole < 0n || weights.some((weight) => weight < 0n)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `A split needs a whole and weights of at least zero, got ${whole} over [${weights.join(', ')}].`,
    );
  }
  if (total === 0n) {
    if (whole === 0n) return weights.map(() => 0n);
    throw new CheongsanError('INPUT_INVALID', `Cannot split ${whole} over weights that are all zero.`);
  }
  const parts = weights.map((weight) => (whole * weight) / total);
  const remainders = weights.map((weight, index) => ({ index, remainder: (whole * weight) % total }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  let left = whole - parts.reduce((sum, part) => sum + part, 0n);
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}
