import { Decimal } from '../../kernel/decimal.ts';
import type { PlanFacts, Sold } from './benchmark.ts';
import type { PlannedSlice } from './plot-facts.ts';

/** A share, in percent, from an instant on. */
export interface ShareStep {
  readonly at: Date;
  readonly percent: number;
}

export interface ProgressSteps {
  /** What was to be sold by the end of the slice under way; empty without a plan. */
  readonly planned: readonly ShareStep[];
  readonly sold: readonly ShareStep[];
}

/**
 * Planned against sold, in percent of all that is to be sold: what was sold before the last plan and what that plan sells, or without
 * a plan what was sold. A slice wants its units on top of what was sold before it, so that what one leaves is in the next.
 */
export function progressSteps(plans: readonly PlanFacts[], slices: readonly PlannedSlice[], fills: readonly Sold[]): ProgressSteps {
  const last = plans.at(-1);
  const whole = last === undefined ? unitsOf(fills) : soldBefore(fills, last).plus(last.plannedQuantity.value);
  if (whole.isZero()) return { planned: [], sold: [] };
  const percent = (units: Decimal) => units.times(100).div(whole).toNumber();
  const beginnings = plans.map((plan) => ({ at: plan.madeAt, percent: percent(soldBefore(fills, plan)) }));
  const targets = slices.map((slice) => ({
    at: slice.startsAt,
    percent: percent(soldBefore(fills, slice).plus(slice.quantity.value)),
  }));
  let units = new Decimal(0);
  const sold = fills
    .toSorted((a, b) => a.filledAt.getTime() - b.filledAt.getTime())
    .map(({ quantity, filledAt }) => {
      units = units.plus(quantity.value);
      return { at: filledAt, percent: percent(units) };
    });
  // A plan made at the beginning of a slice comes before it.
  return { planned: [...beginnings, ...targets].toSorted((a, b) => a.at.getTime() - b.at.getTime()), sold };
}

function soldBefore(fills: readonly Sold[], { ordersBefore }: Pick<PlanFacts, 'ordersBefore'>): Decimal {
  return unitsOf(fills.filter(({ orderId }) => orderId <= ordersBefore));
}

function unitsOf(fills: readonly Sold[]): Decimal {
  return fills.reduce((sum, { quantity }) => sum.plus(quantity.value), new Decimal(0));
}
