import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Role } from '../../src/database/generated/enums.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { setPassword } from '../../src/identity/credentials.ts';
import { issueMachineToken } from '../../src/identity/machine-token.ts';
import { ROLE_PERMISSIONS } from '../../src/identity/permission.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createOfficial, PASSWORD } from '../identity/officials.ts';
import { type ApiAnswer, ApiClient, type SignedInClient, startApi, type TestApi } from '../support/api.ts';

const all = routes({ kind: 'real', clock: systemClock, sweep: () => Promise.resolve(0) });
const guarded = all.filter(({ permission }) => permission !== 'public');
const table = guarded.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

let api: TestApi;
const officials = new Map<Role, SignedInClient>();

beforeAll(async () => {
  api = await startApi();
  for (const role of Object.values(Role)) officials.set(role, await api.hire(role.replaceAll('_', '.'), [role]));
});

/** Asks with nothing but the address: who may not gets his refusal before anything else is looked at. */
function ask(client: ApiClient, { method, path }: Route): Promise<ApiAnswer> {
  return client.send(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1'), method === 'get' ? undefined : '{}', {
    headers: method === 'get' ? {} : { 'content-type': 'application/json' },
  });
}

async function codeOf(client: ApiClient, route: Route): Promise<string> {
  return (await ask(client, route)).problem().code;
}

describe('without a sign-in', () => {
  test.each(table)('%s is refused', async (_name, route) => {
    expect(await codeOf(api.nobody, route)).toBe('UNAUTHENTICATED');
  });

  test('another scheme, a made-up token and half a header are no sign-in', async () => {
    const [route] = guarded;
    if (route === undefined) throw new Error('There are no guarded routes.');
    for (const authorization of ['Basic b2ZmaWNlcjpwYXNz', 'Bearer', 'Bearer chs_made-up', 'Bearer  ']) {
      const answer = await api.nobody.send('GET', '/users', undefined, { headers: { authorization } });
      expect(answer.problem()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });
});

describe('with a sign-in whose roles do not allow it', () => {
  test.each(table.filter(([, { permission }]) => permission !== 'any'))('%s is refused', async (_name, route) => {
    for (const [role, client] of officials) {
      if (ROLE_PERMISSIONS[role].some((permission) => permission === route.permission)) continue;
      const problem = (await ask(client, route)).problem();
      expect({ role, code: problem.code, facts: problem.facts }).toEqual({
        role,
        code: 'FORBIDDEN',
        facts: { permission: route.permission },
      });
    }
  });

  test('every permission a route asks for is held by some role', () => {
    const held = new Set<string>(Object.values(ROLE_PERMISSIONS).flat());
    expect(guarded.filter(({ permission }) => permission !== 'any' && !held.has(permission)).map(({ operationId }) => operationId)).toEqual(
      [],
    );
  });

  test('a route that a role may use is not refused for the role', async () => {
    for (const route of guarded.filter(({ kind }) => kind === 'read' || kind === 'download')) {
      const role = Object.values(Role).find((each) => ROLE_PERMISSIONS[each].some((permission) => permission === route.permission));
      const client = role === undefined ? undefined : officials.get(role);
      if (client === undefined) continue;
      const answer = await ask(client, route);
      const code = answer.status === 200 ? undefined : answer.problem().code;
      expect([undefined, 'NOT_FOUND', 'INPUT_INVALID', 'CONFLICT'], route.operationId).toContain(code);
    }
  });
});

describe('with a password only', () => {
  test('nothing is open but the enrolment of the second factor', async () => {
    const official = await createOfficial(api.database, 'password.only', ['collection_officer']);
    await api.database.work(official.actor, (work) => setPassword(work, { userId: official.userId, password: PASSWORD }));
    const signedIn = (await api.nobody.post('/sign-in', { loginName: 'password.only', password: PASSWORD })).expect(
      z.object({ token: z.string(), mustEnrolSecondFactor: z.boolean() }),
    );
    expect(signedIn.mustEnrolSecondFactor).toBe(true);
    const client = new ApiClient(api.url, signedIn.token);
    expect((await client.get('/cases')).problem().code).toBe('SECOND_FACTOR_REQUIRED');
    expect((await client.get('/me/sessions')).status).toBe(200);
    expect((await client.post('/me/second-factor', {})).expect(z.object({ secret: z.string(), uri: z.string() })).uri).toContain(
      'otpauth://',
    );
  });
});

describe('a machine', () => {
  test('may do what its token was issued for, and nothing on its own behalf', async () => {
    const { token } = await api.database.work({ kind: 'user', id: officials.get('administrator')?.userId ?? 0 }, (work) =>
      issueMachineToken(work, { label: '표본 연계', scopes: ['bill.read'], expiresAt: new Date(work.at.getTime() + 86_400_000) }),
    );
    const machine = new ApiClient(api.url, token);
    expect((await machine.get('/persons/1/bills')).status).toBe(200);
    expect((await machine.get('/cases')).problem()).toMatchObject({ code: 'FORBIDDEN', facts: { permission: 'case.read' } });
    expect((await machine.post('/me/password', { password: '기계가 바꾸려는 비밀번호' })).problem().code).toBe('FORBIDDEN');
  });
});

describe('signing in', () => {
  test('a wrong password and a wrong name are told apart by nobody, and a code is good once', async () => {
    const wrongPassword = (await api.nobody.post('/sign-in', { loginName: 'approver', password: '틀린 비밀번호' })).problem();
    const wrongName = (await api.nobody.post('/sign-in', { loginName: 'nobody.here', password: '틀린 비밀번호' })).problem();
    expect({ ...wrongPassword, instance: '' }).toEqual({ ...wrongName, instance: '' });
    expect(wrongPassword).toMatchObject({ code: 'SIGN_IN_REFUSED', title: '이름·비밀번호·인증번호가 맞지 않습니다' });
  });

  test('too many wrong passwords lock the name for a while, and say for how long', async () => {
    await createOfficial(api.database, 'often.wrong', ['auditor']);
    let answer = await api.nobody.post('/sign-in', { loginName: 'often.wrong', password: '틀린 비밀번호' });
    for (let attempt = 0; attempt < 50 && answer.status === 401; attempt++) {
      answer = await api.nobody.post('/sign-in', { loginName: 'often.wrong', password: '틀린 비밀번호' });
    }
    expect(answer.problem()).toMatchObject({ status: 429, code: 'TOO_MANY_ATTEMPTS' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('signing out ends the token', async () => {
    const client = await api.hire('leaves.again', ['auditor']);
    expect((await client.get('/policies')).status).toBe(200);
    expect((await client.post('/sign-out', {})).status).toBe(200);
    expect((await client.get('/policies')).problem().code).toBe('UNAUTHENTICATED');
  });

  test('somebody who was deactivated is nobody from then on', async () => {
    const client = await api.hire('was.here', ['auditor']);
    await officials.get('administrator')?.post(`/users/${client.userId}/deactivate`, {});
    expect((await client.get('/policies')).problem().code).toBe('UNAUTHENTICATED');
  });
});
