import { sealCommittedEvents } from '../../src/audit/seal.ts';
import type { Database } from '../../src/database/work.ts';
import { pause } from '../../src/kernel/clock.ts';

const LOOKS = 500;
const LOOK_MS = 20;

/** Numbers every event. Numbers are held back by whatever runs in the whole cluster, so they may take a moment. */
export async function sealEverything(database: Database): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    await sealCommittedEvents(database);
    if ((await database.read.auditUnsealed.count()) === 0) return;
    await pause(LOOK_MS);
  }
  throw new Error('Events were left without a number.');
}
