/** Why no order came of a decision, or not for this coin, beside the gate's denials. Scripts and tests rely on the codes. */
export const PAUSE_TEXT = {
  unknown_outcome_open: '결과를 알 수 없는 주문이 있어 기다립니다',
  open_orders_suffice: '다른 사건의 열린 주문으로 충당될 수 있어 결과를 기다립니다',
  own_order_open: '이 사건의 주문이 열려 있어 결과를 기다립니다',
  market_busy: '같은 시장에 다른 주문이 열려 있어 다음 차례를 기다립니다',
  order_refused: '거래소가 주문을 거부하여 기다립니다',
  asset_not_allowed: '시가 매각하기로 정한 종목이 아닙니다',
  asset_frozen: '장부와 잔액이 다른 종목이라 팔지 않습니다',
  reconciliation_due: '오늘의 첫 주문에 앞서 장부를 거래소와 대조해야 합니다',
  units_unavailable: '거래소에서 쓸 수 있는 수량이 장부보다 적습니다',
  no_market: '이 거래소에 원화 시장이 없습니다',
  market_unreadable: '거래소의 시장 정보를 읽지 못했습니다',
  market_closed: '시장이 주문을 받지 않습니다',
  market_danger: '거래소가 위험 종목으로 표시하였습니다',
  wallet_halted: '거래소가 이 종목의 입출금을 모두 멈추었습니다',
  own_orders_open: '이 시장에 시스템이 내지 않은 열린 주문이 있습니다',
  book_stale: '호가가 오래되었습니다',
  book_ahead_of_clock: '호가 시각이 서버 시각보다 앞서 있습니다',
  clock_skewed: '서버와 거래소의 시각이 어긋나 있습니다',
  book_crossed: '호가가 역전되어 있습니다',
  book_empty: '호가가 비어 있습니다',
  book_thin: '호가의 단계가 너무 적습니다',
  spread_wide: '매수와 매도 호가의 차이가 너무 큽니다',
  price_off_reference: '다른 원화 거래소의 가격과 너무 다릅니다',
  tick_unknown: '이 가격대의 호가 단위를 거래소가 알려주지 않습니다',
  tick_misfit: '호가가 거래소가 알려준 호가 단위에 맞지 않습니다',
  price_below_floor: '매수 호가가 위임된 최저 가격보다 낮습니다',
  price_below_wish: '매수 호가가 체납자가 희망한 가격보다 낮습니다',
  depth_below_minimum: '허용 폭 안의 매수 잔량이 최소 주문금액에 미치지 못합니다',
  below_minimum: '남은 수량이 최소 주문금액에 미치지 못합니다',
  mandate_used_up: '위임된 수량을 모두 팔았습니다',
  nothing_held: '보유 수량이 없습니다',
  not_planned: '다른 종목으로 충당할 수 있어 팔 계획이 없습니다',
  not_wished: '체납자가 지금 팔기를 희망하지 않은 종목입니다',
  slice_done: '이번 구간에 팔 수량을 모두 팔았습니다',
  slice_accumulates: '이번에 팔 수량이 최소 주문금액이 될 때까지 모읍니다',
  daily_plan_cap: '계획 수량의 하루 한도를 채웠습니다',
  daily_volume_cap: '거래소 하루 거래량에 대한 한도를 채웠습니다',
  rate_budget_used: '주문 횟수 한도를 넘겨 거래소가 주문을 받지 않는 동안 기다립니다',
} as const;
export type PauseCode = keyof typeof PAUSE_TEXT;

/** What was noticed and did not keep from selling. */
export const NOTE_TEXT = {
  no_reference: '비교할 다른 원화 거래소가 둘이 되지 않아 이 거래소의 허용 폭만 지킵니다',
  market_caution: '거래소가 주의 종목으로 표시하였습니다',
  market_warning: '거래소가 유의 종목으로 표시하였습니다',
  support_ending: '거래소가 거래 지원 종료를 알렸습니다',
  levels_of_zero: '수량이 없는 호가 단계를 제외하였습니다',
  capped_at_maximum_order: '거래소의 최대 주문금액에 맞추어 줄였습니다',
  dust_taken: '최소 주문금액보다 적게 남을 수량을 함께 팝니다',
} as const;
export type NoteCode = keyof typeof NOTE_TEXT;

export const STOP_TEXT = {
  covered: '체납액을 모두 충당할 수 있어 매각을 마칩니다',
  exhausted: '팔 수 있는 가상자산이 남아 있지 않습니다',
  settled: '팔기 전에 체납액이 없어졌거나 압류를 풀게 되어 매각을 마칩니다',
  ended_by_official: '담당자가 매각을 마쳤습니다',
} as const;

/** What a sale stands at that no decision of it says. */
export const STANDING_TEXT = {
  step_failed: '처리 중 오류가 나서 이 사건의 매각을 미루었습니다. 알림에서 사유를 확인하십시오',
} as const;

/** One guard that spoke, with the figures by which it did. */
export type GuardEvent = {
  readonly code: PauseCode | NoteCode;
  readonly asset: string;
  readonly figures: Readonly<Record<string, string>>;
};
