import { barMoves, volatilityChain } from './bar-moves.ts';
import { lower, meanAfter, PLANE, sizePlace, VOLATILITY_STATES } from './sale-axes.ts';

/** The worst twentieth is what a seller minds. */
export const TAIL_SHARE = 0.05;
/** Less than this of what was left is nothing. */
const NOTHING = 1e-9;

/*
 * Volatility returns to its usual level, and volume with it. Deviation of its logarithm in the long run; persistence from hour to hour,
 * with which the last month's level and today's volatility foretell best (QLIKE) the variance of the next six hours and of the next day;
 * and by which power of the volatility volume grows (Karpoff 1987: volume follows volatility), so that impact, which is deviation over
 * the root of volume, grows by less than the deviation does.
 */
const VOLATILITY_DEVIATION = 0.5;
const PERSISTENCE_AN_HOUR = 0.92;
const VOLUME_POWER = 0.6;

/** Where a sale of one unit stands; everything is in usual deviations of that unit over a bar. */
export interface SaleStanding {
  /** State of the volatility, and the present deviation over the usual one. */
  readonly volatility: number;
  readonly deviation: number;
  readonly distance: number;
  /** What selling all in this bar would cost. */
  readonly impact: number;
  /** The same of later bars, at the usual volatility. */
  readonly size: number;
  /** What is sold now goes at the opening, before the bar's move. */
  readonly isOpening: boolean;
}

/**
 * One bar of a sale with the cost E[impact] + mu·E(loss beyond the threshold)⁺, mu = lambda/5%: for the right threshold the least
 * E[impact] + lambda·CVaR5% (Rockafellar and Uryasev 2000), with the loss so far as part of the state (Bäuerle and Ott 2011). Selling a
 * fraction f costs impact·f^1.5 (square-root law) and carries half of the bar's move, what is kept all of it.
 */
export class SaleModel {
  readonly mu: number;
  readonly moves = barMoves();
  readonly #following: readonly (readonly number[])[];
  /** By state of the volatility: deviation, impact and the market's pace, over the usual ones. */
  readonly deviations: readonly number[];
  readonly impacts: readonly number[];
  readonly paces: readonly number[];
  readonly logs: readonly number[];

  constructor(lambda: number, barHours: number) {
    this.mu = lambda / TAIL_SHARE;
    const { logs, following } = volatilityChain({
      states: VOLATILITY_STATES,
      deviation: VOLATILITY_DEVIATION,
      persistence: PERSISTENCE_AN_HOUR ** barHours,
    });
    this.#following = following;
    this.logs = logs;
    this.deviations = logs.map(Math.exp);
    this.impacts = logs.map(impactMultiple);
    this.paces = logs.map((log) => Math.exp(VOLUME_POWER * log));
  }

  /** Probabilities of the states that come after one. */
  following(state: number): readonly number[] {
    return this.#following[state] ?? [];
  }

  /** Weights of the states about a logarithm of the volatility, nearer ones weighing more. */
  nearStates(log: number): readonly number[] {
    const { state, share } = this.placeOf(log);
    return this.logs.map((_, index) => (index === state ? 1 - share : index === state + 1 ? share : 0));
  }

  /** A place between two states: the lower one and the share of the upper. */
  placeOf(log: number): { readonly state: number; readonly share: number } {
    const [lowest = 0, highest = 0] = [this.logs[0], this.logs.at(-1)];
    const place = Math.min(Math.max((log - lowest) / (highest - lowest), 0), 1) * (this.logs.length - 1);
    const state = lower(place, this.logs.length);
    return { state, share: place - state };
  }

  /** Value of each state as it is expected one bar before: over the volatility states that may follow. */
  expected(values: Float64Array): Float64Array {
    const mixed = new Float64Array(values.length);
    for (const [state, row] of this.#following.entries()) {
      for (const [next, probability] of row.entries()) {
        for (let place = 0; place < PLANE; place++) {
          mixed[state * PLANE + place] = (mixed[state * PLANE + place] ?? 0) + probability * (values[next * PLANE + place] ?? 0);
        }
      }
    }
    return mixed;
  }

  /** Expected cost of selling a fraction now and going on with what `expected` values promise. */
  costOf(expected: Float64Array, fraction: number, standing: SaleStanding): number {
    const { volatility, deviation, distance, impact, size, isOpening } = standing;
    const cost = impact * fraction * Math.sqrt(fraction);
    const left = 1 - fraction;
    const carried = isOpening ? 0 : fraction * deviation;
    if (left < NOTHING) return cost + this.tailAfter(distance - cost, carried);
    const next = meanAfter(expected, this.moves, {
      from: (distance - cost) / left,
      perTypical: carried / left,
      perWhole: deviation,
      plane: volatility * PLANE,
      size: sizePlace(size * Math.sqrt(left)),
      below: this.mu,
    });
    return cost + left * next;
  }

  /** Expected loss beyond the threshold when all is sold. */
  tailAfter(distance: number, carried: number): number {
    const { typical, probability } = this.moves;
    if (carried === 0) return this.mu * Math.max(-distance, 0);
    let total = 0;
    for (let move = 0; move < typical.length; move++) {
      total += (probability[move] ?? 0) * Math.max(carried * (typical[move] ?? 0) - distance, 0);
    }
    return this.mu * total;
  }
}

/** How impact grows with the logarithm of the volatility. */
export function impactMultiple(log: number): number {
  return Math.exp(log * (1 - VOLUME_POWER / 2));
}

/** The usual deviation of which these are the mean square and the deviation of the logarithm: less than its root mean square. */
export function usualDeviation(rootMeanSquare: number): number {
  return rootMeanSquare * Math.exp(-(VOLATILITY_DEVIATION ** 2));
}
