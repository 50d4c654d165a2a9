import { z } from 'zod';
import type { ServiceAttempt } from '../../database/generated/client.ts';
import {
  NoticeKind,
  NoticeState,
  PublicNoticeGround,
  PublicNoticeMedium,
  ServiceMethod,
  ServiceReceiver,
  ServiceResult,
} from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { cancelNotice } from '../../notice/issue.ts';
import { renderNotices } from '../../notice/print.ts';
import { exportSenderList } from '../../notice/sender-list.ts';
import { readDocument } from '../../notice/stored-document.ts';
import { BULK_MAX, bulk, nothingToPrepare } from '../bulk.ts';
import { CSV_FILE_TYPES, csvType, EVIDENCE_TYPES, PDF_TYPE, textEncoding } from '../files.ts';
import { download, NONE, type Route, read, render } from '../route.ts';
import { DONE, dayText, done, pageAnswer, pageArgs, pageQuery, pathId, purposeText, reasonText, rowId, toPage } from '../schemas.ts';
import { noticeAnswer } from '../views/case-answer.ts';
import { dayOrNull } from '../views/case-summary.ts';
import { noticeRowAnswer } from '../views/case-view.ts';

const noticeIds = z
  .array(rowId)
  .min(1)
  .max(BULK_MAX)
  .meta({ description: `통지 번호, ${BULK_MAX}건까지 이 차례대로` });

const attemptAnswer = z.object({
  id: rowId,
  method: z.enum(ServiceMethod),
  dispatchedOn: dayText,
  trackingNumber: z.string().nullable().meta({ example: '1234567890123' }),
  publicNoticeGround: z.enum(PublicNoticeGround).nullable().meta({ example: null }),
  publicNoticeMedia: z.array(z.enum(PublicNoticeMedium)).meta({ example: [] }),
  result: z.enum(ServiceResult),
  receivedBy: z.enum(ServiceReceiver).nullable(),
  resultOn: dayText.nullable(),
  effectiveOn: dayText.nullable(),
  proofDocumentId: rowId.nullable(),
  proofReference: z.string().nullable().meta({ example: null }),
});

function toAttempt(attempt: ServiceAttempt): z.input<typeof attemptAnswer> {
  const { id, method, trackingNumber, publicNoticeGround, publicNoticeMedia, result, receivedBy, proofDocumentId, proofReference } =
    attempt;
  return {
    id,
    method,
    dispatchedOn: dayFromColumn(attempt.dispatchedOn),
    trackingNumber,
    publicNoticeGround,
    publicNoticeMedia,
    result,
    receivedBy,
    resultOn: dayOrNull(attempt.resultOn),
    effectiveOn: dayOrNull(attempt.effectiveOn),
    proofDocumentId,
    proofReference,
  };
}

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listNotices',
    tag: 'notice',
    summary: '통지 목록 (내용 없이)',
    path: '/notices',
    permission: 'notice.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      caseId: pathId.exactOptional(),
      kind: z.enum(NoticeKind).exactOptional(),
      state: z.enum(NoticeState).exactOptional(),
      personId: pathId.exactOptional(),
    }),
    answer: pageAnswer(noticeAnswer),
    handle: async ({ services: { database }, query: { after, limit, caseId, personId, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const about = caseId === undefined ? {} : { subject: `case:${caseId}` };
      const to = personId === undefined ? {} : { recipientId: personId };
      const notices = await database.read.notice.findMany({ ...page, where: { ...where, ...filter, ...about, ...to } });
      return toPage(notices, { limit }, noticeRowAnswer);
    },
  }),
  read({
    operationId: 'getNotice',
    tag: 'notice',
    summary: '통지 한 건과 송달 시도',
    path: '/notices/{noticeId}',
    permission: 'notice.read',
    params: z.object({ noticeId: pathId }),
    query: NONE,
    answer: noticeAnswer.extend({ attempts: z.array(attemptAnswer) }),
    handle: async ({ services: { database }, params: { noticeId } }) => {
      const notice = await database.read.notice.findUnique({
        where: { id: noticeId },
        include: { attempts: { orderBy: { id: 'asc' } } },
      });
      if (notice === null) throw new CheongsanError('NOT_FOUND', `There is no notice ${noticeId}.`);
      return { ...noticeRowAnswer(notice), attempts: notice.attempts.map(toAttempt) };
    },
  }),
  download({
    operationId: 'downloadDocument',
    tag: 'notice',
    summary: '보관한 증빙 문서 (열람이 기록됨)',
    path: '/documents/{documentId}',
    permission: 'notice.read',
    params: z.object({ documentId: pathId }),
    query: z.object({ purpose: purposeText }),
    mediaTypes: EVIDENCE_TYPES,
    handle: async ({ services: { database, keys }, principal, params: { documentId }, query: { purpose } }) => {
      const { mediaType, bytes } = await database.work(principal.actor, (work) => readDocument(work, keys, { documentId, purpose }));
      return { mediaType, fileName: `document-${documentId}`, content: bytes };
    },
  }),
];

export const noticeRoutes: readonly Route[] = [
  ...readRoutes,
  render({
    operationId: 'printNotices',
    tag: 'notice',
    summary: '여러 통지를 한 인쇄 파일로 (열람이 기록됨)',
    path: '/notices/print',
    permission: 'notice.read',
    params: NONE,
    query: NONE,
    body: z.object({ noticeIds }),
    mediaTypes: [PDF_TYPE],
    handle: async ({ services: { database, keys }, principal, body }) => {
      const content = await renderNotices(database, keys, principal.actor, body.noticeIds);
      return { mediaType: PDF_TYPE, fileName: 'notices.pdf', content };
    },
  }),
  render({
    operationId: 'exportSenderList',
    tag: 'notice',
    summary: '발송명부 (열람이 기록됨)',
    path: '/notices/sender-list',
    permission: 'service.record',
    params: NONE,
    query: NONE,
    body: z.object({ noticeIds, encoding: textEncoding }),
    mediaTypes: CSV_FILE_TYPES,
    handle: async ({ services: { database, keys }, principal, body }) => {
      const content = await exportSenderList(database, keys, principal.actor, body);
      return { mediaType: csvType(body.encoding), fileName: 'sender-list.csv', content };
    },
  }),
  bulk({
    operationId: 'cancelNotices',
    tag: 'notice',
    summary: '송달되지 않은 통지를 취소',
    path: '/notices/cancellations',
    permission: 'notice.issue',
    item: rowId.meta({ description: '통지', example: 31 }),
    idOf: (noticeId) => noticeId,
    common: z.object({ reason: reasonText }),
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, noticeId) => {
      await cancelNotice(work, { noticeId, reason });
      return DONE;
    },
  }),
];
