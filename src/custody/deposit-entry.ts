import type { CivilDate } from '../kernel/civil-date.ts';
import { CoinAmount, type VenueWon } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, entry } from '../ledger/entry.ts';
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
  deposit: DepositReference,
  holdingId: number,
  { outstanding, wasShort }: { readonly outstanding: CoinAmount; readonly wasShort: CoinAmount },
): Entry {
  const place = accountPlace(deposit.accountId);
  const rest = { subject: depositSubject(deposit.rowId), place };
  const subject = holdingSubject(holdingId);
  const quantity = outstanding.plus(wasShort);
  return entry({ ...headOf(deposit), key: `deposit_match:${deposit.rowId}:${holdingId}`, kind: 'deposit_match' })
    .debit(CHART.dutyUnidentified, rest, quantity)
    .credit(CHART.coinsUnidentified, rest, quantity)
    .debit(CHART.coinsHeld, { subject, place }, quantity)
    .credit(CHART.coinsOutstanding, { subject }, outstanding)
    .credit(CHART.dutyToOwner, { subject }, wasShort)
    .build();
}

/** Won that belonged to nobody is proceeds of a case: the exchange paid out the won that was seized there as a claim. */
export function wonMatchEntry(deposit: DepositReference, caseId: number, amount: VenueWon): Entry {
  const rest = { subject: depositSubject(deposit.rowId), place: accountPlace(deposit.accountId) };
  const proceeds = { subject: `case:${caseId}`, place: accountPlace(deposit.accountId) };
  return entry({ ...headOf(deposit), key: `deposit_match:${deposit.rowId}:case:${caseId}`, kind: 'deposit_match' })
    .debit(CHART.venueWonUnidentifiedOwed, rest, amount)
    .credit(CHART.venueWonUnidentified, rest, amount)
    .debit(CHART.venueWonHeld, proceeds, amount)
    .credit(CHART.proceedsAtVenue, proceeds, amount)
    .build();
}

function headOf({ rowId, accountId, depositId, occurredOn }: DepositReference): Omit<Entry, 'lines'> {
  return { key: `deposit:${accountId}:${depositId}`, kind: 'deposit', occurredOn, cause: `venue_deposit:${rowId}`, memo: '' };
}
