import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { Approval } from '../database/generated/client.ts';
import type { ApprovalKind } from '../database/generated/enums.ts';
import { jsonColumn } from '../database/json.ts';
import { actorText, type Database, type Transaction, userIdOf, type Work } from '../database/work.ts';
import { type Canonical, digestOf } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';
import type { DueSource } from '../queue/due.ts';
import { approvalStream, assertMayDecide, assertNamesNobody, needsSecond } from './approval-rules.ts';
import { permissionsOf, proposing } from './permission.ts';
import { type Principal, standingOf } from './principal.ts';

/*
 * An approval is born `pending` and leaves that state once: `approved` or `rejected` by somebody else than the maker,
 * `withdrawn` by the maker, `expired` by the clock. Above the city's limit the first agreement leaves it pending and a second
 * approver decides. What was asked for is fixed by the digest of its content; whoever carries it out asks `requireApproved`
 * with the content he is about to carry out. The database refuses a maker as checker and any change after the decision.
 */

const DUE_BATCH = 500;

export interface ApprovalRequest {
  readonly kind: ApprovalKind;
  /** What it is about: `case`, `account`, `refund` … and its id. One pending approval of a kind per subject. */
  readonly subjectType: string;
  readonly subjectId: number;
  /** One Korean line for the approver. */
  readonly summary: string;
  /** Exactly what will be done when approved. Names nobody: rows by id, figures as text. */
  readonly content: { readonly [key: string]: Canonical | undefined };
  /** Absent where it is about no money, or where nobody knows how much: then a limit makes it two approvers. */
  readonly moneyAtStakeKrw?: Won | undefined;
  /** The city's limit from which two approvers must agree (policy `approval.second_from`); absent where one is enough. */
  readonly secondFromKrw?: Won | undefined;
  readonly reason: string;
  readonly expiresAt: Date;
}

/**
 * Asks for an approval in the name of the official who acts. Errors: `FORBIDDEN` for a machine, or an official whose roles
 * do not propose this kind; `CONFLICT` while another one is pending for the subject; `INPUT_INVALID`.
 */
export async function requestApproval(work: Work, request: ApprovalRequest): Promise<Approval> {
  assertNamesNobody(request.content, { summary: request.summary, reason: request.reason });
  if (request.summary.trim() === '' || request.reason.trim() === '') {
    throw new CheongsanError('INPUT_INVALID', 'An approval needs a summary and a reason.');
  }
  if (request.expiresAt <= work.at) {
    throw new CheongsanError('INPUT_INVALID', `An approval cannot expire at ${request.expiresAt.toISOString()}, which has passed.`);
  }
  const requestedById = await requireMaker(work, request.kind);
  await expireOverdue(work, request);
  const approval = await insertApproval(work, request, requestedById);
  await appendAudit(work, {
    stream: approvalStream(approval),
    action: 'approval.requested',
    subject: `approval:${approval.id}`,
    recordDigest: approval.contentDigest,
    payload: { kind: approval.kind, about: `${approval.subjectType}:${approval.subjectId}`, second: approval.secondNeeded },
  });
  return approval;
}

async function requireMaker(work: Work, kind: ApprovalKind): Promise<number> {
  const userId = userIdOf(work.actor);
  if (userId === null) {
    throw new CheongsanError('FORBIDDEN', `${actorText(work.actor)} cannot ask for an approval; an official answers for what he asks.`);
  }
  const { roles } = await standingOf(work.tx, userId, work.at);
  if (!permissionsOf(roles).has(proposing(kind))) {
    throw new CheongsanError('FORBIDDEN', `User ${userId} lacks the permission ${proposing(kind)}.`, {
      facts: { permission: proposing(kind) },
    });
  }
  return userId;
}

