import type { CellResult, Summary } from '../backtest/backtest.ts';
import type { BookResult } from '../backtest/book-measure.ts';
import type { Regime } from '../backtest/grid.ts';
import { drawTable, type TextColumn } from './text-table.ts';

const REGIME_NAMES: Readonly<Record<Regime, string>> = { all: '전체', hivol: '고변동', fall: '급락 뒤' };

const left = (header: string): TextColumn => ({ header, align: 'left' });
const right = (header: string): TextColumn => ({ header, align: 'right' });

/** Amounts as offices say them. */
function amount(krw: number): string {
  return krw >= 1e8 ? `${round(krw / 1e8)}억 원` : `${round(krw / 1e4)}만 원`;
}

function round(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}

export function drawCells(file: string, results: readonly CellResult[]): string {
  const [first] = results;
  if (first === undefined) return `\n${file}\n  기록이 짧거나 거래가 없어 시작점이 없습니다.`;
  const columns = [
    left('국면'),
    right('금액'),
    left('방식'),
    right('횟수'),
    right('평균'),
    right('CVaR 5%'),
    right('충격'),
    right('비율'),
    left('견준 방식'),
  ];
  const rows = results.map((result) => [
    REGIME_NAMES[result.regime],
    amount(result.notionalKrw),
    result.kind === 'planner' ? `계획 λ=${result.lambda}` : result.strategy,
    String(result.n),
    result.meanBps.toFixed(1),
    result.cvar5Bps.toFixed(1),
    result.impactBps.toFixed(1),
    result.kind === 'planner' ? (result.ratio?.toFixed(3) ?? '-') : '',
    result.kind === 'planner' ? result.best : '',
  ]);
  const hours = first.barMs / 3_600_000;
  const note = first.isShort ? ' · 짧은 기록: 합계에서 뺌' : '';
  return `\n${file} (${hours}시간 봉, bp${note})\n${drawTable(columns, rows)}`;
}

export function drawBooks(file: string, results: readonly BookResult[]): string {
  const [first] = results;
  if (first === undefined) return `\n${file}\n  양쪽 호가가 있는 순간이 없습니다.`;
  const columns = [
    left('방식'),
    right('금액'),
    right('횟수'),
    right('완료'),
    right('체결 비율'),
    right('시작 중간값 대비'),
    right('최악'),
    right('체결 때 중간값 대비'),
    right('주문'),
    right('초'),
  ];
  const rows = results.map((result) => [
    result.way === 'cross' ? '즉시 체결' : '대기 30초 뒤 즉시',
    amount(result.notionalKrw),
    String(result.sales),
    String(result.complete),
    `${(result.soldShare * 100).toFixed(1)}%`,
    (-result.belowArrivalBps).toFixed(1),
    (-result.worstBps).toFixed(1),
    (-result.belowMidBps).toFixed(1),
    result.orders.toFixed(1),
    result.seconds.toFixed(0),
  ]);
  const trades = first.hasTrades ? '체결 기록 있음' : '체결 기록 없음';
  return `\n${file} (호가 ${first.snapshots}번, 못 쓰는 것 ${first.unusable}번, ${trades}, bp)\n${drawTable(columns, rows)}`;
}

export function drawSummary({ contested, city, fall, few }: Summary['groups']): string {
  const columns = [left('묶음'), right('칸'), right('평균 비율'), right('최악 비율')];
  const named = [
    { name: '다투는 크기 (1억 원 초과)', group: contested },
    { name: '시의 크기 (1억 원 이하)', group: city },
    { name: '급락 뒤', group: fall },
    { name: '짧은 기록', group: few },
  ];
  const rows = named.map(({ name, group }) => [name, String(group.cells), group.mean?.toFixed(3) ?? '-', group.worst?.toFixed(3) ?? '-']);
  return `\n비율: 계획의 비용(충격 + λ·CVaR 5%)을, 지나고 보니 가장 나았던 기준 방식의 비용으로 나눈 값. 1보다 작으면 계획이 낫다.\n${drawTable(columns, rows)}`;
}
