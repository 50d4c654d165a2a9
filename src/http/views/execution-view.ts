import { z } from 'zod';
import { LiquidationState, OrderStyle } from '../../database/generated/enums.ts';
import type { Decimal } from '../../kernel/decimal.ts';
import type { BenchmarkPrice, Opportunity } from '../../registers/execution/benchmark.ts';
import type { WholeCaseReport } from '../../registers/execution/case-report.ts';
import {
  type ArrivalCost,
  averageSecondsToFill,
  basisPoints,
  type Cost,
  type ExecutionSums,
  type MeasuredFill,
  passiveShare,
} from '../../registers/execution/cost.ts';
import type { SaleFacts } from '../../registers/execution/facts.ts';
import type { GuardCount } from '../../registers/execution/guard-events.ts';
import { type CaseLine, type PeriodReport, worstCases } from '../../registers/execution/period-report.ts';
import type { HoldingReport } from '../../registers/execution/report.ts';
import { assetCode, dayText, decimalText, instantText, rowId, venueText } from '../schemas.ts';

const WORST_CASES_MAX = 10;

const signedText = decimalText.meta({ description: '소수 (음수는 이득)', example: '10140.5' });

const amountAnswer = z
  .object({
    krw: signedText.meta({ description: '원 (양수는 비용, 음수는 이득)' }),
    bps: signedText.nullable().meta({ description: '기준 금액에 대한 bp', example: '10.1405' }),
  })
  .meta({ id: 'ExecutionAmount', description: '집행 비용과 그 bp' });

const costFields = {
  fills: z.int().meta({ description: '기준 가격이 있어 잰 체결 수', example: 3 }),
  benchmarkKrw: decimalText.meta({ description: '판 수량을 기준 가격으로 친 금액', example: '10000000' }),
  shortfall: amountAnswer.meta({ description: '기준 금액 − 체결대금 + 수수료' }),
  fees: amountAnswer,
};
const windowStartCostAnswer = z.object(costFields).meta({ id: 'WindowStartCost', description: '자진기간 시작가 대비 비용' });
const arrivalCostAnswer = z
  .object({
    ...costFields,
    impact: amountAnswer.meta({ description: '가격충격과 호가차: 수량 × (판단 때 중간가 − 체결가)' }),
    timing: amountAnswer.meta({ description: '시간: 수량 × (도착가 − 판단 때 중간가)' }),
    unsplit: amountAnswer.meta({ description: '판단 때 중간가를 몰라 나눌 수 없는 몫' }),
  })
  .meta({ id: 'ArrivalCost', description: '도착가 대비 비용 (implementation shortfall)' });

const sumsFields = {
  fills: z.int().meta({ example: 3 }),
  proceedsKrw: decimalText.meta({ description: '체결대금', example: '9995000' }),
  feesKrw: signedText.meta({ description: '수수료 (음수는 거래소가 준 보상)', example: '4997.5' }),
  passiveShare: decimalText.nullable().meta({ description: '체결대금 가운데 호가에서 기다려 판 비율', example: '0.4' }),
  averageSecondsToFill: signedText.nullable().meta({ description: '판단에서 체결까지의 평균 초 (체결대금 가중)', example: '1.25' }),
  arrival: arrivalCostAnswer.nullable().meta({ description: '잴 체결이 없으면 null' }),
  windowStart: windowStartCostAnswer.nullable().meta({ description: '잴 체결이 없으면 null' }),
};

function priceAnswer<const Source extends string>(sources: readonly [Source, ...Source[]]) {
  return z.object({ priceKrw: decimalText.meta({ example: '95000000' }), at: instantText, source: z.enum(sources) });
}

const guardAnswer = z
  .object({
    code: z.string().meta({ example: 'book_stale' }),
    asset: assetCode.nullable().meta({ description: '한 종목에만 해당하면 그 종목' }),
    text: z.string().meta({ example: '호가가 오래되었습니다' }),
    count: z.int().meta({ description: '이 사유가 있었던 판단의 수', example: 2 }),
    firstAt: instantText,
    lastAt: instantText,
  })
  .meta({ id: 'GuardCount', description: '보호 장치가 작동한 횟수와 처음·마지막 시각' });

