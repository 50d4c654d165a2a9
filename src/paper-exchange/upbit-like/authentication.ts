import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import type { LikeErrors } from './errors.ts';

const DIGESTS: Readonly<Record<string, string>> = { HS256: 'sha256', HS512: 'sha512' };
/** Nonces remembered per key; the oldest are forgotten after an hour and a half of full use. */
const NONCES_KEPT = 200_000;

export interface TokenRules {
  readonly errors: LikeErrors;
  /** How far the `timestamp` of a token may be from the venue's clock; undefined where tokens carry none. */
  readonly clockToleranceMs: number | undefined;
}

const tokenHeader = z.object({ alg: z.string() });
const tokenPayload = z.object({
  access_key: z.string(),
  nonce: z.string().min(1),
  timestamp: z.number().int().optional(),
  query_hash: z.string().optional(),
  query_hash_alg: z.literal('SHA512').optional(),
});

/**
 * Checks the token of a request: signed with HS256 or HS512 by the key's secret, of this time where it must tell it, a nonce never
 * seen before, and, when the request has parameters, the SHA-512 of their text: the query string without percent-encoding, or the members of a JSON body
 * in their order as `key=value` joined by `&`.
 */
export class Authentication {
  readonly #clock: Clock;
  readonly #keys: ApiKeys;
  readonly #rules: TokenRules;
  readonly #nonces = new Map<string, Set<string>>();

  constructor(clock: Clock, keys: ApiKeys, rules: TokenRules) {
    this.#clock = clock;
    this.#keys = keys;
    this.#rules = rules;
  }

  /** Errors: `LikeError` 401 or 403 with the body of the first check that fails. */
  authenticate(authorization: string | string[] | undefined, parameterText: string, scope: Scope | undefined): ApiKey {
    const { errors } = this.#rules;
    if (typeof authorization !== 'string') throw errors.noToken();
    const [header, payload, signature, ...rest] = authorization.replace(/^Bearer /, '').split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) throw errors.invalidToken();
    const digest = DIGESTS[decode(header, tokenHeader, errors).alg];
    const claims = decode(payload, tokenPayload, errors);
    const key = this.#keys.find(claims.access_key);
    if (key === undefined) throw errors.invalidAccessKey();
    if (digest === undefined || !isSignedBy(key.secretKey, digest, `${header}.${payload}`, signature)) throw errors.invalidToken();
    if (this.#isOutOfTime(claims.timestamp)) throw errors.expiredToken();
    if (key.expiresAt.getTime() <= this.#clock.now().getTime()) throw errors.expiredAccessKey();
    this.#spend(key.accessKey, claims.nonce);
    const isHashNeeded = parameterText !== '' || claims.query_hash !== undefined;
    if (isHashNeeded && claims.query_hash !== createHash('sha512').update(parameterText).digest('hex')) throw errors.invalidQueryHash();
    if (scope !== undefined && !key.scopes.includes(scope)) throw errors.outOfScope();
    return key;
  }

  #isOutOfTime(timestamp: number | undefined): boolean {
    const { clockToleranceMs } = this.#rules;
    if (clockToleranceMs === undefined) return false;
    return timestamp === undefined || Math.abs(timestamp - this.#clock.now().getTime()) > clockToleranceMs;
  }

  #spend(accessKey: string, nonce: string): void {
    const used = this.#nonces.get(accessKey) ?? new Set<string>();
    if (used.has(nonce)) throw this.#rules.errors.nonceUsed();
    used.add(nonce);
    if (used.size > NONCES_KEPT) {
      const oldest = used.values().next();
      if (oldest.done !== true) used.delete(oldest.value);
    }
    this.#nonces.set(accessKey, used);
  }
}

/** The text of a JSON body that its hash is taken over. */
export function bodyParameterText(body: Readonly<Record<string, unknown>>): string {
  return Object.entries(body)
    .flatMap(([key, value]) => (Array.isArray(value) ? value.map((item) => `${key}[]=${textOf(item)}`) : [`${key}=${textOf(value)}`]))
    .join('&');
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}

function decode<T>(part: string, schema: z.ZodType<T>, errors: LikeErrors): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw errors.invalidToken();
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw errors.invalidToken();
  return parsed.data;
}

function isSignedBy(secretKey: string, digest: string, content: string, signature: string): boolean {
  const expected = createHmac(digest, secretKey).update(content).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
