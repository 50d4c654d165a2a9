import { z } from 'zod';
import type { OrderFill, OrderShare, PlanSlice, SaleOrder, SalePlan } from '../../database/generated/client.ts';
import { Decimal } from '../../kernel/decimal.ts';
import { CheongsanError } from '../../kernel/errors.ts';
import { decimalPlacesOf } from '../../liquidation/book-order.ts';
import { prospectsOfPlan } from '../../liquidation/plan-prospects.ts';
import { type Prospect, WAYS } from '../../liquidation/planning/alternatives.ts';
import { assertCaseExists } from '../known-case.ts';
import { type Route, read } from '../route.ts';
import { assetCode, decimalText, instantText, pageAnswer, pageArgs, pageQuery, pathId, rowId, toPage } from '../schemas.ts';

const sliceAnswer = z.object({
  id: rowId,
  startsAt: instantText,
  endsAt: instantText,
  quantity: decimalText.meta({ description: '이 구간에 팔 수량' }),
  inputs: z.unknown().meta({ description: '다시 계산할 수 있는 입력값', example: { left: '1' } }),
  result: z.unknown().meta({ description: '계산 결과와 그 수량을 정한 것', example: { share: '0.25', boundBy: 'plan' } }),
});

const planAnswer = z
  .object({
    id: rowId,
    caseId: rowId,
    holdingId: rowId,
    asset: assetCode,
    version: z.int().meta({ example: 1 }),
    reason: z.string().meta({ description: '계획을 세운 까닭', example: 'begun' }),
    madeAt: instantText,
    supersededAt: instantText.nullable(),
    ruleVersion: z.string().meta({ description: 'immediate-1: 바로, even-1: 하루에 고르게, tail-1: 예측에 따라', example: 'tail-1' }),
    policyVersion: z.string().meta({ example: '12' }),
    plannedQuantity: decimalText,
    arrivalPrice: decimalText.meta({ description: '계획을 세울 때의 중간 호가' }),
    inputs: z.unknown().meta({ description: '예측과 시장 수치', example: { lambda: '0.1' } }),
    result: z.unknown().meta({ description: '손실의 기준선, 예상 비용, 다른 방법의 예상 비용', example: { threshold: '0.01' } }),
    slices: z.array(sliceAnswer),
  })
  .meta({ id: 'SalePlan', description: '매각 계획과 시간 구간' });

function toPlan(plan: SalePlan & { readonly slices: readonly PlanSlice[] }): z.input<typeof planAnswer> {
  const { id, caseId, holdingId, asset, version, reason, ruleVersion, policyVersion, inputs, result } = plan;
  return {
    id,
    caseId,
    holdingId,
    asset,
    version,
    reason,
    madeAt: plan.madeAt.toISOString(),
    supersededAt: plan.supersededAt?.toISOString() ?? null,
    ruleVersion,
    policyVersion,
    plannedQuantity: plan.plannedQuantity.toFixed(),
    arrivalPrice: plan.arrivalPrice.toFixed(),
    inputs,
    result,
    slices: plan.slices.map((slice) => ({
      id: slice.id,
      startsAt: slice.startsAt.toISOString(),
      endsAt: slice.endsAt.toISOString(),
      quantity: slice.quantity.toFixed(),
      inputs: slice.inputs,
      result: slice.result,
    })),
  };
}

const prospectsAnswer = z
  .object({
    worthKrw: decimalText.meta({ description: '계획을 세울 때의 가치. 아래 비율은 이 금액에 대한 것' }),
    prospects: z.array(
      z.object({
        way: z.enum(WAYS).meta({
          description: 'plan: 이 계획, at_once: 바로 모두, twap_*: 그 시간 동안 고르게, almgren_chriss: 변동성에 맞춘 Almgren-Chriss 궤적',
          example: 'plan',
        }),
        impactBps: z.number().meta({ description: '예상 충격 비용(bp)', example: 8.2 }),
        tailBps: z.number().meta({ description: '하위 5% 손실의 평균(bp)', example: 210 }),
        costBps: z.number().meta({ description: '충격 + λ × 하위 5% 손실(bp)', example: 29.2 }),
        hours: z.number().meta({ description: '모두 팔 때까지 걸리는 평균 시간', example: 5.5 }),
      }),
    ),
  })
  .meta({ id: 'PlanProspects', description: '수수료와 호가 차이를 뺀, 계획을 세운 때의 모형에 따른 예상' });

function toProspect({ way, impact, tail, cost, bars }: Prospect): z.input<typeof prospectsAnswer>['prospects'][number] {
  const bps = (share: number) => Math.round(share * 1e6) / 100;
  return { way, impactBps: bps(impact), tailBps: bps(tail), costBps: bps(cost), hours: Math.round(bars * 100) / 100 };
}

const RULE_TEXT =
  '주문의 수수료는 먼저 체결마다 대금에 비례하여 나눈다. 체결마다(시각, 체결 번호 순서로) 수량을 그때까지 각 몫에서 팔리지 않고 남은 수량에 비례하여 거래소의 수량 단위로 나누고, 대금과 수수료는 나눈 수량에 비례하여 1억분의 1원 단위로 나눈다. 나누어떨어지지 않는 끝수는 나머지가 큰 순서로, 같으면 보유 번호(몫의 번호)가 작은 순서로 한 단위씩 더한다.';