const saleAnswer = z.object({
  state: z.enum(LiquidationState),
  startedAt: instantText,
  endedAt: instantText.nullable(),
  endCode: z.string().nullable().meta({ example: 'covered' }),
});

const fillAnswer = z
  .object({
    fillId: rowId,
    orderId: rowId,
    tradeId: z.string().meta({ example: 't-1' }),
    style: z.enum(OrderStyle),
    quantity: decimalText,
    priceKrw: decimalText,
    proceedsKrw: decimalText,
    feeKrw: signedText,
    decidedAt: instantText.nullable(),
    filledAt: instantText,
    midKrw: decimalText.nullable().meta({ description: '판단 때 중간가' }),
    arrival: arrivalCostAnswer.nullable(),
    windowStart: windowStartCostAnswer.nullable(),
  })
  .meta({ id: 'ExecutionFill', description: '체결 하나와 그 비용' });

const opportunityAnswer = z.object({
  unsoldQuantity: decimalText.meta({ description: '계획하였으나 팔지 않은 수량' }),
  lastMidKrw: decimalText.meta({ description: '마지막으로 안 중간가' }),
  lastMidAt: instantText,
  costKrw: signedText.meta({ description: '미매각 기회비용: 수량 × (도착가 − 마지막 중간가). 다른 비용에 들어 있지 않다' }),
});

const holdingAnswer = z
  .object({
    holdingId: rowId,
    asset: assetCode,
    venue: venueText,
    arrivalPrice: priceAnswer(['plan', 'first_order']).nullable().meta({
      description: '도착가: 마지막 매각 작업(체납자의 희망, 그 뒤의 매각)을 시작한 때의 중간가, 계획이 없으면 첫 주문 때의 중간가',
    }),
    windowStartPrice: priceAnswer(['candle', 'valuation']).nullable().meta({ description: '자진기간이 시작된 날 0시의 가격' }),
    plans: z.array(
      z.object({
        version: z.int().meta({ example: 1 }),
        reason: z.string().meta({ example: 'begun' }),
        madeAt: instantText,
        plannedQuantity: decimalText,
        arrivalPriceKrw: decimalText,
      }),
    ),
    tasks: z
      .array(
        z.object({
          arrivalPrice: priceAnswer(['plan', 'first_order']).nullable(),
          soldQuantity: decimalText,
          orders: z.int().meta({ example: 2 }),
          ...sumsFields,
        }),
      )
      .meta({ description: '매각 작업마다: 체납자의 희망에 따른 매각과 그 뒤의 매각은 도착가가 다르다' }),
    soldQuantity: decimalText,
    orders: z.int().meta({ example: 2 }),
    ...sumsFields,
    opportunity: opportunityAnswer.nullable(),
    trades: z.array(fillAnswer),
  })
  .meta({ id: 'HoldingExecution', description: '한 종목의 매각 집행' });

export const caseExecutionAnswer = z
  .object({
    caseId: rowId,
    caseNumber: z.string().meta({ example: '2026-000012' }),
    hasFills: z.boolean().meta({ description: '체결이 있음', example: true }),
    sale: saleAnswer.nullable().meta({ description: '매각이 시작되지 않았으면 null' }),
    orders: z.int().meta({ example: 2 }),
    ...sumsFields,
    holdings: z.array(holdingAnswer),
    guardEvents: z.array(guardAnswer),
    notes: z.array(guardAnswer).meta({ description: '살펴보았으나 매각을 멈추지 않은 것' }),
  })
  .meta({ id: 'CaseExecution', description: '사건의 매각 집행 보고' });

