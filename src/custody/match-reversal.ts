import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Approval, CoinTransfer, VenueWithdrawal } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { reverse } from '../ledger/post.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import { requireReason } from './deposit-decision.ts';
import { quantityOf } from './transfer-posting.ts';
import {
  advanceTransfer,
  endUnsent,
  lockTransfer,
  takeListingBack,
  transferIdIn,
  transferStream,
  withdrawalKey,
} from './transfer-progress.ts';
import { recordUninstructed } from './uninstructed.ts';
import { earliestOf } from './withdrawal-rules.ts';

/** What an approval to undo a match is about: the transfer that was booked as done and is not. */
export const REVERSAL_SUBJECT = 'coin_transfer_match';

export interface MatchReversal {
  readonly withdrawalRowId: number;
  /** The transfer it is. Absent where it is none: then nobody instructed it. */
  readonly transferId?: number | undefined;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * An officer's finding that a withdrawal was taken for the wrong transfer: it is another's, or nobody's. At once while the wrong one is under
 * way; it goes on without the withdrawal, to be sent, given up or taken back. One that was booked as done ends as never sent, its coins held
 * again, when two officials say so: the approval is returned. Errors: `CONFLICT` when it stands for no transfer, has failed, the transfer
 * was amended to it, or it cannot be the other one; `NOT_FOUND`, `INPUT_INVALID`, those of `requestApproval`.
 */
export async function reverseMatch(work: Work, finding: MatchReversal): Promise<Approval | undefined> {
  requireReason(finding.reason);
  const pair = await lockMatch(work, finding);
  const { wrong, withdrawal } = pair;
  if (wrong.state !== 'done') {
    await undo(work, pair, finding.reason);
    return undefined;
  }
  const policy = await readPolicy(work.tx);
  const approval = await requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: REVERSAL_SUBJECT,
    subjectId: wrong.id,
    summary: `반환 이체 ${wrong.id}의 완료를 취소: ${withdrawal.quantity.toFixed()} ${withdrawal.asset} 출금은 ${pair.right === undefined ? '지시하지 않은 것' : `이체 ${pair.right.id}의 것`}`,
    content: contentOf(pair),
    moneyAtStakeKrw: await lastWorth(work.tx, quantityOf(wrong)),
    secondFromKrw: policy.get(secondApprovalFrom, seoulDay(work.at)),
    reason: finding.reason,
    expiresAt: finding.expiresAt,
  });
  await appendAudit(work, {
    stream: transferStream(wrong),
    action: 'transfer.reversal_requested',
    subject: `coin_transfer:${wrong.id}`,
    recordDigest: approval.contentDigest,
    payload: { withdrawalRowId: withdrawal.id, approval: approval.id },
  });
  return approval;
}

/** Transfers that an approval would change, to be locked together. */
export function reversedTransferIds(approval: Approval): number[] {
  const { transferId, movedTo } = contentSchema.parse(approval.content);
  return movedTo === null ? [transferId] : [transferId, movedTo];
}

/** Undoes a match as approved. Errors: `APPROVAL_STALE`, those of `reverseMatch`. */
export async function applyReversal(work: Work, approval: Approval): Promise<void> {
  const { withdrawalRowId, movedTo } = contentSchema.parse(approval.content);
  const pair = await lockMatch(work, { withdrawalRowId, transferId: movedTo ?? undefined });
  await requireApproved(work.tx, approval.id, contentOf(pair));
  await undo(work, pair, approval.reason);
}

interface Match {
  readonly withdrawal: VenueWithdrawal;
  readonly wrong: CoinTransfer;
  readonly right: CoinTransfer | undefined;
}

async function lockMatch(work: Work, finding: Pick<MatchReversal, 'withdrawalRowId' | 'transferId'>): Promise<Match> {
  const { withdrawalRowId, transferId } = finding;
  const found = await work.tx.venueWithdrawal.findUnique({ where: { id: withdrawalRowId } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no withdrawal ${withdrawalRowId}.`);
  const wrongId = transferIdIn(found.matchedTo);
  if (wrongId === undefined) {
    throw new CheongsanError('CONFLICT', `Withdrawal ${withdrawalRowId} stands for no transfer (${found.matchedTo ?? 'unmatched'}).`);
  }
  if (transferId !== undefined && (await work.tx.coinTransfer.count({ where: { id: transferId } })) === 0) {
    throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${transferId}.`);
  }
  const wrong = await lockTransfer(work, wrongId, transferId === undefined ? [] : [transferId]);
  const withdrawal = await work.tx.venueWithdrawal.findUniqueOrThrow({ where: { id: withdrawalRowId } });
  const right = transferId === undefined ? undefined : await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId } });
  assertReversible(withdrawal, wrong, right);
  if (right !== undefined) await assertMayBe(work, withdrawal, right);
  return { withdrawal, wrong, right };
}

