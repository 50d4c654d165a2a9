import type { AllocationUse, Approval } from '../database/generated/client.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval } from '../identity/approval.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { type CoinAmount, VenueWon, type Won } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import {
  type AllocatedPart,
  type AllocationAct,
  allocationContent,
  amountOf,
  auditAllocation,
  lockAllocation,
  takenBy,
} from './deposit-allocation-row.ts';
import { requireReason } from './deposit-decision.ts';
import { lockUnidentified, unidentifiedFigure } from './deposit-match.ts';
import { RESOLUTIONS } from './deposit-rules.ts';

/** What approvals of kind `deposit_allocation` are about. */
export const ALLOCATION_SUBJECT = 'deposit_allocation';

export interface AllocationRequest {
  readonly depositRowId: number;
  readonly use: AllocationUse;
  /** Coins or won of the deposit, a plain decimal. Absent: as much as the deposit has free and the use can take. */
  readonly quantity?: string;
  /** The withdrawal whose loss came back; for a recovery and nothing else. */
  readonly withdrawalRowId?: number;
  /** Of a recovery in its place: the explained shortage, taken from nobody, that came back. */
  readonly explanationId?: number;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * Asks somebody else to agree that a part of an unidentified deposit is the city's own means or a recovery. Errors: `CONFLICT`
 * when the deposit or the use leaves less room than asked for, `NOT_FOUND`, `INPUT_INVALID`, those of `requestApproval`.
 */
export async function requestAllocation(
  work: Work,
  request: AllocationRequest,
): Promise<{ readonly allocationId: number; readonly quantity: string; readonly approval: Approval }> {
  requireReason(request.reason);
  const { use } = request;
  const recovers = { withdrawalRowId: request.withdrawalRowId ?? null, explanationId: request.explanationId ?? null };
  if (Object.values(recovers).filter((id) => id !== null).length !== (use === 'recovery' ? 1 : 0)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      'A recovery names the withdrawal by which it left, or the explained shortage; nothing else names either.',
    );
  }
  const deposit = await lockUnidentified(work, request.depositRowId);
  const room = Decimal.min(await unidentifiedFigure(work, deposit), await takenBy(work, deposit, use, recovers));
  const amount = await amountOf(work, deposit, request.quantity ?? room.toFixed());
  if (!amount.isPositive() || amount.value.isGreaterThan(room)) {
    throw new CheongsanError(
      'CONFLICT',
      `At most ${room.toFixed()} ${deposit.asset} of deposit ${deposit.id} can be ${use}, ${amount.toString()} was asked for: more is not free or not missing.`,
      { facts: { room: room.toFixed(), use } },
    );
  }
  const allocation = await work.tx.depositAllocation.create({
    data: {
      depositRowId: deposit.id,
      use,
      quantity: amount.toString(),
      ...recovers,
      reason: request.reason,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  const approval = await askFor(work, { allocation, deposit }, { act: 'allocate_deposit', amount, ...request });
  await work.tx.depositAllocation.update({ where: { id: allocation.id }, data: { approvalId: approval.id } });
  return { allocationId: allocation.id, quantity: amount.toString(), approval };
}

/**
 * Asks somebody else to agree that a booked decision was wrong: the part is to be unidentified again. Errors: `CONFLICT` when it is
 * not booked, `NOT_FOUND`, those of `requestApproval`.
 */
export async function requestAllocationReversal(
  work: Work,
  request: { readonly allocationId: number; readonly reason: string; readonly expiresAt: Date },
): Promise<Approval> {
  requireReason(request.reason);
  const part = await lockAllocation(work, request.allocationId);
  const { allocation, deposit } = part;
  if (allocation.state !== 'booked') {
    throw new CheongsanError('CONFLICT', `Allocation ${allocation.id} is ${allocation.state}; only a booked one is reversed.`);
  }
  const amount = await amountOf(work, deposit, allocation.quantity.toFixed());
  const approval = await askFor(work, part, { act: 'reverse_allocation', amount, ...request });
  await work.tx.depositAllocation.update({ where: { id: allocation.id }, data: { reversalApprovalId: approval.id } });
  return approval;
}

interface Asked {
  readonly act: AllocationAct;
  readonly amount: CoinAmount | VenueWon;
  readonly reason: string;
  readonly expiresAt: Date;
}

async function askFor(work: Work, part: AllocatedPart, { act, amount, reason, expiresAt }: Asked): Promise<Approval> {
  const { allocation, deposit } = part;
  const policy = await readPolicy(work.tx);
  const title = RESOLUTIONS[allocation.use].title;
  const approval = await requestApproval(work, {
    kind: 'deposit_allocation',
    subjectType: ALLOCATION_SUBJECT,
    subjectId: allocation.id,
    summary: `미확인 입금 ${amount.toString()} ${deposit.asset}: ${title}${act === 'reverse_allocation' ? ' - 취소' : ''}`,
    content: allocationContent(part, act),
    moneyAtStakeKrw: await worthOf(work, amount),
    secondFromKrw: policy.get(secondApprovalFrom, seoulDay(work.at)),
    reason,
    expiresAt,
  });
  const state = act === 'allocate_deposit' ? 'requested' : 'reversal_requested';
  await auditAllocation(work, part, { state, recordDigest: approval.contentDigest, approval });
  return approval;
}

async function worthOf(work: Work, amount: CoinAmount | VenueWon): Promise<Won | undefined> {
  return amount instanceof VenueWon ? amount.toWon('down') : lastWorth(work.tx, amount);
}
