import type { Refusal } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';

/** Coinone's "no", in its body: `{"result":"error","error_code":"105","error_msg":…}`, mostly under HTTP 200. */
export class CoinoneError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(code: string, message: string, status = 200) {
    super(message);
    this.status = status;
    this.code = code;
  }

  body(): Wire {
    return { result: 'error', error_code: this.code, error_msg: this.message };
  }
}

/** Codes and messages of docs.coinone.co.kr, "API error codes". HTTP statuses other than 200 are not documented for any of them. */
export const COINONE_ERRORS = {
  blocked: () => new CoinoneError('4', 'Blocked user access', 429),
  noAccessToken: () => new CoinoneError('11', 'Access token is missing'),
  invalidAccessToken: () => new CoinoneError('12', 'Invalid access token'),
  unknownService: () => new CoinoneError('20', 'This service does not exist', 404),
  invalidPermission: () => new CoinoneError('40', 'Invalid API permission'),
  rejectedByMonitoring: () => new CoinoneError('53', 'Order is rejected by market monitoring. Please contact CS center'),
  invalidFormat: () => new CoinoneError('101', 'Invalid format'),
  lackOfBalance: () => new CoinoneError('103', 'Lack of Balance'),
  orderNotFound: () => new CoinoneError('104', 'Order id is not exist'),
  parameter: () => new CoinoneError('107', 'Parameter error'),
  unknownCurrency: () => new CoinoneError('108', 'Unknown CryptoCurrency'),
  unknownPair: () => new CoinoneError('109', 'Unknown CryptoCurrency Pair'),
  alreadyTraded: () => new CoinoneError('116', 'Already Traded'),
  alreadyCanceled: () => new CoinoneError('117', 'Already Canceled'),
  noPayload: () => new CoinoneError('120', 'V2 API payload is missing'),
  noSignature: () => new CoinoneError('121', 'V2 API signature is missing'),
  noNonce: () => new CoinoneError('122', 'V2 API nonce is missing'),
  wrongSignature: () => new CoinoneError('123', 'V2 API signature is not correct'),
  nonceUsed: () => new CoinoneError('132', 'Nonce already used'),
  nonceForm: () => new CoinoneError('133', 'Nonce must be in the form of a UUID'),
  priceNeeded: () => new CoinoneError('161', 'price is required for LIMIT or STOP_LIMIT order.'),
  quantityNeeded: () => new CoinoneError('162', 'qty is required for LIMIT or STOP_LIMIT or MARKET(SELL) order.'),
  postOnlyNeeded: () => new CoinoneError('163', 'post_only is required for LIMIT order.'),
  amountNeeded: () => new CoinoneError('165', 'amount is required for MARKET(BUY) order.'),
  orderType: () => new CoinoneError('166', 'Not Supported Order Type.'),
  invalidOrder: () => new CoinoneError('300', 'Invalid order information'),
  invalidQuantity: () => new CoinoneError('305', 'Invalid quantity'),
  belowMinimum: () => new CoinoneError('306', 'Cannot be process the orders below the minimum amount'),
  aboveMaximum: () => new CoinoneError('307', 'Cannot be process the orders exceed the maximum amount'),
  priceUnit: () => new CoinoneError('310', 'Unavailable price unit. Please check the Range unit API to get the price_unit.'),
  duplicateIdentifier: () => new CoinoneError('312', 'Duplicated user_order_id'),
  oneIdentifier: () => new CoinoneError('313', 'user_order_id and order_Id cannot be requested together. Otherwise, neither was entered'),
  invalidIdentifier: () => new CoinoneError('314', 'Invalid user_order_id (It must be lower case)'),
  invalidRange: () => new CoinoneError('316', 'Invalid range'),
  invalidSize: () => new CoinoneError('317', 'Invalid size'),
  server: (status: number) => new CoinoneError('405', 'Server error', status),
} as const;

/** Coinone's words for a refused order. Those for a frozen account and for an order that should only make and would take are guesses. */
export function refusalError(refusal: Refusal): CoinoneError {
  switch (refusal.code) {
    case 'account_frozen':
      return COINONE_ERRORS.rejectedByMonitoring();
    case 'market_unknown':
      return COINONE_ERRORS.unknownPair();
    case 'reference_used':
      return COINONE_ERRORS.duplicateIdentifier();
    case 'reference_invalid':
      return COINONE_ERRORS.invalidIdentifier();
    case 'price_off_tick':
      return COINONE_ERRORS.priceUnit();
    case 'quantity_off_step':
      return COINONE_ERRORS.invalidQuantity();
    case 'below_minimum':
      return COINONE_ERRORS.belowMinimum();
    case 'above_maximum':
      return COINONE_ERRORS.aboveMaximum();
    case 'insufficient_funds':
      return COINONE_ERRORS.lackOfBalance();
    case 'terms_invalid':
    case 'beyond_displayed_depth':
    case 'would_take':
      return COINONE_ERRORS.invalidOrder();
  }
}
