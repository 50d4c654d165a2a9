import type { BankDirection, CasePhase, DistributionState, RefundState, WithdrawalState } from '../database/generated/enums.ts';
import type { Won } from '../kernel/money.ts';
import { ENDED_PHASES, SEIZED_PHASES } from '../seizure/phase-table.ts';

/** What a line of a bank statement can be, as it stands in our books now. */
export type TargetFacts =
  | { readonly kind: 'withdrawal'; readonly id: number; readonly state: WithdrawalState; readonly amount: Won }
  /** A refund that is paid, and one that the payee's bank has sent back. */
  | { readonly kind: 'refund' | 'refund_returned'; readonly id: number; readonly state: RefundState; readonly amount: Won }
  /** Money credited on bills, brought from the deposit account to the revenue accounts of city and province. */
  | {
      readonly kind: 'remittance';
      readonly id: number;
      readonly state: DistributionState;
      readonly amount: Won;
      readonly isRemitted: boolean;
    }
  | { readonly kind: 'payment' | 'interest'; readonly id: number; readonly phase: CasePhase };

export type TargetKind = TargetFacts['kind'];

/** Why a line matches nothing, with what an officer reads. */
export const UNMATCHED_REASONS = {
  no_reference: '적요에 우리 번호가 없습니다.',
  several_references: '적요에 우리 번호가 여러 개 있습니다.',
  unknown_reference: '적요의 번호가 장부에 없습니다.',
  wrong_direction: '입금과 출금의 방향이 다릅니다.',
  amount_differs: '금액이 다릅니다.',
  not_confirmed: '거래소 출금이 아직 확인 처리되지 않았습니다.',
  not_approved: '아직 결재되지 않았거나 반려되었습니다.',
  not_final: '배분이 확정되지 않았습니다.',
  done_already: '이미 처리된 건입니다.',
  case_not_open: '압류 중인 사건이 아닙니다.',
  refund_cancelled: '취소한 환급인데 돈이 나갔습니다. 받은 사람을 확인하여 담당자가 그 환급으로 확정하거나 돌려받아야 합니다.',
  refund_not_paid: '지급한 것으로 기록되지 않은 환급이라 되돌아올 돈이 없습니다.',
  came_back: '보낸 사람에게 돌려주었으나 은행이 되돌려 보냈습니다.',
} as const;
export type UnmatchedReason = keyof typeof UNMATCHED_REASONS;

export interface LineFacts {
  readonly direction: BankDirection;
  readonly amount: Won;
}

const DIRECTION: Readonly<Record<TargetKind, BankDirection>> = {
  withdrawal: 'in',
  payment: 'in',
  interest: 'in',
  refund: 'out',
  refund_returned: 'in',
  remittance: 'out',
};

/** Who says what a line is: its own remark, or an officer who has looked at it. */
export type MatchGround = 'remark' | 'officer';

/** What a line of this direction that names a target is: money coming in under a refund's number is that refund sent back. */
export function targetNamed(direction: BankDirection, target: TargetFacts): TargetFacts {
  return target.kind === 'refund' && direction === 'in' ? { ...target, kind: 'refund_returned' } : target;
}

/**
 * Why a line cannot be this target; undefined when it is. Amounts agree to the won or not at all. That a cancelled refund was paid
 * all the same is for an officer alone to say.
 */
export function mismatchOf(line: LineFacts, target: TargetFacts, ground: MatchGround): UnmatchedReason | undefined {
  if (line.direction !== DIRECTION[target.kind]) return 'wrong_direction';
  switch (target.kind) {
    case 'withdrawal':
      return withdrawalMismatch(target.state) ?? amountMismatch(line, target.amount);
    case 'refund':
      return refundMismatch(target.state, ground) ?? amountMismatch(line, target.amount);
    case 'refund_returned':
      return returnMismatch(target.state) ?? amountMismatch(line, target.amount);
    case 'remittance':
      if (target.state !== 'final') return 'not_final';
      return target.isRemitted ? 'done_already' : amountMismatch(line, target.amount);
    case 'payment':
      return SEIZED_PHASES.some((seized) => seized === target.phase) ? undefined : 'case_not_open';
    case 'interest':
      return ENDED_PHASES.some((ended) => ended === target.phase) ? 'case_not_open' : undefined;
  }
}

function amountMismatch(line: LineFacts, amount: Won): UnmatchedReason | undefined {
  return line.amount.equals(amount) ? undefined : 'amount_differs';
}

function withdrawalMismatch(state: WithdrawalState): UnmatchedReason | undefined {
  switch (state) {
    case 'confirmed':
      return undefined;
    case 'received':
      return 'done_already';
    case 'approved':
      return 'not_confirmed';
    case 'requested':
    case 'rejected':
    case 'failed':
      return 'not_approved';
  }
}

function refundMismatch(state: RefundState, ground: MatchGround): UnmatchedReason | undefined {
  switch (state) {
    case 'approved':
      return undefined;
    case 'cancelled':
      return ground === 'officer' ? undefined : 'refund_cancelled';
    case 'paid':
    case 'returned':
      return 'done_already';
    case 'requested':
    case 'rejected':
      return 'not_approved';
  }
}

function returnMismatch(state: RefundState): UnmatchedReason | undefined {
  switch (state) {
    case 'paid':
      return undefined;
    case 'returned':
      return 'done_already';
    case 'requested':
    case 'approved':
    case 'rejected':
    case 'cancelled':
      return 'refund_not_paid';
  }
}

/** How a matched line names its target: `withdrawal:5`, `payment:12` (a case). */
export function targetText({ kind, id }: Pick<TargetFacts, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

/** Targets that one line of the bank ends; payments and interest may come in many. */
export function isSingle(kind: TargetKind): boolean {
  return kind !== 'payment' && kind !== 'interest';
}
