import type { WindowState } from '../database/generated/enums.ts';
import { addDays, type CivilDate, later, seoulDay } from '../kernel/civil-date.ts';

/** One of those whom the law wants told before a sale, and whether it is proven that he was (LTCA 71(3), LTCA-D 70). */
export interface ToldRecipient {
  readonly servedOn: CivilDate | undefined;
  readonly provenAt: Date | undefined;
}

/**
 * The day on which the last of them had been served and the proof of it was on file; undefined while it is not so for everyone. A
 * proof that comes late costs the taxpayer nothing: the window begins with the proof.
 */
export function serviceCompleteOn(recipients: readonly ToldRecipient[]): CivilDate | undefined {
  let completeOn: CivilDate | undefined;
  for (const { servedOn, provenAt } of recipients) {
    if (servedOn === undefined || provenAt === undefined) return undefined;
    const toldOn = later(servedOn, seoulDay(provenAt));
    completeOn = completeOn === undefined ? toldOn : later(completeOn, toldOn);
  }
  return completeOn;
}

/** The window that opens on a day: that day is not counted (Civil Code 157), and the last belongs to the taxpayer to its end. */
export function windowFrom(completeOn: CivilDate, windowDays: number): { readonly opensOn: CivilDate; readonly endsOn: CivilDate } {
  return { opensOn: completeOn, endsOn: addDays(completeOn, windowDays) };
}

export interface WindowFacts {
  readonly endsOn: CivilDate;
  /** Nothing is owed any more on the bills the seizure covers. */
  readonly owesNothing: boolean;
  /** The taxpayer has chosen, and not revoked, that the city sell at once. */
  readonly hasWaived: boolean;
}

/**
 * How a window stands on a day while no sale has begun. It is read from the facts alone, so that a revoked waiver, a payment or a
 * corrected bill need no step of their own.
 */
export function windowStateOn({ endsOn, owesNothing, hasWaived }: WindowFacts, today: CivilDate): Exclude<WindowState, 'cancelled'> {
  if (owesNothing) return 'paid';
  if (hasWaived) return 'waived';
  return today > endsOn ? 'passed' : 'open';
}
