import { CheongsanError } from './errors.ts';

/** The only source of the time of day. Nothing else in the service reads the machine's clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = {
  now: () => new Date(),
};

/** A clock that stands still until somebody moves it: demo, rehearsal and tests. It never runs backwards. */
export class DrivenClock implements Clock {
  #nowMs: number;

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  advanceTo(instant: Date): void {
    if (instant.getTime() < this.#nowMs) {
      throw new CheongsanError('INPUT_INVALID', `A clock cannot go back from ${this.now().toISOString()} to ${instant.toISOString()}.`);
    }
    this.#nowMs = instant.getTime();
  }

  advanceBy(milliseconds: number): void {
    this.advanceTo(new Date(this.#nowMs + milliseconds));
  }
}

/** Resolves after real time has passed, whatever any driven clock says: for throttles, retries and polls of the machine itself. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    if (signal?.aborted === true) done();
    else signal?.addEventListener('abort', done, { once: true });
  });
}

/** Seconds of real time since some fixed point, for durations only. */
export function elapsedMs(): number {
  return performance.now();
}
