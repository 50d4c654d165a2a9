import type { Candle } from '../valuation/forecast/candle.ts';
import { quantile } from '../valuation/forecast/statistics.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SHORT_MS = 6 * HOUR_MS;
/** A bar's deviation is at least this share of what the day's would make of it: six calm hours are no promise. */
const LEAST_SHARE_OF_DAY = 0.25;
/** A bar takes at least this share of the day's mean volume a bar. */
const LEAST_CAPACITY = 0.1;

/** Where candles come from. */
export interface MarketName {
  /** The market as its venue names it; schedules are written and read under it. */
  readonly name: string;
  readonly file: string;
  readonly venue: string;
  readonly coin: string;
  readonly quote: string;
}

/**
 * Candles of one market on a grid without holes, with what a seller may know at each bar. Columns instead of objects: a backtest walks
 * over them a hundred million times.
 */
export interface Grid extends MarketName {
  readonly barMs: number;
  readonly barsPerDay: number;
  readonly firstMs: number;
  readonly bars: number;
  readonly open: Float64Array;
  /** Mean of open, high, low and close: what a sale spread over the bar is taken to receive before its own impact. */
  readonly typical: Float64Array;
  readonly close: Float64Array;
  /** Units; nothing in a bar that was missing. */
  readonly volume: Float64Array;
  /** From bars before: deviation of a day's and of a bar's return, and the day's volume. */
  readonly sigmaDay: Float64Array;
  readonly sigmaBar: Float64Array;
  readonly dayVolume: Float64Array;
  /** Of the bars up to this one: units that it can take. */
  readonly capacity: Float64Array;
  /** Return of the bar, and its deviation over the week that ends with it. */
  readonly barReturn: Float64Array;
  readonly sigmaBarWeek: Float64Array;
  /** As a share of the price. */
  readonly halfSpread: number;
}

export interface MarketCandles extends MarketName {
  readonly barMs: number;
  readonly halfSpread: number;
  /** In order of time; missing bars are missing. */
  readonly candles: readonly Candle[];
}

/** A missing bar repeats the last close with no volume. */
export function gridOf({ barMs, halfSpread, candles, ...market }: MarketCandles): Grid {
  const firstMs = candles[0]?.startMs ?? 0;
  const bars = candles.length === 0 ? 0 : Math.round(((candles.at(-1)?.startMs ?? 0) - firstMs) / barMs) + 1;
  const column = () => new Float64Array(bars);
  const prices = { open: column(), typical: column(), close: column(), volume: column() };
  for (const { startMs, open, high, low, close, volume } of candles) {
    const bar = Math.round((startMs - firstMs) / barMs);
    prices.open[bar] = open;
    prices.typical[bar] = (open + high + low + close) / 4;
    prices.close[bar] = close;
    prices.volume[bar] = volume;
  }
  fillHoles(prices);
  return { ...market, barMs, barsPerDay: Math.round(DAY_MS / barMs), firstMs, bars, halfSpread, ...prices, ...measures(prices, barMs) };
}

function fillHoles({ open, typical, close }: Pick<Grid, 'open' | 'typical' | 'close'>): void {
  for (let bar = 1; bar < close.length; bar++) {
    if (at(close, bar) !== 0) continue;
    open[bar] = typical[bar] = close[bar] = at(close, bar - 1);
  }
}

