import { appendAudit } from '../audit/append.ts';
import type { Approval, BalanceExplanation } from '../database/generated/client.ts';
import type { ExplanationKind, ExplanationSide } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import { userIdOf, type Work } from '../database/work.ts';
import { requestApproval } from '../identity/approval.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { type CivilDate, dayFromColumn, dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import { Decimal } from '../kernel/decimal.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { VenueWon } from '../kernel/money.ts';
import { readPolicy } from '../policy/book.ts';
import { secondApprovalFrom } from '../policy/definitions/sale.ts';
import { lastWorth } from '../valuation/last-worth.ts';
import { readVenueAccount } from '../venue/account.ts';
import { DIFFERENCE_SUBJECT } from '../venue/freeze.ts';
import { isVenueWon, ledgerAmount } from '../venue/ledger-asset.ts';
import { requireReason } from './deposit-decision.ts';
import { EXPLANATION_KINDS } from './explanation-kinds.ts';
import { openStakes } from './explanation-owners.ts';

/*
 * A difference between exchange and books that no deposit and no withdrawal shows is explained by one official and agreed to by another.
 * It is booked by the reading that still shows it, so that what has gone meanwhile is never booked:
 *
 *   requested ─▶ approved ─▶ booked
 *       │            │
 *       ▼            ▼
 *   rejected       lapsed (no longer there when the account was read and nothing was under way)
 */

