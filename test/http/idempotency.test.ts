import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { raiseAlert } from '../../src/intent/alert.ts';
import { ERROR_ACTIONS } from '../../src/kernel/errors.ts';
import { type SignedInClient, startApi, type TestApi } from '../support/api.ts';
import { testActor } from '../support/database.ts';

let api: TestApi;
let administrator: SignedInClient;
let officer: SignedInClient;

beforeAll(async () => {
  api = await startApi();
  administrator = await api.hire('administrator', ['administrator']);
  officer = await api.hire('officer', ['collection_officer']);
});

const created = z.object({ userId: z.int(), linkToken: z.string() });

function newUser(loginName: string) {
  return { loginName, displayName: '표본 직원', division: '징수과', roles: ['auditor'] };
}

describe('a command under a key', () => {
  test('has one effect and the same answer, however often it is sent', async () => {
    const key = randomUUID();
    const first = (await administrator.post('/users', newUser('once.only'), { key })).expect(created);
    const again = (await administrator.post('/users', newUser('once.only'), { key })).expect(created);
    expect(again).toEqual(first);
    expect(await api.database.read.userAccount.count({ where: { loginName: 'once.only' } })).toBe(1);
  });

  test('has one effect when it is sent twice at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 4 }, () => administrator.post('/users', newUser('at.once'), { key })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test('is the same request whatever the order of its members', async () => {
    const key = randomUUID();
    const { loginName, ...rest } = newUser('in.any.order');
    const first = (await administrator.post('/users', { loginName, ...rest }, { key })).expect(created);
    expect((await administrator.post('/users', { ...rest, loginName }, { key })).expect(created)).toEqual(first);
  });

  test('is refused with another body, at another address, or as another command', async () => {
    const key = randomUUID();
    const { userId } = (await administrator.post('/users', newUser('the.first'), { key })).expect(created);
    for (const other of [
      await administrator.post('/users', newUser('the.second'), { key }),
      await administrator.post(`/users/${userId}/link`, {}, { key }),
    ]) {
      expect(other.problem()).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    }
    expect(await api.database.read.userAccount.count({ where: { loginName: 'the.second' } })).toBe(0);
  });

  test('that was refused leaves no record: corrected circumstances let it through', async () => {
    const key = randomUUID();
    const to = { toId: officer.userId, reason: '인사 이동', caseIds: [4711] };
    expect((await officer.post('/cases/handover', to, { key })).problem().code).toBe('NOT_FOUND');
    expect(await api.database.read.requestRecord.count({ where: { requestKey: key } })).toBe(0);
  });

  test('is another one for somebody else', async () => {
    const key = randomUUID();
    const other = await api.hire('other.administrator', ['administrator']);
    const first = (await administrator.post('/users', newUser('of.the.first'), { key })).expect(created);
    const second = (await other.post('/users', newUser('of.the.second'), { key })).expect(created);
    expect(second.userId).not.toBe(first.userId);
  });

  test('is kept sealed: what is shown once stands nowhere in the clear', async () => {
    const key = randomUUID();
    const { linkToken } = (await administrator.post('/users', newUser('sealed.answer'), { key })).expect(created);
    const record = await api.database.read.requestRecord.findFirstOrThrow({ where: { requestKey: key } });
    expect(Buffer.from(record.answerCipher).includes(linkToken)).toBe(false);
    expect(JSON.stringify(record)).not.toContain(linkToken);
  });

  test.each(['short', 'with a blank in it', 'x'.repeat(201)])('needs a key that can be its own, unlike "%s"', async (key) => {
    expect((await administrator.post('/users', newUser('bad.key'), { key })).problem().code).toBe('INPUT_INVALID');
  });
});

describe('a bulk command', () => {
  const answer = z.object({
    done: z.array(z.object({ id: z.int(), result: z.object({ done: z.literal(true) }) })),
    refused: z.array(z.object({ id: z.int(), code: z.string(), title: z.string(), action: z.string(), detail: z.string() })),
  });

  async function alerts(count: number): Promise<number[]> {
    return api.database.work(testActor, async (work) => {
      const ids: number[] = [];
      for (let index = 0; index < count; index++) {
        const alert = { code: 'sample', severity: 'notice', subject: `sample:${randomUUID()}`, text: '표본 알림', facts: {} } as const;
        ids.push((await raiseAlert(work, alert)).id);
      }
      return ids;
    });
  }

  test('does what it can and tells the rest with its code', async () => {
    const [first = 0, second = 0] = await alerts(2);
    const items = [second, 4711, first];
    const { done, refused } = (await officer.post('/alerts/acknowledgements', { items })).expect(answer);
    expect(done.map(({ id }) => id)).toEqual([first, second]);
    expect(refused).toEqual([
      { id: 4711, code: 'NOT_FOUND', title: '찾을 수 없습니다', action: ERROR_ACTIONS.NOT_FOUND, detail: expect.stringContaining('4711') },
    ]);
  });

  test('under a key answers what was done and tries again what was not', async () => {
    const key = randomUUID();
    const [first = 0] = await alerts(1);
    const items = [first, first + 1];
    const once = (await officer.post('/alerts/acknowledgements', { items }, { key })).expect(answer);
    expect(once.refused.map(({ id, code }) => [id, code])).toEqual([[first + 1, 'NOT_FOUND']]);
    expect(await alerts(1)).toEqual([first + 1]);
    const again = (await officer.post('/alerts/acknowledgements', { items }, { key })).expect(answer);
    expect(again).toEqual({ done: [first, first + 1].map((id) => ({ id, result: { done: true } })), refused: [] });
    const acknowledged = await api.database.read.auditEvent.count({ where: { action: 'alert.acknowledged', subject: `alert:${first}` } });
    expect(acknowledged).toBe(1);
    // Without the key it is another request, and the alerts have been seen already.
    const anew = (await officer.post('/alerts/acknowledgements', { items })).expect(answer);
    expect(anew.refused.map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT']);
  });

  test('under a key with other rows is refused as a whole', async () => {
    const key = randomUUID();
    const [first = 0, second = 0] = await alerts(2);
    await officer.post('/alerts/acknowledgements', { items: [first] }, { key });
    const other = await officer.post('/alerts/acknowledgements', { items: [first, second] }, { key });
    expect(other.problem().code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await api.database.read.alert.findUniqueOrThrow({ where: { id: second } })).acknowledgedAt).toBeNull();
  });

  test('sent twice at once under a key does each row once', async () => {
    const key = randomUUID();
    const items = await alerts(8);
    const [one, two] = await Promise.all([1, 2].map(() => officer.post('/alerts/acknowledgements', { items }, { key })));
    expect(one?.expect(answer).done.map(({ id }) => id)).toEqual(items);
    expect(two?.expect(answer)).toEqual(one?.expect(answer));
  });

  test.each([
    ['no row', []],
    ['a row twice', [1, 1]],
    ['more rows than it takes', Array.from({ length: 1_001 }, (_, index) => index + 1)],
    ['something that is no row', [0]],
  ])('with %s is refused', async (_what, items) => {
    expect((await officer.post('/alerts/acknowledgements', { items })).problem().code).toBe('INPUT_INVALID');
  });
});
