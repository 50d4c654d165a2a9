import { unreachable } from '../../kernel/errors.ts';
import type { SellAnswer } from '../port.ts';
import type { Outcome } from '../venue-connection.ts';
import { acceptedOrder } from './wire.ts';

/** Client Order Id Being Used, and Soon Expired Client Order Id: of an order that is over. Ids become free again afterwards. */
export const DUPLICATE_IDENTIFIERS = ['10222', '10223'];
/** No Such Client Order Id, No Such Order Id. */
const NOT_FOUND: ReadonlySet<string> = new Set(['10221', '10069']);

/**
 * Codes with which GOPAX says that an order was not placed and why (gopax.github.io/API, errors). Left out on purpose: 10052 and 10074,
 * where something went wrong on the way to its order server, 10195 and 10234, which are failures inside: what became of the order these do
 * not say. A code that is not here is an unknown outcome until it has been read up and added.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  '100', // Invalid Asset
  '101', // Invalid Trading Pair
  '102', // Invalid User
  '104', // Not Enabled Trading Pair
  '105', // Not Activated Trading Pair
  '106', // Not Enabled Asset
  '107', // Invalid Amount
  '108', // Invalid Price
  '201', // Insufficient Balance
  '203', // Invalid Numbers Overflow
  '206', // Invalid Option Combination
  '10004', // Not Authorized
  '10006', // User Not Found
  '10033', // Asset Not Allowed
  '10056', // No Registered Asset
  '10057', // No Registered Trading Pair
  '10058', // No Such Asset Code
  '10059', // No Such Trading Pair
  '10061', // Invalid Trading Pair Id
  '10064', // User Locked
  '10155', // Invalid Api Key
  '10157', // Invalid Price
  '10204', // Not Hedge Token User
  '10212', // Too Small Quote Amount
  ...DUPLICATE_IDENTIFIERS,
  '10227', // Invalid Client Order Id Format
  '10229', // Invalid Signature
  '10230', // No Api Key
  '10231', // No Nonce And Timestamp
  '10233', // Unusable Api Key
  '10255', // Too Long Request Body
  '10256', // Unparsable Request Body
  '10265', // Choose Either Nonce Or Timestamp
  '10296', // Invalid Receive Window
  '10358', // Invalid Order Type
  '10359', // Invalid Order Side
  '10361', // Invalid Time In Force
  '10362', // Invalid Protection
]);

/** Timestamp Too Low, Too High, and what belongs to the receive window and the nonce: not taken because of a clock. */
const CLOCK_ERRORS: ReadonlySet<string> = new Set(['10108', '10232', '10263', '10264', '10297', '10298']);
const CLOCK_WAIT_MS = 1_000;

/** What came of a sell request, from HTTP status and raw body. Pure. */
export function judgeSell(outcome: Outcome): SellAnswer {
  switch (outcome.kind) {
    case 'answered': {
      const accepted = acceptedOrder.safeParse(outcome.body);
      return accepted.success
        ? { kind: 'accepted', orderId: accepted.data.id }
        : { kind: 'unknown', reason: 'a success without an order id' };
    }
    case 'rejected':
      return judgeRejected(outcome);
    case 'held_back':
      return { kind: 'not_executed', venueCode: 'held_back', retryAfterMs: outcome.retryAfterMs };
    case 'lost':
      return { kind: 'unknown', reason: outcome.reason };
    default:
      return unreachable(outcome, 'outcome');
  }
}

function judgeRejected({ status, venueCode, message, retryAfterMs }: Outcome & { kind: 'rejected' }): SellAnswer {
  // GOPAX's own words for too many requests come here under these statuses, whatever they came with (`connection.ts`).
  if (status === 429 || status === 418) {
    return { kind: 'not_executed', venueCode: venueCode ?? `http_${status}`, retryAfterMs: retryAfterMs ?? 0 };
  }
  if (venueCode !== undefined && isAnswerOfTheVenue(status)) {
    if (CLOCK_ERRORS.has(venueCode)) return { kind: 'not_executed', venueCode, retryAfterMs: CLOCK_WAIT_MS };
    if (REFUSALS.has(venueCode)) return { kind: 'refused', venueCode, message };
  }
  return { kind: 'unknown', reason: `HTTP ${status}${venueCode === undefined ? '' : ` ${venueCode}`}` };
}

/** True where GOPAX says by name that it has no such order. Pure. */
export function saysNotFound(outcome: Outcome): boolean {
  if (outcome.kind !== 'rejected') return false;
  return isAnswerOfTheVenue(outcome.status) && outcome.venueCode !== undefined && NOT_FOUND.has(outcome.venueCode);
}

/** A code counts whatever the status, as older answers named errors in a 200; but not where a server failed. */
function isAnswerOfTheVenue(status: number): boolean {
  return (status >= 400 && status < 500) || status === 200;
}
