import { appendAudit } from '../audit/append.ts';
import type { CoinTransfer, VenueWithdrawal } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import type { Work } from '../database/work.ts';
import { settleIntent } from '../intent/intent.ts';
import { type CivilDate, seoulDay } from '../kernel/civil-date.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { reverse } from '../ledger/post.ts';
import { addReturned } from './deposit-match.ts';
import { warnOfEmptyFloat } from './gas-float.ts';
import { holdingCoins, setHoldingState, totalOf } from './holding-state.ts';
import { postDone, postFailed, postSent, quantityOf } from './transfer-posting.ts';

/** Locks a transfer's case, holding and account, and those of others that may change with it, and reads it then. Error: `NOT_FOUND`. */
export async function lockTransfer(work: Work, transferId: number, others: readonly number[] = []): Promise<CoinTransfer> {
  const found = await work.tx.coinTransfer.findMany({ where: { id: { in: [transferId, ...others] } } });
  if (!found.some(({ id }) => id === transferId)) throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${transferId}.`);
  await lockRows(
    work,
    'seizure_case',
    found.flatMap(({ caseId }) => caseId ?? []),
  );
  await lockRows(
    work,
    'holding',
    found.flatMap(({ holdingId }) => holdingId ?? []),
  );
  await lockRows(
    work,
    'venue_account',
    found.map(({ venueAccountId }) => venueAccountId),
  );
  return work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId } });
}

/** The venue's record of a transfer, once one was found. */
export function withdrawalKey(transferId: number): string {
  return `coin_transfer:${transferId}`;
}

const TRANSFER_KEY = /^coin_transfer:(\d+)$/;

/** The transfer that a withdrawal was matched to, if it was one. */
export function transferIdIn(matchedTo: string | null | undefined): number | undefined {
  const id = TRANSFER_KEY.exec(matchedTo ?? '')?.[1];
  return id === undefined ? undefined : Number(id);
}

/**
 * Brings a locked transfer as far as what is known of it allows: sent, once its sender or the venue says so; done, once the
 * venue says so and its sender has confirmed that it was he who sent it; failed, when the venue gave the coins back. Each is
 * posted once. The caller writes the audit event of what he learned.
 */
export async function advanceTransfer(work: Work, transferId: number): Promise<void> {
  const transfer = await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId } });
  if (transfer.state !== 'instructed') return;
  const withdrawal = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(transferId) } });
  const isSent = transfer.confirmedAt !== null || withdrawal !== null;
  if (!isSent) return;
  const sent = transfer.sentEntryId === null ? await markInTransit(work, transfer, seoulDay(withdrawal?.createdAt ?? work.at)) : transfer;
  if (withdrawal?.state === 'failed') await endFailed(work, sent, withdrawal);
  if (withdrawal?.state === 'done' && sent.confirmedAt !== null) await endDone(work, sent, withdrawal);
}

async function markInTransit(work: Work, transfer: CoinTransfer, sentOn: CivilDate): Promise<CoinTransfer> {
  const posted = await postSent(work, transfer, sentOn);
  if (transfer.holdingId !== null) {
    const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: transfer.holdingId } });
    await setHoldingState(work, holding, 'returning');
  }
  return work.tx.coinTransfer.update({ where: { id: transfer.id }, data: { sentEntryId: posted.entryId } });
}

async function endDone(work: Work, transfer: CoinTransfer, withdrawal: VenueWithdrawal): Promise<void> {
  const fee = CoinAmount.of(transfer.asset, withdrawal.fee.toFixed());
  const posted = await postDone(work, transfer, seoulDay(withdrawal.doneAt ?? work.at), fee);
  await warnOfEmptyFloat(work, transfer, fee);
  await end(work, transfer, 'done', withdrawal, posted.digest);
  if (transfer.depositRowId !== null) await addReturned(work, transfer.depositRowId, quantityOf(transfer).toString());
}

async function endFailed(work: Work, transfer: CoinTransfer, withdrawal: VenueWithdrawal): Promise<void> {
  const posted = await postFailed(work, transfer, seoulDay(work.at));
  await end(work, transfer, 'failed', withdrawal, posted.digest);
}

/**
 * A locked transfer of which the venue's record turned out to be another's: while its sender has not said that he sent it, nothing says so any
 * more, and its coins are held again. The caller has taken the record away.
 */
export async function takeListingBack(work: Work, transferId: number, facts: { readonly [key: string]: Canonical }): Promise<void> {
  const transfer = await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: transferId } });
  if (transfer.confirmedAt === null && transfer.sentEntryId !== null) {
    await reverse(work, {
      key: `entry:${transfer.sentEntryId}:unlisted`,
      entryId: transfer.sentEntryId,
      occurredOn: seoulDay(work.at),
      memo: '',
    });
    await work.tx.coinTransfer.update({ where: { id: transferId }, data: { sentEntryId: null } });
    await restateHolding(work, transfer);
  }
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'transfer.unlisted',
    subject: `coin_transfer:${transferId}`,
    payload: facts,
  });
}

/**
 * Ends a locked transfer that was booked as sent and never left: its coins are held again. The caller settles its intent and writes the
 * audit event.
 */
export async function endUnsent(work: Work, transfer: CoinTransfer, endReason: string): Promise<void> {
  if (transfer.sentEntryId !== null) await postFailed(work, transfer, seoulDay(work.at));
  await work.tx.coinTransfer.update({ where: { id: transfer.id }, data: { state: 'failed', endedAt: work.at, endReason } });
  await restateHolding(work, transfer);
  if (transfer.caseId !== null) work.ring('cases', transfer.caseId);
}

async function end(
  work: Work,
  transfer: CoinTransfer,
  state: 'done' | 'failed',
  withdrawal: VenueWithdrawal,
  recordDigest: string,
): Promise<void> {
  const endReason = state === 'failed' ? '거래소가 출금을 취소하거나 거부함' : null;
  await work.tx.coinTransfer.update({ where: { id: transfer.id }, data: { state, endedAt: work.at, endReason } });
  if (transfer.intentId !== null) {
    await settleIntent(work, transfer.intentId, 'settled', { withdrawalId: withdrawal.withdrawalId, state });
  }
  await restateHolding(work, transfer);
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: `transfer.${state}`,
    subject: `coin_transfer:${transfer.id}`,
    before: { state: transfer.state },
    after: { state },
    recordDigest,
    payload: { withdrawalId: withdrawal.withdrawalId, asset: transfer.asset, quantity: transfer.quantity.toFixed() },
  });
  if (transfer.caseId !== null) work.ring('cases', transfer.caseId);
}

/** After a transfer has ended: returned when nothing is left, in transit while another one runs, else simply held. */
async function restateHolding(work: Work, { holdingId, venueAccountId: accountId, asset }: CoinTransfer): Promise<void> {
  if (holdingId === null) return;
  const coins = await holdingCoins(work.tx, { holdingId, accountId, asset });
  const holding = await work.tx.holding.findUniqueOrThrow({ where: { id: holdingId } });
  const state = totalOf(coins).isZero() ? 'returned' : coins.inTransit.isPositive() ? 'returning' : 'received';
  await setHoldingState(work, holding, state);
}

export function transferStream(transfer: Pick<CoinTransfer, 'caseId' | 'venueAccountId'>): `case:${number}` | `account:${number}` {
  return transfer.caseId === null ? `account:${transfer.venueAccountId}` : `case:${transfer.caseId}`;
}