const caseLineAnswer = z
  .object({
    caseId: rowId,
    caseNumber: z.string().meta({ example: '2026-000012' }),
    hasFills: z.boolean().meta({ description: '기간 안에 체결이 있음', example: true }),
    sale: saleAnswer.nullable(),
    assets: z.array(assetCode),
    venues: z.array(venueText),
    orders: z.int().meta({ example: 2 }),
    ...sumsFields,
    opportunityCostKrw: signedText.nullable().meta({ description: '기간 끝의 미매각 기회비용' }),
    guardEvents: z.int().meta({ description: '보호 장치가 작동한 횟수', example: 2 }),
  })
  .meta({ id: 'CaseExecutionLine', description: '기간 보고의 사건 하나' });

export const periodExecutionAnswer = z
  .object({
    fromDay: dayText,
    untilDay: dayText,
    caseCount: z.int().meta({ example: 12 }),
    casesWithFills: z.int().meta({ example: 11 }),
    orders: z.int().meta({ description: '거래소 주문 수 (여러 사건의 주문은 하나로)', example: 20 }),
    ...sumsFields,
    opportunityCostKrw: signedText,
    markets: z.array(
      z.object({
        venue: venueText,
        asset: assetCode,
        cases: z.int().meta({ example: 5 }),
        orders: z.int().meta({ example: 9 }),
        ...sumsFields,
      }),
    ),
    worstCases: z.array(caseLineAnswer).meta({ description: `도착가 대비 bp가 가장 큰 사건 (${WORST_CASES_MAX}까지)` }),
    cases: z.array(caseLineAnswer),
    guardEvents: z.array(guardAnswer),
    notes: z.array(guardAnswer).meta({ description: '살펴보았으나 매각을 멈추지 않은 것' }),
  })
  .meta({ id: 'PeriodExecution', description: '기간의 매각 집행 보고' });

/** A case's report as plain data, figures as exact decimals. */
export function toCaseExecution(report: WholeCaseReport): z.input<typeof caseExecutionAnswer> {
  const { caseId, number, sale, holdings, orderIds, sums, guards, notes } = report;
  return {
    caseId,
    caseNumber: number,
    hasFills: sums.fills > 0,
    sale: toSale(sale),
    orders: orderIds.size,
    ...toSums(sums),
    holdings: holdings.map(toHolding),
    guardEvents: guards.map(toGuard),
    notes: notes.map(toGuard),
  };
}

/** A period's report as plain data. */
export function toPeriodExecution(report: PeriodReport): z.input<typeof periodExecutionAnswer> {
  const { fromDay, untilDay, cases, markets, orders, sums, opportunityCost, guards, notes } = report;
  return {
    fromDay,
    untilDay,
    caseCount: cases.length,
    casesWithFills: cases.filter((line) => line.sums.fills > 0).length,
    orders,
    ...toSums(sums),
    opportunityCostKrw: opportunityCost.toFixed(),
    markets: markets.map(({ sums: own, ...market }) => ({ ...market, ...toSums(own) })),
    worstCases: worstCases(cases, WORST_CASES_MAX).map(toCaseLine),
    cases: cases.map(toCaseLine),
    guardEvents: guards.map(toGuard),
    notes: notes.map(toGuard),
  };
}

function toCaseLine({ caseId, number, sale, assets, venues, orders, sums, opportunityCost, guardEvents }: CaseLine) {
  return {
    caseId,
    caseNumber: number,
    hasFills: sums.fills > 0,
    sale: toSale(sale),
    assets: [...assets],
    venues: [...venues],
    orders,
    ...toSums(sums),
    opportunityCostKrw: opportunityCost?.toFixed() ?? null,
    guardEvents,
  };
}

