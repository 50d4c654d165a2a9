import { TOTP } from 'otpauth';
import type { Role } from '../../src/database/generated/enums.ts';
import type { Actor, Database } from '../../src/database/work.ts';
import { beginTotp, confirmTotp, setPassword } from '../../src/identity/credentials.ts';
import { type Principal, userPrincipal } from '../../src/identity/principal.ts';
import { signIn } from '../../src/identity/session.ts';
import { createUser } from '../../src/identity/user.ts';
import { testActor } from '../support/database.ts';
import { testKeys } from '../support/test-keys.ts';

export const PASSWORD = '청주 상당산성의 겨울 2026';

export interface Official {
  readonly userId: number;
  readonly loginName: string;
  readonly actor: Actor;
}

export async function createOfficial(database: Database, loginName: string, roles: readonly Role[]): Promise<Official> {
  const { id } = await database.work(testActor, (work) =>
    createUser(work, { loginName, displayName: `표본 ${loginName}`, division: '징수과', roles }),
  );
  return { userId: id, loginName, actor: { kind: 'user', id } };
}

/** As if he had just signed in with both factors. */
export async function principalOf(database: Database, userId: number): Promise<Principal> {
  const at = database.clock.now();
  const principal = await userPrincipal(database.read, { userId, at, secondFactorAt: at, sessionId: null });
  if (principal === undefined) throw new Error(`User ${userId} is not active.`);
  return principal;
}

export function codeAt(secret: string, at: Date): string {
  return new TOTP({ secret }).generate({ timestamp: at.getTime() });
}

/** Gives an official his password and an enrolled second factor; answers the factor's secret. */
export async function enrol(database: Database, official: Official): Promise<string> {
  await database.work(official.actor, (work) => setPassword(work, { userId: official.userId, password: PASSWORD }));
  const session = await signIn(database, testKeys, { loginName: official.loginName, password: PASSWORD });
  const { secret } = await database.work(official.actor, (work) => beginTotp(work, testKeys, official.userId));
  const code = codeAt(secret, database.clock.now());
  await database.work(official.actor, (work) => confirmTotp(work, testKeys, { userId: official.userId, code, sessionId: session.id }));
  return secret;
}
