import type { Refusal } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';

/** An answer that is not a success, in Korbit's body: `{"success":false,"error":{"code":<status>,"message":"WORD"}}`. */
export class KorbitError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, word: string, retryAfterSeconds?: number) {
    super(word);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  body(): Wire {
    return { success: false, error: { code: this.status, message: this.message } };
  }
}

/**
 * Words of the documents and of the venue's own client; the statuses of most are not documented. No word is published for a wrong
 * signature, a missing permission, too many requests or an exchange that is down: these are made up.
 */
export const KORBIT_ERRORS = {
  badRequest: () => new KorbitError(400, 'BAD_REQUEST'),
  noTimestamp: () => new KorbitError(400, 'NO_TIMESTAMP'),
  timeWindow: () => new KorbitError(400, 'EXCEED_TIME_WINDOW'),
  keyNotFound: () => new KorbitError(401, 'KEY_NOT_FOUND'),
  keyExpired: () => new KorbitError(401, 'KEY_EXPIRED'),
  signature: () => new KorbitError(401, 'INVALID_SIGNATURE'),
  permission: () => new KorbitError(403, 'PERMISSION_DENIED'),
  accountSeq: () => new KorbitError(403, 'ACCOUNT_SEQ_NOT_ALLOWED'),
  notFound: () => new KorbitError(404, 'NOT_FOUND'),
  market: () => new KorbitError(400, 'INVALID_CURRENCY_PAIR'),
  currency: () => new KorbitError(400, 'INVALID_CURRENCY'),
  orderNotFound: () => new KorbitError(404, 'ORDER_NOT_FOUND'),
  tryAgain: () => new KorbitError(400, 'TRY_AGAIN'),
  alreadyFilled: () => new KorbitError(400, 'ORDER_ALREADY_FILLED'),
  alreadyCanceled: () => new KorbitError(400, 'ORDER_ALREADY_CANCELED'),
  alreadyExpired: () => new KorbitError(400, 'ORDER_ALREADY_EXPIRED'),
  tooManyRequests: (retryAfterSeconds: number) => new KorbitError(429, 'TOO_MANY_REQUESTS', retryAfterSeconds),
  internal: () => new KorbitError(500, 'INTERNAL_SERVER_ERROR'),
  maintenance: () => new KorbitError(503, 'SERVICE_UNAVAILABLE'),
} as const;

/** Korbit's word for a refused order. What it has no word of its own for is a bad request. */
export function refusalError(refusal: Refusal): KorbitError {
  switch (refusal.code) {
    case 'account_frozen':
      return new KorbitError(400, 'INVALID_USER_STATUS');
    case 'market_unknown':
      return KORBIT_ERRORS.market();
    case 'reference_used':
      return new KorbitError(400, 'DUPLICATE_CLIENT_ORDER_ID');
    case 'price_off_tick':
      return new KorbitError(400, 'PRICE_TICK_SIZE_INVALID');
    case 'below_minimum':
      return new KorbitError(400, 'ORDER_VALUE_TOO_SMALL');
    case 'above_maximum':
      return new KorbitError(400, 'ORDER_VALUE_TOO_LARGE');
    case 'insufficient_funds':
      return new KorbitError(400, 'NO_BALANCE');
    case 'reference_invalid':
    case 'terms_invalid':
    case 'quantity_off_step':
    case 'beyond_displayed_depth':
    case 'would_take':
      return KORBIT_ERRORS.badRequest();
  }
}
