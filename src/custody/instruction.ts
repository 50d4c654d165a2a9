import { appendAudit } from '../audit/append.ts';
import type { CoinTransfer } from '../database/generated/client.ts';
import { type Actor, type Database, userIdOf, type Work } from '../database/work.ts';
import type { ExchangePort } from '../exchange/port.ts';
import { requireApproved } from '../identity/approval.ts';
import { createIntent, markSent, settleIntent } from '../intent/intent.ts';
import { seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { readPolicy } from '../policy/book.ts';
import { depositPollSeconds } from '../policy/definitions/sale.ts';
import { requireMovementAllowed } from '../venue/movement-gate.ts';
import { missingAt } from '../venue/unexplained.ts';
import { VENUES, venueCode } from '../venue/venue-directory.ts';
import { requireReason } from './deposit-decision.ts';
import { openLoss } from './loss.ts';
import { assertMayReturn, transferContent } from './return.ts';
import { requireScreened } from './screening.ts';
import { comparableTransactionId } from './transaction-id.ts';
import { assertWithinDailyLimit } from './transfer-limit.ts';
import { advanceTransfer, lockTransfer, transferStream, withdrawalKey } from './transfer-progress.ts';
import { logAddressView } from './withdrawal-address-row.ts';
import { type Destination, fingerprintOf, openDestination } from './withdrawal-address-seal.ts';
import { requireUsable } from './withdrawal-address-use.ts';
import { claimNamed, holdersOf } from './withdrawal-match.ts';
import { earliestOf } from './withdrawal-rules.ts';
import { readWithdrawals } from './withdrawals.ts';

/** What a person does at the exchange's site: exactly this, once. */
export interface TransferInstruction {
  readonly transferId: number;
  /** Our own reference, for the memo or the file. */
  readonly identifier: string;
  readonly venueTitle: string;
  readonly accountLabel: string;
  readonly asset: string;
  readonly quantity: string;
  /** The address, or the account at the same exchange. */
  readonly destinationReference: string;
  /** As the exchange's site names it; `internal` for an account there. */
  readonly network: string;
  /** Tag or memo. */
  readonly secondaryAddress: string | null;
  readonly addressId: number;
  /** What the address is called where it is not written. */
  readonly fingerprint: string;
  /** Under which the exchange's site has the address registered. */
  readonly registrationReference: string;
}

/**
 * Commits to an approved transfer and says what its sender has to do; asked for again it says the same. The intent exists
 * before anybody reads the instruction, and there is one for each transfer, so none is made twice on our word. Opening the address is
 * logged as a view. Errors: `TRADING_HALTED`, `ASSET_FROZEN`, `CONFLICT` when a stay has come in between or the venue lists it,
 * `APPROVAL_STALE`, `NOT_FOUND`, those of `requireUsable`, `requireScreened` and `assertWithinDailyLimit`.
 */
export async function instructTransfer(work: Work, keys: MasterKey, transferId: number): Promise<TransferInstruction> {
  const transfer = await lockTransfer(work, transferId);
  if (transfer.state === 'instructed' && transfer.confirmedAt === null) return instructionAgain(work, keys, transfer);
  if (transfer.state !== 'approved') {
    throw new CheongsanError(
      'CONFLICT',
      `Transfer ${transferId} is ${transfer.state}${transfer.confirmedAt === null ? '' : ' and sent'}; it is not to be sent.`,
    );
  }
  await assertMaySend(work, transfer);
  const intent = await createIntent(work, { port: 'coin_transfer', subject: `coin_transfer:${transferId}` });
  const instructed = await work.tx.coinTransfer.update({
    where: { id: transferId },
    data: { state: 'instructed', intentId: intent.id, instructedAt: work.at },
  });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: 'transfer.instructed',
    subject: `coin_transfer:${transferId}`,
    before: { state: 'approved' },
    after: { state: 'instructed' },
    payload: { intent: intent.id, asset: transfer.asset, quantity: transfer.quantity.toFixed() },
  });
  return instructionOf(work, keys, instructed);
}

/** Everything that must hold whenever somebody is told to send. Errors: as above. */
async function assertMaySend(work: Work, transfer: CoinTransfer): Promise<void> {
  const { id, approvalId, caseId, venueAccountId: accountId, asset } = transfer;
  if (approvalId === null) throw new CheongsanError('CONFLICT', `Nobody has approved transfer ${id}; give it up and ask for it anew.`);
  await requireApproved(work.tx, approvalId, transferContent(transfer));
  if (caseId !== null) await assertMayReturn(work, caseId);
  await requireUsable(work, transfer);
  await requireMovementAllowed(work, { accountId, asset, kind: 'finish' });
  await requireScreened(work, id);
  await assertWithinDailyLimit(work, transfer);
}

