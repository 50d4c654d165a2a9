import { sealCommittedEvents } from '../src/audit/seal.ts';
import type { Services } from '../src/http/services.ts';
import { raiseAlert } from '../src/intent/alert.ts';
import { pause } from '../src/kernel/clock.ts';
import { named } from '../src/kernel/errors.ts';
import { RetryPace, sweep } from '../src/queue/due.ts';

const INTERVAL_MS = 1_000;
const FAILURES_BEFORE_ALERT = 5;

/** Rings for whatever is due or was forgotten, and gives committed audit events their numbers. */
export class Sweeper {
  readonly #services: Services;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  readonly #pace = new RetryPace();
  #failedInRow = 0;

  constructor(services: Services) {
    this.#services = services;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** One sweep at this very instant, beside the regular ones. Returns how many rings. */
  async sweepNow(): Promise<number> {
    const { database, queues, dueSources, log } = this.#services;
    const { rings, failures } = await sweep(database, dueSources, queues, this.#pace);
    for (const err of failures) log.error({ err, code: named(err).code }, 'a look for what is due failed; the others went on');
    this.#failedInRow = failures.length === 0 ? 0 : this.#failedInRow + 1;
    if (this.#failedInRow === FAILURES_BEFORE_ALERT) await this.#tell(failures);
    return rings;
  }

  async #tell(failures: readonly unknown[]): Promise<void> {
    await this.#services.database.work({ kind: 'system', part: 'sweeper' }, async (work) => {
      await raiseAlert(work, {
        code: 'sweep_failing',
        severity: 'critical',
        subject: 'system',
        text: '할 일을 찾는 점검이 거듭 실패하고 있습니다. 기록을 확인하세요.',
        facts: { codes: failures.map((failure) => named(failure).code) },
      });
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { database, log } = this.#services;
    while (!this.#stop.signal.aborted) {
      for (const round of [() => this.sweepNow(), () => sealCommittedEvents(database)]) {
        try {
          await round();
        } catch (err) {
          log.error({ err }, 'a round failed; the next one tries again');
        }
      }
      await pause(INTERVAL_MS, this.#stop.signal);
    }
  }
}
