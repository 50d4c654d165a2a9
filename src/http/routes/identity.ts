import { z } from 'zod';
import { Role } from '../../database/generated/enums.ts';
import { beginTotp, confirmTotp, setPassword } from '../../identity/credentials.ts';
import { appointDeputy, endDeputy, listDeputies } from '../../identity/deputy.ts';
import { issueMachineToken, listMachineTokens, revokeMachineToken } from '../../identity/machine-token.ts';
import { issueLink, redeemLink } from '../../identity/one-time-link.ts';
import { MACHINE_SCOPES } from '../../identity/permission.ts';
import type { Principal } from '../../identity/principal.ts';
import { listSessions, revokeSession, signIn } from '../../identity/session.ts';
import { changeRoles, createUser, deactivateUser, listUsers } from '../../identity/user.ts';
import { civilDate, dayFromColumn, seoulDay } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { command, NONE, publicAction, type Route, read } from '../route.ts';
import { DONE, dayText, done, instantText, pathId, reasonText, rowId } from '../schemas.ts';

const roles = z
  .array(z.enum(Role))
  .min(1)
  .meta({ example: ['collection_officer'] });
const loginName = z.string().max(64).meta({ example: 'officer.1' });
const password = z.string().max(200).meta({ example: '긴 문장으로 된 비밀번호' });
const code = z
  .string()
  .regex(/^\d{6}$/)
  .meta({ example: '123456' });

/** Acts on oneself need a human being with a session. */
function ownSession(principal: Principal): { readonly userId: number; readonly sessionId: number } {
  if (principal.userId === null || principal.sessionId === null) {
    throw new CheongsanError('FORBIDDEN', 'This is for an official with a session; a machine token cannot do it.');
  }
  return { userId: principal.userId, sessionId: principal.sessionId };
}

const signInRoutes: readonly Route[] = [
  publicAction({
    operationId: 'signIn',
    tag: 'identity',
    summary: '비밀번호와 인증 코드로 로그인',
    path: '/sign-in',
    body: z.object({ loginName, password, code: code.optional() }),
    answer: z.object({ token: z.string(), userId: rowId, expiresAt: instantText, mustEnrolSecondFactor: z.boolean() }),
    handle: async ({ database, keys }, body) => {
      const { token, userId, expiresAt, mustEnrolSecondFactor } = await signIn(database, keys, body);
      return { token, userId, expiresAt: expiresAt.toISOString(), mustEnrolSecondFactor };
    },
  }),
  publicAction({
    operationId: 'redeemLink',
    tag: 'identity',
    summary: '일회용 링크로 비밀번호를 정함 (첫 관리자는 인적 사항도)',
    path: '/one-time-links/redeem',
    body: z.object({
      token: z.string(),
      password,
      profile: z.object({ loginName, displayName: z.string().max(100), division: z.string().max(100) }).optional(),
    }),
    answer: z.object({ userId: rowId }),
    handle: ({ database }, body) => redeemLink(database, body),
  }),
  command({
    operationId: 'signOut',
    tag: 'identity',
    summary: '로그인을 끝냄',
    path: '/sign-out',
    permission: 'any',
    params: NONE,
    query: NONE,
    body: z.object({}),
    answer: done,
    handle: async (work, { principal }) => {
      await revokeSession(work, ownSession(principal).sessionId);
      return DONE;
    },
  }),
  command({
    operationId: 'changePassword',
    tag: 'identity',
    summary: '자신의 비밀번호를 바꾸고 다른 로그인을 끝냄',
    path: '/me/password',
    permission: 'any',
    params: NONE,
    query: NONE,
    body: z.object({ password }),
    answer: done,
    handle: async (work, { principal, body }) => {
      const { userId, sessionId } = ownSession(principal);
      await setPassword(work, { userId, password: body.password, keepSessionId: sessionId });
      return DONE;
    },
  }),
  command({
    operationId: 'beginSecondFactor',
    tag: 'identity',
    summary: '인증 앱 등록 시작',
    path: '/me/second-factor',
    permission: 'any',
    params: NONE,
    query: NONE,
    body: z.object({}),
    answer: z.object({ secret: z.string(), uri: z.string() }),
    handle: (work, { services, principal }) => beginTotp(work, services.keys, ownSession(principal).userId),
  }),
  command({
    operationId: 'confirmSecondFactor',
    tag: 'identity',
    summary: '첫 인증 코드로 등록 확인',
    path: '/me/second-factor/confirm',
    permission: 'any',
    params: NONE,
    query: NONE,
    body: z.object({ code }),
    answer: done,
    handle: async (work, { services, principal, body }) => {
      await confirmTotp(work, services.keys, { ...ownSession(principal), code: body.code });
      return DONE;
    },
  }),
  read({
    operationId: 'listMySessions',
    tag: 'identity',
    summary: '자신의 로그인 목록',
    path: '/me/sessions',
    permission: 'any',
    params: NONE,
    query: NONE,
    answer: z.array(z.object({ id: rowId, createdAt: instantText, lastSeenAt: instantText, expiresAt: instantText })),
    handle: async ({ services: { database }, principal }) => {
      const sessions = await listSessions(database.read, ownSession(principal).userId, database.clock.now());
      return sessions.map(({ id, createdAt, lastSeenAt, expiresAt }) => ({
        id,
        createdAt: createdAt.toISOString(),
        lastSeenAt: lastSeenAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
      }));
    },
  }),
];

