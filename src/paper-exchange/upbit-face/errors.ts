import { QUOTE_ASSET } from '../core/listings.ts';
import type { Refusal, Side } from '../core/orders.ts';
import { LikeError, sideWord, UPBIT_ERRORS } from '../upbit-like/errors.ts';

/**
 * Upbit's word for a refused order. The names for a sell beyond the displayed bids and for a frozen account are undocumented, and so is
 * what `invalid_post_only` of its list of errors stands for.
 */
export function refusalError(refusal: Refusal, side: Side, market: string, isMarketSell: boolean): LikeError {
  const suffix = sideWord(side);
  switch (refusal.code) {
    case 'account_frozen':
      return new LikeError(403, 'locked_member', '거래가 제한된 계정입니다.');
    case 'market_unknown':
      return UPBIT_ERRORS.marketNotFound(market);
    case 'reference_used':
      return new LikeError(400, 'duplicated_identifier', '이미 사용된 identifier입니다.');
    case 'reference_invalid':
      return UPBIT_ERRORS.invalidValue('identifier');
    case 'terms_invalid':
      return UPBIT_ERRORS.createOrder(side);
    case 'price_off_tick':
      return new LikeError(400, `invalid_price_${suffix}`, '주문가격 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.');
    case 'quantity_off_step':
      return new LikeError(400, `invalid_volume_${suffix}`, '주문수량 단위를 잘못 입력하셨습니다. 확인 후 시도해주세요.');
    case 'below_minimum':
      return isMarketSell
        ? new LikeError(
            400,
            'under_min_total_market_ask',
            `최소 주문 금액은 ${refusal.minimum.toFixed(1)} KRW입니다. 시장가 매도시 주문금액은 주문 수량 * 매수 1호가로 계산합니다.`,
          )
        : new LikeError(400, `under_min_total_${suffix}`, '최소주문금액 이상으로 주문해주세요');
    case 'above_maximum':
      return new LikeError(
        400,
        `over_krw_funds_${suffix}`,
        `최대 주문 가능 금액 ${refusal.maximum.toFixed()} ${QUOTE_ASSET} 보다 작은 주문을 입력해 주세요.`,
      );
    case 'beyond_displayed_depth':
      return new LikeError(400, 'volume_too_large', '주문 수량이 매수 호가 총 잔량을 초과합니다.');
    case 'would_take':
      return new LikeError(400, 'invalid_post_only', '즉시 체결되는 가격의 Post Only 주문입니다.');
    case 'insufficient_funds':
      return new LikeError(400, `insufficient_funds_${suffix}`, `주문 가능한 금액(${refusal.asset})이 부족합니다.`);
  }
}
