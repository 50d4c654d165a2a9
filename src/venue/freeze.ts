import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Approval, AssetFreeze } from '../database/generated/client.ts';
import { jsonColumn } from '../database/json.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { raiseAlert } from '../intent/alert.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { leavingAt, unexplainedAt } from './unexplained.ts';

/** Why an asset is frozen. */
export type FreezeReason =
  /** The venue's balance differed from the ledger too often in a row. */
  | 'balance_difference'
  /** Something left the account that nobody had instructed. */
  | 'unknown_withdrawal'
  /** A fact from outside did not fit the ledger and went to *unexplained*. */
  | 'unexplained_posting'
  /** A person wants it. */
  | 'by_person';

/**
 * From the one that an explained difference lifts by itself to the one that only those lift who know why somebody asked for it. A graver
 * reason takes an open freeze over.
 */
const BY_GRAVITY: readonly string[] = [
  'balance_difference',
  'unexplained_posting',
  'unknown_withdrawal',
  'by_person',
] satisfies readonly FreezeReason[];

/** What an approval to explain a difference is about; it is of the same kind as one to lift a freeze. */
export const DIFFERENCE_SUBJECT = 'balance_explanation';
const explainedAccount = z.object({ accountId: z.int() });

const TITLES: Readonly<Record<FreezeReason, string>> = {
  balance_difference: '거래소 잔액과 장부의 차이가 계속됨',
  unknown_withdrawal: '지시하지 않은 출금',
  unexplained_posting: '장부와 맞지 않는 거래',
  by_person: '담당자 요청',
};

export interface FreezeInput {
  readonly accountId: number;
  /** Asset of the ledger: `BTC`, or `KRW@upbit` for won there. */
  readonly asset: string;
  readonly reason: FreezeReason;
  readonly facts: { readonly [key: string]: Canonical };
}

/**
 * Stops every sale and transfer of an asset at an account, with audit event and alert. While it is frozen already a graver reason takes
 * the freeze over, with its facts, so that it is lifted only as one of that reason is; for any other nothing happens. Locks the account.
 * Returns the open freeze and whether it is new.
 */
export async function freezeAsset(work: Work, input: FreezeInput): Promise<{ readonly freezeId: number; readonly isNew: boolean }> {
  const { accountId, asset, reason, facts } = input;
  await lockRows(work, 'venue_account', [accountId]);
  const open = await work.tx.assetFreeze.findFirst({ where: { venueAccountId: accountId, asset, liftedAt: null } });
  if (open !== null) {
    if (BY_GRAVITY.indexOf(reason) > BY_GRAVITY.indexOf(open.reason)) await takeOver(work, open, input);
    return { freezeId: open.id, isNew: false };
  }
  const freeze = await work.tx.assetFreeze.create({
    data: { venueAccountId: accountId, asset, reason, facts: jsonColumn(facts), frozenAt: work.at },
  });
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'asset.frozen',
    subject: `asset_freeze:${freeze.id}`,
    after: { asset, reason },
    payload: { asset, reason, facts },
  });
  await tell(work, freeze.id, input, { code: 'asset_frozen', what: '동결했습니다' });
  return { freezeId: freeze.id, isNew: true };
}

async function takeOver(work: Work, open: AssetFreeze, input: FreezeInput): Promise<void> {
  const { accountId, asset, reason, facts } = input;
  await work.tx.assetFreeze.update({ where: { id: open.id }, data: { reason, facts: jsonColumn(facts) } });
  await appendAudit(work, {
    stream: `account:${accountId}`,
    action: 'asset.freeze_restated',
    subject: `asset_freeze:${open.id}`,
    before: { asset, reason: open.reason },
    after: { asset, reason },
    payload: { asset, reason, facts },
  });
  await tell(work, open.id, input, { code: 'asset_freeze_restated', what: '계속 동결합니다' });
}

