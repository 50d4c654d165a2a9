import type { BankDirection, CasePhase, DistributionState, RefundState, WithdrawalState } from '../database/generated/enums.ts';
import type { Won } from '../kernel/money.ts';
import { ENDED_PHASES, SEIZED_PHASES } from '../seizure/phase-table.ts';

/** What a line of a bank statement can be, as it stands in our books now. */
export type TargetFacts =
  | { readonly kind: 'withdrawal'; readonly id: number; readonly state: WithdrawalState; readonly amount: Won }
  | { readonly kind: 'refund'; readonly id: number; readonly state: RefundState; readonly amount: Won }
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
  remittance: 'out',
};

/** Why a line cannot be this target; undefined when it is. Amounts agree to the won or not at all. */
export function mismatchOf(line: LineFacts, target: TargetFacts): UnmatchedReason | undefined {
  if (line.direction !== DIRECTION[target.kind]) return 'wrong_direction';
  switch (target.kind) {
    case 'withdrawal':
      return withdrawalMismatch(target.state) ?? amountMismatch(line, target.amount);
    case 'refund':
      return refundMismatch(target.state) ?? amountMismatch(line, target.amount);
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

function refundMismatch(state: RefundState): UnmatchedReason | undefined {
  switch (state) {
    case 'approved':
      return undefined;
    case 'paid':
      return 'done_already';
    case 'requested':
    case 'rejected':
      return 'not_approved';
  }
}

/** How a matched line names its target: `withdrawal:5`, `payment:12` (a case). */
export function targetText({ kind, id }: Pick<TargetFacts, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

/** Targets that one line of the bank ends; payments and interest may come in many. */
export function isSingle(kind: TargetKind): boolean {
  return kind === 'withdrawal' || kind === 'refund' || kind === 'remittance';
}
