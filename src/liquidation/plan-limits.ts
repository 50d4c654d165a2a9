import type { SalePlan } from '../database/generated/client.ts';
import { addDays, startOfDay } from '../kernel/civil-date.ts';
import { dailyPlanLimit, dailyVolumeLimit, maintenanceWindows, saleDaysLimit } from '../policy/definitions/execution.ts';
import type { SliceInputs } from './plan-inputs.ts';
import { soldByEnd } from './plan-pace.ts';
import type { PlanNeed } from './plan-store.ts';
import { LONGEST_HOURS } from './planning/next-share.ts';
import type { RoundFacts } from './step-inputs.ts';

const HOUR_MS = 3_600_000;
/** A coin whose support the venue ends is sold within a day of its plan: nobody knows how long somebody still buys it. */
const ENDING_HOURS = 24;

/** By when all is to be sold, what must be by the end of the bar, what a day may take at most, and the hours in which the venue is announced to be closed. */
export function sliceLimits(round: RoundFacts, need: PlanNeed, plan: SalePlan, bar: number): SliceInputs['limits'] {
  const { policy, day } = round;
  const planLimit = policy.get(dailyPlanLimit, day);
  const volumeLimit = policy.get(dailyVolumeLimit, day);
  const startMs = Math.floor(plan.madeAt.getTime() / HOUR_MS) * HOUR_MS;
  const deadlineBars = Math.max(1, Math.floor((deadlineMs(round, need, plan) - startMs) / HOUR_MS));
  const closedBars = closedHours(round, need).map((hourMs) => Math.floor((hourMs - startMs) / HOUR_MS));
  const least = soldByEnd(plan, bar);
  return {
    deadlineBars,
    ...(least === undefined ? {} : { soldByEnd: least }),
    ...(planLimit.isOn ? { planShareADay: planLimit.share.value.toNumber() } : {}),
    ...(volumeLimit.isOn ? { volumeShareADay: volumeLimit.share.value.toNumber() } : {}),
    closedBars: closedBars.filter((bar) => bar >= 0 && bar < deadlineBars),
  };
}

/** What the planner reckons with at most, the mandate's last day, the policy's limit from the day the sale began, and the end of the venue's support. */
function deadlineMs({ policy, day, supportEnds }: RoundFacts, { sale, holding, mandateEndsOn }: PlanNeed, plan: SalePlan): number {
  const daysLimit = policy.get(saleDaysLimit, day);
  const lastDay = supportEnds.get(holding.asset);
  const isEnding = typeof holding.market !== 'string' && holding.market.flags.includes('delisting');
  return Math.min(
    plan.madeAt.getTime() + LONGEST_HOURS * HOUR_MS,
    startOfDay(addDays(mandateEndsOn, 1)).getTime(),
    daysLimit.isOn ? sale.startedAt.getTime() + daysLimit.days * 24 * HOUR_MS : Number.POSITIVE_INFINITY,
    // At which hour of its last day support ends, the announcement says, and no field of ours.
    lastDay === undefined ? Number.POSITIVE_INFINITY : startOfDay(lastDay).getTime(),
    isEnding ? plan.madeAt.getTime() + ENDING_HOURS * HOUR_MS : Number.POSITIVE_INFINITY,
  );
}

function closedHours({ policy, day, venue }: RoundFacts, _need: PlanNeed): number[] {
  const hours: number[] = [];
  for (const window of policy.get(maintenanceWindows, day)) {
    if (window.venue !== venue) continue;
    for (let hourMs = Math.floor(Date.parse(window.from) / HOUR_MS) * HOUR_MS; hourMs < Date.parse(window.to); hourMs += HOUR_MS)
      hours.push(hourMs);
  }
  return hours;
}
