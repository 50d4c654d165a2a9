import { beforeAll, describe, expect, it } from 'vitest';
import { ensureFirstAdministratorLink, issueLink, redeemLink } from '../../src/identity/one-time-link.ts';
import { authenticate, signIn } from '../../src/identity/session.ts';
import { deactivateUser } from '../../src/identity/user.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { createOfficial, enrol, PASSWORD } from './officials.ts';

const refused = { code: 'UNAUTHENTICATED' };
const profile = { loginName: 'first', displayName: '표본 관리자', division: '세정과' };

describe('the first start', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });

  it('makes one administrator, whichever of its links is redeemed, and then offers none', async () => {
    const [one, two] = await Promise.all([ensureFirstAdministratorLink(test.database), ensureFirstAdministratorLink(test.database)]);
    if (one === undefined || two === undefined) throw new Error('Two starts at once must both show a link.');
    expect(JSON.stringify(await test.database.read.oneTimeLink.findMany())).not.toContain(one);

    await expect(redeemLink(test.database, { token: one, password: 'short', profile })).rejects.toMatchObject({ code: 'PASSWORD_WEAK' });
    await expect(redeemLink(test.database, { token: one, password: PASSWORD })).rejects.toMatchObject({ code: 'INPUT_INVALID' });

    const outcomes = await Promise.allSettled([
      redeemLink(test.database, { token: one, password: PASSWORD, profile }),
      redeemLink(test.database, { token: one, password: PASSWORD, profile: { ...profile, loginName: 'second' } }),
      redeemLink(test.database, { token: two, password: PASSWORD, profile: { ...profile, loginName: 'third' } }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await test.database.read.userAccount.count()).toBe(1);
    const [administrator] = await test.database.read.userAccount.findMany();
    const { token } = await signIn(test.database, testKeys, { loginName: administrator?.loginName ?? '', password: PASSWORD });
    expect((await authenticate(test.database, token)).roles).toEqual(['administrator']);
    expect(await ensureFirstAdministratorLink(test.database)).toBeUndefined();
  });

  it('offers a link again while the only administrator could not sign in', async () => {
    const other = await createTestDatabase();
    await createOfficial(other.database, 'admin', ['administrator']);
    expect(await ensureFirstAdministratorLink(other.database)).toBeDefined();
  });
});

describe('a link for new credentials', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });

  it('works once, also when it is redeemed twice at the same time', async () => {
    const { userId } = await createOfficial(test.database, 'newcomer', ['approver']);
    const token = await test.database.work(testActor, (work) => issueLink(work, userId));
    const outcomes = await Promise.allSettled([
      redeemLink(test.database, { token, password: PASSWORD }),
      redeemLink(test.database, { token, password: `${PASSWORD} zwei` }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(redeemLink(test.database, { token, password: PASSWORD })).rejects.toMatchObject(refused);
  });

  it('removes the second factor and ends all sessions', async () => {
    const official = await createOfficial(test.database, 'forgetful', ['treasury_officer']);
    await enrol(test.database, official);
    const token = await test.database.work(testActor, (work) => issueLink(work, official.userId));
    await redeemLink(test.database, { token, password: `${PASSWORD} neu` });
    const signedIn = await signIn(test.database, testKeys, { loginName: 'forgetful', password: `${PASSWORD} neu` });
    expect(signedIn.mustEnrolSecondFactor).toBe(true);
    expect(await test.database.read.signInSession.count({ where: { userId: official.userId, revokedAt: null } })).toBe(1);
  });

  it('ends with a newer one, with time, and is not issued to a deactivated user', async () => {
    const { userId } = await createOfficial(test.database, 'slow', ['auditor']);
    const first = await test.database.work(testActor, (work) => issueLink(work, userId));
    const second = await test.database.work(testActor, (work) => issueLink(work, userId));
    await expect(redeemLink(test.database, { token: first, password: PASSWORD })).rejects.toMatchObject(refused);
    test.clock.advanceBy(24 * 3_600_000);
    await expect(redeemLink(test.database, { token: second, password: PASSWORD })).rejects.toMatchObject(refused);
    await test.database.work(testActor, (work) => deactivateUser(work, userId));
    await expect(test.database.work(testActor, (work) => issueLink(work, userId))).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
