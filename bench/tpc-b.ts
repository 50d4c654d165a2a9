import pg from 'pg';
import { APPLICATION_ROLE } from '../src/database/embedded.ts';
import type { Database } from '../src/database/work.ts';
import { benchActor } from './ledger-workload.ts';
import type { Step } from './rate.ts';

/*
 * The transaction that pgbench runs by default, in SQL: three balances, one of them of an account among a hundred thousand for each
 * branch, and a line of history. It is the reference for the ledger because everybody knows it. It reaches the database as the
 * service does, in a unit of work of the same pool, so that what differs is what the database is asked to do.
 */

const SCALE = 10;
const TELLERS_PER_BRANCH = 10;
const ACCOUNTS_PER_BRANCH = 100_000;

const TABLES = `
  CREATE SCHEMA tpc_b;
  CREATE TABLE tpc_b.branches (bid int NOT NULL, bbalance int, filler char(88)) WITH (fillfactor = 100);
  CREATE TABLE tpc_b.tellers (tid int NOT NULL, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
  CREATE TABLE tpc_b.accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
  CREATE TABLE tpc_b.history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  INSERT INTO tpc_b.branches SELECT n, 0, '' FROM generate_series(1, ${SCALE}) n;
  INSERT INTO tpc_b.tellers SELECT n, (n - 1) / ${TELLERS_PER_BRANCH} + 1, 0, '' FROM generate_series(1, ${SCALE * TELLERS_PER_BRANCH}) n;
  INSERT INTO tpc_b.accounts SELECT n, (n - 1) / ${ACCOUNTS_PER_BRANCH} + 1, 0, '' FROM generate_series(1, ${SCALE * ACCOUNTS_PER_BRANCH}) n;
  ALTER TABLE tpc_b.branches ADD PRIMARY KEY (bid);
  ALTER TABLE tpc_b.tellers ADD PRIMARY KEY (tid);
  ALTER TABLE tpc_b.accounts ADD PRIMARY KEY (aid);
  GRANT USAGE ON SCHEMA tpc_b TO ${APPLICATION_ROLE};
  GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA tpc_b TO ${APPLICATION_ROLE}`;

export async function createTpcB(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(TABLES);
    for (const table of ['branches', 'tellers', 'accounts']) await owner.query(`VACUUM ANALYZE tpc_b.${table}`);
  } finally {
    await owner.end();
  }
}

/** One transaction on accounts drawn at random. */
export function tpcBOn(database: Database): Step {
  const upTo = (count: number) => 1 + Math.floor(Math.random() * count);
  return async () => {
    const [aid, tid, bid] = [upTo(SCALE * ACCOUNTS_PER_BRANCH), upTo(SCALE * TELLERS_PER_BRANCH), upTo(SCALE)];
    const delta = upTo(10_001) - 5_001;
    await database.work(benchActor, async ({ tx }) => {
      await tx.$executeRaw`UPDATE tpc_b.accounts SET abalance = abalance + ${delta} WHERE aid = ${aid}`;
      await tx.$queryRaw`SELECT abalance FROM tpc_b.accounts WHERE aid = ${aid}`;
      await tx.$executeRaw`UPDATE tpc_b.tellers SET tbalance = tbalance + ${delta} WHERE tid = ${tid}`;
      await tx.$executeRaw`UPDATE tpc_b.branches SET bbalance = bbalance + ${delta} WHERE bid = ${bid}`;
      await tx.$executeRaw`INSERT INTO tpc_b.history (tid, bid, aid, delta, mtime) VALUES (${tid}, ${bid}, ${aid}, ${delta}, CURRENT_TIMESTAMP)`;
    });
    return 1;
  };
}
