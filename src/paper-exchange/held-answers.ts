import { pause } from '../kernel/clock.ts';

/** Answers that wait until a later request has been answered, so that the two arrive the wrong way round. */
export class HeldAnswers {
  /** By whom is waited for, the number of the request whose answer it is. */
  readonly #waiting = new Map<AbortController, number>();

  /** Resolves when a request after this one has been answered, or after so many real milliseconds at the latest. */
  async hold(sequence: number, msMax: number): Promise<void> {
    const freed = new AbortController();
    this.#waiting.set(freed, sequence);
    await pause(msMax, freed.signal);
    this.#waiting.delete(freed);
  }

  /** A request was answered: answers held back of those before it may go. */
  answered(sequence: number): void {
    for (const [freed, held] of this.#waiting) if (held < sequence) freed.abort();
  }
}
