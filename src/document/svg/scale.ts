import { seoulDay, startOfDay } from '../../kernel/civil-date.ts';
import { formatDay } from '../korean-format.ts';

/** Where a value stands on an axis, in pixels. */
export type Scale = (value: number) => number;

/** Values `[from, to]` along pixels `[start, end]`; an axis of no length puts everything in its middle. */
export function linearScale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const length = to - from;
  return length === 0 ? () => (start + end) / 2 : (value) => start + ((value - from) / length) * (end - start);
}

export interface FigureTicks {
  readonly values: readonly number[];
  /** Decimals that tell two neighbouring ticks apart. */
  readonly decimalPlaces: number;
}

const DECIMAL_PLACES_MAX = 18;

/** Round values from low to high, in steps of 1, 2 or 5 times a power of ten, at most so many. */
export function figureTicks(low: number, high: number, countMax: number): FigureTicks {
  const smallest = (high - low) / Math.max(1, countMax - 1);
  if (!(smallest > 0)) return { values: [low], decimalPlaces: 0 };
  const power = 10 ** Math.floor(Math.log10(smallest));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= smallest * (1 - 1e-9)) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const decimalPlaces = Math.min(DECIMAL_PLACES_MAX, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
  return { values, decimalPlaces };
}

export interface TimeTick {
  readonly atMs: number;
  /** Time of day in Seoul; where whole days are told, month and day. */
  readonly label: string;
  /** The day in Seoul, on the first tick and wherever it changes; the year where whole days are told. */
  readonly dayLabel: string | undefined;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SEOUL_OFFSET_MS = 9 * HOUR_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * DAY_MS),
];

/** Round times in Seoul between two instants, at most so many. */
export function timeTicks(fromMs: number, untilMs: number, countMax: number): TimeTick[] {
  const smallest = Math.max(untilMs - fromMs, 0) / Math.max(1, countMax - 1);
  const longest = STEPS_MS.at(-1) ?? DAY_MS;
  const stepMs = STEPS_MS.find((step) => step >= smallest) ?? longest * Math.ceil(smallest / longest);
  const firstMs = Math.ceil((fromMs + SEOUL_OFFSET_MS) / stepMs) * stepMs - SEOUL_OFFSET_MS;
  const ticks: TimeTick[] = [];
  let before: string | undefined;
  for (let atMs = firstMs; atMs <= untilMs; atMs += stepMs) {
    const { label, group } = timeLabel(atMs, stepMs);
    ticks.push({ atMs, label, dayLabel: group === before ? undefined : group });
    before = group;
  }
  return ticks;
}

function timeLabel(atMs: number, stepMs: number): { readonly label: string; readonly group: string } {
  const day = seoulDay(new Date(atMs));
  const [year = '', ...monthAndDay] = formatDay(day).split(' ');
  if (stepMs >= DAY_MS) return { label: monthAndDay.join(' '), group: `${year.replace('.', '')}년` };
  const seconds = Math.round((atMs - startOfDay(day).getTime()) / SECOND_MS);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, ...(stepMs < MINUTE_MS ? [seconds % 60] : [])];
  return { label: parts.map((part) => String(part).padStart(2, '0')).join(':'), group: formatDay(day) };
}
