import { describe, expect, it } from 'vitest';
import { ApprovalKind, Role } from '../../src/database/generated/enums.ts';
import {
  approving,
  MACHINE_SCOPES,
  type Permission,
  type PermissionHolder,
  permissionsOf,
  permits,
  proposing,
  ROLE_PERMISSIONS,
  requirePermission,
} from '../../src/identity/permission.ts';
import { TEST_START } from '../support/database.ts';

const roles = Object.values(Role);
const kinds = Object.values(ApprovalKind);

function official(role: Role, secondFactorAt: Date | null = TEST_START): PermissionHolder {
  return { actor: { kind: 'user', id: 1 }, roles: [role], scopes: [], secondFactorAt };
}

const MONEY: Permission[] = [
  'bank.import',
  'payment.record',
  'withdrawal.confirm',
  'distribution.draft',
  'distribution.finish',
  'refund.pay',
  'won_withdrawal.propose',
  'won_withdrawal.approve',
  'refund.propose',
  'refund.approve',
];
const CASES: Permission[] = [
  'seizure.propose',
  'seizure.approve',
  'sale_mandate.propose',
  'coin_transfer.propose',
  'sale.run',
  'stay.lift',
];

describe('roles', () => {
  it('never let one role both ask for and decide the same kind', () => {
    for (const role of roles) {
      for (const kind of kinds) {
        const held = permissionsOf([role]);
        expect(held.has(proposing(kind)) && held.has(approving(kind)), `${role} ${kind}`).toBe(false);
      }
    }
  });

  it('leave no kind of approval without somebody to ask for it and somebody to decide it', () => {
    for (const kind of kinds) {
      expect(
        roles.some((role) => permissionsOf([role]).has(proposing(kind))),
        `propose ${kind}`,
      ).toBe(true);
      expect(
        roles.some((role) => permissionsOf([role]).has(approving(kind))),
        `approve ${kind}`,
      ).toBe(true);
    }
  });

  it('let everybody stop sales, whatever else he may do', () => {
    expect(roles.filter((role) => !permits(official(role), 'trading.tighten'))).toEqual([]);
  });

  it('give an auditor everything to read and nothing to do but that', () => {
    expect(ROLE_PERMISSIONS.auditor.filter((permission) => !permission.endsWith('.read'))).toEqual(['trading.tighten']);
    const readable = new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role].filter((permission) => permission.endsWith('.read'))));
    expect([...readable].filter((permission) => !permissionsOf(['auditor']).has(permission))).toEqual([]);
  });

  it('keep call agents and administrators away from money and cases', () => {
    for (const permission of [...MONEY, ...CASES, 'person.read' as const]) {
      expect(permits(official('call_agent'), permission), permission).toBe(false);
      expect(permits(official('administrator'), permission), permission).toBe(false);
    }
  });
});

describe('a permission', () => {
  it('needs the second factor', () => {
    expect(() => requirePermission(official('approver', null), 'seizure.approve')).toThrow(
      expect.objectContaining({ code: 'SECOND_FACTOR_REQUIRED' }),
    );
    expect(() => requirePermission(official('approver'), 'seizure.approve')).not.toThrow();
  });

  it('is refused by its name', () => {
    expect(() => requirePermission(official('auditor'), 'seizure.approve')).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', facts: { permission: 'seizure.approve' } }),
    );
  });

  it('comes to a machine from its scopes only, and the service itself bears none', () => {
    const machine: PermissionHolder = { actor: { kind: 'machine', id: 1 }, roles: [], scopes: ['bill.import'], secondFactorAt: null };
    expect(permits(machine, 'bill.import')).toBe(true);
    expect(permits(machine, 'case.read')).toBe(false);
    expect(permits({ ...machine, actor: { kind: 'system', part: 'x' } }, 'bill.import')).toBe(false);
    expect(Object.keys(MACHINE_SCOPES).filter((permission) => /approve|propose|manage|person/.test(permission))).toEqual([]);
  });
});
