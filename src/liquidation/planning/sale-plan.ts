import type { MarketFigures, PastState } from './market-figures.ts';
import { rounded } from './rounded.ts';
import { along, belowLowest, DISTANCES, distancePlace, lower, PLANE, SIZES, sizePlace } from './sale-axes.ts';
import { impactMultiple, TAIL_SHARE, usualDeviation } from './sale-model.ts';
import type { SaleTable } from './sale-table.ts';

/** Plain figures, to nine digits: with them and the table every decision of the sale can be made again. */
export interface SalePlan {
  readonly lambda: number;
  readonly units: number;
  readonly arrivalPrice: number;
  /** Loss, as a share of what all was worth at the beginning, at which the worst twentieth of such sales begins. */
  readonly threshold: number;
  /** By which every forecast deviation is raised. */
  readonly errorFactor: number;
}

/**
 * One bar's squared return misses its forecast by about as much as the forecast. A sale of many bars meets the mean of many such errors; at
 * this participation it would take one bar for each that the market takes.
 */
const VARIANCE_ERROR = 1;
const PARTICIPATION = 0.05;

/** Half of the weight on past states whose volatility is like the present one, by the difference of logarithms; half on all alike. */
const ALIKE_WIDTH = 0.3;
const ALIKE_SHARE = 0.5;
const ALIKE_LEAST = 1e-9;

/** The threshold is searched between these multiples of the deviation of a bar. */
const THRESHOLD_MIN = 0.01;
const THRESHOLD_MAX = 30;
const STEPS = 16;
const REFINEMENTS = 10;
const GOLDEN = (3 - Math.sqrt(5)) / 2;

/** Error: RangeError when units or price are not positive. */
export function startPlan(
  table: SaleTable,
  task: { readonly units: number; readonly arrivalPrice: number; readonly figures: MarketFigures; readonly past: readonly PastState[] },
): SalePlan {
  const { units, arrivalPrice, figures, past } = task;
  if (!(units > 0 && arrivalPrice > 0 && Number.isFinite(units + arrivalPrice)))
    throw new RangeError(`A sale of ${units} units at ${arrivalPrice} cannot be planned; both must be positive.`);
  const errorFactor = Math.sqrt(1 + VARIANCE_ERROR / (1 + units / (PARTICIPATION * figures.capacity)));
  const profiles = profilesOf(table, [...past, figures], { errorFactor, units });
  const cost = (threshold: number) =>
    profiles.reduce((sum, profile) => sum + costOf(profile, threshold, table.lambda), table.lambda * threshold);
  const threshold = leastCostly(cost, figures.deviation * errorFactor);
  return { lambda: table.lambda, units, arrivalPrice, threshold: rounded(threshold), errorFactor: rounded(errorFactor) };
}

/** A market's usual deviation, and how far from it it is. */
export interface MarketState {
  readonly deviation: number;
  /** Logarithm of the present deviation over the usual one. */
  readonly volatility: number;
}

/** The usual deviation moves where the present one is beyond the volatility states. */
export function marketState(
  table: SaleTable,
  { deviation, usualDeviation: rootMeanSquare }: Pick<MarketFigures, 'deviation' | 'usualDeviation'>,
): MarketState {
  const widest = table.model.logs.at(-1) ?? 0;
  const volatility = Math.min(Math.max(Math.log(deviation / usualDeviation(rootMeanSquare)), -widest), widest);
  return { deviation: deviation / Math.exp(volatility), volatility };
}

/** Costs by distance of one state of the population, everything but the distance settled. */
interface Profile {
  readonly deviation: number;
  readonly weight: number;
  readonly costs: Float64Array;
}

function profilesOf(
  table: SaleTable,
  states: readonly PastState[],
  { errorFactor, units }: { errorFactor: number; units: number },
): Profile[] {
  const present = states.at(-1)?.deviation ?? 1;
  const likeness = states.map(({ deviation }, index) => {
    if (index === states.length - 1) return 1;
    return Math.exp(-0.5 * (Math.log(deviation / present) / ALIKE_WIDTH) ** 2) + ALIKE_LEAST;
  });
  const total = likeness.reduce((sum, each) => sum + each, 0);
  return states.map((state, index) => {
    const { deviation, volatility } = marketState(table, state);
    const raised = deviation * errorFactor;
    const size = ((state.impact / impactMultiple(volatility)) * Math.sqrt(units)) / raised;
    const weight = (ALIKE_SHARE * (likeness[index] ?? 0)) / total + (1 - ALIKE_SHARE) / states.length;
    return { deviation: raised, weight, costs: profileOf(table, size, volatility) };
  });
}

function profileOf({ model, opening }: SaleTable, size: number, volatility: number): Float64Array {
  const sizes = sizePlace(size);
  const row = lower(sizes, SIZES);
  const { state, share } = model.placeOf(volatility);
  const corners = [
    { weight: (1 - share) * (1 - sizes + row), first: state * PLANE + row * DISTANCES },
    { weight: (1 - share) * (sizes - row), first: state * PLANE + (row + 1) * DISTANCES },
    { weight: share * (1 - sizes + row), first: (state + 1) * PLANE + row * DISTANCES },
    { weight: share * (sizes - row), first: (state + 1) * PLANE + (row + 1) * DISTANCES },
  ];
  const costs = new Float64Array(DISTANCES);
  for (const { weight, first } of corners) {
    for (let column = 0; column < DISTANCES; column++)
      costs[column] = (costs[column] ?? 0) + weight * (opening[first + column] ?? Number.NaN);
  }
  return costs;
}

function costOf({ deviation, weight, costs }: Profile, threshold: number, lambda: number): number {
  const distance = threshold / deviation;
  const place = distancePlace(distance);
  const column = lower(place, DISTANCES);
  return weight * deviation * (along(costs, column, place - column) + (lambda / TAIL_SHARE) * belowLowest(distance));
}

/** In equal proportions, then between the neighbours of the best. */
function leastCostly(cost: (threshold: number) => number, deviation: number): number {
  const at = (step: number) => deviation * THRESHOLD_MIN * (THRESHOLD_MAX / THRESHOLD_MIN) ** (step / STEPS);
  let best = { threshold: at(0), cost: cost(at(0)) };
  let [low, high] = [at(0), at(1)];
  for (let step = 1; step <= STEPS; step++) {
    const found = cost(at(step));
    if (found >= best.cost) continue;
    best = { threshold: at(step), cost: found };
    [low, high] = [at(step - 1), at(step + 1)];
  }
  for (let round = 0; round < REFINEMENTS; round++) {
    const [left, right] = [low + GOLDEN * (high - low), high - GOLDEN * (high - low)];
    const [atLeft, atRight] = [cost(left), cost(right)];
    if (atLeft < atRight) high = right;
    else low = left;
    if (Math.min(atLeft, atRight) < best.cost)
      best = atLeft < atRight ? { threshold: left, cost: atLeft } : { threshold: right, cost: atRight };
  }
  return best.threshold;
}
