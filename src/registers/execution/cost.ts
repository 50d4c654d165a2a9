import type { OrderStyle } from '../../database/generated/enums.ts';
import { Decimal } from '../../kernel/decimal.ts';
import type { CoinAmount, Price, VenueWon } from '../../kernel/money.ts';

/*
 * What selling cost against what a price had promised (implementation shortfall; Perold 1988, divided as Kissell divides it). All sums
 * are exact won: they only add, subtract and multiply what the books hold. Positive is a cost, negative a gain.
 */

/** One case's part of one trade, with what was known when its order was decided. */
export interface Fill {
  readonly fillId: number;
  readonly orderId: number;
  readonly tradeId: string;
  readonly venue: string;
  readonly style: OrderStyle;
  readonly quantity: CoinAmount;
  readonly price: Price;
  /** Won received before the fee, as booked: quantity × price up to the venue's own rounding. */
  readonly proceeds: VenueWon;
  readonly fee: VenueWon;
  readonly filledAt: Date;
  /** The decision behind it; undefined only where no share of the order is recorded. */
  readonly decidedAt: Date | undefined;
  /** Mid of the book the decision was made from; undefined where its record holds none. */
  readonly mid: Price | undefined;
}

/** Against one benchmark price. `total` = (units at the benchmark − proceeds) + fees. */
export interface Cost {
  /** What the units would have brought at the benchmark: what the basis points are of. */
  readonly benchmark: Decimal;
  readonly fees: Decimal;
  readonly total: Decimal;
}

/** Against the arrival price: `total` = `fees` + `impact` + `timing` + `unsplit`. */
export interface ArrivalCost extends Cost {
  /** Spread and impact: units × (mid at the decision − price). */
  readonly impact: Decimal;
  /** The market's own way meanwhile: units × (arrival price − mid at the decision). */
  readonly timing: Decimal;
  /** Of fills whose decision's mid is not recorded: both of the above together. */
  readonly unsplit: Decimal;
}

const NOTHING = new Decimal(0);

export function costAgainst({ quantity, proceeds, fee, venue }: Fill, benchmarkPrice: Price): Cost {
  const benchmark = quantity.costAt(benchmarkPrice, venue);
  return { benchmark: benchmark.value, fees: fee.value, total: benchmark.minus(proceeds).plus(fee).value };
}

export function arrivalCost(fill: Fill, arrivalPrice: Price): ArrivalCost {
  const cost = costAgainst(fill, arrivalPrice);
  const { quantity, proceeds, venue, mid } = fill;
  const arrival = quantity.costAt(arrivalPrice, venue);
  if (mid === undefined) return { ...cost, impact: NOTHING, timing: NOTHING, unsplit: arrival.minus(proceeds).value };
  const decided = quantity.costAt(mid, venue);
  return { ...cost, impact: decided.minus(proceeds).value, timing: arrival.minus(decided).value, unsplit: NOTHING };
}

/** A fill against both benchmarks; each is undefined where its price is not known. */
export interface MeasuredFill {
  readonly fill: Fill;
  readonly arrivalPrice: Price | undefined;
  readonly arrival: ArrivalCost | undefined;
  readonly windowStart: Cost | undefined;
}

export function measureFill(
  fill: Fill,
  prices: { readonly arrival: Price | undefined; readonly windowStart: Price | undefined },
): MeasuredFill {
  return {
    fill,
    arrivalPrice: prices.arrival,
    arrival: prices.arrival === undefined ? undefined : arrivalCost(fill, prices.arrival),
    windowStart: prices.windowStart === undefined ? undefined : costAgainst(fill, prices.windowStart),
  };
}

/** Figures of many fills that add up, whatever cases, coins and venues they are of. */
export interface ExecutionSums {
  readonly fills: number;
  readonly proceeds: Decimal;
  readonly fees: Decimal;
  /** Of the proceeds, those of orders that rested in the book. */
  readonly passiveProceeds: Decimal;
  /** Of the proceeds, those of fills whose decision is known; and the same times the milliseconds from decision to trade. */
  readonly timedProceeds: Decimal;
  readonly waitedProceedsMs: Decimal;
  /** Over the fills whose benchmark is known, and how many these are. */
  readonly arrival: ArrivalCost;
  readonly arrivalFills: number;
  readonly windowStart: Cost;
  readonly windowStartFills: number;
}

