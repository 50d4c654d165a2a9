import type { Work } from '../database/work.ts';
import type { CivilDate } from '../kernel/civil-date.ts';
import { splitByLargestRemainder, VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, type EntryBuilder, entry } from '../ledger/entry.ts';
import { type Posted, postFact } from '../ledger/post.ts';
import { freezeAsset } from '../venue/freeze.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { caseAt, caseSubject, venueWonByCase, withdrawalSubject } from './accounts.ts';
import { ENTRY_KIND } from './case-ledger.ts';
import type { WithdrawalWithShares } from './withdrawal-row.ts';

/**
 * The won has left the venue: each case's amount is in transit, its share of the fee the venue took is a cost, and a fraction of a
 * won that stays behind becomes residue. A fee other than expected is shared anew in the same proportion. `amendedBy` is the row of
 * the venue's list by which amount and shares were put right after they had been booked once.
 */
export async function postWithdrawalSent(
  work: Work,
  withdrawal: WithdrawalWithShares,
  {
    venue,
    occurredOn,
    fee,
    amendedBy,
  }: { readonly venue: string; readonly occurredOn: CivilDate; readonly fee: Won; readonly amendedBy?: number },
): Promise<Posted> {
  const place = accountPlace(withdrawal.venueAccountId);
  const step = amendedBy === undefined ? 'sent' : (`sent:amended:${amendedBy}` as const);
  const building = entry(headOf(withdrawal, step, ENTRY_KIND.withdrawalSent, occurredOn)).debit(
    CHART.venueWonInTransit,
    { subject: withdrawalSubject(withdrawal.id), place },
    VenueWon.of(venue, withdrawal.amountKrw),
  );
  const money = await venueWonByCase(work.tx, { chart: CHART.venueWonHeld, venueAccountId: withdrawal.venueAccountId, venue });
  for (const { caseId, amount, fee: share } of sharesOf(withdrawal, fee)) {
    const account = caseAt(caseId, withdrawal.venueAccountId);
    const taken = VenueWon.of(venue, amount.plus(share).value);
    const left = (money.get(caseId) ?? VenueWon.zero(venue)).minus(taken);
    const residue = isFraction(left) ? left : VenueWon.zero(venue);
    building
      .debit(CHART.dispositionCost, account, VenueWon.of(venue, share.value))
      .debit(CHART.venueWonResidue, { subject: '', place }, residue)
      .credit(CHART.venueWonHeld, account, taken.plus(residue));
  }
  return postWithdrawalFact(work, withdrawal, venue, building);
}

/**
 * The bank has it: per case, everything that its sale brought and that has come home leaves the venue's clearing account (the
 * amount, all costs paid before it arrived, the residue), and the amount is undistributed won at the bank.
 */
export async function postWithdrawalReceived(
  work: Work,
  withdrawal: WithdrawalWithShares,
  { venue, occurredOn }: { readonly venue: string; readonly occurredOn: CivilDate },
): Promise<Posted> {
  const place = accountPlace(withdrawal.venueAccountId);
  const building = entry(headOf(withdrawal, 'received', ENTRY_KIND.withdrawalReceived, occurredOn)).credit(
    CHART.venueWonInTransit,
    { subject: withdrawalSubject(withdrawal.id), place },
    VenueWon.of(venue, withdrawal.amountKrw),
  );
  const homeOf = await comingHome(work, withdrawal, venue);
  for (const { caseId, amountKrw } of withdrawal.shares) {
    const account = caseAt(caseId, withdrawal.venueAccountId);
    const amount = VenueWon.of(venue, amountKrw);
    const { costs, residue } = homeOf(caseId, amount);
    building
      .debit(CHART.proceedsAtVenue, account, amount.plus(costs).plus(residue))
      .credit(CHART.dispositionCost, account, costs)
      .credit(CHART.residueOwed, { subject: '', place }, residue)
      .debit(CHART.bankDeposit, { subject: caseSubject(caseId) }, Won.of(amountKrw))
      .credit(CHART.undistributed, { subject: caseSubject(caseId) }, Won.of(amountKrw));
  }
  return postWithdrawalFact(work, withdrawal, venue, building);
}

/** Costs of a case at this account so far, and the fractions it left there: proceeds less what is held, in transit and spent. */
async function comingHome(
  work: Work,
  withdrawal: WithdrawalWithShares,
  venue: string,
): Promise<(caseId: number, amount: VenueWon) => { costs: VenueWon; residue: VenueWon }> {
  const { id, venueAccountId } = withdrawal;
  const nothing = VenueWon.zero(venue);
  const proceeds = await venueWonByCase(work.tx, { chart: CHART.proceedsAtVenue, venueAccountId, venue });
  const costs = await venueWonByCase(work.tx, { chart: CHART.dispositionCost, venueAccountId, venue });
  const held = await venueWonByCase(work.tx, { chart: CHART.venueWonHeld, venueAccountId, venue });
  const others = await work.tx.withdrawalShare.findMany({
    where: { withdrawal: { id: { not: id }, venueAccountId, state: 'confirmed' } },
    select: { caseId: true, amountKrw: true },
  });
  return (caseId, amount) => {
    const elsewhere = others.filter((share) => share.caseId === caseId).map(({ amountKrw }) => VenueWon.of(venue, amountKrw));
    const spent = costs.get(caseId) ?? nothing;
    const rest = [held.get(caseId) ?? nothing, ...elsewhere, spent, amount].reduce(
      (left, part) => left.minus(part),
      (proceeds.get(caseId) ?? nothing).negated(),
    );
    return { costs: spent, residue: rest.larger(nothing) };
  };
}

/** Shares with the fee that was really taken. */
function sharesOf({ shares, feeKrw }: WithdrawalWithShares, fee: Won): { caseId: number; amount: Won; fee: Won }[] {
  const weights = shares.map((share) => share.amountKrw + share.feeKrw);
  const fees = fee.toBigInt() === feeKrw ? shares.map((share) => share.feeKrw) : splitByLargestRemainder(fee.toBigInt(), weights);
  return shares.map(({ caseId, amountKrw }, index) => ({ caseId, amount: Won.of(amountKrw), fee: Won.of(fees[index] ?? 0n) }));
}

function isFraction(amount: VenueWon): boolean {
  return amount.isPositive() && amount.value.isLessThan(1);
}

function headOf(
  withdrawal: WithdrawalWithShares,
  step: 'sent' | `sent:amended:${number}` | 'received',
  kind: string,
  occurredOn: CivilDate,
): Omit<Entry, 'lines'> {
  return { key: `withdrawal:${withdrawal.id}:${step}`, kind, occurredOn, cause: `won_withdrawal:${withdrawal.id}`, memo: '' };
}

/** What has happened is booked whatever our books think of it; where they disagree won at the account is frozen (invariant 4). */
async function postWithdrawalFact(work: Work, withdrawal: WithdrawalWithShares, venue: string, building: EntryBuilder): Promise<Posted> {
  const posting = building.build();
  const { spilled, ...posted } = await postFact(work, posting, accountPlace(withdrawal.venueAccountId));
  if (spilled.length > 0) {
    await freezeAsset(work, {
      accountId: withdrawal.venueAccountId,
      asset: VenueWon.zero(venue).asset,
      reason: 'unexplained_posting',
      facts: { entry: posting.key, spilled: spilled.map(({ chart, subject, amount }) => ({ chart, subject, amount })) },
    });
  }
  return posted;
}
