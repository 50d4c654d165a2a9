import type { Transaction } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { ALL_TIME, readCaseFacts } from './facts.ts';
import { type GuardCount, guardCounts, noteCounts } from './guard-events.ts';
import { readCodeCounts, readNoteCounts } from './guard-facts.ts';
import { type CaseReport, reportCase } from './report.ts';

export interface WholeCaseReport extends CaseReport {
  /** What kept it from being sold, and what was noted while it was. */
  readonly guards: readonly GuardCount[];
  readonly notes: readonly GuardCount[];
}

/** How a case was sold, from its first decision to its last trade. Error: `NOT_FOUND`. */
export async function readCaseReport(reader: Transaction, caseId: number): Promise<WholeCaseReport> {
  const [facts] = await readCaseFacts(reader, [caseId], ALL_TIME.until);
  if (facts === undefined) throw new CheongsanError('NOT_FOUND', `There is no case ${caseId}.`);
  const counts = await readCodeCounts(reader, [caseId], ALL_TIME);
  const noted = await readNoteCounts(reader, [caseId], ALL_TIME);
  return {
    ...reportCase(facts, ALL_TIME),
    guards: guardCounts(counts.get(caseId) ?? []),
    notes: noteCounts(noted.get(caseId) ?? []),
  };
}
