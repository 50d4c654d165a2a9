import { z } from 'zod';
import { civilDate } from '../../kernel/civil-date.ts';
import { definePolicy } from '../definition.ts';
import { countSchema, daySchema } from '../schemas.ts';
import { DESIGNATED_DAYS, LUNAR_YEARS } from './holiday-dates.ts';

/*
 * A day is judged by the values in force on that day, so a holiday that the law adds in the middle of a year counts from there.
 * The data begin with 2006, the first year of the five-day week without Arbor Day.
 */
const KNOWN_FROM = civilDate('2006-01-01');
const DECREE = '관공서의 공휴일에 관한 규정';
const ACT = '공휴일에 관한 법률';

const NEW_YEAR = { name: '1월 1일', month: 1, day: 1 };
const MARCH_FIRST = { name: '3·1절', month: 3, day: 1 };
const LABOUR = { name: '노동절', month: 5, day: 1 };
const CHILDREN = { name: '어린이날', month: 5, day: 5 };
const MEMORIAL = { name: '현충일', month: 6, day: 6 };
const CONSTITUTION = { name: '제헌절', month: 7, day: 17 };
const LIBERATION = { name: '광복절', month: 8, day: 15 };
const FOUNDATION = { name: '개천절', month: 10, day: 3 };
const HANGUL = { name: '한글날', month: 10, day: 9 };
const CHRISTMAS = { name: '기독탄신일', month: 12, day: 25 };
const ALWAYS = [NEW_YEAR, MARCH_FIRST, CHILDREN, MEMORIAL, LIBERATION, FOUNDATION, CHRISTMAS];

const yearlyDaySchema = z.object({ name: z.string().min(1), month: countSchema(1, 12), day: countSchema(1, 31) });

export const holidayYearlyDays = definePolicy({
  key: 'holiday.yearly_days',
  title: '날짜가 정해진 공휴일',
  description: '해마다 같은 날인 공휴일(양력).',
  unit: '목록',
  schema: z.array(yearlyDaySchema).min(1).readonly(),
  initial: [
    {
      value: [...ALWAYS, CONSTITUTION],
      validFrom: KNOWN_FROM,
      validTo: civilDate('2007-12-31'),
      source: `${DECREE} 제2조(대통령령 제18893호), 같은 영 부칙 제2항(제헌절은 2007년까지)`,
    },
    {
      value: ALWAYS,
      validFrom: civilDate('2008-01-01'),
      validTo: civilDate('2012-12-27'),
      source: `${DECREE} 제2조(대통령령 제18893호)`,
    },
    {
      value: [...ALWAYS, HANGUL],
      validFrom: civilDate('2012-12-28'),
      validTo: civilDate('2026-04-30'),
      source: `${DECREE} 제2조(대통령령 제24273호), ${ACT} 제2조(법률 제18291호)`,
    },
    {
      value: [...ALWAYS, HANGUL, LABOUR],
      validFrom: civilDate('2026-05-01'),
      validTo: civilDate('2026-05-10'),
      source: `${DECREE} 제2조(대통령령 제36290호, 노동절)`,
    },
    {
      value: [...ALWAYS, HANGUL, LABOUR, CONSTITUTION],
      validFrom: civilDate('2026-05-11'),
      source: `${ACT} 제2조(법률 제21338호, 모든 국경일), ${DECREE} 제2조(대통령령 제36290호)`,
    },
  ],
  changeable: false,
});

export const holidayLunarDays = definePolicy({
  key: 'holiday.lunar_days',
  title: '설날·부처님오신날·추석의 양력 날짜',
  description: '설날(음력 1월 1일)과 추석(음력 8월 15일)은 전날과 다음 날도 공휴일이다. 목록에 없는 해의 휴일은 판단하지 않는다.',
  unit: '목록',
  schema: z
    .array(z.object({ year: countSchema(1900, 2200), seollal: daySchema, buddhasBirthday: daySchema, chuseok: daySchema }))
    .min(1)
    .readonly(),
  initial: [{ value: LUNAR_YEARS, validFrom: KNOWN_FROM, source: `${DECREE} 제2조, 한국천문연구원 음양력 자료` }],
  changeable: false,
});

