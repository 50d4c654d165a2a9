import { appendAudit } from '../audit/append.ts';
import type { PlanSlice, SalePlan } from '../database/generated/client.ts';
import { canonicalSchema, jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, Price, Rate, type VenueWon } from '../kernel/money.ts';
import { planDigestOf, plannedPayload } from './plan-digest.ts';
import { makePlan, makeSlice } from './plan-rules.ts';
import type { PlanNeed } from './plan-store.ts';
import { sliceQuantity } from './slice-schedule.ts';
import { latestOrderId } from './sold.ts';
import type { RoundFacts } from './step-inputs.ts';

/** A holding that gets a plan, the one whose place it takes with what was sold under it, and why. */
export interface Renewal {
  readonly need: PlanNeed;
  readonly plan: SalePlan | null;
  readonly sold: Pick<Sold, 'units' | 'proceeds'>;
  readonly reason: string;
}

/** Makes plans, each in the place of the one in force. By holding. The caller holds the holdings' locks. */
export async function renewPlans(work: Work, round: RoundFacts, renewals: readonly Renewal[]): Promise<ReadonlyMap<number, SalePlan>> {
  if (renewals.length === 0) return new Map();
  const outdated = renewals.flatMap(({ plan }) => plan?.id ?? []);
  if (outdated.length > 0) await work.tx.salePlan.updateMany({ where: { id: { in: outdated } }, data: { supersededAt: work.at } });
  const ordersBefore = await latestOrderId(work);
  const plans = await work.tx.salePlan.createManyAndReturn({ data: renewals.map((renewal) => planRow(round, renewal, ordersBefore)) });
  for (const plan of plans) await appendPlanned(work, plan);
  return new Map(plans.map((plan) => [plan.holdingId, plan]));
}

/** The plan in force has the highest version: each took the place of the one before. */
function planRow(round: RoundFacts, { need, plan, sold, reason }: Renewal, ordersBefore: number) {
  const { holdingId, asset } = need.holding;
  const made = makePlan(round, need, plan === null ? undefined : { plan, reason, ...sharesOf(plan, sold) });
  return {
    liquidationId: need.sale.id,
    caseId: need.sale.caseId,
    holdingId,
    asset,
    version: (plan?.version ?? 0) + 1,
    reason,
    madeAt: round.now,
    ruleVersion: made.ruleVersion,
    policyVersion: round.policy.version,
    plannedQuantity: need.coin.units,
    arrivalPrice: need.mid.toString(),
    inputs: jsonColumn(made.inputs),
    inputsDigest: sha256Hex(canonicalJson(made.inputs)),
    result: jsonColumn(made.result),
    ordersBefore,
  };
}

/** What was sold and received, of a plan's quantity and of what that was worth when it was made. */
function sharesOf(plan: SalePlan, { units, proceeds }: Pick<Sold, 'units' | 'proceeds'>) {
  const planned = CoinAmount.of(plan.asset, plan.plannedQuantity.toFixed());
  const worth = planned.value.times(Price.of(plan.asset, plan.arrivalPrice.toFixed()).value);
  return { soldShare: Rate.of(units.value.div(planned.value)), receivedShare: Rate.of(proceeds.value.div(worth)) };
}

async function appendPlanned(work: Work, plan: SalePlan): Promise<void> {
  const { id, caseId, inputsDigest, result } = plan;
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'sale.planned',
    subject: `sale_plan:${id}`,
    recordDigest: planDigestOf(inputsDigest, canonicalSchema.parse(result)),
    payload: plannedPayload(plan),
  });
}

/** Under the plan, and of the holding today, under whatever plan. */
export interface Sold {
  readonly units: CoinAmount;
  readonly proceeds: VenueWon;
  readonly today: CoinAmount;
}

export interface SliceTaskOf {
  readonly need: PlanNeed;
  readonly plan: SalePlan;
  /** The plan's latest; null where it has none. */
  readonly slice: PlanSlice | null;
  readonly sold: Sold;
}

/** Makes the slices of the bar of time under way; by plan. Each is made when the first decision in its bar asks. */
export async function makeSlices(work: Work, round: RoundFacts, tasks: readonly SliceTaskOf[]): Promise<ReadonlyMap<number, PlanSlice>> {
  if (tasks.length === 0) return new Map();
  const ordersBefore = await latestOrderId(work);
  const slices = await work.tx.planSlice.createManyAndReturn({ data: tasks.map((task) => sliceRow(round, task, ordersBefore)) });
  return new Map(slices.map((slice) => [slice.planId, slice]));
}

function sliceRow(round: RoundFacts, { need, plan, slice, sold }: SliceTaskOf, ordersBefore: number) {
  const planned = CoinAmount.of(need.holding.asset, plan.plannedQuantity.toFixed());
  const made = makeSlice(round, need, {
    plan,
    isFirst: slice === null,
    ...sharesOf(plan, sold),
    soldTodayShare: Rate.of(sold.today.value.div(planned.value)),
  });
  return {
    planId: plan.id,
    startsAt: made.startsAt,
    endsAt: made.endsAt,
    quantity: sliceQuantity(planned, made.share).toString(),
    inputs: jsonColumn(made.inputs),
    inputsDigest: sha256Hex(canonicalJson(made.inputs)),
    result: jsonColumn(made.result),
    ordersBefore,
  };
}
