import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy, type InitialValue } from '../definition.ts';
import { countSchema, rateSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';
const GUIDELINE = '금융위원회 법인 가상자산 매각 가이드라인(2025.5.1.)';

function always<Value>(value: Value, source: string): InitialValue<Value>[] {
  return [{ value, validFrom: KNOWN_FROM, source }];
}

export const riskWeight = definePolicy({
  key: 'sale.risk_weight',
  title: '가격 위험의 비중(λ)',
  description:
    '매각 계획은 예상 충격 비용 + λ × 하위 5% 손실(CVaR)이 가장 작도록 세운다. 클수록 빨리 판다. 0.02에서 0.2 사이에서 검증되었다.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isGreaterThanOrEqualTo('0.005') && rate.value.isLessThanOrEqualTo(1), 'from 0.005 to 1'),
  initial: always('0.1', CITY_RULE),
  changeable: true,
});

export const coverConfidence = definePolicy({
  key: 'sale.cover_confidence',
  title: '충당 수량의 신뢰수준',
  description: '팔 수량을 정할 때, 파는 동안 가격이 내려도 이 확률로 체납액이 충당되도록 여유를 둔다. 판 뒤마다 다시 계산한다.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isGreaterThanOrEqualTo('0.5') && rate.value.isLessThan(1), 'from 0.5 to below 1'),
  initial: always('0.9', CITY_RULE),
  changeable: true,
});

export const marketGuards = definePolicy({
  key: 'sale.market_guards',
  title: '시장 이상으로 보는 기준',
  description:
    'spread: 매수·매도 호가 차이의 한도, referenceDeviation: 다른 원화 거래소 중앙값과의 차이 한도, levels: 필요한 매수 호가 단계 수, clockSkewSeconds: 거래소와의 시각 차이 한도. 넘으면 주문하지 않고 기다린다.',
  unit: '비율',
  schema: z.object({
    spread: rateSchema,
    referenceDeviation: rateSchema,
    levels: countSchema(1, 100),
    clockSkewSeconds: countSchema(1, 3_600),
  }),
  initial: always({ spread: '0.02', referenceDeviation: '0.03', levels: 3, clockSkewSeconds: 5 }, CITY_RULE),
  changeable: true,
});

export const referenceFreshness = definePolicy({
  key: 'sale.reference_freshness',
  title: '다른 거래소 가격을 쓰는 기준',
  description: '호가가 bookSeconds초, 마지막 체결이 tradeSeconds초 안이고 호가 차이가 spread 이하인 원화 거래소만 비교에 쓴다.',
  unit: '초',
  schema: z.object({ bookSeconds: countSchema(1, 3_600), tradeSeconds: countSchema(1, 3_600), spread: rateSchema }),
  initial: always({ bookSeconds: 10, tradeSeconds: 60, spread: '0.01' }, CITY_RULE),
  changeable: true,
});

export const passiveExecution = definePolicy({
  key: 'sale.passive_execution',
  title: '먼저 호가를 걸어 두고 파는 방식',
  description:
    '구간 안에서 매도 호가에 걸어 두었다가 restSeconds초 안에 팔리지 않으면 매수 호가에 판다. 호가 차이가 spread보다 작으면 걸어 두지 않는다.',
  unit: '초',
  schema: z.object({ isOn: z.boolean(), restSeconds: countSchema(1, 3_600), spread: rateSchema }),
  initial: always({ isOn: true, restSeconds: 300, spread: '0.0005' }, CITY_RULE),
  changeable: true,
});

export const childrenPerSlice = definePolicy({
  key: 'sale.children_per_slice',
  title: '한 시간 구간을 나누는 횟수',
  description: '계획의 한 시간 구간에 팔 수량을 이 횟수로 나누어 판다.',
  unit: '회',
  schema: countSchema(1, 60),
  initial: always(6, CITY_RULE),
  changeable: true,
});

export const dailyPlanLimit = definePolicy({
  key: 'sale.daily_plan_limit',
  title: '계획 수량의 하루 한도',
  description:
    '하루에 계획 수량의 share까지만 판다. 거래소를 위한 기준이고 시에는 의무가 아니어서, 켜면 적은 금액도 10일에 걸쳐 팔게 된다.',
  unit: '비율',
  schema: z.object({ isOn: z.boolean(), share: rateSchema }),
  initial: always({ isOn: false, share: '0.10' }, `${GUIDELINE} 일별 한도 10%, 지방자치단체에는 참고`),
  changeable: true,
});

export const dailyVolumeLimit = definePolicy({
  key: 'sale.daily_volume_limit',
  title: '거래소 거래량에 대한 하루 한도',
  description: '하루에 그 거래소의 지난 한 달 하루 평균 거래량의 share까지만 판다.',
  unit: '비율',
  schema: z.object({ isOn: z.boolean(), share: rateSchema }),
  initial: always({ isOn: true, share: '0.05' }, `${GUIDELINE} 전월 일평균 거래량의 5%, 지방자치단체에는 참고`),
  changeable: true,
});

export const saleDaysLimit = definePolicy({
  key: 'sale.days_limit',
  title: '매각을 마치는 기한',
  description: '매각을 시작한 날부터 days일 안에, 그리고 매각 위임의 기한 안에 마치도록 계획한다.',
  unit: '일',
  schema: z.object({ isOn: z.boolean(), days: countSchema(1, 366) }),
  initial: always({ isOn: true, days: 90 }, `${GUIDELINE} 3개월, 지방자치단체에는 참고`),
  changeable: true,
});

export const topAssetsLimit = definePolicy({
  key: 'sale.top_assets_limit',
  title: '시가총액 상위 종목 제한',
  description:
    '켜면 assets에 적은 종목만 판다(가이드라인은 5개 거래소 시가총액 상위 20종목). 체납자의 재산을 고를 수 없는 시에는 맞지 않아 꺼 둔다.',
  unit: '목록',
  schema: z.object({ isOn: z.boolean(), assets: z.array(z.string().min(1).max(20)).max(100) }),
  initial: always({ isOn: false, assets: [] }, `${GUIDELINE} 상위 20종목, 지방자치단체에는 참고`),
  changeable: true,
});

export const omnibusSale = definePolicy({
  key: 'sale.omnibus',
  title: '여러 사건의 공동 매각',
  description:
    '같은 거래소에서 같은 종목을 파는 사건을 한 주문으로 함께 판다. 체결 수량은 각 사건의 남은 수량에, 대금과 수수료는 나눈 수량에 비례하여 최대 잔여 방식으로 나눈다. cases는 한 번에 함께 보는 사건 수.',
  unit: '건',
  schema: z.object({ isOn: z.boolean(), cases: countSchema(1, 200) }),
  initial: always({ isOn: true, cases: 20 }, CITY_RULE),
  changeable: true,
});

export const dustPooling = definePolicy({
  key: 'sale.dust_pooling',
  title: '소액의 합산 매각',
  description: '켜면 최소 주문금액에 못 미치는 수량을 다른 체납자의 같은 종목과 합쳐 판다. 끄면 보관하거나 돌려준다.',
  unit: '여부',
  schema: z.boolean(),
  initial: always(false, `${CITY_RULE}: 다른 체납자의 재산과 섞지 않음`),
  changeable: true,
});

export const volatilityJump = definePolicy({
  key: 'sale.volatility_jump',
  title: '계획을 다시 세우는 변동성',
  description: '예상 변동성이 계획을 세울 때의 이 배수를 넘으면 더 짧은 기간의 계획을 다시 세운다. 매각을 멈추지는 않는다.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isGreaterThan(1), 'above one'),
  initial: always('2', CITY_RULE),
  changeable: true,
});

export const bandAlert = definePolicy({
  key: 'sale.band_alert_minutes',
  title: '허용 폭 안에서 팔리지 않을 때의 알림',
  description: '허용 폭 안에 매수 잔량이 없어 이 시간 동안 팔지 못하면 담당자에게 알린다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: always(30, CITY_RULE),
  changeable: true,
});

const instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)) && /[+-]\d\d:\d\d$|Z$/.test(text), 'an instant with its offset');

export const maintenanceWindows = definePolicy({
  key: 'sale.maintenance_windows',
  title: '거래소의 점검 시간',
  description: '거래소(venue)가 알린 점검 시간(from부터 to까지). 매각 계획은 이 시간을 빼고 세운다. 예: 2026-12-01T01:00:00+09:00.',
  unit: '목록',
  schema: z
    .array(z.object({ venue: z.string().min(1).max(20), from: instant, to: instant }))
    .max(100)
    .refine((windows) => windows.every(({ from, to }) => Date.parse(from) < Date.parse(to)), 'from before to')
    .refine((windows) => windows.every(({ from, to }) => Date.parse(to) - Date.parse(from) <= 14 * 86_400_000), 'at most two weeks'),
  initial: always([], `${CITY_RULE}: 거래소 공지`),
  changeable: true,
});

export const EXECUTION_POLICIES = [
  riskWeight,
  coverConfidence,
  marketGuards,
  referenceFreshness,
  passiveExecution,
  childrenPerSlice,
  dailyPlanLimit,
  dailyVolumeLimit,
  saleDaysLimit,
  topAssetsLimit,
  omnibusSale,
  dustPooling,
  volatilityJump,
  bandAlert,
  maintenanceWindows,
] as const;
