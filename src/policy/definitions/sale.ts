import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy, type InitialValue } from '../definition.ts';
import { countSchema, rateSchema, wonSchema } from '../schemas.ts';

/** Defaults hold on every day the service can be asked about, so that a replay of an older market finds them too. */
const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

/** A value in force for every sale; all of these are read on the day of the act. */
function always<const Value>(value: Value, source: string): InitialValue<Value>[] {
  return [{ value, validFrom: KNOWN_FROM, source }];
}

export const voluntaryWindowDays = definePolicy({
  key: 'sale.voluntary_window_days',
  title: '자진 매각·납부 기간',
  description: '매각 통지가 모든 대상자에게 송달된 다음 날부터 강제 매각을 시작하지 않고 기다리는 기간. 법령에 최소 기간은 없다.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: always(30, `${CITY_RULE}: 지방세징수법 제71조제3항은 매각 전 통지만 정함`),
  changeable: true,
});

export const transferDemandDays = definePolicy({
  key: 'seizure.transfer_demand_days',
  title: '가상자산 이전 요구의 이전 기한',
  description: '이전 요구서를 보낸 날부터 가상자산을 이전해야 하는 기한까지의 기간.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: always(14, `${CITY_RULE}: 지방세징수법 시행령 제60조의2제2항은 이전 기한을 적도록만 정함`),
  changeable: true,
});

export const excessSeizureMargin = definePolicy({
  key: 'seizure.excess_margin',
  title: '압류가액의 여유 한도',
  description:
    '체납액·예상 가산·예상 비용의 합계를 넘어 압류할 수 있는 비율. 사유를 적고 결재를 받아야 하며 이 비율을 넘으면 초과압류로 거부한다.',
  unit: '비율',
  schema: rateSchema,
  initial: always('0.30', `${CITY_RULE}: 지방세징수법 제43조·제53조 단서, 가격 변동에 대비한 여유`),
  changeable: true,
});

export const salePriceBand = definePolicy({
  key: 'sale.price_band',
  title: '매각 가격의 허용 폭',
  description: '시장가격에서 이 비율보다 낮은 가격으로는 팔지 않는다.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isLessThan(1), 'below one'),
  initial: always('0.01', '금융위원회 법인 가상자산 매각 가이드라인(2025.5.1.) ±1%, 지방자치단체에는 참고'),
  changeable: true,
});

export const depthParticipation = definePolicy({
  key: 'sale.depth_participation',
  title: '한 주문이 차지하는 호가 잔량의 비율',
  description: '허용 폭 안에 보이는 매수 잔량 가운데 한 번의 주문이 가져갈 수 있는 최대 비율.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isPositive() && rate.value.isLessThanOrEqualTo(1), 'above zero and at most one'),
  initial: always('0.5', CITY_RULE),
  changeable: true,
});

export const orderIntervalSeconds = definePolicy({
  key: 'sale.order_interval_seconds',
  title: '주문 사이의 간격',
  description: '같은 종목의 주문이 끝난 뒤 다음 주문을 판단할 때까지 기다리는 시간.',
  unit: '초',
  schema: countSchema(0, 86_400),
  initial: always(10, CITY_RULE),
  changeable: true,
});

export const staleBookSeconds = definePolicy({
  key: 'sale.stale_book_seconds',
  title: '오래된 호가로 보는 시간',
  description: '호가가 이 시간보다 오래되었으면 주문하지 않는다.',
  unit: '초',
  schema: countSchema(1, 3_600),
  initial: always(10, CITY_RULE),
  changeable: true,
});

export const accrualHorizonDays = definePolicy({
  key: 'sale.accrual_horizon_days',
  title: '예상 배분일까지의 기간',
  description: '팔 금액을 정할 때 오늘부터 이 기간 뒤까지 붙을 가산 금액을 더한다.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: always(30, `${CITY_RULE}: 지방세징수법 제98조제1항의 배분기일에 맞춤`),
  changeable: true,
});

