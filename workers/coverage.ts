import type { Services } from '../src/http/services.ts';
import { takeCoverageReading } from '../src/liquidation/coverage.ts';
import { marketHistories } from '../src/liquidation/coverage-market.ts';

/** `case:ID`: will what it holds still cover what is owed when it is sold? */
export async function answerCoverage({ database }: Services, caseId: number): Promise<void> {
  await database.work({ kind: 'system', part: 'coverage' }, (work) => takeCoverageReading(work, caseId, marketHistories(database)));
}
