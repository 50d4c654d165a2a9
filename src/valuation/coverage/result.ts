import { z } from 'zod';
import { isPlainDecimal } from '../../kernel/decimal.ts';

/** `short`: it would not even cover at today's prices. `unknown`: too little is known to say so. */
export const COVERAGE_STANDINGS = ['covered', 'at_risk', 'short', 'unknown'] as const;
export type CoverageStanding = (typeof COVERAGE_STANDINGS)[number];

export const SUGGESTION_CODES = ['sell_earlier_with_consent', 'demand_more', 'release_excess', 'nothing'] as const;

const figure = z.string().refine(isPlainDecimal, 'a plain decimal');

const earlierReasons = z.object({ daysEarlier: z.int(), probability: figure, probabilityThen: figure });
const moreReasons = z.object({
  confidence: figure,
  /** Won that are missing at that confidence. */
  missingKrw: figure,
  /** What more coins of the same kinds would have to be worth today; null without coins to compare with. */
  worthTodayKrw: figure.nullable(),
});
const releaseReasons = z.object({
  /** Value beyond need and margin. */
  excessKrw: figure,
  coins: z.array(z.object({ asset: z.string(), units: figure, worthKrw: figure })),
  probabilityThen: figure,
});
const noReasons = z.discriminatedUnion('because', [
  z.object({ because: z.literal('covered_within_margin') }),
  z.object({ because: z.literal('excess_needed_for_confidence'), excessKrw: figure }),
  z.object({ because: z.literal('too_little_known'), coins: z.array(z.string()) }),
]);

const suggestion = z.discriminatedUnion('code', [
  z.object({ code: z.literal('sell_earlier_with_consent'), reasons: earlierReasons }),
  z.object({ code: z.literal('demand_more'), reasons: moreReasons }),
  z.object({ code: z.literal('release_excess'), reasons: releaseReasons }),
  z.object({ code: z.literal('nothing'), reasons: noReasons }),
]);
/** What an officer may do about it, and the figures that say why. */
export type Suggestion = z.output<typeof suggestion>;

const coin = z.object({
  caseId: z.int(),
  asset: z.string(),
  units: figure,
  state: z.enum(['priced', 'untraded', 'unpriced']),
  /** Whether its future is made from its own days, from the reference market's, or nobody knows. */
  model: z.enum(['own', 'proxy', 'none']),
  usableDays: z.int(),
  valueKrw: figure,
  /** Deviation of a day's return, mean over the horizon; null where nobody knows. */
  dailyVolatility: figure.nullable(),
});
export type CoinResult = z.output<typeof coin>;

const shortfallQuantiles = z.object({ p50: figure, p90: figure, p95: figure, p99: figure });
export type ShortfallQuantiles = z.output<typeof shortfallQuantiles>;

/** What a reading says. Won are whole numbers in text, shares plain decimals. */
export const coverageResultSchema = z.object({
  standing: z.enum(COVERAGE_STANDINGS),
  /** Share of the simulated futures in which everything is covered; null when unknown. */
  probability: figure.nullable(),
  standardError: figure.nullable(),
  /** At today's prices, before and after what selling costs. */
  valueKrw: figure,
  netValueKrw: figure,
  /** Claims at the expected settlement and what bringing the won home costs, and what is there for it already. */
  needKrw: figure,
  cashKrw: figure,
  /** By how much all prices together may fall until it just covers; negative where they would have to rise; null without coins. */
  breakEvenFall: figure.nullable(),
  shortfallKrw: shortfallQuantiles.nullable(),
  /** Mean shortfall over the futures that have one; null when unknown or in none. */
  expectedShortfallKrw: figure.nullable(),
  coins: z.array(coin),
  suggestions: z.array(suggestion),
});
export type CoverageResult = z.output<typeof coverageResultSchema>;
