import { type BarReturn, barReturns, type Candle } from './candle.ts';
import { mean, sum } from './statistics.ts';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const SEOUL_OFFSET_HOURS = 9;
/** So many days of one hour weigh as much as the belief that hours do not differ. */
const BELIEF_DAYS = 10;

/** By hour of the day in Seoul, each as a multiple of the mean hour. */
export interface DayProfile {
  readonly volume: readonly number[];
  readonly variance: readonly number[];
}

/**
 * How a market's volume and variance lie over the day. Every day counts the same, so that one wild day does not draw the profile, and
 * hours are drawn towards the mean as long as few days are known.
 */
export function dayProfile(candles: readonly Candle[], barMs: number): DayProfile {
  return {
    volume: profileOf(candles.map(({ startMs, volume }) => ({ startMs, value: volume }))),
    variance: profileOf(barReturns(candles, barMs).map(({ startMs, value }) => ({ startMs, value: value * value }))),
  };
}

export function hourInSeoul(ms: number): number {
  return (Math.floor(ms / HOUR_MS) + SEOUL_OFFSET_HOURS) % DAY_HOURS;
}

function profileOf(values: readonly BarReturn[]): number[] {
  const shares: number[][] = Array.from({ length: DAY_HOURS }, () => []);
  for (const hours of hoursByDay(values)) {
    const usual = mean([...hours.values()]);
    if (hours.size < DAY_HOURS || !(usual > 0)) continue;
    for (const [hour, value] of hours) shares[hour]?.push(value / usual);
  }
  return shares.map((known) => (sum(known) + BELIEF_DAYS) / (known.length + BELIEF_DAYS));
}

/** Sums by day and hour of Seoul. */
function hoursByDay(values: readonly BarReturn[]): Iterable<ReadonlyMap<number, number>> {
  const days = new Map<number, Map<number, number>>();
  for (const { startMs, value } of values) {
    const day = Math.floor((startMs / HOUR_MS + SEOUL_OFFSET_HOURS) / DAY_HOURS);
    const hours = days.get(day) ?? new Map<number, number>();
    days.set(day, hours);
    const hour = hourInSeoul(startMs);
    hours.set(hour, (hours.get(hour) ?? 0) + value);
  }
  return days.values();
}
