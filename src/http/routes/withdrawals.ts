import { z } from 'zod';
import type { WonWithdrawal } from '../../database/generated/client.ts';
import { WithdrawalState } from '../../database/generated/enums.ts';
import { requestWithdrawal } from '../../treasury/withdrawal.ts';
import { requestWithdrawalAmendment } from '../../treasury/withdrawal-amendment.ts';
import { failWithdrawal, readBackWithdrawals } from '../../treasury/withdrawal-comparison.ts';
import { confirmWithdrawal } from '../../treasury/withdrawal-confirmation.ts';
import { withdrawalInstruction } from '../../treasury/withdrawal-decision.ts';
import { readWithdrawal } from '../../treasury/withdrawal-row.ts';
import { BULK_MAX } from '../bulk.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
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
  reasonText,
  rowId,
  toPage,
  wonInput,
  wonText,
} from '../schemas.ts';
import { dayOrNull } from '../views/case-summary.ts';

const withdrawalParams = z.object({ withdrawalId: pathId });
const shareAnswer = z.object({ caseId: rowId, amountKrw: wonText, feeKrw: wonText });

const withdrawalAnswer = z
  .object({
    id: rowId,
    number: z.string().meta({ example: 'W-2026-000012' }),
    accountId: rowId,
    amountKrw: wonText,
    feeKrw: wonText.meta({ example: '1000' }),
    state: z.enum(WithdrawalState),
    approvalId: rowId.nullable(),
    venueReference: z.string().nullable().meta({ example: 'UP-W-77' }),
    createdAt: instantText,
    confirmedAt: instantText.nullable(),
    receivedOn: dayText.nullable(),
    bankLineId: rowId.nullable(),
    endReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'WonWithdrawal', description: '거래소에서 금고로의 원화 출금' });

function toAnswer(withdrawal: WonWithdrawal): z.input<typeof withdrawalAnswer> {
  const { id, number, venueAccountId, state, approvalId, venueReference, bankLineId, endReason } = withdrawal;
  return {
    id,
    number,
    accountId: venueAccountId,
    amountKrw: withdrawal.amountKrw.toString(),
    feeKrw: withdrawal.feeKrw.toString(),
    state,
    approvalId,
    venueReference,
    createdAt: withdrawal.createdAt.toISOString(),
    confirmedAt: withdrawal.confirmedAt?.toISOString() ?? null,
    receivedOn: dayOrNull(withdrawal.receivedOn),
    bankLineId,
    endReason,
  };
}

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listWithdrawals',
    tag: 'treasury',
    summary: '원화 출금 목록',
    path: '/withdrawals',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(WithdrawalState).exactOptional() }),
    answer: pageAnswer(withdrawalAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const withdrawals = await database.read.wonWithdrawal.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(withdrawals, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'getWithdrawal',
    tag: 'treasury',
    summary: '원화 출금 한 건과 사건별 몫',
    path: '/withdrawals/{withdrawalId}',
    permission: 'venue.read',
    params: withdrawalParams,
    query: NONE,
    answer: withdrawalAnswer.extend({ shares: z.array(shareAnswer) }),
    handle: async ({ services: { database }, params }) => {
      const withdrawal = await readWithdrawal(database.read, params.withdrawalId);
      const shares = withdrawal.shares.map(({ caseId, amountKrw, feeKrw }) => ({
        caseId,
        amountKrw: amountKrw.toString(),
        feeKrw: feeKrw.toString(),
      }));
      return { ...toAnswer(withdrawal), shares };
    },
  }),
  read({
    operationId: 'getWithdrawalInstruction',
    tag: 'treasury',
    summary: '결재된 출금을 거래소 화면에서 어떻게 할지',
    path: '/withdrawals/{withdrawalId}/instruction',
    permission: 'withdrawal.confirm',
    params: withdrawalParams,
    query: NONE,
    answer: z.object({
      number: z.string().meta({ example: 'W-2026-000012' }),
      identifier: z.string().meta({ example: '3f1c6a0e-5d21-4b0e-9d39-8a0f6b3f2c11' }),
      venueTitle: z.string().meta({ example: '업비트' }),
      accountLabel: z.string().meta({ example: '표본시 업비트' }),
      amountKrw: wonText,
      feeKrw: wonText,
      bankAccountLabel: z.string().meta({ example: '세외금고 1' }),
    }),
    handle: async ({ services: { database }, params }) => {
      const { amountKrw, feeKrw, ...instruction } = await withdrawalInstruction(database.read, params.withdrawalId);
      return { ...instruction, amountKrw: amountKrw.toString(), feeKrw: feeKrw.toString() };
    },
  }),
];

