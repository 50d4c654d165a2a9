import { z } from 'zod';
import { abandonTransfer, confirmInstructed, instructTransfer } from '../../custody/instruction.ts';
import { reverseMatch } from '../../custody/match-reversal.ts';
import { reconcileAccount } from '../../custody/reconcile.ts';
import { requestCoinTransfer } from '../../custody/return.ts';
import { screenTransfer } from '../../custody/screening.ts';
import { recoverTransfer } from '../../custody/transfer-recovery.ts';
import type { CoinTransfer } from '../../database/generated/client.ts';
import { TransferState } from '../../database/generated/enums.ts';
import type { Principal } from '../../identity/principal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { bulk, nothingToPrepare } from '../bulk.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  coins,
  DONE,
  decimalText,
  done,
  instantText,
  ledgerAssetCode,
  lineText,
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
import type { Services } from '../services.ts';

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
    addressId: rowId.nullable().meta({ description: '출금 주소' }),
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
    addressId: transfer.addressId,
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
  destinationReference: z.string().meta({ description: '보낼 주소, 또는 같은 거래소의 계정', example: 'acct-0001' }),
  network: z.string().meta({ description: '네트워크, 같은 거래소의 계정이면 internal', example: 'internal' }),
  secondaryAddress: z.string().nullable().meta({ description: '태그나 메모', example: null }),
  addressId: rowId.meta({ description: '출금 주소' }),
  fingerprint: z.string().meta({ description: '출금 주소의 식별값', example: '3f1c-6a0e' }),
  registrationReference: z.string().meta({ description: '거래소에 등록된 출금 주소의 번호', example: '등록-0001' }),
});

/**
 * Before the first instruction every account is compared with its exchange, for nothing leaves on old books, and every destination is
 * held against the list. What a row lacks beside that is told where it is instructed.
 */
async function compareAndScreen({
  services: { database, keys, screening, exchanges },
  principal,
  body,
}: {
  readonly services: Services;
  readonly principal: Principal;
  readonly body: { readonly items: readonly number[] };
}): Promise<void> {
  const listed = await database.read.coinTransfer.findMany({
    where: { id: { in: [...body.items] }, addressId: { not: null }, state: { in: ['approved', 'instructed'] } },
    select: { id: true, venueAccountId: true },
    orderBy: { id: 'asc' },
  });
  for (const accountId of new Set(listed.map(({ venueAccountId }) => venueAccountId))) {
    await reconcileAccount(database, await exchanges.exchangeFor(accountId), accountId);
  }
  for (const { id } of listed) await screenTransfer(database, principal.actor, { keys, screening }, id);
}

/** An official says that the coins of a transfer did not leave; its exchange is asked before he is believed. */
function withoutDeparture({
  undo,
  ...head
}: Pick<Route, 'operationId' | 'summary' | 'path'> & { readonly undo: typeof abandonTransfer | typeof recoverTransfer }): Route {
  return action({
    ...head,
    tag: 'custody',
    permission: 'transfer.confirm',
    params: z.object({ transferId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async ({ services: { database, exchanges }, principal, params: { transferId }, body: { reason } }) => {
      const transfer = await database.read.coinTransfer.findUnique({ where: { id: transferId }, select: { venueAccountId: true } });
      if (transfer === null) throw new CheongsanError('NOT_FOUND', `There is no coin transfer ${transferId}.`);
      const port = await exchanges.exchangeFor(transfer.venueAccountId);
      await undo(database, principal.actor, port, { transferId, reason });
      return DONE;
    },
  });
}

export const coinTransferRoutes: readonly Route[] = [
  bulk({
    operationId: 'requestCoinTransfers',
    tag: 'custody',
    summary: '남은 가상자산을 허용된 출금 주소로 돌려주는 결재를 올림',
    path: '/coin-transfers',
    permission: 'coin_transfer.propose',
    item: z.strictObject({
      holdingId: rowId,
      quantity: quantityInput.exactOptional().meta({ description: '없으면 보관한 것 모두' }),
      asset: ledgerAssetCode.exactOptional().meta({ description: '수량의 단위, 적으면 보관한 가상자산과 같아야 함', example: 'BTC' }),
      addressId: rowId.exactOptional().meta({ description: '받을 출금 주소, 없으면 체납자의 하나뿐인 출금 주소' }),
    }),
    idOf: ({ holdingId }) => holdingId,
    common: z.object({ reason: reasonText }),
    result: z.object({ transferId: rowId, approvalId: rowId }),
    prepare: nothingToPrepare,
    handle: async (work, { body: { reason } }, { holdingId, quantity, asset, addressId }) => {
      const holding = await work.tx.holding.findUnique({ where: { id: holdingId }, select: { asset: true } });
      if (holding === null) throw new CheongsanError('NOT_FOUND', `There is no holding ${holdingId}.`);
      requireAsset(holding.asset, asset);
      const amount = quantity === undefined ? {} : { quantity: coins(holding.asset, quantity) };
      const request = { holdingId, ...amount, addressId, reason, expiresAt: await approvalExpiry(work) };
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
    prepare: compareAndScreen,
    handle: (work, { services: { keys } }, transferId) => instructTransfer(work, keys, transferId),
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
  withoutDeparture({
    operationId: 'abandonCoinTransfer',
    summary: '지시하였으나 보내지 않은 이전을 그만둠 (거래소에 먼저 확인)',
    path: '/coin-transfers/{transferId}/abandon',
    undo: abandonTransfer,
  }),
  withoutDeparture({
    operationId: 'recoverCoinTransfer',
    summary: '보냈다고 기록하였으나 거래소에 없는 이전을 되돌림 (거래소에 먼저 확인, 기록한 사람이 아닌 담당자)',
    path: '/coin-transfers/{transferId}/recovery',
    undo: recoverTransfer,
  }),
  command({
    operationId: 'reverseWithdrawalMatch',
    tag: 'custody',
    summary: '거래소의 출금이 잘못 연결된 이전을 바로잡음 (이미 완료로 적었으면 결재를 올림)',
    path: '/venue-withdrawals/{withdrawalRowId}/match-reversal',
    permission: 'custody.record',
    params: z.object({ withdrawalRowId: pathId }),
    query: NONE,
    body: z.object({
      transferId: rowId.exactOptional().meta({ description: '그 출금인 이전, 없으면 지시하지 않은 출금으로 처리', example: 4 }),
      reason: reasonText,
    }),
    answer: z.object({
      approvalId: rowId.nullable().meta({ description: '올린 결재, 바로 바로잡았으면 없음', example: null }),
    }),
    handle: async (work, { params, body }) => {
      const approval = await reverseMatch(work, { ...params, ...body, expiresAt: await approvalExpiry(work) });
      return { approvalId: approval?.id ?? null };
    },
  }),
];
