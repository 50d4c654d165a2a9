import type { AuditStream } from '../audit/append.ts';
import type { Approval } from '../database/generated/client.ts';
import type { ApprovalKind } from '../database/generated/enums.ts';
import type { Canonical } from '../kernel/digest.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { scrub } from '../kernel/log.ts';
import type { Won } from '../kernel/money.ts';
import { approving, requirePermission } from './permission.ts';
import type { Principal } from './principal.ts';

/** Members that would name a person. A coin's destination is a reference, not a member called by one of these names. */
const PERSONAL_MEMBERS = ['name', 'personName', 'registrationNumber', 'birthDate', 'phone', 'email', 'payee', 'accountNumber'];

/** Error: `INPUT_INVALID`, naming the member, when what is put to an approver would name a person. */
export function assertNamesNobody(content: Canonical, texts: { readonly [field: string]: string }): void {
  const member = personalMember(content);
  if (member !== undefined) {
    throw new CheongsanError(
      'INPUT_INVALID',
      `An approval's content holds no personal data; leave out ${member} and name the row by its id.`,
    );
  }
  for (const [field, text] of Object.entries(texts)) {
    if (scrub(text) !== text) {
      throw new CheongsanError(
        'INPUT_INVALID',
        `The ${field} holds a registration or telephone number; name the case or row by its id instead.`,
      );
    }
  }
}

function personalMember(content: Canonical | undefined): string | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  for (const [key, member] of Object.entries(content)) {
    const found = PERSONAL_MEMBERS.includes(key) ? key : personalMember(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Two approvers from a limit on, which the city sets, and where nobody knows what it is worth; without a limit one is enough. */
export function needsSecond(moneyAtStake: Won | undefined, secondFrom: Won | undefined): boolean {
  return secondFrom !== undefined && !moneyAtStake?.isLessThan(secondFrom);
}

/** Whose chairs an official sits in: his own and those of the officials he stands in for today. None for a machine. */
export function chairsOf({ userId, standsInFor }: Pick<Principal, 'userId' | 'standsInFor'>): number[] {
  return userId === null ? [] : [userId, ...standsInFor];
}

/**
 * Who may decide: an official with the permission for that kind, who is another human being than the maker and than whoever
 * decided first, and who does not stand in for either of them today; a deputy acts under his own name but sits in the absent
 * official's chair. Errors: `APPROVAL_BY_MAKER`; `FORBIDDEN`, also for the first decider; `SECOND_FACTOR_REQUIRED`.
 */
export function assertMayDecide(
  principal: Principal,
  approval: Pick<Approval, 'id' | 'kind' | 'requestedById' | 'firstDecidedById'>,
): asserts principal is Principal & { readonly userId: number } {
  if (principal.userId === null) throw new CheongsanError('FORBIDDEN', 'Only an official decides approvals; sign in as one.');
  const chairs = chairsOf(principal);
  if (chairs.includes(approval.requestedById)) {
    throw new CheongsanError(
      'APPROVAL_BY_MAKER',
      `Approval ${approval.id} was requested by user ${approval.requestedById}; somebody else must decide it, and not his deputy.`,
    );
  }
  if (approval.firstDecidedById !== null && chairs.includes(approval.firstDecidedById)) {
    throw new CheongsanError('FORBIDDEN', `Approval ${approval.id} has its first decision from this chair; a second approver must decide.`);
  }
  requirePermission(principal, approving(approval.kind));
}

/** The chain that tells of an approval: its subject's own where there is one. */
export function approvalStream(approval: {
  readonly kind: ApprovalKind;
  readonly subjectType: string;
  readonly subjectId: number;
}): AuditStream {
  if (approval.kind === 'policy_change') return 'policy';
  switch (approval.subjectType) {
    case 'case':
    case 'seizure_case':
      return `case:${approval.subjectId}`;
    case 'account':
    case 'venue_account':
      return `account:${approval.subjectId}`;
    default:
      return 'system';
  }
}
