import { applyCustodyApprovals } from '../custody/approval.ts';
import { applyAllocationDecisions } from '../custody/deposit-allocation-decision.ts';
import { applySweepDecisions } from '../custody/wallet/sweep.ts';
import type { Approval } from '../database/generated/client.ts';
import type { ApprovalKind } from '../database/generated/enums.ts';
import type { Work } from '../database/work.ts';
import { applyMandateDecisions } from '../liquidation/mandate.ts';
import { applyPolicyChange, policyChangeSchema } from '../policy/book.ts';
import { applyClosingDecision } from '../registers/closing/close-month.ts';
import { applySeizureApprovals } from '../seizure/approve.ts';
import { applyBillUpdateDecision } from '../tax/bill-update.ts';
import { applyRefundDecisions } from '../treasury/refund-decision.ts';
import { applyWithdrawalDecisions } from '../treasury/withdrawal-decision.ts';
import { applyFreezeRelease } from '../venue/freeze.ts';
import { applyLooserTrading } from '../venue/trading-state.ts';

type Effect = (work: Work, approvals: readonly Approval[]) => Promise<void>;

/** One after the other, for subjects that know no bulk. */
function each(apply: (work: Work, approval: Approval) => Promise<void>): Effect {
  return async (work, approvals) => {
    for (const approval of approvals) await apply(work, approval);
  };
}

/** Some subjects want to know of a rejection too; for these only an approval has an effect. */
function eachApproved(apply: (work: Work, approval: Approval) => Promise<void>): Effect {
  return each(async (work, approval) => {
    if (approval.state === 'approved') await apply(work, approval);
  });
}

/**
 * What a decision does, by kind. It runs in the decision's own unit of work: an approval whose effect fails is not given, and
 * there is no moment in which something is approved and not done.
 */
const EFFECTS: Readonly<Record<ApprovalKind, Effect>> = {
  seizure: applySeizureApprovals,
  sale_mandate: applyMandateDecisions,
  coin_transfer: applyCustodyApprovals,
  won_withdrawal: applyWithdrawalDecisions,
  refund: applyRefundDecisions,
  policy_change: eachApproved((work, approval) => applyPolicyChange(work, approval.id, policyChangeSchema.parse(approval.content))),
  bill_update: each(applyBillUpdateDecision),
  trading_state: eachApproved(applyLooserTrading),
  freeze_release: eachApproved(applyFreezeRelease),
  deposit_allocation: applyAllocationDecisions,
  wallet_sweep: applySweepDecisions,
  month_closing: each(applyClosingDecision),
};

/** Carries out what has been decided; what still awaits a second approver has no effect yet. */
export async function applyDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const decided = approvals.filter(({ state }) => state === 'approved' || state === 'rejected');
  for (const kind of new Set(decided.map((approval) => approval.kind))) {
    await EFFECTS[kind](
      work,
      decided.filter((approval) => approval.kind === kind),
    );
  }
}
