import type { CivilDate } from '../kernel/civil-date.ts';
import type { Won } from '../kernel/money.ts';
import type { Deferral } from './deferral.ts';

/** Whose tax an item is: of the province or metropolitan city, or of the city, county or autonomous district (gu). */
export type TaxLevel = 'province' | 'metropolitan' | 'city' | 'gu';

/** Money, or a reduction, credited to one tax item of a notice. What it was credited to is stated, never derived again. */
export interface Credit {
  readonly on: CivilDate;
  readonly tax: Won;
  readonly surcharge: Won;
  readonly penalty: Won;
}

/** One tax item of one notice with all that decides what is owed on it. */
export interface BillLine {
  readonly lineId: string;
  readonly noticeNumber: string;
  /** 세목, as printed in the notice. */
  readonly taxItem: string;
  readonly level: TaxLevel;
  readonly arisenOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly servedOn?: CivilDate | undefined;
  /** Tax assessed, without 가산세. */
  readonly principal: Won;
  /** 가산세 assessed with it. */
  readonly surcharge: Won;
  readonly isWithholdingAgent: boolean;
  readonly deferrals: readonly Deferral[];
  readonly credits: readonly Credit[];
}
