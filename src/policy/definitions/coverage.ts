import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy, type InitialValue } from '../definition.ts';
import { countSchema, rateSchema } from '../schemas.ts';

/** Defaults hold on every day the service can be asked about, so that a replay of an older market finds them too. */
const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

/** A value in force for every reading; all of these are read on the day of the reading. */
function always<const Value>(value: Value, source: string): InitialValue<Value>[] {
  return [{ value, validFrom: KNOWN_FROM, source }];
}

const share = rateSchema.refine((rate) => rate.value.isPositive() && rate.value.isLessThan(1), 'above zero and below one');

export const coverageConfidence = definePolicy({
  key: 'coverage.confidence',
  title: '충당 가능성의 목표',
  description:
    '매각 예정일에 체납액·가산·비용을 모두 충당할 가능성이 이 비율 이상이면 충분한 것으로 본다. 추가 압류와 초과분 해제의 제안도 이 비율로 계산한다.',
  unit: '비율',
  schema: share,
  initial: always('0.95', `${CITY_RULE}: 지방세징수법 제43조(초과압류 금지)와 제53조 단서 사이에서 시가 정함`),
  changeable: true,
});

export const coverageAlertBelow = definePolicy({
  key: 'coverage.alert_below',
  title: '충당 부족을 알리는 가능성',
  description: '매각 예정일에 모두 충당할 가능성이 이 비율보다 낮아지면 담당자에게 알린다.',
  unit: '비율',
  schema: share,
  initial: always('0.80', CITY_RULE),
  changeable: true,
});

export const coveragePriceMove = definePolicy({
  key: 'coverage.price_move',
  title: '충당 가능성을 다시 계산하는 가격 변동',
  description: '마지막 계산 뒤 한 종목의 가격이 이 비율 이상 오르거나 내리면 다시 계산한다.',
  unit: '비율',
  schema: rateSchema.refine((rate) => rate.value.isPositive(), 'above zero'),
  initial: always('0.05', CITY_RULE),
  changeable: true,
});

export const coverageReadingDays = definePolicy({
  key: 'coverage.reading_days',
  title: '충당 가능성을 계산하는 간격',
  description: '가격이 움직이지 않아도 이 간격마다 다시 계산한다.',
  unit: '일',
  schema: countSchema(1, 31),
  initial: always(1, CITY_RULE),
  changeable: true,
});

export const coverageSimulation = definePolicy({
  key: 'coverage.simulation',
  title: '충당 가능성 계산의 모의 횟수와 기록 기간',
  description:
    'paths: 모의하는 가격 경로의 수, historyDays: 되돌아보는 일수, usableDays: 종목 자신의 변동으로 계산하는 데 필요한 최소 일수.',
  unit: '목록',
  schema: z.object({ paths: countSchema(1_000, 100_000), historyDays: countSchema(60, 3_660), usableDays: countSchema(30, 366) }),
  initial: always({ paths: 4_000, historyDays: 365, usableDays: 60 }, `${CITY_RULE}: Barone-Adesi 외(1999) 여과 역사적 모의법`),
  changeable: true,
});

export const coverageProxy = definePolicy({
  key: 'coverage.proxy',
  title: '기록이 짧은 종목의 변동을 대신하는 시장',
  description: '기록이 모자란 종목은 asset과 함께 움직이되 그 변동의 multiple배 이상 흔들리는 것으로 본다.',
  unit: '목록',
  schema: z.object({
    asset: z.string().regex(/^[A-Z0-9]{1,20}$/),
    multiple: rateSchema.refine((rate) => !rate.value.isLessThan(1), 'one or more'),
  }),
  initial: always({ asset: 'BTC', multiple: '2' }, CITY_RULE),
  changeable: true,
});

const stageDays = countSchema(1, 366);

export const coverageStageDays = definePolicy({
  key: 'coverage.stage_days',
  title: '매각까지 남은 단계의 예상 일수',
  description:
    'transfer: 이전 요구부터 입고, noticeIssue: 입고부터 매각 통지, service: 매각 통지부터 모두에게 송달, sale: 매각, openStay: 끝나는 날이 정해지지 않은 정지. 자진 매각 기간은 따로 정한 일수를 쓴다.',
  unit: '일',
  schema: z.object({ transfer: stageDays, noticeIssue: stageDays, service: stageDays, sale: stageDays, openStay: stageDays }),
  initial: always({ transfer: 7, noticeIssue: 3, service: 14, sale: 1, openStay: 90 }, CITY_RULE),
  changeable: true,
});

export const coverageSaleCosts = definePolicy({
  key: 'coverage.sale_costs',
  title: '매각 비용의 예상',
  description:
    'fee: 거래 수수료율, halfSpread: 호가 차이의 절반. 물량이 가격에 주는 영향은 종목의 변동과 거래량에서 따로 계산한다. 실제 매각은 거래소에서 읽은 값으로 한다.',
  unit: '비율',
  schema: z.object({ fee: rateSchema, halfSpread: rateSchema }),
  initial: always({ fee: '0.0025', halfSpread: '0.0010' }, `${CITY_RULE}: 원화 거래소 5곳의 공시 수수료율 가운데 가장 높은 것`),
  changeable: true,
});

export const coverageStalePriceDays = definePolicy({
  key: 'coverage.stale_price_days',
  title: '오래된 가격으로 보는 기간',
  description:
    '마지막 가격이 이보다 오래되었으면 가치를 모르는 것으로 본다. 같은 거래소의 다른 시장이 거래되는데 그 종목만 그렇다면 가치가 없는 것으로 본다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: always(3, CITY_RULE),
  changeable: true,
});

export const COVERAGE_POLICIES = [
  coverageConfidence,
  coverageAlertBelow,
  coveragePriceMove,
  coverageReadingDays,
  coverageSimulation,
  coverageProxy,
  coverageStageDays,
  coverageSaleCosts,
  coverageStalePriceDays,
] as const;
