import { z } from 'zod';
import { reconcileAccount } from '../../custody/reconcile.ts';
import { screenSource } from '../../custody/screening.ts';
import { proposeExternalSweep } from '../../custody/wallet/external.ts';
import { abandonGas, instructGas } from '../../custody/wallet/gas.ts';
import { recordProof, registerWallet, watchToken } from '../../custody/wallet/register.ts';
import { readWallet } from '../../custody/wallet/rows.ts';
import { readAddressesAnew } from '../../custody/wallet/survey.ts';
import { proposeSweep, stopSweep } from '../../custody/wallet/sweep.ts';
import { readWithdrawals } from '../../custody/withdrawals.ts';
import type { Prisma } from '../../database/generated/client.ts';
import { ScreeningOutcome, SweepState, WalletEnd, WalletFamily, WalletState, WalletTransferState } from '../../database/generated/enums.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { action, command, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  DONE,
  decimalText,
  done,
  figureInput,
  instantInput,
  instantText,
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
import { foundWalletRoutes } from './wallets-found.ts';
import { addressText, digestText, networkText, proofText, tokenInput, transactionText, unitInput } from './wallets-inputs.ts';

const transferAnswer = z.object({
  id: rowId,
  asset: assetCode,
  quantity: decimalText,
  state: z.enum(WalletTransferState),
  transactionIds: z.array(z.string()).meta({ description: '서명한 거래번호, 대체한 것까지' }),
  includedBlock: z.int().nullable().meta({ example: 21_000_000 }),
  isReverted: z.boolean().nullable(),
  fee: decimalText.nullable(),
  endReason: z.string().nullable().meta({ example: null }),
});

const sweepAnswer = z.object({
  id: rowId,
  state: z.enum(SweepState),
  gasToSendFirst: decimalText.meta({ description: '시가 먼저 보내야 할 수수료용 기축 자산' }),
  approvalId: rowId.nullable(),
  createdAt: instantText,
  endedAt: instantText.nullable(),
  endReason: z.string().nullable().meta({ example: null }),
  transfers: z.array(transferAnswer),
});

const walletAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    family: z.enum(WalletFamily),
    network: networkText,
    address: z.string(),
    accountId: rowId,
    state: z.enum(WalletState),
    foundReference: z.string(),
    seizedAt: instantText,
    seizesWhole: z.boolean().meta({ description: '발견한 것을 모두 압류, 아니면 결재한 수량까지만', example: true }),
    lookedAt: instantText.nullable(),
    endedAt: instantText.nullable().meta({ description: '이 사건의 지갑이 아니게 된 시각' }),
    endReason: z.enum(WalletEnd).nullable().meta({ description: '돌려줌, 압류가 반려됨, 다른 사건에서 다시 압류함', example: null }),
    endReference: z.string().nullable().meta({ description: '돌려준 영수증의 번호', example: null }),
    assets: z.array(
      z.object({
        asset: assetCode,
        contract: z.string().nullable(),
        found: decimalText.meta({ description: '지금까지 이 지갑에서 발견한 수량' }),
        left: decimalText.meta({ description: '수수료로 쓰였거나 옮길 가치가 없어 오지 않을 수량' }),
        fault: z.string().nullable().meta({ example: null }),
      }),
    ),
    sweeps: z.array(sweepAnswer),
  })
  .meta({ id: 'SeizedWallet', description: '압류한 지갑' });

const WITH_ALL = {
  assets: { orderBy: { id: 'asc' } },
  sweeps: {
    include: { transfers: { include: { hashes: { orderBy: { id: 'asc' } } }, orderBy: { position: 'asc' } } },
    orderBy: { id: 'asc' },
  },
} as const satisfies Prisma.SeizedWalletInclude;
type WholeWallet = Prisma.SeizedWalletGetPayload<{ include: typeof WITH_ALL }>;

function toAnswer(wallet: WholeWallet): z.input<typeof walletAnswer> {
  const { id, caseId, family, network, address, venueAccountId, state, foundReference, seizedAt, lookedAt } = wallet;
  const { seizesWhole, endedAt, endReason, endReference } = wallet;
  return {
    id,
    caseId,
    family,
    network,
    address,
    accountId: venueAccountId,
    state,
    foundReference,
    seizedAt: seizedAt.toISOString(),
    seizesWhole,
    lookedAt: lookedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    endReason,
    endReference,
    assets: wallet.assets.map(({ asset, contract, seizedQuantity, leftQuantity, fault }) => ({
      asset,
      contract,
      found: seizedQuantity.toFixed(),
      left: leftQuantity.toFixed(),
      fault,
    })),
    sweeps: wallet.sweeps.map(toSweep),
  };
}

