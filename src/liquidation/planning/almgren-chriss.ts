import { sum } from '../../valuation/forecast/statistics.ts';

/*
 * Almgren and Chriss, Optimal Execution of Portfolio Transactions (2000): linear impact, a price without drift, and a seller who weighs
 * expected cost against variance. The checked base of the planner; what really sells follows the square-root law (impact.ts).
 */

export interface AlmgrenChrissMarket {
  /** Deviation of the price over one unit of time, in won. */
  readonly sigma: number;
  /** Temporary impact: won a unit, by units a time. */
  readonly eta: number;
  /** Permanent impact: won a unit, by units. */
  readonly gamma: number;
  /** Fixed cost: won a unit, half the spread and the fee. */
  readonly epsilon: number;
}

export interface AlmgrenChrissTask {
  readonly units: number;
  readonly periods: number;
  readonly periodLength: number;
  /** Weight of variance; negative for a seller who likes risk. */
  readonly riskAversion: number;
}

export interface AlmgrenChrissTrajectory {
  /** What is still held at the beginning and after each period; one more than periods. */
  readonly held: readonly number[];
  readonly sold: readonly number[];
  readonly expectedCost: number;
  readonly variance: number;
  /** Of the sinh; NaN where the seller likes risk. */
  readonly kappa: number;
}

/** The trajectory of least expected cost plus riskAversion × variance, with its cost and variance. Error: RangeError when impact per period is not positive. */
export function almgrenChrissTrajectory(task: AlmgrenChrissTask, market: AlmgrenChrissMarket): AlmgrenChrissTrajectory {
  const { units, periods, periodLength, riskAversion } = task;
  const etaTilde = market.eta - 0.5 * market.gamma * periodLength;
  if (!(etaTilde > 0)) throw new RangeError(`eta less half of gamma over a period is ${etaTilde}; the model needs it positive`);
  const kappaTildeSquare = (riskAversion * market.sigma ** 2) / etaTilde;
  const held = heldAt(kappaTildeSquare, { periods, periodLength }).map((share) => share * units);
  const sold = held.slice(1).map((left, index) => (held[index] ?? 0) - left);
  return {
    held,
    sold,
    kappa: Math.acosh(1 + (kappaTildeSquare * periodLength ** 2) / 2) / periodLength,
    expectedCost:
      0.5 * market.gamma * units ** 2 +
      market.epsilon * sum(sold.map(Math.abs)) +
      (etaTilde / periodLength) * sum(sold.map((each) => each * each)),
    variance: market.sigma ** 2 * periodLength * sum(held.slice(1).map((left) => left * left)),
  };
}

/** Shares still held at the ends of the periods; uniform for a seller who minds no risk, by sines for one who likes it. */
function heldAt(kappaTildeSquare: number, { periods, periodLength }: { periods: number; periodLength: number }): number[] {
  const cosine = 1 + (kappaTildeSquare * periodLength ** 2) / 2;
  const steps = Array.from({ length: periods + 1 }, (_, index) => periods - index);
  if (kappaTildeSquare === 0) return steps.map((left) => left / periods);
  const [angle, wave] = cosine > 1 ? [Math.acosh(cosine), Math.sinh] : [Math.acos(cosine), Math.sin];
  return steps.map((left) => wave(angle * left) / wave(angle * periods));
}

/** The same in continuous time: the share still held at `time` of `horizon`, kappa = √(riskAversion·sigma²/eta). */
export function almgrenChrissHeld(kappa: number, horizon: number, time: number): number {
  return kappa === 0 ? 1 - time / horizon : Math.sinh(kappa * (horizon - time)) / Math.sinh(kappa * horizon);
}
