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
  /** Rings and notifications that may only follow a commit. Losing them loses nothing: the sweeper finds what is due. */
  afterCommit(effect: () => Promise<void> | void): void;
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

  constructor(client: PrismaClient, clock: Clock, log: Log) {
    this.read = client;
    this.clock = clock;
    this.#log = log;
  }

  /**
   * Runs `body` in one transaction and retries it from the start when PostgreSQL undid it because of another transaction.
   * `body` may therefore run more than once and must do nothing outside the database; what must follow goes to `afterCommit`.
   */
  async work<T>(actor: Actor, body: (work: Work) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const effects: (() => Promise<void> | void)[] = [];
      try {
        const result = await this.read.$transaction(
          (tx) => body({ tx, actor, at: this.clock.now(), afterCommit: (effect) => effects.push(effect) }),
          { timeout: options.timeoutMs ?? TRANSACTION_TIMEOUT_MS, maxWait: CONNECTION_WAIT_MS },
        );
        await this.#run(effects);
        return result;
      } catch (thrown) {
        if (!isRetryable(thrown) || attempt === ATTEMPTS_MAX) throw namedDatabaseError(thrown);
        await delay(RETRY_BASE_MS * 2 ** attempt * (0.5 + Math.random() / 2));
      }
    }
  }

  async #run(effects: readonly (() => Promise<void> | void)[]): Promise<void> {
    for (const effect of effects) {
      try {
        await effect();
      } catch (err) {
        this.#log.warn({ err }, 'an after-commit effect failed; the sweeper will find what is due');
      }
    }
  }

  async close(): Promise<void> {
    await this.read.$disconnect();
  }
}
