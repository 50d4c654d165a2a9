import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../src/database/work.ts';
import { issueMachineToken, listMachineTokens, revokeMachineToken } from '../../src/identity/machine-token.ts';
import { permits } from '../../src/identity/permission.ts';
import { authenticate } from '../../src/identity/session.ts';
import { createTestDatabase, type TestDatabase, testActor } from '../support/database.ts';
import { createOfficial, type Official } from './officials.ts';

let test: TestDatabase;
let administrator: Official;

beforeAll(async () => {
  test = await createTestDatabase();
  administrator = await createOfficial(test.database, 'admin', ['administrator']);
});

function issue(scopes: string[], lifetimeDays = 30, actor: Actor = administrator.actor) {
  const expiresAt = new Date(test.clock.now().getTime() + lifetimeDays * 86_400_000);
  return test.database.work(actor, (work) => issueMachineToken(work, { label: '세무 시스템', scopes, expiresAt }));
}

it('recognises a machine by its token, with its scopes and nothing else', async () => {
  const { id, token } = await issue(['bill.import', 'receipt.export', 'bill.import']);
  const principal = await authenticate(test.database, token);
  expect(principal).toMatchObject({ actor: { kind: 'machine', id }, userId: null, roles: [], scopes: ['bill.import', 'receipt.export'] });
  expect(permits(principal, 'bill.import')).toBe(true);
  expect(permits(principal, 'case.read')).toBe(false);
  const listed = await listMachineTokens(test.database.read);
  expect(listed.find((row) => row.id === id)?.lastUsedAt).toEqual(test.clock.now());
  expect(JSON.stringify([listed, await test.database.read.machineToken.findMany()])).not.toContain(token);
});

it('gives a machine nothing that decides, moves or names', async () => {
  for (const scopes of [[], ['seizure.approve'], ['person.read'], ['user.manage'], ['no.such']]) {
    await expect(issue(scopes)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  }
});

it('expires, and lives no longer than a year and a day', async () => {
  await expect(issue(['case.read'], 367)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(issue(['case.read'], 0)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  const { token } = await issue(['case.read'], 1);
  test.clock.advanceBy(86_400_000);
  await expect(authenticate(test.database, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('is revoked once and for good', async () => {
  const { id, token } = await issue(['case.read']);
  await test.database.work(administrator.actor, (work) => revokeMachineToken(work, id));
  await expect(authenticate(test.database, token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(test.database.work(administrator.actor, (work) => revokeMachineToken(work, id))).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(test.database.work(administrator.actor, (work) => revokeMachineToken(work, 9_999))).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

it('is issued by an official only', async () => {
  await expect(issue(['case.read'], 1, testActor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
