import { z } from 'zod';
import type { Approval } from '../../database/generated/client.ts';
import { ApprovalKind, ApprovalState } from '../../database/generated/enums.ts';
import type { Work } from '../../database/work.ts';
import { decideApproval, withdrawApproval } from '../../identity/approval.ts';
import type { Principal } from '../../identity/principal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { applyDecisions } from '../approval-effects.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { DONE, done, instantText, pathId, reasonText, rowId, wonText } from '../schemas.ts';

const approvalAnswer = z
  .object({
    id: rowId,
    kind: z.enum(ApprovalKind),
    about: z.string().meta({ example: 'mandate:7' }),
    summary: z.string(),
    reason: z.string(),
    content: z.unknown().meta({ description: '결재하면 그대로 실행될 내용', type: 'object' }),
    moneyAtStakeKrw: wonText.nullable(),
    secondNeeded: z.boolean(),
    state: z.enum(ApprovalState),
    requestedById: rowId,
    requestedAt: instantText,
    expiresAt: instantText,
  })
  .meta({ id: 'Approval' });

function toAnswer(approval: Approval): z.input<typeof approvalAnswer> {
  const { id, kind, subjectType, subjectId, summary, reason, content, moneyAtStake, secondNeeded, state, requestedById } = approval;
  return {
    id,
    kind,
    about: `${subjectType}:${subjectId}`,
    summary,
    reason,
    content,
    moneyAtStakeKrw: moneyAtStake?.toString() ?? null,
    secondNeeded,
    state,
    requestedById,
    requestedAt: approval.requestedAt.toISOString(),
    expiresAt: approval.expiresAt.toISOString(),
  };
}

const decision = z.enum(['approve', 'reject']).meta({ example: 'approve' });
const BULK_TIMEOUT_MS = 120_000;
const BULK_MAX = 1_000;

async function decide(
  work: Work,
  principal: Principal,
  ids: readonly number[],
  decided: 'approve' | 'reject',
  reason: string,
): Promise<Approval[]> {
  const approvals: Approval[] = [];
  for (const approvalId of ids.toSorted((a, b) => a - b)) {
    approvals.push(await decideApproval(work, principal, { approvalId, decision: decided, reason }));
  }
  assertOneKind(approvals);
  await applyDecisions(work, approvals);
  return approvals;
}

/** What decisions do takes locks, kind by kind from the taxpayer down; another kind after it would begin at the top again. */
function assertOneKind(approvals: readonly Approval[]): void {
  const kinds = [...new Set(approvals.map(({ kind }) => kind))];
  if (kinds.length < 2) return;
  throw new CheongsanError('INPUT_INVALID', `Approvals are decided one kind at a time; these are ${kinds.join(', ')}.`);
}

export const approvalRoutes: readonly Route[] = [
  read({
    operationId: 'listApprovals',
    tag: 'identity',
    summary: '결재를 기다리거나 끝난 기안 목록',
    path: '/approvals',
    permission: 'approval.read',
    params: NONE,
    query: z.object({ state: z.enum(ApprovalState).default('pending'), kind: z.enum(ApprovalKind).optional() }),
    answer: z.array(approvalAnswer),
    handle: async ({ services: { database }, query }) => {
      const where = { state: query.state, ...(query.kind === undefined ? {} : { kind: query.kind }) };
      return (await database.read.approval.findMany({ where, orderBy: { id: 'asc' }, take: BULK_MAX })).map(toAnswer);
    },
  }),
  command({
    operationId: 'decideApproval',
    tag: 'identity',
    summary: '결재 또는 반려 (기안자 본인은 할 수 없음)',
    path: '/approvals/{approvalId}/decision',
    permission: 'approval.read',
    params: z.object({ approvalId: pathId }),
    query: NONE,
    body: z.object({ decision, reason: reasonText }),
    answer: z.array(approvalAnswer).length(1),
    handle: async (work, { principal, params, body }) => {
      const approvals = await decide(work, principal, [params.approvalId], body.decision, body.reason);
      return approvals.map(toAnswer);
    },
  }),
  command({
    operationId: 'decideApprovals',
    tag: 'identity',
    summary: '같은 종류의 기안 여러 건을 한꺼번에 결재 (하나라도 실패하면 모두 취소)',
    path: '/approvals/decisions',
    permission: 'approval.read',
    params: NONE,
    query: NONE,
    body: z.object({ approvalIds: z.array(rowId).min(1).max(BULK_MAX), decision, reason: reasonText }),
    answer: z.object({ decided: z.int() }),
    timeoutMs: BULK_TIMEOUT_MS,
    handle: async (work, { principal, body }) => {
      await decide(work, principal, body.approvalIds, body.decision, body.reason);
      return { decided: body.approvalIds.length };
    },
  }),
  command({
    operationId: 'withdrawApproval',
    tag: 'identity',
    summary: '자신의 기안을 거두어들임',
    path: '/approvals/{approvalId}/withdraw',
    permission: 'approval.read',
    params: z.object({ approvalId: pathId }),
    query: NONE,
    body: z.object({}),
    answer: done,
    handle: async (work, { params }) => {
      await withdrawApproval(work, params.approvalId);
      return DONE;
    },
  }),
];
