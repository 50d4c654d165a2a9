import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const RULE = '서울특별시 시세 징수 조례 시행규칙';

/** Read on the first day of the month after the one that is closed. */
export const monthClosingDay = definePolicy({
  key: 'closing.month_day',
  title: '징수부를 마감하는 날',
  description: '매월의 징수부는 다음 달 이 날까지 마감한다.',
  unit: '일',
  schema: countSchema(1, 28),
  initial: [{ value: 20, validFrom: KNOWN_FROM, source: `${RULE} 제12조제2항` }],
  changeable: true,
});

/** Read on the first day of the month that is closed. */
export const suspenseCharts = definePolicy({
  key: 'closing.suspense_charts',
  title: '마감할 때 비어 있어야 하는 계정과목',
  description: '원인이나 주인을 아직 모르는 것을 두는 계정과목. 그 달 말일의 잔액이 0이 아니면 마감하지 않는다.',
  unit: '목록',
  schema: z.array(z.string().regex(/^\d{4}$/)).readonly(),
  initial: [{ value: ['1140', '1190', '1240', '1340'], validFrom: KNOWN_FROM, source: '시 기준(기본값)' }],
  changeable: true,
});

export const CLOSING_POLICIES = [monthClosingDay, suspenseCharts] as const;
