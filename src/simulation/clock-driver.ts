import { z } from 'zod';
import { type DrivenClock, pause } from '../kernel/clock.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Office } from './office.ts';

const clockState = z.object({ now: z.string(), idle: z.boolean(), nextDueAt: z.string().nullable() });

const LOOK_MS = 15;
const IDLE_TIMEOUT_MS = 120_000;

/**
 * Moves the one clock that service and paper exchange share, and only when nothing is due: so that whatever an instant holds is
 * done at that instant, however often the service was killed meanwhile.
 */
export class ClockDriver {
  readonly #clock: DrivenClock;
  readonly #office: Office;

  constructor(clock: DrivenClock, office: Office) {
    this.#clock = clock;
    this.#office = office;
  }

  /** Waits until the service has nothing left to do at this instant; answers its next appointment. */
  async untilIdle(): Promise<Date | undefined> {
    const deadline = performance.now() + IDLE_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const state = clockState.parse(await this.#office.get('/demo/clock'));
      if (state.now !== this.#clock.now().toISOString()) {
        await this.#tell(this.#clock.now());
        continue;
      }
      if (state.idle) return state.nextDueAt === null ? undefined : new Date(state.nextDueAt);
      await pause(LOOK_MS);
    }
    throw new CheongsanError('INTERNAL', `The service was not idle within ${IDLE_TIMEOUT_MS} ms at ${this.#clock.now().toISOString()}.`);
  }

  /** Steps from appointment to appointment until an instant is reached and everything due there is done. */
  async advanceTo(target: Date): Promise<void> {
    while (true) {
      const next = await this.untilIdle();
      const now = this.#clock.now();
      if (now >= target) return;
      const step = next !== undefined && next > now && next < target ? next : target;
      this.#clock.advanceTo(step);
      await this.#tell(step);
    }
  }

  async #tell(instant: Date): Promise<void> {
    await this.#office.post('/demo/clock', { to: instant.toISOString() });
  }
}
