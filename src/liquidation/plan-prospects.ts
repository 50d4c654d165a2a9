import type { PrismaClient } from '../database/generated/client.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Price, type Won } from '../kernel/money.ts';
import { planInputsSchema, planResultSchema } from './plan-inputs.ts';
import { alternatives, type Prospect } from './planning/alternatives.ts';
import { saleTableSoon } from './planning/sale-table.ts';

export interface PlanProspects {
  /** What the planned units were worth when the plan was made; the shares below are of this. */
  readonly worth: Won;
  readonly prospects: readonly Prospect[];
}

/**
 * What a plan and other ways of selling were expected to cost when the plan was made, from its stored inputs: the same whenever it is
 * asked. Errors: `NOT_FOUND`; `PLAN_WITHOUT_FORECAST`.
 */
export async function prospectsOfPlan(
  reader: Pick<PrismaClient, 'salePlan'>,
  of: { readonly caseId: number; readonly planId: number },
): Promise<PlanProspects> {
  const plan = await reader.salePlan.findFirst({ where: { id: of.planId, caseId: of.caseId } });
  if (plan === null) throw new CheongsanError('NOT_FOUND', `Case ${of.caseId} has no sale plan ${of.planId}.`);
  const [inputs, made] = [planInputsSchema.safeParse(plan.inputs), planResultSchema.safeParse(plan.result)];
  if (!inputs.success || !made.success) {
    throw new CheongsanError(
      'PLAN_WITHOUT_FORECAST',
      `Plan ${plan.id} was made by ${plan.ruleVersion} without a forecast; there is nothing to compare it by.`,
      { facts: { planId: plan.id, ruleVersion: plan.ruleVersion } },
    );
  }
  const table = await saleTableSoon(inputs.data.lambda);
  const units = CoinAmount.of(plan.asset, plan.plannedQuantity.toFixed());
  return {
    worth: units.worthAt(Price.of(plan.asset, plan.arrivalPrice.toFixed())),
    prospects: await alternatives({ table, plan: made.data, figures: inputs.data.figures }),
  };
}
