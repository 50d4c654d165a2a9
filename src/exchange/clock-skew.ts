const SECOND_MS = 1_000;

/**
 * How far a venue's clock is ahead of ours, from the `Date` of its answers (RFC 9110, 6.6.1).
 *
 * The venue wrote the date, in whole seconds, at some moment between sending and hearing. So every answer says between which two
 * figures the difference lies; several together say it ever more exactly. When they contradict each other one of the clocks was
 * set, and only the newest counts.
 */
export class ClockSkew {
  #atLeastMs = Number.NEGATIVE_INFINITY;
  #atMostMs = Number.POSITIVE_INFINITY;

  /** Both instants by our clock. What is no date tells nothing. */
  observe(date: string | undefined, sentAt: Date, heardAt: Date): void {
    const secondMs = Date.parse(date ?? '');
    if (Number.isNaN(secondMs)) return;
    const atLeastMs = secondMs - heardAt.getTime();
    const atMostMs = secondMs + SECOND_MS - sentAt.getTime();
    const agrees = atLeastMs <= this.#atMostMs && atMostMs >= this.#atLeastMs;
    this.#atLeastMs = agrees ? Math.max(this.#atLeastMs, atLeastMs) : atLeastMs;
    this.#atMostMs = agrees ? Math.min(this.#atMostMs, atMostMs) : atMostMs;
  }

  /** The smallest difference that explains what was seen: zero as long as the clocks may agree. Undefined before the first answer. */
  get ms(): number | undefined {
    if (this.#atLeastMs === Number.NEGATIVE_INFINITY) return undefined;
    return Math.min(Math.max(0, this.#atLeastMs), this.#atMostMs);
  }
}
