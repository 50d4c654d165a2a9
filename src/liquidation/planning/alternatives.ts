import { setImmediate } from 'node:timers/promises';
import { SeededRandom } from '../../kernel/random.ts';
import { balancedShares, evenShares } from './fixed-schedules.ts';
import type { MarketFigures } from './market-figures.ts';
import { LONGEST_HOURS, nextShare, type SaleLimits } from './next-share.ts';
import { rounded } from './rounded.ts';
import { impactMultiple, type SaleModel, TAIL_SHARE } from './sale-model.ts';
import { marketState, type SalePlan } from './sale-plan.ts';
import type { SaleTable } from './sale-table.ts';

export const WAYS = ['plan', 'at_once', 'twap_1h', 'twap_6h', 'twap_24h', 'twap_5d', 'almgren_chriss'] as const;
export type Way = (typeof WAYS)[number];

/** What a way of selling is expected to cost, as shares of what all is worth at the start, without spread and fees. */
export interface Prospect {
  readonly way: Way;
  readonly impact: number;
  /** Mean loss of the worst twentieth. */
  readonly tail: number;
  /** Impact + lambda · tail: what the plan tries to keep small. */
  readonly cost: number;
  /** Until all is sold, and how long a coin waits, on average. */
  readonly bars: number;
  readonly waitingBars: number;
}

/** An even number: each path has a mirror image, so that none of them drifts. */
const PATHS = 600;
const SEED = 'prospects';
const PATHS_A_STEP = 30;

interface Sale {
  readonly table: SaleTable;
  readonly plan: SalePlan;
  readonly figures: MarketFigures;
  readonly limits?: SaleLimits;
}

/**
 * The plan and its alternatives in the same simulated futures of the plan's own model: same volatility, same impact, same paths. The
 * figures are of that model, not promises; the plan follows its limits, the others do as their names say. Always the same for the same
 * arguments. Gives way every few milliseconds.
 */
export async function alternatives(sale: Sale): Promise<Prospect[]> {
  const futures = await futuresOf(sale);
  const shares = sharesOf(sale);
  const prospects: Prospect[] = [];
  for (const way of WAYS) {
    const outcomes: SimulatedSale[] = [];
    for (const [index, future] of futures.entries()) {
      const course = new SimulatedSale(sale, future, way === 'plan' || way === 'at_once');
      while (course.goesOn()) course.sell(way === 'plan' ? course.planned() : (shares[way][course.bar] ?? course.left));
      outcomes.push(course);
      if (index % PATHS_A_STEP === 0) await setImmediate();
    }
    prospects.push(prospectOf(way, outcomes, sale.table.lambda));
  }
  return prospects;
}

function sharesOf({ table, plan, figures }: Sale): Readonly<Record<Exclude<Way, 'plan'>, readonly number[]>> {
  const barsPerDay = 24 / table.barHours;
  const sigmaDay = figures.deviation * Math.sqrt(barsPerDay);
  const hours = (count: number) => evenShares(Math.max(1, Math.round(count / table.barHours)));
  return {
    at_once: [1],
    twap_1h: hours(1),
    twap_6h: hours(6),
    twap_24h: hours(24),
    twap_5d: hours(120),
    almgren_chriss: balancedShares({ units: plan.units, sigmaDay, dayVolume: figures.dayVolume }, barsPerDay),
  };
}

/** By bar: state of the volatility, and how far the price falls in deviations, to the bar's mean and to its end. */
interface Future {
  readonly volatility: Int8Array;
  readonly typical: Float64Array;
  readonly whole: Float64Array;
}

async function futuresOf({ table, figures, plan: { errorFactor } }: Sale): Promise<Future[]> {
  const random = new SeededRandom(SEED);
  const { model } = table;
  const { volatility } = marketState(table, figures);
  const bars = LONGEST_HOURS / table.barHours + 1;
  const futures: Future[] = [];
  while (futures.length < PATHS) {
    const states = new Int8Array(bars);
    const moves = new Int8Array(bars);
    for (let bar = 0; bar < bars; bar++) {
      const weights = bar === 0 ? model.nearStates(volatility) : model.following(states[bar - 1] ?? 0);
      states[bar] = drawn(weights, random.next());
      moves[bar] = drawn(model.moves.probability, random.next());
    }
    for (const direction of [1, -1]) futures.push(futureOf(model, { states, moves }, direction * errorFactor));
    if (futures.length % PATHS_A_STEP === 0) await setImmediate();
  }
  return futures;
}

