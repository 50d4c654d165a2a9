import type { Approval } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { requestApproval } from '../identity/approval.ts';
import { seoulDay, yearOf } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon, Won } from '../kernel/money.ts';
import { CHART } from '../ledger/chart.ts';
import { approvalExpiresAt } from '../policy/approval-expiry.ts';
import { readPolicy } from '../policy/book.ts';
import { expectedCosts, secondApprovalFrom } from '../policy/definitions/sale.ts';
import { readVenueAccount } from '../venue/account.ts';
import { requireMovementAllowed } from '../venue/movement-gate.ts';
import { nextRowId } from '../venue/next-row-id.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';
import { venueWonByCase } from './accounts.ts';
import { withdrawalNumber } from './bank-reference.ts';
import { lapseOf } from './lapsed-approval.ts';
import { auditWithdrawal, rejectWithdrawal, type WithdrawalWithShares, withdrawalContent } from './withdrawal-row.ts';
import { type MoneyAtVenue, splitWithdrawal, type WithdrawalSplit } from './withdrawal-shares.ts';

/** Phases in which no more is sold for a case, so that what it has at the venue can come home. */
const WITHDRAWAL_PHASES = ['sale_done', 'distributing', 'settled'] as const;

export interface WithdrawalRequest {
  readonly venueAccountId: number;
  /** Absent: every case with money here that is past its sale. */
  readonly caseIds?: readonly number[];
  readonly reason: string;
}

export interface RequestedWithdrawal {
  readonly withdrawalId: number;
  readonly number: string;
  readonly approval: Approval;
  /** Cases whose money does not cover their share of the fee. */
  readonly waiting: readonly number[];
}

/**
 * Asks for leave to withdraw the whole won of each case, less its share of the fee. Errors: `PHASE_WRONG` for a named case that may
 * still sell, `CONFLICT` when a named case has nothing free here or nothing covers the fee, `TRADING_HALTED`, `ASSET_FROZEN`, those
 * of `requestApproval`.
 */
export async function requestWithdrawal(work: Work, request: WithdrawalRequest): Promise<RequestedWithdrawal> {
  const { venueAccountId } = request;
  const account = await readVenueAccount(work.tx, venueAccountId);
  const { venueCode: venue } = account;
  await lockRows(work, 'seizure_case', request.caseIds ?? (await moneyOfSold(work.tx, venueAccountId, venue)).map(({ caseId }) => caseId));
  await lockRows(work, 'venue_account', [venueAccountId]);
  const asset = VenueWon.zero(venue).asset;
  await requireMovementAllowed(work, { accountId: venueAccountId, asset, kind: 'finish' });
  await endLapsedRequests(work, venueAccountId);
  const money = await freeMoney(work, venueAccountId, venue);
  const chosen = request.caseIds === undefined ? money : await requireFree(work.tx, request.caseIds, money);
  const policy = await readPolicy(work.tx);
  const today = seoulDay(work.at);
  const fee = policy.get(expectedCosts, today).withdrawal;
  const split = splitWithdrawal(chosen, fee);
  if (split.shares.length === 0) {
    throw new CheongsanError(
      'CONFLICT',
      `Nothing at account ${venueAccountId} can be withdrawn: no case past its sale has money there beyond the fee of ${fee.toString()} won.`,
      { facts: { accountId: venueAccountId, waiting: split.waiting } },
    );
  }
  const withdrawal = await storeRequest(work, venueAccountId, split, fee);
  const approval = await requestApproval(work, {
    kind: 'won_withdrawal',
    subjectType: 'won_withdrawal',
    subjectId: withdrawal.id,
    summary: `${withdrawal.number} ${VENUES[venueCode(venue)].title} 원화 출금 ${withdrawal.amountKrw}원, 사건 ${split.shares.length}건`,
    content: withdrawalContent(withdrawal),
    moneyAtStakeKrw: Won.of(withdrawal.amountKrw),
    secondFromKrw: policy.get(secondApprovalFrom, today),
    reason: request.reason,
    expiresAt: approvalExpiresAt(policy, work.at),
  });
  await work.tx.wonWithdrawal.update({ where: { id: withdrawal.id }, data: { approvalId: approval.id } });
  return { withdrawalId: withdrawal.id, number: withdrawal.number, approval, waiting: split.waiting };
}

