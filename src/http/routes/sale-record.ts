import { z } from 'zod';
import type { OrderFill, OrderShare, Prisma, SaleOrder } from '../../database/generated/client.ts';
import { DecisionOutcome } from '../../database/generated/enums.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { saleCode } from '../../liquidation/code-text.ts';
import { assertCaseExists } from '../known-case.ts';
import { type Route, read } from '../route.ts';
import { assetCode, decimalText, instantText, pageAnswer, pageArgs, pageQuery, pathId, rowId, toPage } from '../schemas.ts';
import { saleCodeAnswer, saleGuardAnswer, toSaleGuards } from '../views/denial-codes.ts';

const caseParams = z.object({ caseId: pathId });

const decisionAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    stepNumber: z.int().meta({ example: 1 }),
    decidedAt: instantText,
    outcome: z.enum(DecisionOutcome),
    orderId: rowId.nullable().meta({ description: '이 판단으로 나간 주문. 주문하지 않았거나 나가지 않았으면 null' }),
    orderText: z.string().nullable().meta({ description: '주문하기로 판단하였으나(outcome order) 주문이 나가지 않은 까닭', example: null }),
    codes: z.array(saleCodeAnswer),
    guards: z.array(saleGuardAnswer),
    ruleVersion: z.string().meta({ example: 'planned-1' }),
    policyVersion: z.string().meta({ example: '12' }),
    inputsDigest: z.string(),
    result: z.unknown().meta({ description: '판단의 결과', example: { outcome: 'wait' } }),
  })
  .meta({ id: 'SaleDecision', description: '매각 판단' });

const WITH_ORDER = { share: { select: { orderId: true } } } as const satisfies Prisma.SaleDecisionInclude;

/** What a case has decided is only then an order when the round gave it a share in one. */
const NOT_ORDERED =
  '주문하기로 판단하였으나 이 사건의 주문은 나가지 않았습니다. 같은 차례에 같은 시장에서 다른 주문이 먼저 나갔거나, 함께 낼 주문이 없어 최소 주문금액에 미치지 못하였습니다. 다음 차례에 다시 판단합니다.';

function toDecision(decision: Prisma.SaleDecisionGetPayload<{ include: typeof WITH_ORDER }>): z.input<typeof decisionAnswer> {
  const { id, caseId, stepNumber, outcome, ruleVersion, policyVersion, inputsDigest, result, share } = decision;
  return {
    id,
    caseId,
    stepNumber,
    decidedAt: decision.decidedAt.toISOString(),
    outcome,
    orderId: share?.orderId ?? null,
    orderText: outcome === 'order' && share === null ? NOT_ORDERED : null,
    codes: decision.codes.map(saleCode),
    guards: toSaleGuards(result),
    ruleVersion,
    policyVersion,
    inputsDigest,
    result,
  };
}

const fillAnswer = z.object({
  id: rowId,
  tradeId: z.string().meta({ example: 't-1' }),
  quantity: decimalText,
  price: decimalText,
  proceedsKrw: decimalText,
  feeKrw: decimalText,
  filledAt: instantText,
});

function toFill({ id, tradeId, quantity, price, proceeds, fee, filledAt }: OrderFill): z.input<typeof fillAnswer> {
  return {
    id,
    tradeId,
    quantity: quantity.toFixed(),
    price: price.toFixed(),
    proceedsKrw: proceeds.toFixed(),
    feeKrw: fee.toFixed(),
    filledAt: filledAt.toISOString(),
  };
}

const orderAnswer = z
  .object({
    id: rowId,
    decisionId: rowId,
    holdingId: rowId,
    accountId: rowId,
    style: z
      .enum(['cross', 'passive'])
      .meta({ description: 'cross: 매수 호가에 바로 매도, passive: 매도 호가에 걸어 둠', example: 'cross' }),
    symbol: z.string().meta({ example: 'KRW-BTC' }),
    asset: assetCode,
    quantity: decimalText.meta({ description: '이 사건의 몫' }),
    wholeQuantity: decimalText.meta({ description: '여러 사건이 함께 낸 주문의 전체 수량' }),
    cases: z.int().meta({ description: '주문을 함께 낸 사건 수', example: 1 }),
    limitPrice: decimalText,
    exceedsNeed: z.boolean().meta({ description: '거래소의 최소 주문 때문에 필요보다 많음', example: false }),
    venueOrderId: z.string().nullable(),
    statusWord: z.string().nullable().meta({ example: 'cancel' }),
    executedQuantity: decimalText.nullable(),
    createdAt: instantText,
    closedAt: instantText.nullable(),
    fills: z.array(fillAnswer),
  })
  .meta({ id: 'SaleOrder', description: '매각 주문과 체결' });

