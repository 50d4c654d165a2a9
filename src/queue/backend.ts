import { createPostgresBackend, createRedisBackend, type JobsOptions, type WorkerOptions, withBackend } from 'bullmq';
import { type ApplicationPoolConfig, QUEUE_SCHEMA } from '../database/open.ts';

export type QueueConnection =
  | { readonly kind: 'postgres'; readonly pool: ApplicationPoolConfig }
  | { readonly kind: 'redis'; readonly url: string };

export interface Ring {
  readonly id: number;
}

/** What is used of a BullMQ queue and worker, the same on PostgreSQL and on Redis. */
export interface RingQueue {
  addBulk(jobs: { name: string; data: Ring; opts: JobsOptions }[]): Promise<unknown>;
  getJobCountByTypes(...types: ('waiting' | 'active' | 'prioritized' | 'delayed')[]): Promise<number>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface RingWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export type AnswerOptions = Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay'>;

export interface QueueBackend {
  queue(name: string): RingQueue;
  worker(name: string, answer: (ring: Ring) => Promise<void>, options: AnswerOptions): RingWorker;
}

const POOL_SIZE = 3;

/** The queue lives in PostgreSQL, in a schema of its own, unless a Redis is named. */
export function connectBackend(connection: QueueConnection): QueueBackend {
  return connection.kind === 'redis' ? redisBackend(connection.url) : postgresBackend(connection.pool);
}

/** Each queue and worker keeps a small pool of its own, and each worker one connection that listens. */
function postgresBackend(pool: ApplicationPoolConfig): QueueBackend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = { ...pool, schema: QUEUE_SCHEMA, max: POOL_SIZE };
  return {
    queue: (name) => new Queue<Ring>(name, { connection }),
    worker: (name, answer, settings) => new Worker<Ring>(name, (job) => answer(job.data), { ...settings, connection }),
  };
}

function redisBackend(url: string): QueueBackend {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const connection = { url, maxRetriesPerRequest: null };
  return {
    queue: (name) => new Queue<Ring>(name, { connection }),
    worker: (name, answer, settings) => new Worker<Ring>(name, (job) => answer(job.data), { ...settings, connection }),
  };
}
