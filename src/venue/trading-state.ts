import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import type { Approval, TradingState } from '../database/generated/client.ts';
import { TradingState as TradingStates } from '../database/generated/enums.ts';
import { lockRows } from '../database/locks.ts';
import type { Transaction, Work } from '../database/work.ts';
import { requestApproval, requireApproved } from '../identity/approval.ts';
import { assertNamesNobody } from '../identity/approval-rules.ts';
import { raiseAlert } from '../intent/alert.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { readVenueAccount } from './account.ts';

/** What a state holds for: every account of the installation, or one of them. */
export type TradingScope = { readonly kind: 'installation' } | { readonly kind: 'account'; readonly accountId: number };

const STRICTNESS: Readonly<Record<TradingState, number>> = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

export function stricter(a: TradingState, b: TradingState): TradingState {
  return STRICTNESS[a] >= STRICTNESS[b] ? a : b;
}

interface ScopedState {
  readonly state: TradingState;
  readonly reason: string | null;
}

/** The state that holds for an account: the stricter of its own and the installation's. Error: `NOT_FOUND`. */
export async function tradingState(reader: Pick<Transaction, 'installation' | 'venueAccount'>, accountId: number): Promise<TradingState> {
  const installation = await reader.installation.findUniqueOrThrow({ where: { id: 1 } });
  return stricter(installation.tradingState, (await readVenueAccount(reader, accountId)).tradingState);
}

/**
 * As `tradingState`, for a decision that is about to be committed: a change of state waits until this unit of work ends, so
 * that nothing is begun under a state that has just become stricter. The account must be locked already.
 */
export async function lockedTradingState(work: Work, accountId: number): Promise<TradingState> {
  await work.tx.$queryRaw`SELECT 1 FROM installation WHERE id = 1 FOR SHARE`;
  return tradingState(work.tx, accountId);
}

/**
 * Makes the state stricter, at once and by anyone. False when it was as strict already. Errors: `CONFLICT` when it would
 * become looser, which needs an approval; `NOT_FOUND`; `INPUT_INVALID` for a reason that holds a person's number.
 */
export async function tightenTrading(
  work: Work,
  { scope, to, reason }: { scope: TradingScope; to: TradingState; reason: string },
): Promise<boolean> {
  assertNamesNobody({}, { reason });
  const before = await lockScope(work, scope);
  if (before.state === to) return false;
  if (STRICTNESS[to] < STRICTNESS[before.state]) {
    throw new CheongsanError('CONFLICT', `Trading is ${before.state} here; to make it ${to} ask for an approval.`);
  }
  await writeState(work, scope, { state: to, reason });
  await auditChange(work, scope, 'trading.tightened', before, { state: to, reason });
  await raiseAlert(work, {
    code: 'trading_tightened',
    severity: to === 'HALTED' ? 'critical' : 'warning',
    subject: subjectOf(scope),
    text: `거래 상태가 ${to}(으)로 강화되었습니다. 사유: ${reason}`,
    facts: { from: before.state, to },
  });
  return true;
}

/** Asks somebody else to make the state looser again. Error: `CONFLICT` when it would not become looser. */
export async function requestLooserTrading(
  work: Work,
  input: { scope: TradingScope; to: TradingState; reason: string; expiresAt: Date },
): Promise<Approval> {
  const { scope, to, reason, expiresAt } = input;
  const before = await lockScope(work, scope);
  if (STRICTNESS[to] >= STRICTNESS[before.state]) {
    throw new CheongsanError('CONFLICT', `Trading is ${before.state} here; ${to} is not looser.`);
  }
  return requestApproval(work, {
    kind: 'trading_state',
    subjectType: scope.kind === 'installation' ? 'installation' : 'venue_account',
    subjectId: scope.kind === 'installation' ? 1 : scope.accountId,
    summary: `거래 상태 완화: ${before.state} → ${to}`,
    content: contentOf(scope, before, to),
    reason,
    expiresAt,
  });
}

const approvedContent = z.object({ to: z.enum(TradingStates) });

/**
 * Carries out an approved loosening. Errors: `APPROVAL_STALE` when the state was changed since it was asked for; `CONFLICT`
 * while an account has not been compared with the ledger since a restore; those of `requireApproved`.
 */
export async function applyLooserTrading(work: Work, approval: Approval): Promise<void> {
  const scope: TradingScope =
    approval.subjectType === 'installation' ? { kind: 'installation' } : { kind: 'account', accountId: approval.subjectId };
  const before = await lockScope(work, scope);
  const { to } = approvedContent.parse(approval.content);
  await requireApproved(work.tx, approval.id, contentOf(scope, before, to));
  await assertReconciled(work.tx, scope);
  const after = { state: to, reason: to === 'ACTIVE' ? null : approval.reason };
  await writeState(work, scope, after);
  await auditChange(work, scope, 'trading.loosened', before, after, approval.id);
}

/**
 * A restored copy lacks what happened after its backup; `reconciledAt` is null until the account was compared again. An account
 * that cannot be compared is halted by itself and then holds up no other.
 */
async function assertReconciled(tx: Transaction, scope: TradingScope): Promise<void> {
  const where = scope.kind === 'installation' ? { tradingState: { not: 'HALTED' as const } } : { id: scope.accountId };
  const open = await tx.venueAccount.findMany({ where: { ...where, reconciledAt: null }, select: { id: true }, orderBy: { id: 'asc' } });
  if (open.length > 0) {
    const ids = open.map(({ id }) => id);
    throw new CheongsanError(
      'CONFLICT',
      `Account ${ids.join(', ')} has not been compared with the ledger since the start; reconcile it before trading is loosened.`,
      { facts: { accounts: ids } },
    );
  }
}

function contentOf(scope: TradingScope, before: ScopedState, to: TradingState) {
  return { scope: subjectOf(scope), from: before.state, fromReason: before.reason, to };
}

function subjectOf(scope: TradingScope): string {
  return scope.kind === 'installation' ? 'installation:1' : `venue_account:${scope.accountId}`;
}

async function lockScope(work: Work, scope: TradingScope): Promise<ScopedState> {
  if (scope.kind === 'installation') {
    await work.tx.$queryRaw`SELECT 1 FROM installation WHERE id = 1 FOR NO KEY UPDATE`;
    const row = await work.tx.installation.findUniqueOrThrow({ where: { id: 1 } });
    return { state: row.tradingState, reason: row.tradingStateReason };
  }
  await lockRows(work, 'venue_account', [scope.accountId]);
  const row = await readVenueAccount(work.tx, scope.accountId);
  return { state: row.tradingState, reason: row.tradingStateReason };
}

async function writeState(work: Work, scope: TradingScope, { state, reason }: ScopedState): Promise<void> {
  const data = { tradingState: state, tradingStateReason: reason };
  if (scope.kind === 'installation') await work.tx.installation.update({ where: { id: 1 }, data });
  else await work.tx.venueAccount.update({ where: { id: scope.accountId }, data });
}

async function auditChange(
  work: Work,
  scope: TradingScope,
  action: string,
  before: ScopedState,
  after: ScopedState,
  approval?: number,
): Promise<void> {
  await appendAudit(work, {
    stream: scope.kind === 'installation' ? 'system' : `account:${scope.accountId}`,
    action,
    subject: subjectOf(scope),
    before: { ...before },
    after: { ...after },
    payload: { from: before.state, to: after.state, reason: after.reason, approval },
  });
}
