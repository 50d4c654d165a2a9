import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ApprovalRequest,
  approvalDueSource,
  decideApproval,
  expireApproval,
  requestApproval,
  requireApproved,
  withdrawApproval,
} from '../../src/identity/approval.ts';
import { appointDeputy } from '../../src/identity/deputy.ts';
import { civilDate } from '../../src/kernel/civil-date.ts';
import { Won } from '../../src/kernel/money.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { createOfficial, type Official, principalOf } from './officials.ts';

let test: TestDatabase;
let officer: Official;
let approver: Official;
let secondApprover: Official;
let treasurer: Official;
let nextSubject = 1;

beforeAll(async () => {
  test = await createTestDatabase();
  officer = await createOfficial(test.database, 'officer', ['collection_officer', 'approver']);
  approver = await createOfficial(test.database, 'approver', ['approver']);
  secondApprover = await createOfficial(test.database, 'approver2', ['approver']);
  treasurer = await createOfficial(test.database, 'treasurer', ['treasury_officer']);
});

function requestOf(change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const subjectId = change.subjectId ?? nextSubject++;
  return {
    kind: 'seizure',
    subjectType: 'case',
    subjectId,
    summary: `사건 ${subjectId} 압류`,
    content: { case: subjectId, holdings: [{ asset: 'BTC', quantity: '0.5' }] },
    reason: '독촉 기한 경과',
    expiresAt: new Date(test.clock.now().getTime() + 14 * 86_400_000),
    ...change,
  };
}

function request(change: Partial<ApprovalRequest> = {}, maker: Official = officer) {
  return test.database.work(maker.actor, (work) => requestApproval(work, requestOf(change)));
}

async function decide(approvalId: number, decider: Official, decision: 'approve' | 'reject' = 'approve') {
  const principal = await principalOf(test.database, decider.userId);
  return test.database.work(decider.actor, (work) => decideApproval(work, principal, { approvalId, decision, reason: '확인함' }));
}

describe('an approval', () => {
  it('is requested by one official, decided by another, and binds what was asked for', async () => {
    const approval = await request({ subjectId: 900 });
    const asked = requestOf({ subjectId: 900 }).content;
    await expect(requireApproved(test.database.read, approval.id, asked)).rejects.toMatchObject({ code: 'APPROVAL_MISSING' });
    const decided = await decide(approval.id, approver);
    expect(decided).toMatchObject({ state: 'approved', decidedById: approver.userId, decidedAt: test.clock.now() });
    await requireApproved(test.database.read, approval.id, asked);
    await requireApproved(test.database.read, approval.id, { holdings: [{ quantity: '0.5', asset: 'BTC' }], case: 900 });
    await expect(requireApproved(test.database.read, approval.id, { ...asked, case: 901 })).rejects.toMatchObject({
      code: 'APPROVAL_STALE',
    });
    const events = await test.database.read.auditEvent.findMany({ where: { stream: 'case:900' }, orderBy: { sequence: 'asc' } });
    expect(events.map(({ action, actor }) => [action, actor])).toEqual([
      ['approval.requested', `user:${officer.userId}`],
      ['approval.approved', `user:${approver.userId}`],
    ]);
    expect(events.every(({ recordDigest }) => recordDigest === approval.contentDigest)).toBe(true);
  });
});