const divisionAnswer = z
  .object({
    orderId: rowId,
    asset: assetCode,
    symbol: z.string().meta({ example: 'KRW-BTC' }),
    rule: z.string().meta({ description: '나누는 규칙', example: RULE_TEXT }),
    quantity: decimalText,
    quantityDecimalPlaces: z.int().meta({ description: '수량을 나누는 단위의 소수 자릿수', example: 8 }),
    paidFeeKrw: decimalText,
    shares: z.array(
      z.object({
        share: z.int().meta({ description: '몫의 번호. 누구의 것인지는 나타내지 않는다', example: 1 }),
        quantity: decimalText,
        executedQuantity: decimalText.nullable(),
        proceedsKrw: decimalText,
        feeKrw: decimalText,
        isOfThisCase: z.boolean(),
      }),
    ),
    trades: z.array(
      z.object({
        tradeId: z.string().meta({ example: 't-1' }),
        quantity: decimalText,
        price: decimalText,
        proceedsKrw: decimalText,
        filledAt: instantText,
      }),
    ),
  })
  .meta({ id: 'OrderDivision', description: '여러 사건이 함께 낸 주문을 나눈 내역. 누구나 다시 계산할 수 있다' });

type DividedOrder = SaleOrder & { readonly shares: readonly OrderShare[]; readonly fills: readonly OrderFill[] };

/** Shares are numbered by their holding's order and name nobody: every taxpayer may be shown the whole and find his own. */
function toDivision(order: DividedOrder, caseId: number): z.input<typeof divisionAnswer> {
  const sum = (fills: readonly OrderFill[], figure: (fill: OrderFill) => { toFixed(): string }) =>
    fills.reduce((total, fill) => total.plus(figure(fill).toFixed()), new Decimal(0)).toFixed();
  const tradeIds = [...new Set(order.fills.map(({ tradeId }) => tradeId))];
  return {
    orderId: order.id,
    asset: order.asset,
    symbol: order.symbol,
    rule: RULE_TEXT,
    quantity: order.quantity.toFixed(),
    quantityDecimalPlaces: decimalPlacesOf(order),
    paidFeeKrw: sum(order.fills, ({ fee }) => fee),
    shares: order.shares.map((share, index) => {
      const own = order.fills.filter(({ holdingId }) => holdingId === share.holdingId);
      return {
        share: index + 1,
        quantity: share.quantity.toFixed(),
        executedQuantity: share.executedQuantity?.toFixed() ?? null,
        proceedsKrw: sum(own, ({ proceeds }) => proceeds),
        feeKrw: sum(own, ({ fee }) => fee),
        isOfThisCase: share.caseId === caseId,
      };
    }),
    trades: tradeIds.flatMap((tradeId) => {
      const parts = order.fills.filter((fill) => fill.tradeId === tradeId);
      const [first] = parts;
      if (first === undefined) return [];
      return [
        {
          tradeId,
          quantity: sum(parts, ({ quantity }) => quantity),
          price: first.price.toFixed(),
          proceedsKrw: sum(parts, ({ proceeds }) => proceeds),
          filledAt: first.filledAt.toISOString(),
        },
      ];
    }),
  };
}

/** How a case is to be sold, and how what was sold together was divided. */
export const salePlanRoutes: readonly Route[] = [
  read({
    operationId: 'listSalePlans',
    tag: 'sale',
    summary: '사건의 매각 계획과 시간 구간',
    path: '/cases/{caseId}/sale-plans',
    permission: 'case.read',
    params: z.object({ caseId: pathId }),
    query: z.object(pageQuery),
    answer: pageAnswer(planAnswer),
    handle: async ({ services: { database }, params, query }) => {
      await assertCaseExists(database.read, params.caseId);
      const { where, ...page } = pageArgs(query);
      const plans = await database.read.salePlan.findMany({
        ...page,
        where: { ...where, ...params },
        include: { slices: { orderBy: { id: 'asc' } } },
      });
      return toPage(plans, query, toPlan);
    },
  }),
  read({
    operationId: 'getPlanProspects',
    tag: 'sale',
    summary: '계획과 다른 매각 방법의 예상 비용',
    path: '/cases/{caseId}/sale-plans/{planId}/prospects',
    permission: 'case.read',
    params: z.object({ caseId: pathId, planId: pathId }),
    query: z.object({}),
    answer: prospectsAnswer,
    handle: async ({ services: { database }, params }) => {
      const { worth, prospects } = await prospectsOfPlan(database.read, params);
      return { worthKrw: worth.toString(), prospects: prospects.map(toProspect) };
    },
  }),
  read({
    operationId: 'getOrderDivision',
    tag: 'sale',
    summary: '공동 주문을 나눈 내역 (체납자에게 보일 수 있음)',
    path: '/cases/{caseId}/orders/{orderId}/division',
    permission: 'case.read',
    params: z.object({ caseId: pathId, orderId: pathId }),
    query: z.object({}),
    answer: divisionAnswer,
    handle: async ({ services: { database }, params: { caseId, orderId } }) => {
      const order = await database.read.saleOrder.findFirst({
        where: { id: orderId, shares: { some: { caseId } } },
        include: { shares: { orderBy: { holdingId: 'asc' } }, fills: { orderBy: { id: 'asc' } } },
      });
      if (order === null) throw new CheongsanError('NOT_FOUND', `Case ${caseId} has no share in an order ${orderId}.`);
      return toDivision(order, caseId);
    },
  }),
];
