import type { Transaction } from '../../database/work.ts';
import { PAUSE_TEXT, type PauseCode } from '../../liquidation/codes.ts';
import { reasonOf } from '../../liquidation/wait.ts';
import { groupBy } from './group.ts';

/** By these a guard says that the shown prices may not be those at which one can sell. */
const PRICE_DOUBTS: readonly PauseCode[] = ['book_stale', 'book_ahead_of_clock', 'clock_skewed', 'spread_wide', 'price_off_reference'];

/**
 * By plan: words of the guards that distrusted the market from whose mid it has its arrival price. A plan is made for a decision and at
 * its instant, before the guards look: what they said of the coin is in that decision.
 */
export async function readArrivalDoubts(reader: Transaction, caseIds: readonly number[]): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await reader.$queryRaw<{ planId: number; code: string }[]>`
    SELECT p.id AS "planId", c.code FROM sale_plan p
      JOIN sale_decision d ON d.liquidation_id = p.liquidation_id AND d.decided_at = p.made_at
     CROSS JOIN LATERAL unnest(d.codes) AS c (code)
     WHERE p.case_id = ANY(${[...caseIds]}::int[]) AND split_part(c.code, ':', 1) = p.asset
       AND split_part(c.code, ':', 2) = ANY(${[...PRICE_DOUBTS]}::text[])
     ORDER BY p.id, d.step_number`;
  const doubts = PRICE_DOUBTS.map((code) => ({ code, text: PAUSE_TEXT[code] }));
  return new Map(
    [...groupBy(rows, ({ planId }) => planId)].map(([planId, own]) => {
      const codes = new Set(own.map(({ code }) => reasonOf(code)));
      return [planId, doubts.flatMap(({ code, text }) => (codes.has(code) ? [text] : []))];
    }),
  );
}
