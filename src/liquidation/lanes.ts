/** A sale whose step is due, with all in which it can meet others: its taxpayer, and the coins it has to sell. */
export interface DueSale {
  readonly saleId: number;
  /** Place in the order of turns. */
  readonly turn: number;
  readonly personId: number;
  readonly assets: readonly string[];
}

/** Sales that depend on each other, directly or through others, in the order of their turns. */
export type Lane = readonly DueSale[];

/**
 * Divides what is due, in the order of its turns, into lanes: sales of one taxpayer share a need, sales of one coin share a book, and
 * whoever shares with one shares with all that one shares with. No decision in a lane depends on anything in another, so lanes may go
 * at any pace and in any order and come to the same. A pure function; the lane of the first sale is the first.
 */
export function lanesOf(due: readonly DueSale[]): Lane[] {
  const parents = due.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    for (let parent = parents[root]; parent !== undefined && parent !== root; parent = parents[root]) {
      // Halves the way for whoever goes it next.
      parents[root] = parents[parent] ?? parent;
      root = parent;
    }
    return root;
  };
  const firstWith = new Map<string, number>();
  for (const [index, sale] of due.entries()) {
    for (const tie of tiesOf(sale)) {
      const first = firstWith.get(tie);
      if (first === undefined) firstWith.set(tie, index);
      // The earlier sale stays the root, so that lanes come in the order of their first sales.
      else joinRoots(parents, rootOf(first), rootOf(index));
    }
  }
  const lanes = new Map<number, DueSale[]>();
  for (const [index, sale] of due.entries()) {
    const root = rootOf(index);
    const lane = lanes.get(root);
    if (lane === undefined) lanes.set(root, [sale]);
    else lane.push(sale);
  }
  return [...lanes.values()];
}

/** What a sale shares with every other that has the same. */
export function tiesOf({ personId, assets }: Pick<DueSale, 'personId' | 'assets'>): string[] {
  return [`person:${personId}`, ...assets.map((asset) => `asset:${asset}`)];
}

function joinRoots(parents: number[], a: number, b: number): void {
  parents[Math.max(a, b)] = Math.min(a, b);
}

/**
 * The first sales of a lane, so many at most, that are decided together, and the rest. Of one taxpayer only the first: what it orders
 * counts in the need of his next.
 */
export function nextRound(lane: Lane, most: number): { readonly round: readonly DueSale[]; readonly rest: Lane } {
  const round = new Map<number, DueSale>();
  for (const sale of lane) {
    if (round.size >= most) break;
    if (!round.has(sale.personId)) round.set(sale.personId, sale);
  }
  const taken = new Set(round.values());
  return { round: [...taken], rest: lane.filter((sale) => !taken.has(sale)) };
}
