import { namedDatabaseError } from '../database/errors.ts';
import { named } from '../kernel/errors.ts';
import { scrub } from '../kernel/log.ts';

/**
 * Tells on standard error, in one line, what is wrong and what to do, in Korean, and behind the code what an engineer wants to know;
 * the lines below are for what has no name yet. Standard output is for results only.
 */
export function tellFailure(thrown: unknown): void {
  const error = named(namedDatabaseError(thrown));
  process.stderr.write(`${error.title}. ${error.action} [${error.code}] ${scrub(error.message)}\n`);
  if (error.code !== 'INTERNAL') return;
  process.stderr.write(`${scrub(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))}\n`);
}
