import { appendAudit } from '../audit/append.ts';
import type { Liquidation, PlanSlice, SalePlan } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, Price, Rate } from '../kernel/money.ts';
import type { ChosenCoin } from './choose-coins.ts';
import type { SellableHolding, SliceFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import type { Outlook } from './outlook.ts';
import { planDigestOf } from './plan-digest.ts';
import { EVEN_PLAN, IMMEDIATE_PLAN, type MadePlan, type MadeSlice, makePlan, makeSlice, planOutdatedBy } from './plan-rules.ts';
import { latestOrderId, type Sold, soldOfHolding, soldOnDay } from './sold.ts';
import type { RoundFacts } from './step-inputs.ts';

export interface PlanNeed {
  readonly sale: Liquidation;
  readonly holding: SellableHolding;
  readonly coin: ChosenCoin;
  readonly mid: Price;
  readonly outlook: Outlook | undefined;
  /** Within the window, by the taxpayer's wish: all at once at his price. */
  readonly isWished: boolean;
  readonly mandateEndsOn: CivilDate;
  /** The shown depth takes it in a few orders. */
  readonly isEasy: boolean;
}

export interface PlannedSlice {
  readonly slice: SliceFacts;
  readonly planned: string;
  readonly soldToday: string;
}

/** The slice that is due of a holding, under the plan in force or a new one that takes its place. The caller holds the holding's lock. */
export async function planFor(work: Work, desk: Desk, round: RoundFacts, need: PlanNeed): Promise<PlannedSlice> {
  const { holdingId, asset } = need.holding;
  const of = { holdingId, asset, venue: desk.port.venue };
  const known = await work.tx.salePlan.findFirst({ where: { holdingId, supersededAt: null } });
  const soldUnderKnown = known === null ? undefined : await soldOfHolding(work, of, known.ordersBefore);
  const reason = planOutdatedBy(known, soldUnderKnown?.units, need, round);
  const plan = known !== null && reason === undefined ? known : await renewPlan(work, round, need, known, reason ?? 'begun');
  const sold: Sold = (plan === known ? soldUnderKnown : undefined) ?? (await soldOfHolding(work, of, plan.ordersBefore));
  const soldToday = await soldOnDay(work, of, round.day);
  const slice = await sliceFor(work, round, need, plan, { ...sold, today: soldToday });
  const soldInSlice = await soldOfHolding(work, of, slice.ordersBefore);
  const planned = CoinAmount.of(asset, plan.plannedQuantity.toFixed());
  return {
    slice: {
      planId: plan.id,
      sliceId: slice.id,
      startsAt: slice.startsAt.toISOString(),
      endsAt: slice.endsAt.toISOString(),
      quantity: slice.quantity.toFixed(),
      sold: soldInSlice.units.toString(),
      ...sliceKind(slice, plan, sold, asset),
    },
    planned: planned.toString(),
    soldToday: soldToday.toString(),
  };
}

/** Immediate is what begins with its plan; the last is what leaves the plan nothing. */
function sliceKind(slice: PlanSlice, plan: SalePlan, sold: Sold, asset: string): Pick<SliceFacts, 'isImmediate' | 'isLast'> {
  const isImmediate = plan.ruleVersion !== EVEN_PLAN && slice.startsAt.getTime() === plan.madeAt.getTime();
  const left = CoinAmount.of(asset, plan.plannedQuantity.toFixed()).minus(sold.units);
  return { isImmediate, isLast: !CoinAmount.of(asset, slice.quantity.toFixed()).isLessThan(left) };
}

async function renewPlan(work: Work, round: RoundFacts, need: PlanNeed, known: SalePlan | null, reason: string): Promise<SalePlan> {
  const { holdingId, asset } = need.holding;
  if (known !== null) await work.tx.salePlan.update({ where: { id: known.id }, data: { supersededAt: work.at } });
  const latest = await work.tx.salePlan.findFirst({ where: { holdingId }, orderBy: { version: 'desc' }, select: { version: true } });
  const made: MadePlan = makePlan(round, need);
  const plan = await work.tx.salePlan.create({
    data: {
      liquidationId: need.sale.id,
      caseId: need.sale.caseId,
      holdingId,
      asset,
      version: (latest?.version ?? 0) + 1,
      reason,
      madeAt: round.now,
      ruleVersion: made.ruleVersion,
      policyVersion: round.policy.version,
      plannedQuantity: need.coin.units,
      arrivalPrice: need.mid.toString(),
      inputs: jsonColumn(made.inputs),
      inputsDigest: sha256Hex(canonicalJson(made.inputs)),
      result: jsonColumn(made.result),
      ordersBefore: await latestOrderId(work),
    },
  });
  await appendAudit(work, {
    stream: `case:${need.sale.caseId}`,
    action: 'sale.planned',
    subject: `sale_plan:${plan.id}`,
    recordDigest: planDigestOf(plan.inputsDigest, made.result),
    payload: { asset, version: plan.version, reason, units: need.coin.units, rule: made.ruleVersion },
  });
  return plan;
}

/** The plan's slice of the bar of time under way; made when the first decision in it asks. */
async function sliceFor(
  work: Work,
  round: RoundFacts,
  need: PlanNeed,
  plan: SalePlan,
  sold: Sold & { readonly today: CoinAmount },
): Promise<PlanSlice> {
  const latest = await work.tx.planSlice.findFirst({ where: { planId: plan.id }, orderBy: { startsAt: 'desc' } });
  if (latest !== null && (latest.endsAt > round.now || plan.ruleVersion === IMMEDIATE_PLAN)) return latest;
  const arrival = Price.of(need.holding.asset, plan.arrivalPrice.toFixed());
  const planned = CoinAmount.of(need.holding.asset, plan.plannedQuantity.toFixed());
  const soldShare = sold.units.value.div(planned.value);
  const receivedShare = sold.proceeds.value.div(planned.value.times(arrival.value));
  const made: MadeSlice = makeSlice(round, need, {
    plan,
    isFirst: latest === null,
    soldShare: Rate.of(soldShare),
    receivedShare: Rate.of(receivedShare),
    soldTodayShare: Rate.of(sold.today.value.div(planned.value)),
  });
  return work.tx.planSlice.create({
    data: {
      planId: plan.id,
      startsAt: made.startsAt,
      endsAt: made.endsAt,
      quantity: planned.times(made.share, CoinAmount.DECIMAL_PLACES_MAX, 'up').toString(),
      inputs: jsonColumn(made.inputs),
      inputsDigest: sha256Hex(canonicalJson(made.inputs)),
      result: jsonColumn(made.result),
      ordersBefore: await latestOrderId(work),
    },
  });
}
