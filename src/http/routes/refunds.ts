import { z } from 'zod';
import type { Refund } from '../../database/generated/client.ts';
import { RefundState } from '../../database/generated/enums.ts';
import { issueSurplusNotice } from '../../treasury/distribution-notices.ts';
import { refundInstruction, requestRefund } from '../../treasury/refund.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { agencyInput } from '../letters.ts';
import { NONE, type Route, read } from '../route.ts';
import { dayText, instantText, lineText, pageAnswer, pageArgs, pageQuery, pathId, reasonText, rowId, toPage, wonText } from '../schemas.ts';
import { dayOrNull } from '../views/case-summary.ts';

const refundAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: 'R-2026-000012' }),
    caseId: rowId,
    amountKrw: wonText,
    state: z.enum(RefundState),
    approvalId: rowId.nullable(),
    createdAt: instantText,
    paidOn: dayText.nullable(),
    bankLineId: rowId.nullable(),
  })
  .meta({ id: 'Refund', description: '남은 금액의 환급 (받을 계좌 없이)' });

function toAnswer({
  id,
  number,
  caseId,
  amountKrw,
  state,
  approvalId,
  createdAt,
  paidOn,
  bankLineId,
}: Refund): z.input<typeof refundAnswer> {
  return {
    id,
    number,
    caseId,
    amountKrw: amountKrw.toString(),
    state,
    approvalId,
    createdAt: createdAt.toISOString(),
    paidOn: dayOrNull(paidOn),
    bankLineId,
  };
}

const payee = z.strictObject({
  bankName: lineText(40, '표본은행'),
  accountNumber: z
    .string()
    .regex(/^[0-9][0-9-]{5,29}$/, 'digits and hyphens')
    .meta({ example: '000-0000-0001' }),
  holderName: lineText(100, '표본-001'),
});

const refundList: readonly Route[] = [
  bulk({
    operationId: 'requestRefunds',
    tag: 'treasury',
    summary: '남은 금액을 체납자 본인의 계좌로 환급하는 결재를 올림',
    path: '/refunds',
    permission: 'refund.propose',
    item: z.strictObject({ caseId: rowId, payee: payee.meta({ description: '받을 계좌 (암호화하여 보관하고 다시 보이지 않음)' }) }),
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
    summary: '환급 목록',
    path: '/refunds',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({ ...pageQuery, caseId: pathId.exactOptional(), state: z.enum(RefundState).exactOptional() }),
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
    summary: '결재된 환급을 은행에서 어떻게 할지 (열람이 기록됨)',
    path: '/refunds/{refundId}/instruction',
    permission: 'refund.pay',
    params: z.object({ refundId: pathId }),
    query: NONE,
    answer: z.object({ number: z.string().meta({ description: '적요에 적을 번호', example: 'R-2026-000012' }), amountKrw: wonText, payee }),
    handle: ({ services: { database, keys }, principal, params: { refundId } }) =>
      database.work(principal.actor, async (work) => {
        const { number, amountKrw, payee: to } = await refundInstruction(work, keys, refundId);
        return { number, amountKrw: amountKrw.toString(), payee: to };
      }),
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