type OrderWithParts = SaleOrder & { readonly shares: readonly OrderShare[]; readonly fills: readonly OrderFill[] };

/** An order as one of its cases sees it: that case's share and its part of the fills. */
function toOrderOf(caseId: number): (order: OrderWithParts) => z.input<typeof orderAnswer> {
  return (order) => {
    const { id, venueAccountId, style, symbol, asset, venueOrderId, statusWord } = order;
    const own = order.shares.find((share) => share.caseId === caseId);
    if (own === undefined) throw new CheongsanError('INTERNAL', `Case ${caseId} has no share in order ${id}.`);
    return {
      id,
      decisionId: own.decisionId,
      holdingId: own.holdingId,
      accountId: venueAccountId,
      style,
      symbol,
      asset,
      quantity: own.quantity.toFixed(),
      wholeQuantity: order.quantity.toFixed(),
      cases: order.shares.length,
      limitPrice: order.limitPrice.toFixed(),
      exceedsNeed: own.exceedsNeed,
      venueOrderId,
      statusWord,
      executedQuantity: own.executedQuantity?.toFixed() ?? null,
      createdAt: order.createdAt.toISOString(),
      closedAt: order.closedAt?.toISOString() ?? null,
      fills: order.fills.filter((fill) => fill.caseId === caseId).map(toFill),
    };
  };
}

export const saleRecordRoutes: readonly Route[] = [
  read({
    operationId: 'listDecisions',
    tag: 'sale',
    summary: '사건의 매각 판단과 사유',
    path: '/cases/{caseId}/decisions',
    permission: 'case.read',
    params: caseParams,
    query: z.object(pageQuery),
    answer: pageAnswer(decisionAnswer),
    handle: async ({ services: { database }, params, query }) => {
      await assertCaseExists(database.read, params.caseId);
      const { where, ...page } = pageArgs(query);
      const decisions = await database.read.saleDecision.findMany({ ...page, where: { ...where, ...params }, include: WITH_ORDER });
      return toPage(decisions, query, toDecision);
    },
  }),
  read({
    operationId: 'getDecision',
    tag: 'sale',
    summary: '매각 판단 하나와 그 입력값 모두',
    path: '/decisions/{decisionId}',
    permission: 'case.read',
    params: z.object({ decisionId: pathId }),
    query: z.object({}),
    answer: decisionAnswer.extend({
      inputs: z.unknown().meta({ description: '다시 판단할 수 있는 입력값', example: { day: '2026-03-16' } }),
    }),
    handle: async ({ services: { database }, params: { decisionId } }) => {
      const decision = await database.read.saleDecision.findUnique({ where: { id: decisionId }, include: WITH_ORDER });
      if (decision === null) throw new CheongsanError('NOT_FOUND', `There is no sale decision ${decisionId}.`);
      return { ...toDecision(decision), inputs: decision.inputs };
    },
  }),
  read({
    operationId: 'listOrders',
    tag: 'sale',
    summary: '사건의 주문과 체결',
    path: '/cases/{caseId}/orders',
    permission: 'case.read',
    params: caseParams,
    query: z.object(pageQuery),
    answer: pageAnswer(orderAnswer),
    handle: async ({ services: { database }, params, query }) => {
      await assertCaseExists(database.read, params.caseId);
      const { where, ...page } = pageArgs(query);
      const orders = await database.read.saleOrder.findMany({
        ...page,
        where: { ...where, shares: { some: params } },
        include: { shares: true, fills: { orderBy: { id: 'asc' } } },
      });
      return toPage(orders, query, toOrderOf(params.caseId));
    },
  }),
];
