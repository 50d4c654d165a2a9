import { appendAudit } from '../audit/append.ts';
import type { RecoveryCause, RecoveryState, VenueRecovery } from '../database/generated/client.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { type CivilDate, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { CoinAmount, Won } from '../kernel/money.ts';
import { readVenueAccount } from '../venue/account.ts';
import { requireReason } from './deposit-decision.ts';
import { comparableTransactionId } from './transaction-id.ts';

/** Why coins reached the venue and not the account. */
export const RECOVERY_CAUSES = {
  wrong_network: { title: '다른 네트워크로 보냄' },
  missing_tag: { title: '태그나 메모를 빠뜨림' },
  unsupported_asset: { title: '거래소가 받지 않는 종목' },
  refused: { title: '거래소가 반영을 거부함' },
} as const satisfies Record<RecoveryCause, { title: string }>;

export const RECOVERY_STATES = {
  asked: { title: '거래소의 답을 기다림' },
  recovered: { title: '복구되어 입금됨' },
  refused: { title: '복구할 수 없음' },
} as const satisfies Record<RecoveryState, { title: string }>;

export interface NewRecovery {
  readonly accountId: number;
  /** Of which it was meant to be, if anybody knows. */
  readonly holdingId?: number | undefined;
  readonly quantity: CoinAmount;
  /** Over which it came. */
  readonly network: string;
  readonly transactionId: string;
  readonly cause: RecoveryCause;
  /** Number of the letter or of the venue's ticket. */
  readonly reference: string;
  readonly reason: string;
  readonly askedOn: CivilDate;
}

/**
 * Records that the city asked an exchange for coins that reached it and not the account. Errors: `CONFLICT` when the exchange has
 * credited that transaction, or was asked for it already; `INPUT_INVALID`, `NOT_FOUND`.
 */
export async function askRecovery(work: Work, input: NewRecovery): Promise<number> {
  const { accountId, quantity, holdingId, cause, network, reference, reason, askedOn } = input;
  const { asset } = quantity;
  requireReason(reason);
  requireReason(reference);
  await readVenueAccount(work.tx, accountId);
  await lockRows(work, 'venue_account', [accountId]);
  const transactionId = comparableTransactionId(input.transactionId);
  if (askedOn > seoulDay(work.at)) throw new CheongsanError('INPUT_INVALID', `${askedOn} has not come yet.`);
  await assertMeantFor(work, holdingId, asset);
  const credited = await work.tx.venueDeposit.findFirst({
    where: { venueAccountId: accountId, asset, transactionId },
    select: { id: true },
  });
  if (credited !== null) {
    throw new CheongsanError('CONFLICT', `The exchange has credited this transaction as deposit ${credited.id}; match or return that.`);
  }
  const open = await work.tx.venueRecovery.findFirst({ where: { venueAccountId: accountId, asset, transactionId, state: 'asked' } });
  if (open !== null) throw new CheongsanError('CONFLICT', `The exchange was asked for this transaction already (${open.id}).`);
  const row = await work.tx.venueRecovery.create({
    data: {
      venueAccountId: accountId,
      holdingId: holdingId ?? null,
      asset,
      network,
      quantity: quantity.toString(),
      transactionId,
      cause,
      reference,
      reason,
      askedOn: dayToColumn(askedOn),
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  await auditRecovery(work, row, 'asked', { reason });
  return row.id;
}

async function assertMeantFor(work: Work, holdingId: number | undefined, asset: string): Promise<void> {
  if (holdingId === undefined) return;
  const holding = await work.tx.holding.findUnique({ where: { id: holdingId }, select: { asset: true } });
  if (holding === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
  if (holding.asset !== asset) throw new CheongsanError('INPUT_INVALID', `Holding ${holdingId} is of ${holding.asset}, not of ${asset}.`);
}

export type RecoveryOutcome =
  /** By which deposit it came, and what the exchange took for it. */
  { readonly kind: 'recovered'; readonly depositRowId: number; readonly fee: Won | CoinAmount | undefined } | { readonly kind: 'refused' };

/**
 * Records what came of it. A recovered one names the deposit that it became, which is matched or returned like any other; its fee in
 * coins is what is missing of it. Errors: `CONFLICT` when it has an outcome, or the deposit is another's, of another asset or more than
 * was asked for; `NOT_FOUND`.
 */
export async function endRecovery(
  work: Work,
  input: { readonly recoveryId: number; readonly outcome: RecoveryOutcome; readonly reason: string },
): Promise<void> {
  requireReason(input.reason);
  const found = await work.tx.venueRecovery.findUnique({ where: { id: input.recoveryId } });
  if (found === null) throw new CheongsanError('NOT_FOUND', `There is no recovery ${input.recoveryId}.`);
  await lockRows(work, 'venue_account', [found.venueAccountId]);
  const row = await work.tx.venueRecovery.findUniqueOrThrow({ where: { id: found.id } });
  if (row.state !== 'asked') throw new CheongsanError('CONFLICT', `Recovery ${row.id} is ${row.state} already.`);
  const { outcome } = input;
  if (outcome.kind === 'recovered') await assertRecovered(work, row, outcome);
  const fee = outcome.kind === 'recovered' ? outcome.fee : undefined;
  await work.tx.venueRecovery.update({
    where: { id: row.id },
    data: {
      state: outcome.kind,
      depositRowId: outcome.kind === 'recovered' ? outcome.depositRowId : null,
      feeAsset: fee === undefined ? null : fee instanceof Won ? 'KRW' : fee.asset,
      feeQuantity: fee === undefined ? null : fee.toString(),
      outcomeReason: input.reason,
      endedById: userIdOf(work.actor),
      endedAt: work.at,
    },
  });
  await auditRecovery(work, row, outcome.kind, { reason: input.reason, fee: fee?.toString() });
}

async function assertRecovered(work: Work, row: VenueRecovery, outcome: RecoveryOutcome & { kind: 'recovered' }): Promise<void> {
  const { depositRowId, fee } = outcome;
  const deposit = await work.tx.venueDeposit.findUnique({ where: { id: depositRowId } });
  if (deposit === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  const isTaken = (await work.tx.venueRecovery.count({ where: { depositRowId } })) > 0;
  const coinFee = fee instanceof CoinAmount ? fee : CoinAmount.zero(row.asset);
  const isOther = deposit.venueAccountId !== row.venueAccountId || deposit.asset !== row.asset || coinFee.asset !== row.asset;
  if (isOther || isTaken || deposit.quantity.plus(coinFee.toString()).greaterThan(row.quantity)) {
    throw new CheongsanError(
      'CONFLICT',
      `Deposit ${depositRowId} (${deposit.quantity.toFixed()} ${deposit.asset}) with its fee is not what recovery ${row.id} asked for (${row.quantity.toFixed()} ${row.asset}).`,
    );
  }
}

async function auditRecovery(work: Work, row: VenueRecovery, what: string, facts: Record<string, string | undefined>): Promise<void> {
  const { id, venueAccountId, asset, quantity, network, cause, holdingId } = row;
  await appendAudit(work, {
    stream: `account:${venueAccountId}`,
    action: `venue_recovery.${what}`,
    subject: `venue_recovery:${id}`,
    payload: { asset, quantity: quantity.toFixed(), network, cause, holding: holdingId ?? undefined, ...facts },
  });
}
