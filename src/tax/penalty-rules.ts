import type { CivilDate } from '../kernel/civil-date.ts';
import type { Rate } from '../kernel/money.ts';
import { type LateServiceRule, lateServiceRule } from '../notice/late-service.ts';
import { deferralEffects } from '../policy/definitions/collection.ts';
import {
  latePenaltyBaseIncludesSurcharge,
  latePenaltyMonthAnchor,
  latePenaltyMonthEndOnHoliday,
  latePenaltyMonthlyRates,
  latePenaltyMonthlyThreshold,
  latePenaltyMonthsAcrossDeferral,
  latePenaltyMonthsMax,
  latePenaltyOnceRate,
  latePenaltyRateOfStep,
  latePenaltyRegime,
  latePenaltyRounding,
  latePenaltyRoundingUnit,
  latePenaltyThresholdMeasure,
} from '../policy/definitions/late-penalty.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { DeferralEffects } from './deferral.ts';

/** A rate beside its exact numerator over `LatePenaltyRules.rateDenominator`, so that statements need whole numbers only. */
export interface ScaledRate {
  readonly rate: Rate;
  readonly numerator: bigint;
}

/** All that the law and the city say about the penalty of a liability that arose on one day. Amounts are whole won. */
export interface LatePenaltyRules {
  readonly regime: 'additional_charge' | 'late_payment_surcharge';
  readonly onceRate: ScaledRate;
  /** By the day from which each applies, the earliest first. */
  readonly monthlyRates: readonly (ScaledRate & { readonly from: CivilDate })[];
  readonly rateDenominator: bigint;
  readonly monthlyThreshold: bigint;
  readonly thresholdMeasure: 'assessed' | 'unpaid';
  readonly monthsMax: number;
  readonly baseIncludesSurcharge: boolean;
  readonly roundingUnit: bigint;
  readonly rounding: 'each_step' | 'monthly_sum' | 'total';
  readonly monthEndOnHoliday: 'as_counted' | 'next_working_day';
  readonly monthAnchor: 'moved_deadline' | 'printed_deadline';
  readonly monthsAcrossDeferral: 'restart' | 'original_anchor' | 'pause';
  readonly rateOfStep: 'step_day' | 'elapsed_month';
  readonly deferralEffects: DeferralEffects;
  readonly lateService: LateServiceRule;
  /** Articles of law behind the steps, as the policy gives them. */
  readonly sources: { readonly once: string; readonly monthly: string; readonly threshold: string };
}

/** The rules for liabilities that arose on a day; a secondary debtor's follows the primary debtor's. Errors of `PolicySet.get`. */
export function latePenaltyRules(policy: PolicySet, arisenOn: CivilDate): LatePenaltyRules {
  const onceRate = policy.get(latePenaltyOnceRate, arisenOn);
  const monthlyRates = policy.get(latePenaltyMonthlyRates, arisenOn);
  const decimalPlaces = Math.max(...[onceRate, ...monthlyRates.map(({ rate }) => rate)].map((rate) => rate.value.decimalPlaces() ?? 0));
  const scaled = (rate: Rate): ScaledRate => ({ rate, numerator: BigInt(rate.value.shiftedBy(decimalPlaces).toFixed(0)) });
  return {
    regime: policy.get(latePenaltyRegime, arisenOn),
    onceRate: scaled(onceRate),
    monthlyRates: monthlyRates.map(({ from, rate }) => ({ from, ...scaled(rate) })).sort((a, b) => (a.from < b.from ? -1 : 1)),
    rateDenominator: 10n ** BigInt(decimalPlaces),
    monthlyThreshold: policy.get(latePenaltyMonthlyThreshold, arisenOn).toBigInt(),
    thresholdMeasure: policy.get(latePenaltyThresholdMeasure, arisenOn),
    monthsMax: policy.get(latePenaltyMonthsMax, arisenOn),
    baseIncludesSurcharge: policy.get(latePenaltyBaseIncludesSurcharge, arisenOn),
    roundingUnit: policy.get(latePenaltyRoundingUnit, arisenOn).toBigInt(),
    rounding: policy.get(latePenaltyRounding, arisenOn),
    monthEndOnHoliday: policy.get(latePenaltyMonthEndOnHoliday, arisenOn),
    monthAnchor: policy.get(latePenaltyMonthAnchor, arisenOn),
    monthsAcrossDeferral: policy.get(latePenaltyMonthsAcrossDeferral, arisenOn),
    rateOfStep: policy.get(latePenaltyRateOfStep, arisenOn),
    deferralEffects: policy.get(deferralEffects, arisenOn),
    lateService: lateServiceRule(policy, arisenOn),
    sources: {
      once: policy.row(latePenaltyOnceRate.key, arisenOn).source,
      monthly: policy.row(latePenaltyMonthlyRates.key, arisenOn).source,
      threshold: policy.row(latePenaltyMonthlyThreshold.key, arisenOn).source,
    },
  };
}
