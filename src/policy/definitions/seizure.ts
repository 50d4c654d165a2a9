import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, daySchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const transferDemandProvisionFrom = definePolicy({
  key: 'seizure.transfer_demand_provision_from',
  title: '가상자산 이전 요구 규정의 시행일',
  description: '이 날 전에 한 압류는 이전 요구와 함께 보충 압류를 한다.',
  unit: '선택',
  schema: daySchema,
  initial: [{ value: '2022-01-28', validFrom: KNOWN_FROM, source: '지방세징수법 제61조제3항(2022.1.28. 신설·시행)' }],
  changeable: false,
});

const phaseDays = countSchema(1, 3_660);

/** Read on the day a phase begins. Phases with a deadline of their own (demand, window, distribution) are given theirs. */
export const phaseDeadlineDays = definePolicy({
  key: 'seizure.phase_deadline_days',
  title: '사건 단계별 처리 기한',
  description:
    '각 단계가 시작된 날부터 이 기간 안에 다음 단계로 넘어가야 하며, 지나면 기한 경과로 표시한다. 이전 요구·자진 매각 기간·배분처럼 따로 정한 기한이 있으면 그 기한을 따른다.',
  unit: '일',
  schema: z.object({
    proposed: phaseDays,
    approved: phaseDays,
    seized: phaseDays,
    transfer_demanded: phaseDays,
    in_custody: phaseDays,
    sale_noticed: phaseDays,
    voluntary_window: phaseDays,
    cleared_for_sale: phaseDays,
    selling: phaseDays,
    sale_done: phaseDays,
    distributing: phaseDays,
    settled: phaseDays,
  }),
  initial: [
    {
      value: {
        proposed: 7,
        approved: 7,
        seized: 7,
        transfer_demanded: 14,
        in_custody: 7,
        sale_noticed: 30,
        voluntary_window: 30,
        cleared_for_sale: 7,
        selling: 14,
        sale_done: 7,
        distributing: 30,
        settled: 14,
      },
      validFrom: KNOWN_FROM,
      source: `${CITY_RULE}: 방치되는 압류 자산이 없도록 단계마다 기한을 둠`,
    },
  ],
  changeable: true,
});

export const expectedLetters = definePolicy({
  key: 'seizure.expected_letters',
  title: '사건 하나에 보내는 통지서 수',
  description: '압류할 범위를 정할 때 예상 체납처분비에 넣는 등기우편의 수(압류·매각·배분·환급·해제 통지).',
  unit: '회',
  schema: countSchema(0, 100),
  initial: [{ value: 5, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const SEIZURE_POLICIES = [transferDemandProvisionFrom, phaseDeadlineDays, expectedLetters] as const;