async function tell(
  work: Work,
  freezeId: number,
  { accountId, asset, reason, facts }: FreezeInput,
  { code, what }: { readonly code: string; readonly what: string },
): Promise<void> {
  await raiseAlert(work, {
    code,
    severity: 'critical',
    subject: `asset_freeze:${freezeId}`,
    text: `${asset}의 매각과 이전을 ${what}. 사유: ${TITLES[reason]}`,
    facts: { accountId, asset, reason, ...facts },
  });
}

/** An official stops an asset for a reason of his own. Errors: `INPUT_INVALID` for a reason that holds a person's number, `NOT_FOUND`. */
export async function freezeByPerson(
  work: Work,
  { accountId, asset, reason }: Pick<FreezeInput, 'accountId' | 'asset'> & { readonly reason: string },
): Promise<{ readonly freezeId: number; readonly isNew: boolean }> {
  assertNamesNobody({}, { reason });
  return freezeAsset(work, { accountId, asset, reason: 'by_person', facts: { reason } });
}

/**
 * Freezes an asset of which a decision of ours has left something unexplained, so that a lifted freeze is not the last word. Does
 * nothing when everything there has its reason. The account must be locked.
 */
export async function freezeUnexplained(
  work: Work,
  { accountId, asset, facts }: Pick<FreezeInput, 'accountId' | 'asset' | 'facts'>,
): Promise<void> {
  const balance = await unexplainedAt(work.tx, accountId, asset);
  if (balance.isZero()) return;
  await freezeAsset(work, { accountId, asset, reason: 'unexplained_posting', facts: { ...facts, unexplained: balance.toFixed() } });
}

export async function isFrozen(reader: Pick<Transaction, 'assetFreeze'>, accountId: number, asset: string): Promise<boolean> {
  return (
    (await reader.assetFreeze.findFirst({ where: { venueAccountId: accountId, asset, liftedAt: null }, select: { id: true } })) !== null
  );
}

/** Freezes that nobody has lifted, oldest first. */
export async function openFreezes(reader: Pick<Transaction, 'assetFreeze'>): Promise<AssetFreeze[]> {
  return reader.assetFreeze.findMany({ where: { liftedAt: null }, orderBy: { id: 'asc' } });
}

/**
 * Asks somebody else to lift a freeze. The explanation says what the cause was and how it was put right. Errors:
 * `FREEZE_UNEXPLAINED`, `NOT_FOUND`, `CONFLICT`, those of `requestApproval`.
 */
export async function requestFreezeRelease(
  work: Work,
  input: { freezeId: number; explanation: string; expiresAt: Date },
): Promise<Approval> {
  const freeze = await openFreeze(work.tx, input.freezeId);
  await assertExplained(work.tx, freeze);
  return requestApproval(work, {
    kind: 'freeze_release',
    subjectType: 'asset_freeze',
    subjectId: freeze.id,
    summary: `동결 해제: ${freeze.asset}`,
    content: contentOf(freeze),
    reason: input.explanation,
    expiresAt: input.expiresAt,
  });
}

/**
 * Lifts an approved freeze. What differs from the venue anew freezes the asset again with the next readings. Of an approved explanation
 * the account is rung, whose next reading books it. Errors: `FREEZE_UNEXPLAINED`, those of `requireApproved`.
 */
export async function applyFreezeRelease(work: Work, approval: Approval): Promise<void> {
  if (approval.subjectType === DIFFERENCE_SUBJECT) return work.ring('custody', explainedAccount.parse(approval.content).accountId);
  const { venueAccountId } = await openFreeze(work.tx, approval.subjectId);
  await lockRows(work, 'venue_account', [venueAccountId]);
  const freeze = await openFreeze(work.tx, approval.subjectId);
  await requireApproved(work.tx, approval.id, contentOf(freeze));
  await assertExplained(work.tx, freeze);
  await lift(work, freeze, approval.id);
}

