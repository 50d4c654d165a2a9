import pg from 'pg';
import { tendAccount } from '../../../src/custody/tend.ts';
import { Database } from '../../../src/database/work.ts';
import type { VenueCode } from '../../../src/exchange/port.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { runDesk } from '../../../src/liquidation/desk.ts';
import { standingOfAccount } from '../../../src/simulation/soak/appointments.ts';
import { judgeVenue } from '../../../src/simulation/soak/judge.ts';
import { Officials } from '../../../src/simulation/soak/officials.ts';
import { overSoldAt } from '../../../src/simulation/soak/over-sold.ts';
import { Sales } from '../../../src/simulation/soak/sales.ts';
import { openStall, type Stall } from '../../../src/simulation/soak/stall.ts';
import { atEnd } from '../../support/at-end.ts';
import { createTestDatabase, TEST_START } from '../../support/database.ts';
import { testKeys } from '../../support/test-keys.ts';

const STEPS_MAX = 100;

/** The judged figures of a soak, of one venue. */
export interface Verdict {
  readonly doubled: number;
  readonly lost: number;
  readonly overSold: number;
  readonly unsettled: number;
  readonly unexplainedBreaks: number;
}

/** One venue of the soak at which one sale came to its end without any trouble, and a hand that no rule of the database stops. */
export interface SoldStall {
  readonly stall: Stall;
  judge(): Promise<Verdict>;
  /** As superuser, past all triggers. */
  tamper(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export async function sellAtStall(venue: VenueCode, ordersEach: number): Promise<SoldStall> {
  const test = await createTestDatabase();
  const log = createLog({ level: 'error' });
  const officials = await Officials.hire(test.database);
  const stall = await openStall({
    venue,
    start: TEST_START,
    seed: '1',
    hooks: {},
    officials,
    keys: testKeys,
    databaseBy: (clock) => new Database(test.database.read, clock, log),
  });
  atEnd(() => stall.exchange.stop());
  await new Sales(stall, officials, { seed: '1', ordersEach }).beginNext();
  await tendAccount(stall.database, stall.port, stall.accountId);
  await sellOut(stall, log);
  return { stall, judge: () => verdictOn(stall), tamper: await superuserAt(test.superuserUrl) };
}

async function sellOut({ database, port, accountId, clock }: Stall, log: ReturnType<typeof createLog>): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step++) {
    await runDesk({ database, port, accountId, log });
    const { salesOpen, ordersOpen, nextDueAt } = await standingOfAccount(database, accountId);
    if (salesOpen === 0 && ordersOpen === 0) return;
    if (nextDueAt === null) throw new Error('The sale hangs.');
    clock.advanceTo(new Date(nextDueAt));
  }
  throw new Error(`The sale did not end in ${STEPS_MAX} steps.`);
}

async function verdictOn(stall: Stall): Promise<Verdict> {
  const { doubled, lost, unsettled, unexplainedBreaks } = await judgeVenue(stall);
  const overSold = await overSoldAt(stall);
  return {
    doubled: doubled.length,
    lost: lost.length,
    overSold: overSold.length,
    unsettled: unsettled.length,
    unexplainedBreaks: unexplainedBreaks.length,
  };
}

async function superuserAt(url: string): Promise<SoldStall['tamper']> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  atEnd(() => client.end());
  await client.query('SET session_replication_role = replica');
  return async (sql) => (await client.query(sql)).rows;
}
