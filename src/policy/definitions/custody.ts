import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { isPlainDecimal } from '../../kernel/decimal.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, wonSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const unreadableVenuePolls = definePolicy({
  key: 'custody.unreadable_polls',
  title: '거래소를 읽지 못한 횟수의 알림',
  description: '거래소 계정을 연속하여 이 횟수만큼 읽지 못하면 담당자에게 알린다.',
  unit: '회',
  schema: countSchema(1, 1_000),
  initial: [{ value: 5, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const transferOverdueDays = definePolicy({
  key: 'custody.transfer_overdue_days',
  title: '반환 이체의 처리 기한',
  description: '가상자산을 돌려주도록 지시한 날부터 이 기간이 지나도 완료되지 않으면 담당자에게 알린다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 2, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 압류를 해제한 재산은 지체 없이 돌려줌` }],
  changeable: true,
});

export const addressCoolingHours = definePolicy({
  key: 'custody.address_cooling_hours',
  title: '출금 주소의 대기 시간',
  description: '출금 주소의 등록이 결재된 때부터 이 시간이 지나야 그 주소로 보내도록 지시할 수 있다. 잘못 등록한 주소를 알아챌 시간이다.',
  unit: '시간',
  schema: countSchema(0, 720),
  initial: [{ value: 24, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 국내 거래소가 새 출금 주소와 첫 입금에 두는 지연에 맞춤` }],
  changeable: true,
});

const unitsSchema = z
  .string()
  .refine((text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal of at least zero, such as "1.5"');

export const transferDailyLimits = definePolicy({
  key: 'custody.transfer_daily_limits',
  title: '하루 이전 한도',
  description:
    '거래소 계정마다, 가상자산마다 하루에 보내도록 지시할 수 있는 한도. krw: 마지막 평가 가격으로 셈한 금액, units: 가상자산별 수량(정한 것만). 둘 다 넘지 않아야 하며, 평가한 적이 없는 가상자산은 수량 한도가 있어야 보낼 수 있다.',
  unit: '원',
  schema: z.object({ krw: wonSchema, units: z.record(z.string().regex(/^[A-Z0-9]{1,20}$/), unitsSchema) }),
  initial: [
    { value: { krw: '1000000000', units: {} }, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 2026. 2. 6. 빗썸 오지급 사고의 교훈(한도)` },
  ],
  changeable: true,
});

export const transferStuckHours = definePolicy({
  key: 'custody.transfer_stuck_hours',
  title: '멈춘 이전으로 보는 시간',
  description:
    '보내도록 지시하였거나 보냈다고 기록한 뒤 이 시간이 지나도 거래소가 완료로 보여 주지 않으면 담당자에게 알린다. 보냈다고 기록하였으나 거래소에 없는 이전은 이 시간이 지나야 되돌릴 수 있다.',
  unit: '시간',
  schema: countSchema(1, 720),
  initial: [{ value: 6, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const venueListLookBackDays = definePolicy({
  key: 'custody.venue_list_look_back_days',
  title: '입출금 내역을 거슬러 읽는 기간',
  description:
    '거래소의 입금과 출금 내역을 읽을 때마다 이 기간만큼 앞선 것부터 다시 읽는다. 거래소가 내역에 늦게 올린 것을 놓치지 않기 위한 것이며, 끝나지 않은 이전은 이 기간과 관계없이 지시한 때부터 읽는다.',
  unit: '일',
  schema: countSchema(1, 60),
  initial: [{ value: 3, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const CUSTODY_POLICIES = [
  unreadableVenuePolls,
  transferOverdueDays,
  addressCoolingHours,
  transferDailyLimits,
  transferStuckHours,
  venueListLookBackDays,
] as const;