function toSweep(sweep: WholeWallet['sweeps'][number]): z.input<typeof sweepAnswer> {
  return {
    id: sweep.id,
    state: sweep.state,
    gasToSendFirst: sweep.gasToSendFirst.toFixed(),
    approvalId: sweep.approvalId,
    createdAt: sweep.createdAt.toISOString(),
    endedAt: sweep.endedAt?.toISOString() ?? null,
    endReason: sweep.endReason,
    transfers: sweep.transfers.map((transfer) => ({
      id: transfer.id,
      asset: transfer.asset,
      quantity: transfer.quantity.toFixed(),
      state: transfer.state,
      transactionIds: transfer.hashes.map(({ transactionId }) => transactionId),
      includedBlock: transfer.includedBlock,
      isReverted: transfer.isReverted,
      fee: transfer.feeQuantity?.toFixed() ?? null,
      endReason: transfer.endReason,
    })),
  };
}

const gasInstruction = z.object({
  identifier: z.string().meta({ description: '우리 쪽 참조값', example: '3f1c6a0e-5d21-4b0e-9d39-8a0f6b3f2c11' }),
  venueTitle: z.string().meta({ example: '업비트' }),
  accountLabel: z.string().meta({ example: '표본시 업비트' }),
  asset: assetCode,
  quantity: decimalText,
  network: networkText,
  destinationReference: addressText,
});

const proposedAnswer = z.object({ sweepId: rowId, approvalId: rowId });

