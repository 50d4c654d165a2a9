import { z } from 'zod';
import { civilDate, isCivilDate } from '../../kernel/civil-date.ts';
import { Decimal, isPlainDecimal } from '../../kernel/decimal.ts';

/*
 * What a coverage reading is made from, in the form in which it is stored: plain JSON, money and figures as text, so that the same
 * inputs can be read back years later and give the same answer.
 */

const day = z.string().refine(isCivilDate).transform(civilDate);
const figure = z.string().refine(isPlainDecimal, 'a plain decimal');

/** Daily logarithmic returns of a market in millionths, by day in UTC, the last of them of `lastDay`; a day without one is a dot. */
const dailyReturns = z.object({ lastDay: day, returnsPpm: z.string() });
export type DailyReturns = z.output<typeof dailyReturns>;

const horizonForecast = z.object({
  horizonDays: z.int().positive(),
  /** Of the logarithmic return over the whole horizon. */
  variance: figure,
  /** Standard error of the variance, as a share of it. */
  error: figure,
});
/** What `forecastVolatility` says of a horizon. */
export type HorizonForecast = z.output<typeof horizonForecast>;

const market = z.object({
  /** `upbit:BTC`. */
  name: z.string(),
  /** `untraded`: it went to zero or nobody trades it; `unpriced`: what a unit is worth is not known. */
  state: z.enum(['priced', 'untraded', 'unpriced']),
  /** Won for one unit; null unless it is priced. */
  price: figure.nullable(),
  /** Where the price is from, and of which instant. */
  priceFrom: z.string().nullable(),
  history: dailyReturns.nullable(),
  forecasts: z.array(horizonForecast),
});
export type MarketInputs = z.output<typeof market>;

const coverageCase = z.object({
  caseId: z.int(),
  saleOn: day,
  /** Days to the planned sale, and to the earliest one the law allows if the taxpayer consents. */
  horizonDays: z.int().positive(),
  earliestDays: z.int().positive(),
  /** Won it has already, net, that is on no bill yet. */
  cashKrw: figure,
  /** What bringing won home will cost. */
  costsKrw: figure,
});

const holding = z.object({
  caseId: z.int(),
  asset: z.string(),
  market: z.string(),
  /** Units that are expected to be sold. */
  units: figure,
  /** Fee, half spread and expected impact, as a share of what is sold. */
  costRate: figure,
});
export type HoldingInputs = z.output<typeof holding>;

export const coverageInputsSchema = z.object({
  readAt: z.string(),
  /** The case that is read, and the taxpayer's other standing cases whose bills are bound up with its own. */
  cases: z.array(coverageCase).min(1),
  /** What is owed at the expected settlement on the bills that the same cases cover. */
  claims: z.array(z.object({ owedKrw: figure, caseIds: z.array(z.int()).min(1) })),
  holdings: z.array(holding),
  markets: z.array(market),
  /** Market whose days everything is drawn from and that stands in for a coin with too short a history; null where it is unknown. */
  reference: z.string().nullable(),
  settings: z.object({
    confidence: figure,
    alertBelow: figure,
    /** How much more than the need may stay seized. */
    excessMargin: figure,
    paths: z.int().positive(),
    usableDays: z.int().positive(),
    /** How many times as volatile as the reference a coin with too short a history is taken to be at least. */
    proxyMultiple: figure,
    seed: z.string(),
  }),
});
export type CoverageInputs = z.output<typeof coverageInputsSchema>;

const FIGURE_DIGITS = 9;

/** A statistic as it is stored: nine digits that count, without an exponent, so that no machine's last bit decides anything. */
export function figureText(value: number): string {
  return new Decimal(value.toPrecision(FIGURE_DIGITS)).toFixed();
}

/** Whole won of a simulated figure, rounded up: what is missing is never understated. */
export function wonText(value: number): string {
  return new Decimal(figureText(value)).integerValue(Decimal.ROUND_UP).toFixed();
}

/** All that the cases owe at the expected settlement, with costs, in whole won; nothing owed causes none. */
export function needOf({ claims, cases }: CoverageInputs): Decimal {
  const sum = (amounts: readonly string[]) => amounts.reduce((total, amount) => total.plus(amount), new Decimal(0));
  const owed = sum(claims.map(({ owedKrw }) => owedKrw));
  return owed.isZero() ? owed : owed.plus(sum(cases.map(({ costsKrw }) => costsKrw))).integerValue(Decimal.ROUND_UP);
}
