import { formatDay, formatFigure, formatSeoulDateTime } from '../document/korean-format.ts';
import type { Decimal } from '../kernel/decimal.ts';
import type { CoinAmount } from '../kernel/money.ts';
import type { Opportunity } from '../registers/execution/benchmark.ts';
import type { WholeCaseReport } from '../registers/execution/case-report.ts';
import {
  type ArrivalCost,
  averageSecondsToFill,
  basisPoints,
  type Cost,
  type ExecutionSums,
  passiveShare,
} from '../registers/execution/cost.ts';
import { roundedPoints, wholeWon, wholeWonParts } from '../registers/execution/figure-text.ts';
import type { GuardCount } from '../registers/execution/guard-events.ts';
import { type PeriodReport, worstCases } from '../registers/execution/period-report.ts';
import type { HoldingReport, ParentReport } from '../registers/execution/report.ts';
import { NO_FILLS_TITLE } from '../registers/execution/report-files.ts';
import { saleStateText } from '../registers/execution/sale-state.ts';
import { drawTable, type TextColumn } from './text-table.ts';

const WORST_CASES_MAX = 10;
const ARRIVAL_SOURCES = { plan: '계획할 때의 중간가', first_order: '첫 주문 때의 중간가' } as const;
const WINDOW_START_SOURCES = { candle: '시간봉 종가', valuation: '가장 가까운 평가' } as const;

const right = (header: string): TextColumn => ({ header, align: 'right' });
const left = (header: string): TextColumn => ({ header, align: 'left' });

const COST_COLUMNS = [
  right('체결'),
  right('체결대금(원)'),
  right('수수료(원)'),
  right('충격(원)'),
  right('시간(원)'),
  right('도착가 대비(원)'),
  right('bp'),
  right('시작가 대비(원)'),
  right('bp'),
];

/** A case's report for a terminal. Won are rounded here; exact figures are in the JSON and in the files. */
export function drawCaseExecution(report: WholeCaseReport): string {
  const { number, holdings, sums, orderIds, guards, notes } = report;
  return [
    `사건 ${number} · ${saleStateText(report)} · 주문 ${orderIds.size}건, 체결 ${sums.fills}건`,
    ...(sums.fills === 0 ? [`${NO_FILLS_TITLE}: 잴 것이 없습니다.`] : []),
    ...holdings.flatMap(benchmarkLines),
    ...(sums.fills === 0
      ? []
      : [
          drawTable(
            [left('가상자산'), ...COST_COLUMNS],
            [...holdings.map(({ asset, sums: own }) => [asset, ...costCells(own)]), ['합계', ...costCells(sums)]],
          ),
          paceLine(sums),
          ...caveats(sums),
        ]),
    ...guardLines(guards),
    ...noteLines(notes),
  ].join('\n');
}

/** A period's report for a terminal. */
export function drawPeriodExecution({
  fromDay,
  untilDay,
  cases,
  markets,
  orders,
  sums,
  opportunityCost,
  guards,
  notes,
}: PeriodReport): string {
  const without = cases.filter((line) => line.sums.fills === 0);
  const worst = worstCases(cases, WORST_CASES_MAX);
  return [
    `${formatDay(fromDay)} ~ ${formatDay(untilDay)} · 사건 ${cases.length}건, 주문 ${orders}건, 체결 ${sums.fills}건`,
    ...(sums.fills === 0
      ? []
      : [
          drawTable(
            [left('거래소'), left('가상자산'), ...COST_COLUMNS],
            [...markets.map(({ venue, asset, sums: own }) => [venue, asset, ...costCells(own)]), ['합계', '', ...costCells(sums)]],
          ),
          paceLine(sums),
          ...caveats(sums),
          `팔기로 하고 팔지 않은 것의 기회비용 ${wholeWon(opportunityCost)}원`,
        ]),
    ...(worst.length === 0
      ? []
      : [
          '도착가 대비 비용이 큰 사건',
          drawTable(
            [left('사건번호'), ...COST_COLUMNS],
            worst.map(({ number, sums: own }) => [number, ...costCells(own)]),
          ),
        ]),
    ...(without.length === 0 ? [] : [`${NO_FILLS_TITLE} ${without.length}건: ${without.map(({ number }) => number).join(', ')}`]),
    ...guardLines(guards),
    ...noteLines(notes),
  ].join('\n');
}

function benchmarkLines({ asset, parents, windowStart, soldQuantity, opportunity }: HoldingReport): string[] {
  const shown = parents.filter(({ orderIds, fills }, index) => orderIds.length > 0 || fills.length > 0 || index === parents.length - 1);
  if (soldQuantity.isZero() && windowStart === undefined && shown.every(({ arrival }) => arrival === undefined)) return [];
  const [only, ...others] = shown;
  const start =
    windowStart === undefined
      ? '자진기간 시작가를 알 수 없음'
      : `자진기간 시작가 ${formatFigure(windowStart.price.toString())}원 (${WINDOW_START_SOURCES[windowStart.source]}, ${formatSeoulDateTime(windowStart.at)})`;
  const prices = only !== undefined && others.length === 0 ? [...arrivalText(only), start] : [start];
  return [
    `${soldText(asset, soldQuantity)}: ${prices.join(', ')}`,
    ...(others.length === 0 ? [] : shown.map((parent) => parentLine(asset, parent))),
    ...unsoldLines(asset, opportunity),
  ];
}