function toHolding(report: HoldingReport): z.input<typeof holdingAnswer> {
  const { holdingId, asset, venue, arrival, windowStart, plans, parents, soldQuantity, orderIds, fills, sums, opportunity } = report;
  return {
    holdingId,
    asset,
    venue,
    arrivalPrice: toPrice(arrival),
    windowStartPrice: toPrice(windowStart),
    plans: plans.map(({ version, reason, madeAt, plannedQuantity, arrivalPrice }) => ({
      version,
      reason,
      madeAt: madeAt.toISOString(),
      plannedQuantity: plannedQuantity.toString(),
      arrivalPriceKrw: arrivalPrice.toString(),
    })),
    tasks: parents.map((task) => ({
      arrivalPrice: toPrice(task.arrival),
      soldQuantity: task.soldQuantity.toString(),
      orders: task.orderIds.length,
      ...toSums(task.sums),
    })),
    soldQuantity: soldQuantity.toString(),
    orders: orderIds.length,
    ...toSums(sums),
    opportunity: toOpportunity(opportunity),
    trades: fills.map(toFill),
  };
}

function toFill({ fill, arrival, windowStart }: MeasuredFill): z.input<typeof fillAnswer> {
  return {
    fillId: fill.fillId,
    orderId: fill.orderId,
    tradeId: fill.tradeId,
    style: fill.style,
    quantity: fill.quantity.toString(),
    priceKrw: fill.price.toString(),
    proceedsKrw: fill.proceeds.toString(),
    feeKrw: fill.fee.toString(),
    decidedAt: fill.decidedAt?.toISOString() ?? null,
    filledAt: fill.filledAt.toISOString(),
    midKrw: fill.mid?.toString() ?? null,
    arrival: arrival === undefined ? null : toArrivalCost(arrival, 1),
    windowStart: windowStart === undefined ? null : toCost(windowStart, 1),
  };
}

function toSums(sums: ExecutionSums) {
  return {
    fills: sums.fills,
    proceedsKrw: sums.proceeds.toFixed(),
    feesKrw: sums.fees.toFixed(),
    passiveShare: passiveShare(sums)?.toFixed() ?? null,
    averageSecondsToFill: averageSecondsToFill(sums)?.toFixed() ?? null,
    arrival: sums.arrivalFills === 0 ? null : toArrivalCost(sums.arrival, sums.arrivalFills),
    windowStart: sums.windowStartFills === 0 ? null : toCost(sums.windowStart, sums.windowStartFills),
  };
}

function toArrivalCost(cost: ArrivalCost, fills: number) {
  const amount = amountOf(cost.benchmark);
  return { ...toCost(cost, fills), impact: amount(cost.impact), timing: amount(cost.timing), unsplit: amount(cost.unsplit) };
}

function toCost({ benchmark, total, fees }: Cost, fills: number) {
  const amount = amountOf(benchmark);
  return { fills, benchmarkKrw: benchmark.toFixed(), shortfall: amount(total), fees: amount(fees) };
}

function amountOf(benchmark: Decimal) {
  return (krw: Decimal) => ({ krw: krw.toFixed(), bps: basisPoints(krw, benchmark)?.toFixed() ?? null });
}

function toPrice<Source extends string>(price: BenchmarkPrice<Source> | undefined) {
  return price === undefined ? null : { priceKrw: price.price.toString(), at: price.at.toISOString(), source: price.source };
}

function toOpportunity(opportunity: Opportunity | undefined): z.input<typeof opportunityAnswer> | null {
  if (opportunity === undefined) return null;
  const { unsoldQuantity, lastMid, cost } = opportunity;
  return {
    unsoldQuantity: unsoldQuantity.toString(),
    lastMidKrw: lastMid.price.toString(),
    lastMidAt: lastMid.at.toISOString(),
    costKrw: cost.toFixed(),
  };
}

function toSale(sale: SaleFacts | undefined): z.input<typeof saleAnswer> | null {
  if (sale === undefined) return null;
  const { state, startedAt, endedAt, endCode } = sale;
  return { state, startedAt: startedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null, endCode: endCode ?? null };
}

function toGuard({ code, asset, text, count, firstAt, lastAt }: GuardCount): z.input<typeof guardAnswer> {
  return { code, asset: asset ?? null, text, count, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString() };
}
