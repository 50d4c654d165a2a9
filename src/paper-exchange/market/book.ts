import { Decimal } from '../../kernel/decimal.ts';
import { SeededRandom } from '../../kernel/random.ts';
import type { TickTable } from '../core/trading-rules.ts';
import { quotePrice, quoteVolume } from './candles.ts';

export interface Level {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

/** The market's own orders during one minute, best first on both sides. */
export interface Book {
  readonly asset: string;
  /** The minute whose bar it was made from. */
  readonly minute: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface BookInput {
  readonly seed: string;
  readonly asset: string;
  readonly minute: number;
  /** Won at the beginning of the minute; nothing later is known yet. */
  readonly price: number;
  /** Units a minute, from the minutes before. */
  readonly averageVolume: number;
  readonly ticks: TickTable;
  readonly levels: number;
}

/** Depth of one side in minutes of usual volume, as in recorded Upbit books. */
const DEPTH_MINUTES = 2.5;
const DEPTH_DISPERSION = 0.25;
const SIZE_DISPERSION = 1.2;
/** A market that turns over this many won a minute shows this spread; thinner ones show wider, up to the maximum. */
const LIQUID_TURNOVER_WON = 100_000_000;
const LIQUID_SPREAD_BPS = 3;
const SPREAD_EXPONENT = 0.35;
const SPREAD_BPS_MAX = 60;
/** Ticks finer than this leave holes between levels. */
const HOLE_TICK_BPS = 2;
const HOLE_CHANCE = 0.35;
const HOLE_TICKS_MAX = 12;
const SMALLEST_QUANTITY = new Decimal('0.00000001');

/**
 * Makes the book of one minute, a pure function of its input: the same seed, coin, minute and bars before it always give the
 * same levels. The spread is at least one tick and widens as turnover falls; sizes are log-normal and add up to about two and
 * a half minutes of usual volume a side.
 */
export function makeBook(input: BookInput): Book {
  const random = new SeededRandom(input.seed, 'book', input.asset, input.minute);
  const { ticks } = input;
  const middle = quotePrice(input.price, ticks);
  const tickBps = ticks.tickAt(middle).div(middle).times(10_000).toNumber();
  const turnover = Math.max(1, input.averageVolume * input.price);
  const spreadBps = Math.min(SPREAD_BPS_MAX, LIQUID_SPREAD_BPS * (LIQUID_TURNOVER_WON / turnover) ** SPREAD_EXPONENT);
  const spreadTicks = 1 + Math.floor((-Math.log(1 - random.next()) * spreadBps) / tickBps);
  const belowMiddle = random.integer(0, spreadTicks);
  const bestBid = walk(middle, belowMiddle, (price) => ticks.below(price));
  const bestAsk = walk(bestBid, spreadTicks, (price) => ticks.above(price));
  const holeChance = HOLE_CHANCE * Math.max(0, 1 - tickBps / HOLE_TICK_BPS);
  return {
    asset: input.asset,
    minute: input.minute,
    bids: makeSide(input, random, bestBid, holeChance, (price) => ticks.below(price)),
    asks: makeSide(input, random, bestAsk, holeChance, (price) => ticks.above(price)),
  };
}

function makeSide(
  input: BookInput,
  random: SeededRandom,
  best: Decimal,
  holeChance: number,
  next: (price: Decimal) => Decimal | undefined,
): Level[] {
  const total = DEPTH_MINUTES * input.averageVolume * Math.exp(DEPTH_DISPERSION * random.normal());
  const weights = Array.from({ length: input.levels }, () => Math.exp(SIZE_DISPERSION * random.normal()));
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  const levels: Level[] = [];
  let price: Decimal | undefined = best;
  for (const weight of weights) {
    if (price === undefined) break;
    levels.push({ price, quantity: Decimal.max(SMALLEST_QUANTITY, quoteVolume((total * weight) / weightSum)) });
    const stepTicks = random.chance(holeChance) ? random.integer(2, HOLE_TICKS_MAX) : 1;
    for (let tick = 0; tick < stepTicks && price !== undefined; tick++) price = next(price);
  }
  return levels;
}

/** As many ticks as asked for, or fewer where prices end. */
function walk(from: Decimal, ticks: number, next: (price: Decimal) => Decimal | undefined): Decimal {
  let price = from;
  for (let tick = 0; tick < ticks; tick++) price = next(price) ?? price;
  return price;
}
