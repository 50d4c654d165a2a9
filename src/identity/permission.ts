import { ApprovalKind, type Role } from '../database/generated/enums.ts';
import { type Actor, actorText } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

/** Seeing. Whoever sees persons is logged by the reading functions themselves. */
const READING = [
  'case.read',
  'bill.read',
  'person.read',
  'notice.read',
  'ledger.read',
  'report.read',
  'venue.read',
  'policy.read',
  'approval.read',
  'alert.read',
  'user.read',
  'audit.read',
] as const;

/** Seeing as little as a telephone call needs: phase and next step of a case, a masked name and a number to call. */
const MINIMAL_READING = ['case.read_minimal'] as const;

const ACTING = [
  'alert.acknowledge',
  'bill.import',
  'receipt.export',
  'inquiry.run',
  'match.decide',
  'stay.impose',
  'stay.lift',
  'case.hand_over',
  'notice.issue',
  'service.record',
  'window.record',
  'custody.record',
  'account.reconcile',
  'sale.run',
  'trading.tighten',
  'transfer.confirm',
  'bank.import',
  'payment.record',
  'withdrawal.confirm',
  'distribution.draft',
  'distribution.finish',
  'objection.record',
  'refund.pay',
  'person.erase',
  'user.manage',
  'deputy.manage',
  'machine_token.manage',
  'venue.manage',
] as const;

const APPROVAL_KINDS = Object.values(ApprovalKind);

/** What somebody may do. Each kind of approval has one permission to ask for it and another to decide it. */
export type Permission =
  | (typeof READING)[number]
  | (typeof MINIMAL_READING)[number]
  | (typeof ACTING)[number]
  | `${ApprovalKind}.propose`
  | `${ApprovalKind}.approve`;

export function proposing(kind: ApprovalKind): Permission {
  return `${kind}.propose`;
}

export function approving(kind: ApprovalKind): Permission {
  return `${kind}.approve`;
}

/**
 * What each role may do, and nothing else. Officers handle cases and coins, treasury handles money that has left the
 * exchange, approvers decide what either proposes, auditors see everything and change nothing, call agents see next to
 * nothing, administrators keep users, venues and policy and touch neither cases nor money. Everybody may stop sales: that
 * can only be undone by an approval, and whoever sees that something is wrong must not look for somebody first.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  collection_officer: [
    'case.read',
    'bill.read',
    'person.read',
    'notice.read',
    'ledger.read',
    'report.read',
    'venue.read',
    'policy.read',
    'approval.read',
    'alert.read',
    'alert.acknowledge',
    'bill.import',
    'receipt.export',
    'inquiry.run',
    'match.decide',
    'stay.impose',
    'stay.lift',
    'case.hand_over',
    'notice.issue',
    'service.record',
    'window.record',
    'custody.record',
    'account.reconcile',
    'sale.run',
    'trading.tighten',
    'transfer.confirm',
    'seizure.propose',
    'sale_mandate.propose',
    'coin_transfer.propose',
    'bill_update.propose',
    'trading_state.propose',
    'freeze_release.propose',
    'deposit_allocation.propose',
    'wallet_sweep.propose',
  ],
  approver: [
    'case.read',
    'bill.read',
    'person.read',
    'notice.read',
    'ledger.read',
    'report.read',
    'venue.read',
    'policy.read',
    'approval.read',
    'alert.read',
    'alert.acknowledge',
    'case.hand_over',
    'trading.tighten',
    'person.erase',
    ...APPROVAL_KINDS.map(approving),
  ],
  treasury_officer: [
    'case.read',
    'bill.read',
    'person.read',
    'ledger.read',
    'report.read',
    'venue.read',
    'policy.read',
    'approval.read',
    'alert.read',
    'alert.acknowledge',
    'receipt.export',
    'account.reconcile',
    'trading.tighten',
    'bank.import',
    'payment.record',
    'withdrawal.confirm',
    'distribution.draft',
    'distribution.finish',
    'objection.record',
    'refund.pay',
    'won_withdrawal.propose',
    'refund.propose',
    'month_closing.propose',
  ],
  auditor: [...READING, 'trading.tighten'],
  call_agent: [...MINIMAL_READING, 'trading.tighten'],
  administrator: [
    'venue.read',
    'policy.read',
    'approval.read',
    'alert.read',
    'alert.acknowledge',
    'user.read',
    'user.manage',
    'deputy.manage',
    'machine_token.manage',
    'venue.manage',
    'trading.tighten',
    'policy_change.propose',
    'trading_state.propose',
  ],
};

/**
 * What a machine may be given: figures without names, and imports of facts. No person, no approval, no movement and no user
 * management, so that whoever issues tokens gains nothing for himself that his role withholds.
 */
export const MACHINE_SCOPES = {
  'case.read': '사건 조회',
  'bill.read': '체납 건과 납부지연가산세 조회',
  'ledger.read': '장부와 추적 조회',
  'report.read': '반입·반출 내역 조회',
  'policy.read': '기준값 조회',
  'alert.read': '알림 조회',
  'bill.import': '체납 자료와 공식 잔액 자료 반입',
  'receipt.export': '수납 자료 반출',
  'bank.import': '금고 거래내역 반입',
  'account.reconcile': '거래소 계정 대조',
  'trading.tighten': '거래 중지',
} as const satisfies Partial<Record<Permission, string>>;
export type MachineScope = keyof typeof MACHINE_SCOPES;

export function isMachinePermission(scope: string): scope is MachineScope {
  return Object.hasOwn(MACHINE_SCOPES, scope);
}

/** All that these roles together allow. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
}

/** What a decision about permission rests on. */
export interface PermissionHolder {
  readonly actor: Actor;
  /** Empty for a machine. */
  readonly roles: readonly Role[];
  /** What a machine token was issued for; empty for an official. */
  readonly scopes: readonly Permission[];
  /** When the second factor was shown; an official without it may do nothing but enrol one. */
  readonly secondFactorAt: Date | null;
}

export function permits(holder: PermissionHolder, permission: Permission): boolean {
  switch (holder.actor.kind) {
    case 'user':
      return holder.secondFactorAt !== null && permissionsOf(holder.roles).has(permission);
    case 'machine':
      return holder.scopes.includes(permission);
    case 'system':
      return false;
  }
}

/** Errors: `SECOND_FACTOR_REQUIRED` for an official who signed in with a password only, `FORBIDDEN` naming the permission. */
export function requirePermission(holder: PermissionHolder, permission: Permission): void {
  if (permits(holder, permission)) return;
  if (holder.actor.kind === 'user' && holder.secondFactorAt === null) {
    throw new CheongsanError('SECOND_FACTOR_REQUIRED', 'Enrol the second factor and sign in with its code before doing anything else.');
  }
  throw new CheongsanError(
    'FORBIDDEN',
    `${actorText(holder.actor)} lacks the permission ${permission}; ask somebody whose role holds it.`,
    { facts: { permission } },
  );
}
