import { z } from 'zod';
import { ReleaseGround } from '../../database/generated/enums.ts';
import { VENUE_CODES } from '../../exchange/port.ts';
import { closableCases, closeSettledCases } from '../../treasury/close.ts';
import { settlementWorklist } from '../../treasury/settlement-needs.ts';
import { bulkAnswer, toRefusal } from '../bulk.ts';
import { correspondenceInput } from '../letters.ts';
import { action, NONE, type Route, read } from '../route.ts';
import { DONE, done, rowId } from '../schemas.ts';
import { settlementStep } from '../views/case-answer.ts';

/** From the won at the exchange to closed cases: what is left to do, and the end. */
export const settlementRoutes: readonly Route[] = [
  read({
    operationId: 'listSettlementSteps',
    tag: 'treasury',
    summary: '매각이 끝난 사건과 그 다음 할 일',
    path: '/cases/settlement-steps',
    permission: 'case.read',
    params: NONE,
    query: z.object({ venueCode: z.enum(VENUE_CODES) }),
    answer: z.array(z.object({ caseId: rowId, number: z.string().meta({ example: '2026-000012' }), steps: z.array(settlementStep) })),
    handle: async ({ services: { database }, principal, query }) => {
      const worklist = await database.work(principal.actor, (work) => settlementWorklist(work, query.venueCode));
      return worklist.map(({ caseId, number, needs }) => ({ caseId, number, steps: [...needs] }));
    },
  }),
  read({
    operationId: 'listClosableCases',
    tag: 'treasury',
    summary: '정산되어 해제와 종결만 남은 사건',
    path: '/cases/closable',
    permission: 'case.read',
    params: NONE,
    query: z.object({ venueCode: z.enum(VENUE_CODES) }),
    answer: z.array(
      z.object({
        caseId: rowId,
        ground: z.enum(ReleaseGround),
        reason: z.string().meta({ example: '압류한 재산을 모두 매각·배분하여 남은 재산이 없음' }),
      }),
    ),
    handle: async ({ services: { database }, principal, query }) => {
      const cases = await database.work(principal.actor, (work) => closableCases(work, query.venueCode));
      return [...cases];
    },
  }),
  action({
    operationId: 'closeSettledCases',
    tag: 'treasury',
    summary: '정산된 사건의 압류를 해제하고 종결',
    path: '/cases/closures',
    permission: 'distribution.finish',
    params: NONE,
    query: NONE,
    body: z.object({ venueCode: z.enum(VENUE_CODES), correspondence: correspondenceInput }),
    answer: bulkAnswer(done),
    handle: async ({ services: { database, keys }, principal: { actor }, body }) => {
      const { released, refused } = await closeSettledCases(database, keys, actor, body);
      return { done: released.map((id) => ({ id, result: DONE })), refused: refused.map((each) => toRefusal(each.caseId, each)) };
    },
  }),
];
