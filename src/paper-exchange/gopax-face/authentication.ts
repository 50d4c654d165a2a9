import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { ApiKey, ApiKeys, Scope } from '../core/api-keys.ts';
import type { FaceRequest } from '../venue-face.ts';
import { GOPAX_ERRORS } from './errors.ts';

const TOLERANCE_MS = 60_000;
const RECEIVE_WINDOW_MS = { min: 200, max: 60_000, ahead: 1_000 } as const;

/**
 * Checks a request's signature: Base64 of HMAC-SHA512, under the secret's Base64 decoded, of `t`, the timestamp, the method, the path, the
 * receive window if there is one, and the body. The query belongs to the path for the list of orders only (gopax.github.io/API). A
 * timestamp may differ by a minute; the documents' other way, a nonce instead, is not offered.
 */
export class Authentication {
  readonly #clock: Clock;
  readonly #keys: ApiKeys;

  constructor(clock: Clock, keys: ApiKeys) {
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Errors: `GopaxError` of the first check that fails. */
  authenticate(request: FaceRequest, scope: Scope | undefined): ApiKey {
    const accessKey = header(request, 'api-key');
    const timestamp = header(request, 'timestamp');
    const signature = header(request, 'signature');
    if (accessKey === undefined) throw GOPAX_ERRORS.noKey();
    if (timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) throw GOPAX_ERRORS.noTimestamp();
    const key = this.#keys.find(accessKey);
    if (key === undefined) throw GOPAX_ERRORS.invalidKey();
    const receiveWindow = header(request, 'receive-window');
    this.#checkTime(Number(timestamp), receiveWindow);
    const { method, path, rawQuery, body } = request;
    const signedPath = method === 'GET' && path === '/orders' && rawQuery !== '' ? `${path}?${rawQuery}` : path;
    const message = `t${timestamp}${method}${signedPath}${receiveWindow ?? ''}${body}`;
    if (signature === undefined || !isSignedBy(key.secretKey, message, signature)) throw GOPAX_ERRORS.notAuthorized();
    if (key.expiresAt.getTime() <= this.#clock.now().getTime()) throw GOPAX_ERRORS.unusableKey();
    if (scope !== undefined && !key.scopes.includes(scope)) throw GOPAX_ERRORS.notAllowed();
    return key;
  }

  #checkTime(timestampMs: number, receiveWindow: string | undefined): void {
    const aheadMs = timestampMs - this.#clock.now().getTime();
    if (aheadMs < -TOLERANCE_MS) throw GOPAX_ERRORS.timestampTooLow();
    if (aheadMs > TOLERANCE_MS) throw GOPAX_ERRORS.timestampTooHigh();
    if (receiveWindow === undefined) return;
    const windowMs = Number(receiveWindow);
    if (!(windowMs >= RECEIVE_WINDOW_MS.min && windowMs <= RECEIVE_WINDOW_MS.max)) throw GOPAX_ERRORS.invalidReceiveWindow();
    if (aheadMs > RECEIVE_WINDOW_MS.ahead) throw GOPAX_ERRORS.invalidTimestampForWindow();
    if (-aheadMs > windowMs) throw GOPAX_ERRORS.deadlineMissed();
  }
}

function header(request: FaceRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function isSignedBy(secretKey: string, message: string, signature: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) throw GOPAX_ERRORS.invalidSignature();
  const expected = createHmac('sha512', Buffer.from(secretKey, 'base64')).update(message).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