async function storeRequest(work: Work, venueAccountId: number, { shares }: WithdrawalSplit, fee: Won): Promise<WithdrawalWithShares> {
  const id = await nextRowId(work.tx, 'won_withdrawal');
  const withdrawal = await work.tx.wonWithdrawal.create({
    data: {
      id,
      number: withdrawalNumber(id, yearOf(seoulDay(work.at))),
      venueAccountId,
      amountKrw: Won.sum(shares.map(({ amount }) => amount)).toBigInt(),
      feeKrw: fee.toBigInt(),
      state: 'requested',
      createdById: userIdOf(work.actor),
      createdAt: work.at,
      shares: {
        create: shares.map((share) => ({ caseId: share.caseId, amountKrw: share.amount.toBigInt(), feeKrw: share.fee.toBigInt() })),
      },
    },
    include: { shares: { orderBy: { caseId: 'asc' } } },
  });
  await auditWithdrawal(work, withdrawal, 'requested', { cases: shares.length });
  return withdrawal;
}

/** Won of each case past its sale at an account, whether it is free or not, in the order of the cases. */
async function moneyOfSold(tx: Transaction, venueAccountId: number, venue: string): Promise<MoneyAtVenue[]> {
  const held = await venueWonByCase(tx, { chart: CHART.venueWonHeld, venueAccountId, venue });
  const cases = await tx.seizureCase.findMany({
    where: { id: { in: [...held.keys()] }, phase: { in: [...WITHDRAWAL_PHASES] } },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return cases.map(({ id: caseId }) => ({ caseId, venueWon: held.get(caseId) ?? VenueWon.zero(venue) }));
}

/** Won of cases past their sale that no request or instruction speaks for. The account must be locked. */
async function freeMoney(work: Work, venueAccountId: number, venue: string): Promise<MoneyAtVenue[]> {
  const money = await moneyOfSold(work.tx, venueAccountId, venue);
  const spokenFor = await work.tx.withdrawalShare.findMany({
    where: { withdrawal: { venueAccountId, state: { in: ['requested', 'approved'] } } },
    select: { caseId: true },
  });
  const taken = new Set(spokenFor.map(({ caseId }) => caseId));
  return money.filter(({ caseId }) => !taken.has(caseId));
}

async function requireFree(tx: Transaction, caseIds: readonly number[], money: readonly MoneyAtVenue[]): Promise<MoneyAtVenue[]> {
  const wanted = new Set(caseIds);
  const cases = await tx.seizureCase.findMany({ where: { id: { in: [...wanted] } }, select: { id: true, number: true, phase: true } });
  const early = cases.find(({ phase }) => !WITHDRAWAL_PHASES.some((allowed) => allowed === phase));
  if (early !== undefined) {
    throw new CheongsanError('PHASE_WRONG', `Case ${early.number} is ${early.phase}; its won is withdrawn once its sale is over.`);
  }
  const free = money.filter(({ caseId }) => wanted.has(caseId));
  const without = cases.find(({ id }) => !free.some(({ caseId }) => caseId === id));
  if (without !== undefined) {
    throw new CheongsanError('CONFLICT', `Case ${without.number} has no won at this account that is free to be withdrawn.`);
  }
  return free;
}

/** A request whose approval ran out or was taken back speaks for no money any more. */
async function endLapsedRequests(work: Work, venueAccountId: number): Promise<void> {
  const requested = await work.tx.wonWithdrawal.findMany({
    where: { venueAccountId, state: 'requested' },
    include: { shares: true },
    orderBy: { id: 'asc' },
  });
  for (const withdrawal of requested) {
    const lapse = await lapseOf(work, withdrawal.approvalId);
    if (lapse !== undefined) await rejectWithdrawal(work, withdrawal, lapse);
  }
}
