import { warnOfStayedTransfers } from '../src/custody/held-up-transfer.ts';
import { progressCase as progressCustody } from '../src/custody/progress.ts';
import type { CasePhase } from '../src/database/generated/enums.ts';
import type { Work } from '../src/database/work.ts';
import type { Services } from '../src/http/services.ts';
import { progressCase as progressSale } from '../src/liquidation/progress.ts';
import { type CaseWithParts, lockCase } from '../src/seizure/locked-case.ts';
import { SEIZED_PHASES } from '../src/seizure/phase-table.ts';
import { progressCase as progressSeizure } from '../src/seizure/progress.ts';
import { progressCase as progressMoney } from '../src/treasury/progress.ts';
import { progressCase as progressWindow } from '../src/voluntary-sale/progress.ts';

interface Subject {
  /** In any other phase the subject has nothing to do. */
  readonly phases: readonly CasePhase[];
  readonly progress: (work: Work, seizureCase: CaseWithParts) => Promise<void>;
}

/** From the lower floors up: what a lower one has changed, a higher one sees. */
const SUBJECTS: readonly Subject[] = [
  { phases: ['approved', ...SEIZED_PHASES], progress: progressSeizure },
  { phases: ['transfer_demanded'], progress: progressCustody },
  { phases: ['sale_done', 'distributing', 'settled'], progress: warnOfStayedTransfers },
  { phases: [...SEIZED_PHASES, 'closed'], progress: progressWindow },
  { phases: ['voluntary_window', 'cleared_for_sale', 'selling', 'settled', 'closed'], progress: progressSale },
  { phases: ['sale_done', 'distributing', 'settled'], progress: progressMoney },
];

/**
 * `case:ID`: each subject looks again and does what is now to be done, all in one unit of work under the locks of taxpayer and
 * case. When one of them fails nothing is done, and the ring stays.
 */
export async function answerCase({ database }: Services, caseId: number): Promise<void> {
  await database.work({ kind: 'system', part: 'cases' }, async (work) => {
    let seizureCase = await lockCase(work, caseId);
    for (const { phases, progress } of SUBJECTS) {
      if (phases.includes(seizureCase.phase)) seizureCase = await answerBy(progress, work, seizureCase);
    }
  });
}

/** Whoever changes a case rings it: only then is it read again for the next subject. */
async function answerBy(progress: Subject['progress'], work: Work, seizureCase: CaseWithParts): Promise<CaseWithParts> {
  let isRung = false;
  const watched: Work = {
    ...work,
    ring(queue, id) {
      isRung ||= queue === 'cases' && id === seizureCase.id;
      work.ring(queue, id);
    },
  };
  await progress(watched, seizureCase);
  return isRung ? lockCase(work, seizureCase.id) : seizureCase;
}
