import type { Role } from '../database/generated/enums.ts';
import { CheongsanError } from '../kernel/errors.ts';

/**
 * Roles that stand alone: an auditor who also worked would audit himself, an administrator who also decided could make
 * himself whatever he needs, and a call agent comes from outside the office.
 */
const SEPARATE_ROLES: readonly Role[] = ['auditor', 'administrator', 'call_agent'];

/** Error: `INPUT_INVALID` for no role at all or for a separate role beside another one. */
export function assertRolesCombine(roles: readonly Role[]): void {
  if (roles.length === 0) throw new CheongsanError('INPUT_INVALID', 'A user needs at least one role.');
  const separate = roles.find((role) => SEPARATE_ROLES.includes(role));
  if (separate !== undefined && new Set(roles).size > 1) {
    throw new CheongsanError('INPUT_INVALID', `The role ${separate} is held alone, not together with ${[...new Set(roles)].join(', ')}.`, {
      facts: { role: separate },
    });
  }
}
