import { setImmediate } from 'node:timers/promises';
import { between, CUBE, distancePlace, lower, PLANE, RATIOS, ratioPlace, sizePlace } from './sale-axes.ts';
import { cheapest, refined } from './sale-fraction.ts';
import { impactMultiple, type SaleModel } from './sale-model.ts';
import { solveSaleTable } from './solve-sale-table.ts';

/** What is best at every standing of a sale, for one risk weight and one length of bar. No coin, amount or price is in it. */
export interface SaleTable {
  readonly lambda: number;
  readonly barHours: number;
  readonly model: SaleModel;
  /** What going on costs from each place, as it is expected one bar before. */
  readonly expected: Float64Array;
  /** Cost of a sale that begins, its first part at the opening. */
  readonly opening: Float64Array;
  /** Fractions of what is left to sell in a later bar: one cube for each ratio of the present impact to the coming one. */
  readonly fractions: Float32Array;
}

export interface SalePosition {
  readonly distance: number;
  readonly size: number;
  /** Logarithm of the present deviation over the usual one. */
  readonly volatility: number;
}

/** The fraction of what is left to sell in a later bar; `ratio` is the present impact coefficient over the coming one. */
export function laterFraction({ model, fractions }: SaleTable, position: SalePosition, ratio: number): number {
  const [distance, size] = [distancePlace(position.distance), sizePlace(position.size)];
  const { state, share } = model.placeOf(position.volatility);
  const place = ratioPlace(ratio);
  const row = lower(place, RATIOS);
  const inState = (index: number) => {
    const offset = row * CUBE + index * PLANE;
    const below = between(fractions, offset, distance, size);
    return below + (place - row) * (between(fractions, offset + CUBE, distance, size) - below);
  };
  const calmer = inState(state);
  return calmer + share * (inState(state + 1) - calmer);
}

/** The same of the first bar, at its opening: searched for where the sale stands, since near the threshold it changes fast. */
export function firstFraction({ model, expected }: SaleTable, { distance, size, volatility }: SalePosition, ratio: number): number {
  const { state, share } = model.placeOf(volatility);
  const impact = size * impactMultiple(volatility) * ratio;
  const standing = { deviation: Math.exp(volatility), distance, impact, size, isOpening: true };
  const costOf = (fraction: number) => {
    const calmer = model.costOf(expected, fraction, { ...standing, volatility: state });
    return calmer + share * (model.costOf(expected, fraction, { ...standing, volatility: state + 1 }) - calmer);
  };
  return refined(costOf, 1, cheapest(costOf, 1)).fraction;
}

const TABLES_KEPT = 16;
const tables = new Map<string, SaleTable | Promise<SaleTable>>();

/** The table of a risk weight, solved at once if it is not known yet: for what runs alone. */
export function saleTable(lambda: number, barHours = 1): SaleTable {
  const known = tables.get(keyOf(lambda, barHours));
  if (known !== undefined && !(known instanceof Promise)) return known;
  const steps = solveSaleTable(lambda, barHours);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return keep(lambda, barHours, value);
  }
}

/** The same for what must go on serving: it gives way every few milliseconds, and who asks meanwhile waits for the same table. */
export async function saleTableSoon(lambda: number, barHours = 1): Promise<SaleTable> {
  const known = tables.get(keyOf(lambda, barHours));
  if (known !== undefined) return await known;
  const solving = solveGivingWay(lambda, barHours);
  keep(lambda, barHours, solving);
  const table = await solving;
  return keep(lambda, barHours, table);
}

async function solveGivingWay(lambda: number, barHours: number): Promise<SaleTable> {
  const steps = solveSaleTable(lambda, barHours);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
  }
}

/** Error: RangeError for a risk weight or a bar that is not positive. */
function keyOf(lambda: number, barHours: number): string {
  if (!(lambda > 0 && barHours > 0 && Number.isFinite(lambda + barHours)))
    throw new RangeError(`No table is made for a risk weight of ${lambda} and bars of ${barHours} hours; both must be positive.`);
  return `${lambda}/${barHours}`;
}

/** The oldest makes room. */
function keep<T extends SaleTable | Promise<SaleTable>>(lambda: number, barHours: number, table: T): T {
  const key = keyOf(lambda, barHours);
  tables.delete(key);
  tables.set(key, table);
  const [oldest] = tables.keys();
  if (tables.size > TABLES_KEPT && oldest !== undefined) tables.delete(oldest);
  return table;
}
