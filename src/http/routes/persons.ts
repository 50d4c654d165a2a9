import { z } from 'zod';
import { adoptTravelRulesOf } from '../../custody/travel-rule.ts';
import { PersonKind } from '../../database/generated/enums.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { DETAIL_FIELDS } from '../../person/details.ts';
import { findPersonsByNameAndBirthDate, findPersonsByNameBirthDateAndPhone, findPersonsByRegistrationNumber } from '../../person/find.ts';
import { readPerson } from '../../person/read.ts';
import { registerPersons } from '../../person/register.ts';
import { erasePersonOfEndedCases } from '../../seizure/erasure.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import { DONE, dayInput, dayText, done, lineText, pathId, purposeText, rowId } from '../schemas.ts';

const name = lineText(100, '표본-001');
const phone = lineText(40, '010-0000-0001');
const registrationNumber = lineText(20, '900101-1000001').meta({ description: '주민·외국인등록번호, 법인·사업자등록번호' });

const search = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('registration_number'), registrationNumber, purpose: purposeText }),
  z.strictObject({ by: z.literal('name_and_birth_date'), name, birthDate: dayInput, purpose: purposeText }),
  z.strictObject({ by: z.literal('name_birth_date_and_phone'), name, birthDate: dayInput, phone, purpose: purposeText }),
]);

export const personRoutes: readonly Route[] = [
  action({
    operationId: 'searchPersons',
    tag: 'person',
    summary: '등록번호나 인적 사항으로 사람 찾기 (검색이 기록됨)',
    path: '/persons/search',
    permission: 'person.read',
    params: NONE,
    query: NONE,
    body: search,
    answer: z.object({ personIds: z.array(rowId) }),
    handle: async ({ services: { database, keys }, principal, body }) => {
      const found = await database.work(principal.actor, (work) => {
        switch (body.by) {
          case 'registration_number':
            return findPersonsByRegistrationNumber(work, keys, [body.registrationNumber], body.purpose);
          case 'name_and_birth_date':
            return findPersonsByNameAndBirthDate(work, keys, [body], body.purpose);
          case 'name_birth_date_and_phone':
            return findPersonsByNameBirthDateAndPhone(work, keys, [body], body.purpose);
        }
      });
      return { personIds: [...(found[0] ?? [])] };
    },
  }),
  read({
    operationId: 'getPerson',
    tag: 'person',
    summary: '인적 사항 열람 (열람이 기록됨)',
    path: '/persons/{personId}',
    permission: 'person.read',
    params: z.object({ personId: pathId }),
    query: z.object({ purpose: purposeText }),
    answer: z.object({
      id: rowId,
      kind: z.enum(PersonKind),
      name: z.string().meta({ example: '표본-001' }),
      registrationNumber: z.string().nullable().meta({ example: '9001011000001' }),
      birthDate: dayText.nullable(),
      phone: z.string().nullable().meta({ example: '01000000001' }),
      address: z.string().nullable().meta({ example: '표본시 표본로 1' }),
      email: z.string().nullable().meta({ example: null }),
      sample: z.boolean().meta({ description: '연습용 표본', example: true }),
      caseIds: z.array(rowId),
    }),
    handle: ({ services: { database, keys }, principal, params: { personId }, query }) =>
      database.work(principal.actor, async (work) => {
        const person = await readPerson(work, keys, personId, query.purpose);
        const cases = await work.tx.seizureCase.findMany({ where: { personId }, select: { id: true }, orderBy: { id: 'asc' } });
        return { ...person, caseIds: cases.map(({ id }) => id) };
      }),
  }),
  command({
    operationId: 'registerPerson',
    tag: 'person',
    summary: '권리자 등 체납 자료에 없는 사람 등록 (같은 등록번호는 한 번만)',
    path: '/persons',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      kind: z.enum(PersonKind),
      name,
      registrationNumber: registrationNumber.nullable(),
      birthDate: dayInput.nullable(),
      phone: phone.nullable(),
      address: lineText(300, '표본시 표본로 2').nullable(),
      email: lineText(200, 'sample@example.kr').nullable(),
      sample: z.boolean().default(false).meta({ description: '연습용 표본', example: true }),
    }),
    answer: z.object({
      personId: rowId,
      isNew: z.boolean(),
      differing: z.array(z.enum(DETAIL_FIELDS)).meta({ description: '이미 등록된 내용과 다른 항목 (등록된 내용을 유지)', example: [] }),
    }),
    handle: async (work, { services, body: { sample, ...details } }) => {
      const { ids, created, differences } = await registerPersons(work, services.keys, [details], { sample });
      const [personId] = ids;
      if (personId === undefined) throw new CheongsanError('INTERNAL', 'A registration gave no person.');
      return { personId, isNew: created === 1, differing: differences.flatMap(({ fields }) => [...fields]) };
    },
  }),
  command({
    operationId: 'erasePerson',
    tag: 'person',
    summary: '개인정보 파기 (되돌릴 수 없음, 열린 사건이나 남은 체납액이 있으면 거절)',
    path: '/persons/{personId}/erasure',
    permission: 'person.erase',
    params: z.object({ personId: pathId }),
    query: NONE,
    body: z.object({ ground: purposeText.meta({ description: '파기 근거 (업무.행위), 기록에 남는다', example: 'retention.over' }) }),
    answer: done,
    handle: async (work, { services: { keys }, params, body }) => {
      await adoptTravelRulesOf(work, keys, params.personId);
      await erasePersonOfEndedCases(work, { ...params, ...body });
      return DONE;
    },
  }),
];
