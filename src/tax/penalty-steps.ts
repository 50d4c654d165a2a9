import { addDays, type CivilDate, dayAfterMonths, later } from '../kernel/civil-date.ts';
import { deadlineAfterService } from '../notice/late-service.ts';
import { type Deferral, endAfterPauses, type Interval, mergeIntervals } from './deferral.ts';
import type { HolidayCalendar } from './holiday.ts';
import type { LatePenaltyRules } from './penalty-rules.ts';

/** The dates of one notice that decide when its penalty arises. */
export interface PenaltyDates {
  /** Deadline printed in the notice. */
  readonly dueOn: CivilDate;
  /** Day of service where it is known; a late service moves the deadline (LTBA 31). */
  readonly servedOn?: CivilDate | undefined;
  readonly deferrals: readonly Deferral[];
}

/** Each step arises at 0:00 of its day. */
export interface StepDays {
  /** The deadline that counts, after late service and holidays but before any deferral. */
  readonly deadline: CivilDate;
  /** Day on which the one-time penalty arises. */
  readonly onceOn: CivilDate;
  /** The months that had passed by `asOf`, at most `monthsMax`. */
  readonly months: readonly PassedMonth[];
  /** True while a deferral that stops the penalty runs on `asOf`: what has arisen is not collected meanwhile (LTCA 28(1), (2)). */
  readonly suspended: boolean;
}

/** A month in arrears, from its first day; its step arises on the day after its last. */
export interface PassedMonth {
  readonly from: CivilDate;
  readonly on: CivilDate;
}

/** A stop of the penalty. `printedTo` is the new deadline as set, `to` the same moved past holidays (LTBA 24). */
interface Stop extends Interval {
  readonly printedTo: CivilDate;
}

/**
 * The days on which the penalty of a notice arises, up to `asOf`.
 *
 * Months begin on the day after the deadline at 0:00 and end by Civil Code 160; each is counted from that beginning, never from
 * the step before it. A step arises when its month has passed, which is the instant a day begins. A stop takes away the steps
 * whose instant lies inside it: not the one at its very beginning, which has arisen already, nor the one at its very end.
 */
export function penaltyStepDays(dates: PenaltyDates, asOf: CivilDate, rules: LatePenaltyRules, calendar: HolidayCalendar): StepDays {
  const printed = deadlineAfterService(dates.dueOn, dates.servedOn, rules.lateService);
  const deadline = calendar.dueDayMovedByHoliday(printed);
  const stops = penaltyStops(dates.deferrals, rules, calendar);
  const shift = stops.find((stop) => isInside(addDays(deadline, 1), stop));
  const onceOn = addDays(shift?.to ?? deadline, 1);
  const anchor = addDays(rules.monthAnchor === 'printed_deadline' ? printed : deadline, 1);
  const restartAnchor = shift === undefined ? anchor : anchorAfter(shift, rules);
  const count: Count = { asOf, rules, calendar, stops };
  return {
    deadline,
    onceOn,
    months: rules.monthsAcrossDeferral === 'restart' ? restartedMonths(restartAnchor, count) : anchoredMonths(anchor, count),
    suspended: stops.some(({ from, to }) => from <= asOf && asOf <= to),
  };
}

interface Count {
  readonly asOf: CivilDate;
  readonly rules: LatePenaltyRules;
  readonly calendar: HolidayCalendar;
  readonly stops: readonly Stop[];
}

function penaltyStops(deferrals: readonly Deferral[], rules: LatePenaltyRules, calendar: HolidayCalendar): Stop[] {
  if (deferrals.length === 0) return [];
  const stopping = deferrals.filter(({ kind }) => rules.deferralEffects[kind].stopsPenalty);
  const moved = mergeIntervals(stopping.map(({ from, to }) => ({ from, to: calendar.dueDayMovedByHoliday(to) })));
  return moved.map(({ from, to }) => {
    const printedEnds = stopping.filter((deferral) => from <= deferral.from && deferral.to <= to).map((deferral) => deferral.to);
    return { from, to, printedTo: printedEnds.reduce(later) };
  });
}

/** Whether the instant at which a day begins lies inside a stop, its two ends excepted. */
function isInside(day: CivilDate, stop: Interval): boolean {
  return stop.from < day && day <= stop.to;
}

function anchorAfter(stop: Stop, rules: LatePenaltyRules): CivilDate {
  return addDays(rules.monthAnchor === 'printed_deadline' ? stop.printedTo : stop.to, 1);
}

/** Months counted anew from the deadline that a deferral sets (LTCA 25-2). */
function restartedMonths(firstAnchor: CivilDate, count: Count): PassedMonth[] {
  const { asOf, rules, stops } = count;
  const months: PassedMonth[] = [];
  let anchor = firstAnchor;
  for (const stop of stops) {
    if (stop.from < anchor) continue;
    let from = anchor;
    for (let month = 1; months.length < rules.monthsMax; month++) {
      const on = stepDay(anchor, month, count);
      if (on > stop.from) break;
      if (on > asOf) return months;
      months.push({ from, on });
      from = on;
    }
    anchor = anchorAfter(stop, rules);
  }
  let from = anchor;
  for (let month = 1; months.length < rules.monthsMax; month++) {
    const on = stepDay(anchor, month, count);
    if (on > asOf) break;
    months.push({ from, on });
    from = on;
  }
  return months;
}

/** Months counted from the first deadline throughout: steps inside a stop are left out, or every step waits as long as the stops last. */
function anchoredMonths(anchor: CivilDate, count: Count): PassedMonth[] {
  const { asOf, rules, stops } = count;
  const months: PassedMonth[] = [];
  let from = anchor;
  for (let month = 1; months.length < rules.monthsMax; month++) {
    const on = stepDay(anchor, month, count);
    if (on > asOf) break;
    const isLeftOut = rules.monthsAcrossDeferral === 'original_anchor' && stops.some((stop) => isInside(on, stop));
    if (!isLeftOut) months.push({ from, on });
    from = on;
  }
  return months;
}

/** The day on which a number of months since an anchor has passed. */
function stepDay(anchor: CivilDate, months: number, { rules, calendar, stops }: Count): CivilDate {
  const day = dayAfterMonths(anchor, months);
  const pauses = rules.monthsAcrossDeferral === 'pause';
  if (!pauses && rules.monthEndOnHoliday === 'as_counted') return day;
  let lastDay = addDays(day, -1);
  if (pauses) lastDay = endAfterPauses(anchor, lastDay, stops);
  if (rules.monthEndOnHoliday === 'next_working_day') lastDay = calendar.workingDayFrom(lastDay);
  return addDays(lastDay, 1);
}
