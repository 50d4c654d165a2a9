/*
 * The axes of the sale table. All that matters of a sale under way is three numbers without a unit:
 *
 *   distance   how far the loss so far is from the threshold of the worst twentieth, in deviations of what is left over a bar;
 *   size       impact coefficient of what is left over the deviation of a bar: two thirds of the root of the bars it would take to sell
 *              all at the market's own pace;
 *   volatility logarithm of the present deviation over its usual level.
 *
 * A sale of twice the loss and twice the deviation is the same sale, so no table by coin, amount or price is needed.
 */

const DISTANCE_MAX = 80;
/** Places lie evenly up to about here, and then in equal proportions. */
const DISTANCE_SCALE = 0.05;
const HALF = 36;
export const DISTANCES = 2 * HALF + 1;
const STRETCH = Math.asinh(DISTANCE_MAX / DISTANCE_SCALE) / HALF;

const SIZE_MIN = 2e-3;
const SIZE_MAX = 16;
export const SIZES = 28;
const SIZE_STEP = Math.log(SIZE_MAX / SIZE_MIN) / (SIZES - 1);

export const VOLATILITY_STATES = 3;

/** Places of one state of the volatility, and of all of them. */
export const PLANE = DISTANCES * SIZES;
export const CUBE = VOLATILITY_STATES * PLANE;

/** Present over coming impact coefficient. */
const RATIO_MAX = 4;
export const RATIOS = 7;

export function distanceAt(place: number): number {
  return DISTANCE_SCALE * Math.sinh((place - HALF) * STRETCH);
}

/** Place of a distance, between whole places too. Beyond the ends it is the end's. */
export function distancePlace(distance: number): number {
  // The logarithm is what Math.asinh computes, in a third of its time.
  const scaled = Math.abs(distance) * (1 / DISTANCE_SCALE);
  const steps = Math.min(Math.log(scaled + Math.sqrt(scaled * scaled + 1)) * (1 / STRETCH), HALF);
  return distance < 0 ? HALF - steps : HALF + steps;
}

/** How far a distance lies below the lowest place: each unit of it is lost in the tail for certain. */
export function belowLowest(distance: number): number {
  return distance < -DISTANCE_MAX ? -DISTANCE_MAX - distance : 0;
}

export function sizeAt(place: number): number {
  return SIZE_MIN * Math.exp(place * SIZE_STEP);
}

export function sizePlace(size: number): number {
  return Math.min(Math.max(Math.log(size / SIZE_MIN) / SIZE_STEP, 0), SIZES - 1);
}

export function ratioAt(place: number): number {
  return RATIO_MAX ** ((2 * place) / (RATIOS - 1) - 1);
}

export function ratioPlace(ratio: number): number {
  const share = (Math.log(ratio) / Math.log(RATIO_MAX) + 1) / 2;
  return Math.min(Math.max(share, 0), 1) * (RATIOS - 1);
}

/** Lower whole neighbour of a place on an axis of so many. */
export function lower(place: number, places: number): number {
  return Math.min(Math.floor(place), places - 2);
}

/** Value of a plane that begins at `offset`, between its four neighbours. */
export function between(values: Float64Array | Float32Array, offset: number, distance: number, size: number): number {
  const [column, row] = [lower(distance, DISTANCES), lower(size, SIZES)];
  const [across, up] = [distance - column, size - row];
  const corner = offset + row * DISTANCES + column;
  const below = along(values, corner, across);
  return below + up * (along(values, corner + DISTANCES, across) - below);
}

/** Between two neighbours on the axis of distances. */
export function along(values: Float64Array | Float32Array, corner: number, share: number): number {
  const left = values[corner] ?? Number.NaN;
  return left + share * ((values[corner + 1] ?? Number.NaN) - left);
}

/** What a bar does to a distance: it falls short of `from` by these multiples of each move. */
export interface Step {
  readonly from: number;
  readonly perTypical: number;
  readonly perWhole: number;
  /** The plane that follows, and where on its axis of sizes. */
  readonly plane: number;
  readonly size: number;
  /** Cost of each unit of distance below the lowest place. */
  readonly below: number;
}

/** Mean of a plane's values over the moves of a bar. Here and not where it is used, since nothing else is computed as often. */
export function meanAfter(
  values: Float64Array,
  moves: { readonly whole: Float64Array; readonly typical: Float64Array; readonly probability: Float64Array },
  { from, perTypical, perWhole, plane, size, below }: Step,
): number {
  const row = lower(size, SIZES);
  const up = size - row;
  const offset = plane + row * DISTANCES;
  // The two courses of a move differ only in the typical price.
  const stride = perTypical === 0 ? 2 : 1;
  let total = 0;
  for (let move = 0; move < moves.whole.length; move += stride) {
    const distance = from - perTypical * (moves.typical[move] ?? 0) - perWhole * (moves.whole[move] ?? 0);
    const place = distancePlace(distance);
    const column = lower(place, DISTANCES);
    const smaller = along(values, offset + column, place - column);
    const larger = along(values, offset + DISTANCES + column, place - column);
    total += (moves.probability[move] ?? 0) * (smaller + up * (larger - smaller) + below * belowLowest(distance));
  }
  return stride * total;
}

/** The same where the distances' places are known: `columns` and `shares` of a place's moves begin at `first`. */
export function meanAt(
  values: Float64Array,
  probability: Float64Array,
  places: { readonly columns: Int32Array; readonly shares: Float64Array },
  { first, corner, up }: { readonly first: number; readonly corner: number; readonly up: number },
): number {
  let [smaller, larger] = [0, 0];
  for (let move = 0; move < probability.length; move++) {
    const place = corner + (places.columns[first + move] ?? 0);
    const share = places.shares[first + move] ?? 0;
    const weight = probability[move] ?? 0;
    smaller += weight * along(values, place, share);
    larger += weight * along(values, place + DISTANCES, share);
  }
  return smaller + up * (larger - smaller);
}
