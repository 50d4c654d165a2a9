import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import { UPBIT_ERRORS } from './errors.ts';

const DIGESTS: Readonly<Record<string, string>> = { HS256: 'sha256', HS512: 'sha512' };
/** Nonces remembered per key; the oldest are forgotten after an hour and a half of full use. */
const NONCES_KEPT = 200_000;

const tokenHeader = z.object({ alg: z.string() });
const tokenPayload = z.object({
  access_key: z.string(),
  nonce: z.string().min(1),
  query_hash: z.string().optional(),
  query_hash_alg: z.literal('SHA512').optional(),
});

/**
 * Checks the token of a request: signed with HS256 or HS512 by the key's secret, a nonce never seen before, and, when the
 * request has parameters, the SHA-512 of their text: the query string without percent-encoding, or the members of a JSON body
 * in their order as `key=value` joined by `&`.
 */
export class Authentication {
  readonly #clock: Clock;
  readonly #keys: ApiKeys;
  readonly #nonces = new Map<string, Set<string>>();

  constructor(clock: Clock, keys: ApiKeys) {
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Errors: `UpbitError` 401 or 403 with the body of the first check that fails. */
  authenticate(authorization: string | string[] | undefined, parameterText: string, scope: Scope | undefined): ApiKey {
    if (typeof authorization !== 'string') throw UPBIT_ERRORS.noToken();
    const [header, payload, signature, ...rest] = authorization.replace(/^Bearer /, '').split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) throw UPBIT_ERRORS.invalidToken();
    const digest = DIGESTS[decode(header, tokenHeader).alg];
    const claims = decode(payload, tokenPayload);
    const key = this.#keys.find(claims.access_key);
    if (key === undefined) throw UPBIT_ERRORS.invalidAccessKey();
    if (digest === undefined || !isSignedBy(key.secretKey, digest, `${header}.${payload}`, signature)) throw UPBIT_ERRORS.invalidToken();
    if (key.expiresAt.getTime() <= this.#clock.now().getTime()) throw UPBIT_ERRORS.expiredAccessKey();
    this.#spend(key.accessKey, claims.nonce);
    const isHashNeeded = parameterText !== '' || claims.query_hash !== undefined;
    if (isHashNeeded && claims.query_hash !== createHash('sha512').update(parameterText).digest('hex'))
      throw UPBIT_ERRORS.invalidQueryHash();
    if (scope !== undefined && !key.scopes.includes(scope)) throw UPBIT_ERRORS.outOfScope();
    return key;
  }

  #spend(accessKey: string, nonce: string): void {
    const used = this.#nonces.get(accessKey) ?? new Set<string>();
    if (used.has(nonce)) throw UPBIT_ERRORS.nonceUsed();
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

function decode<T>(part: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw UPBIT_ERRORS.invalidToken();
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw UPBIT_ERRORS.invalidToken();
  return parsed.data;
}

function isSignedBy(secretKey: string, digest: string, content: string, signature: string): boolean {
  const expected = createHmac(digest, secretKey).update(content).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
