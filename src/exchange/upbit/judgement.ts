import type { SellAnswer } from '../port.ts';
import { judgeSellIn, type SellWords } from '../upbit-like/judgement.ts';
import type { Outcome } from '../venue-connection.ts';
import { acceptedOrder } from './wire.ts';

/** Upbit's name for an identifier that was used before, by whatever order, even one that failed. */
export const DUPLICATE_IDENTIFIER = 'duplicated_identifier';
/** Upbit's name for an order that should only make and would have taken, where it refuses instead of cancelling it at once. */
export const WOULD_TAKE = 'invalid_post_only';

/**
 * Names with which Upbit says that an order was not placed and why. Only a name of this list, in a 4xx answer, is taken
 * for a refusal; a new name is an unknown outcome until it has been read up and added.
 * Sources: docs.upbit.com REST API guide (2026-10-06) and new-order (2026-08-21).
 */
const DOCUMENTED_REFUSALS = [
  'create_ask_error',
  'insufficient_funds_ask',
  'under_min_total_ask',
  'over_krw_funds_ask',
  'validation_error',
  'invalid_parameter',
  'invalid_time_in_force',
  WOULD_TAKE,
  DUPLICATE_IDENTIFIER,
  'notfoundmarket',
  'market_offline',
  'invalid_query_payload',
  'jwt_verification',
  'expired_access_key',
  'no_authorization_ip',
  'no_authorization_token',
  'out_of_scope',
  'pocket_not_found',
  'currency_not_found',
];

/** Names met in the field or in earlier versions of the documents: wrong tick or size, market, key and consent. */
const FURTHER_REFUSALS = [
  'invalid_price_ask',
  'invalid_volume_ask',
  'invalid_funds_ask',
  'volume_too_large',
  'market_does_not_exist',
  'not_supported_ord_type',
  'no_authorization_i_p',
  'invalid_access_key',
  'thirdparty_agreement_required',
];

/**
 * The token's nonce was seen before. We never use one twice, so the request itself arrived twice: this copy was not
 * executed, the other may have been. (Upbit's token carries no time, so there is no clock error.)
 */
const NONCE_USED = 'nonce_used';
const NONCE_WAIT_MS = 1_000;

const WORDS: SellWords = {
  orderIdIn: (body) => acceptedOrder.safeParse(body).data?.uuid,
  refusals: new Set([...DOCUMENTED_REFUSALS, ...FURTHER_REFUSALS]),
  notExecutedMs: new Map([[NONCE_USED, NONCE_WAIT_MS]]),
};

/** What came of a sell request, from HTTP status and raw body. Pure. */
export function judgeSell(outcome: Outcome): SellAnswer {
  return judgeSellIn(WORDS, outcome);
}
