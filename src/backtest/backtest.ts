import { saleTable } from '../liquidation/planning/sale-table.ts';
import { type Grid, marginsOf, type Regime } from './grid.ts';
import { type Cell, cellsOf, measure, measureReferences } from './measure.ts';
import { Planner } from './planner.ts';
import { costOf, type SaleStatistics } from './sale.ts';

const HOUR_MS = 3_600_000;

export const DEFAULT_NOTIONALS = [2e7, 1e9, 1e10];
export const DEFAULT_LAMBDAS = [0.02, 0.05, 0.1, 0.2];

interface CellName {
  readonly file: string;
  readonly venue: string;
  readonly set: string;
  readonly coin: string;
  readonly barMs: number;
  readonly regime: Regime;
  readonly notionalKrw: number;
  /** With less history before and less time after each start than the judge wants. */
  readonly isShort: boolean;
}

/** One of the ten references in one cell. */
export interface ReferenceResult extends CellName, SaleStatistics {
  readonly kind: 'reference';
  readonly strategy: string;
}

/** The planner in one cell at one risk weight, against the reference that was best there, which only hindsight tells. */
export interface PlannerResult extends CellName, SaleStatistics {
  readonly kind: 'planner';
  readonly lambda: number;
  readonly best: string;
  readonly bestImpactBps: number;
  readonly bestCvar5Bps: number;
  /** Null where the best reference cost nothing or less: nothing is a multiple of that. */
  readonly ratio: number | null;
}

export type CellResult = ReferenceResult | PlannerResult;

/** Every cell of a market, the references of each before the planner's results. A cell without starts has none. */
export function* backtest(
  grid: Grid,
  { notionals, lambdas }: { readonly notionals: readonly number[]; readonly lambdas: readonly number[] },
): Generator<CellResult> {
  const planner = new Planner(grid);
  for (const cell of cellsOf(grid, notionals)) {
    const references = measureReferences(cell);
    const name = nameOf(cell);
    for (const [strategy, statistics] of references) yield { kind: 'reference', ...name, strategy, ...statistics };
    for (const lambda of lambdas) {
      const own = measurePlanner(planner, cell, lambda);
      const best = bestOf(references, lambda);
      if (own === undefined || best === undefined) continue;
      const bestCost = costOf(best.statistics, lambda);
      yield {
        kind: 'planner',
        ...name,
        lambda,
        ...own,
        best: best.strategy,
        bestImpactBps: best.statistics.impactBps,
        bestCvar5Bps: best.statistics.cvar5Bps,
        ratio: bestCost > 0 ? costOf(own, lambda) / bestCost : null,
      };
    }
  }
}

function nameOf({ grid, regime, notionalKrw }: Cell): CellName {
  const { file, venue, name, coin, barMs } = grid;
  return { file, venue, set: name, coin, barMs, regime, notionalKrw, isShort: marginsOf(grid).isShort };
}

function measurePlanner(planner: Planner, cell: Cell, lambda: number): SaleStatistics | undefined {
  const { grid } = cell;
  const table = saleTable(lambda, grid.barMs / HOUR_MS);
  return measure(cell, (start, units) => planner.scheduleAt(table, { start, units, arrivalPrice: grid.open[start] ?? Number.NaN }));
}

function bestOf(references: ReadonlyMap<string, SaleStatistics>, lambda: number) {
  const all = [...references].map(([strategy, statistics]) => ({ strategy, statistics }));
  return all.toSorted((a, b) => costOf(a.statistics, lambda) - costOf(b.statistics, lambda))[0];
}

export type Group = 'contested' | 'city' | 'fall' | 'few';

const CITY_KRW_MAX = 1e8;
/** So much of this coin is more than the law of impact was measured for; it is shown but not counted. */
const UNMEASURED = { coin: 'LINK', krwFrom: 1e10 };
/** The worst twentieth of fewer sales is not even one of them. */
const SALES_MIN = 20;

/**
 * Sizes for which time matters, sizes that cities sell, the hours after a fall, and what says little, since the recording is short;
 * undefined for what is not counted at all.
 */
export function groupOf({ coin, regime, notionalKrw, isShort, n }: CellName & Pick<SaleStatistics, 'n'>): Group | undefined {
  if (isShort || n < SALES_MIN) return 'few';
  if (regime === 'fall') return 'fall';
  if (notionalKrw <= CITY_KRW_MAX) return 'city';
  return coin === UNMEASURED.coin && notionalKrw >= UNMEASURED.krwFrom ? undefined : 'contested';
}

export interface GroupSummary {
  readonly cells: number;
  /** Null without cells. */
  readonly mean: number | null;
  readonly worst: number | null;
}

/** Ratios of the planner's cost to that of the best reference, by group. */
export class Summary {
  readonly #ratios: Readonly<Record<Group, number[]>> = { contested: [], city: [], fall: [], few: [] };

  add(result: PlannerResult): void {
    const group = groupOf(result);
    if (group !== undefined && result.ratio !== null) this.#ratios[group].push(result.ratio);
  }

  get groups(): Readonly<Record<Group, GroupSummary>> {
    const { contested, city, fall, few } = this.#ratios;
    return { contested: summaryOf(contested), city: summaryOf(city), fall: summaryOf(fall), few: summaryOf(few) };
  }
}

function summaryOf(ratios: readonly number[]): GroupSummary {
  if (ratios.length === 0) return { cells: 0, mean: null, worst: null };
  return { cells: ratios.length, mean: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length, worst: Math.max(...ratios) };
}
