import type { Doorbell, QueueName } from '../database/work.ts';

/** Where something may fall due. Each subject tells the sweeper how to find its own due rows; losing a ring loses nothing. */
export interface DueSource {
  readonly queue: QueueName;
  /** Rows that are due at this instant and should be rung for. Bounded by the source. */
  due(now: Date): Promise<readonly number[]>;
  /** The next appointment after this instant, undefined when there is none. Regular polls are not appointments. */
  nextDueAt?(now: Date): Promise<Date | undefined>;
}

/** Rings for all that is due. Returns how many rings. */
export async function sweep(sources: readonly DueSource[], doorbell: Doorbell, now: Date): Promise<number> {
  let rings = 0;
  for (const source of sources) {
    for (const id of await source.due(now)) {
      await doorbell.ring(source.queue, id);
      rings++;
    }
  }
  return rings;
}

/** The earliest appointment of all sources after an instant. */
export async function nextAppointment(sources: readonly DueSource[], now: Date): Promise<Date | undefined> {
  const instants = await Promise.all(sources.map((source) => source.nextDueAt?.(now)));
  return instants.reduce<Date | undefined>(
    (first, instant) => (instant !== undefined && (first === undefined || instant < first) ? instant : first),
    undefined,
  );
}
