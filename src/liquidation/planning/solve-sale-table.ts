import { PolicyEvaluation } from './policy-evaluation.ts';
import { CUBE, DISTANCES, distanceAt, PLANE, RATIOS, ratioAt, SIZES, sizeAt, VOLATILITY_STATES } from './sale-axes.ts';
import { cheapest, refined } from './sale-fraction.ts';
import { SaleModel } from './sale-model.ts';
import type { SaleTable } from './sale-table.ts';

/** A bar takes what the market trades in it: impact that is dearer than this says that it is not all of what is left. */
const ALL_IN_A_BAR = 2 / 3;

const ROUNDS = 7;
const SWEEPS = 15;
/** Rounds at the beginning that look at every fraction instead of the neighbours of the last best one. */
const WIDE_ROUNDS = 1;
const SWEEPS_A_STEP = 5;
const ROWS_A_STEP = 6;

/**
 * Solves the table by modified policy iteration. It gives way after every few milliseconds of work, so that a service can serve in
 * between; how it is run changes nothing of the result.
 */
export function* solveSaleTable(lambda: number, barHours: number): Generator<undefined, SaleTable> {
  const model = new SaleModel(lambda, barHours);
  const evaluation = new PolicyEvaluation(model);
  const fractions = new Float64Array(CUBE);
  const places = new Uint8Array(CUBE);
  let values = allAtOnce(model);
  for (let round = 0; round < ROUNDS; round++) {
    const expected = model.expected(values);
    for (const [count, row] of rows().entries()) {
      improve(model, expected, row, { fractions, places, isWide: round < WIDE_ROUNDS });
      evaluation.adopt(fractions, row.volatility, row.size);
      if (count % ROWS_A_STEP === 0) yield;
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      values = evaluation.sweep(values);
      if (sweep % SWEEPS_A_STEP === 0) yield;
    }
  }
  const expected = model.expected(values);
  const opening = yield* openingValues(model, expected);
  const later = yield* laterFractions(model, expected);
  return { lambda, barHours, model, expected, opening, fractions: later };
}

interface Row {
  readonly volatility: number;
  readonly size: number;
}

function rows(): Row[] {
  return Array.from({ length: VOLATILITY_STATES * SIZES }, (_, index) => ({ volatility: Math.floor(index / SIZES), size: index % SIZES }));
}

/** Where the iteration begins: everything in the next bar, and dearer by what a bar cannot take. */
function allAtOnce(model: SaleModel): Float64Array {
  const values = new Float64Array(CUBE);
  for (const { volatility, size } of rows()) {
    const coefficient = sizeAt(size);
    const cost = Math.min(coefficient, ALL_IN_A_BAR) * (model.impacts[volatility] ?? 1);
    for (let column = 0; column < DISTANCES; column++) {
      values[volatility * PLANE + size * DISTANCES + column] =
        cost + model.tailAfter(distanceAt(column) - cost, model.deviations[volatility] ?? 1) + Math.max(coefficient - ALL_IN_A_BAR, 0);
    }
  }
  return values;
}

/** The most that the market can take of what is left. */
function mostOf(model: SaleModel, { volatility, size }: Row, ratio: number): number {
  return Math.min((ALL_IN_A_BAR / (sizeAt(size) * ratio)) ** 2 * (model.paces[volatility] ?? 1), 1);
}

function improve(
  model: SaleModel,
  expected: Float64Array,
  row: Row,
  policy: { fractions: Float64Array; places: Uint8Array; isWide: boolean },
): void {
  const most = mostOf(model, row, 1);
  for (const { place, costOf } of placesOf(model, expected, row, { ratio: 1, isOpening: false })) {
    const best = cheapest(costOf, most, policy.isWide ? undefined : policy.places[place]);
    policy.places[place] = best.index;
    policy.fractions[place] = best.fraction;
  }
}

/** What a sale costs that begins with this bar, its first part sold at the opening. */
function* openingValues(model: SaleModel, expected: Float64Array): Generator<undefined, Float64Array> {
  const values = new Float64Array(CUBE);
  for (const [count, row] of rows().entries()) {
    for (const { place, costOf } of placesOf(model, expected, row, { ratio: 1, isOpening: true }))
      values[place] = cheapest(costOf, mostOf(model, row, 1)).cost;
    if (count % ROWS_A_STEP === 0) yield;
  }
  return values;
}

/** Fractions at every place and ratio of the present impact to the coming one. */
function* laterFractions(model: SaleModel, expected: Float64Array): Generator<undefined, Float32Array> {
  const fractions = new Float32Array(RATIOS * CUBE);
  for (let place = 0; place < RATIOS; place++) {
    const ratio = ratioAt(place);
    for (const [count, row] of rows().entries()) {
      const most = mostOf(model, row, ratio);
      let hint: number | undefined;
      for (const standing of placesOf(model, expected, row, { ratio, isOpening: false })) {
        const best = refined(standing.costOf, most, cheapest(standing.costOf, most, hint));
        hint = best.index;
        fractions[place * CUBE + standing.place] = best.fraction;
      }
      if (count % ROWS_A_STEP === 0) yield;
    }
  }
  return fractions;
}

/** Every distance of a row, with what a fraction would cost there. */
function* placesOf(model: SaleModel, expected: Float64Array, { volatility, size }: Row, bar: { ratio: number; isOpening: boolean }) {
  const coefficient = sizeAt(size);
  const row = {
    volatility,
    deviation: model.deviations[volatility] ?? 1,
    size: coefficient,
    impact: coefficient * bar.ratio * (model.impacts[volatility] ?? 1),
    isOpening: bar.isOpening,
  };
  for (let column = 0; column < DISTANCES; column++) {
    const standing = { ...row, distance: distanceAt(column) };
    yield {
      place: volatility * PLANE + size * DISTANCES + column,
      costOf: (fraction: number) => model.costOf(expected, fraction, standing),
    };
  }
}