const NO_COST: Cost = { benchmark: NOTHING, fees: NOTHING, total: NOTHING };
export const NO_SUMS: ExecutionSums = {
  fills: 0,
  proceeds: NOTHING,
  fees: NOTHING,
  passiveProceeds: NOTHING,
  timedProceeds: NOTHING,
  waitedProceedsMs: NOTHING,
  arrival: { ...NO_COST, impact: NOTHING, timing: NOTHING, unsplit: NOTHING },
  arrivalFills: 0,
  windowStart: NO_COST,
  windowStartFills: 0,
};

export function sumsOf(measured: Iterable<MeasuredFill>): ExecutionSums {
  let sums = NO_SUMS;
  for (const each of measured) sums = addSums(sums, sumsOfOne(each));
  return sums;
}

export function totalOf(parts: Iterable<ExecutionSums>): ExecutionSums {
  let sums = NO_SUMS;
  for (const part of parts) sums = addSums(sums, part);
  return sums;
}

function sumsOfOne({ fill, arrival, windowStart }: MeasuredFill): ExecutionSums {
  const { style, proceeds, fee, filledAt, decidedAt } = fill;
  const waitedMs = decidedAt === undefined ? undefined : filledAt.getTime() - decidedAt.getTime();
  return {
    fills: 1,
    proceeds: proceeds.value,
    fees: fee.value,
    passiveProceeds: style === 'passive' ? proceeds.value : NOTHING,
    timedProceeds: waitedMs === undefined ? NOTHING : proceeds.value,
    waitedProceedsMs: waitedMs === undefined ? NOTHING : proceeds.value.times(waitedMs),
    arrival: arrival ?? NO_SUMS.arrival,
    arrivalFills: arrival === undefined ? 0 : 1,
    windowStart: windowStart ?? NO_COST,
    windowStartFills: windowStart === undefined ? 0 : 1,
  };
}

function addSums(a: ExecutionSums, b: ExecutionSums): ExecutionSums {
  return {
    fills: a.fills + b.fills,
    proceeds: a.proceeds.plus(b.proceeds),
    fees: a.fees.plus(b.fees),
    passiveProceeds: a.passiveProceeds.plus(b.passiveProceeds),
    timedProceeds: a.timedProceeds.plus(b.timedProceeds),
    waitedProceedsMs: a.waitedProceedsMs.plus(b.waitedProceedsMs),
    arrival: {
      ...addCosts(a.arrival, b.arrival),
      impact: a.arrival.impact.plus(b.arrival.impact),
      timing: a.arrival.timing.plus(b.arrival.timing),
      unsplit: a.arrival.unsplit.plus(b.arrival.unsplit),
    },
    arrivalFills: a.arrivalFills + b.arrivalFills,
    windowStart: addCosts(a.windowStart, b.windowStart),
    windowStartFills: a.windowStartFills + b.windowStartFills,
  };
}

function addCosts(a: Cost, b: Cost): Cost {
  return { benchmark: a.benchmark.plus(b.benchmark), fees: a.fees.plus(b.fees), total: a.total.plus(b.total) };
}

const BASIS_POINTS = 10_000;
const BASIS_POINT_DECIMALS = 4;
const SHARE_DECIMALS = 6;
const SECOND_MS = 1_000;
const SECOND_DECIMALS = 3;

/**
 * Basis points of the benchmark value, to four decimals. Of sums this is the mean of the parts weighted by their value. Undefined where
 * nothing was sold, or the benchmark is worth nothing.
 */
export function basisPoints(amount: Decimal, benchmark: Decimal): Decimal | undefined {
  return quotient(amount.times(BASIS_POINTS), benchmark, BASIS_POINT_DECIMALS);
}

/** Share of the proceeds that orders resting in the book brought, from 0 to 1. */
export function passiveShare({ passiveProceeds, proceeds }: ExecutionSums): Decimal | undefined {
  return quotient(passiveProceeds, proceeds, SHARE_DECIMALS);
}

/** From decision to trade, weighted by proceeds, so that a trade in two parts counts as much as in one. */
export function averageSecondsToFill({ waitedProceedsMs, timedProceeds }: ExecutionSums): Decimal | undefined {
  return quotient(waitedProceedsMs.div(SECOND_MS), timedProceeds, SECOND_DECIMALS);
}

/** To so many decimals, halves away from zero; undefined instead of a division by zero. */
export function quotient(numerator: Decimal, denominator: Decimal, decimalPlaces: number): Decimal | undefined {
  return denominator.isZero() ? undefined : numerator.div(denominator).decimalPlaces(decimalPlaces, Decimal.ROUND_HALF_UP);
}
