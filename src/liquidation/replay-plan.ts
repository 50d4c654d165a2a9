import { z } from 'zod';
import type { PlanSlice, SalePlan } from '../database/generated/client.ts';
import { canonicalSchema } from '../database/json.ts';
import { type Canonical, canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, type Rate } from '../kernel/money.ts';
import { differenceText } from './first-difference.ts';
import { planDigestOf, plannedPayload } from './plan-digest.ts';
import {
  encodePlan,
  evenInputsSchema,
  type PlanInputs,
  planInputsSchema,
  planResultSchema,
  saleLimits,
  sliceInputsSchema,
} from './plan-inputs.ts';
import { EVEN_PLAN, encodeShare, evenShare, IMMEDIATE_PLAN, shareOf, TAIL_PLAN } from './plan-rules.ts';
import { nextShare } from './planning/next-share.ts';
import { rounded } from './planning/rounded.ts';
import { startPlan } from './planning/sale-plan.ts';
import { saleTable } from './planning/sale-table.ts';
import { sliceQuantity } from './slice-schedule.ts';

export interface PlanDifference {
  readonly subject: string;
  readonly what: string;
}

/** What the audit log has of a record. */
export interface Recorded {
  readonly digest: string | null;
  /** Canonical JSON text. */
  readonly payload: string;
}

const HOUR_MS = 3_600_000;
const UNREADABLE = 'has inputs that no rule can read';

/** Of a plan without a forecast. */
const evenPlanInputsSchema = z.object({
  units: z.string(),
  arrivalPrice: z.string(),
  why: z.enum(['wished', 'no_forecast']),
  hours: z.int().positive(),
});

/** Makes a plan and its slices again, and holds the figures of their rows against what they were made from. */
export function replayPlan(plan: SalePlan & { readonly slices: readonly PlanSlice[] }, recorded: Recorded | undefined): PlanDifference[] {
  const subject = `sale_plan:${plan.id}`;
  const what = planDifference(plan, recorded);
  const slices = plan.slices
    .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
    .flatMap((slice, place) => {
      const found = sliceDifference(plan, slice, place === 0);
      return found === undefined ? [] : [{ subject: `plan_slice:${slice.id}`, what: found }];
    });
  return [...(what === undefined ? [] : [{ subject, what }]), ...slices];
}

function planDifference(plan: SalePlan, recorded: Recorded | undefined): string | undefined {
  const stored = canonicalSchema.safeParse(plan.result);
  if (!stored.success) return 'has a result that no rule wrote';
  if (inputsChanged(plan)) return 'has inputs other than those it was made from';
  if (planDigestOf(plan.inputsDigest, stored.data) !== recorded?.digest) return 'is not what the audit log recorded';
  const row = canonicalJson(plannedPayload(plan));
  const made = planByItsRule(plan, stored.data);
  return made ?? (row === recorded.payload ? undefined : `stored ${row}, the audit log recorded ${recorded.payload}`);
}

function planByItsRule(plan: SalePlan, stored: Canonical): string | undefined {
  switch (plan.ruleVersion) {
    case IMMEDIATE_PLAN:
    case EVEN_PLAN:
      return evenPlanDifference(plan, stored);
    case TAIL_PLAN: {
      const inputs = planInputsSchema.safeParse(plan.inputs);
      return inputs.success ? tailPlanDifference(plan, stored, inputs.data) : UNREADABLE;
    }
    default:
      return `was made by rule ${plan.ruleVersion}, which is unknown`;
  }
}

/** Its inputs are the row's own figures, exact; it has no result beside them. */
function evenPlanDifference(plan: SalePlan, stored: Canonical): string | undefined {
  const inputs = evenPlanInputsSchema.safeParse(plan.inputs);
  if (!inputs.success) return UNREADABLE;
  const { units, arrivalPrice, why, hours } = inputs.data;
  const isAtOnce = why === 'wished' || hours === 1;
  const row = { plannedQuantity: plan.plannedQuantity.toFixed(), arrivalPrice: plan.arrivalPrice.toFixed(), rule: plan.ruleVersion };
  const again = { plannedQuantity: units, arrivalPrice, rule: isAtOnce ? IMMEDIATE_PLAN : EVEN_PLAN };
  return differenceText(row, again) ?? differenceText(stored, {});
}

