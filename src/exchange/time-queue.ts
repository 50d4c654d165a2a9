/** Removed entries are kept in front until there are so many that moving the others pays. */
const COMPACTED_FROM = 1_024;

/** Instants that come in order and leave in order. */
export class TimeQueue {
  #times: number[] = [];
  #head = 0;

  get length(): number {
    return this.#times.length - this.#head;
  }

  get first(): number | undefined {
    return this.#times[this.#head];
  }

  /** Not earlier than the last one added. */
  add(timeMs: number): void {
    this.#times.push(timeMs);
  }

  /** How many are not later than an instant. */
  countUntil(timeMs: number): number {
    let [low, high] = [this.#head, this.#times.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#times[middle] ?? Number.POSITIVE_INFINITY) <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }

  /** Removes everything up to and including an instant. */
  removeUntil(timeMs: number): void {
    while ((this.first ?? Number.POSITIVE_INFINITY) <= timeMs) this.#head += 1;
    this.#compact();
  }

  /** Removes the earliest, at most as many as there are. */
  removeFirst(count: number): void {
    this.#head = Math.min(this.#times.length, this.#head + count);
    this.#compact();
  }

  #compact(): void {
    if (this.#head < COMPACTED_FROM || this.#head * 2 < this.#times.length) return;
    this.#times = this.#times.slice(this.#head);
    this.#head = 0;
  }
}
