import { missing, neededMultiple, type Obligation } from './cover.ts';
import type { CoverageInputs } from './inputs.ts';
import type { ValuedHolding } from './valued-holdings.ts';

/** All futures together. */
export interface Outcomes {
  /** Share of them in which everything is covered. */
  readonly probability: number;
  /** How many times as much the coins would have to bring in each future, and the won that are missing in it; each sorted, least first. */
  readonly multiples: Float64Array;
  readonly shortfalls: Float64Array;
}

/** Won by path that the coins of each case bring when they are sold so many days from now, in the order of the cases. */
export function broughtByCase(
  { cases, settings }: CoverageInputs,
  valued: readonly ValuedHolding[],
  horizonOf: (place: number) => number,
): Float64Array[] {
  return cases.map((_, place) => {
    const sum = new Float64Array(settings.paths);
    for (const each of valued) if (each.place === place) addTo(sum, each.netOver(horizonOf(place)), 1);
    return sum;
  });
}

export function addTo(sum: Float64Array, part: Float64Array | undefined, share: number): void {
  if (part === undefined) return;
  for (let path = 0; path < sum.length; path++) sum[path] = (sum[path] ?? 0) + share * (part[path] ?? 0);
}

/** How many times as much the coins would have to bring in each future, in the order of the paths. */
function multiplesOf(all: readonly Obligation[], brought: readonly Float64Array[], paths: number): Float64Array {
  const multiples = new Float64Array(paths);
  let path = 0;
  const at = (place: number) => brought[place]?.[path] ?? 0;
  for (; path < paths; path++) multiples[path] = neededMultiple(all, at);
  return multiples;
}

/** Share of the futures in which everything is covered. */
export function probabilityOf(all: readonly Obligation[], brought: readonly Float64Array[], paths: number): number {
  let covering = 0;
  for (const multiple of multiplesOf(all, brought, paths)) if (multiple <= 1) covering++;
  return covering / paths;
}

export function outcomesOf(all: readonly Obligation[], brought: readonly Float64Array[], paths: number): Outcomes {
  const shortfalls = new Float64Array(paths);
  let path = 0;
  const at = (place: number) => brought[place]?.[path] ?? 0;
  for (; path < paths; path++) shortfalls[path] = missing(all, at);
  return {
    probability: probabilityOf(all, brought, paths),
    multiples: multiplesOf(all, brought, paths).sort(),
    shortfalls: shortfalls.sort(),
  };
}

const ROUNDING = 1e-9;

/** The least figure that this share of the sorted ones does not exceed. */
export function orderStatistic(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length - ROUNDING) - 1)] ?? Number.NaN;
}
