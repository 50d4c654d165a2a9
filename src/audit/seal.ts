import type { Database } from '../database/work.ts';

const BATCH = 1_000;

/** Numbers all events that can be numbered now; several sealers at once wait for each other. Returns how many it sealed. */
export async function sealCommittedEvents(database: Database): Promise<number> {
  let sealed = 0;
  while (true) {
    const rows = await database.read.$queryRaw<{ count: number }[]>`SELECT audit_seal_committed(${BATCH}) AS count`;
    const count = rows[0]?.count ?? 0;
    sealed += count;
    if (count < BATCH) return sealed;
  }
}
