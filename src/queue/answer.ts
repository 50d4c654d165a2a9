import type { Database, QueueName } from '../database/work.ts';
import type { DueSource } from './due.ts';

/** How often a ring may fail before somebody is told. */
const FAILURES_BEFORE_ALERT = 5;

/**
 * Answers one ring: runs the handler and forgets the ring, unless somebody rang again meanwhile. A failure is counted and left
 * for the sweeper; the fifth in a row is passed to `onStuck`.
 */
export async function answerRing(
  database: Database,
  queue: QueueName,
  id: number,
  handle: (id: number) => Promise<void>,
  onStuck: (queue: QueueName, id: number) => Promise<void>,
): Promise<void> {
  const where = { queue_rowId: { queue, rowId: id } };
  const remembered = await database.read.doorbell.findUnique({ where });
  try {
    await handle(id);
  } catch (thrown) {
    const { failures } = await database.read.doorbell.upsert({
      where,
      create: { queue, rowId: id, failures: 1, rungAt: database.clock.now() },
      update: { failures: { increment: 1 } },
    });
    if (failures === FAILURES_BEFORE_ALERT) await onStuck(queue, id);
    throw thrown;
  }
  if (remembered !== null) await database.read.doorbell.deleteMany({ where: { queue, rowId: id, rings: remembered.rings } });
}

/** Rings that nobody has answered yet, of one queue. */
export function unansweredRings(database: Database, queue: QueueName): DueSource {
  return {
    queue,
    async due() {
      const rows = await database.read.doorbell.findMany({
        where: { queue },
        select: { rowId: true },
        orderBy: { rowId: 'asc' },
        take: 1_000,
      });
      return rows.map(({ rowId }) => rowId);
    },
  };
}
