import type { CasePhase, WindowState } from '../database/generated/enums.ts';
import { addDays, type CivilDate, daysBetween, later } from '../kernel/civil-date.ts';

/** Phases in which a case has coins, or is about to get them, that are still to be sold for what it owes. */
export const COVERAGE_PHASES = [
  'transfer_demanded',
  'in_custody',
  'sale_noticed',
  'voluntary_window',
  'cleared_for_sale',
  'selling',
] as const satisfies readonly CasePhase[];
export type CoveragePhase = (typeof COVERAGE_PHASES)[number];

export function isCoveragePhase(phase: CasePhase): phase is CoveragePhase {
  return COVERAGE_PHASES.some((known) => known === phase);
}

/** How long each stage usually takes, by the city's own estimate. */
export interface StageDays {
  readonly transfer: number;
  readonly noticeIssue: number;
  readonly service: number;
  /** The taxpayer's window, by the rule for it. */
  readonly window: number;
  readonly sale: number;
  /** A stay of which nobody knows the end. */
  readonly openStay: number;
}

export interface ScheduleFacts {
  readonly phase: CoveragePhase;
  /** Day on which the phase began. */
  readonly phaseSince: CivilDate;
  /** Null before it opens. */
  readonly window: { readonly state: WindowState; readonly endsOn: CivilDate } | null;
  /** Last days of the stays that stop the sale now; null for one without an end. */
  readonly stayedUntil: readonly (CivilDate | null)[];
}

export interface SaleSchedule {
  readonly saleOn: CivilDate;
  /** The earliest day if the taxpayer agrees that the city sell at once: everybody is still to be told first. */
  readonly earliestOn: CivilDate;
}

/**
 * When the sale of a case is likely to be done: the rest of the stage it is in, the stages before the sale that are still to come, the
 * taxpayer's window, which is certain once it runs, and whatever stays it. A stage that takes longer than it should is over tomorrow:
 * of how late it will be nothing is known. Never before tomorrow.
 */
export function saleSchedule(facts: ScheduleFacts, today: CivilDate, days: StageDays): SaleSchedule {
  const told = addDays(today, daysUntilTold(facts, today, days));
  const free = facts.stayedUntil.reduce<CivilDate>(
    (latest, until) => later(latest, until === null ? addDays(today, days.openStay) : addDays(until, 1)),
    today,
  );
  return {
    saleOn: addDays(later(windowOver(facts, told, days), free), days.sale),
    earliestOn: addDays(later(told, free), days.sale),
  };
}

/** Days until everybody the law names has been told of the sale. */
function daysUntilTold({ phase, phaseSince }: ScheduleFacts, today: CivilDate, days: StageDays): number {
  const left = (usual: number) => Math.max(1, usual - daysBetween(phaseSince, today));
  switch (phase) {
    case 'transfer_demanded':
      return left(days.transfer) + days.noticeIssue + days.service;
    case 'in_custody':
      return left(days.noticeIssue) + days.service;
    case 'sale_noticed':
      return left(days.service);
    default:
      return 0;
  }
}

function windowOver({ phase, window }: ScheduleFacts, told: CivilDate, days: StageDays): CivilDate {
  if (phase === 'cleared_for_sale' || phase === 'selling') return told;
  if (window === null) return addDays(told, days.window);
  return window.state === 'open' ? later(told, addDays(window.endsOn, 1)) : told;
}
