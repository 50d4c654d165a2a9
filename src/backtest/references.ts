import { balancedShares } from '../liquidation/planning/fixed-schedules.ts';
import { quantile } from '../valuation/forecast/statistics.ts';
import { at, type Grid, marginsOf } from './grid.ts';
import type { Schedule } from './sale.ts';

/** What a reference sees: the recording, the bar at which it begins, and the units. It uses nothing that comes later than the bar it sells in. */
export interface ReferenceTask {
  readonly grid: Grid;
  readonly start: number;
  readonly units: number;
}

const TWAP_DAYS = 5;
const POV_SHARE = 0.05;
const FSC_DAYS = 10;
const FSC_VOLUME_SHARE = 0.05;

const nothing = () => 0;

function twap(bars: number): Schedule {
  return { now: 0, wanted: (step) => (step < bars ? 1 / bars : 0) };
}

const hours = ({ grid }: ReferenceTask, count: number) => Math.max(1, Math.round((count * grid.barsPerDay) / 24));

/** The ten schedules that the planner is measured against. */
export const REFERENCES: Readonly<Record<string, (task: ReferenceTask) => Schedule>> = {
  dump: () => ({ now: 1, wanted: nothing }),
  'TWAP 1h': (task) => twap(hours(task, 1)),
  'TWAP 6h': (task) => twap(hours(task, 6)),
  'TWAP 24h': (task) => twap(hours(task, 24)),
  'TWAP 5d': (task) => twap(hours(task, 24 * TWAP_DAYS)),
  'TWAP 10d (FSC)': (task) => twap(guidelineBars(task)),
  'POV 5%': (task) => shareOfVolume(task),
  'AC steady': (task) => almgrenChriss(task, steadySigma(task)),
  'AC volatility-scaled': (task) => almgrenChriss(task, at(task.grid.sigmaDay, task.start)),
  'TWAP 24h + halt': (task) => haltingTwap(task),
};

/** The FSC guideline of May 2025: a tenth of the plan a day at most, and a twentieth of the day's volume. */
function guidelineBars({ grid, start, units }: ReferenceTask): number {
  const days = Math.max(FSC_DAYS, Math.ceil(units / (FSC_VOLUME_SHARE * at(grid.dayVolume, start))));
  return Math.min(marginsOf(grid).tail, days * grid.barsPerDay);
}

/** So much of what trades, and all that is left after five days. */
function shareOfVolume({ grid, start, units }: ReferenceTask): Schedule {
  const bars = TWAP_DAYS * grid.barsPerDay;
  return { now: 0, wanted: (step) => (step < bars ? (POV_SHARE * at(grid.volume, start + step)) / units : 1) };
}

const STEADY_DAYS = 90;

/** The middle of the last ninety days' volatility. */
function steadySigma({ grid, start }: ReferenceTask): number {
  const past: number[] = [];
  for (let bar = start; past.length < STEADY_DAYS && bar >= grid.barsPerDay; bar -= grid.barsPerDay) past.push(at(grid.sigmaDay, bar));
  return quantile(past, 0.5);
}

function almgrenChriss({ grid, start, units }: ReferenceTask, sigmaDay: number): Schedule {
  const shares = balancedShares({ units, sigmaDay, dayVolume: at(grid.dayVolume, start) }, grid.barsPerDay);
  return { now: 0, wanted: (step) => shares[step] ?? 0 };
}

const PAUSE_HOURS = 6;
const FALL_DEVIATIONS = 4;

/** TWAP over a day that pauses six hours after a bar worse than four of the week's deviations; over after two days at the latest. */
function haltingTwap(task: ReferenceTask): Schedule {
  const { grid, start } = task;
  const [day, limit, pause] = [hours(task, 24), hours(task, 48), hours(task, PAUSE_HOURS)];
  let resume = -1;
  let end = day;
  return {
    now: 0,
    wanted: (step, left) => {
      if (step >= limit) return left;
      const before = start + step - 1;
      if (step > 0 && step >= resume && at(grid.barReturn, before) < -FALL_DEVIATIONS * at(grid.sigmaBarWeek, before)) {
        resume = Math.min(step + pause, limit - 1);
      }
      if (step < resume) return 0;
      if (resume > 0 && step === resume) end = Math.max(end, step + 1);
      return left / Math.max(end - step, 1);
    },
  };
}
