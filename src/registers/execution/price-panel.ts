import { formatFigure, formatSeoulDateTime } from '../../document/korean-format.ts';
import type { Panel } from '../../document/svg/figure.ts';
import type { DotLayer, LevelLayer, LineLayer, PlotPoint } from '../../document/svg/layer.ts';
import type { ArrivalPrice } from './benchmark.ts';
import type { MeasuredFill } from './cost.ts';
import type { HoldingPlotFacts } from './plot-facts.ts';
import { asNumber, COLOURS, extentOf, pauseLayer, timeAxis, VALUE_MARGIN } from './plot-style.ts';
import type { HoldingReport, ParentReport } from './report.ts';
import { STYLE_TITLES } from './report-files.ts';

const HOUR_MS = 3_600_000;
/** A benchmark further away than so many times the height of all else would make a flat line of it: it is named, not drawn. */
const BENCHMARK_REACH = 2;

/** Prices, benchmarks and fills of a coin over time. */
export function pricePanel(facts: HoldingPlotFacts): Panel {
  const { holding, mids, closes, pauses } = facts;
  const times = timeAxis(facts);
  const lines = [...priceLine(times, closesLine(closes)), ...priceLine(times, midsLine(mids))];
  const arrivals = drawnArrivals(holding);
  const path = [
    ...lines.flatMap(({ points }) => within(times, points).map(({ value }) => value)),
    ...holding.fills.map(({ fill }) => asNumber(fill.price)),
    ...arrivals.map(({ arrival }) => asNumber(arrival.price)),
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
      ...pauseLayer(times, pauses),
      ...lines,
      ...arrivalLevels(arrivals),
      ...windowStartLevel(holding, values),
      ...dots(holding, 'cross'),
      ...dots(holding, 'passive'),
      ...(holding.fills.length === 0 ? [] : [{ kind: 'note', legend: '점의 넓이는 수량에 비례' } as const]),
    ],
  };
}

/** Candles may be missing: more than two hours without one, and nobody knows where the price went meanwhile. */
function closesLine(closes: HoldingPlotFacts['closes']): LineLayer {
  const points = closes.map(({ at, close }) => ({ atMs: at.getTime(), value: close }));
  return { kind: 'line', legend: '시간봉 종가', colour: COLOURS.close, width: 1.25, breakAfterMs: 2 * HOUR_MS, points };
}

/** A sale that goes on decides every few minutes; over hours in which it waited nobody looked. */
function midsLine(mids: HoldingPlotFacts['mids']): LineLayer {
  const points = mids.map(({ at, price }) => ({ atMs: at.getTime(), value: asNumber(price) }));
  return { kind: 'line', legend: '판단 때 중간가', colour: COLOURS.mid, width: 1.75, breakAfterMs: HOUR_MS, points };
}

/** A line of which less than two points can be seen is none, and not named. */
function priceLine(times: Panel['times'], line: LineLayer): LineLayer[] {
  return within(times, line.points).length < 2 ? [] : [line];
}

function within([fromMs, untilMs]: Panel['times'], points: readonly PlotPoint[]): PlotPoint[] {
  return points.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
}

interface DrawnArrival {
  readonly parent: ParentReport;
  readonly arrival: ArrivalPrice;
}

/** Of what was sold, and of what is still to be. */
function drawnArrivals({ parents }: HoldingReport): DrawnArrival[] {
  return parents.flatMap((parent, index) => {
    const { arrival, fills } = parent;
    return arrival === undefined || (fills.length === 0 && index < parents.length - 1) ? [] : [{ parent, arrival }];
  });
}

/** One over the whole time; of several each from its own beginning until the next. */
function arrivalLevels(drawn: readonly DrawnArrival[]): LevelLayer[] {
  return drawn.map(({ parent, arrival: { price, at } }, index) => {
    const from = `${parent.isWished ? '체납자의 희망' : '시의 매각'}, ${formatSeoulDateTime(at)}부터`;
    return {
      kind: 'level',
      value: asNumber(price),
      colour: COLOURS.arrival,
      dash: '9 4',
      fromMs: index === 0 ? undefined : at.getTime(),
      untilMs: drawn[index + 1]?.arrival.at.getTime(),
      legend: `도착가 ${won(price.toString())}${drawn.length === 1 ? '' : ` (${from})`}`,
    };
  });
}

function windowStartLevel({ windowStart }: HoldingReport, values: readonly [number, number]): LevelLayer[] {
  if (windowStart === undefined) return [];
  const value = asNumber(windowStart.price);
  const outside = value > values[1] ? ', 그림 위쪽 밖' : value < values[0] ? ', 그림 아래쪽 밖' : '';
  const legend = `자진기간 시작가 ${won(windowStart.price.toString())}${outside}`;
  return [{ kind: 'level', value, colour: COLOURS.windowStart, dash: '2 4', fromMs: undefined, untilMs: undefined, legend }];
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

function won(figure: string): string {
  return `${formatFigure(figure)}원`;
}
