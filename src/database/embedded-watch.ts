import { elapsedMs, pause } from '../kernel/clock.ts';
import { named } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { EmbeddedPostgres } from './embedded.ts';
import { namedDatabaseError } from './errors.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;

/** How the server came back after it had gone. */
export interface ServerReturn {
  /** What it said when it went: a SQLSTATE, or `connection ended` when it could not say anything. */
  readonly cause: string;
  /** True when we had to start it; false when it came back by itself after losing one of its processes. */
  readonly wasStarted: boolean;
  readonly attempts: number;
  readonly downMs: number;
}

/** The wait after so many failed attempts: a quarter of a second, doubled up to fifteen seconds. */
export function restartWaitMs(attempts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_WAIT_MS);
}

/**
 * Keeps an embedded server running while we live: whenever it dies (killed, out of memory, a full disk), it is started again, at
 * once and then at growing intervals for as long as it takes. Nothing is lost by it, since PostgreSQL keeps what was committed.
 * `onReturn` is called each time it is back; what it throws is logged.
 */
export class EmbeddedWatch {
  readonly #server: EmbeddedPostgres;
  readonly #log: Log;
  readonly #onReturn: (back: ServerReturn) => Promise<void>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(server: EmbeddedPostgres, log: Log, onReturn: (back: ServerReturn) => Promise<void>) {
    this.#server = server;
    this.#log = log;
    this.#onReturn = onReturn;
    this.#running = this.#watch();
  }

  /** From now on the server may be stopped. A restart that is under way is finished first. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const cause = await Promise.race([this.#server.died(), aborted(this.#stop.signal)]);
      if (cause === undefined) return;
      this.#log.error({ code: 'DATABASE_UNAVAILABLE', cause }, 'the embedded PostgreSQL has gone; it is started again');
      const back = await this.#bringBack(cause);
      if (back === undefined) return;
      this.#log.warn({ code: 'database_restarted', ...back }, 'the embedded PostgreSQL is back');
      await this.#onReturn(back).catch((err: unknown) => this.#log.error({ err }, 'the return of the embedded PostgreSQL was not told'));
    }
  }

  /** Undefined when we were told to stop first. */
  async #bringBack(cause: string): Promise<ServerReturn | undefined> {
    const goneAtMs = elapsedMs();
    for (let attempts = 1; !this.#stop.signal.aborted; attempts++) {
      try {
        const wasStarted = await this.#server.ensureRunning();
        return { cause, wasStarted, attempts, downMs: Math.round(elapsedMs() - goneAtMs) };
      } catch (err) {
        const { code } = named(namedDatabaseError(err));
        this.#log.error({ err, code, attempts }, 'the embedded PostgreSQL does not start; it is tried again');
        await pause(restartWaitMs(attempts), this.#stop.signal);
      }
    }
    return undefined;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
