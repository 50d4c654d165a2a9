import type { SignInSession } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { createToken } from './bearer-token.ts';

/** NIST SP 800-63B (rev. 3, 4.2.3) for two factors: sign in again after 12 hours, and after 30 minutes without activity. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;
export const SESSION_IDLE_MS = 30 * 60_000;

export interface OpenedSession {
  readonly id: number;
  /** Shown once; only its digest is stored. */
  readonly token: string;
  readonly expiresAt: Date;
}

export async function insertSession(work: Work, session: { userId: number; secondFactorAt: Date | null }): Promise<OpenedSession> {
  const { token, digest } = createToken('session');
  const expiresAt = new Date(work.at.getTime() + SESSION_LIFETIME_MS);
  const { id } = await work.tx.signInSession.create({
    data: {
      userId: session.userId,
      tokenDigest: digest,
      createdAt: work.at,
      lastSeenAt: work.at,
      expiresAt,
      secondFactorAt: session.secondFactorAt,
    },
    select: { id: true },
  });
  return { id, token, expiresAt };
}

/** Not signed out, not over, and seen a short while ago. */
export function isLive(session: Pick<SignInSession, 'revokedAt' | 'expiresAt' | 'lastSeenAt'>, at: Date): boolean {
  return (
    session.revokedAt === null &&
    session.expiresAt.getTime() > at.getTime() &&
    session.lastSeenAt.getTime() + SESSION_IDLE_MS > at.getTime()
  );
}

/** Ends all of a user's sessions but one; returns how many ended. */
export async function revokeSessionsOf(work: Work, userId: number, exceptSessionId = 0): Promise<number> {
  const { count } = await work.tx.signInSession.updateMany({
    where: { userId, revokedAt: null, id: { not: exceptSessionId } },
    data: { revokedAt: work.at },
  });
  return count;
}
