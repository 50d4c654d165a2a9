import type { Transaction } from '../../database/work.ts';
import type { Span } from './facts.ts';
import { groupBy } from './group.ts';
import type { DecisionMoment, StoredCodeCount } from './guard-events.ts';

/** By case: the codes of its decisions within a span, endings left out, counted where they are stored. */
export async function readCodeCounts(
  reader: Transaction,
  caseIds: readonly number[],
  { from, until }: Span,
): Promise<Map<number, StoredCodeCount[]>> {
  const rows = await reader.$queryRaw<(Omit<StoredCodeCount, 'firstAt' | 'lastAt'> & { caseId: number; firstAt: Date; lastAt: Date })[]>`
    SELECT d.case_id AS "caseId", c.code, count(*)::int AS count, min(d.decided_at) AS "firstAt", max(d.decided_at) AS "lastAt"
      FROM sale_decision d CROSS JOIN LATERAL unnest(d.codes) AS c (code)
     WHERE d.case_id = ANY(${[...caseIds]}::int[]) AND d.outcome <> 'stop' AND d.decided_at >= ${from} AND d.decided_at < ${until}
     GROUP BY d.case_id, c.code ORDER BY d.case_id, c.code`;
  return groupBy(rows, ({ caseId }) => caseId);
}

/** Every decision of a sale before an instant, in the order in which they were made. */
export async function readDecisionMoments(reader: Transaction, saleId: number, until: Date): Promise<DecisionMoment[]> {
  return reader.saleDecision.findMany({
    where: { liquidationId: saleId, decidedAt: { lt: until } },
    orderBy: { stepNumber: 'asc' },
    select: { decidedAt: true, outcome: true, codes: true },
  });
}
