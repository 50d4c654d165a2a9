import { z } from 'zod';
import { decideObjection, proveAppeal, readObjection, recordObjection } from '../../treasury/objection.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { DONE, dayInput, done, lineText, pathId, purposeText, reasonText, rowId } from '../schemas.ts';

const objectionParams = z.object({ objectionId: pathId });

export const objectionRoutes: readonly Route[] = [
  command({
    operationId: 'recordObjection',
    tag: 'treasury',
    summary: '배분에 대한 이의 기록 (확정을 멈춤)',
    path: '/distributions/{distributionId}/objections',
    permission: 'objection.record',
    params: z.object({ distributionId: pathId }),
    query: NONE,
    body: z.object({
      filedById: rowId.meta({ description: '체납자 또는 권리자' }),
      filedOn: dayInput,
      content: z.string().trim().min(1).max(20_000).meta({ description: '이의의 내용 (암호화하여 보관)', example: '채권액에 이의가 있음' }),
    }),
    answer: z.object({ objectionId: rowId }),
    handle: (work, { services, params, body }) => recordObjection(work, services.keys, { ...params, ...body }),
  }),
  read({
    operationId: 'getObjectionContent',
    tag: 'treasury',
    summary: '이의의 내용 (열람이 기록됨)',
    path: '/objections/{objectionId}/content',
    permission: 'objection.record',
    params: objectionParams,
    query: z.object({ purpose: purposeText.meta({ description: '열람 목적, 기록에 남는다', example: 'objection.decide' }) }),
    answer: z.object({ content: z.string().meta({ example: '채권액에 이의가 있음' }) }),
    handle: async ({ services: { database, keys }, principal, params: { objectionId }, query: { purpose } }) => ({
      content: await database.work(principal.actor, (work) => readObjection(work, keys, objectionId, purpose)),
    }),
  }),
  command({
    operationId: 'decideObjection',
    tag: 'treasury',
    summary: '이의를 받아들이거나 기각하거나 취하를 기록',
    path: '/objections/{objectionId}/decision',
    permission: 'objection.record',
    params: objectionParams,
    query: NONE,
    body: z.object({ decision: z.enum(['upheld', 'dismissed', 'withdrawn']), reason: reasonText }),
    answer: z.object({ redraftedTo: rowId.nullable().meta({ description: '다시 비치한 원안', example: null }) }),
    handle: async (work, { params, body }) => {
      const { redraftedTo } = await decideObjection(work, { ...params, ...body });
      return { redraftedTo: redraftedTo ?? null };
    },
  }),
  command({
    operationId: 'proveAppeal',
    tag: 'treasury',
    summary: '배분계산서에 대한 불복을 냈음을 증명한 것 기록',
    path: '/objections/{objectionId}/appeal',
    permission: 'objection.record',
    params: objectionParams,
    query: NONE,
    body: z.object({ provenOn: dayInput, reference: lineText(200, '심판청구 2026-0031') }),
    answer: done,
    handle: async (work, { params, body }) => {
      await proveAppeal(work, { ...params, ...body });
      return DONE;
    },
  }),
];