export const withdrawalRoutes: readonly Route[] = [
  command({
    operationId: 'requestWithdrawal',
    tag: 'treasury',
    summary: '매각대금 출금을 결재에 올림',
    path: '/withdrawals',
    permission: 'won_withdrawal.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      venueAccountId: rowId,
      caseIds: z
        .array(rowId)
        .min(1)
        .max(BULK_MAX)
        .exactOptional()
        .meta({ description: '없으면 매각을 마치고 이 계정에 돈이 있는 사건 모두' }),
      reason: reasonText,
    }),
    answer: z.object({
      withdrawalId: rowId,
      number: z.string().meta({ example: 'W-2026-000012' }),
      approvalId: rowId,
      waiting: z.array(rowId).meta({ description: '수수료의 몫도 되지 않아 빠진 사건', example: [] }),
    }),
    timeoutMs: 120_000,
    handle: async (work, { body }) => {
      const { withdrawalId, number, approval, waiting } = await requestWithdrawal(work, body);
      return { withdrawalId, number, approvalId: approval.id, waiting: [...waiting] };
    },
  }),
  ...readRoutes,
  command({
    operationId: 'confirmWithdrawal',
    tag: 'treasury',
    summary: '거래소 화면에서 출금하였음을 기록',
    path: '/withdrawals/{withdrawalId}/confirm',
    permission: 'withdrawal.confirm',
    params: withdrawalParams,
    query: NONE,
    body: z.object({
      venueReference: lineText(200, 'UP-W-77').meta({ description: '거래소의 출금 번호' }),
      feeKrw: wonInput.exactOptional().meta({ description: '거래소가 뗀 수수료, 없으면 예상대로', example: '1000' }),
      sentOn: dayInput.exactOptional().meta({ description: '없으면 오늘' }),
    }),
    answer: done,
    timeoutMs: 120_000,
    handle: async (work, { params, body }) => {
      await confirmWithdrawal(work, { ...params, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'requestWithdrawalAmendment',
    tag: 'treasury',
    summary: '거래소에서 다른 금액으로 나간 것을 지시한 출금으로 정정하는 결재를 올림',
    path: '/withdrawals/{withdrawalId}/amendment-request',
    permission: 'won_withdrawal.propose',
    params: withdrawalParams,
    query: NONE,
    body: z.object({
      venueWithdrawalId: rowId.meta({ description: '거래소 내역에서 그 출금인 줄 (/venue-withdrawals)' }),
      reason: reasonText,
    }),
    answer: z.object({
      approvalId: rowId,
      amountKrw: wonText.meta({ description: '실제로 나간 금액' }),
      feeKrw: wonText.meta({ example: '1000' }),
      shares: z.array(shareAnswer),
    }),
    timeoutMs: 120_000,
    handle: async (work, { params, body }) => {
      const { amendment, approval } = await requestWithdrawalAmendment(work, { ...params, ...body });
      return {
        approvalId: approval.id,
        amountKrw: amendment.amount.toString(),
        feeKrw: amendment.fee.toString(),
        shares: amendment.shares.map(({ caseId, amount, fee }) => ({ caseId, amountKrw: amount.toString(), feeKrw: fee.toString() })),
      };
    },
  }),
  action({
    operationId: 'failWithdrawal',
    tag: 'treasury',
    summary: '보내지 않았거나 실패한 출금을 그만둠 (거래소에 먼저 확인)',
    path: '/withdrawals/{withdrawalId}/fail',
    permission: 'withdrawal.confirm',
    params: withdrawalParams,
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async ({ services: { database, exchanges }, principal, params: { withdrawalId }, body: { reason } }) => {
      const { venueAccountId } = await readWithdrawal(database.read, withdrawalId);
      await failWithdrawal(database, principal.actor, await exchanges.exchangeFor(venueAccountId), { withdrawalId, reason });
      return DONE;
    },
  }),
  action({
    operationId: 'readBackWithdrawals',
    tag: 'treasury',
    summary: '거래소의 출금 내역을 읽어 지시한 출금과 대조',
    path: '/venue-accounts/{accountId}/withdrawal-readings',
    permission: 'account.reconcile',
    params: z.object({ accountId: pathId }),
    query: NONE,
    body: NONE,
    answer: done,
    handle: async ({ services: { database, exchanges }, params: { accountId } }) => {
      await readBackWithdrawals(database, await exchanges.exchangeFor(accountId), accountId);
      return DONE;
    },
  }),
];
