import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { requireApproved } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { post, reverse } from '../ledger/post.ts';
import { freezeUnexplained } from '../venue/freeze.ts';
import {
  type AllocatedPart,
  allocationContent,
  amountOf,
  auditAllocation,
  lockAllocation,
  recoveredSubject,
  takenBy,
} from './deposit-allocation-row.ts';
import { type Allotment, allocationEntry } from './deposit-entry.ts';
import { addMatched, takeMatchedBack } from './deposit-match.ts';

/**
 * Takes the approvers' decisions over: booked, taken back, or free again. One refusal keeps all of them back; run again it does
 * nothing. Errors: `APPROVAL_STALE` when the use takes less by now, `LEDGER_OVERDRAFT` when what is to be taken back was used,
 * those of `requireApproved`.
 */
export async function applyAllocationDecisions(work: Work, approvals: readonly Approval[]): Promise<void> {
  const decided = approvals.filter(({ state }) => state !== 'pending').sort((a, b) => a.subjectId - b.subjectId);
  const accounts = await work.tx.venueDeposit.findMany({
    where: { allocations: { some: { id: { in: decided.map(({ subjectId }) => subjectId) } } } },
    select: { venueAccountId: true },
  });
  await lockRows(
    work,
    'venue_account',
    accounts.map(({ venueAccountId }) => venueAccountId),
  );
  for (const approval of decided) await applyOne(work, approval);
}

async function applyOne(work: Work, approval: Approval): Promise<void> {
  const part = await lockAllocation(work, approval.subjectId);
  const { allocation } = part;
  if (allocation.state === 'requested' && allocation.approvalId === approval.id) {
    if (approval.state === 'approved') await book(work, part, approval);
    else await reject(work, part, approval);
  }
  const isReversal = allocation.state === 'booked' && allocation.reversalApprovalId === approval.id;
  if (isReversal && approval.state === 'approved') await takeBack(work, part, approval);
}

async function book(work: Work, part: AllocatedPart, approval: Approval): Promise<void> {
  const { allocation, deposit } = part;
  await requireApproved(work.tx, approval.id, allocationContent(part, 'allocate_deposit'));
  const { id, use } = allocation;
  const room = await takenBy(work, deposit, use, allocation);
  if (room.isLessThan(allocation.quantity.toFixed())) {
    throw new CheongsanError(
      'APPROVAL_STALE',
      `${room.toFixed()} ${deposit.asset} can be ${use} at account ${deposit.venueAccountId} by now, ${allocation.quantity.toFixed()} were asked for; ask again.`,
    );
  }
  const reference = {
    rowId: deposit.id,
    accountId: deposit.venueAccountId,
    depositId: deposit.depositId,
    occurredOn: seoulDay(work.at),
  };
  const posted = await post(work, allocationEntry(reference, id, await allotmentOf(work, part)));
  await work.tx.depositAllocation.update({
    where: { id },
    data: { state: 'booked', ledgerEntryId: posted.entryId, decidedAt: work.at },
  });
  await addMatched(work, deposit, allocation.quantity.toFixed());
  await auditAllocation(work, part, { state: 'booked', recordDigest: posted.digest, approval });
}

async function reject(work: Work, part: AllocatedPart, approval: Approval): Promise<void> {
  const endReason = approval.decisionReason ?? approval.state;
  await work.tx.depositAllocation.update({ where: { id: part.allocation.id }, data: { state: 'rejected', decidedAt: work.at, endReason } });
  await auditAllocation(work, part, { state: 'rejected', recordDigest: approval.contentDigest, approval });
}

async function takeBack(work: Work, part: AllocatedPart, approval: Approval): Promise<void> {
  const { allocation, deposit } = part;
  await requireApproved(work.tx, approval.id, allocationContent(part, 'reverse_allocation'));
  const { id, ledgerEntryId } = allocation;
  if (ledgerEntryId === null) throw new CheongsanError('INTERNAL', `Allocation ${id} is booked without an entry.`);
  const posted = await reverse(work, {
    key: `deposit_allocation:${id}:reversed`,
    entryId: ledgerEntryId,
    occurredOn: seoulDay(work.at),
    memo: '',
  });
  await work.tx.depositAllocation.update({
    where: { id },
    data: { state: 'reversed', reversalEntryId: posted.entryId, endReason: approval.reason },
  });
  await takeMatchedBack(work, deposit, allocation.quantity.toFixed());
  // What it had made good or brought back is missing again, though the freeze may have been lifted for it.
  await freezeUnexplained(work, {
    accountId: deposit.venueAccountId,
    asset: deposit.asset,
    facts: { allocationId: id, use: allocation.use },
  });
  await auditAllocation(work, part, { state: 'reversed', recordDigest: posted.digest, approval });
}

async function allotmentOf(work: Work, { allocation, deposit }: AllocatedPart): Promise<Allotment> {
  const { id, use, quantity } = allocation;
  const amount = await amountOf(work, deposit, quantity.toFixed());
  if (use === 'recovery') {
    const of = recoveredSubject(allocation);
    if (of === undefined) throw new CheongsanError('INTERNAL', `Allocation ${id} recovers nothing.`);
    return { use, amount, of };
  }
  return { use, amount };
}
