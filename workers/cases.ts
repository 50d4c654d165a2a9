import { progressCase as progressCustody } from '../src/custody/progress.ts';
import type { CasePhase } from '../src/database/generated/enums.ts';
import type { Database, Work } from '../src/database/work.ts';
import type { Services } from '../src/http/services.ts';
import { progressCase as progressSale } from '../src/liquidation/progress.ts';
import { SEIZED_PHASES } from '../src/seizure/phase-table.ts';
import { progressCase as progressSeizure } from '../src/seizure/progress.ts';
import { progressCase as progressMoney } from '../src/treasury/progress.ts';
import { progressCase as progressWindow } from '../src/voluntary-sale/progress.ts';

interface Step {
  /** In any other phase the subject has nothing to do, and no unit of work is begun for it. */
  readonly phases: readonly CasePhase[];
  readonly progress: (database: Database, caseId: number) => Promise<void>;
}

/** A subject that looks in one unit of work. */
function inOneWork(progress: (work: Work, caseId: number) => Promise<void>): Step['progress'] {
  return (database, caseId) => database.work({ kind: 'system', part: 'cases' }, (work) => progress(work, caseId));
}

/** From the lower floors up: what a lower one has changed, a higher one sees. */
const STEPS: readonly Step[] = [
  { phases: ['approved', ...SEIZED_PHASES], progress: progressSeizure },
  { phases: ['transfer_demanded'], progress: inOneWork(progressCustody) },
  { phases: [...SEIZED_PHASES, 'closed'], progress: inOneWork(progressWindow) },
  { phases: ['voluntary_window', 'cleared_for_sale', 'selling', 'settled', 'closed'], progress: inOneWork(progressSale) },
  { phases: ['sale_done', 'distributing', 'settled'], progress: inOneWork(progressMoney) },
];

/** `case:ID`: each subject looks again and does what is now to be done. */
export async function answerCase({ database }: Services, caseId: number): Promise<void> {
  let phase = await readPhase(database, caseId);
  for (const { phases, progress } of STEPS) {
    if (!phases.includes(phase)) continue;
    await progress(database, caseId);
    phase = await readPhase(database, caseId);
  }
}

async function readPhase(database: Database, caseId: number): Promise<CasePhase> {
  const { phase } = await database.read.seizureCase.findUniqueOrThrow({ where: { id: caseId }, select: { phase: true } });
  return phase;
}