export const walletRoutes: readonly Route[] = [
  ...foundWalletRoutes,
  action({
    operationId: 'registerWallet',
    tag: 'custody',
    summary: '수색에서 찾은 지갑을 공개 주소로 등록 (복구 문구와 개인키는 적지 않음)',
    path: '/wallets',
    permission: 'custody.record',
    params: NONE,
    query: NONE,
    body: z.object({
      caseId: rowId,
      network: networkText,
      address: addressText,
      accountId: rowId.meta({ description: '자산을 옮겨 받을 거래소 계정' }),
      foundReference: lineText(200, '수색조서 2026-0001').meta({ description: '수색조서나 압수 목록의 번호' }),
      seizedAt: instantInput.meta({ description: '압류한 시각, 이때부터 다른 사람도 키를 가진 것으로 봄' }),
      tokens: z.array(tokenInput).max(100).default([]),
    }),
    answer: z.object({
      walletId: rowId,
      screening: z
        .enum(ScreeningOutcome)
        .meta({ description: '제재·오염 주소 목록과의 대조: hit이면 담당자에게 알리며, 그것만으로 막지는 않음', example: 'clear' }),
    }),
    handle: async ({ services, principal: { actor }, body }) => {
      const walletId = await registerWallet(services, actor, body);
      const { outcome } = await screenSource(services.database, actor, services, { address: body.address, network: body.network });
      return { walletId, screening: outcome };
    },
  }),
  read({
    operationId: 'listWallets',
    tag: 'custody',
    summary: '압류한 지갑 목록',
    path: '/wallets',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, state: z.enum(WalletState).exactOptional(), caseId: pathId.exactOptional() }),
    answer: pageAnswer(walletAnswer),
    handle: async ({ services: { database }, query: { after, limit, ...filter } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const wallets = await database.read.seizedWallet.findMany({ ...page, where: { ...where, ...filter }, include: WITH_ALL });
      return toPage(wallets, { limit }, toAnswer);
    },
  }),
  read({
    operationId: 'readWallet',
    tag: 'custody',
    summary: '압류한 지갑과 그 이전',
    path: '/wallets/{walletId}',
    permission: 'venue.read',
    params: z.object({ walletId: pathId }),
    query: NONE,
    answer: walletAnswer,
    handle: async ({ services: { database }, params: { walletId } }) => {
      const wallet = await database.read.seizedWallet.findUnique({ where: { id: walletId }, include: WITH_ALL });
      if (wallet === null) throw new CheongsanError('NOT_FOUND', `There is no seized wallet ${walletId}.`);
      return toAnswer(wallet);
    },
  }),
  action({
    operationId: 'watchWalletToken',
    tag: 'custody',
    summary: '지갑에서 볼 토큰을 더함 (계약이 확인한 것만)',
    path: '/wallets/{walletId}/tokens',
    permission: 'custody.record',
    params: z.object({ walletId: pathId }),
    query: NONE,
    body: tokenInput,
    answer: done,
    handle: async ({ services, principal: { actor }, params: { walletId }, body }) => {
      await watchToken(services, actor, walletId, body);
      return DONE;
    },
  }),
  command({
    operationId: 'recordWalletProof',
    tag: 'custody',
    summary: '노드로 볼 수 없는 지갑의 잔액을 탐색기 출력물로 기록',
    path: '/wallets/{walletId}/proofs',
    permission: 'custody.record',
    params: z.object({ walletId: pathId }),
    query: NONE,
    body: z.object({
      quantity: figureInput,
      asset: unitInput,
      takenAt: instantInput,
      proofReference: proofText,
      proofDigest: digestText,
    }),
    answer: done,
    handle: async (work, { params: { walletId }, body: { asset, ...body } }) => {
      requireAsset((await readWallet(work.tx, walletId)).nativeAsset, asset);
      await recordProof(work, { walletId, ...body });
      return DONE;
    },
  }),
  action({
    operationId: 'proposeWalletSweep',
    tag: 'custody',
    summary: '지갑의 자산을 시의 입금 주소로 옮기는 결재를 올림 (기안자가 아닌 두 사람이 결재)',
    path: '/wallets/{walletId}/sweeps',
    permission: 'wallet_sweep.propose',
    params: z.object({ walletId: pathId }),
    query: NONE,
    body: z.object({
      reason: reasonText,
      withoutTest: z.boolean().default(false).meta({
        description: '입금된 적이 없는 주소로도 시험 수량 없이 한 번에 보냄 (다른 사람이 이미 자산을 빼내고 있을 때만)',
        example: false,
      }),
    }),
    answer: proposedAnswer,
    handle: async ({ services, principal: { actor }, params: { walletId }, body }) => {
      const { sweepId, approval } = await proposeSweep(services, actor, { walletId, ...body });
      return { sweepId, approvalId: approval.id };
    },
  }),
  command({
    operationId: 'stopWalletSweep',
    tag: 'custody',
    summary: '결재된 지갑 이전에서 아직 서명하지 않은 것을 멈춤',
    path: '/wallets/{walletId}/sweeps/{sweepId}/stop',
    permission: 'wallet_sweep.propose',
    params: z.object({ walletId: pathId, sweepId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async (work, { params, body }) => {
      await stopSweep(work, { ...params, ...body });
      return DONE;
    },
  }),
  action({
    operationId: 'instructWalletGas',
    tag: 'custody',
    summary: '결재된 지갑 이전에 모자라는 수수료를 시의 선급금에서 어떻게 보낼지 지시서를 받음',
    path: '/wallets/{walletId}/sweeps/{sweepId}/gas-instruction',
    permission: 'transfer.confirm',
    params: z.object({ walletId: pathId, sweepId: pathId }),
    query: NONE,
    body: NONE,
    answer: gasInstruction,
    handle: async ({ services: { database, exchanges }, principal: { actor }, params }) => {
      const { venueAccountId } = await readWallet(database.read, params.walletId);
      await reconcileAccount(database, await exchanges.exchangeFor(venueAccountId), venueAccountId);
      return database.work(actor, (work) => instructGas(work, params));
    },
  }),
  action({
    operationId: 'abandonWalletGas',
    tag: 'custody',
    summary: '지시하였으나 보내지 않은 지갑 수수료를 그만둠 (거래소에 먼저 확인)',
    path: '/wallets/{walletId}/sweeps/{sweepId}/gas-instruction/abandon',
    permission: 'transfer.confirm',
    params: z.object({ walletId: pathId, sweepId: pathId }),
    query: NONE,
    body: z.object({ reason: reasonText }),
    answer: done,
    handle: async ({ services: { database, exchanges }, principal: { actor }, params, body: { reason } }) => {
      const { venueAccountId } = await readWallet(database.read, params.walletId);
      await readWithdrawals(database, await exchanges.exchangeFor(venueAccountId), venueAccountId);
      await database.work(actor, (work) => abandonGas(work, { ...params, reason }));
      return DONE;
    },
  }),
  action({
    operationId: 'recordExternalSweep',
    tag: 'custody',
    summary: '서비스 밖에서 보낸 거래를 기록하고 결재를 올림 (비트코인 계열, 기안자가 아닌 두 사람이 결재)',
    path: '/wallets/{walletId}/external-sweeps',
    permission: 'wallet_sweep.propose',
    params: z.object({ walletId: pathId }),
    query: NONE,
    body: z.object({
      quantity: quantityInput,
      fee: figureInput,
      asset: unitInput,
      transactionId: transactionText,
      proofReference: proofText,
      proofDigest: digestText,
      reason: reasonText,
    }),
    answer: proposedAnswer,
    handle: async ({ services, principal: { actor }, params: { walletId }, body: { asset, ...body } }) => {
      const { database } = services;
      const wallet = await readWallet(database.read, walletId);
      requireAsset(wallet.nativeAsset, asset);
      await readAddressesAnew(services, wallet);
      const { sweepId, approval } = await database.work(actor, (work) => proposeExternalSweep(work, { walletId, ...body }));
      return { sweepId, approvalId: approval.id };
    },
  }),
];
