import { appendAudit } from '../audit/append.ts';
import type { WithdrawalShare, WonWithdrawal } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

/*
 * No key of ours can withdraw, so won leaves an exchange by the hand of a person:
 *
 *   requested ─▶ approved ─▶ confirmed ─▶ received
 *       │            │            │
 *       ▼            ▼            ▼
 *   rejected       failed       failed (what was booked is reversed, once)
 *
 * `approved` commits the intent and hands out the instruction; `confirmed` is the person's word that he has sent it; `received`
 * is the bank statement's. One intent, one number, one line at the bank: nothing in here sends a second time.
 */

export type WithdrawalWithShares = WonWithdrawal & { readonly shares: readonly WithdrawalShare[] };

/** Locks the cases of these withdrawals and their accounts, in that order, and reads them then, ids ascending. Error: `NOT_FOUND`. */
export async function lockWithdrawals(work: Work, withdrawalIds: readonly number[]): Promise<WithdrawalWithShares[]> {
  const ids = [...new Set(withdrawalIds)].sort((a, b) => a - b);
  const found = await work.tx.wonWithdrawal.findMany({ where: { id: { in: ids } }, include: { shares: true } });
  await lockRows(
    work,
    'seizure_case',
    found.flatMap(({ shares }) => shares.map(({ caseId }) => caseId)),
  );
  await lockRows(
    work,
    'venue_account',
    found.map(({ venueAccountId }) => venueAccountId),
  );
  const withdrawals: WithdrawalWithShares[] = [];
  for (const id of ids) withdrawals.push(await readWithdrawal(work.tx, id));
  return withdrawals;
}

/** One, as `lockWithdrawals`. */
export async function lockWithdrawal(work: Work, withdrawalId: number): Promise<WithdrawalWithShares> {
  const [withdrawal] = await lockWithdrawals(work, [withdrawalId]);
  if (withdrawal === undefined) throw new CheongsanError('NOT_FOUND', `There is no won withdrawal ${withdrawalId}.`);
  return withdrawal;
}

/** Error: `NOT_FOUND`. */
export async function readWithdrawal(reader: Pick<Transaction, 'wonWithdrawal'>, withdrawalId: number): Promise<WithdrawalWithShares> {
  const found = await reader.wonWithdrawal.findUnique({
    where: { id: withdrawalId },
    include: { shares: { orderBy: { caseId: 'asc' } } },
  });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no won withdrawal ${withdrawalId}.`);
  return found;
}

/** What is approved: this much, from here, for these cases. */
export function withdrawalContent({ id, number, venueAccountId, amountKrw, feeKrw, shares }: WithdrawalWithShares) {
  return {
    act: 'withdraw_won',
    withdrawalId: id,
    number,
    accountId: venueAccountId,
    amountKrw: amountKrw.toString(),
    feeKrw: feeKrw.toString(),
    shares: shares.map((share) => ({ caseId: share.caseId, amountKrw: share.amountKrw.toString(), feeKrw: share.feeKrw.toString() })),
  };
}

/** The request is over before anything was sent. */
export async function rejectWithdrawal(work: Work, withdrawal: WithdrawalWithShares, reason: string): Promise<void> {
  await work.tx.wonWithdrawal.update({ where: { id: withdrawal.id }, data: { state: 'rejected', endReason: reason } });
  await auditWithdrawal(work, withdrawal, 'rejected', { reason });
}

/** One event in the account's chain; the cases it concerns are rung. */
export async function auditWithdrawal(
  work: Work,
  withdrawal: WithdrawalWithShares,
  state: string,
  payload: { readonly [key: string]: string | number | null | undefined },
  recordDigest?: string,
): Promise<void> {
  await appendAudit(work, {
    stream: `account:${withdrawal.venueAccountId}`,
    action: `withdrawal_of_won.${state}`,
    subject: `won_withdrawal:${withdrawal.id}`,
    ...(withdrawal.state === state ? {} : { before: { state: withdrawal.state } }),
    after: { state },
    ...(recordDigest === undefined ? {} : { recordDigest }),
    payload: { number: withdrawal.number, amountKrw: withdrawal.amountKrw.toString(), ...payload },
  });
  for (const { caseId } of withdrawal.shares) work.ring('cases', caseId);
}
