import { progressCase as progressCustody } from '../src/custody/progress.ts';
import type { Database, Work } from '../src/database/work.ts';
import type { Services } from '../src/http/services.ts';
import { progressCase as progressSale } from '../src/liquidation/progress.ts';
import { progressCase as progressSeizure } from '../src/seizure/progress.ts';
import { progressCase as progressMoney } from '../src/treasury/progress.ts';
import { progressCase as progressWindow } from '../src/voluntary-sale/progress.ts';

type Progress = (database: Database, caseId: number) => Promise<void>;

/** A subject that looks in one unit of work. */
function inOneWork(progress: (work: Work, caseId: number) => Promise<void>): Progress {
  return (database, caseId) => database.work({ kind: 'system', part: 'cases' }, (work) => progress(work, caseId));
}

/** From the lower floors up: what a lower one has changed, a higher one sees. */
const STEPS: readonly Progress[] = [
  progressSeizure,
  inOneWork(progressCustody),
  inOneWork(progressWindow),
  inOneWork(progressSale),
  inOneWork(progressMoney),
];

/** `case:ID`: each subject looks again and does what is now to be done. */
export async function answerCase({ database }: Services, caseId: number): Promise<void> {
  for (const progress of STEPS) await progress(database, caseId);
}
