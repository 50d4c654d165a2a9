import { post } from '../src/ledger/post.ts';
import type { Benchmark } from './figure.ts';
import { ledgerRate } from './ledger-rate.ts';
import { benchActor } from './ledger-workload.ts';

const NAME = 'ledger.single';

/** One entry in a unit of work of its own, as a fill or a deposit is booked. */
export const ledgerSingle: Benchmark = {
  names: [NAME],
  run: () =>
    ledgerRate(NAME, (database, workload) => async () => {
      const entry = workload.next();
      await database.work(benchActor, (work) => post(work, entry));
      return 1;
    }),
};
