import type { MoneyTier } from '../database/generated/enums.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type VenueWon, Won } from '../kernel/money.ts';
import type { Allocation, Appropriation, LineClaim } from '../tax/appropriation.ts';

/** A cost that was paid before the money arrived. */
export interface PaidCost {
  /** Korean: for what, with the provision that makes it a cost of enforcement. */
  readonly reason: string;
  readonly amount: VenueWon;
}

/** Money of a case that lies at the bank and is not distributed. */
export interface DistributableMoney {
  /** Proceeds to the venue's last decimal: gross = costs + residue + what arrived at the bank. */
  readonly gross: VenueWon;
  readonly costs: readonly PaidCost[];
  readonly residue: VenueWon;
  /** Interest the bank paid on it. */
  readonly interest: Won;
  /** What is there to be distributed: arrived proceeds and interest. */
  readonly net: Won;
}

/** One line of the statement. Figures are plain decimals: whole won, but for costs with the venue's decimals. */
export interface PlannedLine {
  readonly tier: MoneyTier;
  readonly billId: number | undefined;
  readonly billLineId: number | undefined;
  readonly claim: string;
  readonly amount: string;
  /** Korean. */
  readonly reason: string;
}

export interface DistributionPlan {
  readonly money: DistributableMoney;
  /** Day as of which the claims stand and the money counts as collected. */
  readonly claimsOn: CivilDate;
  /** Costs first, then what is paid in the order in which it is paid, then claims for which nothing is left. */
  readonly lines: readonly PlannedLine[];
  readonly allocations: readonly Allocation[];
  readonly allocated: Won;
  readonly surplus: Won;
  /** Over every figure of money and claims: two plans with the same digest give everybody the same. */
  readonly digest: string;
}

/**
 * Who receives what (LTCA 99): costs were paid out of the proceeds before anything else, the rest goes to the covered bills, what
 * is left to the taxpayer. Error: `INTERNAL` when the figures do not add up, which no data should bring about.
 */
export function planDistribution(
  money: DistributableMoney,
  claims: readonly LineClaim[],
  appropriation: Appropriation,
  { claimsOn, billOf }: { readonly claimsOn: CivilDate; readonly billOf: (lineId: string) => number },
): DistributionPlan {
  assertAddsUp(money, appropriation);
  const paid = appropriation.allocations.map((allocation) => allocationLine(allocation, billOf));
  const lines = [...money.costs.map(costLine), ...paid, ...unpaidLines(claims, appropriation.allocations, billOf)];
  const plan = {
    money,
    claimsOn,
    lines,
    allocations: appropriation.allocations,
    allocated: appropriation.allocated,
    surplus: appropriation.remainder,
  };
  return { ...plan, digest: digestOfPlan(plan) };
}

function assertAddsUp({ gross, costs, residue, interest, net }: DistributableMoney, { allocated, remainder }: Appropriation): void {
  const arrived = costs.reduce((left, { amount }) => left.minus(amount), gross.minus(residue));
  const isWhole = arrived.value.plus(interest.value).isEqualTo(net.value);
  if (isWhole && allocated.plus(remainder).equals(net)) return;
  throw new CheongsanError(
    'INTERNAL',
    `A distribution does not add up: ${gross.toString()} gross leaves ${arrived.toString()} and ${interest.toString()} interest, ${net.toString()} are there.`,
  );
}

function costLine({ reason, amount }: PaidCost): PlannedLine {
  const figure = amount.toString();
  return { tier: 'cost', billId: undefined, billLineId: undefined, claim: figure, amount: figure, reason };
}

function allocationLine(allocation: Allocation, billOf: (lineId: string) => number): PlannedLine {
  return {
    tier: allocation.component,
    billId: billOf(allocation.claimId),
    billLineId: Number(allocation.claimId),
    claim: allocation.outstandingBefore.toString(),
    amount: allocation.amount.toString(),
    reason: allocation.reason,
  };
}

/** Claims for which nothing was left stand in the statement too: whoever looks for his claim finds it. */
function unpaidLines(claims: readonly LineClaim[], allocations: readonly Allocation[], billOf: (lineId: string) => number): PlannedLine[] {
  const paid = new Set(allocations.map(({ claimId, component }) => `${claimId}/${component}`));
  return claims.flatMap((claim) => {
    const parts = [
      { tier: 'tax', outstanding: claim.tax },
      { tier: 'surcharge', outstanding: claim.surcharge },
      { tier: 'late_penalty', outstanding: claim.latePenalty },
    ] as const;
    return parts
      .filter(({ tier, outstanding }) => outstanding.isPositive() && !paid.has(`${claim.lineId}/${tier}`))
      .map(({ tier, outstanding }) => ({
        tier,
        billId: billOf(claim.lineId),
        billLineId: Number(claim.lineId),
        claim: outstanding.toString(),
        amount: Won.zero.toString(),
        reason: '앞선 순위에 배분하고 남은 금액이 없음.',
      }));
  });
}

/** How the costs came about is told with the draft and changes nobody's share; only their sum counts here. */
function digestOfPlan({ money, claimsOn, lines, surplus }: Omit<DistributionPlan, 'digest'>): string {
  return digestOf({
    claimsOn,
    gross: money.gross.toString(),
    residue: money.residue.toString(),
    interest: money.interest.toString(),
    net: money.net.toString(),
    surplus: surplus.toString(),
    lines: lines.filter(({ tier }) => tier !== 'cost').map(({ tier, billLineId, claim, amount }) => ({ tier, billLineId, claim, amount })),
  });
}