/**
 * The sender's word that he has sent it, with the transaction the site showed him, if any; it may be added later, once. The coins are in
 * transit from then on, and done once the venue says so too. What the venue lists under that transaction is this transfer, even if it was
 * taken for another one of its quantity that nobody says he sent. Errors: `CONFLICT` when it is not instructed, was confirmed with another
 * transaction, or is listed under another one; `FORBIDDEN` for anybody but an official, `NOT_FOUND`.
 */
export async function confirmInstructed(
  work: Work,
  input: { readonly transferId: number; readonly transactionId?: string },
): Promise<void> {
  const userId = userIdOf(work.actor);
  if (userId === null) throw new CheongsanError('FORBIDDEN', 'Only the official who sent the coins can say that he has.');
  const transactionId = input.transactionId === undefined ? null : comparableTransactionId(input.transactionId);
  const holders = await holdersOf(work.tx, input.transferId, transactionId);
  const transfer = await lockTransfer(work, input.transferId, holders);
  if (transfer.confirmedAt !== null && (transactionId === null || transactionId === transfer.transactionId)) return;
  await assertConfirmable(work, transfer, transactionId);
  const isFirst = transfer.confirmedAt === null;
  if (isFirst) await markTransferSent(work, transfer);
  const confirmed = await work.tx.coinTransfer.update({
    where: { id: transfer.id },
    data: { transactionId, ...(isFirst ? { confirmedAt: work.at, confirmedById: userId } : {}) },
  });
  await appendAudit(work, {
    stream: transferStream(transfer),
    action: isFirst ? 'transfer.confirmed' : 'transfer.transaction_added',
    subject: `coin_transfer:${transfer.id}`,
    payload: { transactionId },
  });
  await claimNamed(work, confirmed, holders);
  await advanceTransfer(work, transfer.id);
  work.ring('custody', transfer.venueAccountId);
}

/** A transfer not yet said to be sent, or one without a transaction that the venue does not list yet. */
async function assertConfirmable(work: Work, transfer: CoinTransfer, transactionId: string | null): Promise<void> {
  const { id, state, confirmedAt } = transfer;
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(id) } });
  const mayBeAdded = confirmedAt === null || (transfer.transactionId === null && listed === null);
  if (state !== 'instructed' || !mayBeAdded) {
    throw new CheongsanError(
      'CONFLICT',
      `Transfer ${id} is ${state}${confirmedAt === null ? '' : ' and confirmed'}${listed === null ? '' : ' and listed by the venue'}; it cannot be confirmed.`,
    );
  }
  if (transactionId === null || listed === null || listed.transactionId === null || listed.transactionId === transactionId) return;
  throw new CheongsanError(
    'CONFLICT',
    `The venue lists transfer ${id} under another transaction than was written down (withdrawal ${listed.id}). Read the transaction at its site again; if that withdrawal is not this transfer, have the match undone first.`,
    { facts: { withdrawalRowId: listed.id } },
  );
}

async function markTransferSent(work: Work, { id, intentId }: CoinTransfer): Promise<void> {
  if (intentId === null) throw new CheongsanError('INTERNAL', `Transfer ${id} is instructed without an intent.`);
  const pollSeconds = (await readPolicy(work.tx)).get(depositPollSeconds, seoulDay(work.at));
  await markSent(work, intentId, { sendsBefore: 0, nextLookAt: new Date(work.at.getTime() + pollSeconds * 1_000) });
}

/**
 * Gives an instructed transfer up before anybody has sent it. The venue is asked first: what it lists under this transfer cannot
 * be given up, nor one that may be what left under another quantity. Errors: `CONFLICT`, those of the port, `FORBIDDEN` for anybody
 * but an official.
 */
