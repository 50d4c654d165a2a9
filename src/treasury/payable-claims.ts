import type { CivilDate } from '../kernel/civil-date.ts';
import type { Won } from '../kernel/money.ts';
import { type Appropriation, appropriate, type LineClaim } from '../tax/appropriation.ts';
import { type BillState, claimsOnBills } from '../tax/bill-state.ts';
import type { TaxRules } from '../tax/rules.ts';

/**
 * What may be paid on bills with money of a legal day, known today. Money of an earlier day finds the claims of that day, but
 * nothing that has been paid or cancelled since: that is owed no more, whatever the day says.
 */
function payableClaims(bills: readonly BillState[], on: CivilDate, today: CivilDate, rules: TaxRules): LineClaim[] {
  const then = claimsOnBills(bills, on, rules);
  if (on >= today) return then;
  const now = new Map(claimsOnBills(bills, today, rules).map((claim) => [claim.lineId, claim]));
  return then.map((claim) => {
    const left = now.get(claim.lineId);
    if (left === undefined) return claim;
    return {
      ...claim,
      tax: claim.tax.smaller(left.tax),
      surcharge: claim.surcharge.smaller(left.surcharge),
      latePenalty: claim.latePenalty.smaller(left.latePenalty),
    };
  });
}

/** How money of a legal day is put on bills, known today. Nothing is stored. */
export function planPayment(
  amount: Won,
  bills: readonly BillState[],
  { on, today, rules }: { readonly on: CivilDate; readonly today: CivilDate; readonly rules: TaxRules },
): { readonly appropriation: Appropriation; readonly claims: readonly LineClaim[] } {
  const claims = payableClaims(bills, on, today, rules);
  return { appropriation: appropriate(amount, [], claims, rules.appropriationRulesFor(on)), claims };
}
