import { addDays, type CivilDate, daysBetween, later } from '../kernel/civil-date.ts';

/**
 * What may stand in the way of collecting: 징수유예 (LTCA 25-2), the deferral of an insolvency court (DRBA 140), 체납처분유예
 * (LTCA 105), a statutory instalment (분할납부, 연부), and an informal promise, which stops nothing.
 */
export type DeferralKind = 'collection' | 'insolvency' | 'enforcement' | 'instalment' | 'promise';

/** Days of a deferral, both included. */
export interface Deferral {
  readonly kind: DeferralKind;
  readonly from: CivilDate;
  readonly to: CivilDate;
}

export interface DeferralEffect {
  readonly title: string;
  readonly stopsPenalty: boolean;
  readonly barsEnforcement: boolean;
  readonly suspendsPrescription: boolean;
}

export type DeferralEffects = Readonly<Record<DeferralKind, DeferralEffect>>;

/** Days from `from` to `to`, both included. */
export interface Interval {
  readonly from: CivilDate;
  readonly to: CivilDate;
}

/** The same days as intervals that neither touch nor overlap, in order of time. An interval that ends before it begins has no day. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  const inOrder = intervals.filter(({ from, to }) => from <= to).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  for (const interval of inOrder) {
    const last = merged.at(-1);
    if (last !== undefined && interval.from <= addDays(last.to, 1)) {
      merged[merged.length - 1] = { from: last.from, to: later(last.to, interval.to) };
    } else {
      merged.push({ from: interval.from, to: interval.to });
    }
  }
  return merged;
}

/**
 * Where a period ends that does not run during the pauses: each paused day inside it moves the end by one, also days that
 * the moving itself brings inside. `pauses` are merged and in order.
 */
export function endAfterPauses(start: CivilDate, lastDay: CivilDate, pauses: readonly Interval[]): CivilDate {
  let end = lastDay;
  for (const pause of pauses) {
    if (pause.to < start) continue;
    if (pause.from > end) break;
    end = addDays(end, daysBetween(later(pause.from, start), pause.to) + 1);
  }
  return end;
}
