import { beforeAll, describe, expect, it } from 'vitest';
import { setPassword } from '../../src/identity/credentials.ts';
import { authenticate, listSessions, revokeSession, signIn, signOut } from '../../src/identity/session.ts';
import { SESSION_IDLE_MS, SESSION_LIFETIME_MS } from '../../src/identity/session-row.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';
import { createOfficial, type Official, PASSWORD } from './officials.ts';

let test: TestDatabase;
let officer: Official;

beforeAll(async () => {
  test = await createTestDatabase();
  officer = await createOfficial(test.database, 'officer', ['collection_officer']);
  await test.database.work(officer.actor, (work) => setPassword(work, { userId: officer.userId, password: PASSWORD }));
});

function signInAgain() {
  return signIn(test.database, testKeys, { loginName: 'officer', password: PASSWORD });
}

const refused = { code: 'UNAUTHENTICATED' };

describe('a session', () => {
  it('is stored as a digest only', async () => {
    const { token, id } = await signInAgain();
    const row = await test.database.read.signInSession.findUniqueOrThrow({ where: { id } });
    expect(JSON.stringify(row)).not.toContain(token);
    expect(Buffer.from(token.replace('cheongsan_session_', ''), 'base64url')).toHaveLength(32);
  });

  it('ends when nobody used it for a while, and lives on when somebody did', async () => {
    const { token } = await signInAgain();
    test.clock.advanceBy(SESSION_IDLE_MS - 1);
    await authenticate(test.database, token);
    test.clock.advanceBy(SESSION_IDLE_MS - 1);
    await authenticate(test.database, token);
    test.clock.advanceBy(SESSION_IDLE_MS);
    await expect(authenticate(test.database, token)).rejects.toMatchObject(refused);
  });

  it('ends for good after its lifetime, however busy', async () => {
    const { token, expiresAt } = await signInAgain();
    while (test.clock.now().getTime() + SESSION_IDLE_MS / 2 < expiresAt.getTime()) {
      test.clock.advanceBy(SESSION_IDLE_MS / 2);
      await authenticate(test.database, token);
    }
    test.clock.advanceTo(expiresAt);
    await expect(authenticate(test.database, token)).rejects.toMatchObject(refused);
    expect(SESSION_LIFETIME_MS).toBe(12 * 3_600_000);
  });

  it('ends when signed out, once', async () => {
    const { token } = await signInAgain();
    await signOut(test.database, token);
    await expect(authenticate(test.database, token)).rejects.toMatchObject(refused);
    await expect(signOut(test.database, token)).rejects.toMatchObject(refused);
  });

  it('is listed while it lives and can be revoked alone', async () => {
    test.clock.advanceBy(SESSION_LIFETIME_MS);
    const first = await signInAgain();
    const second = await signInAgain();
    const listed = () => listSessions(test.database.read, officer.userId, test.clock.now());
    expect((await listed()).map(({ id }) => id)).toEqual([second.id, first.id]);
    await test.database.work(officer.actor, (work) => revokeSession(work, first.id));
    await test.database.work(officer.actor, (work) => revokeSession(work, first.id));
    expect((await listed()).map(({ id }) => id)).toEqual([second.id]);
    await authenticate(test.database, second.token);
    expect(await test.database.read.auditEvent.count({ where: { action: 'session.revoked', payload: { contains: `${first.id}` } } })).toBe(
      1,
    );
  });

  it('ends with a new password, except the one in which it was set', async () => {
    const here = await signInAgain();
    const elsewhere = await signInAgain();
    await test.database.work(officer.actor, (work) =>
      setPassword(work, { userId: officer.userId, password: PASSWORD, keepSessionId: here.id }),
    );
    await authenticate(test.database, here.token);
    await expect(authenticate(test.database, elsewhere.token)).rejects.toMatchObject(refused);
  });

  it('is not had by guessing', async () => {
    for (const token of ['', 'cheongsan_session_', 'cheongsan_link_x', 'Bearer x', 'cheongsan_machine_x']) {
      await expect(authenticate(test.database, token)).rejects.toMatchObject(refused);
    }
  });
});
