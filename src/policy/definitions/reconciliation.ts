import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const movementReadingMinutes = definePolicy({
  key: 'reconciliation.movement_reading_minutes',
  title: '자산을 움직이기 전의 대조',
  description:
    '가상자산의 이전을 지시하거나, 원화 출금을 결재하거나, 그날의 첫 매각 주문을 내려면 그 계정을 이 시간 안에 거래소와 대조하여 장부와 같았어야 한다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: `${CITY_RULE}: 2026. 2. 6. 빗썸 오지급 사고의 교훈(움직이기 전의 대조)` }],
  changeable: true,
});

export const replayHours = definePolicy({
  key: 'reconciliation.replay_hours',
  title: '거래 내역으로 다시 셈하는 주기',
  description: '입금, 체결, 이전, 출금, 설명된 차이를 처음부터 더한 수량을 이 주기로 장부의 잔액과 대조한다.',
  unit: '시간',
  schema: countSchema(1, 720),
  initial: [{ value: 24, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const venueDownMinutes = definePolicy({
  key: 'venue_trouble.unreadable_minutes',
  title: '거래소 장애로 보는 시간',
  description: '거래소를 이 시간 동안 읽지 못하면, 기다리는 사건의 수와 함께 담당자에게 한 번 알린다. 예고된 점검 중에는 알리지 않는다.',
  unit: '분',
  schema: countSchema(1, 1_440),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const depositHaltExtensionDays = definePolicy({
  key: 'venue_trouble.demand_extension_days',
  title: '입금 중지 중의 이전 기한 연장',
  description: '요구한 가상자산의 입금이 중지되어 이전받을 수 없으면, 끝나가는 이전 기한을 이 기간씩 미룬다.',
  unit: '일',
  schema: countSchema(1, 90),
  initial: [{ value: 7, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const depositHaltLimitDays = definePolicy({
  key: 'venue_trouble.demand_extension_limit_days',
  title: '입금 중지로 미루는 이전 기한의 한도',
  description:
    '입금 중지가 시작된 날부터 이 기간까지만 이전 기한을 저절로 미룬다. 그 뒤에는 기한이 지난 사건으로 표시되어 담당자가 정한다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 60, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const haltEscalationDays = definePolicy({
  key: 'venue_trouble.escalation_days',
  title: '입출금 중지의 상향 보고',
  description: '가상자산의 입금이나 출금이 이 기간 동안 중지되어 있을 때마다, 다른 방법을 정하도록 다시 알린다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 14, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const delistingWarningDays = definePolicy({
  key: 'venue_trouble.delisting_warning_days',
  title: '거래지원 종료 전의 재촉',
  description: '거래지원이 끝나기 이 기간 전에도 가상자산이 남아 있으면, 팔거나 옮기도록 다시 알린다. 출금 기한은 대개 한 달쯤이다.',
  unit: '일',
  schema: countSchema(1, 90),
  initial: [{ value: 7, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const idleAssetDays = definePolicy({
  key: 'ageing.idle_days',
  title: '유휴 자산으로 보는 기간',
  description:
    '가상자산이 이 기간 동안 움직이지 않으면 단계마다 한 번 담당자에게 알린다. awaited: 압류하였으나 아직 옮겨 오지 않음, held: 보관 중이며 매각 전, for_sale: 매각할 수 있으나 팔리지 않음, to_return: 매각이 끝나 돌려줄 것.',
  unit: '일',
  schema: z.object({
    awaited: countSchema(1, 3_660),
    held: countSchema(1, 3_660),
    for_sale: countSchema(1, 3_660),
    to_return: countSchema(1, 3_660),
  }),
  initial: [
    {
      value: { awaited: 30, held: 90, for_sale: 14, to_return: 14 },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 압류한 자산을 놀리지 아니함`,
    },
  ],
  changeable: true,
});

export const RECONCILIATION_POLICIES = [
  movementReadingMinutes,
  replayHours,
  venueDownMinutes,
  depositHaltExtensionDays,
  depositHaltLimitDays,
  haltEscalationDays,
  delistingWarningDays,
  idleAssetDays,
] as const;
