import { appendAudit } from '../audit/append.ts';
import type { UserAccount } from '../database/generated/client.ts';
import type { Actor, Database, Transaction, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { tokenDigest, tokenKind } from './bearer-token.ts';
import { totpContext } from './credentials.ts';
import { authenticateMachine } from './machine-token.ts';
import { passwordFits } from './password.ts';
import { type Principal, userPrincipal } from './principal.ts';
import { insertSession, isLive, type OpenedSession } from './session-row.ts';
import { clearAttempts, countAttempt, SIGN_IN_LIMITS, type SignInLimits } from './sign-in-throttle.ts';
import { acceptedStep } from './totp.ts';
import { normaliseLoginName } from './user.ts';

const DOORKEEPER: Actor = { kind: 'system', part: 'identity' };
/** How stale "last seen" may get before it is written again: a page of twenty requests writes once. */
const SEEN_AGAIN_MS = 60_000;

export interface SignedIn extends OpenedSession {
  readonly userId: number;
  /** True when no second factor is enrolled yet: the session can do nothing but enrol one. */
  readonly mustEnrolSecondFactor: boolean;
}

/**
 * Signs an official in. Once a second factor is enrolled both factors are needed, and a code is good once. Whatever is
 * wrong, and whether or not the name exists, the answer is the same after the same work. Errors: `SIGN_IN_REFUSED`;
 * `TOO_MANY_ATTEMPTS` with the seconds to wait in its facts.
 */
export async function signIn(
  database: Database,
  keys: MasterKey,
  attempt: { readonly loginName: string; readonly password: string; readonly code?: string | undefined },
  limits: SignInLimits = SIGN_IN_LIMITS,
): Promise<SignedIn> {
  const loginName = normaliseLoginName(attempt.loginName);
  const loginIndex = keys.blindIndex('user_account.login_name', loginName);
  await database.work(DOORKEEPER, (work) => countAttempt(work, loginIndex, limits));
  const user = await database.read.userAccount.findUnique({ where: { loginName } });
  const usable = user?.active === true ? user : null;
  const isPasswordRight = await passwordFits(usable?.passwordHash ?? null, attempt.password);
  const step = codeStep(keys, usable, attempt.code ?? '', database.clock.now());
  if (usable !== null && isPasswordRight && (usable.totpConfirmedAt === null || step !== undefined)) {
    const actor: Actor = { kind: 'user', id: usable.id };
    const session = await database.work(actor, (work) => openSession(work, usable, step, loginIndex, limits));
    if (session !== undefined) return session;
  }
  await database.work(DOORKEEPER, (work) =>
    appendAudit(work, { stream: 'system', action: 'sign_in.refused', subject: `user_account:${user?.id ?? 'unknown'}` }),
  );
  throw new CheongsanError(
    'SIGN_IN_REFUSED',
    'Login name, password or code is wrong. The code is needed once it is enrolled, and each is good once.',
  );
}

function codeStep(keys: MasterKey, user: UserAccount | null, code: string, at: Date): bigint | undefined {
  if (user === null || user.totpSecretCipher === null || user.totpConfirmedAt === null) return undefined;
  return acceptedStep(keys.openText(user.totpSecretCipher, totpContext(user.id)), code, at);
}

/** Behind the user's lock: nothing may have changed since the factors were checked, and the code's step must be a new one. */
async function openSession(
  work: Work,
  checked: UserAccount,
  step: bigint | undefined,
  loginIndex: string,
  limits: SignInLimits,
): Promise<SignedIn | undefined> {
  await work.tx.$queryRaw`SELECT id FROM user_account WHERE id = ${checked.id} FOR UPDATE`;
  const user = await work.tx.userAccount.findUniqueOrThrow({ where: { id: checked.id } });
  const isUnchanged = user.active && user.passwordHash === checked.passwordHash && hasSameFactor(user, checked);
  if (!isUnchanged || (step !== undefined && user.totpLastStep !== null && step <= user.totpLastStep)) return undefined;
  if (step !== undefined) await work.tx.userAccount.update({ where: { id: user.id }, data: { totpLastStep: step } });
  await clearAttempts(work, loginIndex, limits);
  const session = await insertSession(work, { userId: user.id, secondFactorAt: step === undefined ? null : work.at });
  await appendAudit(work, {
    stream: 'system',
    action: 'session.opened',
    subject: `user_account:${user.id}`,
    payload: { session: session.id, factors: step === undefined ? 1 : 2 },
  });
  return { ...session, userId: user.id, mustEnrolSecondFactor: step === undefined };
}

function hasSameFactor(user: UserAccount, checked: UserAccount): boolean {
  return user.totpConfirmedAt?.getTime() === checked.totpConfirmedAt?.getTime();
}

/**
 * Recognises whoever bears a session or machine token and says what he may do at this instant. Error: `UNAUTHENTICATED`,
 * the same for a token that is unknown, over, idle too long, revoked, or of a deactivated user.
 */
export async function authenticate(database: Database, bearerToken: string): Promise<Principal> {
  const kind = tokenKind(bearerToken);
  const principal =
    kind === 'session'
      ? await authenticateSession(database, bearerToken)
      : kind === 'machine'
        ? await authenticateMachine(database, bearerToken)
        : undefined;
  if (principal === undefined) throw new CheongsanError('UNAUTHENTICATED', 'The token is not valid, or no longer. Sign in again.');
  return principal;
}

async function authenticateSession(database: Database, token: string): Promise<Principal | undefined> {
  const at = database.clock.now();
  const session = await database.read.signInSession.findUnique({ where: { tokenDigest: tokenDigest(token) } });
  if (session === null || !isLive(session, at)) return undefined;
  const principal = await userPrincipal(database.read, {
    userId: session.userId,
    at,
    secondFactorAt: session.secondFactorAt,
    sessionId: session.id,
  });
  if (principal !== undefined && at.getTime() - session.lastSeenAt.getTime() >= SEEN_AGAIN_MS) {
    await database.work(principal.actor, (work) =>
      work.tx.signInSession.updateMany({ where: { id: session.id, lastSeenAt: { lt: at } }, data: { lastSeenAt: at } }),
    );
  }
  return principal;
}

/** Ends the session this token belongs to. Error: `UNAUTHENTICATED` when there is none to end. */
export async function signOut(database: Database, bearerToken: string): Promise<void> {
  const session = await database.read.signInSession.findUnique({ where: { tokenDigest: tokenDigest(bearerToken) } });
  if (session === null || session.revokedAt !== null) {
    throw new CheongsanError('UNAUTHENTICATED', 'There is no such session, or it has ended already.');
  }
  await database.work({ kind: 'user', id: session.userId }, (work) => revokeSession(work, session.id));
}

/** Ends one session, one's own or, with the permission to manage users, another's. Errors: `NOT_FOUND`. Twice is once. */
export async function revokeSession(work: Work, sessionId: number): Promise<void> {
  const session = await work.tx.signInSession.findUnique({ where: { id: sessionId } });
  if (session === null) throw new CheongsanError('NOT_FOUND', `There is no session ${sessionId}.`);
  const { count } = await work.tx.signInSession.updateMany({ where: { id: sessionId, revokedAt: null }, data: { revokedAt: work.at } });
  if (count === 0) return;
  await appendAudit(work, {
    stream: 'system',
    action: 'session.revoked',
    subject: `user_account:${session.userId}`,
    payload: { session: sessionId },
  });
}

export interface SessionSummary {
  readonly id: number;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly secondFactorAt: Date | null;
}

/** The sessions by which a user is signed in at this instant, the newest first. */
export async function listSessions(
  reader: Pick<Transaction, 'signInSession'>,
  userId: number,
  at: Date,
): Promise<readonly SessionSummary[]> {
  const rows = await reader.signInSession.findMany({ where: { userId, revokedAt: null, expiresAt: { gt: at } }, orderBy: { id: 'desc' } });
  return rows
    .filter((row) => isLive(row, at))
    .map(({ id, createdAt, lastSeenAt, expiresAt, secondFactorAt }) => ({ id, createdAt, lastSeenAt, expiresAt, secondFactorAt }));
}
