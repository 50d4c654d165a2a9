import type { Transaction } from '../../database/work.ts';
import { formatFigure, formatSeoulDateTime } from '../../document/korean-format.ts';
import { drawFigure, type Panel } from '../../document/svg/figure.ts';
import type { DotLayer, Layer, LevelLayer } from '../../document/svg/layer.ts';
import type { Price } from '../../kernel/money.ts';
import { basisPoints, type MeasuredFill } from './cost.ts';
import { roundedPoints, wholeWon } from './figure-text.ts';
import { type HoldingPlotFacts, readPlotFacts } from './plot-facts.ts';
import { progressSteps } from './progress-steps.ts';
import type { CaseReport, HoldingReport } from './report.ts';
import { STYLE_TITLES } from './report-files.ts';

/*
 * A drawing needs pixels, not won: prices become plain numbers here, and nowhere else. Colours are those of Okabe and Ito, which
 * people with any colour vision can tell apart; lines and signs differ in form as well.
 */
const COLOURS = {
  mid: '#222222',
  close: '#8a8a8a',
  arrival: '#009e73',
  windowStart: '#cc79a7',
  cross: '#d55e00',
  passive: '#0072b2',
  pause: '#ececec',
} as const;

const HOUR_MS = 3_600_000;
const SHORTEST_AXIS_MS = 60_000;
const TIME_MARGIN = 0.03;
const VALUE_MARGIN = 0.08;
/** A benchmark further away than so many times the height of all else would make a flat line of it: it is named, not drawn. */
const BENCHMARK_REACH = 2;

/** Prices, plan and fills of a case as an SVG document: two panels for each coin. */
export async function drawCaseReport(reader: Transaction, report: CaseReport): Promise<string> {
  return casePlot(report, await readPlotFacts(reader, report));
}

/** The same from what was read: a pure function. */
export function casePlot({ number, sums }: CaseReport, facts: readonly HoldingPlotFacts[]): string {
  const points = basisPoints(sums.arrival.total, sums.arrival.benchmark);
  const cost = points === undefined ? '' : ` · 도착가 대비 비용 ${wholeWon(sums.arrival.total)}원 (${roundedPoints(points)}bp)`;
  const subtitle = `체결 ${formatFigure(String(sums.fills))}건, 체결대금 ${wholeWon(sums.proceeds)}원${cost}`;
  const coins = facts.map(({ holding }) => holding.asset).join(', ');
  return drawFigure({
    title: `매각 집행 보고 · 사건 ${number}`,
    subtitle,
    description: `사건 ${number}의 ${coins} 매각: 시간에 따른 가격과 체결, 계획한 비율과 판 비율. ${subtitle}.`,
    emptyText: '아직 그릴 계획이나 체결이 없습니다.',
    panels: facts.flatMap((each) => [pricePanel(each), progressPanel(each)]),
  });
}

function pricePanel(facts: HoldingPlotFacts): Panel {
  const { holding, mids, closes, pauses } = facts;
  const times = timeAxis(facts);
  const path = [
    ...mids.map(({ price }) => asNumber(price)),
    ...closes.filter(({ at }) => at.getTime() >= times[0] && at.getTime() <= times[1]).map(({ close }) => close),
    ...holding.fills.map(({ fill }) => asNumber(fill.price)),
    ...(holding.arrival === undefined ? [] : [asNumber(holding.arrival.price)]),
  ];
  const windowStart = holding.windowStart === undefined ? undefined : asNumber(holding.windowStart.price);
  const values = valueAxis(path, windowStart);
  return {
    heading: `${holding.asset} (${holding.venue}) · 가격과 체결`,
    valueTitle: '가격 (원)',
    values,
    times,
    plotHeight: 280,
    layers: [
      ...pauseLayer(pauses),
      {
        kind: 'line',
        legend: closes.length === 0 ? undefined : '시간봉 종가',
        colour: COLOURS.close,
        width: 1.25,
        points: closes.map(({ at, close }) => ({ atMs: at.getTime(), value: close })),
        breakAfterMs: 2 * HOUR_MS,
      },
      {
        kind: 'line',
        legend: mids.length === 0 ? undefined : '판단 때 중간가',
        colour: COLOURS.mid,
        width: 1.75,
        points: mids.map(({ at, price }) => ({ atMs: at.getTime(), value: asNumber(price) })),
        breakAfterMs: undefined,
      },
      ...levels(holding, values),
      ...dots(holding, 'cross'),
      ...dots(holding, 'passive'),
      ...(holding.fills.length === 0 ? [] : [{ kind: 'note', legend: '점의 넓이는 수량에 비례' } as const]),
    ],
  };
}

