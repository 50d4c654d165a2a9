import { Decimal } from '../../kernel/decimal.ts';
import type { Obligation } from './cover.ts';
import { type CoverageInputs, figureText, needOf, wonText } from './inputs.ts';
import { addTo, broughtByCase, type Outcomes, orderStatistic, probabilityOf } from './outcomes.ts';
import type { CoverageStanding, Suggestion } from './result.ts';
import { isUnknown, type ValuedHolding } from './valued-holdings.ts';

export interface Situation {
  readonly inputs: CoverageInputs;
  readonly valued: readonly ValuedHolding[];
  readonly obligations: readonly Obligation[];
  readonly outcomes: Outcomes;
  readonly standing: CoverageStanding;
}

export function suggest(situation: Situation): Suggestion[] {
  const { standing, valued } = situation;
  if (standing === 'covered') return [releaseExcess(situation)];
  if (standing === 'unknown') {
    const coins = [...new Set(valued.filter(isUnknown).map(({ holding }) => holding.asset))];
    return [{ code: 'nothing', reasons: { because: 'too_little_known', coins } }];
  }
  return [...sellEarlier(situation), demandMore(situation)];
}

/** Only where it helps by more than the simulation may err: who waits for a rise gains nothing by selling early. */
function sellEarlier({ inputs, valued, obligations, outcomes }: Situation): Suggestion[] {
  const { cases, settings } = inputs;
  const [own] = cases;
  if (own === undefined || own.earliestDays >= own.horizonDays) return [];
  const horizonOf = (place: number) => (place === 0 ? own.earliestDays : (cases[place]?.horizonDays ?? 1));
  const early = probabilityOf(obligations, broughtByCase(inputs, valued, horizonOf), settings.paths);
  const STANDARD_ERRORS = 2;
  const error = Math.sqrt((outcomes.probability * (1 - outcomes.probability)) / settings.paths);
  if (early - outcomes.probability <= STANDARD_ERRORS * error) return [];
  return [
    {
      code: 'sell_earlier_with_consent',
      reasons: {
        daysEarlier: own.horizonDays - own.earliestDays,
        probability: figureText(outcomes.probability),
        probabilityThen: figureText(early),
      },
    },
  ];
}

/** What is missing at the confidence wanted, and what coins of the same kinds would have to be worth today to make up for it. */
function demandMore({ inputs, valued, outcomes }: Situation): Suggestion {
  const { confidence } = inputs.settings;
  const multiple = orderStatistic(outcomes.multiples, Number(confidence));
  const value = worthOf(valued).toNumber();
  return {
    code: 'demand_more',
    reasons: {
      confidence,
      missingKrw: wonText(orderStatistic(outcomes.shortfalls, Number(confidence))),
      worthTodayKrw: Number.isFinite(multiple) && value > 0 ? wonText((multiple - 1) * value) : null,
    },
  };
}

/**
 * What is seized beyond need and margin (LTCA 43, 53 proviso) is given back as far as coverage stays at the confidence wanted: first the
 * coins that cost most to sell, then the wildest. What is worth less than moving it costs stays.
 */
function releaseExcess(situation: Situation): Suggestion {
  const { inputs, valued } = situation;
  const cash = inputs.cases.reduce((sum, { cashKrw }) => sum.plus(cashKrw), new Decimal(0));
  const limit = needOf(inputs).times(new Decimal(1).plus(inputs.settings.excessMargin));
  const excess = worthOf(valued).plus(cash).minus(limit).integerValue(Decimal.ROUND_DOWN);
  if (!excess.isGreaterThan(0)) return { code: 'nothing', reasons: { because: 'covered_within_margin' } };
  const { coins, probability } = releasable(situation, excess);
  const excessKrw = excess.toFixed();
  if (coins.length === 0) return { code: 'nothing', reasons: { because: 'excess_needed_for_confidence', excessKrw } };
  return { code: 'release_excess', reasons: { excessKrw, coins, probabilityThen: figureText(probability) } };
}

const UNIT_DECIMALS = 8;
/** A share is found to one part in 2¹⁰. */
const HALVINGS = 10;

function releasable({ inputs, valued, obligations, outcomes }: Situation, excess: Decimal) {
  const { cases, settings } = inputs;
  const brought = broughtByCase(inputs, valued, (place) => cases[place]?.horizonDays ?? 1);
  const coins: { asset: string; units: string; worthKrw: string }[] = [];
  let left = excess;
  let { probability } = outcomes;
  for (const each of byCostOfSale(
    valued.filter(({ place, value }) => place === 0 && value.isGreaterThan(0)),
    cases[0]?.horizonDays ?? 1,
  )) {
    const net = each.netOver(cases[0]?.horizonDays ?? 1);
    const without = (share: number): number => {
      const own = Float64Array.from(brought[0] ?? []);
      addTo(own, net, -share);
      return probabilityOf(obligations, [own, ...brought.slice(1)], settings.paths);
    };
    const most = Math.min(1, left.div(each.value).toNumber());
    const share = largestShare(most, (tried) => without(tried) >= Number(settings.confidence));
    const units = new Decimal(each.holding.units).times(share).decimalPlaces(UNIT_DECIMALS, Decimal.ROUND_DOWN);
    const worth = units.times(each.market.price ?? 0).integerValue(Decimal.ROUND_DOWN);
    if (units.isZero() || worth.isLessThan(cases[0]?.costsKrw ?? 0)) continue;
    coins.push({ asset: each.holding.asset, units: units.toFixed(), worthKrw: worth.toFixed() });
    probability = without(share);
    addTo(brought[0] ?? new Float64Array(0), net, -share);
    left = left.minus(worth);
  }
  return { coins, probability };
}

/** The largest share up to `most` at which something that holds for none and gets harder still holds. */
function largestShare(most: number, holds: (share: number) => boolean): number {
  if (holds(most)) return most;
  let low = 0;
  for (let step = most / 2, halvings = 0; halvings < HALVINGS; step /= 2, halvings++) if (holds(low + step)) low += step;
  return low;
}

function byCostOfSale(valued: readonly ValuedHolding[], horizonDays: number): ValuedHolding[] {
  const variance = ({ future }: ValuedHolding) => future.over(horizonDays)?.variance ?? 0;
  return valued.toSorted(
    (a, b) =>
      Number(b.holding.costRate) - Number(a.holding.costRate) || variance(b) - variance(a) || (a.holding.asset < b.holding.asset ? -1 : 1),
  );
}

function worthOf(valued: readonly ValuedHolding[]): Decimal {
  return valued.reduce((sum, { value }) => sum.plus(value), new Decimal(0));
}
