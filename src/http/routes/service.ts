import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  NoticeState,
  PublicNoticeGround,
  PublicNoticeMedium,
  ServiceMethod,
  ServiceReceiver,
  ServiceResult,
} from '../../database/generated/enums.ts';
import { seoulDay } from '../../kernel/civil-date.ts';
import { recordDispatch } from '../../notice/dispatch.ts';
import { postPublicNotice } from '../../notice/public-notice.ts';
import { recordServiceResult, type ServiceOutcome } from '../../notice/service-result.ts';
import { BULK_MAX, bulk } from '../bulk.ts';
import { EVIDENCE_TYPES } from '../files.ts';
import { command, NONE, type Route, upload } from '../route.ts';
import { DONE, dayInput, dayText, done, lineText, pathId, rowId } from '../schemas.ts';
import { rulesOfService } from '../service-rules.ts';

const BULK_TIMEOUT_MS = 120_000;
const outcome = z.enum(ServiceResult).exclude(['pending']).meta({ example: 'served' });
const receivedBy = z.enum(ServiceReceiver).exactOptional().meta({ description: '받은 사람 (송달된 때)', example: 'addressee' });

const outcomeAnswer = z.object({
  noticeId: rowId,
  state: z.enum(NoticeState),
  servedOn: dayText.nullable(),
  deadlineOn: dayText.nullable(),
  changed: z.boolean().meta({ description: '이미 기록된 것과 같으면 false', example: true }),
});

function toOutcome({ noticeId, state, servedOn, deadlineOn, changed }: ServiceOutcome): z.input<typeof outcomeAnswer> {
  return { noticeId, state, servedOn: servedOn ?? null, deadlineOn: deadlineOn ?? null, changed };
}

const documentRoutes: readonly Route[] = [
  upload({
    operationId: 'recordServiceResult',
    tag: 'notice',
    summary: '송달 결과를 증빙 문서와 함께 기록',
    path: '/notices/{noticeId}/service-result',
    permission: 'service.record',
    params: z.object({ noticeId: pathId }),
    query: z.object({ result: outcome, resultOn: dayInput, receivedBy }),
    mediaTypes: EVIDENCE_TYPES,
    answer: outcomeAnswer,
    handle: async ({ services: { database, keys }, principal, params, query, body: { path, mediaType } }) => {
      const rules = await rulesOfService(database.read, seoulDay(database.clock.now()));
      const proof = { form: 'document', mediaType, bytes: await readFile(path) } as const;
      return toOutcome(
        await database.work(principal.actor, (work) => recordServiceResult(work, keys, { ...params, ...query, rules, proof })),
      );
    },
  }),
  upload({
    operationId: 'postPublicNotice',
    tag: 'notice',
    summary: '공시송달 게시를 증빙과 함께 기록',
    path: '/notices/{noticeId}/public-notice',
    permission: 'service.record',
    params: z.object({ noticeId: pathId }),
    query: z.object({
      postedOn: dayInput,
      ground: z.enum(PublicNoticeGround),
      media: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(z.enum(PublicNoticeMedium)).min(1))
        .meta({ description: '게시한 매체, 쉼표로 구분', example: 'city_network,notice_board' }),
      groundReference: lineText(200, '주민등록 조회 2026-0311').exactOptional(),
    }),
    mediaTypes: EVIDENCE_TYPES,
    answer: z.object({ effectiveOn: dayText }),
    handle: async ({ services: { database, keys }, principal, params, query, body: { path, mediaType } }) => {
      const rules = await rulesOfService(database.read, seoulDay(database.clock.now()));
      const proof = { form: 'document', mediaType, bytes: await readFile(path) } as const;
      const plan = { ...query, groundReference: query.groundReference };
      return database.work(principal.actor, (work) => postPublicNotice(work, keys, { ...params, ...plan, rules, proof }));
    },
  }),
];

export const serviceRoutes: readonly Route[] = [
  ...documentRoutes,
  command({
    operationId: 'recordDispatch',
    tag: 'notice',
    summary: '통지 발송 기록 (한 번에 보낸 것 모두, 하나라도 안 되면 기록하지 않음)',
    path: '/notices/dispatches',
    permission: 'service.record',
    params: NONE,
    query: NONE,
    body: z.object({
      method: z.enum(ServiceMethod).exclude(['public_notice']).meta({ example: 'registered_mail' }),
      dispatchedOn: dayInput,
      items: z
        .array(
          z.strictObject({
            noticeId: rowId,
            trackingNumber: lineText(40, '1234567890123').exactOptional().meta({ description: '등기번호 (등기우편에 필요)' }),
          }),
        )
        .min(1)
        .max(BULK_MAX),
      electronicApplicationOn: dayInput.exactOptional().meta({ description: '전자송달을 신청한 날 (전자송달에 필요)' }),
    }),
    answer: done,
    timeoutMs: BULK_TIMEOUT_MS,
    handle: async (work, { body }) => {
      await recordDispatch(work, { ...body, rules: await rulesOfService(work.tx, seoulDay(work.at)) });
      return DONE;
    },
  }),
  bulk({
    operationId: 'recordServiceResults',
    tag: 'notice',
    summary: '송달 결과를 접수 번호나 등기 기록으로 기록',
    path: '/notices/service-results',
    permission: 'service.record',
    item: z.strictObject({
      noticeId: rowId,
      result: outcome,
      resultOn: dayInput,
      receivedBy,
      reference: lineText(200, 'UP-2026-0107').meta({ description: '접수 번호 또는 우편 배달 기록' }),
    }),
    idOf: ({ noticeId }) => noticeId,
    common: NONE,
    result: outcomeAnswer,
    prepare: ({ services: { database } }) => rulesOfService(database.read, seoulDay(database.clock.now())),
    handle: async (work, { services, prepared: rules }, { reference, ...result }) =>
      toOutcome(await recordServiceResult(work, services.keys, { ...result, rules, proof: { form: 'reference', reference } })),
  }),
];
