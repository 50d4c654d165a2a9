import type { Candle } from '../../valuation/forecast/candle.ts';
import { AVERAGE_OF_PEAK } from './impact.ts';
import { rounded } from './rounded.ts';

const HOUR_MS = 3_600_000;

/**
 * Lengths of time over which variance is averaged, each weighing the same: sellers of an hour, a day, a week and a month make it together
 * (Corsi 2009).
 */
const VARIANCE_HOURS = [1, 6, 24, 168, 720];
const MONTH_HOURS = 720;
/** What impact will cost later in the sale: the present, the mean of a day and of a week. */
const COMING_WEIGHTS = { present: 0.4, day: 0.3, week: 0.3 };
const SHORT_HOURS = 6;
/** Six calm hours are no promise: a bar's deviation and volume are at least these shares of the day's. */
const LEAST_DEVIATION = 0.25;
const LEAST_VOLUME = 0.1;
/** A price that does not move at all still counts as so much a bar, and a market without trade takes next to nothing. */
const DEVIATION_MIN = 1e-9;
const IMPACT_MIN = 1e-15;
const VOLUME_MIN = 1e-12;
/** Of the square of the present deviation: a month's mean cannot be less. */
const LEAST_USUAL = 0.02;

/** Below a day of bars nothing is known. */
const HISTORY_HOURS = 24;
const HISTORY_BARS = 3;
/** Past states begin after two days, are a day apart at least, and go back a year. */
const PAST_FROM_HOURS = 48;
const PAST_STEP_HOURS = 24;
const PAST_TO_HOURS = 8_760;
const PAST_STATES = 60;

/** What a seller knows of a market before a bar: figures of statistics, to nine digits. */
export interface MarketFigures {
  /** Deviation of the bar's return, and the root mean square of a month's. */
  readonly deviation: number;
  readonly usualDeviation: number;
  /** Selling so many units in a bar costs this times their root, as a share of their worth: in this bar, and in those to come. */
  readonly impact: number;
  readonly comingImpact: number;
  /** Units that the market trades in a bar, and on a day of the last month. */
  readonly capacity: number;
  readonly dayVolume: number;
}

export type PastState = Pick<MarketFigures, 'deviation' | 'usualDeviation' | 'impact'>;

export interface MarketKnowledge {
  readonly figures: MarketFigures;
  /** At most sixty states of the last year, the latest first: among which sales a bad one is one of the worst twentieth. */
  readonly past: readonly PastState[];
}

