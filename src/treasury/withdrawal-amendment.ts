import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { openLoss, takeLossBack } from '../custody/loss.ts';
import { wonWithdrawalKey } from '../custody/won-withdrawal.ts';
import type { Approval, VenueWithdrawal } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { dayFromColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { reverse } from '../ledger/post.ts';
import { approvalExpiresAt } from '../policy/approval-expiry.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { readVenueAccount } from '../venue/account.ts';
import { caseSubject, venueWonByCase } from './accounts.ts';
import { postWithdrawalSent } from './withdrawal-posting.ts';
import { auditWithdrawal, lockWithdrawal, readWithdrawal, type WithdrawalWithShares } from './withdrawal-row.ts';
import { splitAnew, type WithdrawalSplitShare } from './withdrawal-shares.ts';

/*
 * At the exchange's site another amount was typed than was instructed. What left is a row of the venue's list that nobody accounts
 * for, booked as a loss; the withdrawal is on its way by our books and will never arrive. One official says that the one is the
 * other, another agrees, and the withdrawal takes the figures of what really left.
 */

/** What an approval to give a withdrawal other figures is about. */
export const AMENDMENT_SUBJECT = 'won_withdrawal_amendment';

export interface AmendmentRequest {
  readonly withdrawalId: number;
  /** The row of the venue's list that it is. */
  readonly venueWithdrawalId: number;
  readonly reason: string;
}

/** What a withdrawal becomes: the figures of the venue's row, and each case's share of them. */
export interface Amendment {
  readonly listed: VenueWithdrawal;
  readonly amount: Won;
  readonly fee: Won;
  readonly shares: readonly WithdrawalSplitShare[];
}

/**
 * Asks for leave to give a withdrawal the figures of what left under another amount. Errors: `WITHDRAWAL_NOT_COVERED` when a case
 * would give more won than it has, `CONFLICT` when the row cannot be this withdrawal, `NOT_FOUND`, those of `requestApproval`.
 */
export async function requestWithdrawalAmendment(
  work: Work,
  request: AmendmentRequest,
): Promise<{ readonly amendment: Amendment; readonly approval: Approval }> {
  const withdrawal = await lockWithdrawal(work, request.withdrawalId);
  const amendment = await planAmendment(work, withdrawal, request.venueWithdrawalId);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const approval = await requestApproval(work, {
    kind: 'won_withdrawal',
    subjectType: AMENDMENT_SUBJECT,
    subjectId: withdrawal.id,
    summary: `${withdrawal.number} 원화 출금 ${withdrawal.amountKrw}원을 거래소에서 실제로 나간 ${amendment.amount.toString()}원으로 정정`,
    content: amendmentContent(withdrawal, amendment),
    moneyAtStakeKrw: amendment.amount.larger(Won.of(withdrawal.amountKrw)),
    secondFromKrw: policy.get(secondApprovalFrom, today),
    reason: request.reason,
    expiresAt: approvalExpiresAt(policy, work.at),
  });
  await auditWithdrawal(work, withdrawal, 'amendment_requested', { approval: approval.id, venueWithdrawal: amendment.listed.id });
  return { amendment, approval };
}

function amendmentContent({ id, number, amountKrw }: WithdrawalWithShares, { listed, amount, fee, shares }: Amendment) {
  return {
    act: 'amend_withdrawal',
    withdrawalId: id,
    number,
    venueWithdrawalId: listed.id,
    instructedKrw: amountKrw.toString(),
    amountKrw: amount.toString(),
    feeKrw: fee.toString(),
    shares: shares.map((share) => ({ caseId: share.caseId, amountKrw: share.amount.toString(), feeKrw: share.fee.toString() })),
  };
}

const contentSchema = z.object({ venueWithdrawalId: z.int() });

/**
 * Carries an approved amendment out: the loss is taken back, the withdrawal has the figures of what left, and what had been booked
 * as sent is booked anew. It stays as far as it was: unconfirmed or on its way to the bank. The freeze stays until it is lifted.
 * Cases and account must be locked. Errors: those of `requestWithdrawalAmendment` and `requireApproved`.
 */
export async function applyAmendment(work: Work, withdrawal: WithdrawalWithShares, approval: Approval): Promise<void> {
  if (approval.state !== 'approved') return;
  const { venueWithdrawalId } = contentSchema.parse(approval.content);
  if (await isApplied(work, withdrawal, venueWithdrawalId)) return;
  const amendment = await planAmendment(work, withdrawal, venueWithdrawalId);
  await requireApproved(work.tx, approval.id, amendmentContent(withdrawal, amendment));
  await takeLossBack(work, amendment.listed);
  await work.tx.venueWithdrawal.update({ where: { id: venueWithdrawalId }, data: { matchedTo: wonWithdrawalKey(withdrawal.id) } });
  await appendAudit(work, {
    stream: `account:${withdrawal.venueAccountId}`,
    action: 'withdrawal.explained',
    subject: `venue_withdrawal:${venueWithdrawalId}`,
    payload: { wonWithdrawal: withdrawal.id, approval: approval.id },
  });
  await storeFigures(work, withdrawal.id, amendment);
  const digest = await sendAnew(work, withdrawal, amendment);
  await auditWithdrawal(
    work,
    withdrawal,
    'amended',
    {
      approval: approval.id,
      venueWithdrawal: venueWithdrawalId,
      becomesKrw: amendment.amount.toString(),
      feeKrw: amendment.fee.toString(),
    },
    digest ?? approval.contentDigest,
  );
}

async function isApplied(work: Work, { id }: WithdrawalWithShares, venueWithdrawalId: number): Promise<boolean> {
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { id: venueWithdrawalId }, select: { matchedTo: true } });
  return listed?.matchedTo === wonWithdrawalKey(id);
}

