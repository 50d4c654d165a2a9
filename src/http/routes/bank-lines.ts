import { z } from 'zod';
import type { BankLine } from '../../database/generated/client.ts';
import { BankDirection, BankLineState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { readCounterpart } from '../../treasury/bank-counterpart.ts';
import { matchBankLine } from '../../treasury/bank-line.ts';
import { UNMATCHED_REASONS } from '../../treasury/bank-match.ts';
import { requestReceiptReturn } from '../../treasury/receipt-return.ts';
import { payeeInput } from '../payee.ts';
import { command, NONE, type Route, read } from '../route.ts';
import {
  DONE,
  dayText,
  done,
  instantText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  purposeText,
  reasonText,
  rowId,
  toPage,
  wonText,
} from '../schemas.ts';

const lineParams = z.object({ bankLineId: pathId });

const lineAnswer = z
  .object({
    id: rowId,
    bankSerial: z.string().meta({ example: '세외금고 1/20260316-0007' }),
    occurredOn: dayText,
    direction: z.enum(BankDirection),
    amountKrw: wonText,
    reference: z.string().nullable().meta({ description: '적요에 있는 우리 번호', example: 'W-2026-000012' }),
    state: z.enum(BankLineState),
    unmatchedReason: z
      .object({ code: z.string(), text: z.string() })
      .nullable()
      .meta({ example: { code: 'no_reference', text: UNMATCHED_REASONS.no_reference } }),
    matchedTo: z.string().nullable().meta({ example: null }),
    matchedAt: instantText.nullable(),
  })
  .meta({ id: 'BankLine', description: '금고 입출금 내역의 한 줄 (상대방 없이)' });

const REASON_TEXTS: Readonly<Record<string, string>> = UNMATCHED_REASONS;

function toAnswer(line: BankLine): z.input<typeof lineAnswer> {
  const { id, bankSerial, direction, reference, state, unmatchedReason, matchedTo } = line;
  return {
    id,
    bankSerial,
    occurredOn: dayFromColumn(line.occurredOn),
    direction,
    amountKrw: line.amountKrw.toString(),
    reference,
    state,
    unmatchedReason: unmatchedReason === null ? null : { code: unmatchedReason, text: REASON_TEXTS[unmatchedReason] ?? unmatchedReason },
    matchedTo,
    matchedAt: line.matchedAt?.toISOString() ?? null,
  };
}

export const bankLineRoutes: readonly Route[] = [
  read({
    operationId: 'listBankLines',
    tag: 'treasury',
    summary: '금고 입출금 내역',
    path: '/bank-lines',
    permission: 'ledger.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(BankLineState).exactOptional(), direction: z.enum(BankDirection).exactOptional() }),
    answer: pageAnswer(lineAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const lines = await database.read.bankLine.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(lines, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'getBankLineCounterpart',
    tag: 'treasury',
    summary: '은행이 적은 상대방과 적요 (열람이 기록됨)',
    path: '/bank-lines/{bankLineId}/counterpart',
    permission: 'payment.record',
    params: lineParams,
    query: z.object({ purpose: purposeText.meta({ description: '열람 목적, 기록에 남는다', example: 'bank.match' }) }),
    answer: z.object({
      counterpart: z.string().meta({ example: '표본거래소 주식회사' }),
      remark: z.string().meta({ example: 'W-2026-000012' }),
    }),
    handle: ({ services: { database, keys }, principal, params: { bankLineId }, query: { purpose } }) =>
      database.work(principal.actor, (work) => readCounterpart(work, keys, bankLineId, purpose)),
  }),
  command({
    operationId: 'matchBankLine',
    tag: 'treasury',
    summary: '맞지 않은 입출금 한 줄이 무엇인지 확정',
    path: '/bank-lines/{bankLineId}/match',
    permission: 'payment.record',
    params: lineParams,
    query: NONE,
    body: z.object({
      kind: z.enum(['withdrawal', 'payment', 'interest', 'refund', 'refund_returned', 'remittance']).meta({
        description:
          'withdrawal: 거래소 출금, payment: 체납자의 납부, interest: 예치 이자, refund: 환급(취소했으나 나간 것 포함), refund_returned: 은행이 되돌려 보낸 환급, remittance: 수납 계좌로의 이체',
        example: 'payment',
      }),
      id: rowId.meta({ description: '출금·환급·배분의 번호, 납부와 이자는 사건' }),
    }),
    answer: done,
    handle: async (work, { params, body }) => {
      await matchBankLine(work, { ...params, target: body });
      return DONE;
    },
  }),
  command({
    operationId: 'requestReceiptReturn',
    tag: 'treasury',
    summary: '미확인 입금을 보낸 사람의 계좌로 돌려주는 결재를 올림',
    path: '/bank-lines/{bankLineId}/return-request',
    permission: 'refund.propose',
    params: lineParams,
    query: NONE,
    body: z.object({ payee: payeeInput, reason: reasonText }),
    answer: z.object({ refundId: rowId, number: z.string().meta({ example: 'U-2026-000012' }), amountKrw: wonText, approvalId: rowId }),
    handle: async (work, { services, params, body }) => {
      const { refundId, number, amountKrw, approval } = await requestReceiptReturn(work, services.keys, { ...params, ...body });
      return { refundId, number, amountKrw: amountKrw.toString(), approvalId: approval.id };
    },
  }),
];
