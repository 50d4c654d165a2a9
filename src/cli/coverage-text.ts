import { formatFigure, formatSeoulDateTime } from '../document/korean-format.ts';
import { Decimal } from '../kernel/decimal.ts';
import { type CaseCoverage, type CoverageView, STANDING_TITLES, SUGGESTION_TITLES } from '../liquidation/coverage-view.ts';
import { PHASES } from '../seizure/phase-table.ts';
import type { CoinResult, CoverageResult, Suggestion } from '../valuation/coverage/result.ts';
import { drawTable, type TextColumn } from './text-table.ts';

const right = (header: string): TextColumn => ({ header, align: 'right' });
const left = (header: string): TextColumn => ({ header, align: 'left' });

const CASE_COLUMNS = [
  left('사건'),
  left('단계'),
  left('판단'),
  right('충당 가능성'),
  left('매각 예정일'),
  right('평가액(원)'),
  right('필요액(원)'),
  right('부족액 95%(원)'),
  left('제안'),
];

/** One line a case, the worst first. */
export function drawCoverageList(cases: readonly CaseCoverage[]): string {
  if (cases.length === 0) return '충당 가능성을 계산한 사건이 없습니다.';
  const rows = cases.map(({ caseNumber, phase, reading: { saleOn, result } }) => [
    caseNumber,
    PHASES[phase].title,
    STANDING_TITLES[result.standing],
    percent(result.probability),
    saleOn,
    valueFigure(result),
    formatFigure(result.needKrw),
    result.shortfallKrw === null ? '-' : formatFigure(result.shortfallKrw.p95),
    result.suggestions.map(({ code }) => SUGGESTION_TITLES[code]).join(', '),
  ]);
  return drawTable(CASE_COLUMNS, rows);
}

const COIN_COLUMNS = [left('종목'), right('수량'), right('평가액(원)'), right('하루 변동성'), right('기록(일)'), left('계산')];
const MODEL_TITLES = { own: '종목 자신의 변동', proxy: '대표 시장의 변동을 넓혀서', none: '알 수 없음' } as const;
const STATE_TITLES = { priced: undefined, untraded: '거래되지 않아 없는 것으로 봄', unpriced: '가격을 알 수 없음' } as const;

const HISTORY_COLUMNS = [left('계산 시각'), left('판단'), right('충당 가능성'), right('평가액(원)'), right('필요액(원)')];

/** The last reading of a case with its coins and suggestions, and the readings before it. */
export function drawCaseCoverage(number: string, latest: CoverageView, history: readonly CoverageView[]): string {
  const { result, readAt, saleOn } = latest;
  return [
    `사건 ${number} · ${formatSeoulDateTime(readAt)} 계산 · 매각 예정일 ${saleOn}`,
    `${STANDING_TITLES[result.standing]}: 모두 충당할 가능성 ${percent(result.probability)}${errorText(result)}`,
    `필요액 ${won(result.needKrw)}, 평가액 ${valueText(result)}, 받은 금액 ${won(result.cashKrw)}`,
    fallText(result),
    ...shortfallText(result),
    '',
    drawTable(COIN_COLUMNS, result.coins.map(coinRow)),
    '',
    ...result.suggestions.map((suggestion) => `· ${SUGGESTION_TITLES[suggestion.code]}: ${reasonText(suggestion)}`),
    '',
    drawTable(HISTORY_COLUMNS, history.map(historyRow)),
  ].join('\n');
}

function percent(share: string | null): string {
  return share === null ? '-' : `${new Decimal(share).times(100).decimalPlaces(1, Decimal.ROUND_HALF_UP).toFixed(1)}%`;
}

function won(figure: string): string {
  return `${formatFigure(figure)}원`;
}

/** What nobody knows the price of is worth something: its value is not told as if it were nothing. */
function isUnpriced({ coins }: CoverageResult): boolean {
  return coins.some(({ state }) => state === 'unpriced');
}

function valueFigure(result: CoverageResult): string {
  return isUnpriced(result) ? '알 수 없음' : formatFigure(result.valueKrw);
}

function valueText(result: CoverageResult): string {
  const known = `${won(result.valueKrw)} (비용을 빼면 ${won(result.netValueKrw)})`;
  return isUnpriced(result) ? `알 수 없음 (가격을 아는 종목만 ${won(result.valueKrw)})` : known;
}

function errorText({ standardError }: CoverageResult): string {
  return standardError === null ? '' : ` (모의 오차 ±${percent(standardError)})`;
}

function fallText(result: CoverageResult): string {
  const { breakEvenFall } = result;
  if (isUnpriced(result)) return '가격을 알 수 없는 종목이 있어 판단하지 못합니다. 한 시간 뒤 다시 계산합니다.';
  if (breakEvenFall === null) return '팔 수 있는 자산이 없습니다.';
  const fall = new Decimal(breakEvenFall);
  return fall.isNegative()
    ? `가격이 ${percent(fall.negated().toFixed())} 올라야 모두 충당합니다.`
    : `가격이 ${percent(breakEvenFall)}까지 내려도 모두 충당합니다.`;
}

function shortfallText({ shortfallKrw, expectedShortfallKrw }: CoverageResult): string[] {
  if (shortfallKrw === null || expectedShortfallKrw === null) return [];
  const { p50, p90, p95, p99 } = shortfallKrw;
  return [
    `부족액: 50% ${won(p50)}, 90% ${won(p90)}, 95% ${won(p95)}, 99% ${won(p99)} 이하 · 모자라는 경우 평균 ${won(expectedShortfallKrw)}`,
  ];
}

function coinRow({ asset, units, valueKrw, dailyVolatility, usableDays, model, state }: CoinResult): string[] {
  return [
    asset,
    formatFigure(units),
    state === 'unpriced' ? '-' : formatFigure(valueKrw),
    percent(dailyVolatility),
    String(usableDays),
    STATE_TITLES[state] ?? MODEL_TITLES[model],
  ];
}

function historyRow({ readAt, result }: CoverageView): string[] {
  return [
    formatSeoulDateTime(readAt),
    STANDING_TITLES[result.standing],
    percent(result.probability),
    valueFigure(result),
    formatFigure(result.needKrw),
  ];
}

function reasonText({ code, reasons }: Suggestion): string {
  switch (code) {
    case 'sell_earlier_with_consent':
      return `${reasons.daysEarlier}일 먼저 팔면 가능성이 ${percent(reasons.probability)}에서 ${percent(reasons.probabilityThen)}로 오릅니다.`;
    case 'demand_more': {
      const worth = reasons.worthTodayKrw === null ? '' : `, 같은 종목이면 지금 ${won(reasons.worthTodayKrw)}어치`;
      return `${percent(reasons.confidence)} 가능성까지 ${won(reasons.missingKrw)}이 모자랍니다${worth}.`;
    }
    case 'release_excess': {
      const coins = reasons.coins.map(({ asset, units, worthKrw }) => `${asset} ${formatFigure(units)} (${won(worthKrw)})`);
      return `${coins.join(', ')}를 해제해도 가능성이 ${percent(reasons.probabilityThen)}입니다. 한도를 넘은 금액 ${won(reasons.excessKrw)}.`;
    }
    case 'nothing':
      return NOTHING_TITLES[reasons.because];
  }
}

const NOTHING_TITLES = {
  covered_within_margin: '여유 한도 안에서 충분합니다.',
  excess_needed_for_confidence: '한도를 넘지만 가격 변동에 대비하여 필요합니다.',
  too_little_known: '가격이나 변동의 기록이 모자라 판단할 수 없습니다.',
} as const;
