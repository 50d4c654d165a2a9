import type { CivilDate } from '../kernel/civil-date.ts';
import { lateServiceRule } from '../notice/late-service.ts';
import { billOrder, lastTierOrder, surchargeTier } from '../policy/definitions/appropriation.ts';
import { deferralEffects, prescriptionEndOnHoliday, prescriptionWindow } from '../policy/definitions/collection.ts';
import {
  deadlineClosedDays,
  holidayDesignatedDays,
  holidayLunarDays,
  holidaySubstitution,
  holidayYearlyDays,
} from '../policy/definitions/holidays.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { AppropriationRules } from './appropriation.ts';
import { HolidayCalendar } from './holiday.ts';
import { type LatePenaltyRules, latePenaltyRules } from './penalty-rules.ts';
import type { PrescriptionRules } from './prescription.ts';
import type { SeizabilityParameters } from './seizability.ts';

/**
 * What the law and the city say about collecting, under one version of the policy: the one place where the pure rules of this
 * folder meet the parameters. Each question names the day that its rule reads. Errors of `PolicySet.get`.
 */
export interface TaxRules {
  /** Stored beside every decision, so that it can be run again. */
  readonly policyVersion: string;
  readonly calendar: HolidayCalendar;
  /** By the day the liability arose; a secondary debtor's follows the primary debtor's. */
  penaltyRulesFor(arisenOn: CivilDate): LatePenaltyRules;
  /** By the day the liability arose. */
  prescriptionRulesFor(arisenOn: CivilDate): PrescriptionRules;
  /** By the day of the credit. */
  appropriationRulesFor(creditedOn: CivilDate): AppropriationRules;
  /** By the day of the seizure. */
  seizabilityParametersFor(on: CivilDate): SeizabilityParameters;
}

const rulesOf = new WeakMap<PolicySet, TaxRules>();

/** The rules under a policy; built once for as long as the policy stays the same, since a calendar takes a while to reckon. */
export function taxRules(policy: PolicySet): TaxRules {
  const known = rulesOf.get(policy);
  if (known !== undefined) return known;
  const rules = buildRules(policy);
  rulesOf.set(policy, rules);
  return rules;
}

function buildRules(policy: PolicySet): TaxRules {
  const calendar = holidayCalendar(policy);
  return {
    policyVersion: policy.version,
    calendar,
    penaltyRulesFor: rememberedByDay((arisenOn) => latePenaltyRules(policy, arisenOn)),
    prescriptionRulesFor: (arisenOn) => ({
      ...policy.get(prescriptionWindow, arisenOn),
      endOnHoliday: policy.get(prescriptionEndOnHoliday, arisenOn),
    }),
    appropriationRulesFor: (creditedOn) => ({
      billOrder: policy.get(billOrder, creditedOn),
      surchargeTierFor: (arisenOn) => policy.get(surchargeTier, arisenOn),
      lastTierOrder: policy.get(lastTierOrder, creditedOn),
    }),
    seizabilityParametersFor: (on) => ({
      lateService: lateServiceRule(policy, on),
      deferralEffects: policy.get(deferralEffects, on),
      calendar,
    }),
  };
}

function holidayCalendar(policy: PolicySet): HolidayCalendar {
  return new HolidayCalendar((day) => ({
    yearlyDays: policy.get(holidayYearlyDays, day),
    lunarYears: policy.get(holidayLunarDays, day),
    designatedDays: policy.get(holidayDesignatedDays, day),
    substitution: policy.get(holidaySubstitution, day),
    deadlineClosedDays: policy.get(deadlineClosedDays, day),
  }));
}

/** Resolves each day once: a million bills arise on few days. */
function rememberedByDay<Rules>(resolve: (day: CivilDate) => Rules): (day: CivilDate) => Rules {
  const known = new Map<CivilDate, Rules>();
  return (day) => {
    const remembered = known.get(day);
    if (remembered !== undefined) return remembered;
    const rules = resolve(day);
    known.set(day, rules);
    return rules;
  };
}
