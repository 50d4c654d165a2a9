import { appendAudit } from '../audit/append.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, VenueWon } from '../kernel/money.ts';
import { post } from '../ledger/post.ts';
import { lockCase } from '../seizure/locked-case.ts';
import { isVenueWon } from '../venue/ledger-asset.ts';
import { wonMatchEntry } from './deposit-entry.ts';
import { addMatched, lockUnidentified, matchToHolding, unidentifiedFigure } from './deposit-match.ts';
import { type ExpectedHolding, likelyHoldings } from './deposit-rules.ts';
import { expectedHoldings } from './expectation.ts';
import { lockHolding } from './holding-state.ts';

/**
 * An officer's decision that an unidentified deposit belongs to a holding. Takes as much as the holding misses; the rest stays
 * unidentified. Returns the quantity. Errors: `CONFLICT`, `NOT_FOUND`, `INPUT_INVALID` without a reason.
 */
export async function matchDeposit(
  work: Work,
  decision: { readonly depositRowId: number; readonly holdingId: number; readonly reason: string },
): Promise<CoinAmount> {
  requireReason(decision.reason);
  await lockHolding(work, decision.holdingId);
  const deposit = await lockUnidentified(work, decision.depositRowId);
  return matchToHolding(work, { deposit, holdingId: decision.holdingId, ground: 'officer', reason: decision.reason });
}

/**
 * An officer's decision that won paid into the account is proceeds of a case: the exchange paid out won that had been seized
 * there. Takes all that nobody has asked for; from then on it is withdrawn and distributed with the case's own. Errors:
 * `CONFLICT`, `PHASE_WRONG`, `NOT_FOUND`, `INPUT_INVALID`.
 */
export async function matchWonDeposit(
  work: Work,
  decision: { readonly depositRowId: number; readonly caseId: number; readonly reason: string },
): Promise<void> {
  requireReason(decision.reason);
  const { depositRowId, caseId, reason } = decision;
  // The taxpayer before the case: what comes in here is no longer to be sold for, and a decision to sell stands under his lock.
  const seizureCase = await lockCase(work, caseId);
  const deposit = await lockUnidentified(work, depositRowId);
  const account = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: deposit.venueAccountId } });
  if (!isVenueWon(deposit.asset)) {
    throw new CheongsanError('ASSET_DIFFERS', `Deposit ${depositRowId} is ${deposit.asset}; only won belongs to a case as a whole.`);
  }
  const amount = VenueWon.of(account.venueCode, await unidentifiedFigure(work, deposit));
  if (!amount.isPositive()) {
    throw new CheongsanError('CONFLICT', `All that is left of deposit ${depositRowId} awaits a decision; have that withdrawn first.`);
  }
  if (seizureCase.phase === 'closed' || seizureCase.phase === 'refused') {
    throw new CheongsanError('PHASE_WRONG', `Case ${seizureCase.number} is ${seizureCase.phase}; it takes no proceeds any more.`);
  }
  const { id: rowId, venueAccountId: accountId, depositId } = deposit;
  const occurredOn = seoulDay(deposit.creditedAt);
  const earlierMatches = await work.tx.depositMatch.count({ where: { depositRowId, caseId } });
  const posted = await post(work, wonMatchEntry({ rowId, accountId, depositId, occurredOn, earlierMatches }, caseId, amount));
  await work.tx.depositMatch.create({
    data: {
      depositRowId,
      caseId,
      quantity: amount.toString(),
      ground: 'officer',
      reason,
      matchedById: userIdOf(work.actor),
      matchedAt: work.at,
      ledgerEntryId: posted.entryId,
    },
  });
  await addMatched(work, deposit, amount.toString());
  await appendAudit(work, {
    stream: `case:${caseId}`,
    action: 'deposit.matched',
    subject: `venue_deposit:${depositRowId}`,
    recordDigest: posted.digest,
    payload: { asset: deposit.asset, quantity: amount.toString(), ground: 'officer', reason },
  });
  work.ring('cases', caseId);
}

/** Holdings to which an unidentified deposit could belong, the likeliest first: a help for the officer, never a decision. */
export async function suggestHoldings(reader: Transaction, depositRowId: number): Promise<ExpectedHolding[]> {
  const deposit = await reader.venueDeposit.findUnique({ where: { id: depositRowId } });
  if (deposit === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  if (isVenueWon(deposit.asset)) return [];
  const rest = deposit.quantity.minus(deposit.matchedQuantity).minus(deposit.returnedQuantity);
  const facts = { accountId: deposit.venueAccountId, quantity: CoinAmount.of(deposit.asset, rest.toFixed()) };
  return likelyHoldings(facts, await expectedHoldings(reader, deposit.asset));
}

/** It stays in the audit log for ever. Error: `INPUT_INVALID` for an empty one, or one that holds a person's number. */
export function requireReason(reason: string): void {
  if (reason.trim() === '') throw new CheongsanError('INPUT_INVALID', 'A decision needs its reason in words.');
  assertNamesNobody({}, { reason });
}
