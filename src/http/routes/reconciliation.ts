import { z } from 'zod';
import { replayBalances } from '../../custody/balance-replay.ts';
import { requestExplanation } from '../../custody/explanation.ts';
import { EXPLANATION_KINDS } from '../../custody/explanation-kinds.ts';
import type { Prisma } from '../../database/generated/client.ts';
import { ExplanationKind, ExplanationSide, ExplanationState } from '../../database/generated/enums.ts';
import { dayFromColumn } from '../../kernel/civil-date.ts';
import { approvalExpiry } from '../../policy/approval-expiry.ts';
import { readVenueAccount } from '../../venue/account.ts';
import { command, NONE, type Route, read } from '../route.ts';
import {
  assetCode,
  dayInput,
  dayText,
  decimalText,
  instantInput,
  instantText,
  ledgerAssetCode,
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
import { balanceAnswer, balancesNowOrAt } from '../views/balance-report-view.ts';

const accountParams = z.object({ accountId: pathId });

const kind = z.enum(ExplanationKind).meta({
  description: Object.entries(EXPLANATION_KINDS)
    .map(([code, { title }]) => `${code} ${title}`)
    .join(', '),
  example: 'airdrop',
});
const side = z.enum(ExplanationSide).meta({ description: 'excess 거래소에 더 있음, shortage 거래소에 모자람', example: 'excess' });

const explanationAnswer = z
  .object({
    id: rowId,
    accountId: rowId,
    asset: ledgerAssetCode,
    kind,
    title: z.string().meta({ example: '에어드롭' }),
    side,
    quantity: decimalText,
    reference: z.string().meta({ example: '거래소 공지 2026-31' }),
    occurredOn: dayText,
    accruedAt: instantText.nullable(),
    accruedOf: assetCode.nullable().meta({ example: null }),
    holdingId: rowId.nullable().meta({ example: null }),
    depositId: rowId.nullable().meta({ example: null }),
    reason: z.string(),
    state: z.enum(ExplanationState),
    approvalId: rowId.nullable(),
    createdAt: instantText,
    endedAt: instantText.nullable(),
    endReason: z.string().nullable().meta({ example: null }),
    parts: z
      .array(z.object({ holdingId: rowId, caseId: rowId, quantity: decimalText }))
      .meta({ description: '압류 자산마다 늘거나(양수) 준(음수) 수량' }),
  })
  .meta({ id: 'BalanceExplanation', description: '거래소와 장부의 차이에 대한 설명' });

type WithParts = Prisma.BalanceExplanationGetPayload<{ include: { parts: true } }>;

function toExplanation(row: WithParts): z.input<typeof explanationAnswer> {
  const { id, asset, reference, accruedOf, holdingId, reason, state, approvalId, endReason } = row;
  return {
    id,
    accountId: row.venueAccountId,
    asset,
    kind: row.kind,
    title: EXPLANATION_KINDS[row.kind].title,
    side: row.side,
    quantity: row.quantity.toFixed(),
    reference,
    occurredOn: dayFromColumn(row.occurredOn),
    accruedAt: row.accruedAt?.toISOString() ?? null,
    accruedOf,
    holdingId,
    depositId: row.depositRowId,
    reason,
    state,
    approvalId,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    endReason,
    parts: row.parts.map((part) => ({ holdingId: part.holdingId, caseId: part.caseId, quantity: part.quantity.toFixed() })),
  };
}

export const reconciliationRoutes: readonly Route[] = [
  read({
    operationId: 'listBalances',
    tag: 'custody',
    summary: '계정의 장부 잔액과 거래소 잔액의 마지막 대조 (지금 또는 지난 시각)',
    path: '/venue-accounts/{accountId}/balances',
    permission: 'venue.read',
    params: accountParams,
    query: z.object({ asOf: instantInput.exactOptional().meta({ description: '이 시각의 잔액, 없으면 지금' }) }),
    answer: z.array(balanceAnswer),
    handle: ({ services: { database }, params: { accountId }, query: { asOf } }) =>
      balancesNowOrAt(database.read, { accountId, asOf, now: database.clock.now() }),
  }),
  read({
    operationId: 'replayBalances',
    tag: 'custody',
    summary: '입금·체결·이전·출금·설명된 차이를 처음부터 더한 수량과 장부의 대조',
    path: '/venue-accounts/{accountId}/event-balances',
    permission: 'venue.read',
    params: accountParams,
    query: NONE,
    answer: z.array(
      z.object({
        asset: ledgerAssetCode,
        deposited: decimalText,
        explained: decimalText.meta({ description: '두 담당자가 설명한 차이', example: '0' }),
        traded: decimalText.meta({ description: '판 가상자산(음수), 수수료를 뺀 매각 대금', example: '-0.01' }),
        sent: decimalText.meta({ description: '수수료를 더한 이전과 출금 (음수)', example: '0' }),
        lost: decimalText.meta({ description: '지시하지 않은 출금 (음수)', example: '0' }),
        eventQuantity: decimalText.meta({ description: '모두 더한 수량', example: '0.005' }),
        ledgerQuantity: decimalText.meta({ description: '장부의 수량', example: '0.005' }),
        agrees: z.boolean(),
      }),
    ),
    handle: async ({ services: { database }, params: { accountId } }) => {
      const { venueCode } = await readVenueAccount(database.read, accountId);
      return [...(await replayBalances(database.read, { accountId, venueCode }))];
    },
  }),
  command({
    operationId: 'requestBalanceExplanation',
    tag: 'custody',
    summary: '입출금으로 나타나지 않은 차이가 무엇인지 설명하는 결재를 올림 (결재되면 다음 대조에서 장부에 기록)',
    path: '/venue-accounts/{accountId}/explanations',
    permission: 'freeze_release.propose',
    params: accountParams,
    query: NONE,
    body: z.object({
      asset: ledgerAssetCode,
      kind,
      side,
      quantity: quantityInput,
      reference: lineText(200, '거래소 공지 2026-31').meta({ description: '거래소 공지 등 근거' }),
      occurredOn: dayInput,
      accruedAt: instantInput.exactOptional().meta({ description: '더 있을 때: 이 시각에 가지고 있던 비율대로 귀속. 없으면 미확인 입금' }),
      accruedOf: assetCode.exactOptional().meta({
        description: '하드포크나 다른 가상자산에 준 에어드롭일 때: 이 가상자산을 가지고 있던 비율대로 귀속',
        example: 'ETH',
      }),
      holdingId: rowId.exactOptional().meta({ description: '모자랄 때: 이 압류 자산에서 뺌' }),
      depositId: rowId.exactOptional().meta({ description: '모자랄 때: 이 미확인 입금에서 뺌. 둘 다 없으면 시가 메움' }),
      reason: reasonText,
    }),
    answer: z.object({ explanationId: rowId, approvalId: rowId }),
    handle: async (work, { params: { accountId }, body: { depositId, ...body } }) => {
      const { explanationId, approval } = await requestExplanation(work, {
        ...body,
        accountId,
        ...(depositId === undefined ? {} : { depositRowId: depositId }),
        expiresAt: await approvalExpiry(work),
      });
      return { explanationId, approvalId: approval.id };
    },
  }),
  read({
    operationId: 'listBalanceExplanations',
    tag: 'custody',
    summary: '잔액 차이의 설명 목록',
    path: '/balance-explanations',
    permission: 'venue.read',
    params: NONE,
    query: z.object({ ...pageQuery, accountId: pathId.exactOptional(), state: z.enum(ExplanationState).exactOptional() }),
    answer: pageAnswer(explanationAnswer),
    handle: async ({ services: { database }, query: { after, limit, accountId, state } }) => {
      const { where, ...page } = pageArgs({ after, limit });
      const filter = { ...(accountId === undefined ? {} : { venueAccountId: accountId }), ...(state === undefined ? {} : { state }) };
      const rows = await database.read.balanceExplanation.findMany({
        ...page,
        where: { ...where, ...filter },
        include: { parts: { orderBy: { holdingId: 'asc' } } },
      });
      return toPage(rows, { limit }, toExplanation);
    },
  }),
];
