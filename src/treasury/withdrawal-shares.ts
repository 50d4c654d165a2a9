import { splitByLargestRemainder, type VenueWon, Won } from '../kernel/money.ts';

/** Won at a venue that belongs to one case. */
export interface MoneyAtVenue {
  readonly caseId: number;
  readonly venueWon: VenueWon;
}

/** What one case has in a withdrawal. */
export interface WithdrawalSplitShare {
  readonly caseId: number;
  /** Reaches the bank; more than zero, unless so little left in all that nothing of it is this case's. */
  readonly amount: Won;
  /** Its part of the fee, which the venue takes beside the amount. */
  readonly fee: Won;
}

export interface WithdrawalSplit {
  readonly shares: readonly WithdrawalSplitShare[];
  /** Cases whose money does not cover even their share of the fee; they wait for another withdrawal. */
  readonly waiting: readonly number[];
}

/**
 * Whole won of each case and its share of one fee, in proportion to its money by largest remainder, ties to the earlier case.
 * Amount and fee of a case never exceed its whole won, so no case pays for another. Without anybody who can pay, no shares.
 */
export function splitWithdrawal(money: readonly MoneyAtVenue[], fee: Won): WithdrawalSplit {
  let able = money.map(({ caseId, venueWon }) => ({ caseId, whole: venueWon.toWon('down') })).filter(({ whole }) => whole.isPositive());
  for (;;) {
    const fees = able.length === 0 ? [] : splitByLargestRemainder(fee.toBigInt(), wholes(able));
    const shares = able.map(({ caseId, whole }, index) => {
      const own = Won.of(fees[index] ?? 0n);
      return { caseId, amount: whole.minus(own), fee: own };
    });
    const paying = shares.filter(({ amount }) => amount.isPositive());
    if (paying.length === shares.length) return { shares, waiting: waitingOf(money, shares) };
    const ids = new Set(paying.map(({ caseId }) => caseId));
    able = able.filter(({ caseId }) => ids.has(caseId));
  }
}

/**
 * Another amount and fee than planned, split over the same cases in proportion to what each was to give. Where less left in all, no
 * case gives more than it was to; where more left, the caller asks whether each has as much.
 */
export function splitAnew(
  planned: readonly WithdrawalSplitShare[],
  { amount, fee }: { readonly amount: Won; readonly fee: Won },
): WithdrawalSplitShare[] {
  const weights = planned.map((share) => share.amount.plus(share.fee).toBigInt());
  const given = splitByLargestRemainder(amount.plus(fee).toBigInt(), weights);
  const fees = splitByLargestRemainder(fee.toBigInt(), given);
  return planned.map(({ caseId }, index) => {
    const own = Won.of(fees[index] ?? 0n);
    return { caseId, amount: Won.of(given[index] ?? 0n).minus(own), fee: own };
  });
}

function wholes(able: readonly { readonly whole: Won }[]): bigint[] {
  return able.map(({ whole }) => whole.toBigInt());
}

function waitingOf(money: readonly MoneyAtVenue[], shares: readonly WithdrawalSplitShare[]): number[] {
  const sharing = new Set(shares.map(({ caseId }) => caseId));
  return money.map(({ caseId }) => caseId).filter((caseId) => !sharing.has(caseId));
}
