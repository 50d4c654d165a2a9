import { AVERAGE_OF_PEAK } from '../liquidation/planning/impact.ts';
import { type FigureHistory, figureHistory, figuresAt, knowledgeAt, type MarketKnowledge } from '../liquidation/planning/market-figures.ts';
import { LONGEST_HOURS, nextShare } from '../liquidation/planning/next-share.ts';
import { type SalePlan, startPlan } from '../liquidation/planning/sale-plan.ts';
import type { SaleTable } from '../liquidation/planning/sale-table.ts';
import { at, type Grid, marginsOf } from './grid.ts';
import type { Schedule } from './sale.ts';

/** Shares of the whole: at the open of the first bar, and in each bar; together one. */
export interface PlannedSale {
  readonly now: number;
  readonly shares: readonly number[];
}

export interface PlannerTask {
  readonly start: number;
  readonly units: number;
  readonly arrivalPrice: number;
}

const NOTHING = 1e-12;
const SLIP_MAX = 0.95;

/**
 * The service's planner at a recorded market. What it asks for in a bar it made from earlier bars only; what the bar then took and paid
 * it learns before the next, without the spread, which turns no plan.
 */
export class Planner {
  readonly #grid: Grid;
  readonly #history: FigureHistory;
  readonly #known = new Map<number, MarketKnowledge | undefined>();

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#history = figureHistory(grid);
  }

  scheduleAt(table: SaleTable, task: PlannerTask): Schedule {
    const { now, shares } = this.plannedSale(table, task);
    return { now, wanted: (step) => shares[step] ?? 0 };
  }

  /** Where too little is known of the market to plan, evenly over a day. */
  plannedSale(table: SaleTable, task: PlannerTask): PlannedSale {
    const known = this.#knowledgeAt(task.start);
    if (known === undefined) return evenlyOverADay(this.#grid);
    const plan = startPlan(table, { units: task.units, arrivalPrice: task.arrivalPrice, ...known });
    return this.#carryOut(table, plan, task.start);
  }

  #knowledgeAt(bar: number): MarketKnowledge | undefined {
    const known = this.#known.get(bar);
    if (known !== undefined || this.#known.has(bar)) return known;
    const found = knowledgeAt(this.#history, bar);
    this.#known.set(bar, found);
    return found;
  }

  #carryOut(table: SaleTable, plan: SalePlan, start: number): PlannedSale {
    const asked: number[] = [];
    const sale = { left: 1, waiting: 0, received: 0 };
    const longest = Math.max(marginsOf(this.#grid).tail, LONGEST_HOURS / table.barHours);
    for (let step = 0; sale.left > NOTHING && step <= longest; step++) {
      const wanted = this.#wanted(table, plan, { ...sale, bar: start + step, step });
      const added = Math.max(0, wanted - sale.waiting);
      asked.push(added);
      sale.waiting += added;
      // The recording ends here: the rest is asked for in the next bar, which nobody sees.
      if (start + step >= this.#grid.bars) break;
      this.#take(plan, start + step, sale, step === 0);
    }
    const [now = 0, ...later] = asked;
    const rest = 1 - asked.reduce((sum, share) => sum + share, 0);
    if (rest > 0) return { now, shares: [0, ...later, rest] };
    return { now, shares: [0, ...later] };
  }

  #wanted(
    table: SaleTable,
    plan: SalePlan,
    { left, received, bar, step }: { left: number; received: number; bar: number; step: number },
  ): number {
    const figures = figuresAt(this.#history, bar);
    if (figures === undefined) return left;
    const price = step === 0 ? plan.arrivalPrice : at(this.#grid.close, bar - 1);
    return nextShare(table, plan, { left, received, price, figures, barsSinceStart: step }).share;
  }

  /** What the bar takes of what waits, and pays for it by the square-root law. */
  #take({ units, arrivalPrice }: SalePlan, bar: number, sale: { left: number; waiting: number; received: number }, isFirst: boolean): void {
    if (!(at(this.#grid.volume, bar) > 0)) return;
    const capacity = at(this.#grid.capacity, bar);
    const share = Math.min(sale.waiting, sale.left, capacity / units);
    if (share <= 0) return;
    sale.waiting = Math.max(0, sale.waiting - share);
    sale.left -= share;
    const slip = Math.min(SLIP_MAX, AVERAGE_OF_PEAK * at(this.#grid.sigmaBar, bar) * Math.sqrt((share * units) / capacity));
    const price = isFirst ? 1 : at(this.#grid.typical, bar) / arrivalPrice;
    sale.received += share * price * (1 - slip);
  }
}

function evenlyOverADay({ barsPerDay }: Grid): PlannedSale {
  const bars = Math.max(1, barsPerDay);
  return { now: 0, shares: Array.from({ length: bars }, () => 1 / bars) };
}
