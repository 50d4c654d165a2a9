import type { BookRecording, BoughtTrade, Level, Snapshot } from './book-recording.ts';

/** How a sale meets a recorded book. */
export interface BookSaleRules {
  /** No order goes further below the mid, as a share of it. */
  readonly band: number;
  /** How long an order rests before what is left of it crosses; none rests at zero. */
  readonly restMs: number;
}

export interface BookSale {
  /** Share of the units that was sold before the recording ended. */
  readonly sold: number;
  /** What was received for them below the mid at the start, and below the mids at which they were sold, as a share of it. */
  readonly belowArrival: number;
  readonly belowMid: number;
  readonly orders: number;
  readonly seconds: number;
}

/** Less than this share of a sale is nothing. */
const NOTHING = 1e-9;

/** Both sides are there and do not touch: only such a book says what a mid is. */
export function isUsable({ bids: [bid], asks: [ask] }: Snapshot): boolean {
  return bid !== undefined && ask !== undefined && bid.price < ask.price;
}

function midOf({ bids, asks }: Snapshot): number {
  return ((bids[0]?.price ?? Number.NaN) + (asks[0]?.price ?? Number.NaN)) / 2;
}

/**
 * The recorded bids less what the sale has taken of them. What was taken stays away for as long as the book shows it: only what a level
 * shows beyond it can be taken, and it is forgotten as far as the level shrinks or vanishes, for then others have it. A level below the
 * last one shown is not seen and keeps its mark.
 */
export class RemainingBids {
  readonly #taken = new Map<number, number>();

  show({ bids }: Snapshot): Level[] {
    const lowest = bids.at(-1)?.price ?? 0;
    const shown = new Map(bids.map(({ price, units }) => [price, units]));
    for (const [price, taken] of this.#taken) {
      if (price < lowest) continue;
      const kept = Math.min(taken, shown.get(price) ?? 0);
      if (kept > 0) this.#taken.set(price, kept);
      else this.#taken.delete(price);
    }
    return bids.flatMap(({ price, units }) => {
      const left = units - (this.#taken.get(price) ?? 0);
      return left > 0 ? [{ price, units: left }] : [];
    });
  }

  take(price: number, units: number): void {
    this.#taken.set(price, (this.#taken.get(price) ?? 0) + units);
  }
}

/** Sells so many units from a snapshot on. The snapshot must be usable. */
export function sellIntoBook(recording: BookRecording, start: number, units: number, rules: BookSaleRules): BookSale {
  const first = recording.snapshots[start];
  if (first === undefined || !isUsable(first)) throw new RangeError(`Snapshot ${start} shows no mid; start at another.`);
  const tally = new Tally(units, midOf(first), first.atMs);
  let from = start;
  if (rules.restMs > 0) from = rest(recording, start, tally, rules);
  const remaining = new RemainingBids();
  for (let index = from; index < recording.snapshots.length && tally.left > NOTHING * units; index++) {
    const snapshot = recording.snapshots[index];
    if (snapshot !== undefined) cross(snapshot, remaining, tally, rules);
  }
  return tally.sale();
}

/** One order, immediate or cancelled, of as much as is shown within the band. */
function cross(snapshot: Snapshot, remaining: RemainingBids, tally: Tally, { band }: BookSaleRules): void {
  const bids = remaining.show(snapshot);
  if (!isUsable(snapshot)) return;
  const mid = midOf(snapshot);
  const within = bids.filter(({ price }) => price >= mid * (1 - band));
  if (within.length === 0) return;
  tally.orders++;
  for (const { price, units } of within) {
    const taken = Math.min(units, tally.left);
    if (taken <= 0) return;
    remaining.take(price, taken);
    tally.fill({ price, units: taken, mid, atMs: snapshot.atMs });
  }
}

/** Joins the best ask until its time is over; answers the snapshot from which on the rest crosses. */
function rest({ snapshots, bought }: BookRecording, start: number, tally: Tally, { restMs }: BookSaleRules): number {
  const first = snapshots[start];
  const [level] = first?.asks ?? [];
  if (first === undefined || level === undefined) return start;
  const order = new RestingOrder(level, tally);
  const untilMs = first.atMs + restMs;
  tally.orders++;
  let index = start + 1;
  let known = first;
  for (; index < snapshots.length; index++) {
    const snapshot = snapshots[index];
    if (snapshot === undefined || known.atMs >= untilMs || tally.left <= 0) break;
    if (bought === undefined) order.prove(snapshot);
    else {
      for (const trade of tradesBetween(bought, known.atMs, Math.min(snapshot.atMs, untilMs))) order.meet(trade, midOf(known));
    }
    known = snapshot;
  }
  return index - 1;
}

/** After one moment, up to another. */
function tradesBetween(bought: readonly BoughtTrade[], afterMs: number, untilMs: number): readonly BoughtTrade[] {
  let [low, high] = [0, bought.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bought[middle]?.atMs ?? 0) <= afterMs) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while ((bought[end]?.atMs ?? Number.POSITIVE_INFINITY) <= untilMs) end++;
  return bought.slice(low, end);
}

/** An order at an ask, behind all that was shown there when it came. */
export class RestingOrder {
  readonly #price: number;
  readonly #tally: Tally;
  #ahead: number;
  /** Most units seen to cross it at once. */
  #crossed = 0;

  constructor(level: Level, tally: Tally) {
    this.#price = level.price;
    this.#ahead = level.units;
    this.#tally = tally;
  }

  /** A buyer at the price meets first who came first; one who paid more has passed them all. */
  meet({ price, units, atMs }: BoughtTrade, mid: number): void {
    if (price < this.#price) return;
    const reached = price > this.#price ? units : units - this.#ahead;
    this.#ahead = price > this.#price ? 0 : Math.max(this.#ahead - units, 0);
    this.#fill(reached, mid, atMs);
  }

  /** Without trades only this is proved: bids that come to stand at or above the price would have met the order, each once. */
  prove(snapshot: Snapshot): void {
    const crossing = snapshot.bids.filter(({ price }) => price >= this.#price).reduce((sum, { units }) => sum + units, 0);
    this.#fill(crossing - this.#crossed, midOf(snapshot), snapshot.atMs);
    this.#crossed = Math.max(this.#crossed, crossing);
  }

  #fill(most: number, mid: number, atMs: number): void {
    const units = Math.min(most, this.#tally.left);
    if (units > 0) this.#tally.fill({ price: this.#price, units, mid, atMs });
  }
}

/** What a sale has received so far. */
export class Tally {
  left: number;
  orders = 0;
  readonly #units: number;
  readonly #arrival: number;
  readonly #startMs: number;
  #received = 0;
  #atMids = 0;
  #lastMs: number;

  constructor(units: number, arrival: number, startMs: number) {
    this.left = units;
    this.#units = units;
    this.#arrival = arrival;
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  fill({ price, units, mid, atMs }: { price: number; units: number; mid: number; atMs: number }): void {
    this.left -= units;
    this.#received += units * price;
    this.#atMids += units * mid;
    this.#lastMs = atMs;
  }

  sale(): BookSale {
    const sold = this.#units - this.left;
    return {
      sold: sold / this.#units,
      belowArrival: sold > 0 ? 1 - this.#received / (sold * this.#arrival) : 0,
      belowMid: sold > 0 ? 1 - this.#received / this.#atMids : 0,
      orders: this.orders,
      seconds: (this.#lastMs - this.#startMs) / 1_000,
    };
  }
}
