import type { Refusal } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';

/** An answer that is not a success, in GOPAX's body: `{"errorMessage":…,"errorCode":…,"errorData":…}`. */
export class GopaxError extends Error {
  readonly status: number;
  readonly code: number;
  readonly data: string | null;

  constructor(status: number, code: number, message: string, data: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = data;
  }

  body(): Wire {
    return { errorMessage: this.message, errorCode: this.code, errorData: this.data };
  }
}

/**
 * Codes and their names as in the documents' list. Statuses are those of its general table (400 for a bad request, 401 for a key, 403, 404
 * for what is not there, 429, 500); only those of the two unknown pairs were seen, in September 2026.
 */
export const GOPAX_ERRORS = {
  invalidPair: () => new GopaxError(400, 101, 'Invalid trading pair'),
  invalidAmount: () => new GopaxError(400, 107, 'Invalid amount'),
  invalidPrice: () => new GopaxError(400, 108, 'Invalid price'),
  invalidOptions: () => new GopaxError(400, 206, 'Invalid option combination'),
  notAuthorized: () => new GopaxError(401, 10_004, 'Not authorized'),
  notAllowed: () => new GopaxError(403, 10_004, 'Not authorized'),
  orderServerNotAvailable: () => new GopaxError(500, 10_052, 'Order server not available'),
  noSuchAsset: (asset: string) => new GopaxError(404, 10_058, `Invalid asset code: ${asset}`, asset),
  noSuchPair: (pair: string) => new GopaxError(404, 10_059, `Invalid trading pair: ${pair}`, pair),
  invalidInterval: () => new GopaxError(400, 10_062, 'Invalid chart interval'),
  noSuchOrder: (id: string) => new GopaxError(404, 10_069, 'No such order ID', id),
  rateExceeded: () => new GopaxError(429, 10_105, 'Rate limit exceeded'),
  invalidKey: () => new GopaxError(401, 10_155, 'Invalid API key'),
  invalidRange: () => new GopaxError(400, 10_166, 'Invalid chart range'),
  internal: () => new GopaxError(500, 10_195, 'Invalid internal data'),
  noSuchClientOrder: (id: string) => new GopaxError(404, 10_221, 'No such client order ID', id),
  clientOrderIdUsed: (id: string) => new GopaxError(400, 10_222, 'Client order ID being used', id),
  clientOrderIdExpiring: (id: string) => new GopaxError(400, 10_223, 'Soon expired client order ID', id),
  invalidClientOrderId: (id: string) => new GopaxError(400, 10_227, 'Invalid client order ID format', id),
  invalidSignature: () => new GopaxError(401, 10_229, 'Invalid signature'),
  noKey: () => new GopaxError(401, 10_230, 'No API key'),
  noTimestamp: () => new GopaxError(401, 10_231, 'No nonce and timestamp'),
  unusableKey: () => new GopaxError(401, 10_233, 'Unusable API key'),
  unparsableBody: () => new GopaxError(400, 10_256, 'Unparsable request body'),
  timestampTooLow: () => new GopaxError(401, 10_263, 'Timestamp too low'),
  timestampTooHigh: () => new GopaxError(401, 10_264, 'Timestamp too high'),
  invalidReceiveWindow: () => new GopaxError(400, 10_296, 'Invalid receive window'),
  invalidTimestampForWindow: () => new GopaxError(400, 10_297, 'Invalid timestamp to check receive window'),
  deadlineMissed: () => new GopaxError(400, 10_298, 'Fail to meet server arrival deadline'),
  paginationRequired: () => new GopaxError(400, 10_319, 'Pagination required'),
  invalidType: () => new GopaxError(400, 10_358, 'Invalid order type'),
  invalidSide: () => new GopaxError(400, 10_359, 'Invalid order side'),
  invalidStatus: () => new GopaxError(400, 10_360, 'Invalid order status'),
  invalidTimeInForce: () => new GopaxError(400, 10_361, 'Invalid time in force'),
  invalidProtection: () => new GopaxError(400, 10_362, 'Invalid protection'),
  addressBanned: () => new GopaxError(403, 10_364, 'IP address banned temporarily'),
  queryMissing: (name: string) => new GopaxError(400, 10_367, 'Mandatory query string missing', name),
} as const;

/** GOPAX's word for a refused order. */
export function refusalError(refusal: Refusal, pair: string, clientOrderId: string, isOpen: boolean): GopaxError {
  switch (refusal.code) {
    case 'account_frozen':
      return new GopaxError(403, 10_064, 'User locked');
    case 'market_unknown':
      return GOPAX_ERRORS.noSuchPair(pair);
    case 'reference_used':
      return isOpen ? GOPAX_ERRORS.clientOrderIdUsed(clientOrderId) : GOPAX_ERRORS.clientOrderIdExpiring(clientOrderId);
    case 'reference_invalid':
      return GOPAX_ERRORS.invalidClientOrderId(clientOrderId);
    case 'price_off_tick':
      return GOPAX_ERRORS.invalidPrice();
    case 'quantity_off_step':
    case 'beyond_displayed_depth':
      return GOPAX_ERRORS.invalidAmount();
    case 'below_minimum':
      return new GopaxError(400, 10_212, 'Too small quote amount', refusal.minimum.toFixed());
    case 'above_maximum':
      return new GopaxError(400, 203, 'Invalid numbers overflow');
    case 'terms_invalid':
    case 'would_take':
      return GOPAX_ERRORS.invalidOptions();
    case 'insufficient_funds':
      return new GopaxError(400, 201, 'Insufficient balance', refusal.asset);
  }
}
