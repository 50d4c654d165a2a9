import type { SalePlan } from '../database/generated/client.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CoinAmount, Rate } from '../kernel/money.ts';
import { volatilityJump } from '../policy/definitions/execution.ts';
import {
  encodePlan,
  encodePlanInputs,
  encodeSliceInputs,
  planInputsSchema,
  planResultSchema,
  saleLimits,
  storableForecast,
} from './plan-inputs.ts';
import { sliceLimits } from './plan-limits.ts';
import { type FormerPlan, paceAfter, VOLATILITY_JUMP } from './plan-pace.ts';
import type { PlanNeed } from './plan-store.ts';
import { type NextShare, nextShare } from './planning/next-share.ts';
import { rounded } from './planning/rounded.ts';
import { startPlan } from './planning/sale-plan.ts';
import type { RoundFacts } from './step-inputs.ts';

/** Everything at once, as fast as guards and depth allow: where no forecast can be made, and for what the taxpayer wishes. */
export const IMMEDIATE_PLAN = 'immediate-1';
/** Evenly over a day: without a forecast, for more than the shown depth takes in a few orders. */
export const EVEN_PLAN = 'even-1';
/** Impact against the tail of the loss, re-read every hour (src/liquidation/planning). */
export const TAIL_PLAN = 'tail-1';

type Json = { readonly [key: string]: Canonical | undefined };

export interface MadePlan {
  readonly ruleVersion: string;
  readonly inputs: Json;
  readonly result: Json;
}

export interface MadeSlice {
  readonly startsAt: Date;
  readonly endsAt: Date;
  /** Of the planned quantity. */
  readonly share: Rate;
  readonly inputs: Json;
  readonly result: Json;
}

export interface SliceTask {
  readonly plan: SalePlan;
  readonly isFirst: boolean;
  /** Of the planned quantity, and of its worth when the plan was made. */
  readonly soldShare: Rate;
  readonly receivedShare: Rate;
  readonly soldTodayShare: Rate;
}

/** A need that has grown by more than this share of the plan asks for a new one; prices that waver do not. */
const GROWTH_MAX = '0.02';
const HOUR_MS = 3_600_000;
const EVEN_HOURS = 24;

/** Why a plan is to be made anew; undefined while it stands. A jump of volatility makes a new and shorter one; it never pauses. */
export function planOutdatedBy(
  known: SalePlan | null,
  sold: CoinAmount | undefined,
  need: PlanNeed,
  round: RoundFacts,
): string | undefined {
  if (known === null) return 'begun';
  const { asset } = need.holding;
  const isKnownWished = planInputsSchema.safeParse(known.inputs).success ? false : readWhy(known) === 'wished';
  if (isKnownWished !== need.isWished) return need.isWished ? 'wished' : 'wish_ended';
  const planned = CoinAmount.of(asset, known.plannedQuantity.toFixed());
  const left = planned.minus(sold ?? CoinAmount.zero(asset));
  const slack = planned.times(Rate.of(GROWTH_MAX), CoinAmount.DECIMAL_PLACES_MAX, 'up');
  const wanted = CoinAmount.of(asset, need.coin.units);
  if (!left.isPositive() || wanted.isMoreThan(left.plus(slack))) return 'need_changed';
  return outdatedByMarket(known, need, round);
}

function outdatedByMarket(known: SalePlan, { outlook }: PlanNeed, { table, policy, day }: RoundFacts): string | undefined {
  const inputs = known.ruleVersion === TAIL_PLAN ? planInputsSchema.safeParse(known.inputs) : undefined;
  if (inputs?.success !== true) return undefined;
  if (table !== undefined && table.lambda !== inputs.data.lambda) return 'policy_changed';
  const jump = policy.get(volatilityJump, day).value.toNumber();
  const deviation = outlook?.knowledge.figures.deviation ?? 0;
  return deviation > jump * inputs.data.figures.deviation ? VOLATILITY_JUMP : undefined;
}

function readWhy({ inputs }: SalePlan): unknown {
  return typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs) ? inputs['why'] : undefined;
}

