import { z } from 'zod';
import type { SaleDecision } from '../database/generated/client.ts';
import type { Database } from '../database/work.ts';
import { differenceText } from './first-difference.ts';
import type { PlanDifference } from './replay-plan.ts';

/** What decisions by plan keep of the slices they were made from; of other decisions nothing. */
const slicedSchema = z.object({
  holdings: z.array(
    z.object({
      holdingId: z.int(),
      slice: z
        .object({ planId: z.int(), sliceId: z.int(), startsAt: z.string(), endsAt: z.string(), quantity: z.string() })
        .nullish()
        .catch(null),
    }),
  ),
});

/** Rows of slices that are not what decisions, which are still what they were, were made from. */
export async function sliceDifferences(
  database: Database,
  decisions: readonly Pick<SaleDecision, 'id' | 'caseId' | 'inputs'>[],
): Promise<PlanDifference[]> {
  const facts = decisions.flatMap(({ id, caseId, inputs }) => {
    const parsed = slicedSchema.safeParse(inputs);
    const holdings = parsed.success ? parsed.data.holdings : [];
    return holdings.flatMap(({ holdingId, slice }) => (slice ? [{ decisionId: id, caseId, holdingId, slice }] : []));
  });
  const rows = await database.read.planSlice.findMany({
    where: { id: { in: [...new Set(facts.map(({ slice }) => slice.sliceId))] } },
    include: { plan: { select: { caseId: true, holdingId: true } } },
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return facts.flatMap(({ decisionId, caseId, holdingId, slice: { sliceId, ...slice } }) => {
    const row = byId.get(sliceId);
    if (row === undefined)
      return [{ subject: `sale_decision:${decisionId}`, what: `was made from plan_slice:${sliceId}, which is not there` }];
    const { planId, startsAt, endsAt, quantity, plan } = row;
    const stored = { planId, ...plan, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), quantity: quantity.toFixed() };
    const difference = differenceText(stored, { ...slice, caseId, holdingId });
    return difference === undefined ? [] : [{ subject: `plan_slice:${sliceId}`, what: `${difference}, by sale_decision:${decisionId}` }];
  });
}
