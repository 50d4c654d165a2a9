import { appendAudit } from '../audit/append.ts';
import type { Approval, CoinTransfer, StayKind, WithdrawalAddress } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { seoulDay, startOfDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { staysOfKinds } from '../seizure/stay.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import { isVenueWon } from '../venue/ledger-asset.ts';
import { requireReason } from './deposit-decision.ts';
import { lockUnidentified, unidentifiedRest } from './deposit-match.ts';
import { holdingCoins, lockHolding } from './holding-state.ts';
import { RETURNING_PHASES } from './returning-phases.ts';
import { quantityOf } from './transfer-posting.ts';
import { transferStream } from './transfer-progress.ts';
import { fingerprintOf } from './withdrawal-address-seal.ts';
import { chooseAddress } from './withdrawal-address-use.ts';

/** What an approval to send coins is about. */
export const TRANSFER_SUBJECT = 'coin_transfer';

/** Grounds on which it is unsure whose the coins are or who may receive them. */
const STAYS_AGAINST_RETURN: readonly StayKind[] = ['third_party_claim', 'court_order', 'rehabilitation', 'bankruptcy', 'death', 'freeze'];

export interface ReturnRequest {
  readonly holdingId: number;
  /** Absent: all that is held. */
  readonly quantity?: CoinAmount;
  /** A row of the allow list. Absent: the taxpayer's only one for this asset. */
  readonly addressId?: number | undefined;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * Asks for leave to send coins of a holding back to an account or address of the taxpayer or a right-holder that stands on the allow
 * list, and nowhere else (LTCA-D 62-2, 64(5)). Errors: `PHASE_WRONG` before the sale is over, `CONFLICT` when less is held or a stay
 * leaves it open who may receive them, those of `chooseAddress` and `requestApproval`.
 */
export async function requestCoinTransfer(work: Work, request: ReturnRequest): Promise<{ transferId: number; approval: Approval }> {
  requireReason(request.reason);
  const holding = await lockHolding(work, request.holdingId);
  const { id: holdingId, caseId, asset, venueAccountId: accountId } = holding;
  if (accountId === null)
    throw new CheongsanError('CONFLICT', `Holding ${holdingId} lies at no account of the city; there is nothing to send.`);
  await lockRows(work, 'venue_account', [accountId]);
  await assertMayReturn(work, caseId);
  const free = await freeOf(work, { holdingId, accountId, asset });
  const quantity = request.quantity ?? free;
  if (!quantity.isPositive() || quantity.isMoreThan(free)) {
    throw new CheongsanError(
      'CONFLICT',
      `Holding ${holdingId} has ${free.toString()} ${asset} free to send, ${quantity.toString()} was asked for.`,
    );
  }
  const address = await chooseAddress(work, { accountId, asset, recipient: { caseId } }, request.addressId);
  const transfer = await work.tx.coinTransfer.create({
    data: {
      holdingId,
      caseId,
      venueAccountId: accountId,
      asset,
      quantity: quantity.toString(),
      addressId: address.id,
      reason: request.reason,
      state: 'requested',
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  return askFor(work, { transfer, address, expiresAt: request.expiresAt });
}

export interface DepositReturnRequest extends Omit<ReturnRequest, 'holdingId' | 'quantity'> {
  readonly depositRowId: number;
  /** A part, where all of it may not leave in one day. Absent: all that is unidentified. */
  readonly quantity?: string | undefined;
}

/**
 * Asks for leave to send the unidentified rest of a deposit, or a part of it, back to where it came from: to an address of the allow list
 * that was proven to be its sender's. Errors as above.
 */
export async function requestDepositReturn(work: Work, request: DepositReturnRequest): Promise<{ transferId: number; approval: Approval }> {
  requireReason(request.reason);
  const deposit = await lockUnidentified(work, request.depositRowId);
  if (isVenueWon(deposit.asset)) {
    throw new CheongsanError(
      'CONFLICT',
      `Deposit ${deposit.id} is won; it belongs to a case or goes through the bank, not back over the venue.`,
    );
  }
  const rest = await unidentifiedRest(work, deposit);
  if (!rest.isPositive()) throw new CheongsanError('CONFLICT', `All that is left of deposit ${deposit.id} is on its way back already.`);
  const quantity = request.quantity === undefined ? rest : CoinAmount.of(deposit.asset, request.quantity);
  if (!quantity.isPositive() || quantity.isMoreThan(rest)) {
    throw new CheongsanError(
      'CONFLICT',
      `Deposit ${deposit.id} has ${rest.toString()} ${deposit.asset} left to send back, ${quantity.toString()} was asked for.`,
    );
  }
  const { venueAccountId: accountId, asset } = deposit;
  const address = await chooseAddress(work, { accountId, asset, recipient: { depositRowId: deposit.id } }, request.addressId);
  const transfer = await work.tx.coinTransfer.create({
    data: {
      depositRowId: deposit.id,
      venueAccountId: deposit.venueAccountId,
      asset: deposit.asset,
      quantity: quantity.toString(),
      addressId: address.id,
      reason: request.reason,
      state: 'requested',
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  return askFor(work, { transfer, address, expiresAt: request.expiresAt });
}

/**
 * Takes the approver's decision over: an approved transfer waits for its instruction, any other ends. Doing it again changes
 * nothing. Errors: `APPROVAL_MISSING` while it is pending, `APPROVAL_STALE`.
 */
export async function applyTransferApproval(work: Work, approval: Approval): Promise<void> {
  const transfer = await work.tx.coinTransfer.findUniqueOrThrow({ where: { id: approval.subjectId } });
  if (transfer.state !== 'requested' || transfer.approvalId !== approval.id) return;
  const isOver = approval.state === 'rejected' || approval.state === 'expired' || approval.state === 'withdrawn';
  if (!isOver) await requireApproved(work.tx, approval.id, transferContent(transfer));
  const state = isOver ? 'rejected' : 'approved';
  const ended = isOver ? { endedAt: work.at, endReason: approval.decisionReason ?? approval.state } : {};
  const { count } = await work.tx.coinTransfer.updateMany({ where: { id: transfer.id, state: 'requested' }, data: { state, ...ended } });
  if (count === 0) return;
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: `transfer.${state}`,
    subject: `coin_transfer:${transfer.id}`,
    before: { state: 'requested' },
    after: { state },
    recordDigest: approval.contentDigest,
    payload: { approval: approval.id },
  });
}

async function askFor(
  work: Work,
  asked: { transfer: CoinTransfer; address: WithdrawalAddress; expiresAt: Date },
): Promise<{ transferId: number; approval: Approval }> {
  const { transfer, address, expiresAt } = asked;
  const policy = await readPolicy(work.tx);
  const approval = await requestApproval(work, {
    kind: 'coin_transfer',
    subjectType: TRANSFER_SUBJECT,
    subjectId: transfer.id,
    summary: `가상자산 반환 이체: ${transfer.quantity.toFixed()} ${transfer.asset} → 출금 주소 ${address.id} (${fingerprintOf(address)})`,
    content: transferContent(transfer),
    moneyAtStakeKrw: await lastWorth(work.tx, await atStake(work, transfer)),
    secondFromKrw: policy.get(secondApprovalFrom, seoulDay(work.at)),
    reason: transfer.reason,
    expiresAt,
  });
  await work.tx.coinTransfer.update({ where: { id: transfer.id }, data: { approvalId: approval.id } });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'transfer.requested',
    subject: `coin_transfer:${transfer.id}`,
    after: transferContent(transfer),
    payload: { asset: transfer.asset, quantity: transfer.quantity.toFixed(), approval: approval.id },
  });
  return { transferId: transfer.id, approval };
}

/**
 * What an approver answers for: the transfer with all others of the same holding or deposit that are under way or were done today (Seoul),
 * so that much does not leave in pieces that each need one approver.
 */
async function atStake(work: Work, { asset, holdingId, depositRowId }: CoinTransfer): Promise<CoinAmount> {
  const transfers = await work.tx.coinTransfer.findMany({
    where: {
      ...(holdingId === null ? { depositRowId } : { holdingId }),
      OR: [{ state: { in: ['requested', 'approved', 'instructed'] } }, { state: 'done', endedAt: { gte: startOfDay(seoulDay(work.at)) } }],
    },
  });
  return CoinAmount.sum(asset, transfers.map(quantityOf));
}

/** What is approved: these coins, from here, to there. */
export function transferContent(transfer: CoinTransfer) {
  const { id, holdingId, depositRowId, venueAccountId, asset, addressId, destinationReference } = transfer;
  return {
    act: 'send_coins',
    transferId: id,
    holdingId,
    depositRowId,
    accountId: venueAccountId,
    asset,
    quantity: transfer.quantity.toFixed(),
    ...(addressId === null ? { destination: destinationReference } : { addressId }),
  };
}

/** Refuses while more is to be sold or while it is unsure who may receive the coins. The case must be locked. */
export async function assertMayReturn(work: Work, caseId: number): Promise<void> {
  const { phase, number } = await work.tx.seizureCase.findUniqueOrThrow({ where: { id: caseId } });
  if (!RETURNING_PHASES.includes(phase)) {
    throw new CheongsanError('PHASE_WRONG', `Case ${number} is ${phase}; coins go back once the sale is over or nothing is owed.`);
  }
  const stay = await stayAgainstReturn(work, caseId);
  if (stay === undefined) return;
  throw new CheongsanError(
    'CONFLICT',
    `Stay ${stay.id} (${stay.kind}) of case ${number} leaves it open who may receive the coins; have it lifted first.`,
    { facts: { stayId: stay.id, kind: stay.kind } },
  );
}

/** A stay in force that leaves it open whose the coins are or who may receive them. */
export async function stayAgainstReturn(work: Work, caseId: number): Promise<{ readonly id: number; readonly kind: StayKind } | undefined> {
  return (await staysOfKinds(work.tx, [caseId], STAYS_AGAINST_RETURN, seoulDay(work.at)))[0];
}

/** Coins of a holding that are held and promised to no transfer. The account must be locked. */
export async function freeOf(work: Work, source: { holdingId: number; accountId: number; asset: string }): Promise<CoinAmount> {
  const { held } = await holdingCoins(work.tx, source);
  return held.minus(await promisedOf(work, source.holdingId, source.asset));
}

/** Coins of a holding that were promised to transfers which have not left yet. */
async function promisedOf(work: Work, holdingId: number, asset: string): Promise<CoinAmount> {
  const transfers = await work.tx.coinTransfer.findMany({
    where: { holdingId, sentEntryId: null, state: { in: ['requested', 'approved', 'instructed'] } },
  });
  return CoinAmount.sum(asset, transfers.map(quantityOf));
}
