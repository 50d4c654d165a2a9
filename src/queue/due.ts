import { type Database, type Doorbell, QUEUE_NAMES, type QueueName } from '../database/work.ts';
import { elapsedMs } from '../kernel/clock.ts';
import { unansweredRings } from './answer.ts';

/** Where something may fall due. Each subject tells the sweeper how to find its own due rows; losing a ring loses nothing. */
export interface DueSource {
  readonly queue: QueueName;
  /** Rows that are due at this instant and should be rung for. Bounded by the source. */
  due(now: Date): Promise<readonly number[]>;
  /** The next appointment after this instant, undefined when there is none. Regular polls are not appointments. */
  nextDueAt?(now: Date): Promise<Date | undefined>;
}

export interface Swept {
  /** How many rows were rung for. */
  readonly rings: number;
  /** Why sources could not say what is due; the others were rung for all the same. */
  readonly failures: readonly unknown[];
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;

/** What keeps failing is rung for more and more seldom: a quarter of a second after its first failure, at most every minute. */
export class RetryPace {
  readonly #rungAtMs = new Map<string, number>();

  /** Whether to ring now, by real time; noted as rung when so. */
  mayRing(queue: string, rowId: number, failures: number): boolean {
    const row = `${queue}:${rowId}`;
    const nowMs = elapsedMs();
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20), LONGEST_WAIT_MS);
    if (nowMs - (this.#rungAtMs.get(row) ?? Number.NEGATIVE_INFINITY) < waitMs) return false;
    this.#rungAtMs.set(row, nowMs);
    return true;
  }

  /** Forgets rows that fail no longer. */
  keepOnly(rows: ReadonlySet<string>): void {
    for (const row of this.#rungAtMs.keys()) if (!rows.has(row)) this.#rungAtMs.delete(row);
  }
}

/** Rings for all that is due, and again, at its pace, for what nobody has answered. */
export async function sweep(
  database: Database,
  sources: readonly DueSource[],
  doorbell: Doorbell,
  pace: RetryPace = new RetryPace(),
): Promise<Swept> {
  const now = database.clock.now();
  const [unanswered, looked] = await Promise.all([
    unansweredRings(database),
    Promise.allSettled(sources.map(async ({ queue, due }) => ({ queue, ids: await due(now) }))),
  ]);
  const found = looked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failing = unanswered.filter(({ failures }) => failures > 0);
  pace.keepOnly(new Set(failing.map(({ queue, rowId }) => `${queue}:${rowId}`)));
  const waiting = new Set(
    failing.filter(({ queue, rowId, failures }) => !pace.mayRing(queue, rowId, failures)).map(({ queue, rowId }) => `${queue}:${rowId}`),
  );
  let rings = 0;
  for (const queue of QUEUE_NAMES) {
    const forgotten = unanswered.filter((ring) => ring.queue === queue).map(({ rowId }) => rowId);
    const due = found.filter((each) => each.queue === queue).flatMap((each) => each.ids);
    const ids = new Set([...forgotten, ...due].filter((id) => !waiting.has(`${queue}:${id}`)));
    if (ids.size > 0) await doorbell.ring(queue, [...ids]);
    rings += ids.size;
  }
  return { rings, failures: looked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])) };
}

/** The earliest appointment of all sources after an instant. */
export async function nextAppointment(sources: readonly DueSource[], now: Date): Promise<Date | undefined> {
  const instants = await Promise.all(sources.map((source) => source.nextDueAt?.(now)));
  return instants.reduce<Date | undefined>(
    (first, instant) => (instant !== undefined && (first === undefined || instant < first) ? instant : first),
    undefined,
  );
}
