import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const keyExpiryWarningDays = definePolicy({
  key: 'venue.key_expiry_warning_days',
  title: '거래소 키 만료 전 알림',
  description: '거래소 API 키의 유효기간이 끝나기 이 기간 전에 담당자에게 알린다. 업비트 키의 유효기간은 1년이다.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: [{ value: 30, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const withdrawingKeysAllowed = definePolicy({
  key: 'venue.withdrawing_keys_allowed',
  title: '출금 권한이 있는 키의 허용',
  description: '출금 권한이 있는 거래소 키의 등록을 허용한다. 허용하지 않으면 그러한 키는 거절한다. 이 서비스는 출금에 키를 쓰지 않는다.',
  unit: '여부',
  schema: z.boolean(),
  initial: [{ value: false, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 도난당한 키로 가상자산이 나갈 수 없어야 함` }],
  changeable: true,
});

export const keyReadingHours = definePolicy({
  key: 'venue.key_reading_hours',
  title: '거래소 키의 재확인 주기',
  description: '거래소가 알려 주는 키의 권한, 유효기간, 접속 주소를 이 주기로 다시 읽는다.',
  unit: '시간',
  schema: countSchema(1, 720),
  initial: [{ value: 24, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const VENUE_POLICIES = [keyExpiryWarningDays, withdrawingKeysAllowed, keyReadingHours] as const;
