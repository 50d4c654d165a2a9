import { Decimal } from '../kernel/decimal.ts';

/** One of a taxpayer's cases, the bills its money may be put on, and how many won it has for them. */
export interface CoveringCase {
  readonly billIds: readonly number[];
  readonly brought: Decimal;
}

const ZERO = new Decimal(0);

/**
 * The most, in whole won, that one case's sale can do for the bills it covers, whatever it has brought already: what they owe less what
 * the taxpayer's other cases pay of it. Money of a case is put on its own bills only, so which case pays which bill is a question
 * of flow: bills that another case alone covers are its to pay first, and only what it cannot pay is left for this one.
 */
export function usefulFrom(billIds: readonly number[], others: readonly CoveringCase[], owedOf: ReadonlyMap<number, Decimal>): Decimal {
  const all = [...owedOf.values()].reduce((sum, owed) => sum.plus(owed), ZERO);
  return mostCovered([...others, { billIds, brought: all }], owedOf).minus(mostCovered(others, owedOf));
}

/** The most that these cases can pay of the bills together: a maximal flow by shortest augmenting paths. */
function mostCovered(cases: readonly CoveringCase[], owedOf: ReadonlyMap<number, Decimal>): Decimal {
  const left = new Map(owedOf);
  const paid = cases.map(() => new Map<number, Decimal>());
  let covered = ZERO;
  for (const [index, { brought }] of cases.entries()) {
    for (let supply = brought; supply.isGreaterThan(0); ) {
      const path = shortestPath(index, cases, left, paid);
      if (path === undefined) break;
      const amount = Decimal.min(supply, ...path.widths);
      for (const { from, bill } of path.steps) add(paid[from], bill, amount);
      for (const { from, bill } of path.rerouted) add(paid[from], bill, amount.negated());
      add(left, path.end, amount.negated());
      supply = supply.minus(amount);
      covered = covered.plus(amount);
    }
  }
  return covered;
}

function add(amounts: Map<number, Decimal> | undefined, key: number, amount: Decimal): void {
  amounts?.set(key, (amounts.get(key) ?? ZERO).plus(amount));
}

interface Step {
  readonly from: number;
  readonly bill: number;
}

interface Path {
  /** Who pays which bill from now on. */
  readonly steps: readonly Step[];
  /** Who pays which bill no longer, since it is paid by the one before. */
  readonly rerouted: readonly Step[];
  readonly end: number;
  readonly widths: readonly Decimal[];
}

/** How a case's next won finds a bill that still owes: its own, or one that frees another case's won from a bill they share. */
function shortestPath(
  start: number,
  cases: readonly CoveringCase[],
  left: ReadonlyMap<number, Decimal>,
  paid: readonly ReadonlyMap<number, Decimal>[],
): Path | undefined {
  const seen = new Set([start]);
  const queue: { readonly at: number; readonly path: Omit<Path, 'end'> }[] = [{ at: start, path: { steps: [], rerouted: [], widths: [] } }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { at, path } = next;
    const bills = cases[at]?.billIds ?? [];
    for (const bill of bills) {
      const open = left.get(bill) ?? ZERO;
      if (open.isGreaterThan(0)) return { ...path, steps: [...path.steps, { from: at, bill }], end: bill, widths: [...path.widths, open] };
    }
    for (const bill of bills) {
      for (const [other, payments] of paid.entries()) {
        const payment = payments.get(bill) ?? ZERO;
        if (!payment.isGreaterThan(0) || seen.has(other)) continue;
        seen.add(other);
        const steps = [...path.steps, { from: at, bill }];
        queue.push({ at: other, path: { steps, rerouted: [...path.rerouted, { from: other, bill }], widths: [...path.widths, payment] } });
      }
    }
  }
  return undefined;
}
