/** What is best among the fractions of a bar. */
const FRACTIONS = [
  0, 0.005, 0.01, 0.02, 0.03, 0.045, 0.065, 0.09, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
  0.9, 0.94, 0.97, 0.985, 1,
];

export interface Cheapest {
  /** Place in the list of fractions, near which it lies. */
  readonly index: number;
  readonly fraction: number;
  readonly cost: number;
}

/** The listed fraction of least cost, at most `most`. With a hint, only what lies downhill from it and from the most is looked at. */
export function cheapest(costOf: (fraction: number) => number, most: number, hint?: number): Cheapest {
  const last = FRACTIONS.findIndex((fraction) => fraction >= most);
  const at = (index: number): Cheapest => {
    const fraction = Math.min(FRACTIONS[index] ?? 1, most);
    return { index, fraction, cost: costOf(fraction) };
  };
  if (hint !== undefined) return cheaper(downhill(at, last, Math.min(hint, last)), downhill(at, last, last));
  let best = at(0);
  for (let index = 1; index <= last; index++) best = cheaper(best, at(index));
  return best;
}

function downhill(at: (index: number) => Cheapest, last: number, from: number): Cheapest {
  let best = at(from);
  for (const step of [1, -1]) {
    for (let index = best.index + step; index >= 0 && index <= last; index += step) {
      const next = at(index);
      if (next.cost >= best.cost) break;
      best = next;
    }
  }
  return best;
}

function cheaper(one: Cheapest, other: Cheapest): Cheapest {
  return other.cost < one.cost ? other : one;
}

const GOLDEN = (3 - Math.sqrt(5)) / 2;
const REFINEMENTS = 3;

/** Between the listed neighbours of the best fraction. */
export function refined(costOf: (fraction: number) => number, most: number, coarse: Cheapest): Cheapest {
  let best = coarse;
  let low = FRACTIONS[coarse.index - 1] ?? 0;
  let high = Math.min(FRACTIONS[coarse.index + 1] ?? 1, most);
  for (let round = 0; round < REFINEMENTS; round++) {
    const [left, right] = [low + GOLDEN * (high - low), high - GOLDEN * (high - low)];
    const [atLeft, atRight] = [costOf(left), costOf(right)];
    if (atLeft < atRight) high = right;
    else low = left;
    best = cheaper(best, cheaper({ ...coarse, fraction: left, cost: atLeft }, { ...coarse, fraction: right, cost: atRight }));
  }
  return best;
}
