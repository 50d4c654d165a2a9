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

/** The id of the case that a text names: its number, its id, or its id as traces write it, `case:12`. Errors: `NOT_FOUND`, `CONFLICT`. */
export async function caseNamed(reader: Transaction, text: string): Promise<number> {
  const [, prefix, digits] = /^(case:)?([1-9]\d{0,8})$/.exec(text) ?? [];
  const byId = digits === undefined ? [] : [{ id: Number(digits) }];
  const byNumber = prefix === undefined ? [{ number: text }] : [];
  const found = await reader.seizureCase.findMany({ where: { OR: [...byId, ...byNumber] }, select: { id: true }, take: 2 });
  const [row, other] = found;
  if (row === undefined) throw new CheongsanError('NOT_FOUND', `There is no case ${text}.`);
  if (other === undefined) return row.id;
  throw new CheongsanError('CONFLICT', `${text} may mean case:${row.id} or case:${other.id}; name the one that is meant in this form.`);
}
