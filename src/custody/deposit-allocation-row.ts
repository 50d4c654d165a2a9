import { appendAudit } from '../audit/append.ts';
import type { AllocationUse, Approval, DepositAllocation, VenueDeposit } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { CoinAmount, VenueWon } from '../kernel/money.ts';
import { isVenueWon, ledgerAmount } from '../venue/ledger-asset.ts';
import { missingAt } from '../venue/unexplained.ts';
import { reportedTransfer } from './deposit-record.ts';
import { lossSubject, openLossOf, shortageLossSubject } from './loss.ts';

/*
 * What belongs to nobody yet may turn out to be no case's: coins the city bought for network fees, won that an exchange pays to it, money
 * with which it makes good what is missing, or what had left without instruction and came back. That takes it from whoever might still claim it, so two
 * officials say it:
 *
 *   requested ─▶ booked ─▶ reversed (with another approval)
 *       │
 *       ▼
 *   rejected
 *
 * From the request on the part is reserved: nobody matches it, returns it or takes it for something else.
 */

/** A part of a deposit that was asked for, with the deposit. */
export interface AllocatedPart {
  readonly allocation: DepositAllocation;
  readonly deposit: VenueDeposit;
}

export type AllocationAct = 'allocate_deposit' | 'reverse_allocation';

/** Locks the account of an allocation's deposit and reads both then. Error: `NOT_FOUND`. */
export async function lockAllocation(work: Work, allocationId: number): Promise<AllocatedPart> {
  const found = await work.tx.depositAllocation.findUnique({ where: { id: allocationId }, include: { deposit: true } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no deposit allocation ${allocationId}.`);
  await lockRows(work, 'venue_account', [found.deposit.venueAccountId]);
  const { deposit, ...allocation } = await work.tx.depositAllocation.findUniqueOrThrow({
    where: { id: allocationId },
    include: { deposit: true },
  });
  return { allocation, deposit };
}

/**
 * How much of its asset a use can take at the deposit's account: nothing of what the exchange reports as a taxpayer's. The account
 * must be locked. Errors: `CONFLICT`, `NOT_FOUND`.
 */
export async function takenBy(work: Work, deposit: VenueDeposit, use: AllocationUse, recovers: Recovers): Promise<Decimal> {
  const { id, asset, venueAccountId: accountId } = deposit;
  const reported = await reportedTransfer(work.tx, asset, deposit.transactionId ?? undefined);
  if (reported !== undefined) {
    throw new CheongsanError(
      'CONFLICT',
      `The exchange reports the transaction of deposit ${id} as that of holding ${reported.holdingId}; match it or return it.`,
      { facts: { depositRowId: id, holdingId: reported.holdingId } },
    );
  }
  if (use === 'gas_float') {
    if (!isVenueWon(asset)) return new Decimal(deposit.quantity.toFixed());
    throw new CheongsanError('CONFLICT', `Deposit ${id} is won; network fees are paid in coins.`);
  }
  if (use === 'own_won') {
    if (isVenueWon(asset)) return new Decimal(deposit.quantity.toFixed());
    throw new CheongsanError('CONFLICT', `Deposit ${id} is ${asset}; only won becomes the city's own as won.`);
  }
  const missing = await missingAt(work.tx, accountId, asset);
  const subject = await lostBy(work, deposit, recovers);
  return subject === undefined ? missing : Decimal.min(missing, await openLossOf(work.tx, { subject, asset, accountId }));
}

/** What a recovery brings back, and nothing else does: what left by a withdrawal, or a shortage that was explained as taken from nobody. */
export interface Recovers {
  readonly withdrawalRowId: number | null;
  readonly explanationId: number | null;
}

/** The sub-account of *to be recovered* that a recovery closes. */
export function recoveredSubject({ withdrawalRowId, explanationId }: Recovers): string | undefined {
  if (withdrawalRowId !== null) return lossSubject(withdrawalRowId);
  return explanationId === null ? undefined : shortageLossSubject(explanationId);
}

/** Undefined of what recovers nothing. Errors: `NOT_FOUND`, `CONFLICT` for what is gone of another asset or from another account. */
async function lostBy(work: Work, { id, asset, venueAccountId }: VenueDeposit, recovers: Recovers): Promise<string | undefined> {
  const subject = recoveredSubject(recovers);
  if (subject === undefined) return undefined;
  const { withdrawalRowId, explanationId } = recovers;
  const lost =
    withdrawalRowId === null
      ? await work.tx.balanceExplanation.findUnique({ where: { id: explanationId ?? 0 } })
      : await work.tx.venueWithdrawal.findUnique({ where: { id: withdrawalRowId } });
  if (lost === null) throw new CheongsanError('NOT_FOUND', `There is no ${subject}.`);
  if (lost.venueAccountId === venueAccountId && lost.asset === asset) return subject;
  throw new CheongsanError(
    'CONFLICT',
    `By ${subject} ${lost.asset} left account ${lost.venueAccountId}; deposit ${id} brought ${asset} to account ${venueAccountId}.`,
  );
}

/** A figure of a deposit in the unit of its asset. */
export async function amountOf(work: Work, deposit: VenueDeposit, quantity: string): Promise<CoinAmount | VenueWon> {
  const { venueCode } = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: deposit.venueAccountId } });
  return ledgerAmount(venueCode, deposit.asset, quantity);
}

/** What is approved: this much of this deposit, for this. */
export function allocationContent({ allocation, deposit }: AllocatedPart, act: AllocationAct) {
  const { id, depositRowId, use, quantity, withdrawalRowId, explanationId } = allocation;
  return {
    act,
    allocationId: id,
    depositRowId,
    accountId: deposit.venueAccountId,
    asset: deposit.asset,
    quantity: quantity.toFixed(),
    use,
    withdrawalRowId,
    // Only where there is one: what was asked for before there were such recoveries keeps its digest.
    ...(explanationId === null ? {} : { explanationId }),
  };
}

/** One event in the account's chain. */
export async function auditAllocation(
  work: Work,
  { allocation, deposit }: AllocatedPart,
  { state, recordDigest, approval }: { readonly state: string; readonly recordDigest: string; readonly approval: Approval },
): Promise<void> {
  await appendAudit(work, {
    stream: `account:${deposit.venueAccountId}`,
    action: `deposit_allocation.${state}`,
    subject: `deposit_allocation:${allocation.id}`,
    ...(state === 'requested' ? {} : { before: { state: allocation.state } }),
    after: { state },
    recordDigest,
    payload: {
      depositRowId: deposit.id,
      use: allocation.use,
      asset: deposit.asset,
      quantity: allocation.quantity.toFixed(),
      withdrawalRowId: allocation.withdrawalRowId,
      ...(allocation.explanationId === null ? {} : { explanationId: allocation.explanationId }),
      approval: approval.id,
    },
  });
}
