import type { CivilDate } from '../kernel/civil-date.ts';
import { electronicServiceKinds, publicNoticeDays, visitGapWorkingDays } from '../policy/definitions/service.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { lateServiceRule } from './late-service.ts';
import type { ServiceRules } from './service-rules.ts';

/** What law and city set for service on a day. Working days come from the holiday calendar of the floor above. */
export function serviceRules(policy: PolicySet, on: CivilDate, isWorkingDay: (day: CivilDate) => boolean): ServiceRules {
  return {
    publicNoticeDays: policy.get(publicNoticeDays, on),
    visitGapWorkingDays: policy.get(visitGapWorkingDays, on),
    electronicKinds: policy.get(electronicServiceKinds, on),
    lateService: lateServiceRule(policy, on),
    isWorkingDay,
  };
}
