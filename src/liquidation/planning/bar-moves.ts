/*
 * How a price moves within a bar, and how its volatility comes and goes, in a few values with probabilities: what the sale table
 * integrates over.
 */

/** Moves of a bar's price in deviations; each is there twice, with a dearer and a cheaper course to the same end. */
export interface BarMoves {
  /** Fall from the bar's opening to its close. */
  readonly whole: Float64Array;
  /** Fall from its opening to the mean price of a sale that is spread over it. */
  readonly typical: Float64Array;
  readonly probability: Float64Array;
}

/**
 * Edges of the strata, as probabilities; narrower in the tails, whose means decide the worst twentieth. Symmetric: a price has no drift
 * that anybody knows.
 */
const EDGES = [0, 0.003, 0.02, 0.08, 0.25, 0.5];

/**
 * The mean of open, high, low and close lies half a move from the opening, with this deviation: of (high + low)/4 in a Brownian bridge,
 * whose high and low have a sum of variance 2 − π²/6.
 */
const COURSE_DEVIATION = Math.sqrt(2 - Math.PI ** 2 / 6) / 4;

/**
 * Student's law with three degrees of freedom, of variance one: the tails of short returns fall with the third power (Gopikrishnan et
 * al. 1998, Gabaix et al. 2003).
 */
export function barMoves(): BarMoves {
  const half = EDGES.slice(1).map((high, index) => {
    const low = EDGES[index] ?? 0;
    return { mean: (partialMean(quantile(high)) - partialMean(quantile(low))) / (high - low), probability: high - low };
  });
  const strata = [...half, ...half.toReversed().map(({ mean, probability }) => ({ mean: -mean, probability }))];
  const deviation = Math.sqrt(strata.reduce((total, { mean, probability }) => total + probability * mean * mean, 0));
  const moves = strata.flatMap(({ mean, probability }) => {
    const whole = mean / deviation;
    return [-COURSE_DEVIATION, COURSE_DEVIATION].map((course) => ({ whole, typical: whole / 2 + course, probability: probability / 2 }));
  });
  return {
    whole: Float64Array.from(moves, ({ whole }) => whole),
    typical: Float64Array.from(moves, ({ typical }) => typical),
    probability: Float64Array.from(moves, ({ probability }) => probability),
  };
}

const DEGREES = 3;

/** Of Student's law with three degrees of freedom. */
function probabilityBelow(value: number): number {
  const scaled = value / Math.sqrt(DEGREES);
  return 0.5 + (scaled / (1 + scaled * scaled) + Math.atan(scaled)) / Math.PI;
}

/** Integral of x times the density up to a value. */
function partialMean(value: number): number {
  if (value === Number.NEGATIVE_INFINITY) return 0;
  const density = 2 / (Math.PI * Math.sqrt(DEGREES) * (1 + value ** 2 / DEGREES) ** 2);
  return (-(DEGREES + value ** 2) / (DEGREES - 1)) * density;
}

/** Of a probability not above one half, by halving. */
function quantile(probability: number): number {
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  let [low, high] = [-1e3, 0];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (probabilityBelow(middle) < probability) low = middle;
    else high = middle;
  }
  return high;
}

/** Logarithms of the volatility about its usual level, and with what probability each is followed by which. */
export interface VolatilityChain {
  readonly logs: readonly number[];
  readonly following: readonly (readonly number[])[];
}

/**
 * An autoregression of log volatility on a few states, evenly spaced (Rouwenhorst 1995, which keeps mean, variance and persistence
 * exactly). `persistence` is from one bar to the next, `deviation` that of the logarithm in the long run.
 */
export function volatilityChain({
  states,
  deviation,
  persistence,
}: {
  states: number;
  deviation: number;
  persistence: number;
}): VolatilityChain {
  const stay = (1 + persistence) / 2;
  let following: readonly (readonly number[])[] = [[1]];
  for (let size = 2; size <= states; size++) following = widened(following, stay);
  const widest = deviation * Math.sqrt(Math.max(states - 1, 0));
  return { logs: Array.from({ length: states }, (_, state) => (states === 1 ? 0 : widest * ((2 * state) / (states - 1) - 1))), following };
}

/** One state more: both halves of the process, each staying or changing, summed; inner rows were counted twice. */
function widened(smaller: readonly (readonly number[])[], stay: number): number[][] {
  const size = smaller.length + 1;
  const at = (row: number, column: number) => smaller[row]?.[column] ?? 0;
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => {
      const sum = stay * (at(row, column) + at(row - 1, column - 1)) + (1 - stay) * (at(row, column - 1) + at(row - 1, column));
      return row > 0 && row < size - 1 ? sum / 2 : sum;
    }),
  );
}
