import { z } from 'zod';
import type { VolatilityForecast } from '../valuation/forecast/forecast.ts';
import type { MarketFigures, PastState } from './planning/market-figures.ts';
import type { SaleLimits } from './planning/next-share.ts';
import { rounded } from './planning/rounded.ts';
import type { SalePlan } from './planning/sale-plan.ts';

/*
 * What a plan and its slices are made from, as stored: figures of statistics as text of at most nine digits, since a record's digest is
 * taken over text. Encoding and schema are inverse to each other.
 */

const figure = z.string().transform(Number).refine(Number.isFinite, 'a number');

const state = z.object({ deviation: figure, usualDeviation: figure, impact: figure });
const figures = state.extend({ comingImpact: figure, capacity: figure, dayVolume: figure });

const limits = z.object({
  deadlineBars: z.int().optional(),
  soldByEnd: figure.optional(),
  planShareADay: figure.optional(),
  volumeShareADay: figure.optional(),
  closedBars: z.array(z.int()).optional(),
});

const forecast = z.object({
  horizonDays: figure,
  variance: figure,
  error: figure,
  madeFrom: z.object({
    model: z.enum(['har', 'ewma']),
    days: z.int(),
    daysLeftOut: z.int(),
    bounceTakenOut: z.boolean(),
    lastBarMs: z.int(),
  }),
});

export const planInputsSchema = z.object({
  lambda: figure,
  units: figure,
  arrivalPrice: figure,
  figures,
  past: z.array(state),
  /** What the coins were chosen by; null with too few days of candles. */
  forecast: forecast.nullable(),
  /** Of the plan, to be sold by the end of each bar: the plan before this one, hastened. Only after a jump of the volatility. */
  pace: z.array(figure).optional(),
});
export type PlanInputs = z.output<typeof planInputsSchema>;

export const planResultSchema = z.object({ lambda: figure, units: figure, arrivalPrice: figure, threshold: figure, errorFactor: figure });

export const sliceInputsSchema = z.object({
  left: figure,
  received: figure,
  price: figure,
  figures,
  barsSinceStart: z.int(),
  soldToday: figure,
  limits,
});
/** Of a slice without a forecast. */
export const evenInputsSchema = z.object({ hoursLeft: z.int().positive(), left: z.string() });
export type SliceInputs = z.output<typeof sliceInputsSchema>;

export function encodePlanInputs({ forecast: known, pace, ...rest }: PlanInputs): z.input<typeof planInputsSchema> {
  return {
    lambda: text(rest.lambda),
    units: text(rest.units),
    arrivalPrice: text(rest.arrivalPrice),
    figures: encodeFigures(rest.figures),
    past: rest.past.map(encodeState),
    forecast:
      known === null
        ? null
        : { horizonDays: text(known.horizonDays), variance: text(known.variance), error: text(known.error), madeFrom: known.madeFrom },
    ...(pace === undefined ? {} : { pace: pace.map(text) }),
  };
}

export function encodePlan(plan: SalePlan): z.input<typeof planResultSchema> {
  return {
    lambda: text(plan.lambda),
    units: text(plan.units),
    arrivalPrice: text(plan.arrivalPrice),
    threshold: text(plan.threshold),
    errorFactor: text(plan.errorFactor),
  };
}

export function encodeSliceInputs(inputs: SliceInputs): z.input<typeof sliceInputsSchema> {
  return {
    left: text(inputs.left),
    received: text(inputs.received),
    price: text(inputs.price),
    figures: encodeFigures(inputs.figures),
    barsSinceStart: inputs.barsSinceStart,
    soldToday: text(inputs.soldToday),
    limits: encodeLimits(inputs.limits),
  };
}

/** Undefined where the forecast cannot be told in finite figures. */
export function storableForecast(known: VolatilityForecast | undefined): PlanInputs['forecast'] {
  if (known === undefined || ![known.variance, known.error].every(Number.isFinite)) return null;
  return { ...known, horizonDays: known.horizonDays, variance: rounded(known.variance), error: rounded(known.error) };
}

function encodeFigures(of: MarketFigures): z.input<typeof figures> {
  return { ...encodeState(of), comingImpact: text(of.comingImpact), capacity: text(of.capacity), dayVolume: text(of.dayVolume) };
}

function encodeState({ deviation, usualDeviation, impact }: PastState): z.input<typeof state> {
  return { deviation: text(deviation), usualDeviation: text(usualDeviation), impact: text(impact) };
}

function encodeLimits(of: SliceInputs['limits']): z.input<typeof limits> {
  const { deadlineBars, soldByEnd, planShareADay, volumeShareADay, closedBars } = of;
  return {
    ...(deadlineBars === undefined ? {} : { deadlineBars }),
    ...(soldByEnd === undefined ? {} : { soldByEnd: text(soldByEnd) }),
    ...(planShareADay === undefined ? {} : { planShareADay: text(planShareADay) }),
    ...(volumeShareADay === undefined ? {} : { volumeShareADay: text(volumeShareADay) }),
    ...(closedBars === undefined ? {} : { closedBars }),
  };
}

/** With exact optional members, as the planner takes them. */
export function saleLimits({ deadlineBars, soldByEnd, planShareADay, volumeShareADay, closedBars }: SliceInputs['limits']): SaleLimits {
  return {
    ...(deadlineBars === undefined ? {} : { deadlineBars }),
    ...(soldByEnd === undefined ? {} : { soldByEnd }),
    ...(planShareADay === undefined ? {} : { planShareADay }),
    ...(volumeShareADay === undefined ? {} : { volumeShareADay }),
    ...(closedBars === undefined ? {} : { closedBars }),
  };
}

function text(value: number): string {
  return `${rounded(value)}`;
}
