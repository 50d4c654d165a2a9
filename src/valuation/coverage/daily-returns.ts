import { addDays, type CivilDate, civilDate, daysBetween } from '../../kernel/civil-date.ts';
import type { Candle } from '../forecast/candle.ts';
import type { DailyReturns } from './inputs.ts';

const DAY_MS = 86_400_000;
const PPM = 1e6;
const MISSING = '.';

/**
 * Returns from the last price of a day, UTC, to that of the next, over the days that had ended by an instant. A day without any trade
 * recorded has none, nor has the day after it: the return of a longer time is not a day's. Undefined with fewer than two days.
 */
export function dailyReturns(
  candles: readonly Pick<Candle, 'startMs' | 'close'>[],
  untilMs: number,
  daysMax: number,
): DailyReturns | undefined {
  const end = Math.floor(untilMs / DAY_MS);
  const closes = new Map<number, number>();
  for (const { startMs, close } of candles) {
    const day = Math.floor(startMs / DAY_MS);
    if (day < end && day >= end - daysMax - 1) closes.set(day, close);
  }
  const days = [...closes.keys()];
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const returns = Array.from({ length: last - first }, (_, index) => returnOn(closes, first + 1 + index));
  return { lastDay: dayNumbered(last), returnsPpm: returns.join(' ') };
}

function returnOn(closes: ReadonlyMap<number, number>, day: number): string {
  const [before, close] = [closes.get(day - 1), closes.get(day)];
  if (before === undefined || close === undefined) return MISSING;
  const value = Math.round(PPM * Math.log(close / before));
  return Number.isFinite(value) ? String(value) : MISSING;
}

const EPOCH = civilDate('1970-01-01');

function dayNumbered(days: number): CivilDate {
  return addDays(EPOCH, days);
}

/** Returns by the number of their day since 1970, in order of time. */
export function readReturns({ lastDay, returnsPpm }: DailyReturns): Map<number, number> {
  const last = daysBetween(EPOCH, lastDay);
  const texts = returnsPpm.split(' ');
  return new Map(
    texts.flatMap((text, index) => (text === MISSING ? [] : [[last - texts.length + 1 + index, Number(text) / PPM] as const])),
  );
}
