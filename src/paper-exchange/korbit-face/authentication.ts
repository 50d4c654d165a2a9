import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import { KORBIT_ERRORS } from './errors.ts';
import { Parameters } from './parameters.ts';

const WINDOW_MS = 5_000;
const WINDOW_MS_MAX = 60_000;
/** How far a request's time may be ahead, whatever its window. */
const AHEAD_MS = 1_000;
/** The signature comes last and covers everything before it as it was sent. */
const SIGNED = /^(.*)&signature=([^&]*)$/s;

/**
 * Checks a signed request: key, time, signature, permission. A key whose secret is a private key in PEM is of the kind Ed25519, whose
 * signature is Base64, anything else a shared secret of HMAC-SHA256 in lower-case hex.
 */
export class Authentication {
  readonly #clock: Clock;
  readonly #keys: ApiKeys;

  constructor(clock: Clock, keys: ApiKeys) {
    this.#clock = clock;
    this.#keys = keys;
  }

  /** `encoded` is the query and the form behind it. Errors: `KorbitError` 400, 401 or 403 of the first check that fails. */
  authenticate(accessKey: string | string[] | undefined, encoded: string, scope: Scope | undefined): ApiKey {
    const key = typeof accessKey === 'string' ? this.#keys.find(accessKey) : undefined;
    if (key === undefined) throw KORBIT_ERRORS.keyNotFound();
    const nowMs = this.#clock.now().getTime();
    if (key.expiresAt.getTime() <= nowMs) throw KORBIT_ERRORS.keyExpired();
    const [, content, signature] = SIGNED.exec(encoded) ?? [];
    if (content === undefined || signature === undefined) throw KORBIT_ERRORS.signature();
    checkTime(new Parameters(content), nowMs);
    if (!isSignedBy(key.secretKey, content, decodeURIComponent(signature))) throw KORBIT_ERRORS.signature();
    if (scope !== undefined && !key.scopes.includes(scope)) throw KORBIT_ERRORS.permission();
    return key;
  }
}

function checkTime(parameters: Parameters, nowMs: number): void {
  const timestampMs = parameters.whole('timestamp');
  if (timestampMs === undefined) throw KORBIT_ERRORS.noTimestamp();
  const windowMs = parameters.count('recvWindow', WINDOW_MS, WINDOW_MS_MAX);
  if (nowMs - timestampMs > windowMs || timestampMs >= nowMs + AHEAD_MS) throw KORBIT_ERRORS.timeWindow();
}

/** What kind of key a secret belongs to, in Korbit's words. */
export function keyTypeOf(secretKey: string): 'ed25519' | 'hmac-sha256' {
  return secretKey.includes('PRIVATE KEY') ? 'ed25519' : 'hmac-sha256';
}

function isSignedBy(secretKey: string, content: string, signature: string): boolean {
  if (keyTypeOf(secretKey) === 'ed25519') {
    return verify(null, Buffer.from(content), createPublicKey(secretKey), Buffer.from(signature, 'base64'));
  }
  const expected = Buffer.from(createHmac('sha256', secretKey).update(content).digest('hex'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