function soldText(asset: string, quantity: CoinAmount): string {
  return quantity.isZero() ? `${asset} 판 것 없음` : `${asset} ${formatFigure(quantity.toString())} 매각`;
}

/** A price that nobody knows is no news where nothing was sold to be measured by it. */
function arrivalText({ arrival, fills }: ParentReport): string[] {
  if (arrival === undefined) return fills.length === 0 ? [] : ['도착가를 알 수 없음'];
  const { price, at, source, doubts } = arrival;
  const told = [ARRIVAL_SOURCES[source], formatSeoulDateTime(at), ...doubts.map((doubt) => `그때 ${doubt}`)];
  return [`도착가 ${formatFigure(price.toString())}원 (${told.join(', ')})`];
}

/** One of several tasks by which a coin was sold, each measured by its own arrival price. */
function parentLine(asset: string, parent: ParentReport): string {
  const { isWished, soldQuantity, sums } = parent;
  const cost = sums.arrivalFills === 0 ? [] : [`도착가 대비 ${wholeWon(sums.arrival.total)}원 (${points(sums.arrival)}bp)`];
  const title = isWished ? '체납자의 희망' : '시의 매각';
  return `  ${title}: ${[soldText(asset, soldQuantity), ...arrivalText(parent), ...cost].join(', ')}`;
}

/** What a wish has left says nothing of what the case still holds. */
function unsoldLines(asset: string, opportunity: Opportunity | undefined): string[] {
  if (opportunity === undefined || opportunity.unsoldQuantity.isZero()) return [];
  const { isWished, unsoldQuantity, cost } = opportunity;
  const title = isWished ? '체납자의 희망에 따른 계획에 남은 것' : '남은 계획';
  return [`  ${title} ${formatFigure(unsoldQuantity.toString())} ${asset}, 마지막 중간가로 친 기회비용 ${wholeWon(cost)}원`];
}

function costCells(sums: ExecutionSums): string[] {
  const { fills, proceeds, fees, arrival, arrivalFills, windowStart, windowStartFills } = sums;
  const known = arrivalFills > 0;
  const parts = partsInWon(arrival);
  return [
    String(fills),
    wholeWon(proceeds),
    arrivalFills === fills ? parts.fees : wholeWon(fees),
    known ? parts.impact : '-',
    known ? parts.timing : '-',
    known ? wholeWon(arrival.total) : '-',
    points(arrival),
    windowStartFills > 0 ? wholeWon(windowStart.total) : '-',
    points(windowStart),
  ];
}

/** Rounded so that they add up to the rounded total. */
function partsInWon({ fees, impact, timing, unsplit }: ArrivalCost) {
  const [feesWon = '', impactWon = '', timingWon = '', unsplitWon = ''] = wholeWonParts([fees, impact, timing, unsplit]);
  return { fees: feesWon, impact: impactWon, timing: timingWon, unsplit: unsplitWon };
}

function points({ total, benchmark }: Cost): string {
  return orDash(basisPoints(total, benchmark), roundedPoints);
}

function paceLine(sums: ExecutionSums): string {
  const passive = orDash(passiveShare(sums), (share) => `${roundedPoints(share.times(100))}%`);
  const seconds = orDash(averageSecondsToFill(sums), (average) => `${roundedPoints(average)}초`);
  return `호가에서 기다려 판 비율 ${passive}, 판단에서 체결까지 평균 ${seconds}`;
}

/** What the figures leave out, where they do. */
function caveats({ fills, arrival, arrivalFills, windowStartFills }: ExecutionSums): string[] {
  const without = (title: string, measured: number) => `${title} 알 수 없는 체결 ${fills - measured}건은 그 비용에 들어 있지 않습니다.`;
  return [
    ...(arrivalFills < fills ? [without('도착가를', arrivalFills)] : []),
    ...(windowStartFills < fills ? [without('자진기간 시작가를', windowStartFills)] : []),
    ...(arrival.unsplit.isZero()
      ? []
      : [`판단 때 중간가를 몰라 충격과 시간으로 나누지 못한 비용 ${partsInWon(arrival).unsplit}원이 있습니다.`]),
  ];
}

function orDash(figure: Decimal | undefined, say: (figure: Decimal) => string): string {
  return figure === undefined ? '-' : say(figure);
}

function guardLines(guards: readonly GuardCount[]): string[] {
  return guards.length === 0 ? ['보호 장치가 매각을 멈춘 적이 없습니다.'] : ['보호 장치', countTable(guards)];
}

function noteLines(notes: readonly GuardCount[]): string[] {
  return notes.length === 0 ? [] : ['살펴본 것 (매각을 멈추지 않음)', countTable(notes)];
}

function countTable(counts: readonly GuardCount[]): string {
  const rows = counts.map(({ code, asset, text, count, firstAt, lastAt }) => [
    code,
    asset ?? '',
    String(count),
    formatSeoulDateTime(firstAt),
    formatSeoulDateTime(lastAt),
    text,
  ]);
  return drawTable([left('코드'), left('가상자산'), right('횟수'), left('처음'), left('마지막'), left('뜻')], rows);
}
