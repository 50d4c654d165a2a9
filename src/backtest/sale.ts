import { AVERAGE_OF_PEAK } from '../liquidation/planning/impact.ts';
import { at, type Grid } from './grid.ts';

/** Nobody pays less than nothing. */
const SLIP_MAX = 0.95;
const NOTHING = 1e-12;

/**
 * What to sell: a share of the whole at the open of the first bar, then a share in each bar. What a bar cannot take moves to the next.
 */
export interface Schedule {
  readonly now: number;
  readonly wanted: (bar: number, left: number) => number;
}

/** Both as shares of what the whole was worth when the sale began. */
export interface SaleResult {
  readonly shortfall: number;
  readonly impact: number;
}

/**
 * Sells so many units from a bar on, at most the tail's bars long; what is then unsold goes in the last. A bar takes no more than its
 * capacity, and nothing without trade; the square-root law is paid once a bar.
 */
export function sell(
  grid: Grid,
  start: { readonly bar: number; readonly units: number; readonly tail: number },
  schedule: Schedule,
): SaleResult {
  const { bar: first, units, tail } = start;
  const arrival = at(grid.open, first);
  let [left, backlog, received, impact] = [1, 0, 0, 0];
  for (let step = 0; left > NOTHING && step <= tail; step++) {
    const bar = first + step;
    backlog += (step === 0 ? Math.max(0, schedule.now) : 0) + Math.max(0, schedule.wanted(step, left));
    const share = step === tail ? left : takenShare(grid, bar, units, Math.min(backlog, left));
    if (share <= 0) continue;
    backlog = Math.max(0, backlog - share);
    left -= share;
    const capacity = at(grid.capacity, bar);
    const slip = Math.min(SLIP_MAX, grid.halfSpread + AVERAGE_OF_PEAK * at(grid.sigmaBar, bar) * Math.sqrt((share * units) / capacity));
    const atOpen = step === 0 ? Math.min(schedule.now, share) : 0;
    const value = (atOpen * arrival + (share - atOpen) * at(grid.typical, bar)) / arrival;
    received += value * (1 - slip);
    impact += value * slip;
  }
  return { shortfall: 1 - received, impact };
}

function takenShare(grid: Grid, bar: number, units: number, wanted: number): number {
  return at(grid.volume, bar) > 0 ? Math.min(wanted, at(grid.capacity, bar) / units) : 0;
}

export interface SaleStatistics {
  readonly n: number;
  readonly meanBps: number;
  readonly sdBps: number;
  /** Mean of the worst twentieth. */
  readonly cvar5Bps: number;
  readonly impactBps: number;
}

const BPS = 1e4;
const TAIL_SHARE = 0.05;

export function statisticsOf(results: readonly SaleResult[]): SaleStatistics {
  const n = results.length;
  const losses = Float64Array.from(results, ({ shortfall }) => shortfall * BPS)
    .sort()
    .reverse();
  const worst = Math.max(1, Math.floor(TAIL_SHARE * n + 0.5));
  const meanBps = total(losses) / n;
  return {
    n,
    meanBps,
    sdBps: Math.sqrt(total(losses.map((loss) => (loss - meanBps) ** 2)) / n),
    cvar5Bps: total(losses.subarray(0, worst)) / worst,
    impactBps: (results.reduce((sum, { impact }) => sum + impact, 0) / n) * BPS,
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Mean impact and the weighed tail: what a planner tries to keep small. */
export function costOf({ impactBps, cvar5Bps }: SaleStatistics, lambda: number): number {
  return impactBps + lambda * cvar5Bps;
}
