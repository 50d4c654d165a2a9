import { beforeAll, describe, expect, it } from 'vitest';
import { setPassword } from '../../src/identity/credentials.ts';
import { appointDeputy, endDeputy, listDeputies } from '../../src/identity/deputy.ts';
import { standingOf } from '../../src/identity/principal.ts';
import { changeRoles, createUser, deactivateUser, listUsers } from '../../src/identity/user.ts';
import { civilDate, seoulDay } from '../../src/kernel/civil-date.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { createOfficial, type Official, PASSWORD } from './officials.ts';

let test: TestDatabase;
let administrator: Official;

beforeAll(async () => {
  test = await createTestDatabase();
  administrator = await createOfficial(test.database, 'admin', ['administrator']);
  await test.database.work(administrator.actor, (work) => setPassword(work, { userId: administrator.userId, password: PASSWORD }));
});

describe('users', () => {
  it('are created once per login name, with the event naming roles and nobody', async () => {
    const { userId } = await createOfficial(test.database, 'Kim.Officer', ['collection_officer', 'approver']);
    const summary = (await listUsers(test.database.read)).find(({ id }) => id === userId);
    expect(summary).toMatchObject({ loginName: 'kim.officer', active: true, hasPassword: false, secondFactorEnrolled: false });
    await expect(createOfficial(test.database, 'KIM.officer', ['auditor'])).rejects.toMatchObject({ code: 'CONFLICT' });
    const event = await test.database.read.auditEvent.findFirstOrThrow({ where: { subject: `user_account:${userId}` } });
    expect(event.payload).toBe('{"roles":["collection_officer","approver"]}');
  });

  it.each([
    ['no role', { roles: [] }],
    ['an auditor who works', { roles: ['auditor' as const, 'approver' as const] }],
    ['an administrator who decides', { roles: ['administrator' as const, 'approver' as const] }],
    ['an odd login name', { loginName: 'a b' }],
    ['no name', { displayName: ' ' }],
  ])('are refused with %s', async (_, fault) => {
    const user = { loginName: 'someone', displayName: '표본', division: '징수과', roles: ['approver' as const], ...fault };
    await expect(test.database.work(testActor, (work) => createUser(work, user))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('change roles by somebody else, and the change is felt at once', async () => {
    const { userId, actor } = await createOfficial(test.database, 'mover', ['collection_officer']);
    await expect(test.database.work(actor, (work) => changeRoles(work, { userId, roles: ['approver'] }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await test.database.work(administrator.actor, (work) => changeRoles(work, { userId, roles: ['treasury_officer'] }));
    expect((await standingOf(test.database.read, userId, test.clock.now())).roles).toEqual(['treasury_officer']);
  });

  it('never lose their last administrator, not even when two leave at the same time', async () => {
    const second = await createOfficial(test.database, 'admin2', ['administrator']);
    await test.database.work(second.actor, (work) => setPassword(work, { userId: second.userId, password: PASSWORD }));
    const outcomes = await Promise.allSettled([
      test.database.work(second.actor, (work) => deactivateUser(work, administrator.userId)),
      test.database.work(administrator.actor, (work) => changeRoles(work, { userId: second.userId, roles: ['auditor'] })),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await test.database.read.userAccount.count({ where: { active: true, roles: { has: 'administrator' } } })).toBe(1);
  });
});

describe('a deputy', () => {
  const from = civilDate('2026-02-02');
  const until = civilDate('2026-02-06');
  let absent: Official;
  let deputy: Official;
  beforeAll(async () => {
    absent = await createOfficial(test.database, 'absent', ['approver']);
    deputy = await createOfficial(test.database, 'deputy', ['collection_officer']);
  });

  function appoint(input: Partial<Parameters<typeof appointDeputy>[1]> = {}, actor = absent.actor) {
    return test.database.work(actor, (work) =>
      appointDeputy(work, { absentId: absent.userId, deputyId: deputy.userId, from, until, reason: '휴가', ...input }),
    );
  }

  it('has the absent official’s roles on each of the days and not on the others', async () => {
    await appoint();
    for (const [instant, roles] of [
      ['2026-02-01T14:59:59Z', ['collection_officer']],
      ['2026-02-01T15:00:00Z', ['collection_officer', 'approver']],
      ['2026-02-06T14:59:59Z', ['collection_officer', 'approver']],
      ['2026-02-06T15:00:00Z', ['collection_officer']],
    ] as const) {
      const standing = await standingOf(test.database.read, deputy.userId, new Date(instant));
      expect(standing.roles, instant).toEqual(roles);
    }
  });

  it('does not pass on what he holds for another', async () => {
    const third = await createOfficial(test.database, 'third', ['treasury_officer']);
    await appoint({ absentId: deputy.userId, deputyId: third.userId }, deputy.actor);
    const standing = await standingOf(test.database.read, third.userId, new Date('2026-02-03T00:00:00Z'));
    expect(standing.roles).toEqual(['treasury_officer', 'collection_officer']);
    expect(standing.standsInFor).toEqual([deputy.userId]);
  });

  it('is not appointed by himself, for himself, for the past or into a separate role', async () => {
    await expect(appoint({}, deputy.actor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(appoint({ deputyId: absent.userId }, deputy.actor)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(appoint({ until: civilDate('2026-02-01') })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(appoint({ reason: '' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const auditor = await createOfficial(test.database, 'auditor', ['auditor']);
    await expect(appoint({ deputyId: auditor.userId })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('serves no longer once ended, or once the absent official is gone', async () => {
    const rows = await listDeputies(test.database.read, seoulDay(test.clock.now()));
    const row = rows.find(({ deputyId }) => deputyId === deputy.userId);
    if (row === undefined) throw new Error('The deputy is listed.');
    await test.database.work(absent.actor, (work) => endDeputy(work, row.id));
    await expect(test.database.work(absent.actor, (work) => endDeputy(work, row.id))).rejects.toMatchObject({ code: 'CONFLICT' });
    const inOffice = new Date('2026-02-03T00:00:00Z');
    expect((await standingOf(test.database.read, deputy.userId, inOffice)).roles).toEqual(['collection_officer']);
    await appoint();
    await test.database.read.userAccount.update({ where: { id: absent.userId }, data: { active: false } });
    expect((await standingOf(test.database.read, deputy.userId, inOffice)).roles).toEqual(['collection_officer']);
    await test.database.read.userAccount.update({ where: { id: absent.userId }, data: { active: true } });
    await test.database.work(testActor, (work) => deactivateUser(work, absent.userId));
    expect(await test.database.read.deputy.count({ where: { absentId: absent.userId, endedAt: null } })).toBe(0);
    expect((await standingOf(test.database.read, deputy.userId, inOffice)).roles).toEqual(['collection_officer']);
  });
});
