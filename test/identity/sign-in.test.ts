import { beforeAll, describe, expect, it } from 'vitest';
import { beginTotp, confirmTotp, setPassword } from '../../src/identity/credentials.ts';
import { authenticate, signIn } from '../../src/identity/session.ts';
import { lockMs, SIGN_IN_LIMITS } from '../../src/identity/sign-in-throttle.ts';
import { deactivateUser } from '../../src/identity/user.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { codeAt, createOfficial, enrol, type Official, PASSWORD } from './officials.ts';

let test: TestDatabase;
let officer: Official;
let secret: string;

beforeAll(async () => {
  test = await createTestDatabase();
  officer = await createOfficial(test.database, 'officer', ['collection_officer']);
  secret = await enrol(test.database, officer);
});

function attempt(loginName: string, password: string, code?: string) {
  return signIn(test.database, testKeys, { loginName, password, code });
}

function freshCode(): string {
  test.clock.advanceBy(60_000);
  return codeAt(secret, test.clock.now());
}

describe('signing in', () => {
  it('takes both factors once the second one is enrolled', async () => {
    const signedIn = await attempt('OFFICER ', PASSWORD, freshCode());
    expect(signedIn.mustEnrolSecondFactor).toBe(false);
    const principal = await authenticate(test.database, signedIn.token);
    expect(principal).toMatchObject({ userId: officer.userId, roles: ['collection_officer'], secondFactorAt: test.clock.now() });
  });

  it('answers every wrong attempt alike, whether the name exists or not', async () => {
    const failures = await Promise.all(
      [
        attempt('nobody', PASSWORD, freshCode()),
        attempt('officer', 'wrong password', freshCode()),
        attempt('officer', PASSWORD, '000000'),
        attempt('officer', PASSWORD),
      ].map((attempted) =>
        attempted.then(
          () => 'signed in',
          (thrown: unknown) => (thrown instanceof Error ? thrown.message : ''),
        ),
      ),
    );
    expect(new Set(failures).size).toBe(1);
    expect(failures[0]).toMatch(/wrong/);
    await attempt('officer', PASSWORD, freshCode());
  });

  it('takes a code once, also when it comes twice at the same time', async () => {
    for (let round = 0; round < 8; round++) {
      const code = freshCode();
      const outcomes = await Promise.allSettled([attempt('officer', PASSWORD, code), attempt('officer', PASSWORD, code)]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(attempt('officer', PASSWORD, code)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
    }
  });

  it('does not take the code before one that was used, and takes one of a clock slightly off', async () => {
    test.clock.advanceBy(300_000);
    const before = codeAt(secret, new Date(test.clock.now().getTime() - 30_000));
    const after = codeAt(secret, new Date(test.clock.now().getTime() + 30_000));
    await attempt('officer', PASSWORD, after);
    await expect(attempt('officer', PASSWORD, before)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
    const old = codeAt(secret, new Date(test.clock.now().getTime() - 90_000));
    await expect(attempt('officer', PASSWORD, old)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });

  it('writes an event for each sign-in and refusal, naming nobody', async () => {
    const events = await test.database.read.auditEvent.findMany({ where: { stream: 'system', action: { startsWith: 'sign_in' } } });
    expect(events.map(({ subject }) => subject)).toContain('user_account:unknown');
    const opened = await test.database.read.auditEvent.findFirstOrThrow({ where: { action: 'session.opened' }, orderBy: { id: 'desc' } });
    expect(opened).toMatchObject({ actor: `user:${officer.userId}`, subject: `user_account:${officer.userId}` });
  });
});

describe('the second factor', () => {
  it('is asked for at the first sign-in, and a session without it may only enrol', async () => {
    const novice = await createOfficial(test.database, 'novice', ['approver']);
    await test.database.work(novice.actor, (work) => setPassword(work, { userId: novice.userId, password: PASSWORD }));
    const signedIn = await attempt('novice', PASSWORD);
    expect(signedIn.mustEnrolSecondFactor).toBe(true);
    expect((await authenticate(test.database, signedIn.token)).secondFactorAt).toBeNull();
    const enrolment = await test.database.work(novice.actor, (work) => beginTotp(work, testKeys, novice.userId));
    expect(enrolment.uri).toContain('otpauth://totp/');
    const input = { userId: novice.userId, sessionId: signedIn.id };
    await expect(
      test.database.work(novice.actor, (work) => confirmTotp(work, testKeys, { ...input, code: '000000' })),
    ).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const code = codeAt(enrolment.secret, test.clock.now());
    await test.database.work(novice.actor, (work) => confirmTotp(work, testKeys, { ...input, code }));
    expect((await authenticate(test.database, signedIn.token)).secondFactorAt).toEqual(test.clock.now());
    await expect(attempt('novice', PASSWORD, code)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
    await expect(test.database.work(novice.actor, (work) => beginTotp(work, testKeys, novice.userId))).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is sealed for its user and does not open in another row', async () => {
    const other = await createOfficial(test.database, 'other', ['approver']);
    await test.database.work(other.actor, (work) => setPassword(work, { userId: other.userId, password: PASSWORD }));
    const { totpSecretCipher, totpConfirmedAt } = await test.database.read.userAccount.findUniqueOrThrow({ where: { id: officer.userId } });
    expect(Buffer.from(totpSecretCipher ?? []).includes(secret)).toBe(false);
    await test.database.read.userAccount.update({ where: { id: other.userId }, data: { totpSecretCipher, totpConfirmedAt } });
    await expect(attempt('other', PASSWORD, freshCode())).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' });
  });
});

describe('repeated failures', () => {
  async function failUntilLocked(loginName: string): Promise<number> {
    for (let failures = 0; failures < 20; failures++) {
      const code = await attempt(loginName, 'a wrong password').then(
        () => 'signed in',
        (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? thrown.code : thrown),
      );
      if (code === 'TOO_MANY_ATTEMPTS') return failures;
    }
    return 20;
  }

  it('lock a known and an unknown name alike, and even the right password waits', async () => {
    await createOfficial(test.database, 'locked', ['approver']);
    expect(await failUntilLocked('locked')).toBe(SIGN_IN_LIMITS.failuresAllowed);
    expect(await failUntilLocked('not-there')).toBe(SIGN_IN_LIMITS.failuresAllowed);
    await failUntilLocked('officer');
    await expect(attempt('officer', PASSWORD, freshCodeWithoutWaiting())).rejects.toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      facts: { waitSeconds: 60 },
    });
    test.clock.advanceBy(SIGN_IN_LIMITS.firstLockMs);
    await attempt('officer', PASSWORD, freshCode());
    expect(await failUntilLocked('officer')).toBe(SIGN_IN_LIMITS.failuresAllowed);
    test.clock.advanceBy(SIGN_IN_LIMITS.forgetAfterMs);
  });

  function freshCodeWithoutWaiting(): string {
    return codeAt(secret, test.clock.now());
  }

  it('count when they come at the same time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => attempt('parallel', 'a wrong password')));
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'signed in'));
    expect(codes.filter((code) => code === 'SIGN_IN_REFUSED')).toHaveLength(SIGN_IN_LIMITS.failuresAllowed);
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(12 - SIGN_IN_LIMITS.failuresAllowed);
  });

  it('lock twice as long each time, up to the longest lock', () => {
    const lengths = [4, 5, 6, 7, 50].map((failures) => lockMs(failures, SIGN_IN_LIMITS));
    expect(lengths).toEqual([0, 60_000, 120_000, 240_000, SIGN_IN_LIMITS.longestLockMs]);
  });

  it('leave no login name behind', async () => {
    const rows = await test.database.read.signInThrottle.findMany();
    expect(rows.every(({ loginIndex }) => /^[0-9a-f]{64}$/.test(loginIndex))).toBe(true);
  });
});

describe('a deactivated user', () => {
  it('neither signs in nor stays signed in', async () => {
    const leaver = await createOfficial(test.database, 'leaver', ['approver']);
    await test.database.work(leaver.actor, (work) => setPassword(work, { userId: leaver.userId, password: PASSWORD }));
    const { token } = await attempt('leaver', PASSWORD);
    await test.database.work(testActor, (work) => deactivateUser(work, leaver.userId));
    await expect(authenticate(test.database, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(attempt('leaver', PASSWORD)).rejects.toMatchObject({ code: 'SIGN_IN_REFUSED' });
  });
});
