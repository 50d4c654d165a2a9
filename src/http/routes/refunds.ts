import { z } from 'zod';
import type { Refund } from '../../database/generated/client.ts';
import { RefundState } from '../../database/generated/enums.ts';
import { issueSurplusNotice } from '../../treasury/distribution-notices.ts';
import { requestRefund } from '../../treasury/refund.ts';
import { requestRefundCancellation } from '../../treasury/refund-cancellation.ts';
import { refundInstruction } from '../../treasury/refund-instruction.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { agencyInput } from '../letters.ts';
import { payee, payeeInput } from '../payee.ts';
import { command, NONE, type Route, read } from '../route.ts';
import { dayText, instantText, pageAnswer, pageArgs, pageQuery, pathId, reasonText, rowId, toPage, wonText } from '../schemas.ts';
import { dayOrNull } from '../views/case-summary.ts';

const refundAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: 'R-2026-000012' }),
    caseId: rowId.nullable().meta({ description: '잔여금을 돌려받을 사건, 미확인 입금의 반환이면 없음' }),
    sourceLineId: rowId.nullable().meta({ description: '돌려보내는 미확인 입금, 잔여금의 환급이면 없음', example: null }),
    amountKrw: wonText,
    state: z.enum(RefundState),
    approvalId: rowId.nullable(),
    createdAt: instantText,
    paidOn: dayText.nullable(),
    bankLineId: rowId.nullable(),
    returnedOn: dayText.nullable().meta({ description: '은행이 되돌려 보낸 날', example: null }),
    returnLineId: rowId.nullable().meta({ example: null }),
  })
  .meta({ id: 'Refund', description: '남은 금액의 환급이나 미확인 입금의 반환 (받을 계좌 없이)' });

function toAnswer(refund: Refund): z.input<typeof refundAnswer> {
  const { id, number, caseId, sourceLineId, state, approvalId, bankLineId, returnLineId } = refund;
  return {
    id,
    number,
    caseId,
    sourceLineId,
    amountKrw: refund.amountKrw.toString(),
    state,
    approvalId,
    createdAt: refund.createdAt.toISOString(),
    paidOn: dayOrNull(refund.paidOn),
    bankLineId,
    returnedOn: dayOrNull(refund.returnedOn),
    returnLineId,
  };
}

const refundParams = z.object({ refundId: pathId });

const refundList: readonly Route[] = [
  bulk({
    operationId: 'requestRefunds',
    tag: 'treasury',
    summary: '남은 금액을 체납자 본인의 계좌로 환급하는 결재를 올림',
    path: '/refunds',
    permission: 'refund.propose',
    item: z.strictObject({ caseId: rowId, payee: payeeInput }),
    idOf: ({ caseId }) => caseId,
    common: z.object({ reason: reasonText }),
    result: z.object({ refundId: rowId, number: z.string().meta({ example: 'R-2026-000012' }), amountKrw: wonText, approvalId: rowId }),
    prepare: nothingToPrepare,
    handle: async (work, { services, body: { reason } }, item) => {
      const { refundId, number, amountKrw, approval } = await requestRefund(work, services.keys, { ...item, reason });
      return { refundId, number, amountKrw: amountKrw.toString(), approvalId: approval.id };
    },
  }),
  read({
    operationId: 'listRefunds',
    tag: 'treasury',
    summary: '환급과 반환 목록',
    path: '/refunds',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      caseId: pathId.exactOptional(),
      sourceLineId: pathId.exactOptional(),
      state: z.enum(RefundState).exactOptional(),
    }),
    answer: pageAnswer(refundAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const refunds = await database.read.refund.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(refunds, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'getRefundInstruction',
    tag: 'treasury',
    summary: '결재된 환급이나 반환을 은행에서 어떻게 할지 (열람이 기록됨)',
    path: '/refunds/{refundId}/instruction',
    permission: 'refund.pay',
    params: refundParams,
    query: NONE,
    answer: z.object({ number: z.string().meta({ description: '적요에 적을 번호', example: 'R-2026-000012' }), amountKrw: wonText, payee }),
    handle: ({ services: { database, keys }, principal, params: { refundId } }) =>
      database.work(principal.actor, async (work) => {
        const { number, amountKrw, payee: to } = await refundInstruction(work, keys, refundId);
        return { number, amountKrw: amountKrw.toString(), payee: to };
      }),
  }),
  command({
    operationId: 'requestRefundCancellation',
    tag: 'treasury',
    summary: '결재되었으나 지급하지 않은 환급이나 반환을 취소하는 결재를 올림',
    path: '/refunds/{refundId}/cancellation-request',
    permission: 'refund.propose',
    params: refundParams,
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { params, body }) => ({ approvalId: (await requestRefundCancellation(work, { ...params, ...body })).id }),
  }),
];

export const refundRoutes: readonly Route[] = [
  ...refundList,
  bulk({
    operationId: 'issueSurplusNotices',
    tag: 'treasury',
    summary: '남은 금액을 돌려받으라는 통지서 작성',
    path: '/surplus-notices',
    permission: 'refund.propose',
    item: rowId.meta({ description: '사건', example: 12 }),
    idOf: (caseId) => caseId,
    common: z.object({ agency: agencyInput }),
    result: z.object({ noticeId: rowId }),
    prepare: nothingToPrepare,
    handle: (work, { services, body: { agency } }, caseId) => issueSurplusNotice(work, services.keys, { caseId, agency }),
  }),
];
