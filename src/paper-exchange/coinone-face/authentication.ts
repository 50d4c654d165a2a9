import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import type { FaceRequest } from '../venue-face.ts';
import { COINONE_ERRORS } from './errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Nonces remembered per key; the oldest are forgotten. */
const NONCES_KEPT = 200_000;

const payloadObject = z.record(z.string(), z.unknown());

export interface SignedRequest {
  readonly key: ApiKey;
  /** What the request asks for, without token and nonce. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Checks a request of the private interface 2.1: `X-COINONE-PAYLOAD` is the base64 text of a JSON object with `access_token` and `nonce`, a
 * UUID never seen before, and `X-COINONE-SIGNATURE` the HMAC-SHA512 of that text in hex, by the secret as it was issued
 * (docs.coinone.co.kr, introduction). What is asked for is read from the payload, whatever the body.
 */
export class Authentication {
  readonly #clock: Clock;
  readonly #keys: ApiKeys;
  readonly #nonces = new Map<string, Set<string>>();

  constructor(clock: Clock, keys: ApiKeys) {
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Errors: `CoinoneError` of the first check that fails. */
  authenticate({ headers }: FaceRequest, scope: Scope): SignedRequest {
    const payload = headers['x-coinone-payload'];
    const signature = headers['x-coinone-signature'];
    if (typeof payload !== 'string' || payload === '') throw COINONE_ERRORS.noPayload();
    if (typeof signature !== 'string' || signature === '') throw COINONE_ERRORS.noSignature();
    const { access_token: token, nonce, ...parameters } = decode(payload);
    if (typeof token !== 'string' || token === '') throw COINONE_ERRORS.noAccessToken();
    const key = this.#keys.find(token);
    if (key === undefined) throw COINONE_ERRORS.invalidAccessToken();
    if (!isSignedBy(key.secretKey, payload, signature)) throw COINONE_ERRORS.wrongSignature();
    if (key.expiresAt.getTime() <= this.#clock.now().getTime()) throw COINONE_ERRORS.invalidAccessToken();
    if (nonce === undefined) throw COINONE_ERRORS.noNonce();
    if (typeof nonce !== 'string' || !UUID.test(nonce)) throw COINONE_ERRORS.nonceForm();
    this.#spend(key.accessKey, nonce.toLowerCase());
    if (!key.scopes.includes(scope)) throw COINONE_ERRORS.invalidPermission();
    return { key, parameters };
  }

  #spend(accessKey: string, nonce: string): void {
    const used = this.#nonces.get(accessKey) ?? new Set<string>();
    if (used.has(nonce)) throw COINONE_ERRORS.nonceUsed();
    used.add(nonce);
    if (used.size > NONCES_KEPT) {
      const oldest = used.values().next();
      if (oldest.done !== true) used.delete(oldest.value);
    }
    this.#nonces.set(accessKey, used);
  }
}

function decode(payload: string): Record<string, unknown> {
  if (!BASE64.test(payload)) throw COINONE_ERRORS.invalidFormat();
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
  } catch {
    throw COINONE_ERRORS.invalidFormat();
  }
  const parsed = payloadObject.safeParse(value);
  if (!parsed.success) throw COINONE_ERRORS.invalidFormat();
  return parsed.data;
}

function isSignedBy(secretKey: string, payload: string, signature: string): boolean {
  const expected = createHmac('sha512', secretKey).update(payload).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
