import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy, type InitialValue } from '../definition.ts';
import { countSchema, daySchema, rateSchema, wonSchema } from '../schemas.ts';

/*
 * Penalty for paying late. Every parameter here is read on the day the liability arose, never on today: the addenda of 2020
 * keep older liabilities under the older text for good, and a statement must not change because a day has passed.
 */
const KNOWN_FROM = civilDate('2006-01-01');
const OLD_TO = civilDate('2023-12-31');
const NEW_FROM = civilDate('2024-01-01');

const OLD_ONCE = '구 지방세법 제27조, 구 지방세기본법 제59조, 구 지방세징수법 제30조(법률 제17770호 부칙 제4조)';
const OLD_MONTHLY = '구 지방세법 제27조, 구 지방세기본법 제60조, 구 지방세징수법 제31조(법률 제17770호 부칙 제4조)';
const CITY_READING = '시 해석 기준(기본값)';

/** Where old and new liabilities differ only in value. */
function byRegime<const Value>(old: Value, oldSource: string, current: Value, currentSource: string): InitialValue<Value>[] {
  return [
    { value: old, validFrom: KNOWN_FROM, validTo: OLD_TO, source: oldSource },
    { value: current, validFrom: NEW_FROM, source: currentSource },
  ];
}

/** A reading of the law that the city settles for every liability alike. */
function reading<const Value>(value: Value, reason: string): InitialValue<Value>[] {
  return [{ value, validFrom: KNOWN_FROM, source: `${CITY_READING}: ${reason}` }];
}

export const latePenaltyRegime = definePolicy({
  key: 'late_penalty.regime',
  title: '체납 가산 제도',
  description:
    '납세의무 성립일에 따라 적용하는 제도. additional_charge: 가산금·중가산금(2023년까지 성립), late_payment_surcharge: 납부지연가산세(2024년부터 성립).',
  unit: '선택',
  schema: z.enum(['additional_charge', 'late_payment_surcharge']),
  initial: byRegime(
    'additional_charge',
    '법률 제17768호 부칙 제6조, 법률 제17770호 부칙 제4조',
    'late_payment_surcharge',
    '지방세기본법 제55조제1항제3호·제4호',
  ),
  changeable: false,
});

export const latePenaltyOnceRate = definePolicy({
  key: 'late_penalty.once_rate',
  title: '납부기한 경과 시 한 번 붙는 비율',
  description: '납부기한이 지난 때에 체납세액에 한 번 곱하는 비율.',
  unit: '비율',
  schema: rateSchema,
  initial: byRegime('0.03', OLD_ONCE, '0.03', '지방세기본법 제55조제1항제3호'),
  changeable: false,
});

export const latePenaltyMonthlyRates = definePolicy({
  key: 'late_penalty.monthly_rates',
  title: '1개월마다 붙는 비율',
  description: '납부기한이 지난 날부터 1개월이 지날 때마다 곱하는 비율. 각 비율은 from에 적힌 날부터 생기는 분에 적용한다.',
  unit: '목록',
  schema: z
    .array(z.object({ from: daySchema, rate: rateSchema }))
    .min(1)
    .readonly(),
  initial: byRegime(
    [
      { from: '2006-01-01', rate: '0.012' },
      { from: '2019-01-01', rate: '0.0075' },
    ],
    `${OLD_MONTHLY}, 법률 제16040호(2019.1.1. 시행) 부칙 제2조`,
    [{ from: '2024-01-01', rate: '0.0066' }],
    '지방세기본법 제55조제1항제4호, 같은 법 시행령 제34조제2항',
  ),
  changeable: false,
});

export const latePenaltyMonthlyThreshold = definePolicy({
  key: 'late_penalty.monthly_threshold',
  title: '매월분을 적용하지 않는 세액 기준',
  description: '납세고지서별·세목별 세액이 이 금액보다 적으면 매월분은 붙지 않는다. 한 번 붙는 비율은 금액과 관계없이 붙는다.',
  unit: '원',
  schema: wonSchema,
  initial: byRegime('300000', OLD_MONTHLY, '450000', '지방세기본법 제55조제4항'),
  changeable: false,
});

export const latePenaltyMonthsMax = definePolicy({
  key: 'late_penalty.months_max',
  title: '매월분을 붙이는 최대 개월 수',
  description: '매월분을 부과하는 기간의 한도.',
  unit: '개월',
  schema: countSchema(0, 1_200),
  initial: byRegime(60, OLD_MONTHLY, 60, '지방세기본법 제55조제1항 각 호 외의 부분'),
  changeable: false,
});

export const latePenaltyRoundingUnit = definePolicy({
  key: 'late_penalty.rounding_unit',
  title: '끝수를 버리는 단위',
  description: '이 금액에 못 미치는 끝수는 버린다.',
  unit: '원',
  schema: wonSchema.refine((won) => won.isPositive(), 'at least one won'),
  initial: [{ value: '10', validFrom: KNOWN_FROM, source: '지방세기본법 제59조, 국고금 관리법 제47조제1항' }],
  changeable: false,
});

