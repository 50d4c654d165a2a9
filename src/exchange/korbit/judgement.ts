import { unreachable } from '../../kernel/errors.ts';
import type { SellAnswer } from '../port.ts';
import type { Outcome } from '../venue-connection.ts';
import { acceptedOrder } from './wire.ts';

/** An order of that identifier was registered before. It may for a while be found by no look-up all the same. */
export const DUPLICATE_IDENTIFIER = 'DUPLICATE_CLIENT_ORDER_ID';
export const ORDER_NOT_FOUND = 'ORDER_NOT_FOUND';
/** The order is being processed and cannot be cancelled in this moment. */
export const TRY_AGAIN = 'TRY_AGAIN';
/** The time of the request lies outside of the window in which the venue takes it: refused before anything was done. */
export const CLOCK_REFUSED = 'EXCEED_TIME_WINDOW';

/**
 * Names with which Korbit says that an order was not placed and why (docs.digitalx.miraeasset.com, Place Order). Only a name of this
 * list is taken for a refusal; a new name is an unknown outcome until it has been read up and added. The documents do not tell the
 * status of each; the venue's own client takes them for final in any 4xx and in a 200 that says `success: false`.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  DUPLICATE_IDENTIFIER,
  'INVALID_CURRENCY_PAIR',
  'INVALID_USER_STATUS',
  'BAD_REQUEST',
  'NO_BALANCE',
  'ONLY_SELL_LIMIT_ORDERS_ALLOWED',
  'ORDER_VALUE_TOO_LARGE',
  'ORDER_VALUE_TOO_SMALL',
  'PRICE_OVER_UPPER_BOUND',
  'PRICE_UNDER_LOWER_BOUND',
  'PRICE_TICK_SIZE_INVALID',
  'TOO_MANY_OPEN_ORDERS',
]);

/**
 * Documented by status alone: a missing or wrong key or signature, a permission that the key lacks, an address that it is not bound to.
 * The words for them are not published, so any word of the venue's will do; a page of a gateway has none.
 */
const REFUSED_AT_THE_GATE: ReadonlySet<number> = new Set([401, 403]);

const RATE_LIMITED = 429;

/** What came of a sell request, from HTTP status and raw body. Pure. */
export function judgeSell(outcome: Outcome): SellAnswer {
  switch (outcome.kind) {
    case 'answered': {
      const accepted = acceptedOrder.safeParse(outcome.body);
      return accepted.success
        ? { kind: 'accepted', orderId: accepted.data.orderId }
        : { kind: 'unknown', reason: 'a success without an order id' };
    }
    case 'rejected':
      return judgeRejection(outcome);
    case 'held_back':
      return { kind: 'not_executed', venueCode: 'held_back', retryAfterMs: outcome.retryAfterMs };
    case 'lost':
      return { kind: 'unknown', reason: outcome.reason };
    default:
      return unreachable(outcome, 'outcome');
  }
}

function judgeRejection({ status, venueCode, message, retryAfterMs = 0 }: Outcome & { kind: 'rejected' }): SellAnswer {
  if (status === RATE_LIMITED) return { kind: 'not_executed', venueCode: venueCode ?? `http_${status}`, retryAfterMs };
  if (venueCode !== undefined && status < 500) {
    if (venueCode === CLOCK_REFUSED) return { kind: 'not_executed', venueCode, retryAfterMs };
    if (REFUSALS.has(venueCode) || REFUSED_AT_THE_GATE.has(status)) return { kind: 'refused', venueCode, message };
  }
  return { kind: 'unknown', reason: `HTTP ${status}${venueCode === undefined ? '' : ` ${venueCode}`}` };
}
