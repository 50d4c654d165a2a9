import { appendAudit } from '../audit/append.ts';
import type { Liquidation, PlanSlice, SalePlan } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { canonicalJson, sha256Hex } from '../kernel/digest.ts';
import { CoinAmount, Price, Rate, VenueWon } from '../kernel/money.ts';
import type { ChosenCoin } from './choose-coins.ts';
import type { SellableHolding, SliceFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import type { Outlook } from './outlook.ts';
import { planDigestOf } from './plan-digest.ts';
import { EVEN_PLAN, IMMEDIATE_PLAN, type MadePlan, type MadeSlice, makePlan, makeSlice, planOutdatedBy } from './plan-rules.ts';
import { latestOrderId, NOTHING_SOLD, type SoldOfHolding, soldOfHoldings } from './sold.ts';
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

/** A plan in force with its latest slice, and what was sold of its holding. */
interface KnownPlan {
  readonly plan: SalePlan | null;
  readonly slice: PlanSlice | null;
  readonly sold: SoldOfHolding;
}

const NO_PLAN: KnownPlan = { plan: null, slice: null, sold: NOTHING_SOLD };

/**
 * The slice that is due of each holding, under the plan in force or a new one that takes its place. By holding. The caller holds the
 * holdings' locks.
 */
export async function plansFor(
  work: Work,
  desk: Desk,
  round: RoundFacts,
  needs: readonly PlanNeed[],
): Promise<ReadonlyMap<number, PlannedSlice>> {
  const known = await readKnown(
    work,
    needs.map(({ holding }) => holding.holdingId),
    round.day,
  );
  const planned = new Map<number, PlannedSlice>();
  for (const need of needs) {
    const { holdingId } = need.holding;
    planned.set(holdingId, await planFor(work, desk, round, need, known.get(holdingId) ?? NO_PLAN));
  }
  return planned;
}

async function readKnown(work: Work, holdingIds: readonly number[], day: CivilDate): Promise<ReadonlyMap<number, KnownPlan>> {
  if (holdingIds.length === 0) return new Map();
  const plans = await work.tx.salePlan.findMany({ where: { holdingId: { in: [...holdingIds] }, supersededAt: null } });
  const slices = await latestSlices(work, plans);
  const found = holdingIds.map((holdingId) => {
    const plan = plans.find((each) => each.holdingId === holdingId) ?? null;
    return { holdingId, plan, slice: slices.find(({ planId }) => planId === plan?.id) ?? null };
  });
  const questions = found.map(({ holdingId, plan, slice }) => ({
    holdingId,
    planOrdersBefore: plan?.ordersBefore ?? null,
    sliceOrdersBefore: slice?.ordersBefore ?? null,
  }));
  const sold = await soldOfHoldings(work, questions, day);
  return new Map(found.map(({ holdingId, plan, slice }) => [holdingId, { plan, slice, sold: sold.get(holdingId) ?? NOTHING_SOLD }]));
}

async function latestSlices(work: Work, plans: readonly SalePlan[]): Promise<PlanSlice[]> {
  if (plans.length === 0) return [];
  const rows = await work.tx.$queryRaw<{ id: number }[]>`
    SELECT s.id FROM unnest(${plans.map(({ id }) => id)}::int[]) AS p (id)
     CROSS JOIN LATERAL (SELECT id FROM plan_slice WHERE plan_id = p.id ORDER BY starts_at DESC LIMIT 1) AS s`;
  return rows.length === 0 ? [] : work.tx.planSlice.findMany({ where: { id: { in: rows.map(({ id }) => id) } } });
}

/** A plan that is made now has sold nothing yet. */
async function planFor(work: Work, desk: Desk, round: RoundFacts, need: PlanNeed, known: KnownPlan): Promise<PlannedSlice> {
  const { asset } = need.holding;
  const coins = (text: string) => CoinAmount.of(asset, text);
  const reason = planOutdatedBy(known.plan, coins(known.sold.units), need, round);
  const isKept = known.plan !== null && reason === undefined;
  const plan = isKept ? known.plan : await renewPlan(work, round, need, known.plan, reason ?? 'begun');
  const figures = isKept ? known.sold : NOTHING_SOLD;
  const sold: Sold = {
    units: coins(figures.units),
    proceeds: VenueWon.of(desk.port.venue, figures.proceeds),
    today: coins(known.sold.unitsOnDay),
  };
  const slice = await sliceFor(work, round, need, plan, { latest: isKept ? known.slice : null, sold });
  return {
    slice: {
      planId: plan.id,
      sliceId: slice.id,
      startsAt: slice.startsAt.toISOString(),
      endsAt: slice.endsAt.toISOString(),
      quantity: slice.quantity.toFixed(),
      sold: coins(slice.id === known.slice?.id ? known.sold.unitsInSlice : '0').toString(),
      ...sliceKind(slice, plan, sold, asset),
    },
    planned: coins(plan.plannedQuantity.toFixed()).toString(),
    soldToday: sold.today.toString(),
  };
}

/** Under the plan, and of the holding today, under whatever plan. */
interface Sold {
  readonly units: CoinAmount;
  readonly proceeds: VenueWon;
  readonly today: CoinAmount;
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
  { latest, sold }: { readonly latest: PlanSlice | null; readonly sold: Sold },
): Promise<PlanSlice> {
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
