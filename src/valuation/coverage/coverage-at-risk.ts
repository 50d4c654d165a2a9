import { Decimal } from '../../kernel/decimal.ts';
import { mean } from '../forecast/statistics.ts';
import { neededMultiple, obligations } from './cover.ts';
import { type CoverageInputs, figureText, needOf, wonText } from './inputs.ts';
import { broughtByCase, orderStatistic, outcomesOf } from './outcomes.ts';
import type { CoinResult, CoverageResult, CoverageStanding, ShortfallQuantiles } from './result.ts';
import { Scenarios } from './scenarios.ts';
import { suggest } from './suggestions.ts';
import { isUnknown, type ValuedHolding, valueHoldings } from './valued-holdings.ts';

export const COVERAGE_RULE_VERSION = 'coverage-1';

const SHORTFALL_SHARES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;
/**
 * Coverage at risk: in how many of the futures that the past of the coins' prices allows (filtered historical simulation) do the
 * coins, sold on the planned day, still pay what is owed at the settlement with costs? A coin that nobody trades counts as nothing; one
 * of which too little is known does too, and then the answer is `covered` or `unknown` but no other. Pure: the same inputs give the
 * same answer; `scenarios` only remembers.
 */
export function coverageAtRisk(inputs: CoverageInputs, scenarios: Scenarios = new Scenarios()): CoverageResult {
  const { cases, claims, settings } = inputs;
  const valued = valueHoldings(inputs, scenarios);
  const all = obligations(
    cases.map(({ caseId, cashKrw, costsKrw }) => ({ caseId, cashKrw: Number(cashKrw), costsKrw: Number(costsKrw) })),
    claims.map(({ owedKrw, caseIds }) => ({ owedKrw: Number(owedKrw), caseIds })),
  );
  const brought = broughtByCase(inputs, valued, (place) => cases[place]?.horizonDays ?? 1);
  const outcomes = outcomesOf(all, brought, settings.paths);
  const multipleNow = neededMultiple(all, (place) => netOf(valued.filter((each) => each.place === place)));
  const standing = standingOf(inputs, valued, outcomes.probability, multipleNow);
  const { probability, shortfalls } = outcomes;
  const isKnown = standing !== 'unknown';
  return {
    standing,
    probability: isKnown ? new Decimal(probability.toFixed(6)).toFixed() : null,
    standardError: isKnown ? figureText(Math.sqrt((probability * (1 - probability)) / settings.paths)) : null,
    valueKrw: wholeWon(valued.map(({ value }) => value)),
    netValueKrw: String(Math.floor(netOf(valued))),
    needKrw: needOf(inputs).toFixed(),
    cashKrw: wholeWon(cases.map(({ cashKrw }) => new Decimal(cashKrw))),
    breakEvenFall: Number.isFinite(multipleNow) ? figureText(1 - multipleNow) : null,
    shortfallKrw: isKnown ? quantilesOf(shortfalls) : null,
    expectedShortfallKrw: isKnown ? expectedShortfall(shortfalls) : null,
    coins: valued.map((each) => coinOf(each, cases[each.place]?.horizonDays ?? 1)),
    suggestions: suggest({ inputs, valued, obligations: all, outcomes, standing }),
  };
}

function standingOf(
  { settings }: CoverageInputs,
  valued: readonly ValuedHolding[],
  probability: number,
  multipleNow: number,
): CoverageStanding {
  if (probability >= Number(settings.confidence)) return 'covered';
  if (valued.some(isUnknown)) return 'unknown';
  return multipleNow > 1 ? 'short' : 'at_risk';
}

function quantilesOf(shortfalls: Float64Array): ShortfallQuantiles {
  const at = (name: keyof ShortfallQuantiles) => wonText(orderStatistic(shortfalls, SHORTFALL_SHARES[name]));
  return { p50: at('p50'), p90: at('p90'), p95: at('p95'), p99: at('p99') };
}

function expectedShortfall(shortfalls: Float64Array): string | null {
  const short = [...shortfalls].filter((shortfall) => shortfall > 0);
  return short.length === 0 ? null : wonText(mean(short));
}

function coinOf({ holding, market, future, value }: ValuedHolding, horizonDays: number): CoinResult {
  const ahead = future.over(horizonDays);
  return {
    caseId: holding.caseId,
    asset: holding.asset,
    units: holding.units,
    state: market.state,
    model: future.model,
    usableDays: future.usableDays,
    valueKrw: wholeWon([value]),
    dailyVolatility: ahead === undefined ? null : figureText(Math.sqrt(ahead.variance / horizonDays)),
  };
}

function netOf(valued: readonly ValuedHolding[]): number {
  return valued.reduce((sum, { netNow }) => sum + netNow, 0);
}

function wholeWon(amounts: readonly Decimal[]): string {
  return amounts
    .reduce((sum, amount) => sum.plus(amount), new Decimal(0))
    .integerValue(Decimal.ROUND_DOWN)
    .toFixed();
}
