import type { Role } from '../database/generated/enums.ts';
import type { Actor, Transaction } from '../database/work.ts';
import { dayToColumn, seoulDay } from '../kernel/civil-date.ts';
import type { PermissionHolder } from './permission.ts';

/** Who has been recognised, with all that follows from it at this instant. */
export interface Principal extends PermissionHolder {
  readonly actor: Actor;
  /** The human being; null for a machine. */
  readonly userId: number | null;
  /** The sign-in by which he was recognised; null for a machine and for the machine's own shell. */
  readonly sessionId: number | null;
  /** Officials whose deputy he is today: he holds their roles beside his own and still acts under his own name. */
  readonly standsInFor: readonly number[];
}

/** What an official is today: his own roles and those of the officials he stands in for. */
export interface Standing {
  readonly active: boolean;
  readonly roles: readonly Role[];
  readonly standsInFor: readonly number[];
}

type StandingReader = Pick<Transaction, 'userAccount' | 'deputy'>;

/** A deputy holds the absent official's own roles only, never those he in turn held for a third. */
export async function standingOf(reader: StandingReader, userId: number, at: Date): Promise<Standing> {
  const user = await reader.userAccount.findUnique({ where: { id: userId }, select: { active: true, roles: true } });
  if (user === null || !user.active) return { active: false, roles: [], standsInFor: [] };
  const today = dayToColumn(seoulDay(at));
  const appointments = await reader.deputy.findMany({
    where: { deputyId: userId, endedAt: null, fromDay: { lte: today }, untilDay: { gte: today } },
    select: { absentId: true },
  });
  const absent = await reader.userAccount.findMany({
    where: { id: { in: appointments.map(({ absentId }) => absentId) }, active: true },
    select: { id: true, roles: true },
    orderBy: { id: 'asc' },
  });
  return {
    active: true,
    roles: [...new Set([...user.roles, ...absent.flatMap(({ roles }) => roles)])],
    standsInFor: absent.map(({ id }) => id),
  };
}

/**
 * The principal of an official who has been recognised already: by his session, or by whoever may open a shell on the
 * machine that holds the database and its key. Undefined for an unknown or deactivated user.
 */
export async function userPrincipal(
  reader: StandingReader,
  recognised: { readonly userId: number; readonly at: Date; readonly secondFactorAt: Date | null; readonly sessionId: number | null },
): Promise<Principal | undefined> {
  const standing = await standingOf(reader, recognised.userId, recognised.at);
  if (!standing.active) return undefined;
  return {
    actor: { kind: 'user', id: recognised.userId },
    userId: recognised.userId,
    sessionId: recognised.sessionId,
    roles: standing.roles,
    scopes: [],
    secondFactorAt: recognised.secondFactorAt,
    standsInFor: standing.standsInFor,
  };
}
