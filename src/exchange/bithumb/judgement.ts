import type { SellAnswer } from '../port.ts';
import { judgeSellIn, type SellWords } from '../upbit-like/judgement.ts';
import type { Outcome } from '../venue-connection.ts';
import { acceptedOrder } from './wire.ts';

/**
 * Names with which Bithumb says that an order was not placed and why; a new name is an unknown outcome until it has been read up and
 * added. Source: apidocs.bithumb.com, API 주요 에러 코드 (2026-10-27). It names none for a `client_order_id` that was used before: Bithumb's
 * own trading kit says that the order of that id is answered again.
 */
const DOCUMENTED_REFUSALS = [
  'invalid_parameter',
  'invalid_price',
  'invalid_price_ask',
  'under_price_limit_ask',
  'bank_account_required',
  'two_factor_auth_required',
  'currency does not have a valid value',
  'cross_trading',
  'invalid_query_payload',
  'jwt_verification',
  'NotAllowIP',
  'out_of_scope',
  'blocked_member_id',
];

/** Not on that page, which lists the main ones only: Upbit's names, whose interface Bithumb took over. */
const FURTHER_REFUSALS = ['insufficient_funds_ask', 'under_min_total_ask', 'invalid_access_key', 'expired_access_key'];

/** The token's time is too far from the venue's: the request was turned away at the door. */
const CLOCK_ERROR = 'expired_jwt';
const CLOCK_WAIT_MS = 1_000;

const WORDS: SellWords = {
  orderIdIn: (body) => acceptedOrder.safeParse(body).data?.order_id,
  refusals: new Set([...DOCUMENTED_REFUSALS, ...FURTHER_REFUSALS]),
  notExecutedMs: new Map([[CLOCK_ERROR, CLOCK_WAIT_MS]]),
};

/** What came of a sell request, from HTTP status and raw body. 422 `order_not_ready` is a look-up's business, and unknown here. Pure. */
export function judgeSell(outcome: Outcome): SellAnswer {
  return judgeSellIn(WORDS, outcome);
}