export const expectedCosts = definePolicy({
  key: 'sale.expected_costs',
  title: '예상 체납처분비',
  description: 'withdrawal: 원화 출금 한 번의 수수료, letter: 통지서 한 통의 송달 비용. 거래 수수료율은 거래소에서 읽는다.',
  unit: '원',
  schema: z.object({ withdrawal: wonSchema, letter: wonSchema }),
  initial: always({ withdrawal: '1000', letter: '4000' }, `${CITY_RULE}: 지방세기본법 제2조제1항제25호의 체납처분비`),
  changeable: true,
});

export const depositPollSeconds = definePolicy({
  key: 'custody.deposit_poll_seconds',
  title: '입고 내역을 확인하는 간격',
  description: '거래소 계정의 입고 내역을 다시 읽는 간격.',
  unit: '초',
  schema: countSchema(1, 86_400),
  initial: always(60, CITY_RULE),
  changeable: true,
});

export const unknownOutcomeSettlement = definePolicy({
  key: 'order.unknown_outcome',
  title: '결과를 알 수 없는 주문의 확정',
  description: '마지막으로 보낸 뒤 quietSeconds초 이상에 걸쳐 lookUps회 조회하여 모두 없다고 답할 때에만 체결되지 않은 것으로 본다.',
  unit: '회',
  schema: z.object({ quietSeconds: countSchema(1, 86_400), lookUps: countSchema(1, 100) }),
  initial: always({ quietSeconds: 60, lookUps: 3 }, `${CITY_RULE}: 거래소 주문 조회의 반영 지연에 대비`),
  changeable: true,
});

export const reconciliationReads = definePolicy({
  key: 'reconciliation.reads',
  title: '잔액 차이를 확정하는 조회 횟수',
  description: '거래소 잔액과 장부의 차이가 이 횟수의 연속 조회에서 남아 있으면 그 계정과 종목의 매각·이전을 멈춘다.',
  unit: '회',
  schema: countSchema(1, 100),
  initial: always(3, CITY_RULE),
  changeable: true,
});

export const approvalExpiryDays = definePolicy({
  key: 'approval.expiry_days',
  title: '결재의 유효 기간',
  description: '기안한 날부터 이 기간 안에 결재하지 않은 기안은 효력을 잃는다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: always(14, CITY_RULE),
  changeable: true,
});

export const secondApprovalFrom = definePolicy({
  key: 'approval.second_from',
  title: '추가 결재가 필요한 금액',
  description: '매각 위임, 가상자산 이전, 미확인 입금의 처리, 원화 출금, 환급의 금액이 이 금액 이상이면 결재자 한 사람이 더 결재한다.',
  unit: '원',
  schema: wonSchema,
  initial: always('100000000', CITY_RULE),
  changeable: true,
});

export const mandateDays = definePolicy({
  key: 'sale.mandate_days',
  title: '매각 위임의 기간',
  description: '매각 위임을 따로 정하지 않으면 결재를 올린 날부터 이 기간까지 유효하다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: always(90, CITY_RULE),
  changeable: true,
});

export const mandateFloorRate = definePolicy({
  key: 'sale.mandate_floor_rate',
  title: '매각 위임의 최저 가격',
  description: '마지막 평가 가격에 이 비율을 곱한 가격보다 낮게는 팔지 않는다. 더 낮추려면 새 위임을 결재받는다.',
  unit: '비율',
  schema: rateSchema,
  initial: always('0.5', CITY_RULE),
  changeable: true,
});

export const SALE_POLICIES = [
  voluntaryWindowDays,
  transferDemandDays,
  excessSeizureMargin,
  salePriceBand,
  depthParticipation,
  orderIntervalSeconds,
  staleBookSeconds,
  accrualHorizonDays,
  expectedCosts,
  depositPollSeconds,
  unknownOutcomeSettlement,
  reconciliationReads,
  approvalExpiryDays,
  secondApprovalFrom,
  mandateDays,
  mandateFloorRate,
] as const;