async function storeFigures(work: Work, withdrawalId: number, { amount, fee, shares }: Amendment): Promise<void> {
  await work.tx.wonWithdrawal.update({ where: { id: withdrawalId }, data: { amountKrw: amount.toBigInt(), feeKrw: fee.toBigInt() } });
  for (const share of shares) {
    await work.tx.withdrawalShare.update({
      where: { withdrawalId_caseId: { withdrawalId, caseId: share.caseId } },
      data: { amountKrw: share.amount.toBigInt(), feeKrw: share.fee.toBigInt() },
    });
  }
}

/** What was booked as sent is reversed and booked with the true figures, on the same day. Undefined while nothing was booked. */
async function sendAnew(work: Work, before: WithdrawalWithShares, { listed, fee }: Amendment): Promise<string | undefined> {
  if (before.sentEntryId === null) return undefined;
  const sent = await work.tx.ledgerEntry.findUniqueOrThrow({ where: { id: before.sentEntryId }, select: { occurredOn: true } });
  const occurredOn = dayFromColumn(sent.occurredOn);
  await reverse(work, { key: `withdrawal:${before.id}:amended:${listed.id}`, entryId: before.sentEntryId, occurredOn, memo: '' });
  const { venueCode: venue } = await readVenueAccount(work.tx, before.venueAccountId);
  const after = await readWithdrawal(work.tx, before.id);
  const posted = await postWithdrawalSent(work, after, { venue, occurredOn, fee, amendedBy: listed.id });
  await work.tx.wonWithdrawal.update({ where: { id: before.id }, data: { sentEntryId: posted.entryId } });
  return posted.digest;
}

async function planAmendment(work: Work, withdrawal: WithdrawalWithShares, venueWithdrawalId: number): Promise<Amendment> {
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { id: venueWithdrawalId } });
  if (listed === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal ${venueWithdrawalId} in a venue's list.`);
  await assertMayBe(work, withdrawal, listed);
  const [amount, fee] = [Won.of(listed.quantity.toFixed()), Won.of(listed.fee.toFixed())];
  const planned = withdrawal.shares.map(({ caseId, amountKrw, feeKrw }) => ({ caseId, amount: Won.of(amountKrw), fee: Won.of(feeKrw) }));
  const amendment = { listed, amount, fee, shares: splitAnew(planned, { amount, fee }) };
  await assertCovered(work, withdrawal, amendment);
  return amendment;
}

