import { addDays, type CivilDate } from '../kernel/civil-date.ts';
import { lateServiceGraceDays, lateServiceWithinDays } from '../policy/definitions/collection.ts';
import type { PolicySet } from '../policy/policy-set.ts';

/** When a document that sets a deadline counts as served late (LTBA 31(1)). */
export interface LateServiceRule {
  readonly withinDays: number;
  readonly graceDays: number;
}

/** What the law sets for a day. Errors of `PolicySet.get`. */
export function lateServiceRule(policy: PolicySet, on: CivilDate): LateServiceRule {
  return { withinDays: policy.get(lateServiceWithinDays, on), graceDays: policy.get(lateServiceGraceDays, on) };
}

/**
 * The deadline that holds for a notice, dunning or other letter. One that arrives after its deadline, or so late that the deadline
 * comes within the stated days of the arrival, is due on the day after the days of grace have passed (LTBA 31(1): arrival + 15).
 */
export function deadlineAfterService(stated: CivilDate, servedOn: CivilDate | undefined, rule: LateServiceRule): CivilDate {
  if (servedOn === undefined || stated > addDays(servedOn, rule.withinDays)) return stated;
  return addDays(servedOn, rule.graceDays + 1);
}
