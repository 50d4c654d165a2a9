import { SeededRandom } from '../../kernel/random.ts';
import { readReturns } from './daily-returns.ts';
import type { DailyReturns } from './inputs.ts';
import { type Residuals, standardise } from './residuals.ts';

/** Mean length of a run of days that is drawn together, so that what follows upon a day in the record may follow upon it again. */
const RUN_DAYS = 5;
/** Of what a day's variance stands above or below the usual one, so much is left a day later. */
const PERSISTENCE = 0.95;
/** A forecast that says it may be wrong by more than all of itself is taken at that: a wider law would mostly promise calm. */
const ERROR_MAX = 1;
const DRAWS_KEPT_MAX = 8;
const FACTORS_KEPT_MAX = 512;
const RESIDUALS_KEPT_MAX = 256;

/** What one market's futures are made from; equal values have equal futures. */
export interface FutureInputs {
  /** Names all the rest: what is equal has equal names. */
  readonly key: string;
  /** One residual for each day that may be drawn, in order of time. */
  readonly residuals: readonly number[];
  readonly horizonDays: number;
  /** Of the logarithmic return over the whole horizon, and its standard error as a share of it. */
  readonly variance: number;
  readonly error: number;
  /** From which and towards which the variance of a day goes; only their proportion counts. */
  readonly todayVariance: number;
  readonly usualVariance: number;
}

interface Draws {
  /** Place of the day drawn, by day ahead and then by path. */
  readonly days: Uint16Array[];
  readonly random: SeededRandom;
  /** One standard normal figure a path: by how much the volatility of all coins together turns out otherwise than forecast. */
  readonly surprises: Float64Array;
}

/**
 * Filtered historical simulation. All markets draw the same days in the same order, so that coins fall together as they did, and share
 * one surprise of volatility. Keeps what it has drawn and reckoned: whoever asks with the same inputs has the same answer.
 */
export class Scenarios {
  readonly #draws = new Map<string, Draws>();
  readonly #factors = new Map<string, Float64Array>();
  readonly #residuals = new Map<string, Residuals>();

  /** The days of a market freed of its changing volatility. */
  residuals(history: DailyReturns): Residuals {
    const name = `${history.lastDay}|${history.returnsPpm}`;
    const known = this.#residuals.get(name);
    if (known !== undefined) return known;
    const residuals = standardise(readReturns(history));
    keep(this.#residuals, name, residuals, RESIDUALS_KEPT_MAX);
    return residuals;
  }

  /** By path: what the price will be over what it is. Its mean is one: nobody knows which way a price goes. */
  priceFactors(inputs: FutureInputs, { paths, seed }: { readonly paths: number; readonly seed: string }): Float64Array {
    const name = `${seed}|${paths}|${inputs.key}`;
    const known = this.#factors.get(name);
    if (known !== undefined) return known;
    const draws = this.#drawn(inputs.residuals.length, inputs.horizonDays, paths, seed);
    const factors = reckon(inputs, draws, paths);
    keep(this.#factors, name, factors, FACTORS_KEPT_MAX);
    return factors;
  }

  #drawn(days: number, horizonDays: number, paths: number, seed: string): Draws {
    const name = `${seed}|${paths}|${days}`;
    const draws = this.#draws.get(name) ?? begin(paths, seed);
    if (!this.#draws.has(name)) keep(this.#draws, name, draws, DRAWS_KEPT_MAX);
    while (draws.days.length < horizonDays) draws.days.push(nextDay(draws, days, paths));
    return draws;
  }
}

function keep<Value>(kept: Map<string, Value>, name: string, value: Value, countMax: number): void {
  const [oldest] = kept.keys();
  if (kept.size >= countMax && oldest !== undefined) kept.delete(oldest);
  kept.set(name, value);
}

function begin(paths: number, seed: string): Draws {
  const surprise = new SeededRandom(seed, 'surprise');
  return { days: [], random: new SeededRandom(seed, 'days'), surprises: Float64Array.from({ length: paths }, () => surprise.normal()) };
}

/** The next day of every path: the one that followed in the record, or once in a while any. */
function nextDay({ days, random }: Draws, count: number, paths: number): Uint16Array {
  const before = days.at(-1);
  const drawn = new Uint16Array(paths);
  for (let path = 0; path < paths; path++) {
    const chance = random.next() * RUN_DAYS;
    const following = (before?.[path] ?? count) + 1;
    drawn[path] = chance < 1 || following >= count ? Math.floor(random.next() * count) : following;
  }
  return drawn;
}

function reckon(inputs: FutureInputs, { days, surprises }: Draws, paths: number): Float64Array {
  const { residuals, variance, error } = inputs;
  const returns = new Float64Array(paths);
  const table = Float64Array.from(residuals);
  for (const [ahead, deviation] of deviationsAhead(inputs).entries()) {
    const drawn = days[ahead] ?? new Uint16Array(paths);
    for (let path = 0; path < paths; path++) returns[path] = (returns[path] ?? 0) + deviation * (table[drawn[path] ?? 0] ?? 0);
  }
  // Log-normal with mean one, so that the forecast stays right on average.
  const spread = Math.sqrt(Math.log1p(Math.min(error, ERROR_MAX) ** 2));
  for (let path = 0; path < paths; path++) {
    const scale = Math.exp(spread * (surprises[path] ?? 0) - spread ** 2 / 2);
    returns[path] = Math.exp(Math.sqrt(scale) * (returns[path] ?? 0) - (scale * variance) / 2);
  }
  return returns;
}

/** Deviation of each day to come, all of them together as forecast. */
function deviationsAhead({ horizonDays, variance, todayVariance, usualVariance }: FutureInputs): number[] {
  const shape = variancesAhead(todayVariance, usualVariance, horizonDays);
  const total = shape.reduce((sum, value) => sum + value, 0);
  return shape.map((value) => Math.sqrt(total > 0 ? (variance * value) / total : variance / horizonDays));
}

/** Variance of each day to come: from today's towards the usual one. */
export function variancesAhead(todayVariance: number, usualVariance: number, days: number): number[] {
  return Array.from({ length: days }, (_, ahead) => usualVariance + PERSISTENCE ** ahead * (todayVariance - usualVariance));
}
