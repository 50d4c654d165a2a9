import { postMany } from '../src/ledger/post.ts';
import type { Benchmark } from './figure.ts';
import { ledgerRate } from './ledger-rate.ts';
import { benchActor } from './ledger-workload.ts';

const NAME = 'ledger.batched';
const ENTRIES_PER_BATCH = 200;

/** Many entries in one statement, as an import or a distribution books them. */
export const ledgerBatched: Benchmark = {
  names: [NAME],
  run: () =>
    ledgerRate(NAME, (database, workload) => async () => {
      const entries = Array.from({ length: ENTRIES_PER_BATCH }, () => workload.next());
      await database.work(benchActor, (work) => postMany(work, entries));
      return entries.length;
    }),
};
