import type { SalePlan } from '../database/generated/client.ts';
import type { Rate } from '../kernel/money.ts';
import { type PlanInputs, planInputsSchema, planResultSchema } from './plan-inputs.ts';
import type { PlanNeed } from './plan-store.ts';
import { expectedPath, hastened } from './planning/pace.ts';
import { rounded } from './planning/rounded.ts';
import type { RoundFacts } from './step-inputs.ts';

const HOUR_MS = 3_600_000;

/** Why a plan whose market has become more volatile is made anew. */
export const VOLATILITY_JUMP = 'volatility_jump';

/** The plan whose place is taken, and how far it has come: of its quantity, and of what that was worth. */
export interface FormerPlan {
  readonly plan: SalePlan;
  readonly reason: string;
  readonly soldShare: Rate;
  readonly receivedShare: Rate;
}

/**
 * The least pace of a plan that takes another's place. After a jump of the volatility it is the former plan's own, as much faster as the
 * volatility is higher: a sale is never slowed by what makes it more dangerous, though the new plan counts its losses anew. A plan that
 * had such a pace hands it on. Undefined where neither is so.
 */
export function paceAfter({ table, now }: RoundFacts, need: PlanNeed, former: FormerPlan | undefined): PlanInputs['pace'] {
  const figures = need.outlook?.knowledge.figures;
  if (former === undefined || table === undefined || figures === undefined) return undefined;
  const [inputs, result] = [planInputsSchema.safeParse(former.plan.inputs), planResultSchema.safeParse(former.plan.result)];
  if (!inputs.success || !result.success) return undefined;
  const isJump = former.reason === VOLATILITY_JUMP;
  const left = 1 - former.soldShare.value.toNumber();
  if (!(left > 0) || (!isJump && inputs.data.pace === undefined)) return undefined;
  const bar = { startMs: Math.floor(now.getTime() / HOUR_MS) * HOUR_MS, planStartMs: former.plan.madeAt.getTime() };
  const progress = {
    left: rounded(left),
    received: rounded(former.receivedShare.value.toNumber()),
    price: rounded(need.mid.value.toNumber()),
    figures: inputs.data.figures,
    barsSinceStart: Math.floor((bar.startMs - Math.floor(bar.planStartMs / HOUR_MS) * HOUR_MS) / HOUR_MS),
  };
  const path = expectedPath(table, result.data, progress, inputs.data.pace);
  const pace = hastened(path, {
    times: isJump ? Math.max(1, figures.deviation / inputs.data.figures.deviation) : 1,
    firstBarShare: (bar.startMs + HOUR_MS - now.getTime()) / HOUR_MS,
  });
  // What is needed beyond what the former plan had left has a pace of its own.
  const share = isJump ? 1 : Math.min(1, (left * result.data.units) / Number(need.coin.units));
  return pace.map((each) => rounded(each * share));
}

/** Of the plan, to be sold by the end of the bar; undefined for a plan without a pace. */
export function soldByEnd(plan: SalePlan, bar: number): number | undefined {
  const inputs = planInputsSchema.safeParse(plan.inputs);
  const pace = inputs.success ? inputs.data.pace : undefined;
  return pace?.[bar] ?? pace?.at(-1);
}
