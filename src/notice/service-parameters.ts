import type { CivilDate } from '../kernel/civil-date.ts';
import { lateServiceGraceDays, lateServiceWithinDays } from '../policy/definitions/collection.ts';
import { electronicServiceKinds, publicNoticeDays, visitGapWorkingDays } from '../policy/definitions/service.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { ServiceRules } from './service-rules.ts';

/** What law and city set for service on a day. Working days come from the holiday calendar of the floor above. */
export function serviceRules(policy: PolicySet, on: CivilDate, isWorkingDay: (day: CivilDate) => boolean): ServiceRules {
  return {
    publicNoticeDays: policy.get(publicNoticeDays, on),
    visitGapWorkingDays: policy.get(visitGapWorkingDays, on),
    electronicKinds: policy.get(electronicServiceKinds, on),
    lateService: { withinDays: policy.get(lateServiceWithinDays, on), graceDays: policy.get(lateServiceGraceDays, on) },
    isWorkingDay,
  };
}
