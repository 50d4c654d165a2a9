import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { isRetryable, namedDatabaseError } from './errors.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';

export type Transaction = Prisma.TransactionClient;

/** Who does something: an official, a machine with a token, or the service itself. */
export type Actor =
  | { readonly kind: 'user'; readonly id: number }
  | { readonly kind: 'machine'; readonly id: number }
  | { readonly kind: 'system'; readonly part: string };

export function actorText(actor: Actor): string {
  return actor.kind === 'system' ? `system:${actor.part}` : `${actor.kind}:${actor.id}`;
}

/** The official behind an act, or null when the service or a machine acts. */
export function userIdOf(actor: Actor): number | null {
  return actor.kind === 'user' ? actor.id : null;
}

/**
 * One unit of work: one database transaction, one instant, one actor. Everything a state change consists of (rows, journal
 * entry, audit event) is written through the same Work, so that all of it is committed or none.
 */
export interface Work {
  readonly tx: Transaction;
  readonly actor: Actor;
  /** The clock's time when this attempt began; the same for all it writes. */
  readonly at: Date;
  /**
   * Rings a doorbell once this is committed; a work that is undone rings nothing. The ring is remembered in the same
   * transaction until it is answered, so that losing the queue loses nothing.
   */
  ring(queue: QueueName, id: number): void;
}

/** The queues in which rows are rung for. */
export const QUEUE_NAMES = [
  'cases',
  'desk',
  'custody',
  'markets',
  'treasury',
  'approvals',
  'alerts',
  'wishes',
  'coverage',
  'wallets',
] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

export interface Doorbell {
  /** Rings once for each of these rows, or once more for one that is being answered right now. */
  ring(queue: QueueName, ids: readonly number[]): Promise<void>;
}

const ATTEMPTS_MAX = 8;
const RETRY_BASE_MS = 5;
const TRANSACTION_TIMEOUT_MS = 30_000;
const CONNECTION_WAIT_MS = 10_000;

export class Database {
  /** For reading outside a unit of work. Writing goes through `work`. */
  readonly read: PrismaClient;
  readonly clock: Clock;
  readonly #log: Log;
  #doorbell: Doorbell | undefined;

  constructor(client: PrismaClient, clock: Clock, log: Log) {
    this.read = client;
    this.clock = clock;
    this.#log = log;
  }

  /** From now on, works ring here. Without a doorbell rings are dropped, which is what a lone tool or test wants. */
  connect(doorbell: Doorbell): void {
    this.#doorbell = doorbell;
  }

  /**
   * Runs `body` in one transaction and retries it from the start when PostgreSQL undid it because of another transaction.
   * `body` may therefore run more than once and must do nothing outside the database.
   */
  async work<T>(actor: Actor, body: (work: Work) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const rings = new Map<string, [QueueName, number]>();
      try {
        const result = await this.read.$transaction(
          async (tx) => {
            unitsOfWork.add(tx);
            const work: Work = { tx, actor, at: this.clock.now(), ring: (queue, id) => rings.set(`${queue}:${id}`, [queue, id]) };
            const answer = await body(work);
            if (rings.size > 0) await rememberRings(work, [...rings.values()]);
            return answer;
          },
          { timeout: options.timeoutMs ?? TRANSACTION_TIMEOUT_MS, maxWait: CONNECTION_WAIT_MS },
        );
        await this.#ring([...rings.values()]);
        return result;
      } catch (thrown) {
        if (!isRetryable(thrown) || attempt === ATTEMPTS_MAX) throw namedDatabaseError(thrown);
        await delay(RETRY_BASE_MS * 2 ** attempt * (0.5 + Math.random() / 2));
      }
    }
  }

  async #ring(rings: readonly [QueueName, number][]): Promise<void> {
    for (const queue of new Set(rings.map(([name]) => name))) {
      const ids = rings.filter(([name]) => name === queue).map(([, id]) => id);
      try {
        await this.#doorbell?.ring(queue, ids);
      } catch (err) {
        this.#log.warn({ err, queue, ids }, 'rings were lost; the sweeper will find what is due');
      }
    }
  }

  async close(): Promise<void> {
    await this.read.$disconnect();
  }
}

const unitsOfWork = new WeakSet<object>();

/** True for the transaction of a unit of work: what is read through it may be remembered until its end. */
export function isUnitOfWork(reader: object): boolean {
  return unitsOfWork.has(reader);
}

/** Written with the change itself, in one order for everybody; removed by whoever answers. */
async function rememberRings(work: Work, rings: readonly [QueueName, number][]): Promise<void> {
  const sorted = rings.toSorted(([queueA, idA], [queueB, idB]) => (queueA === queueB ? idA - idB : queueA < queueB ? -1 : 1));
  await work.tx.$executeRaw`
    INSERT INTO doorbell (queue, row_id, rung_at)
    SELECT queue, row_id, ${work.at} FROM unnest(${sorted.map(([queue]) => queue)}::text[], ${sorted.map(([, id]) => id)}::int[]) AS r (queue, row_id)
    ON CONFLICT (queue, row_id) DO UPDATE SET rings = doorbell.rings + 1, rung_at = excluded.rung_at`;
}