export const latePenaltyBaseIncludesSurcharge = definePolicy({
  key: 'late_penalty.base_includes_surcharge',
  title: '계산 기초에 가산세 포함',
  description: '체납 가산의 기초가 되는 세액에 무신고가산세 등 고지된 가산세를 넣는지 여부.',
  unit: '여부',
  schema: z.boolean(),
  initial: byRegime(
    true,
    `${CITY_READING}: 종전 규정의 "체납된 지방세"는 가산세를 포함`,
    false,
    '지방세기본법 제55조제1항제3호·제4호("가산세는 제외한다")',
  ),
  changeable: true,
});

export const latePenaltyThresholdMeasure = definePolicy({
  key: 'late_penalty.threshold_measure',
  title: '일부 납부 후 세액 기준의 판단',
  description: 'assessed: 고지된 세액으로 판단, unpaid: 남은 체납세액으로 판단.',
  unit: '선택',
  schema: z.enum(['assessed', 'unpaid']),
  initial: byRegime(
    'unpaid',
    `${CITY_READING}: 종전 규정의 "체납된 납세고지서별·세목별 세액"`,
    'assessed',
    `${CITY_READING}: 지방세기본법 제55조제4항의 "납세고지서별·세목별 세액"`,
  ),
  changeable: true,
});

export const latePenaltyRounding = definePolicy({
  key: 'late_penalty.rounding',
  title: '끝수를 버리는 때',
  description: 'each_step: 한 번 분과 매월분마다 버림, monthly_sum: 한 번 분과 매월분 합계에서 각각 버림, total: 전체 합계에서 한 번 버림.',
  unit: '선택',
  schema: z.enum(['each_step', 'monthly_sum', 'total']),
  initial: reading('each_step', '지방세기본법 제34조제1항제12호마목에 따라 매월분은 각각 성립하는 납세의무'),
  changeable: true,
});

export const latePenaltyMonthEndOnHoliday = definePolicy({
  key: 'late_penalty.month_end_on_holiday',
  title: '1개월의 말일이 토요일·공휴일인 경우',
  description:
    'as_counted: 말일이 쉬는 날이어도 그대로 지난 것으로 봄, next_working_day: 민법 제161조에 따라 다음 근무일에 끝나는 것으로 봄.',
  unit: '선택',
  schema: z.enum(['as_counted', 'next_working_day']),
  initial: reading('as_counted', '지방세기본법 제24조는 신고·납부·징수 등의 기한에만 적용'),
  changeable: true,
});

export const latePenaltyMonthAnchor = definePolicy({
  key: 'late_penalty.month_anchor',
  title: '1개월을 세기 시작하는 기준 납부기한',
  description:
    'moved_deadline: 쉬는 날이어서 옮겨진 납부기한의 다음 날부터, printed_deadline: 고지서에 적힌(유예 통지에 적힌) 납부기한의 다음 날부터.',
  unit: '선택',
  schema: z.enum(['moved_deadline', 'printed_deadline']),
  initial: reading('moved_deadline', '"납부기한이 지난 날부터"는 옮겨진 기한이 지난 날부터'),
  changeable: true,
});

export const latePenaltyMonthsAcrossDeferral = definePolicy({
  key: 'late_penalty.months_across_deferral',
  title: '징수유예가 있었던 때의 개월 계산',
  description:
    'restart: 유예로 다시 정한 납부기한의 다음 날부터 새로 셈, original_anchor: 처음 기산일을 유지하고 유예 중에 돌아오는 분만 뺌, pause: 유예 기간만큼 뒤로 밀림.',
  unit: '선택',
  schema: z.enum(['restart', 'original_anchor', 'pause']),
  initial: reading('restart', '지방세징수법 제25조의2는 "납부기한을 다시 정하여" 유예'),
  changeable: true,
});

export const latePenaltyRateOfStep = definePolicy({
  key: 'late_penalty.rate_of_step',
  title: '비율이 바뀐 날에 생기는 매월분의 비율',
  description: 'step_day: 매월분이 생기는 날의 비율, elapsed_month: 지나간 1개월의 마지막 날의 비율.',
  unit: '선택',
  schema: z.enum(['step_day', 'elapsed_month']),
  initial: reading('step_day', '법률 제16040호 부칙 제2조, 시행일 0시에 생기는 분은 시행 이후의 분'),
  changeable: true,
});

export const LATE_PENALTY_POLICIES = [
  latePenaltyRegime,
  latePenaltyOnceRate,
  latePenaltyMonthlyRates,
  latePenaltyMonthlyThreshold,
  latePenaltyMonthsMax,
  latePenaltyRoundingUnit,
  latePenaltyBaseIncludesSurcharge,
  latePenaltyThresholdMeasure,
  latePenaltyRounding,
  latePenaltyMonthEndOnHoliday,
  latePenaltyMonthAnchor,
  latePenaltyMonthsAcrossDeferral,
  latePenaltyRateOfStep,
] as const;
