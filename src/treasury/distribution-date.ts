import { addDays, type CivilDate, later } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** Days of LTCA 98(1) and 101(1). */
export interface DistributionDateRules {
  /** From the first receipt to the distribution at the latest. */
  readonly fromFirstReceiptDays: number;
  /** How much later with a reason. */
  readonly extensionDays: number;
  /** How long the draft lies on file before. */
  readonly draftBeforeDays: number;
}

export interface DistributionDateFacts {
  readonly firstReceiptOn: CivilDate;
  readonly filedOn: CivilDate;
  readonly isWorkingDay: (day: CivilDate) => boolean;
}

/** The days between which a distribution may be. */
export interface DistributionSpan {
  /** The draft has lain on file for its time. */
  readonly earliest: CivilDate;
  /** Latest day without a reason. */
  readonly limit: CivilDate;
  /** Latest day with one; never before the first day on which it is possible at all. */
  readonly extendedLimit: CivilDate;
}

export function distributionSpan(facts: DistributionDateFacts, rules: DistributionDateRules): DistributionSpan {
  const limit = addDays(facts.firstReceiptOn, rules.fromFirstReceiptDays);
  const extended = addDays(limit, rules.extensionDays);
  const possible = firstPossibleDay(facts, rules);
  return { earliest: addDays(facts.filedOn, rules.draftBeforeDays), limit, extendedLimit: later(possible, extended) };
}

/** The first working day on which the draft has lain on file long enough. It may be beyond the limits. */
export function firstPossibleDay(
  { filedOn, isWorkingDay }: Pick<DistributionDateFacts, 'filedOn' | 'isWorkingDay'>,
  { draftBeforeDays }: Pick<DistributionDateRules, 'draftBeforeDays'>,
): CivilDate {
  let day = addDays(filedOn, draftBeforeDays);
  while (!isWorkingDay(day)) day = addDays(day, 1);
  return day;
}

/** True when only a reason allows the first possible day: a person has to write it. */
export function needsExtension(facts: DistributionDateFacts, rules: DistributionDateRules): boolean {
  return firstPossibleDay(facts, rules) > distributionSpan(facts, rules).limit;
}

/**
 * Refuses a day on which the draft has not lain on file for its time (`DISTRIBUTION_TOO_EARLY`), and one beyond the limit without
 * a reason or beyond the extension with one (`INPUT_INVALID`).
 */
export function assertDistributionDay(day: CivilDate, span: DistributionSpan, extensionReason: string | undefined): void {
  if (day < span.earliest) {
    throw new CheongsanError(
      'DISTRIBUTION_TOO_EARLY',
      `A draft filed today cannot be distributed on ${day}; it lies on file until ${span.earliest} (LTCA 101(1)).`,
      { facts: { day, earliest: span.earliest } },
    );
  }
  const hasReason = extensionReason !== undefined && extensionReason.trim() !== '';
  const latest = hasReason ? span.extendedLimit : span.limit;
  if (day > latest) {
    throw new CheongsanError(
      'INPUT_INVALID',
      hasReason
        ? `The distribution on ${day} is beyond ${latest}, to which it can be put off at most (LTCA 98(1)).`
        : `The distribution on ${day} is beyond ${latest}; put off it can be to ${span.extendedLimit}, with a reason (LTCA 98(1)).`,
      { facts: { day, limit: span.limit, extendedLimit: span.extendedLimit } },
    );
  }
}
