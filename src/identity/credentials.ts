import { appendAudit } from '../audit/append.ts';
import type { UserAccount } from '../database/generated/client.ts';
import type { Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import type { MasterKey } from '../kernel/master-key.ts';
import { assertPasswordAcceptable, hashPassword } from './password.ts';
import { revokeSessionsOf } from './session-row.ts';
import { acceptedStep, createTotp, type TotpEnrolment } from './totp.ts';

/** What an authenticator's secret is sealed for: it does not open in another user's row. */
export function totpContext(userId: number): string {
  return `user_account:${userId}:totp`;
}

/**
 * Sets a password and ends every session of the user but the one given. Whoever calls has made sure that it is he: by a
 * one-time link or by his session. Error: `INPUT_INVALID` for a password that is too easy.
 */
export async function setPassword(
  work: Work,
  input: { readonly userId: number; readonly password: string; readonly keepSessionId?: number },
): Promise<void> {
  const user = await lockUser(work, input.userId);
  assertPasswordAcceptable(input.password, user.loginName);
  await work.tx.userAccount.update({ where: { id: user.id }, data: { passwordHash: await hashPassword(input.password) } });
  const sessions = await revokeSessionsOf(work, user.id, input.keepSessionId);
  await appendAudit(work, {
    stream: 'system',
    action: 'user.password_set',
    subject: `user_account:${user.id}`,
    payload: { sessionsEnded: sessions },
  });
}

/**
 * Begins the enrolment of a second factor; nothing changes until a code confirms it. Error: `CONFLICT` when one is
 * enrolled already: losing it takes a new link from an administrator.
 */
export async function beginTotp(work: Work, keys: MasterKey, userId: number): Promise<TotpEnrolment> {
  const user = await lockUser(work, userId);
  if (user.totpConfirmedAt !== null) {
    throw new CheongsanError('CONFLICT', `User ${userId} has a second factor. An administrator's link for new credentials removes it.`);
  }
  const enrolment = createTotp(user.loginName);
  await work.tx.userAccount.update({
    where: { id: userId },
    data: { totpSecretCipher: keys.seal(enrolment.secret, totpContext(userId)), totpLastStep: null },
  });
  await appendAudit(work, { stream: 'system', action: 'user.second_factor_begun', subject: `user_account:${userId}` });
  return enrolment;
}

/**
 * Confirms the enrolment with a first code, which is used up by it. The session it is done in counts as signed in with both
 * factors from now on. Errors: `CONFLICT` when none was begun, `UNAUTHENTICATED` for a wrong code.
 */
export async function confirmTotp(
  work: Work,
  keys: MasterKey,
  input: { readonly userId: number; readonly code: string; readonly sessionId: number },
): Promise<void> {
  const user = await lockUser(work, input.userId);
  if (user.totpSecretCipher === null || user.totpConfirmedAt !== null) {
    throw new CheongsanError('CONFLICT', `User ${user.id} has no enrolment waiting for its code; begin one.`);
  }
  const step = acceptedStep(keys.openText(user.totpSecretCipher, totpContext(user.id)), input.code, work.at);
  if (step === undefined) {
    throw new CheongsanError('UNAUTHENTICATED', 'The code is wrong or too old; wait for the next one and check the clock of the device.');
  }
  await work.tx.userAccount.update({ where: { id: user.id }, data: { totpConfirmedAt: work.at, totpLastStep: step } });
  await work.tx.signInSession.updateMany({
    where: { id: input.sessionId, userId: user.id, revokedAt: null },
    data: { secondFactorAt: work.at },
  });
  const sessions = await revokeSessionsOf(work, user.id, input.sessionId);
  await appendAudit(work, {
    stream: 'system',
    action: 'user.second_factor_enrolled',
    subject: `user_account:${user.id}`,
    payload: { sessionsEnded: sessions },
  });
}

async function lockUser(work: Work, userId: number): Promise<UserAccount> {
  await work.tx.$queryRaw`SELECT id FROM user_account WHERE id = ${userId} FOR UPDATE`;
  const user = await work.tx.userAccount.findUnique({ where: { id: userId } });
  if (user === null) throw new CheongsanError('NOT_FOUND', `There is no user ${userId}.`);
  return user;
}
