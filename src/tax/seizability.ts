import { addDays, type CivilDate, earlier } from '../kernel/civil-date.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { Won } from '../kernel/money.ts';
import { deadlineAfterService, type LateServiceRule } from '../notice/late-service.ts';
import type { Deferral, DeferralEffects } from './deferral.ts';
import type { HolidayCalendar } from './holiday.ts';

/** A 독촉장, or the 납부최고서 of a secondary taxpayer (LTCA 32, 33(1)1). */
export interface Dunning {
  readonly issuedOn: CivilDate;
  /** Pay-by date printed in it. */
  readonly deadlineOn: CivilDate;
  /** Day of service, only where it is proven; a dispatch is no proof. */
  readonly servedOn: CivilDate | undefined;
}

/** 정리보류 leaves the debt as it is; 시효완성정리 states that it is extinct (LTCA 106). */
export type WriteOffState = 'none' | 'held' | 'prescribed';

/** What decides whether a bill may be seized for. One notice with all its tax items. */
export interface SeizableBill {
  readonly noticeNumber: string;
  /** Tax, 가산세 and penalty still owed on the day. */
  readonly outstanding: Won;
  readonly dunnings: readonly Dunning[];
  readonly deferrals: readonly Deferral[];
  readonly writeOff: WriteOffState;
  /** First day on which the claim is extinct by prescription; undefined while nothing runs. */
  readonly prescribedFrom: CivilDate | undefined;
}

export interface SeizabilityParameters {
  readonly lateService: LateServiceRule;
  readonly deferralEffects: DeferralEffects;
  readonly calendar: HolidayCalendar;
}

type BarCode = Extract<
  ErrorCode,
  | 'SEIZURE_NOTHING_OWED'
  | 'SEIZURE_PRESCRIBED'
  | 'SEIZURE_DUNNING_UNSERVED'
  | 'SEIZURE_DUNNING_NOT_EXPIRED'
  | 'SEIZURE_COLLECTION_DEFERRED'
  | 'SEIZURE_ENFORCEMENT_DEFERRED'
  | 'SEIZURE_BILL_BARRED'
>;

export interface SeizureBar {
  readonly code: BarCode;
  readonly noticeNumber: string;
  /** Korean, with article and dates. */
  readonly text: string;
  /** First day on which this bar no longer stands, where it ends by itself. */
  readonly endsOn: CivilDate | undefined;
}

export interface Seizability {
  /** Every reason against a seizure, not only the first; empty when the bill may be seized for. */
  readonly bars: readonly SeizureBar[];
  readonly isSeizable: boolean;
  /** True when a seizure revokes a 정리보류: found property must be enforced against without delay (LTCA 106(3)). */
  readonly revokesWriteOff: boolean;
}

/** Whether property may be seized on a day for a bill. Errors of the calendar only: a bar is an answer, not an error. */
export function seizabilityOn(bill: SeizableBill, on: CivilDate, parameters: SeizabilityParameters): Seizability {
  const bars = [
    ...nothingOwedBar(bill),
    ...prescriptionBar(bill, on),
    ...dunningBar(bill, on, parameters),
    ...deferralBars(bill, on, parameters.deferralEffects),
  ].map((bar) => ({ ...bar, noticeNumber: bill.noticeNumber }));
  return { bars, isSeizable: bars.length === 0, revokesWriteOff: bill.writeOff === 'held' && bars.length === 0 };
}

/** Day after the deadline of a served dunning letter, from which it supports a seizure. Undefined while service is unproven. */
function dunningExpiredFrom(
  dunning: Dunning,
  { lateService, calendar }: Omit<SeizabilityParameters, 'deferralEffects'>,
): CivilDate | undefined {
  if (dunning.servedOn === undefined) return undefined;
  return addDays(calendar.dueDayMovedByHoliday(deadlineAfterService(dunning.deadlineOn, dunning.servedOn, lateService)), 1);
}

type Bar = Omit<SeizureBar, 'noticeNumber'>;

function nothingOwedBar({ outstanding, writeOff }: SeizableBill): Bar[] {
  if (outstanding.isPositive() || writeOff === 'prescribed') return [];
  return [{ code: 'SEIZURE_NOTHING_OWED', text: '남은 체납액이 없음(지방세징수법 제33조제1항).', endsOn: undefined }];
}

function prescriptionBar({ writeOff, prescribedFrom }: SeizableBill, on: CivilDate): Bar[] {
  if (writeOff === 'prescribed') {
    return [
      {
        code: 'SEIZURE_PRESCRIBED',
        text: '시효완성정리된 체납액(지방세징수법 제106조제2항, 지방세기본법 제37조제3호).',
        endsOn: undefined,
      },
    ];
  }
  if (prescribedFrom === undefined || on < prescribedFrom) return [];
  return [
    { code: 'SEIZURE_PRESCRIBED', text: `소멸시효 완성, ${prescribedFrom}부터 소멸(지방세기본법 제37조제3호·제39조).`, endsOn: undefined },
  ];
}

/** Any one letter that is served and expired suffices; otherwise the one that expires first is named. */
function dunningBar({ dunnings }: SeizableBill, on: CivilDate, parameters: SeizabilityParameters): Bar[] {
  const expiries = dunnings.map((dunning) => dunningExpiredFrom(dunning, parameters)).filter((day) => day !== undefined);
  if (expiries.length === 0) {
    const text = dunnings.length === 0 ? '독촉장을 보낸 기록이 없음' : '독촉장의 송달이 증명되지 않음';
    return [{ code: 'SEIZURE_DUNNING_UNSERVED', text: `${text}(지방세징수법 제33조제1항제1호).`, endsOn: undefined }];
  }
  const earliest = expiries.reduce(earlier);
  if (earliest <= on) return [];
  const text = `독촉 납부기한(${addDays(earliest, -1)})이 지나지 않음(지방세징수법 제33조제1항제1호, 지방세기본법 제24조·제31조).`;
  return [{ code: 'SEIZURE_DUNNING_NOT_EXPIRED', text, endsOn: earliest }];
}

function deferralBars({ deferrals }: SeizableBill, on: CivilDate, effects: DeferralEffects): Bar[] {
  return deferrals
    .filter(({ kind, from, to }) => effects[kind].barsEnforcement && from <= on && on <= to)
    .map(({ kind, from, to }) => ({
      code: DEFERRAL_BAR[kind],
      text: `${effects[kind].title} 중(${from} ~ ${to}, ${DEFERRAL_ARTICLE[kind]}).`,
      endsOn: addDays(to, 1),
    }));
}

const DEFERRAL_BAR = {
  collection: 'SEIZURE_COLLECTION_DEFERRED',
  insolvency: 'SEIZURE_COLLECTION_DEFERRED',
  enforcement: 'SEIZURE_ENFORCEMENT_DEFERRED',
  instalment: 'SEIZURE_BILL_BARRED',
  promise: 'SEIZURE_BILL_BARRED',
} as const;

const DEFERRAL_ARTICLE = {
  collection: '지방세징수법 제28조제3항',
  insolvency: '채무자 회생 및 파산에 관한 법률 제140조',
  enforcement: '지방세징수법 제105조',
  instalment: '시 기준',
  promise: '시 기준',
} as const;
