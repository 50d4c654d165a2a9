import { z } from 'zod';
import { matchDeposit, matchWonDeposit, suggestHoldings } from '../../custody/deposit-decision.ts';
import { explainWithdrawal } from '../../custody/explained-withdrawal.ts';
import { unidentifiedDeposits } from '../../custody/receipt-view.ts';
import { requestDepositReturn } from '../../custody/return.ts';
import { requestShortage } from '../../custody/shortage.ts';
import { adoptTravelRule } from '../../custody/travel-rule.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { command, NONE, type Route, read } from '../route.ts';
import {
  DONE,
  dayText,
  decimalText,
  done,
  flagText,
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
import { resolutionsAnswer, toResolutions } from '../views/resolution-view.ts';

const depositParams = z.object({ depositId: pathId });

const readRoutes: readonly Route[] = [
  read({
    operationId: 'listUnidentifiedDeposits',
    tag: 'custody',
    summary: '누구의 것인지 확인되지 않은 입금과 할 수 있는 처리',
    path: '/deposits/unidentified',
    permission: 'venue.read',
    params: NONE,
    query: NONE,
    answer: z.array(
      z.object({
        depositId: rowId,
        accountId: rowId,
        asset: ledgerAssetCode,
        quantity: decimalText,
        restQuantity: decimalText,
        creditedAt: instantText,
        transactionId: z.string().nullable().meta({ example: 'a1b2c3' }),
        codes: z
          .array(z.object({ code: z.string(), title: z.string() }))
          .meta({ example: [{ code: 'unknown_sender', title: '보낸 사람을 알 수 없음' }] }),
        resolutions: resolutionsAnswer,
      }),
    ),
    handle: async ({ services: { database } }) =>
      (await unidentifiedDeposits(database.read)).map(({ depositRowId, creditedAt, transactionId, codes, resolutions, ...deposit }) => ({
        ...deposit,
        depositId: depositRowId,
        creditedAt: creditedAt.toISOString(),
        transactionId: transactionId ?? null,
        codes: [...codes],
        resolutions: toResolutions(resolutions),
      })),
  }),
  read({
    operationId: 'suggestHoldings',
    tag: 'custody',
    summary: '미확인 입금이 속할 수 있는 압류 자산 (가장 그럴듯한 것부터)',
    path: '/deposits/{depositId}/suggestions',
    permission: 'venue.read',
    params: depositParams,
    query: NONE,
    answer: z.array(
      z.object({
        holdingId: rowId,
        caseId: rowId,
        accountId: rowId.nullable(),
        outstanding: decimalText,
        deadlineOn: dayText.nullable(),
      }),
    ),
    handle: async ({ services: { database }, params: { depositId } }) =>
      (await suggestHoldings(database.read, depositId)).map(({ holdingId, caseId, accountId, outstanding, deadlineOn }) => ({
        holdingId,
        caseId,
        accountId: accountId ?? null,
        outstanding: outstanding.toString(),
        deadlineOn: deadlineOn ?? null,
      })),
  }),
  read({
    operationId: 'listVenueWithdrawals',
    tag: 'custody',
    summary: '거래소 계정에서 나간 것',
    path: '/venue-withdrawals',
    permission: 'venue.read',
    params: NONE,
    query: z.object({
      ...pageQuery,
      accountId: pathId.exactOptional(),
      unexplained: flagText.default(false).meta({ description: '지시한 것과 맞지 않는 것만', example: 'true' }),
    }),
    answer: pageAnswer(
      z.object({
        id: rowId,
        accountId: rowId,
        withdrawalId: z.string().meta({ example: 'w-1' }),
        asset: ledgerAssetCode,
        quantity: decimalText,
        fee: decimalText,
        transactionId: z.string().nullable(),
        state: z.string().meta({ example: 'done' }),
        matchedTo: z.string().nullable().meta({ example: 'coin_transfer:3' }),
        createdAt: instantText,
      }),
    ),
    handle: async ({ services: { database }, query: { after, limit, accountId, unexplained } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const at = accountId === undefined ? {} : { venueAccountId: accountId };
      const unmatched = unexplained ? { matchedTo: null } : {};
      const rows = await database.read.venueWithdrawal.findMany({ ...page, where: { ...where, ...at, ...unmatched } });
      return toPage(
        rows,
        { limit },
        ({ id, venueAccountId, withdrawalId, asset, quantity, fee, transactionId, state, matchedTo, createdAt }) => ({
          id,
          accountId: venueAccountId,
          withdrawalId,
          asset,
          quantity: quantity.toFixed(),
          fee: fee.toFixed(),
          transactionId,
          state,
          matchedTo,
          createdAt: createdAt.toISOString(),
        }),
      );
    },
  }),
];

const matchRoutes: readonly Route[] = [
  command({
    operationId: 'matchDeposit',
    tag: 'custody',
    summary: '미확인 입금을 압류 자산의 것으로 확정',
    path: '/deposits/{depositId}/match',
    permission: 'custody.record',
    params: depositParams,
    query: NONE,
    body: z.object({ holdingId: rowId, reason: reasonText }),
    answer: z.object({ quantity: decimalText }),
    handle: async (work, { services: { keys }, params: { depositId }, body }) => {
      const quantity = (await matchDeposit(work, { depositRowId: depositId, ...body })).toString();
      await adoptTravelRule(work, keys, depositId);
      return { quantity };
    },
  }),
  command({
    operationId: 'matchWonDeposit',
    tag: 'custody',
    summary: '미확인 원화 입금을 사건의 것으로 확정',
    path: '/deposits/{depositId}/match-won',
    permission: 'custody.record',
    params: depositParams,
    query: NONE,
    body: z.object({ caseId: rowId, reason: reasonText }),
    answer: done,
    handle: async (work, { params: { depositId }, body }) => {
      await matchWonDeposit(work, { depositRowId: depositId, ...body });
      return DONE;
    },
  }),
  command({
    operationId: 'requestDepositReturn',
    tag: 'custody',
    summary: '미확인 입금을 보낸 곳으로 돌려주는 결재를 올림',
    path: '/deposits/{depositId}/return-request',
    permission: 'coin_transfer.propose',
    params: depositParams,
    query: NONE,
    body: z.object({
      quantity: quantityInput.exactOptional().meta({ description: '없으면 남은 것 모두' }),
      asset: ledgerAssetCode.exactOptional().meta({ description: '수량의 단위, 적으면 입금된 자산과 같아야 함', example: 'ETH' }),
      addressId: rowId.exactOptional().meta({ description: '보낸 사람의 출금 주소, 없으면 하나뿐인 것' }),
      reason: reasonText,
    }),
    answer: z.object({ transferId: rowId, approvalId: rowId }),
    handle: async (work, { params: { depositId }, body: { asset, ...body } }) => {
      const deposit = await work.tx.venueDeposit.findUnique({ where: { id: depositId }, select: { asset: true } });
      if (deposit !== null) requireAsset(deposit.asset, asset);
      const expiresAt = await approvalExpiry(work);
      const { transferId, approval } = await requestDepositReturn(work, { depositRowId: depositId, ...body, expiresAt });
      return { transferId, approvalId: approval.id };
    },
  }),
];

export const depositRoutes: readonly Route[] = [
  ...readRoutes,
  ...matchRoutes,
  bulk({
    operationId: 'requestShortages',
    tag: 'custody',
    summary: '이전되지 않을 부족분을 확정하는 결재를 올림',
    path: '/shortages',
    permission: 'coin_transfer.propose',
    item: rowId.meta({ description: '압류 자산', example: 7 }),
    idOf: (holdingId) => holdingId,
    common: z.object({ reason: reasonText }),
    result: z.object({ approvalId: rowId }),
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, holdingId) => ({
      approvalId: (await requestShortage(work, { holdingId, reason, expiresAt: await approvalExpiry(work) })).id,
    }),
  }),
  command({
    operationId: 'explainWithdrawal',
    tag: 'custody',
    summary: '지시하지 않은 것으로 보인 출금이 지시한 이전이었음을 확정 (수량이 다르면 이전 수량을 고치는 결재를 올림)',
    path: '/venue-withdrawals/{withdrawalRowId}/explain',
    permission: 'custody.record',
    params: z.object({ withdrawalRowId: pathId }),
    query: NONE,
    body: z.object({ transferId: rowId, reason: reasonText }),
    answer: z.object({
      approvalId: rowId.nullable().meta({ description: '올린 결재, 수량이 같아 바로 확정되었으면 없음', example: null }),
    }),
    handle: async (work, { params, body }) => {
      const approval = await explainWithdrawal(work, { ...params, ...body, expiresAt: await approvalExpiry(work) });
      return { approvalId: approval?.id ?? null };
    },
  }),
];
