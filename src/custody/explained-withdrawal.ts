import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Approval, CoinTransfer, VenueWithdrawal } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { reverse } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import { requireReason } from './deposit-decision.ts';
import { unidentifiedRest } from './deposit-match.ts';
import { openLoss, takeLossBack } from './loss.ts';
import { freeOf } from './return.ts';
import { quantityOf } from './transfer-posting.ts';
import { advanceTransfer, lockTransfer, transferStream, withdrawalKey } from './transfer-progress.ts';
import { earliestOf } from './withdrawal-rules.ts';

/** What an approval to amend a transfer is about: the withdrawal that is said to be it. */
export const EXPLANATION_SUBJECT = 'venue_withdrawal';

export interface Explanation {
  readonly withdrawalRowId: number;
  readonly transferId: number;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * An officer's finding that a withdrawal was a transfer after all: one whose transaction was written down wrongly, or whose
 * quantity was mistyped at the exchange's site. Of the transfer's own quantity, what was booked as a loss is taken back at once and
 * the transfer goes on. Of another one, which the coins behind the transfer must cover, somebody else has to agree first that the
 * transfer is amended to what has really left; that approval is returned. The freeze stays until it is lifted. Errors: `CONFLICT`
 * when either is matched already, they differ in asset or account, it left before the instruction, or more has left than the transfer
 * has coins for; `NOT_FOUND`,
 * `INPUT_INVALID`, those of `requestApproval`.
 */
export async function explainWithdrawal(work: Work, finding: Explanation): Promise<Approval | undefined> {
  requireReason(finding.reason);
  const { transfer, withdrawal, left } = await lockPair(work, finding);
  if (left.equals(quantityOf(transfer))) {
    await settle(work, { transfer, withdrawal, reason: finding.reason });
    return undefined;
  }
  await assertCovered(work, transfer, withdrawal, left);
  const policy = await readPolicy(work.tx);
  const approval = await requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: EXPLANATION_SUBJECT,
    subjectId: withdrawal.id,
    summary: `반환 이체 수량 정정: ${quantityOf(transfer).toString()} → ${left.toString()} ${transfer.asset}`,
    content: contentOf(transfer, withdrawal, left),
    moneyAtStakeKrw: await lastWorth(work.tx, left.larger(quantityOf(transfer))),
    secondFromKrw: policy.get(secondApprovalFrom, seoulDay(work.at)),
    reason: finding.reason,
    expiresAt: finding.expiresAt,
  });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'transfer.amendment_requested',
    subject: `coin_transfer:${transfer.id}`,
    recordDigest: approval.contentDigest,
    payload: { withdrawalRowId: withdrawal.id, from: transfer.quantity.toFixed(), to: left.toString(), approval: approval.id },
  });
  return approval;
}

/** The transfer that an approval would amend. */
export function amendedTransferId(approval: Approval): number {
  return contentSchema.parse(approval.content).transferId;
}

/**
 * Amends a transfer as approved: it carries what has really left, the loss is taken back, and it goes on. Case, holding and account
 * must be locked. Errors: `APPROVAL_STALE` when the quantities are others by now, those of `explainWithdrawal` and `requireApproved`.
 */
export async function applyExplanation(work: Work, approval: Approval): Promise<void> {
  const transferId = amendedTransferId(approval);
  const { transfer, withdrawal, left } = await lockPair(work, { withdrawalRowId: approval.subjectId, transferId });
  await requireApproved(work.tx, approval.id, contentOf(transfer, withdrawal, left));
  await assertCovered(work, transfer, withdrawal, left);
  await settle(work, { transfer: await amend(work, transfer, left, approval), withdrawal, reason: approval.reason });
}

interface Pair {
  readonly transfer: CoinTransfer;
  readonly withdrawal: VenueWithdrawal;
  /** What left by the withdrawal beside its fee and has not come back as a recovery. */
  readonly left: CoinAmount;
}

async function lockPair(work: Work, { withdrawalRowId, transferId }: { withdrawalRowId: number; transferId: number }): Promise<Pair> {
  const transfer = await lockTransfer(work, transferId);
  const withdrawal = await work.tx.venueWithdrawal.findUnique({ where: { id: withdrawalRowId } });
  if (withdrawal === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal ${withdrawalRowId}.`);
  const taken = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(transfer.id) } });
  const isSamePlace = withdrawal.venueAccountId === transfer.venueAccountId && withdrawal.asset === transfer.asset;
  const left = isSamePlace ? await leftBy(work, withdrawal) : CoinAmount.zero(transfer.asset);
  // What left before anybody was told to send anything was taken by somebody else, whatever its quantity.
  const isAfter = transfer.instructedAt !== null && withdrawal.createdAt >= earliestOf(transfer.instructedAt);
  if (withdrawal.matchedTo !== null || taken !== null || !left.isPositive() || !isAfter || transfer.state !== 'instructed') {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${withdrawal.id} (${withdrawal.quantity.toFixed()} ${withdrawal.asset}, ${withdrawal.matchedTo ?? 'unmatched'}, made ${withdrawal.createdAt.toISOString()}) cannot be transfer ${transfer.id} (${transfer.quantity.toFixed()} ${transfer.asset}, ${transfer.state}, instructed ${transfer.instructedAt?.toISOString() ?? 'never'}).`,
    );
  }
  return { transfer, withdrawal, left };
}

