import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, wonSchema } from '../schemas.ts';

const KNOWN_FROM = civilDate('2006-01-01');
const CITY_RULE = '시 기준(기본값)';

export const dunningIssueDaysMax = definePolicy({
  key: 'dunning.issue_days_max',
  title: '독촉장을 발급하는 기간',
  description: '납부기한이 지난 날부터 이 기간 안에 독촉장을 발급한다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 50, validFrom: KNOWN_FROM, source: '지방세징수법 제32조제1항' }],
  changeable: false,
});

export const secondaryDunningIssueDaysMax = definePolicy({
  key: 'dunning.secondary_issue_days_max',
  title: '제2차 납세의무자 납부최고서를 발급하는 기간',
  description: '제2차 납세의무자의 납부기한이 지난 후 이 기간 안에 납부최고서를 발급한다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 10, validFrom: KNOWN_FROM, source: '지방세징수법 제32조제2항' }],
  changeable: false,
});

export const dunningDeadlineDaysMax = definePolicy({
  key: 'dunning.deadline_days_max',
  title: '독촉장에 정하는 납부기한의 한도',
  description: '독촉장·납부최고서의 납부기한은 발급일부터 이 기간 안으로 정한다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 20, validFrom: KNOWN_FROM, source: '지방세징수법 제32조제3항' }],
  changeable: false,
});

export const lateServiceWithinDays = definePolicy({
  key: 'service.late_within_days',
  title: '늦은 송달로 보는 기간',
  description: '고지서·독촉장 등이 도달한 날부터 이 기간 안에 납부기한이 되거나 납부기한이 지난 후 도달하면 납부기한을 늦춘다.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: [{ value: 7, validFrom: KNOWN_FROM, source: '지방세기본법 제31조제1항' }],
  changeable: false,
});

export const lateServiceGraceDays = definePolicy({
  key: 'service.late_grace_days',
  title: '늦은 송달 시 납부기한까지의 기간',
  description: '늦게 송달된 경우 도달한 날부터 이 기간이 지난 날(도달일 + 기간 + 1일)이 납부기한이다.',
  unit: '일',
  schema: countSchema(0, 366),
  initial: [{ value: 14, validFrom: KNOWN_FROM, source: '지방세기본법 제31조제1항, 국세 집행기준 7-0-1(2월 12일 도달 → 2월 27일)' }],
  changeable: false,
});

const deferralEffectSchema = z.object({
  title: z.string().min(1),
  stopsPenalty: z.boolean(),
  barsEnforcement: z.boolean(),
  suspendsPrescription: z.boolean(),
});

export const deferralEffects = definePolicy({
  key: 'deferral.effects',
  title: '유예의 종류와 효과',
  description:
    '종류별로 납부지연가산세를 멈추는지(stopsPenalty), 압류·매각을 막는지(barsEnforcement), 소멸시효를 정지하는지(suspendsPrescription). collection: 징수유예, insolvency: 회생절차의 징수유예, enforcement: 체납처분유예, instalment: 지방세법의 분할납부·연부연납, promise: 분납 약속.',
  unit: '목록',
  schema: z.object({
    collection: deferralEffectSchema,
    insolvency: deferralEffectSchema,
    enforcement: deferralEffectSchema,
    instalment: deferralEffectSchema,
    promise: deferralEffectSchema,
  }),
  initial: [
    {
      value: {
        collection: { title: '징수유예', stopsPenalty: true, barsEnforcement: true, suspendsPrescription: true },
        insolvency: { title: '회생절차의 징수유예', stopsPenalty: true, barsEnforcement: true, suspendsPrescription: true },
        enforcement: { title: '체납처분유예', stopsPenalty: false, barsEnforcement: true, suspendsPrescription: true },
        instalment: { title: '분할납부·연부', stopsPenalty: false, barsEnforcement: false, suspendsPrescription: true },
        promise: { title: '분납 약속', stopsPenalty: false, barsEnforcement: false, suspendsPrescription: false },
      },
      validFrom: KNOWN_FROM,
      source:
        '지방세징수법 제25조의2·제28조·제105조, 지방세기본법 제40조제3항, 채무자 회생 및 파산에 관한 법률 제140조, 분납 약속은 법률상 효과 없음',
    },
  ],
  changeable: false,
});

export const deferralMonths = definePolicy({
  key: 'deferral.months',
  title: '유예 기간의 한도',
  description:
    '징수유예는 first개월 이내, 사유가 계속되면 한 차례 again개월 이내. 특례 지역·중소기업은 specialFirst개월, 모두 합해 specialTotal개월. 체납처분유예는 enforcement개월, 특례는 enforcementSpecial개월.',
  unit: '개월',
  schema: z.object({
    first: countSchema(0, 120),
    again: countSchema(0, 120),
    specialFirst: countSchema(0, 120),
    specialTotal: countSchema(0, 120),
    enforcement: countSchema(0, 120),
    enforcementSpecial: countSchema(0, 120),
  }),
  initial: [
    {
      value: { first: 6, again: 6, specialFirst: 12, specialTotal: 24, enforcement: 12, enforcementSpecial: 24 },
      validFrom: KNOWN_FROM,
      source: '지방세징수법 시행령 제31조·제31조의2·제93조',
    },
  ],
  changeable: false,
});

