import { z } from 'zod';
import { NoticeKind } from '../../database/generated/enums.ts';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');

export const publicNoticeDays = definePolicy({
  key: 'service.public_notice_days',
  title: '공시송달의 효력이 생기는 기간',
  description: '공고한 날부터 이 기간이 지난 날(공고일 + 기간 + 1일) 0시에 송달된 것으로 본다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 14, validFrom: KNOWN_FROM, source: '지방세기본법 제33조제1항' }],
  changeable: false,
});

export const visitGapWorkingDays = definePolicy({
  key: 'service.visit_gap_working_days',
  title: '공시송달 전 방문의 간격',
  description: '두 번 이상 방문하여 부재를 확인할 때 첫 방문일과 마지막 방문일 사이에 있어야 하는 근무일 수.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: [{ value: 3, validFrom: KNOWN_FROM, source: '지방세기본법 시행령 제18조제2호' }],
  changeable: false,
});

export const electronicServiceKinds = definePolicy({
  key: 'service.electronic_kinds',
  title: '전자송달을 할 수 있는 통지',
  description: '이 시스템의 통지 가운데 전자송달을 할 수 있는 서류. 시행령의 목록에 없으므로 행정안전부장관의 고시가 있을 때에만 넣는다.',
  unit: '목록',
  schema: z.array(z.enum(NoticeKind)),
  initial: [{ value: [], validFrom: KNOWN_FROM, source: '지방세기본법 시행령 제15조' }],
  changeable: false,
});

export const appealFilingDays = definePolicy({
  key: 'appeal.filing_days',
  title: '이의신청·심판청구 기간',
  description: '처분이 있음을 안 날(통지를 받았으면 받은 날)부터 이의신청이나 심판청구를 할 수 있는 기간. 통지서의 불복 안내에 적는다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 90, validFrom: KNOWN_FROM, source: '지방세기본법 제90조제1항·제91조제1항' }],
  changeable: false,
});

export const thirdPartyClaimDays = definePolicy({
  key: 'sale.third_party_claim_days',
  title: '제3자가 소유권을 주장할 수 있는 기한',
  description: '압류한 재산이 자기 것이라고 주장하는 제3자는 매각하기 이 기간 전까지 증거서류를 제출하여야 한다. 매각 통지서에 적는다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 5, validFrom: KNOWN_FROM, source: '지방세징수법 제60조' }],
  changeable: false,
});

export const SERVICE_POLICIES = [
  publicNoticeDays,
  visitGapWorkingDays,
  electronicServiceKinds,
  appealFilingDays,
  thirdPartyClaimDays,
] as const;