export async function abandonTransfer(
  database: Database,
  actor: Actor,
  port: ExchangePort,
  input: { readonly transferId: number; readonly reason: string },
): Promise<void> {
  requireReason(input.reason);
  if (actor.kind !== 'user') throw new CheongsanError('FORBIDDEN', 'Only an official can say that he did not send the coins.');
  const { venueAccountId } = await database.read.coinTransfer.findUniqueOrThrow({ where: { id: input.transferId } });
  await readWithdrawals(database, port, venueAccountId);
  await database.work(actor, async (work) => {
    const transfer = await lockTransfer(work, input.transferId);
    const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(transfer.id) } });
    const mayEnd = transfer.state === 'approved' || (transfer.state === 'instructed' && transfer.confirmedAt === null && listed === null);
    if (!mayEnd) {
      throw new CheongsanError(
        'CONFLICT',
        `Transfer ${transfer.id} is ${transfer.state}${listed === null ? '' : ' and listed by the venue'}; it cannot be given up.`,
      );
    }
    await assertNothingElseLeft(work, transfer);
    await work.tx.coinTransfer.update({
      where: { id: transfer.id },
      data: { state: 'failed', endedAt: work.at, endReason: input.reason },
    });
    if (transfer.intentId !== null) await settleIntent(work, transfer.intentId, 'dead', { abandoned: input.reason });
    await appendAudit(work, {
      stream: transferStream(transfer),
      action: 'transfer.abandoned',
      subject: `coin_transfer:${transfer.id}`,
      before: { state: transfer.state },
      after: { state: 'failed' },
      payload: { reason: input.reason },
    });
    if (transfer.caseId !== null) work.ring('cases', transfer.caseId);
  });
}

/**
 * What left since the instruction and nobody accounts for may be this transfer with another quantity typed in: given up, it could
 * never be explained, and its coins would be owed and sent once more. What has come back or was made good is no such thing.
 */
export async function assertNothingElseLeft(work: Work, transfer: CoinTransfer): Promise<void> {
  const { id, venueAccountId, asset, instructedAt } = transfer;
  if (instructedAt === null) return;
  const strays = await work.tx.venueWithdrawal.findMany({
    where: { venueAccountId, asset, matchedTo: null, state: { not: 'failed' }, createdAt: { gte: earliestOf(instructedAt) } },
    orderBy: { id: 'asc' },
  });
  const isMissing = !(await missingAt(work.tx, venueAccountId, asset)).isZero();
  for (const stray of strays) {
    const isOpen = stray.ledgerEntryId === null || (isMissing && !(await openLoss(work.tx, stray)).isZero());
    if (!isOpen) continue;
    throw new CheongsanError(
      'CONFLICT',
      `Withdrawal ${stray.id} of ${stray.quantity.toFixed()} ${asset} left since transfer ${id} was instructed, and nobody instructed it; explain it by the transfer if it is that, or get it back or made good, before anything else is done with the transfer.`,
      { facts: { withdrawalRowId: stray.id, quantity: stray.quantity.toFixed() } },
    );
  }
}

/** Told once more, as long as it may be sent and nothing says that it may have been: listed by the venue, or left without being told apart. */
async function instructionAgain(work: Work, keys: MasterKey, transfer: CoinTransfer): Promise<TransferInstruction> {
  const { id } = transfer;
  const listed = await work.tx.venueWithdrawal.findUnique({ where: { matchedTo: withdrawalKey(id) }, select: { id: true } });
  if (listed !== null) {
    throw new CheongsanError('CONFLICT', `The venue lists transfer ${id} already (row ${listed.id}); confirm it, do not send it again.`);
  }
  await assertMaySend(work, transfer);
  await assertNothingElseLeft(work, transfer);
  return instructionOf(work, keys, transfer);
}

async function instructionOf(work: Work, keys: MasterKey, transfer: CoinTransfer): Promise<TransferInstruction> {
  if (transfer.intentId === null) throw new CheongsanError('INTERNAL', `Transfer ${transfer.id} is instructed without an intent.`);
  const intent = await work.tx.intent.findUniqueOrThrow({ where: { id: transfer.intentId } });
  const account = await work.tx.venueAccount.findUniqueOrThrow({ where: { id: transfer.venueAccountId } });
  return {
    transferId: transfer.id,
    identifier: intent.identifier,
    venueTitle: VENUES[venueCode(account.venueCode)].title,
    accountLabel: account.label,
    asset: transfer.asset,
    quantity: transfer.quantity.toFixed(),
    ...(await whereTo(work, keys, transfer)),
  };
}

async function whereTo(work: Work, keys: MasterKey, { id, addressId }: CoinTransfer) {
  if (addressId === null) throw new CheongsanError('INTERNAL', `Transfer ${id} goes to no listed address.`);
  const row = await work.tx.withdrawalAddress.findUniqueOrThrow({ where: { id: addressId } });
  const { address, network, secondaryAddress }: Destination = await openDestination(work.tx, keys, row);
  await logAddressView(work, row, 'coin_transfer.send');
  const { registrationReference } = row;
  return { destinationReference: address, network, secondaryAddress, addressId, fingerprint: fingerprintOf(row), registrationReference };
}
