import { sealCommittedEvents } from '../src/audit/seal.ts';
import type { Services } from '../src/http/services.ts';
import { pause } from '../src/kernel/clock.ts';
import { sweep } from '../src/queue/due.ts';

const INTERVAL_MS = 1_000;

/** Rings for whatever is due or was forgotten, and gives committed audit events their numbers. */
export class Sweeper {
  readonly #services: Services;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** One sweep at this very instant, beside the regular ones. Returns how many rings. */
  async sweepNow(): Promise<number> {
    const { database, queues, dueSources } = this.#services;
    return sweep(database, dueSources, queues);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { database, log } = this.#services;
    while (!this.#stop.signal.aborted) {
      try {
        await this.sweepNow();
        await sealCommittedEvents(database);
      } catch (err) {
        log.error({ err }, 'a sweep failed; the next one tries again');
      }
      await pause(INTERVAL_MS, this.#stop.signal);
    }
  }
}
