import type { Database, QueueName } from '../database/work.ts';

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

const UNANSWERED_MAX = 5_000;

export interface UnansweredRing {
  readonly queue: string;
  readonly rowId: number;
  /** How often in a row its answer failed. */
  readonly failures: number;
}

/** Rings that nobody has answered yet, the oldest first. */
export async function unansweredRings(database: Database): Promise<readonly UnansweredRing[]> {
  return database.read.doorbell.findMany({
    select: { queue: true, rowId: true, failures: true },
    orderBy: [{ rungAt: 'asc' }, { rowId: 'asc' }],
    take: UNANSWERED_MAX,
  });
}

/** True while a ring is unanswered. */
export async function isRung(database: Database): Promise<boolean> {
  return (await database.read.doorbell.findFirst({ select: { queue: true } })) !== null;
}
