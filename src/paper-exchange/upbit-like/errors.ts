import type { Side } from '../core/orders.ts';
import type { Wire } from '../wire-format.ts';

/** An answer that is not a success, in the body of Upbit and of those who took over its interface: `{"error":{"name":…,"message":…}}`. */
export class LikeError extends Error {
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

/**
 * Bodies as in Upbit's reference (docs.upbit.com) and in answers quoted by its users; the marked ones are not documented anywhere. Who
 * took over the interface says the same but for what it names otherwise.
 */
export const UPBIT_ERRORS = {
  noToken: () => new LikeError(401, 'no_authorization_token', 'Missing Auth Token.'),
  invalidToken: () => new LikeError(401, 'jwt_verification', 'Failed to verify Jwt token.'),
  invalidAccessKey: () => new LikeError(401, 'invalid_access_key', '잘못된 엑세스 키입니다.'),
  expiredAccessKey: () => new LikeError(401, 'expired_access_key', 'This key has expired.'),
  expiredToken: () => new LikeError(401, 'expired_jwt', 'Jwt가 만료되었습니다.'), // Bithumb's; Upbit's token carries no time
  nonceUsed: () => new LikeError(401, 'nonce_used', '이미 사용한 nonce값입니다.'),
  invalidQueryHash: () => new LikeError(401, 'invalid_query_payload', 'Failed to verify the query of Jwt.'),
  outOfScope: () => new LikeError(403, 'out_of_scope', '권한이 부족합니다.'),
  invalidParameter: () => new LikeError(400, 'invalid_parameter', '잘못된 파라미터'),
  badRequest: () => new LikeError(400, 'bad_request', '잘못된 요청'),
  bodyNotSupported: () =>
    new LikeError(
      400,
      'QUERY_PARAMETER_NOT_SUPPORTED',
      '이 API는 쿼리 파라미터 형식의 요청만 지원합니다. 요청 본문에 값을 포함할 수 없습니다.',
    ),
  missing: (field: string) => new LikeError(400, 'validation_error', `${field} is missing, ${field} does not have a valid value`),
  invalidValue: (field: string) => new LikeError(400, 'validation_error', `${field} does not have a valid value`),
  marketNotFound: (market: string) => new LikeError(400, 'notfoundmarket', `다음 마켓에 없는 종목입니다: ${market}`),
  orderNotFound: () => new LikeError(404, 'order_not_found', '주문을 찾지 못했습니다.'),
  depositNotFound: () => new LikeError(404, 'deposit_not_found', '입금 정보를 찾지 못했습니다.'),
  withdrawalNotFound: () => new LikeError(404, 'withdraw_not_found', '출금 정보를 찾지 못했습니다.'),
  addressNotFound: () => new LikeError(404, 'coin_address_not_found', '디지털 자산 지갑정보를 찾지 못했습니다.'),
  orderTypeNotSupported: () =>
    new LikeError(400, 'not_supported_ord_type', '현재 해당 마켓에서 지원하지 않는 주문입니다. 주문 조건을 다시 확인해주시기 바랍니다.'),
  invalidTimeInForce: () => new LikeError(400, 'invalid_time_in_force', '주문조건을 다시 확인해 주세요.'),
  createOrder: (side: Side) => new LikeError(400, `create_${sideWord(side)}_error`, '주문 요청 정보가 올바르지 않습니다.'),
  tooManyRequests: () => new LikeError(429, 'too_many_requests', '요청 수 제한을 초과했습니다.'), // undocumented body
  blocked: (seconds: number) =>
    new LikeError(418, 'too_many_requests', `과도한 요청으로 차단되었습니다. ${seconds}초 후에 다시 시도해주세요.`), // undocumented body
  maintenance: () => new LikeError(503, 'service_unavailable', '서비스 점검 중입니다.'), // undocumented body
  internal: () => new LikeError(500, 'internal_server_error', 'Internal Server Error'),
  quotationParameter: () => new LikeError(400, 400, 'Invalid parameter. Check the given value!'),
  quotationMissing: () => new LikeError(400, 400, 'Missing request parameter error. Check the required parameters!'),
  quotationNotFound: () => new LikeError(404, 404, 'Code not found'),
};
export type LikeErrors = typeof UPBIT_ERRORS;

/** The word that closes the names of errors about a side. */
export function sideWord(side: Side): 'ask' | 'bid' {
  return side === 'sell' ? 'ask' : 'bid';
}
