import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

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

export const CUSTODY_POLICIES = [unreadableVenuePolls, transferOverdueDays] as const;
