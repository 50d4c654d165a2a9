import { appendAudit } from '../audit/append.ts';
import type { OneTimeLink } from '../database/generated/client.ts';
import type { Actor, Database, Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { createToken, tokenDigest } from './bearer-token.ts';
import { setPassword } from './credentials.ts';
import { createUser, hasAdministrator, lockAdministrators, requireUser } from './user.ts';

/** Long enough to be carried to a colleague's desk, short enough not to lie about. */
const LINK_LIFETIME_MS = 24 * 3_600_000;
const DOORKEEPER: Actor = { kind: 'system', part: 'identity' };

/** Who the first administrator is; asked only when such a link is redeemed. */
export interface AdministratorProfile {
  readonly loginName: string;
  readonly displayName: string;
  readonly division: string;
}

/**
 * Whenever the service starts: while nobody could sign in as administrator, a fresh link to become the first one, else
 * undefined. Only its digest is stored, so each start shows another; all of them die with the first that is redeemed.
 */
export async function ensureFirstAdministratorLink(database: Database): Promise<string | undefined> {
  if (await hasAdministrator(database.read)) return undefined;
  return database.work(DOORKEEPER, async (work) => {
    await lockAdministrators(work);
    return (await hasAdministrator(work.tx)) ? undefined : insertLink(work, 'first_administrator', null);
  });
}

/**
 * A link by which an official sets his credentials, at first or anew. Links issued to him before stop working. The caller
 * hands it over in person; it is shown once. Errors: `NOT_FOUND`, `CONFLICT` for a deactivated user.
 */
export async function issueLink(work: Work, userId: number): Promise<string> {
  const user = await requireUser(work.tx, userId);
  if (!user.active) throw new CheongsanError('CONFLICT', `User ${userId} is deactivated.`);
  await work.tx.oneTimeLink.updateMany({ where: { userId, usedAt: null, expiresAt: { gt: work.at } }, data: { expiresAt: work.at } });
  return insertLink(work, 'set_credentials', userId);
}

async function insertLink(work: Work, purpose: OneTimeLink['purpose'], userId: number | null): Promise<string> {
  const { token, digest } = createToken('link');
  const { id } = await work.tx.oneTimeLink.create({
    data: { purpose, userId, tokenDigest: digest, createdAt: work.at, expiresAt: new Date(work.at.getTime() + LINK_LIFETIME_MS) },
    select: { id: true },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'link.issued',
    subject: `one_time_link:${id}`,
    payload: { purpose, user: userId ?? undefined },
  });
  return token;
}

/**
 * Redeems a link once: sets the password, removes a second factor that may be enrolled (a new one is enrolled at the next
 * sign-in), ends all sessions. A refused password leaves the link good. Errors: `UNAUTHENTICATED` for a link that is
 * unknown, used or over; `CONFLICT` when there is an administrator meanwhile; `PASSWORD_WEAK`, `INPUT_INVALID`.
 */
export async function redeemLink(
  database: Database,
  input: { readonly token: string; readonly password: string; readonly profile?: AdministratorProfile | undefined },
): Promise<{ readonly userId: number }> {
  return database.work(DOORKEEPER, async (work) => {
    const link = await useLink(work, input.token);
    const userId = link.userId ?? (await createFirstAdministrator(work, input.profile));
    await work.tx.userAccount.update({
      where: { id: userId },
      data: { totpSecretCipher: null, totpConfirmedAt: null, totpLastStep: null },
    });
    await setPassword(work, { userId, password: input.password });
    await appendAudit(work, {
      stream: 'system',
      action: 'link.redeemed',
      subject: `one_time_link:${link.id}`,
      payload: { purpose: link.purpose, user: userId },
    });
    return { userId };
  });
}

/** Whoever comes second waits for the first one's row and then finds it used. */
async function useLink(work: Work, token: string): Promise<OneTimeLink> {
  const digest = tokenDigest(token);
  const { count } = await work.tx.oneTimeLink.updateMany({
    where: { tokenDigest: digest, usedAt: null, expiresAt: { gt: work.at } },
    data: { usedAt: work.at },
  });
  if (count !== 1) throw linkRefused();
  return work.tx.oneTimeLink.findUniqueOrThrow({ where: { tokenDigest: digest } });
}

function linkRefused(): CheongsanError {
  return new CheongsanError('UNAUTHENTICATED', 'This link is unknown, used or over. Ask an administrator for a new one.');
}

async function createFirstAdministrator(work: Work, profile: AdministratorProfile | undefined): Promise<number> {
  await lockAdministrators(work);
  if (await hasAdministrator(work.tx)) {
    throw new CheongsanError('CONFLICT', 'There is an administrator already; ask him for an account.');
  }
  if (profile === undefined) {
    throw new CheongsanError('INPUT_INVALID', 'The first administrator needs a login name, a name and a division.');
  }
  const { id } = await createUser(work, { ...profile, roles: ['administrator'] });
  return id;
}