describe('a decision', () => {
  it('is refused to the maker by the service, even when his roles decide that kind', async () => {
    const approval = await request();
    await expect(decide(approval.id, officer)).rejects.toMatchObject({ code: 'APPROVAL_BY_MAKER' });
    await expect(decide(approval.id, officer, 'reject')).rejects.toMatchObject({ code: 'APPROVAL_BY_MAKER' });
  });

  it('is refused to the maker by the database, whatever the service thinks', async () => {
    const approval = await request();
    const decideAs = (decidedById: number) =>
      test.database.read.approval.update({
        where: { id: approval.id },
        data: { state: 'approved', decidedById, decidedAt: test.clock.now() },
      });
    await expect(decideAs(officer.userId)).rejects.toThrow(/approval_maker_is_not_checker/);
    await expect(test.database.read.approval.update({ where: { id: approval.id }, data: { state: 'approved' } })).rejects.toThrow(
      /approval_decision_has_decider/,
    );
    await decideAs(approver.userId);
  });

  it('cannot be rewritten by the application, and no more what was asked for', async () => {
    const approval = await request();
    for (const column of ["content = '{}'::jsonb", 'requested_by_id = 99', "content_digest = 'x'", 'expires_at = now()']) {
      await expect(test.database.read.$executeRawUnsafe(`UPDATE approval SET ${column} WHERE id = ${approval.id}`)).rejects.toThrow(
        /permission denied/,
      );
    }
    await decide(approval.id, approver, 'reject');
    await expect(test.database.read.$executeRawUnsafe(`UPDATE approval SET state = 'approved' WHERE id = ${approval.id}`)).rejects.toThrow(
      /never changed/,
    );
    await expect(test.database.read.$executeRawUnsafe(`DELETE FROM approval WHERE id = ${approval.id}`)).rejects.toThrow(
      /permission denied/,
    );
  });

  it('is taken once when two decide at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const approval = await request();
      const outcomes = await Promise.allSettled([decide(approval.id, approver), decide(approval.id, secondApprover, 'reject')]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'APPROVAL_NOT_PENDING' } });
    }
  });

  it('takes the permission for its kind and the second factor, and in one’s own name', async () => {
    const approval = await request();
    await expect(decide(approval.id, treasurer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const input = { approvalId: approval.id, decision: 'approve', reason: '확인함' } as const;
    const principal = await principalOf(test.database, approver.userId);
    await expect(
      test.database.work(approver.actor, (work) => decideApproval(work, { ...principal, secondFactorAt: null }, input)),
    ).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    await expect(test.database.work(officer.actor, (work) => decideApproval(work, principal, input))).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    const machine = { ...principal, actor: { kind: 'machine' as const, id: 1 }, userId: null };
    await expect(test.database.work(machine.actor, (work) => decideApproval(work, machine, input))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('a request', () => {
  it('is made by officials whose roles propose that kind', async () => {
    await expect(request({}, treasurer)).rejects.toMatchObject({ code: 'FORBIDDEN', facts: { permission: 'seizure.propose' } });
    await request({ kind: 'refund', subjectType: 'refund' }, treasurer);
    await expect(test.database.work(testActor, (work) => requestApproval(work, requestOf()))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is pending once per kind and subject, also when two ask at the same time', async () => {
    const outcomes = await Promise.allSettled([request({ subjectId: 950 }), request({ subjectId: 950 })]);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'CONFLICT' } });
    expect(await test.database.read.approval.count({ where: { subjectId: 950 } })).toBe(1);
    await request({ subjectId: 950, kind: 'sale_mandate' });
  });

  it('can be withdrawn by its maker only, while it is pending', async () => {
    const approval = await request();
    await expect(test.database.work(approver.actor, (work) => withdrawApproval(work, approval.id))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const withdrawn = await test.database.work(officer.actor, (work) => withdrawApproval(work, approval.id));
    expect(withdrawn.state).toBe('withdrawn');
    await expect(decide(approval.id, approver)).rejects.toMatchObject({ code: 'APPROVAL_NOT_PENDING' });
  });

  it.each([
    ['a name', { content: { rows: [{ name: '표본-001' }] } }],
    ['a registration number', { summary: '900101-1234567 압류' }],
    ['a telephone number', { reason: '010-1234-5678로 연락' }],
    ['no reason', { reason: ' ' }],
    ['an expiry that has passed', { expiresAt: new Date(0) }],
  ])('is refused with %s', async (_, fault) => {
    await expect(request(fault)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('above the city’s limit', () => {
  const money = { kind: 'sale_mandate', secondFromKrw: Won.of('100000000') } as const;

  it('two approvers must agree, each a different human being', async () => {
    const approval = await request({ ...money, moneyAtStakeKrw: Won.of('100000000') });
    expect(await decide(approval.id, approver)).toMatchObject({ state: 'pending', firstDecidedById: approver.userId });
    await expect(decide(approval.id, approver)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(requireApproved(test.database.read, approval.id, {})).rejects.toMatchObject({ code: 'APPROVAL_MISSING' });
    expect(await decide(approval.id, secondApprover)).toMatchObject({ state: 'approved', decidedById: secondApprover.userId });
  });

  it('as above it, two must agree on what nobody knows the worth of, and one where no limit is set', async () => {
    expect(await request(money)).toMatchObject({ moneyAtStake: null, secondNeeded: true });
    expect(await request({ kind: 'sale_mandate' })).toMatchObject({ moneyAtStake: null, secondNeeded: false });
  });

  it('the database refuses one approver twice, and one alone', async () => {
    const approval = await request({ ...money, moneyAtStakeKrw: Won.of('100000001') });
    const approveAs = (decidedById: number) =>
      test.database.read.approval.update({
        where: { id: approval.id },
        data: { state: 'approved', decidedById, decidedAt: test.clock.now() },
      });
    await expect(approveAs(approver.userId)).rejects.toThrow(/approval_second_follows_first/);
    await decide(approval.id, approver);
    await expect(approveAs(approver.userId)).rejects.toThrow(/approval_first_decider_is_another/);
  });

  it('one rejection is enough, and below it one approver', async () => {
    const rejected = await request({ ...money, moneyAtStakeKrw: Won.of('500000000') });
    expect(await decide(rejected.id, approver, 'reject')).toMatchObject({ state: 'rejected' });
    const below = await request({ ...money, moneyAtStakeKrw: Won.of('99999999') });
    expect(await decide(below.id, approver)).toMatchObject({ state: 'approved' });
  });

  it('two who agree at the same time count as two', async () => {
    const approval = await request({ ...money, moneyAtStakeKrw: Won.of('100000000') });
    const states = await Promise.all([decide(approval.id, approver), decide(approval.id, secondApprover)]);
    expect(states.map(({ state }) => state).sort()).toEqual(['approved', 'pending']);
  });
});

describe('deputies', () => {
  it('decide under their own names, but not what the absent official asked for', async () => {
    const absent = await createOfficial(test.database, 'absent', ['collection_officer', 'approver']);
    const deputy = await createOfficial(test.database, 'deputy', ['collection_officer']);
    const others = await request();
    const own = await request({}, absent);
    await expect(decide(others.id, deputy)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await test.database.work(absent.actor, (work) =>
      appointDeputy(work, {
        absentId: absent.userId,
        deputyId: deputy.userId,
        from: civilDate('2026-01-05'),
        until: civilDate('2026-01-09'),
        reason: '출장',
      }),
    );
    await expect(decide(own.id, deputy)).rejects.toMatchObject({ code: 'APPROVAL_BY_MAKER' });
    await expect(decide(own.id, absent)).rejects.toMatchObject({ code: 'APPROVAL_BY_MAKER' });
    expect(await decide(others.id, deputy)).toMatchObject({ state: 'approved', decidedById: deputy.userId });
    expect(await decide(own.id, approver)).toMatchObject({ state: 'approved' });
  });
});

describe('time', () => {
  it('expires what nobody decided, once, with an event, and frees the subject', async () => {
    const source = approvalDueSource(test.database);
    const approval = await request({ subjectId: 970, expiresAt: new Date(test.clock.now().getTime() + 1_000) });
    expect(await source.due(test.clock.now())).not.toContain(approval.id);
    expect(await source.nextDueAt?.(test.clock.now())).toEqual(approval.expiresAt);
    test.clock.advanceTo(approval.expiresAt);
    expect(await source.due(test.clock.now())).toContain(approval.id);
    await expect(decide(approval.id, approver)).rejects.toMatchObject({ code: 'APPROVAL_NOT_PENDING' });
    await Promise.all([expireApproval(test.database, approval.id), expireApproval(test.database, approval.id)]);
    await expireApproval(test.database, 999_999);
    expect(await source.due(test.clock.now())).not.toContain(approval.id);
    expect((await test.database.read.approval.findUniqueOrThrow({ where: { id: approval.id } })).state).toBe('expired');
    expect(await test.database.read.auditEvent.count({ where: { stream: 'case:970', action: 'approval.expired' } })).toBe(1);
    await request({ subjectId: 970 });
  });

  it('does not let an overdue request stand in the way of a new one', async () => {
    const overdue = await request({ subjectId: 980, expiresAt: new Date(test.clock.now().getTime() + 1_000) });
    test.clock.advanceBy(1_000);
    await request({ subjectId: 980 });
    expect((await test.database.read.approval.findUniqueOrThrow({ where: { id: overdue.id } })).state).toBe('expired');
  });
});
