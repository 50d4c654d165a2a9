import { addDays, type CivilDate } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { Rate, Won } from '../kernel/money.ts';
import {
  accrualHorizonDays,
  excessSeizureMargin,
  expectedCosts,
  transferDemandDays,
  voluntaryWindowDays,
} from '../policy/definitions/sale.ts';
import { expectedLetters } from '../policy/definitions/seizure.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { type BillState, owedOnBills } from '../tax/bill-state.ts';
import type { TaxRules } from '../tax/rules.ts';

/** What a seizure proposed on a day has to cover, under one version of the policy. */
export interface ClaimRules {
  readonly tax: TaxRules;
  readonly today: CivilDate;
  /** When the money should be distributed: transfer, window and distribution one after the other. */
  readonly settlementOn: CivilDate;
  /** Letters and withdrawal of one case; the venue's fee comes on top. */
  readonly fixedCosts: Won;
  /** What may be seized beyond the need, with a reason and approval. */
  readonly marginMax: Rate;
}

export function claimRules(policy: PolicySet, tax: TaxRules, today: CivilDate): ClaimRules {
  const days = [transferDemandDays, voluntaryWindowDays, accrualHorizonDays].map((definition) => policy.get(definition, today));
  const costs = policy.get(expectedCosts, today);
  const letters = policy.get(expectedLetters, today);
  return {
    tax,
    today,
    settlementOn: addDays(
      today,
      days.reduce((sum, count) => sum + count, 0),
    ),
    fixedCosts: costs.withdrawal.plus(costs.letter.times(Rate.of(String(letters)), 'up')),
    marginMax: policy.get(excessSeizureMargin, today),
  };
}

/** Arrears, accrual and costs of bills, each in whole won. */
export interface Claim {
  readonly owedToday: Won;
  /** What penalty adds until the settlement. */
  readonly accrual: Won;
  /** Letters, withdrawal and the venue's fee on what must be sold. */
  readonly costs: Won;
  readonly total: Won;
}

/** What these bills need at the expected settlement, gross of the venue's fee. Errors of `owedOnBills`. */
export function claimOn(bills: readonly BillState[], takerFeeRate: Rate, rules: ClaimRules): Claim {
  const owedToday = owedOnBills(bills, rules.today, rules.tax).total;
  const owedThen = owedOnBills(bills, rules.settlementOn, rules.tax).total;
  const net = owedThen.plus(rules.fixedCosts);
  const total = grossOf(net, takerFeeRate);
  return { owedToday, accrual: owedThen.minus(owedToday), costs: total.minus(owedThen), total };
}

/** What must be sold so that this much remains after the fee, rounded up. */
function grossOf(net: Won, feeRate: Rate): Won {
  const kept = Rate.one.minus(feeRate);
  if (!kept.isPositive()) throw new CheongsanError('INPUT_INVALID', `A fee of ${feeRate.toString()} leaves nothing of a sale.`);
  return Won.of(net.value.div(kept.value).integerValue(Decimal.ROUND_UP));
}
