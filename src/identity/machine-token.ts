import { appendAudit } from '../audit/append.ts';
import { type Database, type Transaction, userIdOf, type Work } from '../database/work.ts';
import { CheongsanError } from '../kernel/errors.ts';
import { createToken, tokenDigest } from './bearer-token.ts';
import { isMachinePermission, type Permission } from './permission.ts';
import type { Principal } from './principal.ts';

/** A token that outlives the people who know what it is for is a forgotten key: at most a year and a day. */
const LIFETIME_MS_MAX = 366 * 86_400_000;
const USED_AGAIN_MS = 60_000;

export interface MachineTokenSummary {
  readonly id: number;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdById: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/**
 * Issues a token for another system. It is shown once; only its digest is stored. Errors: `INPUT_INVALID` for no scope, one
 * a machine may not have, or an expiry beyond a year; `FORBIDDEN` unless an official issues it.
 */
export async function issueMachineToken(
  work: Work,
  input: { readonly label: string; readonly scopes: readonly string[]; readonly expiresAt: Date },
): Promise<{ readonly id: number; readonly token: string }> {
  const createdById = userIdOf(work.actor);
  if (createdById === null) throw new CheongsanError('FORBIDDEN', 'Only an official issues machine tokens; sign in as one.');
  if (input.label.trim() === '') throw new CheongsanError('INPUT_INVALID', 'Name the system the token is for.');
  const scopes = parseScopes(input.scopes);
  const lifetimeMs = input.expiresAt.getTime() - work.at.getTime();
  if (!(lifetimeMs > 0 && lifetimeMs <= LIFETIME_MS_MAX)) {
    throw new CheongsanError('INPUT_INVALID', `A machine token expires within 366 days, not at ${input.expiresAt.toISOString()}.`);
  }
  const { token, digest } = createToken('machine');
  const { id } = await work.tx.machineToken.create({
    data: { label: input.label.trim(), tokenDigest: digest, scopes, createdById, createdAt: work.at, expiresAt: input.expiresAt },
    select: { id: true },
  });
  await appendAudit(work, {
    stream: 'system',
    action: 'machine_token.issued',
    subject: `machine_token:${id}`,
    payload: { scopes, expiresAt: input.expiresAt.toISOString() },
  });
  return { id, token };
}

function parseScopes(scopes: readonly string[]): Permission[] {
  if (scopes.length === 0) throw new CheongsanError('INPUT_INVALID', 'A machine token needs at least one scope.');
  return [...new Set(scopes)].map((scope) => {
    if (!isMachinePermission(scope)) throw new CheongsanError('INPUT_INVALID', `A machine may not be given ${JSON.stringify(scope)}.`);
    return scope;
  });
}

/** Errors: `NOT_FOUND`, `CONFLICT` when it was revoked before. */
export async function revokeMachineToken(work: Work, tokenId: number): Promise<void> {
  const { count } = await work.tx.machineToken.updateMany({ where: { id: tokenId, revokedAt: null }, data: { revokedAt: work.at } });
  if (count === 0) {
    const known = await work.tx.machineToken.findUnique({ where: { id: tokenId }, select: { id: true } });
    throw known === null
      ? new CheongsanError('NOT_FOUND', `There is no machine token ${tokenId}.`)
      : new CheongsanError('CONFLICT', `Machine token ${tokenId} was revoked before.`);
  }
  await appendAudit(work, { stream: 'system', action: 'machine_token.revoked', subject: `machine_token:${tokenId}` });
}

export async function listMachineTokens(reader: Pick<Transaction, 'machineToken'>): Promise<readonly MachineTokenSummary[]> {
  return reader.machineToken.findMany({ omit: { tokenDigest: true }, orderBy: { id: 'asc' } });
}

/** Undefined for a token that is unknown, over or revoked. Scopes that a machine may no longer have count for nothing. */
export async function authenticateMachine(database: Database, token: string): Promise<Principal | undefined> {
  const at = database.clock.now();
  const row = await database.read.machineToken.findUnique({ where: { tokenDigest: tokenDigest(token) } });
  if (row === null || row.revokedAt !== null || row.expiresAt <= at) return undefined;
  if (row.lastUsedAt === null || at.getTime() - row.lastUsedAt.getTime() >= USED_AGAIN_MS) {
    await database.work({ kind: 'machine', id: row.id }, (work) =>
      work.tx.machineToken.update({ where: { id: row.id }, data: { lastUsedAt: at } }),
    );
  }
  return {
    actor: { kind: 'machine', id: row.id },
    userId: null,
    sessionId: null,
    roles: [],
    scopes: row.scopes.filter(isMachinePermission),
    secondFactorAt: null,
    standsInFor: [],
  };
}