/** Prices and volumes without holes, oldest first: a bar without trade repeats the last close with no volume. */
export interface MarketBars {
  readonly barMs: number;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Figures of every bar of a market, and of the one that comes after the last; each from bars before it only. */
export interface FigureHistory {
  readonly barHours: number;
  readonly bars: number;
  readonly columns: { readonly [Figure in keyof MarketFigures]: Float64Array };
}

/**
 * What is known before the bar that begins at `nextMs`, from candles that ended by then. Missing bars count as without trade. Undefined
 * with less than a day of them, or where nothing was traded in them.
 */
export function marketFigures(
  candles: readonly Candle[],
  { barMs, nextMs }: { barMs: number; nextMs: number },
): MarketKnowledge | undefined {
  const usable = candles.filter(({ startMs, close, volume }) => startMs + barMs <= nextMs && close > 0 && volume >= 0);
  const firstMs = usable[0]?.startMs;
  if (firstMs === undefined) return undefined;
  const bars = Math.floor((nextMs - firstMs) / barMs);
  const [close, volume] = [new Float64Array(bars), new Float64Array(bars)];
  for (const candle of usable) {
    const bar = Math.floor((candle.startMs - firstMs) / barMs);
    close[bar] = candle.close;
    volume[bar] = candle.volume;
  }
  for (let bar = 1; bar < bars; bar++) if (close[bar] === 0) close[bar] = at(close, bar - 1);
  return knowledgeAt(figureHistory({ barMs, close, volume }), bars);
}

/** What is known before a bar of the history; before the one after the last too. */
export function knowledgeAt(history: FigureHistory, bar: number): MarketKnowledge | undefined {
  const figures = figuresAt(history, bar);
  return figures === undefined ? undefined : { figures, past: pastStates(history, bar) };
}

export function figuresAt({ barHours, columns }: FigureHistory, bar: number): MarketFigures | undefined {
  const isKnown = bar >= Math.max(HISTORY_BARS, HISTORY_HOURS / barHours) && at(columns.dayVolume, bar) > 0;
  if (!isKnown) return undefined;
  return {
    deviation: at(columns.deviation, bar),
    usualDeviation: at(columns.usualDeviation, bar),
    impact: at(columns.impact, bar),
    comingImpact: at(columns.comingImpact, bar),
    capacity: at(columns.capacity, bar),
    dayVolume: at(columns.dayVolume, bar),
  };
}

function pastStates({ barHours, columns }: FigureHistory, bar: number): PastState[] {
  const from = Math.max(PAST_FROM_HOURS / barHours, HISTORY_BARS);
  const step = Math.max(PAST_STEP_HOURS / barHours, 1, Math.min(PAST_TO_HOURS / barHours, bar - from) / PAST_STATES);
  const states: PastState[] = [];
  for (let index = 1; index <= PAST_STATES && bar - step * index >= from - 1; index++) {
    const past = Math.floor(bar - step * index);
    states.push({
      deviation: at(columns.deviation, past),
      usualDeviation: at(columns.usualDeviation, past),
      impact: at(columns.impact, past),
    });
  }
  return states;
}

/** Every figure of every bar in one pass over the market. */
export function figureHistory({ barMs, close, volume }: MarketBars): FigureHistory {
  const barHours = barMs / HOUR_MS;
  const bars = close.length;
  const width = (hours: number) => Math.max(1, Math.round(hours / barHours));
  const square = squaredReturns(close);
  const variances = VARIANCE_HOURS.map((hours) => rollingMean(square, width(hours)));
  const month = rollingMean(square, width(MONTH_HOURS));
  const [shortVariance, dayVariance] = [rollingMean(square, width(SHORT_HOURS)), rollingMean(square, width(24))];
  const [shortVolume, dayVolume] = [rollingMean(volume, width(SHORT_HOURS)), rollingMean(volume, width(24))];
  // The volume of a bar is not known before it: what is, is one bar less.
  const knownVolume = rollingMean(volume, Math.max(width(SHORT_HOURS) - 1, 1));
  const monthVolume = rollingMean(volume, width(MONTH_HOURS));
  const barDeviation = (last: number) => Math.max(Math.sqrt(at(shortVariance, last)), LEAST_DEVIATION * Math.sqrt(at(dayVariance, last)));
  const paid = Float64Array.from(close, (_, bar) => {
    const taken = Math.max(at(shortVolume, bar), LEAST_VOLUME * at(dayVolume, bar), VOLUME_MIN);
    return (AVERAGE_OF_PEAK * barDeviation(Math.max(bar - 1, 0))) / Math.sqrt(taken);
  });
  const [paidDay, paidWeek] = [rollingMean(paid, width(24)), rollingMean(paid, width(168))];
  const column = () => new Float64Array(bars + 1);
  const columns = {
    deviation: column(),
    usualDeviation: column(),
    impact: column(),
    comingImpact: column(),
    capacity: column(),
    dayVolume: column(),
  };
  for (let bar = 1; bar <= bars; bar++) {
    const last = bar - 1;
    const deviation = Math.sqrt(variances.reduce((sum, variance) => sum + at(variance, last), 0) / variances.length) + DEVIATION_MIN;
    const capacity = Math.max(at(knownVolume, last), LEAST_VOLUME * at(dayVolume, last), VOLUME_MIN);
    const impact = (AVERAGE_OF_PEAK * barDeviation(last)) / Math.sqrt(capacity) + IMPACT_MIN;
    const { present, day, week } = COMING_WEIGHTS;
    columns.deviation[bar] = rounded(deviation);
    columns.usualDeviation[bar] = rounded(Math.sqrt(Math.max(at(month, last), LEAST_USUAL * deviation ** 2)));
    columns.impact[bar] = rounded(impact);
    columns.comingImpact[bar] = rounded(present * impact + day * at(paidDay, last) + week * at(paidWeek, last));
    columns.capacity[bar] = rounded(capacity);
    columns.dayVolume[bar] = rounded((at(monthVolume, last) * 24) / barHours);
  }
  return { barHours, bars, columns };
}

function squaredReturns(close: Float64Array): Float64Array {
  return Float64Array.from(close, (price, bar) => {
    const before = bar === 0 ? 0 : at(close, bar - 1);
    return before > 0 && price > 0 ? Math.log(price / before) ** 2 : 0;
  });
}

/** Mean of the `width` values that end with each; of fewer at the left edge. */
function rollingMean(values: Float64Array, width: number): Float64Array {
  const means = new Float64Array(values.length);
  let [total, nothings] = [0, 0];
  for (let place = 0; place < values.length; place++) {
    const value = at(values, place);
    nothings = value === 0 ? nothings + 1 : 0;
    // The running sum of nothing may end a hair beside it.
    total = nothings >= width ? 0 : total + value - (place >= width ? at(values, place - width) : 0);
    means[place] = Math.max(total, 0) / Math.min(place + 1, width);
  }
  return means;
}

function at(column: Float64Array, bar: number): number {
  return column[bar] ?? Number.NaN;
}
