import { addDays, type CivilDate, dayAfterMonths } from '../kernel/civil-date.ts';
import { Won } from '../kernel/money.ts';
import { endAfterPauses, type Interval, mergeIntervals } from './deferral.ts';
import type { HolidayCalendar } from './holiday.ts';

const MONTHS_PER_YEAR = 12;

/** How long the right to collect lasts for a liability, by the day it arose (policy `prescription.*`). */
export interface PrescriptionRules {
  readonly shortYears: number;
  readonly longYears: number;
  /** From this amount on the long period applies. */
  readonly longFrom: Won;
  readonly amountIncludesSurcharge: boolean;
  readonly endOnHoliday: 'as_counted' | 'next_working_day';
}

/**
 * What interrupts (LTBA 40(1), Civil Code 168). The period begins anew on the day after `until`: the payment deadline of the notice
 * or dunning letter, the end of the claim for distribution, the release of the seizure. Without `until` it has not begun anew.
 * An acknowledgement of the debt interrupts at its own day.
 */
export interface Interruption {
  readonly kind: 'notice' | 'dunning' | 'distribution_claim' | 'seizure' | 'acknowledgement';
  readonly on: CivilDate;
  readonly until: CivilDate | undefined;
  /**
   * True for a seizure released as exempt or as another's property (LTCA 40, 63(1)2 and 3, 63(2)5): it counts as never having
   * interrupted.
   */
  readonly neverInterrupted: boolean;
}

export interface PrescriptionCase {
  /** First day on which the right could be exercised: the day after the deadline (LTBA 39(3), (4)). */
  readonly exercisableFrom: CivilDate;
  readonly principal: Won;
  readonly surcharge: Won;
  readonly interruptions: readonly Interruption[];
  /**
   * Days on which the period does not run (LTBA 40(3)): deferrals that suspend it, avoidance and subrogation suits that were not
   * dismissed or withdrawn (40(4)), stays abroad of six months or more, stays under DRBA 58.
   */
  readonly suspensions: readonly Interval[];
}

/**
 * `running`: extinct from `extinctFrom` unless something happens before. `interrupted`: nothing runs until the interruption ends.
 * `completed`: extinct since `extinctFrom`, never to be revived (LTBA 37(3)).
 */
export type Prescription =
  | {
      readonly state: 'running';
      readonly years: number;
      readonly begunOn: CivilDate;
      readonly lastDay: CivilDate;
      readonly extinctFrom: CivilDate;
    }
  | { readonly state: 'interrupted'; readonly years: number; readonly by: Interruption }
  | {
      readonly state: 'completed';
      readonly years: number;
      readonly begunOn: CivilDate;
      readonly lastDay: CivilDate;
      readonly extinctFrom: CivilDate;
    };

/**
 * Where the prescription of a claim stands on a day, given what has happened up to then. An interruption after the period was
 * complete changes nothing. Errors of the calendar, where a holiday moves the end.
 */
export function prescriptionOn(
  prescriptionCase: PrescriptionCase,
  asOf: CivilDate,
  rules: PrescriptionRules,
  calendar: HolidayCalendar,
): Prescription {
  const years = prescriptionYears(prescriptionCase, rules);
  const pauses = mergeIntervals(prescriptionCase.suspensions);
  const lastDayFrom = (begunOn: CivilDate): CivilDate => {
    const counted = addDays(dayAfterMonths(begunOn, years * MONTHS_PER_YEAR), -1);
    const end = endAfterPauses(begunOn, counted, pauses);
    return rules.endOnHoliday === 'next_working_day' ? calendar.workingDayFrom(end) : end;
  };
  let begunOn = prescriptionCase.exercisableFrom;
  for (const interruption of effectiveInterruptions(prescriptionCase.interruptions, asOf)) {
    const lastDay = lastDayFrom(begunOn);
    if (interruption.on > lastDay) break;
    const endedOn = interruption.kind === 'acknowledgement' ? interruption.on : interruption.until;
    if (endedOn === undefined || endedOn >= asOf) return { state: 'interrupted', years, by: interruption };
    begunOn = laterStart(begunOn, addDays(endedOn, 1));
  }
  const lastDay = lastDayFrom(begunOn);
  const extinctFrom = addDays(lastDay, 1);
  return { state: extinctFrom <= asOf ? 'completed' : 'running', years, begunOn, lastDay, extinctFrom };
}

/** Five or ten years by the amount and the day the liability arose (LTBA 39(1)). */
function prescriptionYears({ principal, surcharge }: Pick<PrescriptionCase, 'principal' | 'surcharge'>, rules: PrescriptionRules): number {
  const amount = Won.sum(rules.amountIncludesSurcharge ? [principal, surcharge] : [principal]);
  return amount.isLessThan(rules.longFrom) ? rules.shortYears : rules.longYears;
}

function effectiveInterruptions(interruptions: readonly Interruption[], asOf: CivilDate): Interruption[] {
  return interruptions
    .filter(({ on, neverInterrupted }) => on <= asOf && !neverInterrupted)
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

function laterStart(current: CivilDate, candidate: CivilDate): CivilDate {
  return candidate > current ? candidate : current;
}
