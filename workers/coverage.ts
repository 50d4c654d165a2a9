import type { Services } from '../src/http/services.ts';
import { answerCoverageRing } from '../src/liquidation/coverage-answer.ts';

/** `case:ID`: will what it holds still cover what is owed when it is sold? The other cases that are due are read with it. */
export async function answerCoverage({ database }: Services, caseId: number): Promise<void> {
  await answerCoverageRing(database, caseId);
}