const userRoutes: readonly Route[] = [
  read({
    operationId: 'listUsers',
    tag: 'identity',
    summary: '사용자 목록',
    path: '/users',
    permission: 'user.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        id: rowId,
        loginName: z.string(),
        displayName: z.string(),
        division: z.string(),
        roles: z.array(z.enum(Role)),
        active: z.boolean(),
        hasPassword: z.boolean(),
        secondFactorEnrolled: z.boolean(),
      }),
    ),
    handle: async ({ services: { database } }) => (await listUsers(database.read)).map((user) => ({ ...user, roles: [...user.roles] })),
  }),
  command({
    operationId: 'createUser',
    tag: 'identity',
    summary: '사용자를 만들고 비밀번호를 정할 일회용 링크를 받음',
    path: '/users',
    permission: 'user.manage',
    params: NONE,
    query: NONE,
    body: z.object({ loginName, displayName: z.string().max(100), division: z.string().max(100), roles }),
    answer: z.object({ userId: rowId, linkToken: z.string() }),
    handle: async (work, { body }) => {
      const { id } = await createUser(work, body);
      return { userId: id, linkToken: await issueLink(work, id) };
    },
  }),
  command({
    operationId: 'issueLink',
    tag: 'identity',
    summary: '비밀번호를 새로 정할 일회용 링크',
    path: '/users/{userId}/link',
    permission: 'user.manage',
    params: z.object({ userId: pathId }),
    query: NONE,
    body: z.object({}),
    answer: z.object({ linkToken: z.string() }),
    handle: async (work, { params }) => ({ linkToken: await issueLink(work, params.userId) }),
  }),
  command({
    operationId: 'changeRoles',
    tag: 'identity',
    summary: '사용자의 역할 변경',
    method: 'put',
    path: '/users/{userId}/roles',
    permission: 'user.manage',
    params: z.object({ userId: pathId }),
    query: NONE,
    body: z.object({ roles }),
    answer: done,
    handle: async (work, { params, body }) => {
      await changeRoles(work, { userId: params.userId, roles: body.roles });
      return DONE;
    },
  }),
  command({
    operationId: 'deactivateUser',
    tag: 'identity',
    summary: '사용자 사용 중지',
    path: '/users/{userId}/deactivate',
    permission: 'user.manage',
    params: z.object({ userId: pathId }),
    query: NONE,
    body: z.object({}),
    answer: done,
    handle: async (work, { params }) => {
      await deactivateUser(work, params.userId);
      return DONE;
    },
  }),
];

