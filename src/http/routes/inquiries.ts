import { z } from 'zod';
import type { InquiryRequest } from '../../database/generated/client.ts';
import { InquiryIdentification, InquiryState } from '../../database/generated/enums.ts';
import { VENUE_CODES } from '../../exchange/port.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { createInquiry, recordInquirySent } from '../../seizure/inquiry.ts';
import { makeInquiryFile } from '../../seizure/inquiry-file.ts';
import { recordNothingFound } from '../../seizure/nothing-found.ts';
import { fileTypeOf, TABLE_FILE_TYPES, textEncoding } from '../files.ts';
import { command, download, NONE, type Route, read } from '../route.ts';
import {
  DONE,
  dayInput,
  dayText,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  rowId,
  toPage,
  venueText,
  wonInput,
} from '../schemas.ts';

const PERSONS_MAX = 20_000;

const inquiryAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: 'INQ-2026-0007' }),
    venueCode: venueText,
    identification: z.enum(InquiryIdentification),
    state: z.enum(InquiryState),
    subjectCount: z.int().meta({ example: 203 }),
    createdAt: instantText,
    sentOn: dayText.nullable(),
    sentReference: z.string().nullable().meta({ example: '징수과-2026-1201' }),
    fileDigest: z.string().nullable().meta({ description: '만든 파일의 SHA-256', example: null }),
  })
  .meta({ id: 'Inquiry', description: '거래소 보유 내역 조회' });

const WITH_COUNT = { _count: { select: { subjects: true } } } as const;
type CountedInquiry = InquiryRequest & { readonly _count: { readonly subjects: number } };

function toAnswer(inquiry: CountedInquiry): z.input<typeof inquiryAnswer> {
  const { id, number, identification, state, sentReference, fileDigest } = inquiry;
  return {
    id,
    number,
    venueCode: inquiry.venueCode,
    identification,
    state,
    subjectCount: inquiry._count.subjects,
    createdAt: inquiry.createdAt.toISOString(),
    sentOn: inquiry.sentOn === null ? null : dayFromColumn(inquiry.sentOn),
    sentReference,
    fileDigest,
  };
}

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listInquiries',
    tag: 'seizure',
    summary: '거래소 조회 목록',
    path: '/inquiries',
    permission: 'case.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(InquiryState).exactOptional() }),
    answer: pageAnswer(inquiryAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const inquiries = await database.read.inquiryRequest.findMany({ ...page, where: { ...where, ...filter }, include: WITH_COUNT });
      return toPage(inquiries, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'getInquiry',
    tag: 'seizure',
    summary: '거래소 조회 한 건과 대상자 번호',
    path: '/inquiries/{inquiryId}',
    permission: 'case.read',
    params: z.object({ inquiryId: pathId }),
    query: NONE,
    answer: inquiryAnswer.extend({ subjects: z.array(z.object({ lineNumber: z.int(), personId: rowId })) }),
    handle: async ({ services: { database }, params: { inquiryId } }) => {
      const inquiry = await database.read.inquiryRequest.findUnique({
        where: { id: inquiryId },
        include: { ...WITH_COUNT, subjects: { select: { lineNumber: true, personId: true }, orderBy: { lineNumber: 'asc' } } },
      });
      if (inquiry === null) throw new CheongsanError('NOT_FOUND', `There is no inquiry ${inquiryId}.`);
      return { ...toAnswer(inquiry), subjects: inquiry.subjects };
    },
  }),
  download({
    operationId: 'downloadInquiryFile',
    tag: 'seizure',
    summary: '거래소에 보낼 조회 파일 (열람이 기록됨)',
    path: '/inquiries/{inquiryId}/file',
    permission: 'inquiry.run',
    params: z.object({ inquiryId: pathId }),
    query: z.object({ format: z.enum(['csv', 'xlsx']).default('csv'), encoding: textEncoding }),
    mediaTypes: TABLE_FILE_TYPES,
    handle: async ({ services: { database, keys }, principal: { actor }, params: { inquiryId }, query: { format, encoding } }) => {
      const file = await makeInquiryFile(database, keys, actor, { requestId: inquiryId, format, encoding });
      return { mediaType: fileTypeOf(format, encoding), fileName: file.name, content: file.bytes };
    },
  }),
];

const commandRoutes: readonly Route[] = [
  command({
    operationId: 'createInquiry',
    tag: 'seizure',
    summary: '거래소 보유 내역 조회 작성',
    path: '/inquiries',
    permission: 'inquiry.run',
    params: NONE,
    query: NONE,
    body: z.object({
      venueCode: z.enum(VENUE_CODES),
      identification: z.enum(InquiryIdentification),
      bills: z.enum(['seizable', 'outstanding']).default('seizable').meta({
        description: 'seizable: 오늘 압류할 수 있는 체납이 있는 사람, outstanding: 체납이 있는 사람',
        example: 'seizable',
      }),
      owedFromKrw: wonInput.exactOptional().meta({ description: '이 금액 이상 체납한 사람만' }),
      personIds: z.array(rowId).min(1).max(PERSONS_MAX).exactOptional().meta({ description: '이 사람들 가운데서만' }),
    }),
    answer: z.object({ id: rowId, number: z.string().meta({ example: 'INQ-2026-0007' }), subjectCount: z.int() }),
    timeoutMs: 120_000,
    handle: (work, { body: { venueCode, identification, ...selection } }) => createInquiry(work, { venueCode, identification, selection }),
  }),
  command({
    operationId: 'recordInquirySent',
    tag: 'seizure',
    summary: '조회 파일을 거래소에 보냈음을 기록',
    path: '/inquiries/{inquiryId}/sent',
    permission: 'inquiry.run',
    params: z.object({ inquiryId: pathId }),
    query: NONE,
    body: z.object({ sentOn: dayInput, reference: lineText(200, '징수과-2026-1201').meta({ description: '공문 번호 또는 접수 번호' }) }),
    answer: done,
    handle: async (work, { params: { inquiryId }, body }) => {
      await recordInquirySent(work, { requestId: inquiryId, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'recordNothingFound',
    tag: 'seizure',
    summary: '거래소가 해당 고객이 없다고 회신하였음을 기록',
    path: '/inquiries/{inquiryId}/nothing-found',
    permission: 'inquiry.run',
    params: z.object({ inquiryId: pathId }),
    query: NONE,
    body: z.object({ repliedOn: dayInput, reference: lineText(200, '회신-2026-77').meta({ description: '회신 공문 번호' }) }),
    answer: done,
    handle: async (work, { params: { inquiryId }, body }) => {
      await recordNothingFound(work, { requestId: inquiryId, ...body });
      return DONE;
    },
  }),
];

export const inquiryRoutes: readonly Route[] = [...readRoutes, ...commandRoutes];
