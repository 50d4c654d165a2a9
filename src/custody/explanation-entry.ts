import type { BalanceExplanation } from '../database/generated/client.ts';
import { dayFromColumn } from '../kernel/civil-date.ts';
import { type CoinAmount, VenueWon } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { type Entry, type EntryBuilder, entry } from '../ledger/entry.ts';
import { accountPlace, isVenueWon } from '../venue/ledger-asset.ts';
import { depositSubject } from './deposit-entry.ts';
import { holdingSubject } from './expectation.ts';
import { EXPLANATION_KINDS, explanationEntryKind } from './explanation-kinds.ts';
import { shortageLossSubject } from './loss.ts';

/** A holding to which a part of an excess has accrued. */
export interface AccruedPart {
  readonly holdingId: number;
  readonly quantity: CoinAmount;
}

/** What more is there: a holding's part is owed to its owner like the coins that bore it; the rest is an unidentified receipt. */
export function excessEntry(
  explanation: BalanceExplanation,
  amount: CoinAmount | VenueWon,
  { depositRowId, parts }: { readonly depositRowId: number; readonly parts: readonly AccruedPart[] },
): Entry {
  const place = accountPlace(explanation.venueAccountId);
  const rest = { subject: depositSubject(depositRowId), place };
  const builder = entry(headOf(explanation));
  if (amount instanceof VenueWon) {
    return builder.debit(CHART.venueWonUnidentified, rest, amount).credit(CHART.venueWonUnidentifiedOwed, rest, amount).build();
  }
  for (const { holdingId, quantity } of parts) {
    const subject = holdingSubject(holdingId);
    builder.debit(CHART.coinsHeld, { subject, place }, quantity).credit(CHART.dutyToOwner, { subject }, quantity);
  }
  const left = restOf(amount, parts);
  return builder.debit(CHART.coinsUnidentified, rest, left).credit(CHART.dutyUnidentified, rest, left).build();
}

/** What of an excess is no holding's. */
export function restOf(amount: CoinAmount, parts: readonly AccruedPart[]): CoinAmount {
  return parts.reduce((left, { quantity }) => left.minus(quantity), amount);
}

/**
 * What is gone: a holding's or an unidentified deposit's, whose duty ends with it; else the city's to recover, and missing until it
 * is made good.
 */
export function shortageEntry(explanation: BalanceExplanation, amount: CoinAmount | VenueWon): Entry {
  const { id, holdingId, depositRowId } = explanation;
  const place = accountPlace(explanation.venueAccountId);
  const builder = entry(headOf(explanation));
  if (holdingId !== null) {
    const subject = holdingSubject(holdingId);
    return builder.debit(CHART.dutyToOwner, { subject }, amount).credit(CHART.coinsHeld, { subject, place }, amount).build();
  }
  if (depositRowId !== null) return takeFromDeposit(builder, { subject: depositSubject(depositRowId), place }, amount).build();
  return builder
    .debit(CHART.withdrawnUninstructed, { subject: shortageLossSubject(id), place }, amount)
    .credit(CHART.unexplained, { subject: '', place }, amount)
    .build();
}

function takeFromDeposit(builder: EntryBuilder, rest: { subject: string; place: string }, amount: CoinAmount | VenueWon): EntryBuilder {
  return isVenueWon(amount.asset)
    ? builder.debit(CHART.venueWonUnidentifiedOwed, rest, amount).credit(CHART.venueWonUnidentified, rest, amount)
    : builder.debit(CHART.dutyUnidentified, rest, amount).credit(CHART.coinsUnidentified, rest, amount);
}

function headOf({ id, kind, reference, occurredOn }: BalanceExplanation): Omit<Entry, 'lines'> {
  return {
    key: `balance_explanation:${id}`,
    kind: explanationEntryKind(kind),
    occurredOn: dayFromColumn(occurredOn),
    cause: `balance_explanation:${id}`,
    memo: `${EXPLANATION_KINDS[kind].title} (${reference})`,
  };
}