const deputyRoutes: readonly Route[] = [
  read({
    operationId: 'listDeputies',
    tag: 'identity',
    summary: '오늘 대직 중인 사람',
    path: '/deputies',
    permission: 'user.read',
    params: NONE,
    query: NONE,
    answer: z.array(z.object({ id: rowId, absentId: rowId, deputyId: rowId, from: dayText, until: dayText })),
    handle: async ({ services: { database } }) => {
      const deputies = await listDeputies(database.read, seoulDay(database.clock.now()));
      return deputies.map(({ id, absentId, deputyId, fromDay, untilDay }) => ({
        id,
        absentId,
        deputyId,
        from: dayFromColumn(fromDay),
        until: dayFromColumn(untilDay),
      }));
    },
  }),
  command({
    operationId: 'appointDeputy',
    tag: 'identity',
    summary: '대직자 지정',
    path: '/deputies',
    permission: 'deputy.manage',
    params: NONE,
    query: NONE,
    body: z.object({ absentId: rowId, deputyId: rowId, from: dayText, until: dayText, reason: reasonText }),
    answer: z.object({ id: rowId }),
    handle: (work, { body }) => appointDeputy(work, { ...body, from: civilDate(body.from), until: civilDate(body.until) }),
  }),
  command({
    operationId: 'endDeputy',
    tag: 'identity',
    summary: '대직 종료',
    path: '/deputies/{deputyId}/end',
    permission: 'deputy.manage',
    params: z.object({ deputyId: pathId }),
    query: NONE,
    body: z.object({}),
    answer: done,
    handle: async (work, { params }) => {
      await endDeputy(work, params.deputyId);
      return DONE;
    },
  }),
];

const machineScope = z.enum(Object.keys(MACHINE_SCOPES)).meta({ description: '기계 토큰의 범위', example: 'bill.import' });

const machineRoutes: readonly Route[] = [
  read({
    operationId: 'listMachineTokens',
    tag: 'identity',
    summary: '기계 토큰 목록',
    path: '/machine-tokens',
    permission: 'machine_token.manage',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        id: rowId,
        label: z.string(),
        scopes: z.array(z.string()),
        expiresAt: instantText,
        lastUsedAt: instantText.nullable(),
        revoked: z.boolean(),
      }),
    ),
    handle: async ({ services: { database } }) =>
      (await listMachineTokens(database.read)).map(({ id, label, scopes, expiresAt, lastUsedAt, revokedAt }) => ({
        id,
        label,
        scopes: [...scopes],
        expiresAt: expiresAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
        revoked: revokedAt !== null,
      })),
  }),
  command({
    operationId: 'issueMachineToken',
    tag: 'identity',
    summary: '다른 시스템에 줄 기계 토큰 발급 (한 번만 보임)',
    path: '/machine-tokens',
    permission: 'machine_token.manage',
    params: NONE,
    query: NONE,
    body: z.object({ label: z.string().max(100), scopes: z.array(machineScope).min(1), expiresAt: instantText }),
    answer: z.object({ id: rowId, token: z.string() }),
    handle: (work, { body }) => issueMachineToken(work, { ...body, expiresAt: new Date(body.expiresAt) }),
  }),
  command({
    operationId: 'revokeMachineToken',
    tag: 'identity',
    summary: '기계 토큰 폐기',
    path: '/machine-tokens/{tokenId}/revoke',
    permission: 'machine_token.manage',
    params: z.object({ tokenId: pathId }),
    query: NONE,
    body: z.object({}),
    answer: done,
    handle: async (work, { params }) => {
      await revokeMachineToken(work, params.tokenId);
      return DONE;
    },
  }),
];

export const identityRoutes: readonly Route[] = [...signInRoutes, ...userRoutes, ...deputyRoutes, ...machineRoutes];
