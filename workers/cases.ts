import { progressCase as progressCustody } from '../src/custody/progress.ts';
import type { Work } from '../src/database/work.ts';
import type { Services } from '../src/http/services.ts';
import { progressCase as progressSale } from '../src/liquidation/progress.ts';
import { progressCase as progressSeizure } from '../src/seizure/progress.ts';
import { progressCase as progressMoney } from '../src/treasury/progress.ts';
import { progressCase as progressWindow } from '../src/voluntary-sale/progress.ts';

/** From the lower floors up: what a lower one has changed, a higher one sees. */
const STEPS: readonly ((work: Work, caseId: number) => Promise<void>)[] = [
  progressSeizure,
  progressCustody,
  progressWindow,
  progressSale,
  progressMoney,
];

/** `case:ID`: each subject looks again, in a unit of work of its own, and does what is now to be done. */
export async function answerCase({ database }: Services, caseId: number): Promise<void> {
  for (const progress of STEPS) await database.work({ kind: 'system', part: 'cases' }, (work) => progress(work, caseId));
}