/** The plan of a coin as it is to be sold from now on, in the place of a former one. */
export function makePlan(round: RoundFacts, need: PlanNeed, former?: FormerPlan): MadePlan {
  const { table } = round;
  const { coin, mid, outlook, isWished, isEasy } = need;
  if (table === undefined || outlook === undefined || isWished) {
    const why = isWished ? 'wished' : 'no_forecast';
    const hours = isWished || isEasy ? 1 : EVEN_HOURS;
    return {
      ruleVersion: hours === 1 ? IMMEDIATE_PLAN : EVEN_PLAN,
      inputs: { units: coin.units, arrivalPrice: mid.toString(), why, hours },
      result: {},
    };
  }
  const { figures, past } = outlook.knowledge;
  const units = rounded(Number(coin.units));
  const arrivalPrice = rounded(mid.value.toNumber());
  const forecast = storableForecast(outlook.forecast);
  const inputs = { lambda: table.lambda, units, arrivalPrice, figures, past: [...past], forecast, pace: paceAfter(round, need, former) };
  return { ruleVersion: TAIL_PLAN, inputs: encodePlanInputs(inputs), result: encodePlan(startPlan(table, inputs)) };
}

/** What of a plan is to be sold until the next full hour; all of it at once under an immediate plan. */
export function makeSlice(round: RoundFacts, need: PlanNeed, task: SliceTask): MadeSlice {
  const { now, table } = round;
  const { plan } = task;
  const begun = task.isFirst ? plan.madeAt : new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  const endsAt = new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);
  const result = plan.ruleVersion === TAIL_PLAN ? planResultSchema.safeParse(plan.result) : undefined;
  const left = rounded(Math.max(0, 1 - task.soldShare.value.toNumber()));
  const barsSinceStart = Math.floor((begun.getTime() - Math.floor(plan.madeAt.getTime() / HOUR_MS) * HOUR_MS) / HOUR_MS);
  if (result?.success !== true || table === undefined || need.outlook === undefined) {
    const inputs = {
      hoursLeft: hoursLeft(plan, barsSinceStart, sliceLimits(round, need, plan, barsSinceStart).deadlineBars),
      left: `${left}`,
    };
    return { startsAt: begun, endsAt, share: evenShare(inputs), inputs, result: { share: evenShare(inputs).toString() } };
  }
  const inputs = {
    left,
    received: rounded(task.receivedShare.value.toNumber()),
    price: rounded(need.mid.value.toNumber()),
    figures: need.outlook.knowledge.figures,
    barsSinceStart,
    soldToday: rounded(task.soldTodayShare.value.toNumber()),
    limits: sliceLimits(round, need, plan, barsSinceStart),
  };
  const next = nextShare(table, result.data, { ...inputs, limits: saleLimits(inputs.limits) });
  return { startsAt: begun, endsAt, share: shareOf(next), inputs: encodeSliceInputs(inputs), result: encodeShare(next) };
}

/**
 * Hours that remain, this one among them, for what is sold without a forecast; one at least, and no more than until the plan's end. A plan
 * whose forecast is gone is finished within the day of its plan under way, however old it is.
 */
export function hoursLeft({ ruleVersion }: Pick<SalePlan, 'ruleVersion'>, bar: number, deadlineBars: number | undefined): number {
  if (ruleVersion === IMMEDIATE_PLAN) return 1;
  const ofDay = EVEN_HOURS - (ruleVersion === EVEN_PLAN ? bar : bar % EVEN_HOURS);
  return Math.max(1, Math.min(ofDay, (deadlineBars ?? EVEN_HOURS) - bar));
}

/** What is left, evenly over the hours that remain. */
export function evenShare(of: { readonly hoursLeft: number; readonly left: string }): Rate {
  return Rate.of(Math.min(Number(of.left) / of.hoursLeft, 1).toFixed(12));
}

/** Text of a share, plain: twelve decimals are a billionth of the smallest order. */
export function shareOf({ share }: NextShare): Rate {
  return Rate.of(Math.min(Math.max(share, 0), 1).toFixed(12));
}

export function encodeShare(next: NextShare): Json {
  return { share: shareOf(next).toString(), boundBy: next.boundBy };
}