export const holidayDesignatedDays = definePolicy({
  key: 'holiday.designated_days',
  title: '선거일과 임시공휴일',
  description: '임기만료에 의한 선거의 선거일과 정부가 수시로 지정한 날. 새로 지정되면 그 날이 오기 전에 목록에 더한다.',
  unit: '목록',
  schema: z.array(z.object({ day: daySchema, name: z.string().min(1) })).readonly(),
  initial: [
    { value: DESIGNATED_DAYS, validFrom: KNOWN_FROM, source: `${DECREE} 제2조제10호의2·제11호, 공직선거법 제34조, 각 해의 국무회의 의결` },
  ],
  changeable: false,
});

const FOLK_DAYS = ['설날', '추석'];
const NATIONAL_DAYS = [MARCH_FIRST, LIBERATION, FOUNDATION, HANGUL].map(({ name }) => name);

export const holidaySubstitution = definePolicy({
  key: 'holiday.substitution',
  title: '대체공휴일',
  description:
    'onWeekend: 토요일이나 일요일과 겹치면, onSunday: 일요일과 겹치면 대체공휴일이 생기는 공휴일. 두 목록의 공휴일은 평일에 다른 공휴일과 겹쳐도 대체공휴일이 생긴다.',
  unit: '목록',
  schema: z.object({ onWeekend: z.array(z.string().min(1)).readonly(), onSunday: z.array(z.string().min(1)).readonly() }),
  initial: [
    {
      value: { onWeekend: [], onSunday: [] },
      validFrom: KNOWN_FROM,
      validTo: civilDate('2013-11-04'),
      source: `${DECREE}(대체공휴일 없음)`,
    },
    {
      value: { onWeekend: [CHILDREN.name], onSunday: FOLK_DAYS },
      validFrom: civilDate('2013-11-05'),
      validTo: civilDate('2021-08-03'),
      source: `${DECREE} 제3조(대통령령 제24828호)`,
    },
    {
      value: { onWeekend: [CHILDREN.name, ...NATIONAL_DAYS], onSunday: FOLK_DAYS },
      validFrom: civilDate('2021-08-04'),
      validTo: civilDate('2023-05-03'),
      source: `${DECREE} 제3조(대통령령 제31930호)`,
    },
    {
      value: { onWeekend: [CHILDREN.name, ...NATIONAL_DAYS, '부처님오신날', CHRISTMAS.name], onSunday: FOLK_DAYS },
      validFrom: civilDate('2023-05-04'),
      validTo: civilDate('2026-04-30'),
      source: `${DECREE} 제3조(대통령령 제33448호)`,
    },
    {
      value: {
        onWeekend: [CHILDREN.name, ...NATIONAL_DAYS, '부처님오신날', CHRISTMAS.name, LABOUR.name, CONSTITUTION.name],
        onSunday: FOLK_DAYS,
      },
      validFrom: civilDate('2026-05-01'),
      source: `${DECREE} 제3조(대통령령 제36290호)`,
    },
  ],
  changeable: false,
});

export const deadlineClosedDays = definePolicy({
  key: 'holiday.deadline_closed_days',
  title: '공휴일 외에 기한을 다음 날로 옮기는 날',
  description: '공휴일이 아니더라도 신고·납부·징수 등의 기한이 이 날이면 그 다음 날을 기한으로 한다.',
  unit: '목록',
  schema: z.array(yearlyDaySchema).readonly(),
  initial: [{ value: [LABOUR], validFrom: KNOWN_FROM, source: '지방세기본법 제24조제1항제3호(2025년까지는 근로자의 날)' }],
  changeable: false,
});

export const HOLIDAY_POLICIES = [
  holidayYearlyDays,
  holidayLunarDays,
  holidayDesignatedDays,
  holidaySubstitution,
  deadlineClosedDays,
] as const;