export const deferralDeemedApprovalDays = definePolicy({
  key: 'deferral.deemed_approval_days',
  title: '징수유예 신청을 승인한 것으로 보는 기간',
  description: '기한 만료일의 이 기간 전까지 신청하고 신청일부터 이 기간 안에 통지가 없으면 승인한 것으로 본다.',
  unit: '일',
  schema: countSchema(1, 366),
  initial: [{ value: 10, validFrom: KNOWN_FROM, source: '지방세징수법 제25조의3제3항' }],
  changeable: false,
});

export const distributionDays = definePolicy({
  key: 'distribution.days',
  title: '배분 절차의 기간',
  description:
    '배분기일은 처음 금전을 받은 날부터 fromFirstReceipt일 이내(extension일 연기 가능), 배분계산서 원안은 배분기일 draftBefore일 전까지 비치, 이의를 유지하려면 배분기일부터 proofOfAppeal일 이내에 불복 증명 제출.',
  unit: '일',
  schema: z.object({
    fromFirstReceipt: countSchema(1, 366),
    extension: countSchema(0, 366),
    draftBefore: countSchema(0, 366),
    proofOfAppeal: countSchema(0, 366),
  }),
  initial: [
    {
      value: { fromFirstReceipt: 30, extension: 30, draftBefore: 7, proofOfAppeal: 7 },
      validFrom: KNOWN_FROM,
      source: '지방세징수법 제98조제1항·제101조제1항·제102조의2',
    },
  ],
  changeable: false,
});

export const remittanceDays = definePolicy({
  key: 'remittance.days',
  title: '도세(특별시세·광역시세)를 납입하는 기한',
  description: '도 금고 소재지의 시·군·구는 수납한 다음 날(sameSeat), 그 밖은 수납한 날부터 otherSeat일 이내.',
  unit: '일',
  schema: z.object({ sameSeat: countSchema(0, 31), otherSeat: countSchema(0, 31) }),
  initial: [{ value: { sameSeat: 1, otherSeat: 5 }, validFrom: KNOWN_FROM, source: '지방세징수법 시행령 제24조제4항' }],
  changeable: false,
});

/** Read on the day the liability arose. */
export const prescriptionWindow = definePolicy({
  key: 'prescription.window',
  title: '지방세징수권의 소멸시효 기간',
  description:
    '납세의무 성립일에 따른 시효 기간(년). 금액이 longFrom 이상이면 longYears, 아니면 shortYears. amountIncludesSurcharge: 금액 판단에 가산세를 넣는지 여부.',
  unit: '년',
  schema: z.object({
    shortYears: countSchema(1, 100),
    longYears: countSchema(1, 100),
    longFrom: wonSchema,
    amountIncludesSurcharge: z.boolean(),
  }),
  initial: [
    {
      value: { shortYears: 5, longYears: 5, longFrom: '50000000', amountIncludesSurcharge: true },
      validFrom: KNOWN_FROM,
      validTo: civilDate('2019-12-31'),
      source: '구 지방세기본법 제39조제1항(법률 제16854호 부칙 제2조, 금액과 관계없이 5년)',
    },
    {
      value: { shortYears: 5, longYears: 10, longFrom: '50000000', amountIncludesSurcharge: true },
      validFrom: civilDate('2020-01-01'),
      validTo: civilDate('2023-12-31'),
      source: '지방세기본법 제39조제1항(법률 제16854호)',
    },
    {
      value: { shortYears: 5, longYears: 10, longFrom: '50000000', amountIncludesSurcharge: false },
      validFrom: civilDate('2024-01-01'),
      source: '지방세기본법 제39조제1항(법률 제17768호 부칙 제2조)',
    },
  ],
  changeable: false,
});

export const prescriptionEndOnHoliday = definePolicy({
  key: 'prescription.end_on_holiday',
  title: '시효 기간의 말일이 토요일·공휴일인 경우',
  description: 'as_counted: 그대로 완성된 것으로 봄(압류에 신중), next_working_day: 민법 제161조에 따라 다음 근무일에 완성된 것으로 봄.',
  unit: '선택',
  schema: z.enum(['as_counted', 'next_working_day']),
  initial: [{ value: 'as_counted', validFrom: KNOWN_FROM, source: `${CITY_RULE}: 이른 날로 보아 납세자에게 불리하지 않게 함` }],
  changeable: true,
});

export const prescriptionWarningDays = definePolicy({
  key: 'prescription.warning_days',
  title: '시효 완성 전 알림',
  description: '소멸시효 완성일의 이 기간 전부터 담당자에게 알린다.',
  unit: '일',
  schema: countSchema(0, 3_660),
  initial: [{ value: 180, validFrom: KNOWN_FROM, source: CITY_RULE }],
  changeable: true,
});

export const COLLECTION_POLICIES = [
  dunningIssueDaysMax,
  secondaryDunningIssueDaysMax,
  dunningDeadlineDaysMax,
  lateServiceWithinDays,
  lateServiceGraceDays,
  deferralEffects,
  deferralMonths,
  deferralDeemedApprovalDays,
  distributionDays,
  remittanceDays,
  prescriptionWindow,
  prescriptionEndOnHoliday,
  prescriptionWarningDays,
] as const;