export interface ExplanationRequest {
  readonly accountId: number;
  /** Asset of the ledger. */
  readonly asset: string;
  readonly kind: ExplanationKind;
  readonly side: ExplanationSide;
  /** Of the asset, a plain decimal above zero; at most what differs. */
  readonly quantity: string;
  /** The exchange's notice, or whatever else shows it. */
  readonly reference: string;
  readonly occurredOn: CivilDate;
  /** Of an excess of coins: whoever held them at this instant owns it, in proportion. Absent: nobody is known to own it. */
  readonly accruedAt?: Date;
  /** The asset whose holders own it, where that is another one than what has come, as with a fork. Only beside the instant. */
  readonly accruedOf?: string;
  /** Of a shortage: the holding, or the unidentified deposit, whose coins are gone. Both absent: the city makes it good. */
  readonly holdingId?: number;
  readonly depositRowId?: number;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * Asks somebody else to agree what a difference is. Errors: `INPUT_INVALID` for a kind that is no such thing, a day to come, owners that
 * the side does not know, or a reason or reference that holds a person's number; `CONFLICT` when the last reading shows no such difference,
 * or others explain it already; `NOT_FOUND`, those of `requestApproval`.
 */
export async function requestExplanation(
  work: Work,
  request: ExplanationRequest,
): Promise<{ readonly explanationId: number; readonly approval: Approval }> {
  requireReason(request.reason);
  assertNamesNobody({}, { reference: request.reference });
  await lockRows(work, 'venue_account', [request.accountId]);
  const { venueCode } = await readVenueAccount(work.tx, request.accountId);
  assertSensible(request, work.at);
  await assertOwners(work, request);
  const amount = ledgerAmount(venueCode, request.asset, request.quantity);
  if (!amount.isPositive())
    throw new CheongsanError('INPUT_INVALID', `${request.quantity} is no quantity to explain; give one above zero.`);
  await assertDiffers(work, request, amount.value);
  const explanation = await work.tx.balanceExplanation.create({
    data: {
      venueAccountId: request.accountId,
      asset: request.asset,
      kind: request.kind,
      side: request.side,
      quantity: amount.toString(),
      reference: request.reference,
      occurredOn: dayToColumn(request.occurredOn),
      accruedAt: request.accruedAt ?? null,
      accruedOf: request.accruedOf ?? null,
      holdingId: request.holdingId ?? null,
      depositRowId: request.depositRowId ?? null,
      reason: request.reason,
      createdById: userIdOf(work.actor),
      createdAt: work.at,
    },
  });
  const policy = await readPolicy(work.tx);
  const approval = await requestApproval(work, {
    kind: 'freeze_release',
    subjectType: DIFFERENCE_SUBJECT,
    subjectId: explanation.id,
    summary: `잔액 차이의 설명: ${request.side === 'excess' ? '더 있는' : '모자란'} ${amount.toString()} ${request.asset} - ${EXPLANATION_KINDS[request.kind].title}`,
    content: explanationContent(explanation),
    moneyAtStakeKrw: amount instanceof VenueWon ? amount.toWon('down') : await lastWorth(work.tx, amount),
    secondFromKrw: policy.get(secondApprovalFrom, seoulDay(work.at)),
    reason: request.reason,
    expiresAt: request.expiresAt,
  });
  await work.tx.balanceExplanation.update({ where: { id: explanation.id }, data: { approvalId: approval.id } });
  await appendAudit(work, {
    stream: `account:${request.accountId}`,
    action: 'balance_explanation.requested',
    subject: `balance_explanation:${explanation.id}`,
    recordDigest: approval.contentDigest,
    payload: { ...explanationContent(explanation), approval: approval.id },
  });
  return { explanationId: explanation.id, approval };
}

/** What is approved: this much of this asset is this, and theirs. */
export function explanationContent(explanation: BalanceExplanation) {
  const { id, venueAccountId, asset, kind, side, quantity, reference, occurredOn, holdingId, depositRowId } = explanation;
  const { accruedAt, accruedOf } = explanation;
  return {
    explanationId: id,
    accountId: venueAccountId,
    asset,
    kind,
    side,
    quantity: quantity.toFixed(),
    reference,
    occurredOn: dayFromColumn(occurredOn),
    accruedAt: accruedAt?.toISOString() ?? null,
    accruedOf,
    holdingId,
    depositRowId,
  };
}

function assertSensible(
  { asset, kind, side, occurredOn, accruedAt, accruedOf, holdingId, depositRowId, reference }: ExplanationRequest,
  at: Date,
): void {
  const { sides, of, title } = EXPLANATION_KINDS[kind];
  const unit = isVenueWon(asset) ? 'won' : 'coins';
  const wrong = [
    ...(sides.includes(side) ? [] : [`${kind} (${title}) is no ${side}`]),
    ...(of === 'any' || of === unit ? [] : [`${kind} (${title}) is not of ${asset}`]),
    ...(occurredOn <= seoulDay(at) ? [] : [`${occurredOn} is still to come`]),
    ...(reference.trim() === '' ? ['an explanation names what shows it'] : []),
    ...(side === 'excess' && (holdingId !== undefined || depositRowId !== undefined) ? ['only a shortage takes from somebody'] : []),
    ...(holdingId !== undefined && depositRowId !== undefined ? ['a shortage takes from one'] : []),
    ...(accruedAt !== undefined && (side !== 'excess' || unit !== 'coins') ? ['only an excess of coins accrues to holders'] : []),
    ...(accruedOf !== undefined && accruedAt === undefined ? ['what accrued to holders of another asset did so at an instant'] : []),
    ...(accruedOf === asset ? [`name ${asset} once: what accrues to itself needs no other asset`] : []),
    ...(accruedOf !== undefined && isVenueWon(accruedOf) ? ['nothing forks from won'] : []),
    ...(accruedAt !== undefined && accruedAt > at ? [`${accruedAt.toISOString()} is still to come`] : []),
  ];
  if (wrong.length > 0) throw new CheongsanError('INPUT_INVALID', `This explains nothing: ${wrong.join('; ')}.`);
}

async function assertOwners(work: Work, request: ExplanationRequest): Promise<void> {
  const { accountId, asset, accruedAt, accruedOf, holdingId, depositRowId } = request;
  const of = accruedOf ?? asset;
  if (
    accruedAt !== undefined &&
    (await openStakes(work.tx, { accountId, asset, of, at: accruedAt })).every(({ quantity }) => quantity.isZero())
  ) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `Nobody had ${of} at account ${accountId} at ${accruedAt.toISOString()}; name the asset it came from, or leave the instant out.`,
    );
  }
  if (holdingId !== undefined) {
    const holding = await work.tx.holding.findUnique({ where: { id: holdingId }, select: { asset: true, venueAccountId: true } });
    if (holding === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
    if (holding.asset !== asset || holding.venueAccountId !== accountId)
      throw new CheongsanError('CONFLICT', `Holding ${holdingId} has no ${asset} at account ${accountId}.`);
  }
  if (depositRowId === undefined) return;
  const deposit = await work.tx.venueDeposit.findUnique({ where: { id: depositRowId } });
  if (deposit === null) throw new CheongsanError('NOT_FOUND', `There is no deposit ${depositRowId}.`);
  if (deposit.asset !== asset || deposit.venueAccountId !== accountId || deposit.state !== 'unidentified')
    throw new CheongsanError('CONFLICT', `Deposit ${depositRowId} has no unidentified ${asset} at account ${accountId}.`);
}

/** The last reading shows what is to be explained, and nobody else explains that part of it. */
async function assertDiffers(work: Work, { accountId, asset, side }: ExplanationRequest, quantity: Decimal): Promise<void> {
  const reading = await work.tx.balanceReading.findFirst({ where: { venueAccountId: accountId, asset }, orderBy: { id: 'desc' } });
  const excess = reading === null ? new Decimal(0) : new Decimal(reading.venueQuantity.minus(reading.ledgerQuantity).toFixed());
  const differing = side === 'excess' ? excess : excess.negated();
  const open = await work.tx.balanceExplanation.findMany({
    where: { venueAccountId: accountId, asset, side, state: { in: ['requested', 'approved'] } },
    select: { quantity: true },
  });
  const left = open.reduce((rest, { quantity: explained }) => rest.minus(explained.toFixed()), differing);
  if (!quantity.isGreaterThan(left)) return;
  throw new CheongsanError(
    'CONFLICT',
    `${Decimal.max(left, 0).toFixed()} ${asset} at account ${accountId} are left to be explained as ${side}, ${quantity.toFixed()} were given; compare the account again and explain what it shows.`,
    { facts: { left: left.toFixed(), asked: quantity.toFixed() } },
  );
}
