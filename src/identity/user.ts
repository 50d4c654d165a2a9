import { appendAudit } from '../audit/append.ts';
import { isUniqueViolation } from '../database/errors.ts';
import type { Role } from '../database/generated/enums.ts';
import { type Transaction, userIdOf, type Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { assertRolesCombine } from './roles.ts';
import { revokeSessionsOf } from './session-row.ts';

const LOGIN_NAME = /^[a-z0-9][a-z0-9._-]{1,63}$/;

/** Serialises whatever could leave the installation without an administrator, or give it two first ones. */
const ADMINISTRATOR_LOCK = 7_163_512_011;

export interface NewUser {
  readonly loginName: string;
  /** The official's name and division as printed on documents. */
  readonly displayName: string;
  readonly division: string;
  readonly roles: readonly Role[];
}

export interface UserSummary {
  readonly id: number;
  readonly loginName: string;
  readonly displayName: string;
  readonly division: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
  readonly hasPassword: boolean;
  readonly secondFactorEnrolled: boolean;
}

/** Login names are compared as typed in lower case. */
export function normaliseLoginName(loginName: string): string {
  return loginName.trim().toLowerCase();
}

/** Creates an official without credentials; a one-time link lets him set them. Errors: `INPUT_INVALID`, `CONFLICT` for a login name in use. */
export async function createUser(work: Work, user: NewUser): Promise<{ readonly id: number }> {
  const loginName = normaliseLoginName(user.loginName);
  if (!LOGIN_NAME.test(loginName)) {
    throw new CheongsanError(
      'INPUT_INVALID',
      'A login name has 2 to 64 letters a–z, digits, dots, dashes or underscores, a letter or digit first.',
    );
  }
  if (user.displayName.trim() === '' || user.division.trim() === '') {
    throw new CheongsanError('INPUT_INVALID', 'A user needs the name and the division that are printed on documents.');
  }
  assertRolesCombine(user.roles);
  const { id } = await insertUser(work, { ...user, loginName });
  await appendAudit(work, { stream: 'system', action: 'user.created', subject: `user_account:${id}`, payload: { roles: [...user.roles] } });
  return { id };
}

async function insertUser(work: Work, user: NewUser): Promise<{ id: number }> {
  try {
    return await work.tx.userAccount.create({
      data: {
        loginName: user.loginName,
        displayName: user.displayName.trim(),
        division: user.division.trim(),
        roles: [...new Set(user.roles)],
        createdAt: work.at,
      },
      select: { id: true },
    });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    throw new CheongsanError('CONFLICT', 'This login name is in use; choose another one.', { cause: thrown });
  }
}

/** Replaces an official's roles; his next request feels it. Errors: `FORBIDDEN` for one's own roles, `CONFLICT` for the last administrator. */
export async function changeRoles(work: Work, change: { readonly userId: number; readonly roles: readonly Role[] }): Promise<void> {
  assertRolesCombine(change.roles);
  if (userIdOf(work.actor) === change.userId) {
    throw new CheongsanError('FORBIDDEN', 'Nobody changes his own roles; ask another administrator.');
  }
  await lockAdministrators(work);
  const user = await requireUser(work.tx, change.userId);
  if (!change.roles.includes('administrator')) await assertAnotherAdministrator(work, user);
  await work.tx.userAccount.update({ where: { id: user.id }, data: { roles: [...new Set(change.roles)] } });
  await appendAudit(work, {
    stream: 'system',
    action: 'user.roles_changed',
    subject: `user_account:${user.id}`,
    before: [...user.roles],
    after: [...change.roles],
    payload: { before: [...user.roles], after: [...change.roles] },
  });
}

/** Closes an account and everything it is signed in with. The row stays: acts bear its name. Errors: `NOT_FOUND`, `CONFLICT`. */
export async function deactivateUser(work: Work, userId: number): Promise<void> {
  await lockAdministrators(work);
  const user = await requireUser(work.tx, userId);
  if (!user.active) throw new CheongsanError('CONFLICT', `User ${userId} is deactivated already.`);
  await assertAnotherAdministrator(work, user);
  await work.tx.userAccount.update({ where: { id: userId }, data: { active: false } });
  await work.tx.deputy.updateMany({
    where: { endedAt: null, OR: [{ deputyId: userId }, { absentId: userId }] },
    data: { endedAt: work.at },
  });
  const sessions = await revokeSessionsOf(work, userId);
  await appendAudit(work, { stream: 'system', action: 'user.deactivated', subject: `user_account:${userId}`, payload: { sessions } });
}

export async function listUsers(reader: Pick<Transaction, 'userAccount'>): Promise<readonly UserSummary[]> {
  const rows = await reader.userAccount.findMany({ orderBy: { id: 'asc' } });
  return rows.map((row) => ({
    id: row.id,
    loginName: row.loginName,
    displayName: row.displayName,
    division: row.division,
    roles: row.roles,
    active: row.active,
    hasPassword: row.passwordHash !== null,
    secondFactorEnrolled: row.totpConfirmedAt !== null,
  }));
}

export async function requireUser(
  reader: Pick<Transaction, 'userAccount'>,
  userId: number,
): Promise<{ readonly id: number; readonly loginName: string; readonly roles: readonly Role[]; readonly active: boolean }> {
  const user = await reader.userAccount.findUnique({
    where: { id: userId },
    select: { id: true, loginName: true, roles: true, active: true },
  });
  if (user === null) throw new CheongsanError('NOT_FOUND', `There is no user ${userId}.`);
  return user;
}

/** Held until the end of the unit of work. */
export async function lockAdministrators(work: Work): Promise<void> {
  await work.tx.$queryRaw`SELECT pg_advisory_xact_lock(${ADMINISTRATOR_LOCK}::bigint)::text`;
}

/** True when somebody could sign in and manage users. */
export async function hasAdministrator(reader: Pick<Transaction, 'userAccount'>, exceptUserId = 0): Promise<boolean> {
  const administrator = await reader.userAccount.findFirst({
    where: { active: true, roles: { has: 'administrator' }, passwordHash: { not: null }, id: { not: exceptUserId } },
    select: { id: true },
  });
  return administrator !== null;
}

async function assertAnotherAdministrator(work: Work, user: { readonly id: number; readonly roles: readonly Role[] }): Promise<void> {
  if (!user.roles.includes('administrator') || !(await hasAdministrator(work.tx))) return;
  if (!(await hasAdministrator(work.tx, user.id))) {
    throw new CheongsanError('CONFLICT', `User ${user.id} is the last administrator who can sign in; appoint another one first.`);
  }
}
