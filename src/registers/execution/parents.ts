import { type ArrivalPrice, arrivalPriceOf, type MidPrice, type PlanFacts } from './benchmark.ts';

/**
 * One task of selling a holding: plans each of which took the place of the former, since need, market or policy had changed. What it sold
 * is measured by the price when it began, since what the market did between two tasks was nobody's decision to sell.
 */
export interface Parent {
  /** In the order of their versions; none where it was sold without a plan. */
  readonly plans: readonly PlanFacts[];
  /** Orders with a higher number belong to it, up to where the next one begins. */
  readonly ordersBefore: number;
  readonly arrival: ArrivalPrice | undefined;
  readonly isWished: boolean;
}

/** A sale by the taxpayer's wish and the city's own are two tasks, though one coin has one row of plans. */
const BEGINS_TASK: ReadonlySet<string> = new Set(['wished', 'wish_ended']);

/** The tasks of one holding in the order of time, one at least. What was ordered before any plan belongs to the first. */
export function parentsOf(plans: readonly PlanFacts[], firstOrder: MidPrice | undefined): readonly [Parent, ...Parent[]] {
  const tasks: PlanFacts[][] = [];
  for (const plan of plans.toSorted((a, b) => a.version - b.version)) {
    const task = tasks.at(-1);
    if (task === undefined || BEGINS_TASK.has(plan.reason)) tasks.push([plan]);
    else task.push(plan);
  }
  const [first = [], ...later] = tasks;
  return [
    parent(first, 0, arrivalPriceOf(first, firstOrder)),
    ...later.map((task) => parent(task, task[0]?.ordersBefore ?? 0, arrivalPriceOf(task, undefined))),
  ];
}

function parent(plans: readonly PlanFacts[], ordersBefore: number, arrival: ArrivalPrice | undefined): Parent {
  return { plans, ordersBefore, arrival, isWished: plans.some(({ isWished }) => isWished) };
}

/** The task that an order was placed for. */
export function parentOf(parents: readonly [Parent, ...Parent[]], orderId: number): Parent {
  return parents.findLast(({ ordersBefore }) => ordersBefore < orderId) ?? parents[0];
}
