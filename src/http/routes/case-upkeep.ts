import { z } from 'zod';
import { keepWaiting } from '../../custody/shortage.ts';
import { ReleaseGround, RightHolderKind, StayKind } from '../../database/generated/enums.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { handOverCases } from '../../seizure/handover.ts';
import { releaseCases } from '../../seizure/release.ts';
import { registerRightHolder } from '../../seizure/right-holder.ts';
import { recordServedOnVenue } from '../../seizure/served.ts';
import { settleForRelease } from '../../seizure/settle.ts';
import { imposeStay, lapsedStays, liftStay } from '../../seizure/stay.ts';
import { BULK_MAX, bulk, bulkAnswer, nothingToPrepare, toRefusal } from '../bulk.ts';
import { correspondenceInput } from '../letters.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import {
  DONE,
  dayInput,
  done,
  flagText,
  instantInput,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';
import { stayAnswer } from '../views/case-answer.ts';
import { toStayAnswer } from '../views/case-view.ts';

const stayRoutes: readonly Route[] = [
  read({
    operationId: 'listStays',
    tag: 'seizure',
    summary: '집행을 멈추는 사유 목록',
    path: '/stays',
    permission: 'case.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      caseId: pathId.exactOptional(),
      kind: z.enum(StayKind).exactOptional(),
      standing: flagText.default(true).meta({ description: '풀지 않은 것만', example: 'true' }),
    }),
    answer: pageAnswer(stayAnswer),
    handle: async ({ services: { database }, query: { after, limit, standing, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const open = standing ? { liftedAt: null } : {};
      const stays = await database.read.stay.findMany({ ...page, where: { ...where, ...filter, ...open } });
      return toPage(stays, { limit }, toStayAnswer);
    },
  }),
  read({
    operationId: 'listLapsedStays',
    tag: 'seizure',
    summary: '마지막 날이 지났는데 풀지 않은 사유',
    path: '/stays/lapsed',
    permission: 'case.read',
    params: NONE,
    query: NONE,
    answer: z.array(stayAnswer),
    handle: async ({ services: { database } }) => (await lapsedStays(database.read, database.clock.now())).map(toStayAnswer),
  }),
  bulk({
    operationId: 'imposeStays',
    tag: 'seizure',
    summary: '사건의 집행을 멈춤',
    path: '/stays',
    permission: 'stay.impose',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({
      kind: z.enum(StayKind).meta({ example: 'appeal' }),
      reason: reasonText,
      fromDay: dayInput.exactOptional().meta({ description: '없으면 오늘' }),
      untilDay: dayInput.exactOptional().meta({ description: '마지막 날, 모르면 비움' }),
    }),
    result: z.object({ stayId: rowId }),
    prepare: nothingToPrepare,
    handle: (work, { body: { items: _items, fromDay = seoulDay(work.at), ...stay } }, caseId) =>
      imposeStay(work, { ...stay, fromDay, caseId }),
  }),
  bulk({
    operationId: 'liftStays',
    tag: 'seizure',
    summary: '집행을 멈추는 사유를 풂',
    path: '/stays/lift',
    permission: 'stay.lift',
    item: rowId.meta({ description: '사유', example: 3 }),
    idOf: (stayId) => stayId,
    common: z.object({ reason: reasonText }),
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, stayId) => {
      await liftStay(work, { stayId, reason });
      return DONE;
    },
  }),
];

const peopleRoutes: readonly Route[] = [
  command({
    operationId: 'registerRightHolder',
    tag: 'seizure',
    summary: '사건에 권리자 등록 (매각 통지를 받게 됨)',
    path: '/cases/{caseId}/right-holders',
    permission: 'seizure.propose',
    params: z.object({ caseId: pathId }),
    query: NONE,
    body: z.object({ personId: rowId, kind: z.enum(RightHolderKind) }),
    answer: done,
    handle: async (work, { params, body }) => {
      await registerRightHolder(work, { ...params, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'handOverCases',
    tag: 'seizure',
    summary: '사건을 다른 담당자에게 넘김 (하나라도 안 되면 모두 넘기지 않음)',
    path: '/cases/handover',
    permission: 'case.hand_over',
    params: NONE,
    query: NONE,
    body: z.object({ caseIds: z.array(rowId).min(1).max(BULK_MAX), toId: rowId, reason: reasonText }),
    answer: done,
    timeoutMs: 120_000,
    handle: async (work, { body }) => {
      await handOverCases(work, body);
      return DONE;
    },
  }),
];

export const caseUpkeepRoutes: readonly Route[] = [
  ...stayRoutes,
  ...peopleRoutes,
  bulk({
    operationId: 'recordServedOnVenue',
    tag: 'seizure',
    summary: '거래소가 압류통지를 받은 시각 기록 (송달 증빙이 먼저)',
    path: '/cases/served-on-venue',
    permission: 'service.record',
    item: z.strictObject({ caseId: rowId, servedAt: instantInput }),
    idOf: ({ caseId }) => caseId,
    common: NONE,
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, _input, service) => {
      await recordServedOnVenue(work, service);
      return DONE;
    },
  }),
  bulk({
    operationId: 'extendTransferDemands',
    tag: 'custody',
    summary: '이전 요구의 기한을 늘림',
    path: '/cases/transfer-deadlines',
    permission: 'custody.record',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({ untilDay: dayInput, reason: reasonText }),
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, { body: { untilDay, reason } }, caseId) => {
      await keepWaiting(work, { caseId, untilDay, reason });
      return DONE;
    },
  }),
  bulk({
    operationId: 'endSeizures',
    tag: 'seizure',
    summary: '납부가 아닌 사유로 압류를 끝냄 (보관한 것을 돌려준 뒤 그 사유로 해제, 담당자 본인은 할 수 없음)',
    path: '/cases/seizure-endings',
    permission: 'seizure.approve',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({
      ground: z.enum(ReleaseGround).exclude(['nothing_owed']).meta({ description: '해제하는 사유', example: 'third_party_owner' }),
      reason: reasonText,
    }),
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, { principal, body: { ground, reason } }, caseId) => {
      await settleForRelease(work, principal, { caseId, ground, reason });
      return DONE;
    },
  }),
  action({
    operationId: 'releaseCases',
    tag: 'seizure',
    summary: '압류를 해제하고 사건을 종결',
    path: '/cases/releases',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      caseIds: z.array(rowId).min(1).max(BULK_MAX),
      ground: z.enum(ReleaseGround),
      reason: lineText(500, '체납액을 모두 납부함'),
      correspondence: correspondenceInput,
    }),
    answer: bulkAnswer(done),
    handle: async ({ services: { database, keys }, principal: { actor }, body }) => {
      const { released, refused } = await releaseCases(database, keys, actor, body);
      return { done: released.map((id) => ({ id, result: DONE })), refused: refused.map((each) => toRefusal(each.caseId, each)) };
    },
  }),
];
