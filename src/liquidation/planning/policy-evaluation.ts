import { belowLowest, CUBE, DISTANCES, distanceAt, distancePlace, lower, meanAt, PLANE, SIZES, sizeAt, sizePlace } from './sale-axes.ts';
import type { SaleModel } from './sale-model.ts';

/**
 * What a policy costs from each place: where every move leads is found once, so that a sweep is sums of products only (modified policy
 * iteration, Puterman and Shin 1978).
 */
export class PolicyEvaluation {
  readonly #model: SaleModel;
  readonly #moves: number;
  /** By place: what is left, the certain part of the cost, and the row of sizes that follows. */
  readonly #left: Float64Array;
  readonly #cost: Float64Array;
  readonly #row: Int32Array;
  readonly #up: Float64Array;
  /** By place and move: the place on the axis of distances that follows. */
  readonly #column: Int32Array;
  readonly #across: Float64Array;

  constructor(model: SaleModel) {
    this.#model = model;
    this.#moves = model.moves.whole.length;
    this.#left = new Float64Array(CUBE);
    this.#cost = new Float64Array(CUBE);
    this.#row = new Int32Array(CUBE);
    this.#up = new Float64Array(CUBE);
    this.#column = new Int32Array(CUBE * this.#moves);
    this.#across = new Float64Array(CUBE * this.#moves);
  }

  /** Takes over the fractions of one row: one state of the volatility, one size, every distance. */
  adopt(fractions: Float64Array, volatility: number, sizeRow: number): void {
    const impact = sizeAt(sizeRow) * (this.#model.impacts[volatility] ?? 1);
    const first = volatility * PLANE + sizeRow * DISTANCES;
    for (let column = 0; column < DISTANCES; column++) {
      const place = first + column;
      const fraction = fractions[place] ?? 1;
      const cost = impact * fraction * Math.sqrt(fraction);
      this.#adoptOne(place, { fraction, volatility, cost, distance: distanceAt(column) - cost, size: sizeAt(sizeRow) });
    }
  }

  #adoptOne(place: number, after: { fraction: number; volatility: number; cost: number; distance: number; size: number }): void {
    const { fraction, volatility, cost, distance, size } = after;
    const { mu, moves, deviations } = this.#model;
    const deviation = deviations[volatility] ?? 1;
    const left = 1 - fraction;
    this.#left[place] = left;
    this.#cost[place] = cost;
    if (left <= 0) {
      this.#cost[place] = cost + this.#model.tailAfter(distance, deviation);
      return;
    }
    const sizes = sizePlace(size * Math.sqrt(left));
    const row = lower(sizes, SIZES);
    this.#row[place] = volatility * PLANE + row * DISTANCES;
    this.#up[place] = sizes - row;
    let certain = cost;
    for (let move = 0; move < this.#moves; move++) {
      const fall = deviation * (fraction * (moves.typical[move] ?? 0) + left * (moves.whole[move] ?? 0));
      const next = (distance - fall) / left;
      const reached = distancePlace(next);
      const column = lower(reached, DISTANCES);
      certain += left * (moves.probability[move] ?? 0) * mu * belowLowest(next);
      this.#column[place * this.#moves + move] = column;
      this.#across[place * this.#moves + move] = reached - column;
    }
    this.#cost[place] = certain;
  }

  /** Values one bar earlier. */
  sweep(values: Float64Array): Float64Array {
    const expected = this.#model.expected(values);
    const { probability } = this.#model.moves;
    const earlier = new Float64Array(CUBE);
    const places = { columns: this.#column, shares: this.#across };
    for (let place = 0; place < CUBE; place++) {
      const left = this.#left[place] ?? 0;
      const at = { first: place * this.#moves, corner: this.#row[place] ?? 0, up: this.#up[place] ?? 0 };
      earlier[place] = (this.#cost[place] ?? 0) + (left > 0 ? left * meanAt(expected, probability, places, at) : 0);
    }
    return earlier;
  }
}
