import type { Actor, Database } from '../database/work.ts';
import { takeCoverageReadings } from './coverage.ts';
import { casesReadWith } from './coverage-due.ts';
import { marketHistories } from './coverage-market.ts';

const COVERAGE_ACTOR: Actor = { kind: 'system', part: 'coverage' };
/** So many cases cost about as many statements together as one alone; their taxpayers are locked meanwhile. */
const READ_AT_ONCE = 20;

/**
 * Reads the coverage of a case that was rung for, and with it the others that are due, several in one unit of work. Where one of them
 * cannot be read each is read alone, so that it stops no other; it is rung for, since an answer of its own fails under its own name and
 * is counted. Errors: those of the case that was rung for.
 */
export async function answerCoverageRing(database: Database, rungId: number): Promise<void> {
  const due = await casesReadWith(database, rungId);
  const failures: unknown[] = [];
  for (let from = 0; from < due.length; from += READ_AT_ONCE) {
    const together = due.slice(from, from + READ_AT_ONCE);
    try {
      await read(database, together);
    } catch (thrown) {
      if (due.length === 1) throw thrown;
      failures.push(...(await readEach(database, together, rungId)));
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Why the case that was rung for could not be read, when it could not. */
async function readEach(database: Database, caseIds: readonly number[], rungId: number): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const caseId of caseIds) {
    try {
      await read(database, [caseId]);
    } catch (thrown) {
      if (caseId === rungId) failures.push(thrown);
      else await database.work(COVERAGE_ACTOR, async (work) => work.ring('coverage', caseId));
    }
  }
  return failures;
}

async function read(database: Database, caseIds: readonly number[]): Promise<void> {
  await database.work(COVERAGE_ACTOR, (work) => takeCoverageReadings(work, caseIds, marketHistories(database)));
}
