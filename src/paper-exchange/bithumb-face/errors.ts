import { QUOTE_ASSET } from '../core/listings.ts';
import type { Refusal, Side } from '../core/orders.ts';
import { LikeError, type LikeErrors, sideWord, UPBIT_ERRORS } from '../upbit-like/errors.ts';

const invalidParameter = () => new LikeError(400, 'invalid_parameter', '잘못된 파라미터 입니다.');
const unknownCoin = () => new LikeError(400, 'currency does not have a valid value', '빗썸에서 지원하지 않는 코인 입니다.');

/**
 * What Bithumb names otherwise than Upbit (apidocs.bithumb.com, API 주요 에러 코드): it has one name for whatever is wrong with a request.
 * Where its list is silent, Upbit's words stand.
 */
export const BITHUMB_ERRORS: LikeErrors = {
  ...UPBIT_ERRORS,
  outOfScope: () => new LikeError(401, 'out_of_scope', '권한이 부족합니다.'),
  invalidParameter,
  badRequest: invalidParameter,
  bodyNotSupported: invalidParameter,
  missing: invalidParameter,
  invalidValue: invalidParameter,
  marketNotFound: unknownCoin,
  orderTypeNotSupported: invalidParameter,
  invalidTimeInForce: invalidParameter,
  createOrder: invalidParameter,
};

export const orderNotReady = () => new LikeError(422, 'order_not_ready', '주문 접수 처리 중입니다. 잠시 후 다시 시도해주세요.');

/** Bithumb's word for a refused order. Its list has none for too little to sell, for which Upbit's stands. */
export function refusalError(refusal: Refusal, side: Side): LikeError {
  const suffix = sideWord(side);
  switch (refusal.code) {
    case 'account_frozen':
      return new LikeError(403, 'blocked_member_id', 'Service usage has been restricted in accordance with our operational policy.');
    case 'market_unknown':
      return unknownCoin();
    case 'price_off_tick':
      return new LikeError(400, `invalid_price_${suffix}`, '주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.');
    case 'below_minimum':
      return new LikeError(
        400,
        `under_price_limit_${suffix}`,
        `주문가격은 최소 ${refusal.minimum.toFixed()} ${QUOTE_ASSET} 이상으로 주문 가능합니다.`,
      );
    case 'insufficient_funds':
      return new LikeError(400, `insufficient_funds_${suffix}`, `주문 가능한 금액(${refusal.asset})이 부족합니다.`);
    case 'reference_used':
    case 'reference_invalid':
    case 'terms_invalid':
    case 'quantity_off_step':
    case 'above_maximum':
    case 'beyond_displayed_depth':
    case 'would_take':
      return invalidParameter();
  }
}
