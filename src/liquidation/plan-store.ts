import type { Liquidation, PlanSlice, SalePlan } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, type Price, VenueWon } from '../kernel/money.ts';
import type { ChosenCoin } from './choose-coins.ts';
import type { SellableHolding, SliceFacts } from './decision-inputs.ts';
import type { Desk } from './desk.ts';
import type { Outlook } from './outlook.ts';
import { EVEN_PLAN, IMMEDIATE_PLAN, planOutdatedBy } from './plan-rules.ts';
import { makeSlices, renewPlans, type SliceTaskOf, type Sold } from './renew-plans.ts';
import { NOTHING_SOLD, type SoldOfHolding, soldOfHoldings } from './sold.ts';
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
  const standings = needs.map((need) => standingOf(need, known.get(need.holding.holdingId) ?? NO_PLAN, round));
  const renewed = await renewPlans(
    work,
    round,
    standings.flatMap(({ need, plan, reason, sold }) =>
      reason === undefined ? [] : [{ need, plan, reason, sold: underPlan(desk, need.holding.asset, sold) }],
    ),
  );
  const current = standings.map((standing) => currentOf(desk, standing, renewed.get(standing.need.holding.holdingId)));
  const made = await makeSlices(
    work,
    round,
    current.filter((each) => !isRunning(each, round)),
  );
  return new Map(
    current.map((each) => {
      const { plan, slice, need } = each;
      return [need.holding.holdingId, plannedSlice(each, made.get(plan.id) ?? slice)];
    }),
  );
}

/** A plan in force, and why it is to be made anew; undefined while it stands. */
interface Standing extends KnownPlan {
  readonly need: PlanNeed;
  readonly reason: string | undefined;
}

function standingOf(need: PlanNeed, known: KnownPlan, round: RoundFacts): Standing {
  return { ...known, need, reason: planOutdatedBy(known.plan, CoinAmount.of(need.holding.asset, known.sold.units), need, round) };
}

/** The plan by which a holding is sold now. */
interface Current extends SliceTaskOf {
  /** Of the plan; null where none was made yet. */
  readonly slice: PlanSlice | null;
  readonly soldInSlice: string;
}

/** A plan that is made now has sold nothing yet. */
function currentOf(desk: Desk, { need, plan: known, slice, sold }: Standing, renewed: SalePlan | undefined): Current {
  const plan = renewed ?? known;
  if (plan === null) throw new CheongsanError('INTERNAL', `Holding ${need.holding.holdingId} has no plan.`);
  const figures = renewed === undefined ? sold : NOTHING_SOLD;
  return {
    need,
    plan,
    slice: renewed === undefined ? slice : null,
    soldInSlice: figures.unitsInSlice,
    sold: { ...underPlan(desk, need.holding.asset, figures), today: CoinAmount.of(need.holding.asset, sold.unitsOnDay) },
  };
}

function underPlan(desk: Desk, asset: string, { units, proceeds }: SoldOfHolding): Pick<Sold, 'units' | 'proceeds'> {
  return { units: CoinAmount.of(asset, units), proceeds: VenueWon.of(desk.port.venue, proceeds) };
}

function isRunning({ plan, slice }: Current, { now }: RoundFacts): boolean {
  return slice !== null && (slice.endsAt > now || plan.ruleVersion === IMMEDIATE_PLAN);
}

function plannedSlice({ need, plan, slice: known, soldInSlice, sold }: Current, slice: PlanSlice | null): PlannedSlice {
  const { asset, holdingId } = need.holding;
  if (slice === null) throw new CheongsanError('INTERNAL', `The plan of holding ${holdingId} has no slice.`);
  return {
    slice: {
      planId: plan.id,
      sliceId: slice.id,
      startsAt: slice.startsAt.toISOString(),
      endsAt: slice.endsAt.toISOString(),
      quantity: slice.quantity.toFixed(),
      sold: CoinAmount.of(asset, slice.id === known?.id ? soldInSlice : '0').toString(),
      ...sliceKind(slice, plan, sold, asset),
    },
    planned: CoinAmount.of(asset, plan.plannedQuantity.toFixed()).toString(),
    soldToday: sold.today.toString(),
  };
}

/** Immediate is what begins with its plan; the last is what leaves the plan nothing. */
function sliceKind(slice: PlanSlice, plan: SalePlan, sold: Sold, asset: string): Pick<SliceFacts, 'isImmediate' | 'isLast'> {
  const isImmediate = plan.ruleVersion !== EVEN_PLAN && slice.startsAt.getTime() === plan.madeAt.getTime();
  const left = CoinAmount.of(asset, plan.plannedQuantity.toFixed()).minus(sold.units);
  return { isImmediate, isLast: !CoinAmount.of(asset, slice.quantity.toFixed()).isLessThan(left) };
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
