import { z } from 'zod';
import { abandonTransfer, confirmInstructed, instructTransfer } from '../../custody/instruction.ts';
import { requestCoinTransfer } from '../../custody/return.ts';
import type { CoinTransfer } from '../../database/generated/client.ts';
import { TransferState } from '../../database/generated/enums.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { action, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  coins,
  DONE,
  decimalText,
  done,
  instantText,
  lineText,
  pageAnswer,
  pageArgs,
  pageQuery,
  pathId,
  quantityInput,
  reasonText,
  rowId,
  toPage,
} from '../schemas.ts';

const transferItem = rowId.meta({ description: '이전', example: 3 });

const transferAnswer = z
  .object({
    id: rowId,
    holdingId: rowId.nullable(),
    caseId: rowId.nullable(),
    depositId: rowId.nullable(),
    accountId: rowId,
    asset: assetCode,
    quantity: decimalText,
    amendedFrom: decimalText.nullable().meta({ description: '지시한 수량, 다른 수량이 나가 고친 경우에만', example: null }),
    state: z.enum(TransferState),
    approvalId: rowId.nullable(),
    transactionId: z.string().nullable(),
    createdAt: instantText,
    instructedAt: instantText.nullable(),
    confirmedAt: instantText.nullable(),
    endedAt: instantText.nullable(),
    endReason: z.string().nullable().meta({ example: null }),
  })
  .meta({ id: 'CoinTransfer', description: '돌려주는 가상자산' });

function toAnswer(transfer: CoinTransfer): z.input<typeof transferAnswer> {
  const { id, holdingId, caseId, depositRowId, venueAccountId, asset, state, approvalId, transactionId, endReason } = transfer;
  return {
    id,
    holdingId,
    caseId,
    depositId: depositRowId,
    accountId: venueAccountId,
    asset,
    quantity: transfer.quantity.toFixed(),
    amendedFrom: transfer.amendedFrom?.toFixed() ?? null,
    state,
    approvalId,
    transactionId,
    createdAt: transfer.createdAt.toISOString(),
    instructedAt: transfer.instructedAt?.toISOString() ?? null,
    confirmedAt: transfer.confirmedAt?.toISOString() ?? null,
    endedAt: transfer.endedAt?.toISOString() ?? null,
    endReason,
  };
}

const instruction = z.object({
  transferId: rowId,
  identifier: z.string().meta({ description: '우리 쪽 참조값', example: '3f1c6a0e-5d21-4b0e-9d39-8a0f6b3f2c11' }),
  venueTitle: z.string().meta({ example: '업비트' }),
  accountLabel: z.string().meta({ example: '표본시 업비트' }),
  asset: assetCode,
  quantity: decimalText,
  destinationReference: z.string().meta({ description: '압류하였던 바로 그 계정', example: 'acct-0001' }),
});

export const coinTransferRoutes: readonly Route[] = [
  bulk({
    operationId: 'requestCoinTransfers',
    tag: 'custody',
    summary: '남은 가상자산을 체납자의 계정으로 돌려주는 결재를 올림',
    path: '/coin-transfers',
    permission: 'coin_transfer.propose',
    item: z.strictObject({
      holdingId: rowId,
      quantity: quantityInput.exactOptional().meta({ description: '없으면 보관한 것 모두' }),
    }),
    idOf: ({ holdingId }) => holdingId,
    common: z.object({ reason: reasonText }),
    result: z.object({ transferId: rowId, approvalId: rowId }),
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, { holdingId, quantity }) => {
      const holding = await work.tx.holding.findUnique({ where: { id: holdingId }, select: { asset: true } });
      if (holding === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
      const amount = quantity === undefined ? {} : { quantity: coins(holding.asset, quantity) };
      const request = { holdingId, ...amount, reason, expiresAt: await approvalExpiry(work) };
      const { transferId, approval } = await requestCoinTransfer(work, request);
      return { transferId, approvalId: approval.id };
    },
  }),
  read({
    operationId: 'listCoinTransfers',
    tag: 'custody',
    summary: '돌려주는 가상자산 목록',
    path: '/coin-transfers',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(TransferState).exactOptional(), caseId: pathId.exactOptional() }),
    answer: pageAnswer(transferAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const transfers = await database.read.coinTransfer.findMany({ ...page, where: { ...where, ...filter } });
      return toPage(transfers, { limit }, toAnswer);
    },
  }),
  bulk({
    operationId: 'instructCoinTransfers',
    tag: 'custody',
    summary: '결재된 이전을 거래소 화면에서 어떻게 할지 지시서를 받음',
    path: '/coin-transfers/instructions',
    permission: 'transfer.confirm',
    item: transferItem,
    idOf: (transferId) => transferId,
    common: NONE,
    result: instruction,
    prepare: nothingToPrepare,
    handle: (work, _input, transferId) => instructTransfer(work, transferId),
  }),
  bulk({
    operationId: 'confirmCoinTransfers',
    tag: 'custody',
    summary: '지시서대로 보냈음을 기록',
    path: '/coin-transfers/confirmations',
    permission: 'transfer.confirm',
    item: z.strictObject({
      transferId: rowId,
      transactionId: lineText(200, 'a1b2c3').exactOptional().meta({ description: '거래소 화면에 표시된 거래번호' }),
    }),
    idOf: ({ transferId }) => transferId,
    common: NONE,
    result: done,
    prepare: nothingToPrepare,
    handle: async (work, _input, confirmation) => {
      await confirmInstructed(work, confirmation);
      return DONE;
    },
  }),
  action({
    operationId: 'abandonCoinTransfer',
    tag: 'custody',
    summary: '지시하였으나 보내지 않은 이전을 그만둠 (거래소에 먼저 확인)',
    path: '/coin-transfers/{transferId}/abandon',
    permission: 'transfer.confirm',
    params: z.object({ transferId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async ({ services: { database, exchanges }, principal, params: { transferId }, body: { reason } }) => {
      const transfer = await database.read.coinTransfer.findUnique({ where: { id: transferId }, select: { venueAccountId: true } });
      if (transfer === null) throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${transferId}.`);
      const port = await exchanges.exchangeFor(transfer.venueAccountId);
      await abandonTransfer(database, principal.actor, port, { transferId, reason });
      return DONE;
    },
  }),
];