function levels({ arrival, windowStart }: HoldingReport, values: readonly [number, number]): LevelLayer[] {
  const level = (title: string, price: Price, colour: string, dash: string): LevelLayer => {
    const value = asNumber(price);
    const outside = value > values[1] ? ', 그림 위쪽 밖' : value < values[0] ? ', 그림 아래쪽 밖' : '';
    return { kind: 'level', value, colour, dash, legend: `${title} ${won(price.toString())}${outside}` };
  };
  return [
    ...(arrival === undefined ? [] : [level('도착가', arrival.price, COLOURS.arrival, '9 4')]),
    ...(windowStart === undefined ? [] : [level('자진기간 시작가', windowStart.price, COLOURS.windowStart, '2 4')]),
  ];
}

function dots({ fills }: HoldingReport, style: MeasuredFill['fill']['style']): DotLayer[] {
  const [, largest] = extentOf(fills.map(({ fill }) => fill.quantity.value.toNumber()));
  const own = fills.filter(({ fill }) => fill.style === style);
  if (own.length === 0) return [];
  return [
    {
      kind: 'dots',
      marker: style === 'cross' ? 'circle' : 'diamond',
      colour: COLOURS[style],
      legend: `${STYLE_TITLES[style]} ${formatFigure(String(own.length))}건`,
      points: own.map(({ fill: { filledAt, price, quantity } }) => ({
        atMs: filledAt.getTime(),
        value: asNumber(price),
        share: quantity.value.toNumber() / largest,
        title: `${formatSeoulDateTime(filledAt)} ${formatFigure(quantity.toString())} ${quantity.asset}, ${won(price.toString())}`,
      })),
    },
  ];
}

function progressPanel(facts: HoldingPlotFacts): Panel {
  const { holding, slices, pauses } = facts;
  const times = timeAxis(facts);
  const { planned, sold } = progressSteps(
    holding.plans,
    slices,
    holding.fills.map(({ fill }) => fill),
  );
  const last = sold.at(-1)?.percent ?? 0;
  const [, highest] = extentOf([100, last, ...planned.map(({ percent }) => percent)]);
  const step = ({ at, percent }: { readonly at: Date; readonly percent: number }) => ({ atMs: at.getTime(), value: percent });
  return {
    heading: `${holding.asset} (${holding.venue}) · 계획과 매각`,
    valueTitle: holding.plans.length === 0 ? '판 수량 가운데 비율 (%)' : '팔기로 한 수량 가운데 비율 (%)',
    values: [0, highest * (1 + VALUE_MARGIN / 2)],
    times,
    plotHeight: 170,
    layers: [
      ...pauseLayer(pauses),
      ...(planned.length === 0
        ? []
        : [
            {
              kind: 'steps',
              legend: '계획 (구간의 목표)',
              colour: COLOURS.passive,
              width: 1.75,
              dash: '6 3',
              points: planned.map(step),
            } as const,
          ]),
      {
        kind: 'steps',
        legend: '판 비율',
        colour: COLOURS.cross,
        width: 2.25,
        dash: undefined,
        points: [{ atMs: times[0], value: 0 }, ...sold.map(step)],
      },
    ],
  };
}

function pauseLayer(pauses: HoldingPlotFacts['pauses']): Layer[] {
  if (pauses.length === 0) return [];
  const spans = pauses.map(({ from, until, texts }) => ({
    fromMs: from.getTime(),
    untilMs: until.getTime(),
    title: `${formatSeoulDateTime(from)} ~ ${formatSeoulDateTime(until)} ${texts.join(', ')}`,
  }));
  return [{ kind: 'spans', legend: '보호 장치로 멈춘 시간', colour: COLOURS.pause, spans }];
}

function timeAxis({ from, until }: HoldingPlotFacts): readonly [number, number] {
  const lacking = Math.max(0, SHORTEST_AXIS_MS - (until.getTime() - from.getTime())) / 2;
  const margin = (until.getTime() - from.getTime() + 2 * lacking) * TIME_MARGIN;
  return [from.getTime() - lacking - margin, until.getTime() + lacking + margin];
}

/** Around the path with some air, and around the benchmark where it is not too far away. */
function valueAxis(path: readonly number[], benchmark: number | undefined): readonly [number, number] {
  const known = path.length > 0 ? path : benchmark === undefined ? [0, 1] : [benchmark];
  let [low, high] = extentOf(known);
  if (benchmark !== undefined) {
    const reach = (high - low) * BENCHMARK_REACH;
    if (benchmark >= low - reach && benchmark <= high + reach) [low, high] = [Math.min(low, benchmark), Math.max(high, benchmark)];
  }
  const margin = high > low ? (high - low) * VALUE_MARGIN : high * 0.001;
  return [Math.max(0, low - margin), high + margin];
}

function extentOf(values: readonly number[]): [low: number, high: number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
}

function asNumber(price: Price): number {
  return price.value.toNumber();
}

function won(figure: string): string {
  return `${formatFigure(figure)}원`;
}
