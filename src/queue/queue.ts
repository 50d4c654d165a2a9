import type { JobsOptions } from 'bullmq';
import { type Doorbell, QUEUE_NAMES, type QueueName } from '../database/work.ts';
import { named } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { connectBackend, type QueueBackend, type QueueConnection, type RingQueue, type RingWorker } from './backend.ts';

/** A killed worker's job is taken over after about two and a half seconds; BullMQ's defaults would need a minute. */
const LOCK_DURATION_MS = 2_000;
const STALLED_INTERVAL_MS = 1_000;
/** A job is stalled once per killed process; none of that is the job's fault. */
const STALLED_COUNT_MAX = 1_000_000;

function ringOptions(id: number): JobsOptions {
  return { deduplication: { id: String(id), keepLastIfActive: true }, removeOnComplete: true, removeOnFail: true };
}

/**
 * The doorbells. A ring names a row and nothing else; whoever answers reads in the database what is to be done, so a ring
 * may come twice, late or never. What must not be forgotten is found by the sweeper.
 */
export class JobQueues implements Doorbell {
  readonly #backend: QueueBackend;
  readonly #queues: ReadonlyMap<QueueName, RingQueue>;
  readonly #workers: RingWorker[] = [];
  readonly #log: Log;
  #answering = 0;

  constructor(connection: QueueConnection, log: Log) {
    this.#log = log;
    this.#backend = connectBackend(connection);
    this.#queues = new Map(QUEUE_NAMES.map((name) => [name, this.#backend.queue(name)]));
    for (const [name, queue] of this.#queues) queue.on('error', (err) => log.warn({ err, queue: name }, 'queue error'));
  }

  async ring(name: QueueName, ids: readonly number[]): Promise<void> {
    await this.#queues.get(name)?.addBulk(ids.map((id) => ({ name: 'ring', data: { id }, opts: ringOptions(id) })));
  }

  /** Starts answering a queue. A failed answer is logged and not repeated here: what is still due is rung again by the sweeper. */
  answer(name: QueueName, concurrency: number, handle: (id: number) => Promise<void>): void {
    const worker = this.#backend.worker(
      name,
      async ({ id }) => {
        this.#answering++;
        try {
          await handle(id);
        } catch (err) {
          const { code, message } = named(err);
          // Only what nobody foresaw needs its stack.
          this.#log.error(
            { queue: name, id, code, ...(code === 'INTERNAL' ? { err } : { reason: message }) },
            'a job failed; it is tried again',
          );
          throw err;
        } finally {
          this.#answering--;
        }
      },
      {
        concurrency,
        lockDuration: LOCK_DURATION_MS,
        stalledInterval: STALLED_INTERVAL_MS,
        maxStalledCount: STALLED_COUNT_MAX,
        drainDelay: 5,
      },
    );
    worker.on('error', (err) => this.#log.warn({ err, queue: name }, 'worker error'));
    this.#workers.push(worker);
  }

  /** True while this process answers a ring. */
  get isAnswering(): boolean {
    return this.#answering > 0;
  }

  /** Rings waiting or being answered by any process, over all queues. */
  async pending(): Promise<number> {
    const counts = await Promise.all(
      [...this.#queues.values()].map((queue) => queue.getJobCountByTypes('waiting', 'active', 'prioritized', 'delayed')),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Lets running answers finish, then lets go of the connections. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}