async function insertApproval(work: Work, request: ApprovalRequest, requestedById: number): Promise<Approval> {
  try {
    return await work.tx.approval.create({
      data: {
        kind: request.kind,
        subjectType: request.subjectType,
        subjectId: request.subjectId,
        summary: request.summary.trim(),
        content: jsonColumn(request.content),
        contentDigest: digestOf(request.content),
        moneyAtStake: request.moneyAtStakeKrw?.toBigInt() ?? null,
        secondNeeded: needsSecond(request.moneyAtStakeKrw, request.secondFromKrw),
        reason: request.reason.trim(),
        requestedById,
        requestedAt: work.at,
        expiresAt: request.expiresAt,
      },
    });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    throw new CheongsanError(
      'CONFLICT',
      `A ${request.kind} approval is pending for ${request.subjectType} ${request.subjectId}; wait for its decision or withdraw it.`,
      { cause: thrown },
    );
  }
}

/**
 * Decides a pending approval in the decider's own name; a rejection needs no second approver. Returns it as it stands
 * afterwards: still `pending` after the first of two agreements. Errors: `APPROVAL_BY_MAKER`, `FORBIDDEN`,
 * `SECOND_FACTOR_REQUIRED`, `APPROVAL_NOT_PENDING` (decided, withdrawn or over), `NOT_FOUND`.
 */
export async function decideApproval(
  work: Work,
  principal: Principal,
  input: { readonly approvalId: number; readonly decision: 'approve' | 'reject'; readonly reason: string },
): Promise<Approval> {
  if (actorText(work.actor) !== actorText(principal.actor)) {
    throw new CheongsanError('INTERNAL', `${actorText(work.actor)} cannot decide in the name of ${actorText(principal.actor)}.`);
  }
  assertNamesNobody({}, { reason: input.reason });
  const approval = await lockApproval(work, input.approvalId);
  assertMayDecide(principal, approval);
  assertPending(approval, work.at);
  const isFirstOfTwo = input.decision === 'approve' && approval.secondNeeded && approval.firstDecidedById === null;
  const decided = await work.tx.approval.update({
    where: { id: approval.id },
    data: isFirstOfTwo
      ? { firstDecidedById: principal.userId, firstDecidedAt: work.at, firstDecisionReason: input.reason.trim() }
      : {
          state: input.decision === 'approve' ? 'approved' : 'rejected',
          decidedById: principal.userId,
          decidedAt: work.at,
          decisionReason: input.reason.trim(),
        },
  });
  await recordChange(work, decided, isFirstOfTwo ? 'approval.seconding_awaited' : `approval.${decided.state}`);
  return decided;
}

/** Takes a pending request back. Errors: `FORBIDDEN` for anybody but its maker, `APPROVAL_NOT_PENDING`, `NOT_FOUND`. */
export async function withdrawApproval(work: Work, approvalId: number): Promise<Approval> {
  const approval = await lockApproval(work, approvalId);
  if (userIdOf(work.actor) !== approval.requestedById) {
    throw new CheongsanError('FORBIDDEN', `Only user ${approval.requestedById}, who asked for approval ${approvalId}, may withdraw it.`);
  }
  assertPending(approval, work.at);
  const withdrawn = await work.tx.approval.update({ where: { id: approvalId }, data: { state: 'withdrawn' } });
  await recordChange(work, withdrawn, 'approval.withdrawn');
  return withdrawn;
}

/**
 * Asked by whoever carries an approval out, with the content he is about to carry out. Errors: `NOT_FOUND`,
 * `APPROVAL_MISSING` unless it is approved, `APPROVAL_STALE` when something else was approved.
 */
export async function requireApproved(
  reader: Pick<Transaction, 'approval'>,
  approvalId: number,
  content: ApprovalRequest['content'],
): Promise<Approval> {
  const approval = await reader.approval.findUnique({ where: { id: approvalId } });
  if (approval === null) throw new CheongsanError('NOT_FOUND', `There is no approval ${approvalId}.`);
  if (approval.state !== 'approved') {
    throw new CheongsanError('APPROVAL_MISSING', `Approval ${approvalId} is ${approval.state}; nothing is done before it is approved.`);
  }
  if (approval.contentDigest !== digestOf(content)) {
    throw new CheongsanError(
      'APPROVAL_STALE',
      `Approval ${approvalId} was given for something else than what is now to be done; ask again.`,
    );
  }
  return approval;
}

