import { unreachable } from '../../kernel/errors.ts';
import type { SellAnswer } from '../port.ts';
import type { Outcome } from '../venue-connection.ts';
import { acceptedOrder } from './wire.ts';

/** Coinone's code for an identifier that was used before, in whatever market. */
export const DUPLICATE_IDENTIFIER = '312';
export const ORDER_NOT_FOUND = '104';

/**
 * Codes with which Coinone says that an order was not placed and why, mostly under HTTP 200. Only a code of this list is taken for a refusal;
 * a new code is an unknown outcome until it has been read up and added. Source: docs.coinone.co.kr, "API error codes", as far as
 * a sell can meet them. Not among them: 405 (server error), 116 to 118 (already traded, cancelled, submitted), which leave it open
 * whether an order stands, and the codes of withdrawals.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  // Key, permission and person.
  ...['8', '10', '11', '12', '20', '21', '22', '23', '24', '25', '27', '40', '50', '51', '52', '53', '151', '1206'],
  // Payload, signature and the form of the nonce.
  ...['120', '121', '122', '123', '130', '131', '133'],
  // Parameters, currency and pair.
  ...['101', '107', '108', '109', '313', '314', '315'],
  // Funds, price, size and type.
  ...['103', '105', '111', '157', '161', '162', '163', '164', '165', '166', '167'],
  ...['300', '305', '306', '307', '308', '309', '310', '1201', '1202'],
  DUPLICATE_IDENTIFIER,
]);

/**
 * The request's nonce was seen before. We never use one twice, so the request itself arrived twice: this copy was not executed, the
 * other may have been. (The nonce is no time, so there is no clock error.)
 */
const NONCE_USED = '132';
const NONCE_WAIT_MS = 1_000;

/** What came of a sell request, from HTTP status and raw body. Pure. */
export function judgeSell(outcome: Outcome): SellAnswer {
  switch (outcome.kind) {
    case 'answered': {
      const accepted = acceptedOrder.safeParse(outcome.body);
      return accepted.success
        ? { kind: 'accepted', orderId: accepted.data.order_id }
        : { kind: 'unknown', reason: 'a success without an order id' };
    }
    case 'rejected': {
      const { status, venueCode, message, retryAfterMs } = outcome;
      if (status === 429 || status === 418) {
        return { kind: 'not_executed', venueCode: venueCode ?? `http_${status}`, retryAfterMs: retryAfterMs ?? 0 };
      }
      if (status < 500 && venueCode !== undefined) {
        if (venueCode === NONCE_USED) return { kind: 'not_executed', venueCode, retryAfterMs: NONCE_WAIT_MS };
        if (REFUSALS.has(venueCode)) return { kind: 'refused', venueCode, message };
      }
      return { kind: 'unknown', reason: `HTTP ${status}${venueCode === undefined ? '' : ` ${venueCode}`}` };
    }
    case 'held_back':
      return { kind: 'not_executed', venueCode: 'held_back', retryAfterMs: outcome.retryAfterMs };
    case 'lost':
      return { kind: 'unknown', reason: outcome.reason };
    default:
      return unreachable(outcome, 'outcome');
  }
}