/**
 * Lifts the freeze that a difference had brought, once an approved explanation is booked and nothing differs any more. A freeze for
 * another reason stays, and so does one with something left unexplained. The account must be locked. True when it was lifted.
 */
export async function liftExplainedFreeze(
  work: Work,
  { accountId, asset, approvalId }: { readonly accountId: number; readonly asset: string; readonly approvalId: number },
): Promise<boolean> {
  const freeze = await work.tx.assetFreeze.findFirst({ where: { venueAccountId: accountId, asset, liftedAt: null } });
  if (freeze === null || freeze.reason !== 'balance_difference') return false;
  const isOpen = (await leavingAt(work.tx, accountId, asset)) !== undefined || !(await unexplainedAt(work.tx, accountId, asset)).isZero();
  if (isOpen || (await differsAt(work.tx, accountId, asset))) return false;
  await lift(work, freeze, approvalId);
  return true;
}

async function lift(work: Work, freeze: AssetFreeze, approvalId: number): Promise<void> {
  await work.tx.assetFreeze.update({ where: { id: freeze.id }, data: { liftedAt: work.at, approvalId } });
  await appendAudit(work, {
    stream: `account:${freeze.venueAccountId}`,
    action: 'asset.unfrozen',
    subject: `asset_freeze:${freeze.id}`,
    before: { asset: freeze.asset, reason: freeze.reason },
    payload: { asset: freeze.asset, approval: approvalId },
  });
}

/** Somebody's coins or won would move again while a part of them is not there, or while it is unknown whose what is there is. */
async function assertExplained(tx: Transaction, { venueAccountId: accountId, asset }: AssetFreeze): Promise<void> {
  const leaving = await leavingAt(tx, accountId, asset);
  if (leaving !== undefined) {
    throw new CheongsanError(
      'FREEZE_UNEXPLAINED',
      `Withdrawal ${leaving} of ${asset} at account ${accountId}, which nobody instructed, is still under way. Have it stopped at the exchange, or explain it by its transfer.`,
      { facts: { accountId, asset, withdrawalRowId: leaving } },
    );
  }
  if (await differsAt(tx, accountId, asset)) {
    throw new CheongsanError(
      'FREEZE_UNEXPLAINED',
      `${asset} at account ${accountId} differed from the books when it was last compared with the exchange. Explain the difference, or take the excess as a receipt, and compare again.`,
      { facts: { accountId, asset } },
    );
  }
  const balance = await unexplainedAt(tx, accountId, asset);
  if (balance.isZero()) return;
  throw new CheongsanError(
    'FREEZE_UNEXPLAINED',
    `${balance.toFixed()} ${asset} at account ${accountId} stands on unexplained (1190). Bring it to zero first: explain the withdrawal by its transfer, or take a deposit as its recovery or as the city's own means that make it good.`,
    { facts: { accountId, asset, balance: balance.toFixed() } },
  );
}

/** True when the last comparison with the venue found another balance than the books'. */
async function differsAt(tx: Transaction, accountId: number, asset: string): Promise<boolean> {
  const last = await tx.balanceReading.findFirst({
    where: { venueAccountId: accountId, asset },
    orderBy: { id: 'desc' },
    select: { agrees: true },
  });
  return last?.agrees === false;
}

async function openFreeze(tx: Transaction, freezeId: number): Promise<AssetFreeze> {
  const freeze = await tx.assetFreeze.findUnique({ where: { id: freezeId } });
  if (freeze === null) throw new CheongsanError('NOT_FOUND', `There is no freeze ${freezeId}.`);
  if (freeze.liftedAt !== null) throw new CheongsanError('CONFLICT', `Freeze ${freezeId} is lifted already.`);
  return freeze;
}

function contentOf(freeze: AssetFreeze) {
  const { id, venueAccountId, asset, reason } = freeze;
  return { freezeId: id, accountId: venueAccountId, asset, reason };
}
