import type { Database } from '../../src/database/work.ts';
import { checkInvariants } from '../../src/registers/invariants.ts';

/** What does not hold, in words; nothing, whatever happened. */
export async function brokenInvariants(database: Database): Promise<string[]> {
  const results = await checkInvariants(database);
  return results.flatMap(({ code, offending }) => (offending.length === 0 ? [] : [`${code}: ${offending.join(', ')}`]));
}