function measures({ close, volume }: Pick<Grid, 'close' | 'volume'>, barMs: number) {
  const bars = close.length;
  const [barsPerDay, short] = [Math.round(DAY_MS / barMs), Math.max(1, Math.round(SHORT_MS / barMs))];
  const column = () => new Float64Array(bars);
  const [square, barReturn] = [column(), column()];
  for (let bar = 1; bar < bars; bar++) {
    const growth = at(close, bar) / at(close, bar - 1);
    const logReturn = Math.log(growth);
    square[bar] = logReturn * logReturn;
    barReturn[bar] = growth - 1;
  }
  const [squareShort, squareDay, squareWeek] = [short, barsPerDay, 7 * barsPerDay].map((width) => rollingMean(square, width));
  const [volumeShort, volumeDay] = [short, barsPerDay].map((width) => rollingMean(volume, width));
  const [sigmaDay, sigmaBar, dayVolume, capacity, sigmaBarWeek] = [column(), column(), column(), column(), column()];
  for (let bar = 0; bar < bars; bar++) {
    const before = Math.max(bar - 1, 0);
    sigmaDay[bar] = Math.sqrt(at(squareDay, before) * barsPerDay);
    sigmaBar[bar] = Math.max(Math.sqrt(at(squareShort, before)), (LEAST_SHARE_OF_DAY * at(sigmaDay, bar)) / Math.sqrt(barsPerDay));
    dayVolume[bar] = at(volumeDay, before) * barsPerDay;
    capacity[bar] = Math.max(at(volumeShort, bar), LEAST_CAPACITY * at(volumeDay, bar), 1e-12);
    sigmaBarWeek[bar] = Math.sqrt(at(squareWeek, bar));
  }
  return { sigmaDay, sigmaBar, dayVolume, capacity, barReturn, sigmaBarWeek };
}

/** Mean of the `width` values that end with each; of fewer at the left edge. */
function rollingMean(values: Float64Array, width: number): Float64Array {
  const means = new Float64Array(values.length);
  let total = 0;
  for (let place = 0; place < values.length; place++) {
    total += at(values, place) - (place >= width ? at(values, place - width) : 0);
    // The running sum may end a hair below nothing.
    means[place] = Math.max(total, 0) / Math.min(place + 1, width);
  }
  return means;
}

/** The value of a column; a bar that is not there is a defect of the caller and poisons what is made from it. */
export function at(column: Float64Array | undefined, bar: number): number {
  return column?.[bar] ?? Number.NaN;
}

const HISTORY_MS = 8 * DAY_MS;
const TAIL_MS = 30 * DAY_MS;

/** What must lie before and after a start, in bars. A recording with less than a day of starts between them is content with less. */
export function marginsOf({ barMs, bars }: Pick<Grid, 'barMs' | 'bars'>): {
  readonly history: number;
  readonly tail: number;
  readonly isShort: boolean;
} {
  const [history, tail] = [Math.round(HISTORY_MS / barMs), Math.round(TAIL_MS / barMs)];
  const isShort = bars < history + tail + DAY_MS / barMs;
  const scale = isShort ? bars / (2 * (history + tail)) : 1;
  return { history: Math.max(2, Math.floor(history * scale)), tail: Math.max(1, Math.floor(tail * scale)), isShort };
}

export const REGIMES = ['all', 'hivol', 'fall'] as const;
export type Regime = (typeof REGIMES)[number];

const STARTS_MAX = 700;
const STRIDE = 21;
const HIGH_VOLATILITY_SHARE = 0.95;
const FALL_SHARE = 0.02;

/**
 * Bars at which sales begin: every 21st; those of the most volatile twentieth; those after the worst fiftieth of returns. Each is known
 * when it begins, but for where the share lies, which only the whole recording tells.
 */
export function startsOf(grid: Grid): Readonly<Record<Regime, readonly number[]>> {
  const { history, tail } = marginsOf(grid);
  const usable = (bar: number) => at(grid.volume, bar) > 0 && bar + tail < grid.bars;
  const candidates = Array.from({ length: Math.max(grid.bars - 1 - history, 0) }, (_, index) => history + index);
  const high = quantile(
    candidates.map((bar) => at(grid.sigmaDay, bar)),
    HIGH_VOLATILITY_SHARE,
  );
  const low = quantile(
    candidates.map((bar) => at(grid.barReturn, bar - 1)),
    FALL_SHARE,
  );
  return {
    all: thinned(candidates.filter((bar) => (bar - history) % STRIDE === 0 && usable(bar))),
    hivol: thinned(candidates.filter((bar) => usable(bar) && at(grid.sigmaDay, bar) >= high)),
    fall: thinned(candidates.filter((bar) => usable(bar) && at(grid.barReturn, bar - 1) <= low)),
  };
}

function thinned(bars: readonly number[]): readonly number[] {
  if (bars.length <= STARTS_MAX) return bars;
  return Array.from({ length: STARTS_MAX }, (_, index) => bars[Math.floor((index * (bars.length - 1)) / (STARTS_MAX - 1))] ?? 0);
}
