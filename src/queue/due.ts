import { type Database, type Doorbell, QUEUE_NAMES, type QueueName } from '../database/work.ts';
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

/** Rings for all that is due, and again for what nobody has answered. */
export async function sweep(database: Database, sources: readonly DueSource[], doorbell: Doorbell): Promise<Swept> {
  const now = database.clock.now();
  const [unanswered, looked] = await Promise.all([
    unansweredRings(database),
    Promise.allSettled(sources.map(async ({ queue, due }) => ({ queue, ids: await due(now) }))),
  ]);
  const found = looked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  let rings = 0;
  for (const queue of QUEUE_NAMES) {
    const forgotten = unanswered.filter((ring) => ring.queue === queue).map(({ rowId }) => rowId);
    const ids = new Set([...forgotten, ...found.filter((each) => each.queue === queue).flatMap((each) => each.ids)]);
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
