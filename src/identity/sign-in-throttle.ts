import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';

export interface SignInLimits {
  /** Failures in a row that are let pass before the first lock. */
  readonly failuresAllowed: number;
  /** Length of the first lock; each further failure doubles it. */
  readonly firstLockMs: number;
  readonly longestLockMs: number;
  /** After this long without a failure the count begins anew. */
  readonly forgetAfterMs: number;
}

/**
 * OWASP (Authentication Cheat Sheet) asks for a threshold, a window and a lock that grows; NIST SP 800-63B (3.2.2) for at
 * most 100 failures in a row. Five, then a minute that doubles up to an hour: fewer than 40 guesses a day, and an
 * official whose name somebody abuses is back within the hour.
 */
export const SIGN_IN_LIMITS: SignInLimits = {
  failuresAllowed: 5,
  firstLockMs: 60_000,
  longestLockMs: 3_600_000,
  forgetAfterMs: 24 * 3_600_000,
};

/** How long a login name is locked after so many failures in a row; zero while failures are let pass. */
export function lockMs(failures: number, limits: SignInLimits): number {
  if (failures < limits.failuresAllowed) return 0;
  return Math.min(limits.firstLockMs * 2 ** Math.min(failures - limits.failuresAllowed, 30), limits.longestLockMs);
}

/**
 * Counts an attempt as failed before it is looked at, so that guesses made at the same time count as well; a success clears
 * the count. Known and unknown names are treated alike. Error: `TOO_MANY_ATTEMPTS`; a locked name is not looked at at all.
 */
export async function countAttempt(work: Work, loginIndex: string, limits: SignInLimits): Promise<void> {
  await work.tx.signInThrottle.createMany({
    data: [{ loginIndex, failedAttempts: 0, lastFailedAt: work.at }],
    skipDuplicates: true,
  });
  const rows = await work.tx.$queryRaw<{ failed_attempts: number; last_failed_at: Date; locked_until: Date | null }[]>`
    SELECT failed_attempts, last_failed_at, locked_until FROM sign_in_throttle WHERE login_index = ${loginIndex} FOR UPDATE`;
  const row = rows[0];
  if (row?.locked_until != null && row.locked_until > work.at) {
    const waitSeconds = Math.ceil((row.locked_until.getTime() - work.at.getTime()) / 1_000);
    throw new CheongsanError('TOO_MANY_ATTEMPTS', `Too many failed sign-ins; try again in ${waitSeconds} seconds.`, {
      facts: { waitSeconds },
    });
  }
  const isForgotten = row === undefined || work.at.getTime() - row.last_failed_at.getTime() > limits.forgetAfterMs;
  const failedAttempts = (isForgotten ? 0 : row.failed_attempts) + 1;
  const lockedMs = lockMs(failedAttempts, limits);
  await work.tx.signInThrottle.update({
    where: { loginIndex },
    data: { failedAttempts, lastFailedAt: work.at, lockedUntil: lockedMs === 0 ? null : new Date(work.at.getTime() + lockedMs) },
  });
}

/** Forgets the failures of a name that has signed in, and those of all names that have been quiet long enough. */
export async function clearAttempts(work: Work, loginIndex: string, limits: SignInLimits): Promise<void> {
  const quietSince = new Date(work.at.getTime() - limits.forgetAfterMs);
  await work.tx.signInThrottle.deleteMany({ where: { OR: [{ loginIndex }, { lastFailedAt: { lt: quietSince } }] } });
}
