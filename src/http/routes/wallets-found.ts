import { z } from 'zod';
import { screenSource } from '../../custody/screening.ts';
import { handBackWallet } from '../../custody/wallet/end.ts';
import { proposeFoundWallet } from '../../custody/wallet/found-case.ts';
import { ScreeningOutcome } from '../../database/generated/enums.ts';
import { userIdOf } from '../../database/work.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { BULK_MAX } from '../bulk.ts';
import { action, command, NONE, type Route } from '../route.ts';
import { assetCode, coins, DONE, done, figureInput, instantInput, lineText, pathId, quantityInput, reasonText, rowId } from '../schemas.ts';
import { proposedAnswer, toProposed } from '../views/proposal-view.ts';
import { addressText, digestText, networkText, proofText, tokenInput } from './wallets-inputs.ts';

const proofInput = z.strictObject({
  quantity: figureInput,
  takenAt: instantInput,
  proofReference: proofText,
  proofDigest: digestText,
});

export const foundWalletRoutes: readonly Route[] = [
  action({
    operationId: 'proposeWalletSeizure',
    tag: 'seizure',
    summary: '수색에서 찾아 점유한 지갑의 압류 기안 (거래소에 계정이 없는 체납자도, 공개 주소로만)',
    path: '/seizures/wallet-proposal',
    permission: 'seizure.propose',
    params: NONE,
    query: NONE,
    body: z.object({
      personId: rowId.meta({ description: '체납자', example: 7 }),
      network: networkText,
      address: addressText,
      tokens: z.array(tokenInput).max(100).default([]),
      accountId: rowId.meta({ description: '자산을 옮겨 받아 매각할 거래소 계정' }),
      foundReference: lineText(200, '압류조서 2026-0001').meta({ description: '수색·압류 기록의 번호' }),
      takenAt: instantInput.meta({ description: '점유한 시각, 압류의 효력이 생긴 때' }),
      proof: proofInput.exactOptional().meta({ description: '노드로 볼 수 없는 지갑의 잔액을 보인 탐색기 출력물' }),
      quantities: z
        .array(z.strictObject({ asset: assetCode, quantity: quantityInput }))
        .min(1)
        .max(BULK_MAX)
        .exactOptional()
        .meta({ description: '압류할 수량, 없으면 필요한 만큼' }),
      officerId: rowId.exactOptional().meta({ description: '사건을 맡을 사람, 없으면 본인' }),
      marginReason: reasonText.exactOptional().meta({ description: '체납액보다 더 압류하려면 그 사유 (정해진 한도 안에서)' }),
    }),
    answer: proposedAnswer.extend({
      walletId: rowId,
      screening: z.enum(ScreeningOutcome).meta({ description: '제재·오염 주소 목록과의 대조, 알릴 뿐 막지는 않음', example: 'clear' }),
    }),
    handle: async ({ services, principal: { actor }, body }) => {
      const { takenAt, quantities, proof, marginReason, officerId = userIdOf(actor), ...rest } = body;
      if (officerId === null) throw new CheongsanError('INPUT_INVALID', 'Name the official who will carry the case in officerId.');
      const { walletId, ...proposed } = await proposeFoundWallet(services, actor, {
        ...rest,
        seizedAt: takenAt,
        officerId,
        proof,
        marginReason,
        quantities: quantities?.map(({ asset, quantity }) => coins(asset, quantity)),
      });
      const { address, network } = body;
      const { outcome: screening } = await screenSource(services.database, actor, services, { address, network });
      return { ...toProposed(proposed), walletId, screening };
    },
  }),
  command({
    operationId: 'handBackWallet',
    tag: 'custody',
    summary: '지갑과 기기를 체납자에게 돌려준 것을 기록 (남은 자산이 있으면 함께 돌아감)',
    path: '/wallets/{walletId}/hand-back',
    permission: 'custody.record',
    params: z.object({ walletId: pathId }),
    query: NONE,
    body: z.object({
      receiptReference: lineText(200, '영수증 2026-0001').meta({ description: '체납자의 영수증 번호' }),
      reason: reasonText,
    }),
    answer: done,
    handle: async (work, { params: { walletId }, body }) => {
      await handBackWallet(work, { walletId, ...body });
      return DONE;
    },
  }),
];