/** Ends one approval whose time is over; does nothing when there is nothing to end, so it may be rung for at any time. */
export async function expireApproval(database: Database, approvalId: number): Promise<void> {
  await database.work({ kind: 'system', part: 'approvals' }, async (work) => {
    const rows = await work.tx.$queryRaw<{ id: number }[]>`
      SELECT id FROM approval WHERE id = ${approvalId} AND state = 'pending' AND expires_at <= ${work.at} FOR NO KEY UPDATE`;
    for (const { id } of rows) await expire(work, id);
  });
}

/** Approvals whose time is over, rung for one by one: answer with `expireApproval`. */
export function approvalDueSource(database: Database): DueSource {
  return {
    queue: 'approvals',
    due: async (now) => {
      const rows = await database.read.approval.findMany({
        where: { state: 'pending', expiresAt: { lte: now } },
        select: { id: true },
        orderBy: { expiresAt: 'asc' },
        take: DUE_BATCH,
      });
      return rows.map(({ id }) => id);
    },
    nextDueAt: async (now) => {
      const next = await database.read.approval.findFirst({
        where: { state: 'pending', expiresAt: { gt: now } },
        select: { expiresAt: true },
        orderBy: { expiresAt: 'asc' },
      });
      return next?.expiresAt;
    },
  };
}

/** A request whose time is over must not stand in the way of a new one until the sweeper comes by. */
async function expireOverdue(work: Work, subject: Pick<ApprovalRequest, 'kind' | 'subjectType' | 'subjectId'>): Promise<void> {
  const overdue = await work.tx.approval.findMany({
    where: {
      kind: subject.kind,
      subjectType: subject.subjectType,
      subjectId: subject.subjectId,
      state: 'pending',
      expiresAt: { lte: work.at },
    },
    select: { id: true },
  });
  for (const { id } of overdue) {
    const approval = await lockApproval(work, id);
    if (approval.state === 'pending') await expire(work, id);
  }
}

async function expire(work: Work, approvalId: number): Promise<void> {
  const expired = await work.tx.approval.update({ where: { id: approvalId }, data: { state: 'expired' } });
  await recordChange(work, expired, 'approval.expired');
}

async function lockApproval(work: Work, approvalId: number): Promise<Approval> {
  await work.tx.$queryRaw`SELECT id FROM approval WHERE id = ${approvalId} FOR NO KEY UPDATE`;
  const approval = await work.tx.approval.findUnique({ where: { id: approvalId } });
  if (approval === null) throw new CheongsanError('NOT_FOUND', `There is no approval ${approvalId}.`);
  return approval;
}

function assertPending(approval: Approval, at: Date): void {
  if (approval.state !== 'pending') {
    throw new CheongsanError('APPROVAL_NOT_PENDING', `Approval ${approval.id} is ${approval.state} already.`);
  }
  if (approval.expiresAt <= at) {
    throw new CheongsanError(
      'APPROVAL_NOT_PENDING',
      `Approval ${approval.id} expired at ${approval.expiresAt.toISOString()}; ask for a new one.`,
    );
  }
}

/** One event for the change, and a ring for the case that may have waited for it. */
async function recordChange(work: Work, approval: Approval, action: string): Promise<void> {
  const stream = approvalStream(approval);
  await appendAudit(work, {
    stream,
    action,
    subject: `approval:${approval.id}`,
    recordDigest: approval.contentDigest,
    payload: { kind: approval.kind, about: `${approval.subjectType}:${approval.subjectId}`, state: approval.state },
  });
  if (stream.startsWith('case:')) work.ring('cases', approval.subjectId);
}
