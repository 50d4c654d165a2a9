import type { PlanSlice, SalePlan } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import { type Canonical, canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { type Difference, firstDifference } from './first-difference.ts';
import { planDigestOf } from './plan-digest.ts';
import { encodePlan, evenInputsSchema, planInputsSchema, planResultSchema, saleLimits, sliceInputsSchema } from './plan-inputs.ts';
import { EVEN_PLAN, encodeShare, evenShare, IMMEDIATE_PLAN, TAIL_PLAN } from './plan-rules.ts';
import { nextShare } from './planning/next-share.ts';
import { startPlan } from './planning/sale-plan.ts';
import { saleTable } from './planning/sale-table.ts';

export interface PlanDifference {
  readonly subject: string;
  readonly what: string;
}

/** Makes a plan and its slices again. `recorded` is what the audit log has of the plan. */
export function replayPlan(plan: SalePlan & { readonly slices: readonly PlanSlice[] }, recorded: string | null): PlanDifference[] {
  const subject = `sale_plan:${plan.id}`;
  const what = planDifference(plan, recorded);
  const slices = plan.slices.flatMap((slice) => {
    const found = sliceDifference(plan, slice);
    return found === undefined ? [] : [{ subject: `plan_slice:${slice.id}`, what: found }];
  });
  return [...(what === undefined ? [] : [{ subject, what }]), ...slices];
}

function planDifference(plan: SalePlan, recorded: string | null): string | undefined {
  const stored = canonicalSchema.safeParse(plan.result);
  if (!stored.success) return 'has a result that no rule wrote';
  if (inputsChanged(plan)) return 'has inputs other than those it was made from';
  if (planDigestOf(plan.inputsDigest, stored.data) !== recorded) return 'is not what the audit log recorded';
  if (plan.ruleVersion === IMMEDIATE_PLAN || plan.ruleVersion === EVEN_PLAN) return undefined;
  if (plan.ruleVersion !== TAIL_PLAN) return `was made by rule ${plan.ruleVersion}, which is unknown`;
  const inputs = planInputsSchema.safeParse(plan.inputs);
  if (!inputs.success) return 'has inputs that no rule can read';
  return textOf(firstDifference(stored.data, encodePlan(startPlan(saleTable(inputs.data.lambda), inputs.data))));
}

function sliceDifference(plan: SalePlan, slice: PlanSlice): string | undefined {
  const stored = canonicalSchema.safeParse(slice.result);
  if (!stored.success) return 'has a result that no rule wrote';
  if (inputsChanged(slice)) return 'has inputs other than those it was made from';
  const inputs = sliceInputsSchema.safeParse(slice.inputs);
  const made = planResultSchema.safeParse(plan.result);
  if (!inputs.success || !made.success) {
    const even = evenInputsSchema.safeParse(slice.inputs);
    return even.success
      ? textOf(firstDifference(stored.data, { share: evenShare(even.data).toString() }))
      : 'has inputs that no rule can read';
  }
  const next = nextShare(saleTable(made.data.lambda), made.data, { ...inputs.data, limits: saleLimits(inputs.data.limits) });
  return textOf(firstDifference(stored.data, encodeShare(next)));
}

function inputsChanged({ inputs, inputsDigest }: { readonly inputs: unknown; readonly inputsDigest: string }): boolean {
  const parsed = canonicalSchema.safeParse(inputs);
  return !parsed.success || sha256Hex(canonicalJson(parsed.data satisfies Canonical)) !== inputsDigest;
}

function textOf(difference: Difference | undefined): string | undefined {
  return difference === undefined ? undefined : `${difference.path}: stored ${difference.stored}, again ${difference.again}`;
}