/** Its inputs keep nine digits of the row's figures. */
function tailPlanDifference(plan: SalePlan, stored: Canonical, inputs: PlanInputs): string | undefined {
  const again = differenceText(stored, encodePlan(startPlan(saleTable(inputs.lambda), inputs)));
  if (again !== undefined) return again;
  const nineDigits = (figure: { toFixed(): string }) => `${rounded(Number(figure.toFixed()))}`;
  const row = { plannedQuantity: nineDigits(plan.plannedQuantity), arrivalPrice: nineDigits(plan.arrivalPrice) };
  return differenceText(row, { plannedQuantity: `${inputs.units}`, arrivalPrice: `${inputs.arrivalPrice}` });
}

function sliceDifference(plan: SalePlan, slice: PlanSlice, isFirst: boolean): string | undefined {
  const stored = canonicalSchema.safeParse(slice.result);
  if (!stored.success) return 'has a result that no rule wrote';
  if (inputsChanged(slice)) return 'has inputs other than those it was made from';
  const again = shareAgain(plan, slice);
  if (again === undefined) return UNREADABLE;
  return differenceText(stored.data, again.result) ?? differenceText(sliceRow(slice), sliceRowAgain(plan, slice, isFirst, again));
}

interface ShareAgain {
  readonly result: Canonical;
  /** Of the planned quantity. */
  readonly share: Rate;
  /** Hours since the plan's own; null where the slice does not keep them. */
  readonly barsSinceStart: number | null;
}

/** Undefined where the inputs are no rule's. */
function shareAgain(plan: SalePlan, slice: PlanSlice): ShareAgain | undefined {
  const inputs = sliceInputsSchema.safeParse(slice.inputs);
  const made = planResultSchema.safeParse(plan.result);
  if (!inputs.success || !made.success) {
    const even = evenInputsSchema.safeParse(slice.inputs);
    if (!even.success) return undefined;
    const share = evenShare(even.data);
    return { result: { share: share.toString() }, share, barsSinceStart: null };
  }
  const next = nextShare(saleTable(made.data.lambda), made.data, { ...inputs.data, limits: saleLimits(inputs.data.limits) });
  return { result: encodeShare(next), share: shareOf(next), barsSinceStart: inputs.data.barsSinceStart };
}

function sliceRow({ startsAt, endsAt, quantity }: PlanSlice) {
  return { startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), quantity: quantity.toFixed() };
}

/** The first slice begins with its plan, each later one with an hour, and all end with theirs. */
function sliceRowAgain(plan: SalePlan, slice: PlanSlice, isFirst: boolean, { share, barsSinceStart }: ShareAgain) {
  const hourMs = (at: Date) => Math.floor(at.getTime() / HOUR_MS) * HOUR_MS;
  const beganMs = barsSinceStart === null ? hourMs(slice.startsAt) : hourMs(plan.madeAt) + barsSinceStart * HOUR_MS;
  const startsAt = isFirst ? plan.madeAt : new Date(beganMs);
  const planned = CoinAmount.of(plan.asset, plan.plannedQuantity.toFixed());
  return {
    startsAt: startsAt.toISOString(),
    endsAt: new Date(hourMs(startsAt) + HOUR_MS).toISOString(),
    quantity: sliceQuantity(planned, share).toString(),
  };
}

function inputsChanged({ inputs, inputsDigest }: { readonly inputs: unknown; readonly inputsDigest: string }): boolean {
  const parsed = canonicalSchema.safeParse(inputs);
  return !parsed.success || sha256Hex(canonicalJson(parsed.data satisfies Canonical)) !== inputsDigest;
}