/** Error: `CONFLICT` when the venue's row is something else, or neither is free to be the other. */
async function assertMayBe(work: Work, withdrawal: WithdrawalWithShares, listed: VenueWithdrawal): Promise<void> {
  const { venueCode } = await readVenueAccount(work.tx, withdrawal.venueAccountId);
  const taken = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: wonWithdrawalKey(withdrawal.id) } });
  const isHere = listed.venueAccountId === withdrawal.venueAccountId && listed.asset === VenueWon.zero(venueCode).asset;
  const isUnderWay = withdrawal.state === 'approved' || withdrawal.state === 'confirmed';
  // Venues tell whole seconds.
  const isAfter =
    withdrawal.instructedAt !== null && listed.createdAt.getTime() >= Math.floor(withdrawal.instructedAt.getTime() / 1_000) * 1_000;
  if (!isHere || !isUnderWay || !isAfter || taken !== null || listed.matchedTo !== null || listed.state === 'failed') {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${listed.id} of the venue's list (${listed.quantity.toFixed()} ${listed.asset}, ${listed.state}, ${listed.matchedTo ?? 'unmatched'}, made ${listed.createdAt.toISOString()}) cannot be ${withdrawal.number} (${withdrawal.state}, ${taken === null ? 'unmatched' : `listed as ${taken.id}`}, instructed ${withdrawal.instructedAt?.toISOString() ?? 'never'}).`,
      { facts: { withdrawalId: withdrawal.id, venueWithdrawalId: listed.id } },
    );
  }
  const loss = await openLoss(work.tx, listed);
  if (listed.ledgerEntryId === null || loss.isEqualTo(listed.quantity.plus(listed.fee).toFixed())) return;
  throw new CheongsanError(
    'CONFLICT',
    `Of withdrawal ${listed.id} only ${loss.toFixed()} won is still to be recovered; what has come back was not withdrawn for ${withdrawal.number}.`,
    { facts: { venueWithdrawalId: listed.id, openKrw: loss.toFixed() } },
  );
}

/** No case pays for another: what left beyond its own won was somebody else's, and stays a loss to be recovered. */
async function assertCovered(work: Work, withdrawal: WithdrawalWithShares, { amount, shares }: Amendment): Promise<void> {
  const { venueCode: venue } = await readVenueAccount(work.tx, withdrawal.venueAccountId);
  const money = await moneyUnsent(work, withdrawal, venue);
  const short = shares.flatMap((share) => {
    const has = money.get(share.caseId) ?? VenueWon.zero(venue);
    const gives = VenueWon.of(venue, share.amount.plus(share.fee).value);
    return has.isLessThan(gives) ? [{ caseId: share.caseId, hasKrw: has.toString(), wouldGiveKrw: gives.toString() }] : [];
  });
  const [first] = short;
  if (first === undefined) return;
  throw new CheongsanError(
    'WITHDRAWAL_NOT_COVERED',
    `${amount.toString()} won cannot be ${withdrawal.number}: case ${first.caseId} has ${first.hasKrw} won at account ${withdrawal.venueAccountId} and would give ${first.wouldGiveKrw}. What left was others' won; bring it back to the account, record that deposit as the loss recovered, and give ${withdrawal.number} up then.`,
    { facts: { withdrawalId: withdrawal.id, short } },
  );
}

/** Won of the cases as it would be if this withdrawal had never been booked as sent. */
async function moneyUnsent(work: Work, withdrawal: WithdrawalWithShares, venue: string): Promise<ReadonlyMap<number, VenueWon>> {
  const { venueAccountId, sentEntryId, shares } = withdrawal;
  const held = await venueWonByCase(work.tx, { chart: CHART.venueWonHeld, venueAccountId, venue });
  if (sentEntryId === null) return held;
  const lines = await work.tx.ledgerLine.findMany({
    where: { entryId: sentEntryId, account: { chartCode: CHART.venueWonHeld } },
    select: { amount: true, account: { select: { subject: true } } },
  });
  return new Map(
    shares.map(({ caseId }) => {
      const taken = lines
        .filter(({ account }) => account.subject === caseSubject(caseId))
        .map(({ amount }) => VenueWon.of(venue, amount.toFixed()));
      return [caseId, (held.get(caseId) ?? VenueWon.zero(venue)).minus(VenueWon.sum(venue, taken))] as const;
    }),
  );
}