async function leftBy(work: Work, withdrawal: VenueWithdrawal): Promise<CoinAmount> {
  const quantity = quantityOf(withdrawal);
  if (withdrawal.ledgerEntryId === null) return quantity;
  const withFee = withdrawal.quantity.plus(withdrawal.fee).toFixed();
  const recovered = CoinAmount.of(withdrawal.asset, withFee).minus(CoinAmount.of(withdrawal.asset, await openLoss(work.tx, withdrawal)));
  return quantity.minus(recovered);
}

/** Error: `CONFLICT` when the coins behind a transfer, its own and those promised to nobody, are fewer than what has left. */
async function assertCovered(work: Work, transfer: CoinTransfer, withdrawal: VenueWithdrawal, left: CoinAmount): Promise<void> {
  const covered = quantityOf(transfer).plus(await freeBehind(work, transfer));
  if (!left.isMoreThan(covered)) return;
  throw new CheongsanError(
    'CONFLICT',
    `Withdrawal ${withdrawal.id} took ${left.toString()} ${transfer.asset}, transfer ${transfer.id} has ${covered.toString()} behind it: the rest was somebody else's. Have at least ${left.minus(covered).toString()} sent back, take that deposit as recovery of withdrawal ${withdrawal.id}, then explain it again.`,
    { facts: { left: left.toString(), covered: covered.toString() } },
  );
}

async function freeBehind(work: Work, transfer: CoinTransfer): Promise<CoinAmount> {
  const { id, holdingId, depositRowId, venueAccountId: accountId, asset } = transfer;
  if (holdingId !== null) return freeOf(work, { holdingId, accountId, asset });
  if (depositRowId === null) throw new CheongsanError('INTERNAL', `Transfer ${id} is of neither holding nor deposit.`);
  return unidentifiedRest(work, await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } }));
}

/** Of a transfer already booked as sent, that entry is reversed; it is sent anew with what has really left. */
async function amend(work: Work, transfer: CoinTransfer, quantity: CoinAmount, approval: Approval): Promise<CoinTransfer> {
  if (transfer.sentEntryId !== null) {
    await reverse(work, {
      key: `transfer:${transfer.id}:sent:reversed`,
      entryId: transfer.sentEntryId,
      occurredOn: seoulDay(work.at),
      memo: '',
    });
  }
  const amended = await work.tx.coinTransfer.update({
    where: { id: transfer.id },
    data: { quantity: quantity.toString(), amendedFrom: transfer.quantity, sentEntryId: null },
  });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'transfer.amended',
    subject: `coin_transfer:${transfer.id}`,
    before: { quantity: transfer.quantity.toFixed() },
    after: { quantity: quantity.toString() },
    recordDigest: approval.contentDigest,
    payload: { asset: transfer.asset, from: transfer.quantity.toFixed(), to: quantity.toString(), approval: approval.id },
  });
  return amended;
}

async function settle(
  work: Work,
  { transfer, withdrawal, reason }: { transfer: CoinTransfer; withdrawal: VenueWithdrawal; reason: string },
): Promise<void> {
  await takeLossBack(work, withdrawal);
  await work.tx.venueWithdrawal.update({ where: { id: withdrawal.id }, data: { matchedTo: withdrawalKey(transfer.id) } });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'withdrawal.explained',
    subject: `venue_withdrawal:${withdrawal.id}`,
    payload: { transferId: transfer.id, reason },
  });
  await advanceTransfer(work, transfer.id);
}

const contentSchema = z.object({
  act: z.literal('amend_transfer'),
  transferId: z.int(),
  withdrawalRowId: z.int(),
  accountId: z.int(),
  asset: z.string(),
  from: z.string(),
  to: z.string(),
});

/** What is approved: this transfer is what left by this withdrawal, and carries that much. */
function contentOf(transfer: CoinTransfer, withdrawal: VenueWithdrawal, left: CoinAmount): z.infer<typeof contentSchema> {
  return {
    act: 'amend_transfer',
    transferId: transfer.id,
    withdrawalRowId: withdrawal.id,
    accountId: transfer.venueAccountId,
    asset: transfer.asset,
    from: transfer.quantity.toFixed(),
    to: left.toString(),
  };
}
