import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type AccountReference, type Entry, type EntryBuilder, entry } from '../ledger/entry.ts';
import { accountPlace } from '../venue/ledger-asset.ts';
import { holdingSubject } from './expectation.ts';

/** What the entries of a deposit need to know of it. */
export interface DepositReference {
  readonly rowId: number;
  readonly accountId: number;
  /** The venue's id of it. */
  readonly depositId: string;
  readonly occurredOn: CivilDate;
}

/** A deposit of which a part may be matched where another part of it was matched before. */
export interface MatchedDeposit extends DepositReference {
  /** Matches of this deposit with the same holding or case so far. */
  readonly earlierMatches: number;
}

export function depositSubject(rowId: number): string {
  return `deposit:${rowId}`;
}

/** The receipt of coins: what is a holding's goes there, the rest belongs to nobody yet. */
export function coinReceiptEntry(
  deposit: DepositReference,
  quantity: CoinAmount,
  credit: { readonly holdingId: number; readonly quantity: CoinAmount } | undefined,
): Entry {
  const place = accountPlace(deposit.accountId);
  const credited = credit?.quantity ?? CoinAmount.zero(quantity.asset);
  const rest = { subject: depositSubject(deposit.rowId), place };
  const builder = entry(headOf(deposit));
  if (credit !== undefined) {
    const subject = holdingSubject(credit.holdingId);
    builder.debit(CHART.coinsHeld, { subject, place }, credited).credit(CHART.coinsOutstanding, { subject }, credited);
  }
  const unidentified = quantity.minus(credited);
  return builder.debit(CHART.coinsUnidentified, rest, unidentified).credit(CHART.dutyUnidentified, rest, unidentified).build();
}

/** Won that somebody paid into the account at the venue. Nobody was asked to, so it belongs to nobody yet. */
export function wonReceiptEntry(deposit: DepositReference, amount: VenueWon): Entry {
  const rest = { subject: depositSubject(deposit.rowId), place: accountPlace(deposit.accountId) };
  return entry(headOf(deposit))
    .debit(CHART.venueWonUnidentified, rest, amount)
    .credit(CHART.venueWonUnidentifiedOwed, rest, amount)
    .build();
}

/**
 * Coins that belonged to nobody become a holding's: what is outstanding of its demand, and beyond that what had been declared
 * short and has come after all.
 */
export function coinMatchEntry(
  deposit: MatchedDeposit,
  holdingId: number,
  { outstanding, wasShort }: { readonly outstanding: CoinAmount; readonly wasShort: CoinAmount },
): Entry {
  const place = accountPlace(deposit.accountId);
  const rest = { subject: depositSubject(deposit.rowId), place };
  const subject = holdingSubject(holdingId);
  const quantity = outstanding.plus(wasShort);
  const builder = entry({ ...headOf(deposit), key: matchKey(deposit, `${holdingId}`), kind: 'deposit_match' });
  return takeUnidentified(builder, rest, quantity)
    .debit(CHART.coinsHeld, { subject, place }, quantity)
    .credit(CHART.coinsOutstanding, { subject }, outstanding)
    .credit(CHART.dutyToOwner, { subject }, wasShort)
    .build();
}

/** Won that belonged to nobody is proceeds of a case: the exchange paid out the won that was seized there as a claim. */
export function wonMatchEntry(deposit: MatchedDeposit, caseId: number, amount: VenueWon): Entry {
  const rest = { subject: depositSubject(deposit.rowId), place: accountPlace(deposit.accountId) };
  const proceeds = { subject: `case:${caseId}`, place: accountPlace(deposit.accountId) };
  const builder = entry({ ...headOf(deposit), key: matchKey(deposit, `case:${caseId}`), kind: 'deposit_match' });
  return takeUnidentified(builder, rest, amount)
    .debit(CHART.venueWonHeld, proceeds, amount)
    .credit(CHART.proceedsAtVenue, proceeds, amount)
    .build();
}

/** What a part of a deposit is when it is nobody's of a case. */
export type Allotment =
  | { readonly use: 'gas_float' | 'make_good' | 'own_won'; readonly amount: CoinAmount | VenueWon }
  /** `of` is the sub-account of *to be recovered* that it closes. */
  | { readonly use: 'recovery'; readonly amount: CoinAmount | VenueWon; readonly of: string };

/** A part of a deposit that belonged to nobody becomes the city's own, or closes a loss that came back. */
export function allocationEntry(deposit: DepositReference, allocationId: number, allotment: Allotment): Entry {
  const place = accountPlace(deposit.accountId);
  const rest = { subject: depositSubject(deposit.rowId), place };
  const { use, amount } = allotment;
  const here = { subject: '', place };
  const builder = entry({ ...headOf(deposit), key: `deposit_allocation:${allocationId}`, kind: `deposit_${use}` });
  takeUnidentified(builder, rest, amount);
  switch (allotment.use) {
    case 'gas_float':
      return builder.debit(CHART.gasFloat, here, amount).credit(CHART.ownMeans, here, amount).build();
    case 'own_won':
      return builder.debit(CHART.ownVenueWon, here, amount).credit(CHART.ownMeans, here, amount).build();
    case 'make_good':
      return builder.debit(CHART.unexplained, here, amount).credit(CHART.ownMeans, here, amount).build();
    case 'recovery':
      return builder
        .debit(CHART.unexplained, here, amount)
        .credit(CHART.withdrawnUninstructed, { subject: allotment.of, place }, amount)
        .build();
  }
}

/** The unidentified part and the duty to give it back end together; coins and won have accounts of their own. */
function takeUnidentified(builder: EntryBuilder, rest: AccountReference, amount: CoinAmount | VenueWon): EntryBuilder {
  return amount instanceof VenueWon
    ? builder.debit(CHART.venueWonUnidentifiedOwed, rest, amount).credit(CHART.venueWonUnidentified, rest, amount)
    : builder.debit(CHART.dutyUnidentified, rest, amount).credit(CHART.coinsUnidentified, rest, amount);
}

function matchKey({ rowId, earlierMatches }: MatchedDeposit, owner: string): string {
  return `deposit_match:${rowId}:${owner}${earlierMatches === 0 ? '' : `:${earlierMatches + 1}`}`;
}

function headOf({ rowId, accountId, depositId, occurredOn }: DepositReference): Omit<Entry, 'lines'> {
  return { key: `deposit:${accountId}:${depositId}`, kind: 'deposit', occurredOn, cause: `venue_deposit:${rowId}`, memo: '' };
}