function futureOf(model: SaleModel, { states, moves }: { states: Int8Array; moves: Int8Array }, factor: number): Future {
  const fall = (kind: 'typical' | 'whole') =>
    Float64Array.from(moves, (move, bar) => factor * (model.deviations[states[bar] ?? 0] ?? 1) * (model.moves[kind][move] ?? 0));
  return { volatility: states, typical: fall('typical'), whole: fall('whole') };
}

/** Place of a uniform number among weights that sum to one. */
function drawn(weights: ArrayLike<number>, uniform: number): number {
  let [place, below] = [0, weights[0] ?? 1];
  while (below <= uniform && place < weights.length - 1) {
    place++;
    below += weights[place] ?? 0;
  }
  return place;
}

class SimulatedSale {
  bar = 0;
  left = 1;
  received = 0;
  impact = 0;
  /** Sum over the bars of what is left at their beginning. */
  waiting = 0;
  readonly #sale: Sale;
  readonly #future: Future;
  readonly #beginsAtOpening: boolean;
  /** Deviation of a usual bar, and what selling all in one costs, without the volatility of the moment. */
  readonly #usualDeviation: number;
  readonly #usualImpact: number;
  #fallen = 0;

  constructor(sale: Sale, future: Future, beginsAtOpening: boolean) {
    const { deviation, volatility } = marketState(sale.table, sale.figures);
    this.#sale = sale;
    this.#future = future;
    this.#beginsAtOpening = beginsAtOpening;
    this.#usualDeviation = deviation;
    this.#usualImpact = (sale.figures.comingImpact / impactMultiple(volatility)) * Math.sqrt(sale.plan.units);
  }

  goesOn(): boolean {
    return this.left > 0 && this.bar < this.#future.whole.length;
  }

  /** What the planner says with the figures of this bar. */
  planned(): number {
    const { table, plan, figures, limits } = this.#sale;
    const deviation = this.#usualDeviation * Math.exp(this.#log());
    const impact = this.#coefficient() / Math.sqrt(plan.units);
    const seen: MarketFigures = this.bar === 0 ? figures : { ...figures, deviation, impact, comingImpact: impact };
    return nextShare(table, plan, {
      left: this.left,
      received: this.received,
      price: plan.arrivalPrice * (1 - this.#fallen),
      figures: seen,
      barsSinceStart: this.bar,
      ...(limits === undefined ? {} : { limits }),
    }).share;
  }

  sell(wanted: number): void {
    this.waiting += this.bar === 0 ? 0 : this.left;
    const isLast = this.bar === this.#future.whole.length - 1;
    const share = isLast ? this.left : Math.min(wanted, this.left);
    const typical = this.bar === 0 && this.#beginsAtOpening ? 0 : this.#usualDeviation * (this.#future.typical[this.bar] ?? 0);
    const price = Math.max(1 - this.#fallen - typical, 0);
    const slip = Math.min(this.#coefficient() * Math.sqrt(share), 1);
    this.received += share * price * (1 - slip);
    this.impact += share * price * slip;
    // Sums of many shares end a hair beside one.
    this.left = this.left - share < 1e-9 ? 0 : this.left - share;
    this.#fallen += this.#usualDeviation * (this.#future.whole[this.bar] ?? 0);
    this.bar++;
  }

  #log(): number {
    return this.#sale.table.model.logs[this.#future.volatility[this.bar] ?? 0] ?? 0;
  }

  #coefficient(): number {
    const { figures, plan } = this.#sale;
    return this.bar === 0 ? figures.impact * Math.sqrt(plan.units) : this.#usualImpact * impactMultiple(this.#log());
  }
}

function prospectOf(way: Way, outcomes: readonly SimulatedSale[], lambda: number): Prospect {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const losses = outcomes.map(({ received }) => 1 - received).toSorted((a, b) => b - a);
  const impact = mean(outcomes.map((outcome) => outcome.impact));
  const tail = mean(losses.slice(0, Math.round(TAIL_SHARE * losses.length)));
  return {
    way,
    impact: rounded(impact),
    tail: rounded(tail),
    cost: rounded(impact + lambda * tail),
    bars: rounded(mean(outcomes.map(({ bar }) => bar))),
    waitingBars: rounded(mean(outcomes.map(({ waiting }) => waiting))),
  };
}
