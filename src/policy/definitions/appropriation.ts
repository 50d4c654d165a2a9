import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';

const KNOWN_FROM = civilDate('2006-01-01');

/** Read on the day the money is credited. */
export const billOrder = definePolicy({
  key: 'appropriation.bill_order',
  title: '고지 사이의 충당 순서',
  description:
    '같은 순위 안에서 어느 고지를 먼저 충당할지 정하는 기준을 앞에서부터 적용한다. prescription_earliest: 시효 완성이 빠른 것, due_earliest: 납부기한이 빠른 것, arisen_earliest: 납세의무 성립이 빠른 것, smallest_first: 남은 금액이 적은 것, notice_number: 고지번호 순. 모든 기준이 같으면 남은 금액에 비례하여 나누고 끝수는 최대잔여법으로 정한다.',
  unit: '목록',
  schema: z
    .array(z.enum(['prescription_earliest', 'due_earliest', 'arisen_earliest', 'smallest_first', 'notice_number']))
    .refine((criteria) => new Set(criteria).size === criteria.length, 'each criterion once')
    .readonly(),
  initial: [
    {
      value: ['due_earliest', 'notice_number'],
      validFrom: KNOWN_FROM,
      source: '시 기준(기본값): 법령에 고지 사이의 순서가 없고 민법의 변제충당을 따를 의무도 없음(대법원 2005다11848)',
    },
  ],
  changeable: true,
});

/** Read on the day the liability arose. */
export const surchargeTier = definePolicy({
  key: 'appropriation.surcharge_tier',
  title: '고지된 가산세의 징수 순위',
  description:
    'tax: 지방세와 같은 순위, surcharge: 지방세 다음 순위. 2023년까지 성립한 분은 종전 제4조제1항의 "지방세"에 가산세가 들어가고 가산금만 다음 순위이다.',
  unit: '선택',
  schema: z.enum(['tax', 'surcharge']),
  initial: [
    {
      value: 'tax',
      validFrom: KNOWN_FROM,
      validTo: civilDate('2023-12-31'),
      source: '구 지방세징수법 제4조제1항제2호·제3호(법률 제17770호 부칙 제4조)',
    },
    { value: 'surcharge', validFrom: civilDate('2024-01-01'), source: '지방세징수법 제4조제1항제2호·제3호' },
  ],
  changeable: true,
});

/** Read on the day the money is credited. */
export const lastTierOrder = definePolicy({
  key: 'appropriation.last_tier_order',
  title: '가산세 순위 안의 순서',
  description: 'surcharge_first: 고지된 가산세를 먼저, late_penalty_first: 납부지연가산세(가산금)를 먼저, together: 구별하지 않음.',
  unit: '선택',
  schema: z.enum(['surcharge_first', 'late_penalty_first', 'together']),
  initial: [
    {
      value: 'surcharge_first',
      validFrom: KNOWN_FROM,
      source: '시 기준(기본값): 지방세징수법 제4조제1항제3호는 가산세 사이의 순서를 정하지 않음, 먼저 고지된 것부터',
    },
  ],
  changeable: true,
});

export const APPROPRIATION_POLICIES = [billOrder, surchargeTier, lastTierOrder] as const;
