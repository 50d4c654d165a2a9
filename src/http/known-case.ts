import type { Transaction } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** A list of what belongs to a case is empty only for a case that exists. Error: `NOT_FOUND`. */
export async function assertCaseExists(reader: Pick<Transaction, 'seizureCase'>, caseId: number): Promise<void> {
  const found = await reader.seizureCase.findUnique({ where: { id: caseId }, select: { id: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no seizure case ${caseId}.`);
}