function assertReversible(withdrawal: VenueWithdrawal, wrong: CoinTransfer, right: CoinTransfer | undefined): void {
  const { id, state, matchedTo, ledgerEntryId } = withdrawal;
  const isTheirs = matchedTo === withdrawalKey(wrong.id) && (wrong.state === 'instructed' || wrong.state === 'done');
  if (!isTheirs || state === 'failed') {
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${id} is ${state}, ${matchedTo ?? 'unmatched'} (${wrong.state}); there is no match to undo.`,
    );
  }
  if (wrong.amendedFrom !== null || (right === undefined && ledgerEntryId !== null)) {
    throw new CheongsanError(
      'CONFLICT',
      `An official has explained withdrawal ${id} by transfer ${wrong.id}${wrong.amendedFrom === null ? '; name the transfer that it is' : ', which was amended to it; that is not undone'}.`,
    );
  }
}

/** Error: `CONFLICT` unless the other transfer is awaited and of that quantity, asset and time. */
async function assertMayBe(work: Work, withdrawal: VenueWithdrawal, right: CoinTransfer): Promise<void> {
  const { id, asset, venueAccountId, instructedAt, quantity, state } = right;
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(id) }, select: { id: true } });
  const isSamePlace = asset === withdrawal.asset && venueAccountId === withdrawal.venueAccountId && quantity.equals(withdrawal.quantity);
  const isAfter = instructedAt !== null && withdrawal.createdAt >= earliestOf(instructedAt);
  if (state === 'instructed' && listed === null && isSamePlace && isAfter) return;
  throw new CheongsanError(
    'CONFLICT',
    `Withdrawal ${withdrawal.id} (${withdrawal.quantity.toFixed()} ${withdrawal.asset}, made ${withdrawal.createdAt.toISOString()}) cannot be transfer ${id} (${quantity.toFixed()} ${asset}, ${state}${listed === null ? '' : ' and listed'}, instructed ${instructedAt?.toISOString() ?? 'never'}).`,
  );
}

async function undo(work: Work, { withdrawal, wrong, right }: Match, reason: string): Promise<void> {
  const row = await work.tx.venueWithdrawal.update({
    where: { id: withdrawal.id },
    data: { matchedTo: right === undefined ? null : withdrawalKey(right.id) },
  });
  if (wrong.state === 'done') await endAsNeverSent(work, wrong, reason);
  await takeListingBack(work, wrong.id, { withdrawalRowId: row.id, movedTo: right?.id ?? null, reason });
  if (right === undefined) return recordUninstructed(work, row);
  await advanceTransfer(work, right.id);
  work.ring('custody', row.venueAccountId);
}

/** What was booked as done is booked back, and the coins are held again. */
async function endAsNeverSent(work: Work, transfer: CoinTransfer, reason: string): Promise<void> {
  const { id, depositRowId } = transfer;
  const done = await work.tx.ledgerEntry.findFirstOrThrow({
    where: { cause: `coin_transfer:${id}`, kind: 'transfer_done' },
    select: { id: true },
  });
  await reverse(work, { key: `entry:${done.id}:unlisted`, entryId: done.id, occurredOn: seoulDay(work.at), memo: '' });
  if (depositRowId !== null) {
    const { returnedQuantity } = await work.tx.venueDeposit.findUniqueOrThrow({ where: { id: depositRowId } });
    await work.tx.venueDeposit.update({
      where: { id: depositRowId },
      data: { returnedQuantity: returnedQuantity.minus(transfer.quantity), state: 'unidentified', resolvedAt: null },
    });
  }
  await endUnsent(work, transfer, reason);
}

const contentSchema = z.object({
  act: z.literal('undo_match'),
  transferId: z.int(),
  withdrawalRowId: z.int(),
  movedTo: z.int().nullable(),
  asset: z.string(),
  quantity: z.string(),
});

/** What is approved: this withdrawal is not that transfer but the other one, or nobody's. */
function contentOf({ withdrawal, wrong, right }: Match): z.infer<typeof contentSchema> {
  return {
    act: 'undo_match',
    transferId: wrong.id,
    withdrawalRowId: withdrawal.id,
    movedTo: right?.id ?? null,
    asset: withdrawal.asset,
    quantity: withdrawal.quantity.toFixed(),
  };
}
