import type { MarketFigures } from './market-figures.ts';
import { rounded } from './rounded.ts';
import { impactMultiple } from './sale-model.ts';
import { marketState, type SalePlan } from './sale-plan.ts';
import { firstFraction, laterFraction, type SaleTable } from './sale-table.ts';

/** What a plan may not do, whatever the market; each may be left out. */
export interface SaleLimits {
  /** All is to be sold before so many bars have passed since the start, unless another limit forbids it. */
  readonly deadlineBars?: number;
  /** Share of the plan that is to be sold by the end of the coming bar, unless another limit forbids it. */
  readonly soldByEnd?: number;
  /** Of the plan, in a bar and in a day. */
  readonly planShareABar?: number;
  readonly planShareADay?: number;
  /** Of what the market trades in a bar, and on a day of the last month. */
  readonly volumeShareABar?: number;
  readonly volumeShareADay?: number;
  /** Bars since the start in which nothing can be sold. */
  readonly closedBars?: readonly number[];
}

export interface SaleProgress {
  /** Share of the plan that is not sold yet, and what was received for the rest, as a share of what all was worth at the start. */
  readonly left: number;
  readonly received: number;
  /** Now, in won a unit. */
  readonly price: number;
  readonly figures: MarketFigures;
  readonly barsSinceStart: number;
  /** Share of the plan sold since the day began; only the limits of a day ask for it. */
  readonly soldToday?: number;
  readonly limits?: SaleLimits;
}

/** What decided how much is sold. */
export type BoundBy =
  | 'plan'
  | 'market'
  | 'remainder'
  | 'deadline'
  | 'pace'
  | 'closed'
  | keyof Omit<SaleLimits, 'deadlineBars' | 'soldByEnd' | 'closedBars'>;

export interface NextShare {
  /** Of the whole plan, to be sold in this bar: in the first one at once. */
  readonly share: number;
  readonly boundBy: BoundBy;
}

/** A sale without a deadline of its own ends after ten days. */
export const LONGEST_HOURS = 240;
/** Of the plan: less than this is not worth another bar. */
const REMAINDER = 0.005;
/** Of what is left: who sells so much sells the rest with it. */
const NEARLY_ALL = 0.98;

/** How much of the plan to sell in the coming bar. Error: RangeError when price, proceeds or what is left are no numbers. */
export function nextShare(table: SaleTable, plan: SalePlan, progress: SaleProgress): NextShare {
  const { left, received, price, barsSinceStart, limits } = progress;
  if (!Number.isFinite(left + received + price))
    throw new RangeError(`Nothing can be planned with ${left} left, ${received} received and a price of ${price}.`);
  if (!(left > 0)) return { share: 0, boundBy: 'remainder' };
  if (limits?.closedBars?.includes(barsSinceStart) === true) return { share: 0, boundBy: 'closed' };
  const wanted = wantedShare(table, plan, progress);
  const bound = allowances(plan, progress).reduce((least, each) => (each.share < least.share ? each : least), wanted);
  const share = bound.share >= left ? left : Math.min(rounded(Math.max(bound.share, 0)), left);
  return { share, boundBy: bound.boundBy };
}

function wantedShare(table: SaleTable, plan: SalePlan, progress: SaleProgress): NextShare {
  const { left, figures, limits } = progress;
  if (left < REMAINDER) return { share: left, boundBy: 'remainder' };
  const most = figures.capacity / (plan.units * left);
  const best = bestFraction(table, plan, progress);
  const usual: NextShare = most < best ? { share: most, boundBy: 'market' } : { share: best, boundBy: 'plan' };
  // At least as fast as evenly until the deadline.
  const due = 1 / Math.max(openBarsLeft(table, progress), 1);
  const paced = ((limits?.soldByEnd ?? 0) - (1 - left)) / left;
  const slowest: NextShare = due > paced ? { share: due, boundBy: 'deadline' } : { share: paced, boundBy: 'pace' };
  const fraction = slowest.share > usual.share ? slowest : usual;
  return { ...fraction, share: fraction.share > NEARLY_ALL ? left : fraction.share * left };
}

/** Of what is left, by the table. */
function bestFraction(table: SaleTable, plan: SalePlan, { left, received, price, figures, barsSinceStart }: SaleProgress): number {
  const loss = 1 - received - (left * Math.max(price, 0)) / plan.arrivalPrice;
  const market = marketState(table, figures);
  const deviation = market.deviation * plan.errorFactor;
  const position = {
    distance: (plan.threshold - loss) / (deviation * left),
    size: ((figures.comingImpact / impactMultiple(market.volatility)) * Math.sqrt(plan.units * left)) / deviation,
    volatility: market.volatility,
  };
  const ratio = figures.impact / figures.comingImpact;
  return barsSinceStart === 0 ? firstFraction(table, position, ratio) : laterFraction(table, position, ratio);
}

/** This bar among them. */
function openBarsLeft(table: SaleTable, { barsSinceStart, limits }: SaleProgress): number {
  if (limits?.deadlineBars === undefined) return barsSinceStart < LONGEST_HOURS / table.barHours ? Number.POSITIVE_INFINITY : 1;
  const { deadlineBars, closedBars = [] } = limits;
  return deadlineBars - barsSinceStart - closedBars.filter((bar) => bar > barsSinceStart && bar < deadlineBars).length;
}

function allowances({ units }: SalePlan, { figures, limits = {}, soldToday = 0 }: SaleProgress): NextShare[] {
  const { planShareABar, planShareADay, volumeShareABar, volumeShareADay } = limits;
  const all: (NextShare | undefined)[] = [
    planShareABar === undefined ? undefined : { share: planShareABar, boundBy: 'planShareABar' },
    planShareADay === undefined ? undefined : { share: planShareADay - soldToday, boundBy: 'planShareADay' },
    volumeShareABar === undefined ? undefined : { share: (volumeShareABar * figures.capacity) / units, boundBy: 'volumeShareABar' },
    volumeShareADay === undefined
      ? undefined
      : { share: (volumeShareADay * figures.dayVolume) / units - soldToday, boundBy: 'volumeShareADay' },
  ];
  return all.filter((each) => each !== undefined);
}
