import { at, type Grid, marginsOf, REGIMES, type Regime, startsOf } from './grid.ts';
import { krwPerQuote } from './market-name.ts';
import { REFERENCES } from './references.ts';
import { type SaleResult, type SaleStatistics, type Schedule, sell, statisticsOf } from './sale.ts';

/** One set of sales that are judged together. */
export interface Cell {
  readonly grid: Grid;
  readonly regime: Regime;
  readonly notionalKrw: number;
  readonly starts: readonly number[];
}

export function cellsOf(grid: Grid, notionals: readonly number[]): Cell[] {
  const starts = startsOf(grid);
  return REGIMES.flatMap((regime) => notionals.map((notionalKrw) => ({ grid, regime, notionalKrw, starts: starts[regime] })));
}

/** Every sale of a cell under what `scheduleAt` makes of its start; nothing for a cell without starts. */
export function measure(
  { grid, notionalKrw, starts }: Cell,
  scheduleAt: (bar: number, units: number) => Schedule,
): SaleStatistics | undefined {
  const { tail } = marginsOf(grid);
  const results = starts.map((bar): SaleResult => {
    const units = unitsOf(grid, bar, notionalKrw);
    return sell(grid, { bar, units, tail }, scheduleAt(bar, units));
  });
  return results.length === 0 ? undefined : statisticsOf(results);
}

/** What an amount in won is in coins at the open of a bar. */
export function unitsOf(grid: Grid, bar: number, notionalKrw: number): number {
  return notionalKrw / krwPerQuote(grid.quote) / at(grid.open, bar);
}

export function measureReferences(cell: Cell): ReadonlyMap<string, SaleStatistics> {
  const measured = new Map<string, SaleStatistics>();
  for (const [name, reference] of Object.entries(REFERENCES)) {
    const statistics = measure(cell, (start, units) => reference({ grid: cell.grid, start, units }));
    if (statistics !== undefined) measured.set(name, statistics);
  }
  return measured;
}
