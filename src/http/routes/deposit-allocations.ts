import { z } from 'zod';
import { requestAllocation, requestAllocationReversal } from '../../custody/deposit-allocation.ts';
import type { Prisma } from '../../database/generated/client.ts';
import { AllocationState, AllocationUse } from '../../database/generated/enums.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { command, NONE, type Route, read } from '../route.ts';
import {
  decimalText,
  instantText,
  ledgerAssetCode,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  quantityInput,
  reasonText,
  requireAsset,
  rowId,
  toPage,
} from '../schemas.ts';

const use = z.enum(AllocationUse).meta({
  description:
    'gas_float 네트워크 수수료 선급금 (가상자산만), make_good 부족한 자산을 메움, recovery 지시 없이 나간 자산의 회수, own_won 예치금 이용료 등 시의 원화 (원화만)',
  example: 'gas_float',
});

const allocationAnswer = z
  .object({
    id: rowId,
    depositId: rowId,
    accountId: rowId,
    asset: ledgerAssetCode,
    quantity: decimalText,
    use,
    withdrawalRowId: rowId.nullable().meta({ description: '회수하는 출금', example: null }),
    explanationId: rowId.nullable().meta({ description: '회수하는 부족분의 설명', example: null }),
    reason: z.string(),
    state: z.enum(AllocationState),
    approvalId: rowId.nullable(),
    createdAt: instantText,
    decidedAt: instantText.nullable(),
    endReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'DepositAllocation', description: '사건의 것이 아닌 미확인 입금의 처리' });

type AllocationWithDeposit = Prisma.DepositAllocationGetPayload<{ include: { deposit: true } }>;

function toAnswer(allocation: AllocationWithDeposit): z.input<typeof allocationAnswer> {
  const { id, deposit, quantity, withdrawalRowId, explanationId, reason, state, approvalId, createdAt, decidedAt, endReason } = allocation;
  return {
    id,
    depositId: deposit.id,
    accountId: deposit.venueAccountId,
    asset: deposit.asset,
    quantity: quantity.toFixed(),
    use: allocation.use,
    withdrawalRowId,
    explanationId,
    reason,
    state,
    approvalId,
    createdAt: createdAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    endReason,
  };
}

export const depositAllocationRoutes: readonly Route[] = [
  command({
    operationId: 'requestDepositAllocation',
    tag: 'custody',
    summary: '미확인 입금을 시 자체 재원이나 무단 출고의 회수로 확정하는 결재를 올림',
    path: '/deposits/{depositId}/allocation-request',
    permission: 'deposit_allocation.propose',
    params: z.object({ depositId: pathId }),
    query: NONE,
    body: z.object({
      use,
      quantity: quantityInput.exactOptional().meta({ description: '없으면 남은 것 모두 (메움과 회수는 모자란 만큼까지)' }),
      asset: ledgerAssetCode.exactOptional().meta({ description: '수량의 단위, 적으면 입금된 자산과 같아야 함', example: 'ETH' }),
      withdrawalRowId: rowId.exactOptional().meta({ description: '회수하는 출금 (recovery일 때만)' }),
      explanationId: rowId.exactOptional().meta({ description: '회수하는 부족분의 설명 (recovery일 때 출금 대신)' }),
      reason: reasonText,
    }),
    answer: z.object({ allocationId: rowId, quantity: decimalText, approvalId: rowId }),
    handle: async (work, { params: { depositId }, body: { asset, ...body } }) => {
      const deposit = await work.tx.venueDeposit.findUnique({ where: { id: depositId }, select: { asset: true } });
      if (deposit !== null) requireAsset(deposit.asset, asset);
      const request = { depositRowId: depositId, ...body, expiresAt: await approvalExpiry(work) };
      const { allocationId, quantity, approval } = await requestAllocation(work, request);
      return { allocationId, quantity, approvalId: approval.id };
    },
  }),
  command({
    operationId: 'requestAllocationReversal',
    tag: 'custody',
    summary: '잘못 확정한 처리를 되돌려 다시 미확인으로 하는 결재를 올림',
    path: '/deposit-allocations/{allocationId}/reversal-request',
    permission: 'deposit_allocation.propose',
    params: z.object({ allocationId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: z.object({ approvalId: rowId }),
    handle: async (work, { params, body }) => ({
      approvalId: (await requestAllocationReversal(work, { ...params, ...body, expiresAt: await approvalExpiry(work) })).id,
    }),
  }),
  read({
    operationId: 'listDepositAllocations',
    tag: 'custody',
    summary: '시 자체 재원이나 회수로 처리한 입금 목록',
    path: '/deposit-allocations',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(AllocationState).exactOptional(), accountId: pathId.exactOptional() }),
    answer: pageAnswer(allocationAnswer),
    handle: async ({ services: { database }, query: { after, limit, state, accountId } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(accountId === undefined ? {} : { deposit: { venueAccountId: accountId } }),
      };
      const rows = await database.read.depositAllocation.findMany({ ...page, where: { ...where, ...filter }, include: { deposit: true } });
      return toPage(rows, { limit }, toAnswer);
    },
  }),
];
