import { z } from 'zod';
import type { HoldingsReplyRow } from '../../database/generated/client.ts';
import { MatchBasis, MatchState } from '../../database/generated/enums.ts';
import { compareMatch, decideMatch } from '../../seizure/match-decision.ts';
import { isMatchReason, MATCH_REASONS } from '../../seizure/match-reason.ts';
import { sealedIdentitySchema } from '../../seizure/reply-file.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  DONE,
  dayText,
  decimalText,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';

const reasonAnswer = z.object({
  code: z.string().meta({ example: 'NAME_EQUAL' }),
  text: z.string().meta({ example: MATCH_REASONS.NAME_EQUAL }),
});

function toReason(code: string): z.input<typeof reasonAnswer> {
  return { code, text: isMatchReason(code) ? MATCH_REASONS[code] : code };
}

const rowAnswer = z
  .object({
    id: rowId,
    replyId: rowId,
    lineNumber: z.int(),
    asset: assetCode,
    quantity: decimalText,
    accountReference: z.string().meta({ description: '거래소의 고객 참조값', example: 'acct-0001' }),
    basis: z.enum(MatchBasis),
    state: z.enum(MatchState),
    personId: rowId.nullable(),
    reasons: z.array(reasonAnswer),
    decidedById: rowId.nullable(),
    decidedAt: instantText.nullable(),
    decisionReason: z.string().nullable().meta({ example: null }),
    caseId: rowId.nullable(),
  })
  .meta({ id: 'ReplyRow', description: '회신의 한 줄' });

function toAnswer(row: HoldingsReplyRow): z.input<typeof rowAnswer> {
  const { id, replyId, lineNumber, asset, accountReference, basis, state, personId, decidedById, decisionReason, caseId } = row;
  return {
    id,
    replyId,
    lineNumber,
    asset,
    quantity: row.quantity.toFixed(),
    accountReference,
    basis,
    state,
    personId,
    reasons: row.reasons.map(toReason),
    decidedById,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decisionReason,
    caseId,
  };
}

const given = sealedIdentitySchema.meta({
  description: '거래소가 준 인적 사항',
  example: {
    registrationNumber: null,
    isVerified: false,
    registrationToken: null,
    name: '표본-001',
    birthDate: '1990-01-01',
    phone: '01000000001',
    remark: null,
  },
});

export const matchRoutes: readonly Route[] = [
  read({
    operationId: 'listReplyRows',
    tag: 'seizure',
    summary: '회신의 줄과 대조 결과',
    path: '/reply-rows',
    permission: 'case.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      inquiryId: pathId.exactOptional(),
      personId: pathId.exactOptional(),
      state: z.enum(MatchState).exactOptional(),
    }),
    answer: pageAnswer(rowAnswer),
    handle: async ({ services: { database }, query: { after, limit, inquiryId, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const ofInquiry = inquiryId === undefined ? {} : { reply: { requestId: inquiryId } };
      const rows = await database.read.holdingsReplyRow.findMany({ ...page, where: { ...where, ...filter, ...ofInquiry } });
      return toPage(rows, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'compareReplyRow',
    tag: 'seizure',
    summary: '회신의 줄과 우리 자료를 나란히 봄 (열람이 기록됨)',
    path: '/reply-rows/{rowId}/comparison',
    permission: 'match.decide',
    params: z.object({ rowId: pathId }),
    query: NONE,
    answer: z.object({
      rowId,
      basis: z.enum(MatchBasis),
      state: z.enum(MatchState),
      given,
      ours: z
        .object({
          registrationNumber: z.string().nullable().meta({ example: '9001011000001' }),
          name: z.string().meta({ example: '표본-001' }),
          birthDate: dayText.nullable(),
          phone: z.string().nullable().meta({ example: '01000000001' }),
        })
        .nullable(),
      reasons: z.array(reasonAnswer),
    }),
    handle: async ({ services: { database, keys }, principal, params }) => {
      const { ours, reasons, ...comparison } = await database.work(principal.actor, (work) => compareMatch(work, keys, params.rowId));
      return { ...comparison, ours: ours ?? null, reasons: [...reasons] };
    },
  }),
  bulk({
    operationId: 'decideMatches',
    tag: 'seizure',
    summary: '회신의 줄이 그 사람의 것인지 결정',
    path: '/reply-rows/decisions',
    permission: 'match.decide',
    item: z.strictObject({
      rowId,
      decision: z.enum(['confirm', 'refuse']),
      reason: reasonText.max(500),
      venueConfirmation: lineText(200, 'UP-2026-0031').exactOptional().meta({ description: '거래소의 본인 확인 회신 번호 (확인에 필요)' }),
    }),
    idOf: (item) => item.rowId,
    common: NONE,
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, _input, item) => {
      await decideMatch(work, item);
      return DONE;
    },
  }),
];
