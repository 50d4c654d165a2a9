import type { Database } from '../src/database/work.ts';
import { type Figure, figure, median } from './figure.ts';
import { LedgerWorkload } from './ledger-workload.ts';
import { ratePerSecond, type Step } from './rate.ts';
import { withSandbox } from './sandbox.ts';
import { createTpcB, tpcBOn } from './tpc-b.ts';

/** Of the reference and of the ledger alike; the service's own pool has a few more. */
const CONNECTIONS = 8;
const ROUNDS = 5;
const WARM_UP_SECONDS = 1;
const ROUND_SECONDS = 2;

/**
 * Entries a second beside TPC-B transactions a second: the same PostgreSQL, the same pool, as many at once, in turns, so that
 * whatever else the machine does falls on both.
 */
export function ledgerRate(name: string, stepOn: (database: Database, workload: LedgerWorkload) => Step): Promise<readonly Figure[]> {
  return withSandbox(async ({ database, ownerUrl }) => {
    const workload = new LedgerWorkload();
    await workload.open(database);
    await createTpcB(ownerUrl);
    const [ledger, reference] = [stepOn(database, workload), tpcBOn(database)];
    const [entries, transactions]: [number[], number[]] = [[], []];
    for (const step of [ledger, reference]) await ratePerSecond(step, { workers: CONNECTIONS, seconds: WARM_UP_SECONDS });
    for (let round = 0; round < ROUNDS; round++) {
      entries.push(await ratePerSecond(ledger, { workers: CONNECTIONS, seconds: ROUND_SECONDS }));
      transactions.push(await ratePerSecond(reference, { workers: CONNECTIONS, seconds: ROUND_SECONDS }));
    }
    return [
      figure({
        name,
        value: median(entries),
        unit: 'entries/s',
        reference: 'TPC-B transactions/s, same run and unit of work',
        referenceValue: median(transactions),
        higherIsBetter: true,
      }),
    ];
  });
}
