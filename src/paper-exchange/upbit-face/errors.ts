import { QUOTE_ASSET } from '../core/listings.ts';
import type { Refusal, Side } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';

/** An answer that is not a success, in Upbit's body: `{"error":{"name":…,"message":…}}`. */
export class UpbitError extends Error {
  readonly status: number;
  /** A word at the trading and funds interfaces, the HTTP status as a number at the quotation interfaces. */
  readonly code: string | number;

  constructor(status: number, code: string | number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  body(): Wire {
    return { error: { name: this.code, message: this.message } };
  }
}

/** Bodies as in Upbit's reference (docs.upbit.com) and in answers quoted by its users; the marked ones are not documented anywhere. */
export const UPBIT_ERRORS = {
  noToken: () => new UpbitError(401, 'no_authorization_token', 'Missing Auth Token.'),
  invalidToken: () => new UpbitError(401, 'jwt_verification', 'Failed to verify Jwt token.'),
  invalidAccessKey: () => new UpbitError(401, 'invalid_access_key', '잘못된 엑세스 키입니다.'),
  expiredAccessKey: () => new UpbitError(401, 'expired_access_key', 'This key has expired.'),
  nonceUsed: () => new UpbitError(401, 'nonce_used', '이미 사용한 nonce값입니다.'),
  invalidQueryHash: () => new UpbitError(401, 'invalid_query_payload', 'Failed to verify the query of Jwt.'),
  outOfScope: () => new UpbitError(403, 'out_of_scope', '권한이 부족합니다.'),
  invalidParameter: () => new UpbitError(400, 'invalid_parameter', '잘못된 파라미터'),
  badRequest: () => new UpbitError(400, 'bad_request', '잘못된 요청'),
  bodyNotSupported: () =>
    new UpbitError(
      400,
      'QUERY_PARAMETER_NOT_SUPPORTED',
      '이 API는 쿼리 파라미터 형식의 요청만 지원합니다. 요청 본문에 값을 포함할 수 없습니다.',
    ),
  missing: (field: string) => new UpbitError(400, 'validation_error', `${field} is missing, ${field} does not have a valid value`),
  invalidValue: (field: string) => new UpbitError(400, 'validation_error', `${field} does not have a valid value`),
  marketNotFound: (market: string) => new UpbitError(400, 'notfoundmarket', `다음 마켓에 없는 종목입니다: ${market}`),
  orderNotFound: () => new UpbitError(404, 'order_not_found', '주문을 찾지 못했습니다.'),
  depositNotFound: () => new UpbitError(404, 'deposit_not_found', '입금 정보를 찾지 못했습니다.'),
  withdrawalNotFound: () => new UpbitError(404, 'withdraw_not_found', '출금 정보를 찾지 못했습니다.'),
  addressNotFound: () => new UpbitError(404, 'coin_address_not_found', '디지털 자산 지갑정보를 찾지 못했습니다.'),
  orderTypeNotSupported: () =>
    new UpbitError(400, 'not_supported_ord_type', '현재 해당 마켓에서 지원하지 않는 주문입니다. 주문 조건을 다시 확인해주시기 바랍니다.'),
  invalidTimeInForce: () => new UpbitError(400, 'invalid_time_in_force', '주문조건을 다시 확인해 주세요.'),
  createOrder: (side: Side) => new UpbitError(400, `create_${word(side)}_error`, '주문 요청 정보가 올바르지 않습니다.'),
  tooManyRequests: () => new UpbitError(429, 'too_many_requests', '요청 수 제한을 초과했습니다.'), // undocumented body
  blocked: (seconds: number) =>
    new UpbitError(418, 'too_many_requests', `과도한 요청으로 차단되었습니다. ${seconds}초 후에 다시 시도해주세요.`), // undocumented body
  maintenance: () => new UpbitError(503, 'service_unavailable', '서비스 점검 중입니다.'), // undocumented body
  internal: () => new UpbitError(500, 'internal_server_error', 'Internal Server Error'),
  quotationParameter: () => new UpbitError(400, 400, 'Invalid parameter. Check the given value!'),
  quotationMissing: () => new UpbitError(400, 400, 'Missing request parameter error. Check the required parameters!'),
  quotationNotFound: () => new UpbitError(404, 404, 'Code not found'),
} as const;

/**
 * Upbit's word for a refused order. The names for a sell beyond the displayed bids and for a frozen account are undocumented, and so is
 * what `invalid_post_only` of its list of errors stands for.
 */
export function refusalError(refusal: Refusal, side: Side, market: string, isMarketSell: boolean): UpbitError {
  const suffix = word(side);
  switch (refusal.code) {
    case 'account_frozen':
      return new UpbitError(403, 'locked_member', '거래가 제한된 계정입니다.');
    case 'market_unknown':
      return UPBIT_ERRORS.marketNotFound(market);
    case 'reference_used':
      return new UpbitError(400, 'duplicated_identifier', '이미 사용된 identifier입니다.');
    case 'reference_invalid':
      return UPBIT_ERRORS.invalidValue('identifier');
    case 'terms_invalid':
      return UPBIT_ERRORS.createOrder(side);
    case 'price_off_tick':
      return new UpbitError(400, `invalid_price_${suffix}`, '주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.');
    case 'quantity_off_step':
      return new UpbitError(400, `invalid_volume_${suffix}`, '주문수량 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.');
    case 'below_minimum':
      return isMarketSell
        ? new UpbitError(
            400,
            'under_min_total_market_ask',
            `최소 주문 금액은 ${refusal.minimum.toFixed(1)} KRW입니다. 시장가 매도시 주문금액은 주문 수량 * 매수 1호가로 계산합니다.`,
          )
        : new UpbitError(400, `under_min_total_${suffix}`, '최소주문금액 이상으로 주문해주세요');
    case 'above_maximum':
      return new UpbitError(
        400,
        `over_krw_funds_${suffix}`,
        `최대 주문 가능 금액 ${refusal.maximum.toFixed()} ${QUOTE_ASSET} 보다 작은 주문을 입력해 주세요.`,
      );
    case 'beyond_displayed_depth':
      return new UpbitError(400, 'volume_too_large', '주문 수량이 매수 호가 총 잔량을 초과합니다.');
    case 'would_take':
      return new UpbitError(400, 'invalid_post_only', '즉시 체결되는 가격의 Post Only 주문입니다.');
    case 'insufficient_funds':
      return new UpbitError(400, `insufficient_funds_${suffix}`, `주문 가능한 금액(${refusal.asset})이 부족합니다.`);
  }
}

function word(side: Side): 'ask' | 'bid' {
  return side === 'sell' ? 'ask' : 'bid';
}
