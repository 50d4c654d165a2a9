import { formatDay, formatFigure, formatSeoulDateTime } from '../document/korean-format.ts';
import type { Decimal } from '../kernel/decimal.ts';
import type { WholeCaseReport } from '../registers/execution/case-report.ts';
import { averageSecondsToFill, basisPoints, type Cost, type ExecutionSums, passiveShare } from '../registers/execution/cost.ts';
import { roundedPoints, wholeWon } from '../registers/execution/figure-text.ts';
import type { GuardCount } from '../registers/execution/guard-events.ts';
import { type PeriodReport, worstCases } from '../registers/execution/period-report.ts';
import type { HoldingReport } from '../registers/execution/report.ts';
import { NO_FILLS_TITLE, SALE_STATE_TITLES } from '../registers/execution/report-files.ts';
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
export function drawCaseExecution({ number, sale, holdings, sums, orderIds, guards }: WholeCaseReport): string {
  const state = sale === undefined ? '매각 시작 전' : SALE_STATE_TITLES[sale.state];
  return [
    `사건 ${number} · ${state} · 주문 ${orderIds.size}건, 체결 ${sums.fills}건`,
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
  ].join('\n');
}

/** A period's report for a terminal. */
export function drawPeriodExecution({ fromDay, untilDay, cases, markets, orders, sums, opportunityCost, guards }: PeriodReport): string {
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
  ].join('\n');
}

function benchmarkLines({ asset, arrival, windowStart, soldQuantity, opportunity }: HoldingReport): string[] {
  if (arrival === undefined && windowStart === undefined && soldQuantity.isZero()) return [];
  const prices = [
    arrival === undefined
      ? '도착가를 알 수 없음'
      : `도착가 ${formatFigure(arrival.price.toString())}원 (${ARRIVAL_SOURCES[arrival.source]}, ${formatSeoulDateTime(arrival.at)})`,
    windowStart === undefined
      ? '자진기간 시작가를 알 수 없음'
      : `자진기간 시작가 ${formatFigure(windowStart.price.toString())}원 (${WINDOW_START_SOURCES[windowStart.source]}, ${formatSeoulDateTime(windowStart.at)})`,
  ];
  const unsold =
    opportunity === undefined || opportunity.unsoldQuantity.isZero()
      ? []
      : [
          `  남은 계획 ${formatFigure(opportunity.unsoldQuantity.toString())} ${asset}, 마지막 중간가로 친 기회비용 ${wholeWon(opportunity.cost)}원`,
        ];
  return [`${asset} ${formatFigure(soldQuantity.toString())} 매각: ${prices.join(', ')}`, ...unsold];
}

function costCells({ fills, proceeds, fees, arrival, arrivalFills, windowStart, windowStartFills }: ExecutionSums): string[] {
  const known = arrivalFills > 0;
  return [
    String(fills),
    wholeWon(proceeds),
    wholeWon(fees),
    known ? wholeWon(arrival.impact) : '-',
    known ? wholeWon(arrival.timing) : '-',
    known ? wholeWon(arrival.total) : '-',
    points(arrival),
    windowStartFills > 0 ? wholeWon(windowStart.total) : '-',
    points(windowStart),
  ];
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
      : [`판단 때 중간가를 몰라 충격과 시간으로 나누지 못한 비용 ${wholeWon(arrival.unsplit)}원이 있습니다.`]),
  ];
}

function orDash(figure: Decimal | undefined, say: (figure: Decimal) => string): string {
  return figure === undefined ? '-' : say(figure);
}

function guardLines(guards: readonly GuardCount[]): string[] {
  if (guards.length === 0) return ['보호 장치가 작동한 적이 없습니다.'];
  const rows = guards.map(({ code, asset, text, count, firstAt, lastAt }) => [
    code,
    asset ?? '',
    String(count),
    formatSeoulDateTime(firstAt),
    formatSeoulDateTime(lastAt),
    text,
  ]);
  return ['보호 장치', drawTable([left('코드'), left('가상자산'), right('횟수'), left('처음'), left('마지막'), left('뜻')], rows)];
}
